//! `uncertainty:`: how far a number can be trusted, and how that is found out.

use std::fmt;

use super::decode::{Decode, Fields, expected, number_in, one_or_many, word};
use super::evaluation::Written;
use super::node::{Node, Value};
use super::problem::{Problem, Problems};

/// How intervals and nulls are made. A key that is not written keeps the outer (an evaluation's the study's) or the default value.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Uncertainty {
    bootstrap: Option<u32>,
    level: Option<f64>,
    seed: Option<u64>,
    cluster: Option<Cluster>,
    method: Option<Method>,
    shares: Option<Shares>,
    permutations: Option<u32>,
    refit: Option<bool>,
    include: Vec<String>,
}

/// What is drawn together when items are resampled.
#[derive(Clone, PartialEq)]
pub enum Cluster {
    /// The subject, where the predictions know one; single items otherwise. Where it is asked for, it must be known.
    Subject(Option<Node>),
    /// Single items, also where subjects are known.
    Items,
    /// The items that share a level of this field.
    Field(Written<String>),
}

/// Where it is written is no part of what a result is kept by.
impl fmt::Debug for Cluster {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Subject(_) => f.write_str("Subject"),
            Self::Items => f.write_str("Items"),
            Self::Field(field) => f.debug_tuple("Field").field(&field.value).finish(),
        }
    }
}

/// How intervals are made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Method {
    /// Exact ones for shares, widened percentiles for other numbers, intersection bounds for gaps.
    Standard,
    /// The plain quantiles of the replicates, also of gaps: too narrow for small groups, for comparison with other tools.
    Percentile,
    /// Quantiles corrected for bias and acceleration; intersection bounds for gaps.
    Bca,
}

/// Which interval shares have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shares {
    /// Mid-P: covers what it promises on average, nearly everywhere.
    MidP,
    /// Wilson's score interval: narrower, and below its level near 0 and 1.
    Wilson,
    /// Covers at least what it promises everywhere, and is wider for it.
    ClopperPearson,
}

impl Uncertainty {
    /// What is written here, and where nothing is written, what is written in `outer`.
    #[must_use]
    pub fn over(&self, outer: &Self) -> Self {
        Self {
            bootstrap: self.bootstrap.or(outer.bootstrap),
            level: self.level.or(outer.level),
            seed: self.seed.or(outer.seed),
            cluster: self.cluster.clone().or_else(|| outer.cluster.clone()),
            method: self.method.or(outer.method),
            shares: self.shares.or(outer.shares),
            permutations: self.permutations.or(outer.permutations),
            refit: self.refit.or(outer.refit),
            include: outer.include.clone(),
        }
    }

    /// Bootstrap replicates; 0 for no interval. Default: 1000.
    pub fn bootstrap(&self) -> u32 {
        self.bootstrap.unwrap_or(1000)
    }

    /// The intervals' level, between 0 and 1. Default: 0.95.
    pub fn level(&self) -> f64 {
        self.level.unwrap_or(0.95)
    }

    /// The seed of every draw. Default: 0.
    pub fn seed(&self) -> u64 {
        self.seed.unwrap_or(0)
    }

    /// What is drawn together. Default: the subject, where one is known.
    pub fn cluster(&self) -> &Cluster {
        self.cluster.as_ref().unwrap_or(&Cluster::Subject(None))
    }

