//! A metric's value, or why there is none.

/// A number, or the reason why it is undefined. Never a number that stands for "undefined".
pub type Value = Result<f64, Undefined>;

/// Why a value is undefined, and of which class and group.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Undefined {
    /// What is missing.
    pub cause: Cause,
    /// The class that it is missing in, where that is one of several.
    pub class: Option<u32>,
    /// The group that it is missing in, where that is one of several.
    pub group: Option<u32>,
}

/// What is missing where a value is undefined.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cause {
    /// Nobody to count.
    NoItems,
    /// No item (or item-label pair) is positive.
    NoPositives,
    /// No item (or item-label pair) is negative.
    NoNegatives,
    /// Nothing was decided positive.
    NothingSelected,
    /// Everything was decided positive.
    NothingRejected,
    /// Neither a positive nor a decision for it.
    NeitherPositiveNorSelected,
    /// No positive was decided wrongly.
    NoFalseNegatives,
    /// Misses alone, or a miss where none may be.
    NoBenefit,
    /// Targets or decisions do not vary.
    NoVariation,
    /// The number to divide by, of all items, is 0.
    ZeroOverall,
    /// The best group's number, to divide by, is 0.
    ZeroLargest,
    /// Some group's number is 0, and with it the geometric mean to divide by.
    ZeroSmallest,
    /// No positive in any other group.
    NoOtherPositives,
    /// No negative in any other group.
    NoOtherNegatives,
    /// No decision is wrong.
    NoErrors,
    /// A class that some group is never given, and another is.
    NeverGiven,
    /// The reference's number, to divide by, is 0.
    ZeroReference,
    /// Several groups have the size that the reference is to have.
    SeveralReferences,
    /// The best group's number is 1, and what it lacks of that, to divide by, is 0.
    PerfectGroup,
    /// The groups' mean, to divide by, is not above 0.
    ZeroMean,
    /// No group has a number.
    NoGroups,
    /// Fewer than two groups are left to compare.
    FewGroups,
    /// No class is left to average.
    NoClasses,
    /// Fewer than two items, of which nothing can be said as a set.
    FewItems,
    /// Items of one fold alone, so that whoever is asked about them has seen none.
    OneFold,
    /// Fewer than five items, of which one can be left out where four are needed.
    FewForUnbiased,
    /// Fewer items to find than are to be found.
    FewNeighbours,
    /// Fewer items in all than are to be looked at.
    FewNearest,
    /// Fewer items in all than are to be at the top.
    FewRanked,
    /// Vectors, or what is made of them, do not vary.
    NoSpread,
}

impl From<Cause> for Undefined {
    fn from(cause: Cause) -> Self {
        Self { cause, class: None, group: None }
    }
}

impl Undefined {
    /// The same, of a class.
    #[must_use]
    pub fn in_class(mut self, class: usize) -> Self {
        self.class = self.class.or(u32::try_from(class).ok());
        self
    }

    /// The same, of a group.
    #[must_use]
    pub fn in_group(mut self, group: usize) -> Self {
        self.group = self.group.or(u32::try_from(group).ok());
        self
    }
}

impl Cause {
    /// In words, to be followed by `in race=Black`.
    pub fn words(self) -> &'static str {
        match self {
            Self::NoItems => "no items",
            Self::NoPositives => "no positives",
            Self::NoNegatives => "no negatives",
            Self::NothingSelected => "nothing decided positive",
            Self::NothingRejected => "nothing decided negative",
            Self::NeitherPositiveNorSelected => "neither positives nor positive decisions",
            Self::NoFalseNegatives => "no positives decided negative",
            Self::NoBenefit => "positives decided negative, which have no benefit to compare",
            Self::NoVariation => "targets or decisions that are all the same",
            Self::ZeroOverall => "the overall value is 0",
            Self::ZeroLargest => "the largest value is 0",
            Self::ZeroSmallest => "a group's value is 0, and with it the geometric mean",
            Self::NoOtherPositives => "no positives in other groups",
            Self::NoOtherNegatives => "no negatives in other groups",
            Self::NoErrors => "no wrong decisions",
            Self::NeverGiven => "a group without decisions or labels",
            Self::ZeroReference => "the reference's value is 0",
            Self::SeveralReferences => "several groups are as large as the reference: name one",
            Self::PerfectGroup => "the best group's value is 1, so that there is nothing to divide by",
            Self::ZeroMean => "the groups' mean is not above 0",
            Self::NoGroups => "no group that has a number",
            Self::FewGroups => "fewer than two groups to compare",
            Self::NoClasses => "no class to average over",
            Self::FewItems => "fewer than two items",
            Self::OneFold => "items of one fold alone",
            Self::FewForUnbiased => "fewer than five items, too few for an unbiased number",
            Self::FewNeighbours => "fewer than `k` other items",
            Self::FewNearest => "too few items to find `k` nearest ones",
            Self::FewRanked => "fewer items to rank than `k`",
            Self::NoSpread => "vectors that do not vary",
        }
    }
}

/// A sum that does not depend on the order of its terms, as that of groups, which follow their names.
pub fn sum(terms: impl IntoIterator<Item = f64>) -> f64 {
    let mut terms: Vec<f64> = terms.into_iter().collect();
    terms.sort_unstable_by(f64::total_cmp);
    terms.iter().sum()
}

/// `numerator / denominator`, undefined where the denominator is 0.
pub fn ratio(numerator: f64, denominator: f64, cause: Cause) -> Value {
    if denominator > 0.0 { Ok(numerator / denominator) } else { Err(cause.into()) }
}
