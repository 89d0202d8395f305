//! What a study's results will hold, and so what its tables may mention.

use std::collections::BTreeSet;

use super::problem::{Problem, Problems, did_you_mean, is_near};
use super::table::{Column, Dimension, Layout, Mention, Table, Word};

/// Everything that tables can mention.
#[derive(Clone, Debug, Default)]
pub struct Vocabulary {
    /// The axes, in file order, pooled ones included.
    pub axes: Vec<Dimension>,
    /// One entry a pair of a model and an evaluation that scores it.
    pub scored: Vec<Scored>,
    /// The entries of `compare` that are wrong: what they would say is not known.
    pub untold: Vec<String>,
    /// What is not known of the results besides.
    pub lacking: Lacking,
}

/// What is not known of the results, as evaluations are wrong: what that may be is no second mistake.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Lacking {
    /// All is known.
    #[default]
    Nothing,
    /// What becomes of these metrics, as they are written.
    Metrics(Vec<String>),
    /// Which models and evaluations there are.
    Results,
}

impl Lacking {
    /// Whether all is known.
    pub fn is_nothing(&self) -> bool {
        *self == Self::Nothing
    }

    /// The metrics of which it is not known what becomes of them.
    pub fn metrics(&self) -> impl Iterator<Item = &str> {
        let names = if let Self::Metrics(names) = self { names.as_slice() } else { &[] };
        names.iter().map(String::as_str)
    }

    /// Whether a column may be one of those that are not known, or was meant to be.
    pub fn may_be(&self, column: &str) -> bool {
        match self {
            Self::Nothing => false,
            Self::Metrics(names) => names.iter().any(|name| column.starts_with(name.as_str()) || is_near(column, name)),
            Self::Results => true,
        }
    }
}

/// What one evaluation says of one model.
#[derive(Clone, Debug, PartialEq)]
pub struct Scored {
    /// The model.
    pub model: String,
    /// The evaluation.
    pub evaluation: String,
    /// The split; where it comes from an axis, any text that differs from other splits.
    pub data: String,
    /// The decision rules' names.
    pub decisions: Vec<String>,
    /// The axes that the cells span.
    pub axes: Vec<String>,
    /// The metrics.
    pub metrics: Vec<MetricColumn>,
}

/// The numbers of one column name.
#[derive(Clone, Debug, PartialEq)]
pub struct MetricColumn {
    /// The column's name: the `as`, else the generated name.
    pub name: String,
    /// Whether it depends on the decision rule.
    pub decided: bool,
    /// What it is, where two models cannot exchange what it counts item by item.
    pub unexchanged: Option<&'static str>,
    /// Whether it is an effect: a number that is 0 (a ratio: 1), or told from chance, where there is none.
    pub effect: bool,
    /// Whether it is of two models, so that comparisons alone say it.
    pub of_models: bool,
    /// Whether there is a number of all items.
    pub overall: bool,
    /// The groupings with a number for each group.
    pub per_group: Vec<String>,
    /// The groupings with one number over the groups, such as a gap.
    pub over_groups: Vec<String>,
    /// What it is a share of.
    pub share: ShareOf,
}

/// What a number is a share of.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ShareOf {
    /// It is no share.
    #[default]
    Nothing,
    /// Of items that are what they are whatever is decided: two models' shares are of the same items.
    Truths,
    /// Of items that decisions choose, as a precision is.
    Decisions,
}

