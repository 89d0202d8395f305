//! What a reduction over groups is called with.

use super::Over;
use super::averages::Spread;
use crate::score::breakdown::combine::Combine;
use crate::score::breakdown::reduction::{Against, Pick, Reduction, Scale, Step};
use crate::score::breakdown::reference::Reference;
use crate::score::registry::{Definition, Suffix};
use crate::spec::decode::{Decode, number_in, word};
use crate::spec::evaluation::{MetricCall, Written};
use crate::spec::node::Node;
use crate::spec::problem::{Problem, Problems};

/// A reduction as it is called.
pub(super) struct Called<'a> {
    pub(super) call: &'a MetricCall,
    pub(super) suffix: &'static Suffix,
    /// The metrics that are reduced.
    pub(super) parts: &'a [&'static Definition],
    /// What becomes of several classes.
    pub(super) spread: Option<Spread>,
}

impl Called<'_> {
    /// The reduction, and the group that others are set against where there is one.
    pub(super) fn over(&self, problems: &mut Problems) -> Option<(Over, Option<Written<Reference>>)> {
        let reference = self.option("reference").map(|node| Written::<Reference>::decode(node, problems));
        // A reference that is none has been refused already.
        let reference = match reference {
            Some(reference) => Some(reference?),
            None => None,
        };
        let reduction = self.reduction(reference.is_some(), problems)?;
        if let Some(part) = self.parts.iter().find(|part| !self.suffix.takes(part)) {
            let message =
                format!("`{}` compares what groups lack of 1, and 1 is not the most that `{}` can be", self.call.choice.name, part.name);
            problems.push(Problem::at(&self.call.choice.name_node, message).help("use `_difference` or `_ratio`"));
            return None;
        }
        let parts = self.parts(reduction, problems)?;
        let classes = match self.spread {
            Some(Spread::Reduced(combine)) => combine,
            _ => None,
        };
        Some((Over { reduction, parts, classes }, reference))
    }

    fn option(&self, name: &str) -> Option<&Node> {
        self.suffix.options.contains(&name).then(|| self.call.choice.options.get(name)).flatten()
    }

    fn reduction(&self, anchored: bool, problems: &mut Problems) -> Option<Reduction> {
        let (name, node) = (&self.call.choice.name, &self.call.choice.name_node);
        let step = match self.suffix.name {
            "disparity" => Some(Step::Over),
            _ => anchored.then_some(Step::Minus),
        };
        if let (true, Some(method)) = (anchored, self.option("method")) {
            problems.push(Problem::at(method, "`method` and `reference` are two readings: give one of them"));
            return None;
        }
        if let (Some(step), true) = (step, anchored) {
            let farthest = match step {
                Step::Minus => Reduction::Difference(Against::Reference),
                Step::Over => Reduction::Ratio(Against::Reference),
            };
            let picks = [("per_group", Pick::Each), ("min", Pick::Min), ("max", Pick::Max), ("mean", Pick::Mean)];
            let mut words: Vec<(&str, Reduction)> = picks.map(|(word, pick)| (word, Reduction::Relative(step, pick))).to_vec();
            words.push(("farthest", farthest));
            return match self.option("groups") {
                Some(groups) => word(groups, problems, &words),
                None => Some(Reduction::Relative(step, Pick::Each)),
            };
        }
        if let Some(groups) = self.option("groups").or(step.map(|_| node)) {
            let problem = Problem::at(groups, format!("`{name}` needs a `reference` to set groups against"));
            problems.push(problem.help(format!("write `{{{name}: {{reference: LEVEL | largest | smallest | highest | lowest}}}}`")));
            return None;
        }
        match self.suffix.reduction {
            Reduction::Difference(_) => self.against(problems).map(Reduction::Difference),
            Reduction::Ratio(_) => self.against(problems).map(Reduction::Ratio),
            Reduction::EquityScaled(scale) => match self.option("scale") {
                Some(node) => {
                    let words = [("group_std", Scale::GroupStd), ("sum_of_distances", Scale::SumOfDistances)];
                    word(node, problems, &words).map(Reduction::EquityScaled)
                }
                None => Some(Reduction::EquityScaled(scale)),
            },
            Reduction::Levelled(_) => match self.option("at") {
                Some(node) => {
                    let (least, most) = self.parts.first()?.range;
                    number_in(node, problems, least, most).map(Reduction::Levelled)
                }
                None => {
                    let problem = Problem::at(node, format!("`{name}` needs `at`, the level to reach"));
                    problems.push(problem.help(format!("write `{{{name}: {{at: 0.8}}}}`")));
                    None
                }
            },
            reduction => Some(reduction),
        }
    }

    fn against(&self, problems: &mut Problems) -> Option<Against> {
        let words = [("between_groups", Against::Groups), ("to_overall", Against::Overall)];
        self.option("method").map_or(Some(Against::Groups), |node| word(node, problems, &words))
    }

    /// How the reductions of two metrics become one.
    fn parts(&self, reduction: Reduction, problems: &mut Problems) -> Option<Combine> {
        let worst = if reduction.grows() { Combine::Max } else { Combine::Min };
        let mut words = vec![("mean", Combine::Mean), ("sum", Combine::Sum)];
        if reduction.is_gap() {
            // What is signed has no worst case.
            words.insert(0, ("worst_case", worst));
        }
        match self.call.choice.options.get("agg") {
            _ if self.parts.len() == 1 => Some(worst),
            Some(node) => word(node, problems, &words),
            None => {
                let name = &self.call.choice.name;
                let known: Vec<&str> = words.iter().map(|(word, _)| *word).collect();
                let fairlearn = if reduction.is_gap() { " (fairlearn's is worst_case)" } else { "" };
                let problem = Problem::at(&self.call.choice.name_node, format!("`{name}` has several readings"));
                problems.push(problem.help(format!("say which: `{{{name}: {{agg: {}}}}}`{fairlearn}", known.join(" | "))));
                None
            }
        }
    }
}
