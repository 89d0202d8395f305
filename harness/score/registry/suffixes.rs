//! How one number a group becomes one over groups: what may follow a metric's name.

use super::{Definition, FAIRLEARN};
use crate::score::breakdown::reduction::{Against, Pick, Reduction, Scale, Step};

/// A reduction as a part of a name.
#[derive(Debug)]
pub struct Suffix {
    /// What follows the metric's name and `_`.
    pub name: &'static str,
    /// The reduction, unless options say otherwise.
    pub reduction: Reduction,
    /// Its formula; `{m}` is the metric.
    pub formula: &'static str,
    /// What it is, in a few words; `{m}` is the metric.
    pub summary: &'static str,
    /// The options that it takes beside `classes`.
    pub options: &'static [&'static str],
    /// Where it has no value, beside where the groups have none.
    pub undefined: &'static str,
    /// Where it comes from.
    pub source: &'static str,
    /// What others call it: names with commas between, notes in parentheses.
    pub peers: &'static [(&'static str, &'static str)],
    /// Whether criteria take it too.
    pub of_criteria: bool,
}

impl Suffix {
    /// Whether a metric can be reduced so: what groups lack of 1 is compared where 1 is the most that there can be.
    pub fn takes(&self, metric: &Definition) -> bool {
        self.reduction != Reduction::Skewness || metric.range.1 == 1.0
    }
}

const FEW: &str = "with fewer than two groups";