    /// The field whose levels are drawn, and where it is named, if one is, here or else in `outer`.
    pub fn clustered<'a>(&'a self, outer: &'a Self) -> Option<(&'a str, &'a Node)> {
        match self.cluster.as_ref().or(outer.cluster.as_ref()) {
            Some(Cluster::Field(field)) => Some((&field.value, &field.node)),
            _ => None,
        }
    }

    /// Where subjects are asked for, here or else in `outer`.
    pub fn by_subject<'a>(&'a self, outer: &'a Self) -> Option<&'a Node> {
        match self.cluster.as_ref().or(outer.cluster.as_ref()) {
            Some(Cluster::Subject(node)) => node.as_ref(),
            _ => None,
        }
    }

    /// How intervals are made. Default: standard.
    pub fn method(&self) -> Method {
        self.method.unwrap_or(Method::Standard)
    }

    /// Whether shares have intervals of their own: by default with the standard method, and with any where they are written.
    pub fn shares_have_their_own(&self) -> bool {
        self.method() == Method::Standard || self.shares.is_some()
    }

    /// Which interval shares have. Default: mid-P.
    pub fn shares(&self) -> Shares {
        self.shares.unwrap_or(Shares::MidP)
    }

    /// Whether fitted rules are found anew in every resample. Default: they stay.
    pub fn refit(&self) -> bool {
        self.refit.unwrap_or(false)
    }

    /// The axes that the intervals of means over them know of: as a study says it, for all evaluations alike.
    pub fn include(&self) -> &[String] {
        &self.include
    }

    /// The same with another method, for tests and benches.
    #[must_use]
    pub fn with_method(mut self, method: Method) -> Self {
        self.method = Some(method);
        self
    }

    /// Permutations of the group labels behind every gap's null; 0 for none. Default: 1000.
    pub fn permutations(&self) -> u32 {
        self.permutations.unwrap_or(1000)
    }

    /// The same with other numbers of replicates and permutations, for tests and benches.
    #[must_use]
    pub fn with_draws(mut self, bootstrap: u32, permutations: u32) -> Self {
        self.bootstrap = Some(bootstrap);
        self.permutations = Some(permutations);
        self
    }
}

impl Decode for Uncertainty {
    fn decode(node: &Node, problems: &mut Problems) -> Option<Self> {
        let mut fields = Fields::of(node, problems, "`uncertainty`")?;
        let decoded = Self {
            bootstrap: fields.optional_with("bootstrap", problems, draws),
            level: fields.optional_with("level", problems, |node, problems| number_in(node, problems, 0.5, 0.9999)),
            seed: fields.optional("seed", problems),
            cluster: fields.optional("cluster", problems),
            method: fields.optional_with("method", problems, |node, problems| {
                word(node, problems, &[("standard", Method::Standard), ("percentile", Method::Percentile), ("bca", Method::Bca)])
            }),
            shares: fields.optional_with("shares", problems, |node, problems| {
                let words = [("mid_p", Shares::MidP), ("wilson", Shares::Wilson), ("clopper_pearson", Shares::ClopperPearson)];
                word(node, problems, &words)
            }),
            permutations: fields.optional_with("null", problems, null),
            refit: fields.optional("refit", problems),
            include: fields.optional_with("include", problems, one_or_many).unwrap_or_default(),
        };
        fields.finish(problems);
        Some(decoded)
    }
}

impl Decode for Cluster {
    fn decode(node: &Node, problems: &mut Problems) -> Option<Self> {
        match &node.value {
            Value::Text(text) => Some(match text.as_str() {
                "subject" => Self::Subject(Some(node.clone())),
                "none" => Self::Items,
                field => Self::Field(Written { value: field.to_owned(), node: node.clone() }),
            }),
            _ => expected(node, problems, "the name of a field, `subject` or `none`"),
        }
    }
}

/// None, or enough draws for a quantile to mean something.
fn draws(node: &Node, problems: &mut Problems) -> Option<u32> {
    let draws = u32::decode(node, problems)?;
    if draws == 0 || (100..=1_000_000).contains(&draws) {
        return Some(draws);
    }
    problems.push(Problem::at(node, format!("`{draws}` draws are out of range: must be 0 (none), or between 100 and 1000000")));
    None
}

fn null(node: &Node, problems: &mut Problems) -> Option<u32> {
    let mut fields = Fields::of(node, problems, "`null`")?;
    let permutations = fields.required_with("permutations", problems, draws);
    fields.finish(problems);
    permutations
}