impl Layout {
    /// The leaderboard of a study that asks for none: every axis that is not averaged or pooled, every metric once; `None` where there is a table or
    /// no metric.
    pub fn default_table(&self, vocabulary: &Vocabulary) -> Option<Table> {
        let merged = |name: &str| self.average.iter().chain(&self.pool).any(|mention| mention.name == name);
        let mut columns: Vec<Column> = Vec::new();
        for metric in vocabulary.scored.iter().flat_map(|scored| &scored.metrics).filter(|metric| !metric.of_models) {
            let name = Mention::unwritten(&metric.name);
            if columns.iter().any(|column| column.metrics().first().is_some_and(|known| known.name == name.name)) {
                continue;
            }
            if metric.overall || metric.over_groups.len() == 1 {
                columns.push(Column::Metric(name));
            } else {
                let groupings = metric.over_groups.iter().chain(&metric.per_group);
                columns.extend(groupings.map(|by| Column::Each { over: Mention::unwritten(by), metrics: vec![name.clone()] }));
            }
        }
        let varies = |word: &Word| {
            let levels: BTreeSet<&str> = vocabulary.scored.iter().flat_map(|scored| scored.levels(*word)).collect();
            levels.len() > 1
        };
        let mut rows = vec![Mention::unwritten(Word::Model.text())];
        rows.extend(vocabulary.axes.iter().filter(|axis| !merged(&axis.name)).map(|axis| Mention::unwritten(&axis.name)));
        let words = [Word::Evaluation, Word::Data, Word::Decision].into_iter().filter(varies);
        rows.extend(words.map(|word| Mention::unwritten(word.text())));
        let table = Table { rows, columns, sort: None, spread: None, best: false, average: Vec::new(), conditions: Vec::new(), read: true };
        (self.tables.is_empty() && !table.columns.is_empty()).then_some(table)
    }
}

impl Vocabulary {
    pub(super) fn known_axis(&self, mention: &Mention, problems: &mut Problems) {
        if !self.axes.iter().any(|axis| axis.name == mention.name) {
            problems.push(
                Problem::at(&mention.node, format!("unknown axis `{}`", mention.name))
                    .help(did_you_mean(&mention.name, self.axes.iter().map(|axis| axis.name.as_str()))),
            );
        }
    }

    pub(super) fn metric_names(&self, shown: impl Fn(&Scored) -> bool) -> BTreeSet<&str> {
        self.scored.iter().filter(|scored| shown(scored)).flat_map(|scored| &scored.metrics).map(|metric| metric.name.as_str()).collect()
    }

    pub(super) fn groupings(&self) -> BTreeSet<&str> {
        let metrics = self.scored.iter().flat_map(|scored| &scored.metrics);
        metrics.flat_map(|metric| metric.per_group.iter().chain(&metric.over_groups)).map(String::as_str).collect()
    }

    /// Whether it is not known if there is a column, as what would make it is wrong, which is told there.
    pub(super) fn is_untold(&self, column: &str) -> bool {
        self.lacking.may_be(column)
            || column.split_once('.').is_some_and(|(comparison, _)| self.untold.iter().any(|untold| untold == comparison))
    }

    /// The names that may stand in `rows`.
    pub(super) fn dimensions(&self) -> Vec<&str> {
        let mut names: Vec<&str> = self.axes.iter().map(|axis| axis.name.as_str()).collect();
        names.extend(Word::ALL.map(Word::text));
        names
    }

    /// The levels of an axis or a word.
    pub(super) fn levels(&self, name: &str) -> Option<Vec<&str>> {
        if let Some(axis) = self.axes.iter().find(|axis| axis.name == name) {
            return Some(axis.levels.iter().map(String::as_str).collect());
        }
        let word = Word::of(name)?;
        let levels: BTreeSet<&str> = self.scored.iter().flat_map(|scored| scored.levels(word)).collect();
        // A number between models is of none.
        Some(levels.into_iter().filter(|level| !level.is_empty()).collect())
    }
}

impl Scored {
    pub(super) fn levels(&self, word: Word) -> Vec<&str> {
        match word {
            Word::Model => vec![&self.model],
            Word::Evaluation => vec![&self.evaluation],
            Word::Data => vec![&self.data],
            Word::Decision => self.decisions.iter().map(String::as_str).collect(),
        }
    }

    pub(super) fn metric(&self, name: &str) -> Option<&MetricColumn> {
        self.metrics.iter().find(|metric| metric.name == name)
    }
}
