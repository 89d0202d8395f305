//! `compare:`: which results are set against which, always on the same items.

use super::decode::{Decode, Fields, expected, one_or_many, word};
use super::evaluation::Written;
use super::node::{Key, Node, Value};
use super::problem::{Problem, Problems};

/// One entry of `compare:`. Names of axes, levels, models and metrics are checked by the room that knows those.
#[derive(Clone, Debug, PartialEq)]
pub struct Comparison {
    /// What differs between the sides; everything else is the same.
    pub over: Over,
    /// The columns that are compared.
    pub metrics: Vec<Written<String>>,
    /// The only evaluations that are looked at; `None` for all that have the metrics.
    pub evaluations: Option<Vec<Written<String>>>,
    /// Axes over whose levels the numbers of a side are averaged.
    pub average: Vec<Written<String>>,
    /// The axes (and `model`) for each of whose levels there is a number of its own; `None` for all that are neither compared nor averaged.
    pub each: Option<Vec<Written<String>>>,
    /// The axes over which entries before are matched with entries after, for what [`Self::report`] says of all of them.
    pub matched: Vec<Written<String>>,
    /// What is reported.
    pub report: Vec<Report>,
    /// Where p comes from.
    pub test: Option<Written<Test>>,
    /// How far apart two numbers may be and still count as equal.
    pub within: Option<f64>,
    /// What many comparisons at once do to p.
    pub adjust: Adjust,
}

/// What differs between the sides of a comparison.
#[derive(Clone, Debug, PartialEq)]
pub enum Over {
    /// Levels of an axis, of `model`, or the groups of a breakdown.
    Axis {
        /// The axis or the breakdown.
        name: Written<String>,
        /// Which levels.
        sides: Sides,
    },
    /// Two models that are named, from the first to the second.
    Models(Written<String>, Written<String>),
    /// All levels of a numeric axis, along which the numbers rise or fall.
    Trend(Written<String>),
}

/// What tells the findings about one cell apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Apart {
    /// There is one.
    Nothing,
    /// The level that is set against the baseline.
    To,
    /// Both levels.
    Pair,
}

impl Over {
    /// What tells the findings about one cell apart.
    pub fn apart(&self) -> Apart {
        match self {
            Self::Axis { sides: Sides::Baseline(_), .. } => Apart::To,
            Self::Axis { sides: Sides::AllPairs, .. } => Apart::Pair,
            Self::Axis { sides: Sides::FromTo(..), .. } | Self::Models(..) | Self::Trend(_) => Apart::Nothing,
        }
    }
}

/// Which levels of an axis are compared.
#[derive(Clone, Debug, PartialEq)]
pub enum Sides {
    /// Every level with this one.
    Baseline(Written<String>),
    /// Every two levels, the earlier in the file with the later.
    AllPairs,
    /// One level with another.
    FromTo(Written<String>, Written<String>),
}

/// What is said of two sides.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Report {
    /// Their difference.
    Difference,
    /// What became of an effect: retained, amplified, attenuated, flipped, removed, introduced.
    Transition,
    /// The share of the effects before that are still there after.
    RetentionRate,
    /// How the numbers before and after correlate.
    Correlation,
}

/// Where p comes from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Test {
    /// The resamples on the other side of 0.
    #[default]
    Bootstrap,
    /// McNemar's test of a share on the same items, mid-P.
    McNemar,
    /// The same, never too small and often too large.
    McNemarExact,
    /// Fisher's exact test of a share in two groups.
    Fisher,
    /// Exchanges of the two sides, item by item; of two groups, of their labels.
    Permutation,
}

impl Test {
    const WORDS: [(&str, Self); 5] = [
        ("bootstrap", Self::Bootstrap),
        ("mcnemar", Self::McNemar),
        ("mcnemar_exact", Self::McNemarExact),
        ("fisher", Self::Fisher),
        ("permutation", Self::Permutation),
    ];

    /// The word in specs.
    pub fn word(self) -> &'static str {
        Self::WORDS.iter().find(|(_, test)| *test == self).map_or("", |(word, _)| word)
    }
}

impl Decode for Test {
    fn decode(node: &Node, problems: &mut Problems) -> Option<Self> {
        word(node, problems, &Self::WORDS)
    }
}

/// How p is adjusted within one entry of `compare:`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Adjust {
    /// Not at all.
    #[default]
    None,
    /// Holm (1979): the chance of any false finding.
    Holm,
    /// Benjamini and Hochberg (1995): the expected share of false findings.
    BenjaminiHochberg,
}

const OWN: [&str; 11] =
    ["models", "trend", "metrics", "evaluations", "average", "each", "match", "report", "test", "equivalence", "adjust"];