pub(super) const SUFFIXES: &[Suffix] = &[
    // What ends in another one's name comes first.
    Suffix {
        name: "mean_abs_difference",
        reduction: Reduction::MeanAbsDifference,
        formula: "mean over pairs of groups of |{m}_g - {m}_h|",
        summary: "mean distance between two groups' {m}",
        options: &[],
        undefined: FEW,
        source: "OxonFair, `.diff` of a group metric",
        peers: &[("OxonFair", ".diff")],
        of_criteria: false,
    },
    Suffix {
        name: "difference",
        reduction: Reduction::Difference(Against::Groups),
        formula: "max_g {m} - min_g {m}; method: to_overall: max_g |{m}_g - {m}|; with a reference r: {m}_g - {m}_r, one number a group g; then groups: farthest: max_g |{m}_g - {m}_r|",
        summary: "largest minus smallest {m} of the groups",
        options: &["method", "reference", "groups"],
        undefined: FEW,
        source: FAIRLEARN,
        peers: &[
            ("AIF360", "difference (signed: the unprivileged group minus the reference)"),
            ("OxonFair", ".max_diff"),
            ("holisticai", "_diff (signed: group_a minus group_b, the reference)"),
            ("FairBench", "maxdiff"),
        ],
        of_criteria: true,
    },
    Suffix {
        name: "ratio",
        reduction: Reduction::Ratio(Against::Groups),
        formula: "min_g {m} / max_g {m}; method: to_overall: min_g min({m}_g / {m}, {m} / {m}_g)",
        summary: "smallest over largest {m} of the groups",
        options: &["method"],
        undefined: "with fewer than two groups, or where the number to divide by is 0",
        source: FAIRLEARN,
        peers: &[("OxonFair", ".min_ratio, .ratio (of two groups)"), ("FairBench", "maxrel (1 minus this)")],
        of_criteria: true,
    },
    Suffix {
        name: "disparity",
        reduction: Reduction::Relative(Step::Over, Pick::Each),
        formula: "{m}_g / {m}_r, one number a group g, r the reference; groups: farthest: min_g min({m}_g / {m}_r, {m}_r / {m}_g)",
        summary: "each group's {m} over the reference's",
        options: &["reference", "groups"],
        undefined: "where the reference has no value, or 0",
        source: "Aequitas, group disparities: to a fixed group, the majority (largest) or the least value (lowest)",
        peers: &[
            ("Aequitas", "_disparity, _parity (whether it is 0.8 to 1.25)"),
            ("AIF360", "ratio (not folded: the unprivileged group over the reference)"),
        ],
        of_criteria: true,
    },
    Suffix {
        name: "group_min",
        reduction: Reduction::GroupMin,
        formula: "min_g {m}",
        summary: "smallest {m} of the groups",
        options: &[],
        undefined: "without groups",
        source: FAIRLEARN,
        peers: &[
            ("SubpopBench", "worst_group_accuracy (of accuracy_score by label and attribute)"),
            ("OxonFair", ".min"),
            ("FairBench", "min"),
        ],
        of_criteria: false,
    },
    Suffix {
        name: "group_max",
        reduction: Reduction::GroupMax,
        formula: "max_g {m}",
        summary: "largest {m} of the groups",
        options: &[],
        undefined: "without groups",
        source: FAIRLEARN,
        peers: &[("OxonFair", ".max"), ("FairBench", "max")],
        of_criteria: false,
    },
    Suffix {
        name: "group_std",
        reduction: Reduction::GroupStd,
        formula: "square root of the mean over groups of ({m}_g - their mean)^2",
        summary: "standard deviation over groups of {m}",
        options: &[],
        undefined: FEW,
        source: "FairBench, reduction `std`",
        peers: &[("FairBench", "std")],
        of_criteria: false,
    },
    Suffix {
        name: "group_cv",
        reduction: Reduction::GroupCv,
        formula: "{m}_group_std / mean over groups of {m}",
        summary: "standard deviation over mean of the groups' {m}",
        options: &[],
        undefined: "with fewer than two groups, or where their mean is not above 0",
        source: "FairBench, reduction `std` over `mean`",
        peers: &[],
        of_criteria: false,
    },
    Suffix {
        name: "corrected_gini",
        reduction: Reduction::CorrectedGini,
        formula: "sum over ordered pairs of groups of |{m}_g - {m}_h| / (2 G (G - 1) mean over groups of {m}): {m}_gini times G / (G - 1)",
        summary: "Gini coefficient over groups of {m}, for a sample of groups",
        options: &[],
        undefined: "with fewer than two groups, or where their mean is not above 0",
        source: "Howard et al. (2022), Evaluating proposed fairness models for face recognition algorithms",
        peers: &[],
        of_criteria: true,
    },
    Suffix {
        name: "inequity",
        reduction: Reduction::Inequity,
        formula: "max_g {m} / (product over groups of {m})^(1/G)",
        summary: "largest over geometric mean of the groups' {m}",
        options: &[],
        undefined: "with fewer than two groups, or where one has 0",
        source: "Grother (2022), NIST IR 8429, Face Recognition Vendor Test part 8: summarizing demographic differentials",
        peers: &[("NIST FRTE", "IFMR, INFMR (of FMR and of FNMR: max over geometric mean)")],
        of_criteria: false,
    },
    Suffix {
        name: "gini",
        reduction: Reduction::Gini,
        formula: "sum over ordered pairs of groups of |{m}_g - {m}_h| / (2 G^2 mean over groups of {m})",
        summary: "Gini coefficient over groups of {m}",
        options: &[],
        undefined: "with fewer than two groups, or where their mean is not above 0",
        source: "FairBench, reduction `gini`",
        peers: &[("FairBench", "gini")],
        of_criteria: false,
    },
    Suffix {
        name: "equity_scaled",
        reduction: Reduction::EquityScaled(Scale::GroupStd),
        formula: "{m} / (1 + {m}_group_std); scale: sum_of_distances: {m} / (1 + sum over groups of |{m}_g - {m}|)",
        summary: "{m} over 1 plus how far the groups are apart",
        options: &["scale"],
        undefined: "without groups",
        source: "FairMedFM, equity-scaled metrics; Tian et al. (2024), FairSeg, for the sum of distances",
        peers: &[("FairMedFM", "es_dice, es_auc")],
        of_criteria: false,
    },
    Suffix {
        name: "mean_over_groups",
        reduction: Reduction::MeanOverGroups,
        formula: "mean over groups of {m}, whatever their size",
        summary: "mean over groups of {m}",
        options: &[],
        undefined: "without groups",
        source: "SubpopBench, `adjusted_accuracy`",
        peers: &[("SubpopBench", "adjusted_accuracy"), ("OxonFair", ".average"), ("FairBench", "mean")],
        of_criteria: false,
    },
    Suffix {
        name: "weighted_mean",
        reduction: Reduction::WeightedMean,
        formula: "sum over groups of n_g {m}_g / sum over groups of n_g",
        summary: "mean over groups of {m}, each counting as often as it has items",
        options: &[],
        undefined: "without groups",
        source: "FairBench, reduction `wmean`",
        peers: &[("FairBench", "wmean")],
        of_criteria: false,
    },
    Suffix {
        name: "skewness",
        reduction: Reduction::Skewness,
        formula: "(1 - min_g {m}) / (1 - max_g {m})",
        summary: "what the worst group's {m} lacks of 1, over what the best one's does",
        options: &[],
        undefined: "with fewer than two groups, or where the best one's number is 1",
        source: "FairMedFM, skewed error ratio",
        peers: &[("FairMedFM", "ser, skewness")],
        of_criteria: false,
    },
    Suffix {
        name: "shortfall",
        reduction: Reduction::Shortfall,
        formula: "sum over groups of (1 - {m}_g / max_h {m}_h) / (G - 1); 0 where max_h {m}_h is",
        summary: "mean share by which the other groups' {m} falls short of the best one's",
        options: &[],
        undefined: FEW,
        source: "Dominguez-Catena et al. (2022), Assessing demographic bias transfer from dataset to model",
        peers: &[("Biased-Heritage", "intraclass_disparity, overall_disparity (of recall)")],
        of_criteria: false,
    },
    Suffix {
        name: "subgroup_unfairness",
        reduction: Reduction::SubgroupUnfairness,
        formula: "max_g (n_g / sum over groups of n_g) |{m}_g - {m}|",
        summary: "largest distance of a group's {m} from that of all items, times the group's share of the items",
        options: &[],
        undefined: "without groups",
        source: "Kearns et al. (2018), Preventing fairness gerrymandering: auditing and learning for subgroup fairness; over the groups that are named",
        peers: &[(
            "AIF360",
            "rich_subgroup (searches linear subgroups, and weighs a false positive rate by the group's share of the negatives)",
        )],
        of_criteria: false,
    },
    Suffix {
        name: "levelled",
        reduction: Reduction::Levelled(0.0),
        formula: "share of groups with {m} at least `at`",
        summary: "share of groups whose {m} reaches `at`",
        options: &["at"],
        undefined: "without groups",
        source: "Mittelstadt, Wachter and Russell (2023), The unfairness of fair machine learning: levelling up",
        peers: &[],
        of_criteria: false,
    },
];