impl Decode for Comparison {
    fn decode(node: &Node, problems: &mut Problems) -> Option<Self> {
        let Value::Map(entries) = &node.value else {
            return expected(node, problems, "a comparison, such as `{model: all_pairs, metrics: [accuracy_score]}`");
        };
        let others = || entries.iter().filter(|(key, _)| !OWN.contains(&key.text.as_str()));
        // A list is no side, but the value of a misspelled key.
        let axis = others().find(|(_, value)| !matches!(value.value, Value::List(_))).or_else(|| others().next());
        let rest = entries.iter().filter(|(key, _)| axis.is_none_or(|(axis, _)| axis.text != key.text)).cloned().collect();
        let rest = Node { value: Value::Map(rest), ..node.clone() };
        let mut fields = Fields::of(&rest, problems, "a comparison")?;
        let models: Option<Vec<Written<String>>> = fields.optional("models", problems);
        let trend: Option<Written<String>> = fields.optional("trend", problems);
        let metrics = fields.required_with("metrics", problems, one_or_many);
        let evaluations = fields.optional_with("evaluations", problems, one_or_many);
        let average: Option<Vec<Written<String>>> = fields.optional_with("average", problems, one_or_many);
        let each: Option<Vec<Written<String>>> = fields.optional_with("each", problems, one_or_many);
        let matched: Option<Vec<Written<String>>> = fields.optional_with("match", problems, one_or_many);
        let report = fields.optional_with("report", problems, one_or_many);
        let test: Option<Written<Test>> = fields.optional("test", problems);
        let within = fields.optional_with("equivalence", problems, within);
        let adjust = fields.optional_with("adjust", problems, |node, problems| {
            word(node, problems, &[("none", Adjust::None), ("holm", Adjust::Holm), ("bh", Adjust::BenjaminiHochberg)])
        });
        fields.finish(problems);
        let over = match (axis, models, trend) {
            (Some((key, value)), None, None) => sides(value, problems).map(|sides| Over::Axis { name: of_key(key, node), sides }),
            (None, Some(models), None) => match <[Written<String>; 2]>::try_from(models) {
                Ok([first, second]) => Some(Over::Models(first, second)),
                Err(models) => {
                    let message = format!("expected two models, from the first to the second, found {}", models.len());
                    let problem = Problem::at(node.get("models").unwrap_or(node), message);
                    problems.push(problem.help("for more, write `model: all_pairs`"));
                    None
                }
            },
            (None, None, Some(axis)) => Some(Over::Trend(axis)),
            _ => expected(node, problems, "what differs: one axis or group, `model`, `models: [A, B]`, or `trend: AXIS`"),
        };
        let named = metrics.is_some();
        let comparison = Self {
            over: over?,
            metrics: metrics.unwrap_or_default(),
            evaluations,
            average: average.unwrap_or_default(),
            each,
            matched: matched.unwrap_or_default(),
            report: report.unwrap_or_else(|| vec![Report::Difference]),
            test,
            within,
            adjust: adjust.unwrap_or_default(),
        };
        comparison.check(node, problems);
        named.then_some(comparison)
    }
}

impl Comparison {
    /// The parts that have no meaning together.
    fn check(&self, node: &Node, problems: &mut Problems) {
        let at = |key: &str| node.get(key).unwrap_or(node);
        let changes = self.report.iter().any(|report| *report != Report::Difference);
        if let Over::Trend(_) = self.over {
            if changes {
                problems.push(Problem::at(at("report"), "a trend has a slope alone to report").help("remove `report`"));
            }
            if let Some(test) = self.test.as_ref().filter(|test| test.value != Test::Bootstrap) {
                problems.push(
                    Problem::at(&test.node, format!("`{}` tests two sides, and a trend has more", test.value.word()))
                        .help("leave `test` out: the p of a slope is from resamples"),
                );
            }
        }
        if let (Some(test), false) = (self.test.as_ref().filter(|test| test.value != Test::Bootstrap), self.average.is_empty()) {
            problems.push(
                Problem::at(&test.node, format!("`{}` tests single cells, and `average` makes means of several", test.value.word()))
                    .help("remove one of the two"),
            );
        }
        if changes && !self.average.is_empty() {
            problems.push(
                Problem::at(at("report"), "what became of an effect is told of single cells, and `average` makes means of several")
                    .help("remove `average`, or write `report: difference`"),
            );
        }
        if !self.matched.is_empty() && !self.report.iter().any(|report| matches!(report, Report::RetentionRate | Report::Correlation)) {
            problems.push(
                Problem::at(
                    at("match"),
                    "`match` says over which axes a retention rate or a correlation is taken, and neither is reported",
                )
                .help("add `report: [difference, retention_rate, correlation]`, or remove `match`"),
            );
        }
    }
}

impl Decode for Report {
    fn decode(node: &Node, problems: &mut Problems) -> Option<Self> {
        let words = [
            ("difference", Self::Difference),
            ("transition", Self::Transition),
            ("retention_rate", Self::RetentionRate),
            ("correlation", Self::Correlation),
        ];
        word(node, problems, &words)
    }
}

fn of_key(key: &Key, map: &Node) -> Written<String> {
    let node = Node { value: Value::Text(key.text.clone()), place: key.place.clone(), via: map.via.clone() };
    Written { value: key.text.clone(), node }
}

fn sides(node: &Node, problems: &mut Problems) -> Option<Sides> {
    if let Value::Text(_) = node.value {
        return word(node, problems, &[("all_pairs", ())]).map(|()| Sides::AllPairs);
    }
    let mut fields = Fields::of(node, problems, "the sides of a comparison")?;
    let baseline = fields.optional_with("baseline", problems, level);
    let from = fields.optional_with("from", problems, level);
    let to = fields.optional_with("to", problems, level);
    fields.finish(problems);
    match (baseline, from, to) {
        (Some(baseline), None, None) => Some(Sides::Baseline(baseline)),
        (None, Some(from), Some(to)) => Some(Sides::FromTo(from, to)),
        _ => expected(node, problems, "`all_pairs`, `{baseline: LEVEL}`, or `{from: LEVEL, to: LEVEL}`"),
    }
}

/// A level by the label that it has in results.
fn level(node: &Node, _: &mut Problems) -> Option<Written<String>> {
    Some(Written { value: super::decode::canonical(node), node: node.clone() })
}

/// `{within: 0.05}`.
fn within(node: &Node, problems: &mut Problems) -> Option<f64> {
    let mut fields = Fields::of(node, problems, "`equivalence`")?;
    let within: Option<Written<f64>> = fields.required("within", problems);
    fields.finish(problems);
    let within = within?;
    if within.value > 0.0 {
        return Some(within.value);
    }
    expected(&within.node, problems, "a number above 0, in the units of the metric")
}
