//! Whether tables speak of nothing but what a study's results will hold.

use std::collections::BTreeSet;

use super::problem::{Problem, Problems, did_you_mean, is_near};
use super::table::{Column, Condition, Layout, Mention, Table, Word, same_fields};
use super::vocabulary::{MetricColumn, Scored, Vocabulary};

impl Layout {
    /// Pushes a problem for every name that means nothing, every axis that a table forgets, and every column that could show several numbers.
    pub fn check(&self, vocabulary: &Vocabulary, problems: &mut Problems) {
        for mention in self.average.iter().chain(&self.pool) {
            vocabulary.known_axis(mention, problems);
        }
        for mention in self.average.iter().filter(|mention| self.pool.iter().any(|pooled| pooled.name == mention.name)) {
            problems.push(
                Problem::at(&mention.node, format!("`{}` is pooled before scoring and cannot be averaged after", mention.name))
                    .help("keep it in `average` or in `pool`"),
            );
        }
        let metrics = vocabulary.metric_names(|_| true);
        for (column, _) in &self.tolerances.columns {
            if !metrics.contains(column.name.as_str()) && !vocabulary.is_untold(&column.name) {
                let known = metrics.iter().copied().chain(vocabulary.lacking.metrics()).chain(["default"]);
                problems.push(
                    Problem::at(&column.node, format!("no evaluation has the column `{}`", column.name))
                        .help(did_you_mean(&column.name, known)),
                );
            }
        }
        for (name, table) in self.tables.iter().filter(|(_, table)| table.read) {
            Check { layout: self, vocabulary, name, table }.run(problems);
        }
    }
}

/// The check of one table.
struct Check<'a> {
    layout: &'a Layout,
    vocabulary: &'a Vocabulary,
    name: &'a str,
    table: &'a Table,
}

impl Check<'_> {
    fn run(&self, problems: &mut Problems) {
        let before = problems.len();
        self.names(problems);
        let known = problems.len() == before;
        if self.vocabulary.lacking.is_nothing() {
            self.axes(problems);
        }
        if known && self.vocabulary.lacking.is_nothing() {
            self.collisions(problems);
        }
    }

    /// Every name means something, and one thing only.
    fn names(&self, problems: &mut Problems) {
        let dimensions = self.vocabulary.dimensions();
        for row in &self.table.rows {
            if !dimensions.contains(&row.name.as_str()) {
                problems.push(
                    Problem::at(&row.node, format!("rows of a table are axes or words; `{}` is neither", row.name))
                        .help(did_you_mean(&row.name, dimensions.iter().copied())),
                );
            }
        }
        for mention in &self.table.average {
            self.vocabulary.known_axis(mention, problems);
        }
        for mention in self.table.rows.iter().chain(&self.table.average) {
            if self.layout.pool.iter().any(|pooled| pooled.name == mention.name) {
                let message = format!("`{}` is pooled before scoring, so a table knows none of its levels", mention.name);
                problems.push(Problem::at(&mention.node, message).help("remove it here or from `pool`"));
            }
        }
        let before = problems.len();
        for condition in &self.table.conditions {
            self.condition(condition, problems);
        }
        // Where a condition or an evaluation is wrong, it is not known what the table shows: it could show all.
        let any = problems.len() > before || !self.vocabulary.lacking.is_nothing();
        let metrics = self.vocabulary.metric_names(|scored| any || self.shows(scored));
        let groupings = self.vocabulary.groupings();
        for column in &self.table.columns {
            let mut is_known = !any;
            if let Column::Each { over, .. } = column {
                let is_dimension = dimensions.contains(&over.name.as_str());
                let is_grouping = groupings.iter().any(|known| same_fields(known, &over.name));
                is_known &= is_dimension != is_grouping;
                if !is_dimension && !is_grouping && self.vocabulary.lacking.is_nothing() {
                    let spreads = |named: &&Mention| dimensions.contains(&named.name.as_str()) || groupings.contains(named.name.as_str());
                    let named = column.metrics().iter().find(spreads).filter(|_| metrics.contains(over.name.as_str()));
                    if let Some(named) = named {
                        problems.push(
                            Problem::at(
                                &over.node,
                                format!("columns spread over a group, an axis or a word, and `{}` is a metric", over.name),
                            )
                            .help(format!("turn it round: `{{{}: [{}]}}`", named.name, over.name)),
                        );
                        continue;
                    }
                    problems.push(
                        Problem::at(&over.node, format!("columns spread over a group, an axis or a word; `{}` is none", over.name))
                            .help(did_you_mean(&over.name, groupings.iter().chain(&dimensions).copied())),
                    );
                } else if is_dimension && is_grouping {
                    problems.push(
                        Problem::at(&over.node, format!("`{}` is both an axis and a group", over.name)).help("give the axis another name"),
                    );
                }
            }
            for metric in column.metrics() {
                if metrics.contains(metric.name.as_str()) {
                    if is_known {
                        self.readings(column, metric, problems);
                    }
                } else if !self.vocabulary.is_untold(&metric.name) {
                    problems.push(
                        Problem::at(&metric.node, format!("no evaluation that `{}` shows has the column `{}`", self.name, metric.name))
                            .help(did_you_mean(&metric.name, metrics.iter().copied().chain(self.vocabulary.lacking.metrics()))),
                    );
                }
            }
        }
        if let Some(sort) = &self.table.sort {
            let plain = self.table.columns.iter().filter_map(|column| match column {
                Column::Metric(metric) => Some(metric.name.as_str()),
                Column::Each { .. } => None,
            });
            if !plain.clone().any(|known| known == sort.metric.name) {
                let spread = self.table.columns.iter().find_map(|column| match column {
                    Column::Each { over, metrics } if metrics.iter().any(|metric| metric.name == sort.metric.name) => Some(over),
                    _ => None,
                });
                let help = match spread {
                    Some(over) => format!("it is spread over `{}`: add a plain `{}` to `columns`", over.name, sort.metric.name),
                    None => did_you_mean(&sort.metric.name, plain),
                };
                let message = format!("`{}` has no single column `{}` to sort by", self.name, sort.metric.name);
                problems.push(Problem::at(&sort.metric.node, message).help(help));
            }
        }
    }

    fn condition(&self, condition: &Condition, problems: &mut Problems) {
        let Some(levels) = self.vocabulary.levels(&condition.of.name) else {
            problems.push(
                Problem::at(&condition.of.node, format!("conditions of a table are on axes or words; `{}` is neither", condition.of.name))
                    .help(did_you_mean(&condition.of.name, self.vocabulary.dimensions())),
            );
            return;
        };
        if Word::of(&condition.of.name).is_some() && !self.vocabulary.lacking.is_nothing() {
            return;
        }
        for level in &condition.levels {
            if !levels.iter().any(|known| level.means(known)) {
                problems.push(
                    Problem::at(&level.node, format!("`{}` has no level `{}`", condition.of.name, level.name))
                        .help(did_you_mean(&level.name, levels.iter().copied())),
                );
            }
        }
    }

    /// One entry of `columns` means one number a cell, or one a level.
    fn readings(&self, column: &Column, metric: &Mention, problems: &mut Problems) {
        let numbers: Vec<&MetricColumn> =
            self.vocabulary.scored.iter().filter(|scored| self.shows(scored)).filter_map(|scored| scored.metric(&metric.name)).collect();
        let over: BTreeSet<&str> = numbers.iter().flat_map(|number| &number.over_groups).map(String::as_str).collect();
        let per_group: BTreeSet<&str> = numbers.iter().flat_map(|number| &number.per_group).map(String::as_str).collect();
        let overall = numbers.iter().any(|number| number.overall);
        let spellings = |groupings: &BTreeSet<&str>| {
            let spelled: Vec<String> = groupings.iter().map(|by| format!("`{{{by}: {}}}`", metric.name)).collect();
            spelled.join(" or ")
        };
        match column {
            _ if numbers.iter().any(|number| number.of_models) => problems.push(
                Problem::at(&metric.node, format!("`{}` is a number of two models, and has none of one", metric.name))
                    .help(format!("write `COMPARISON.{}`, with the name of an entry of `compare`", metric.name)),
            ),
            Column::Each { over: spread, .. } if self.vocabulary.levels(&spread.name).is_none() => {
                if !over.iter().chain(&per_group).any(|known| same_fields(known, &spread.name)) {
                    let known: BTreeSet<&str> = over.union(&per_group).copied().collect();
                    let help = match known.is_empty() {
                        true => "write the bare name".to_owned(),
                        false => format!("write {}, or add `{}` to the `groups` of its evaluation", spellings(&known), spread.name),
                    };
                    problems.push(Problem::at(&metric.node, format!("`{}` is not computed by `{}`", metric.name, spread.name)).help(help));
                }
            }
            _ if overall || over.len() == 1 => {}
            _ if over.is_empty() => problems.push(
                Problem::at(&metric.node, format!("`{}` has a number for each group but none of all items", metric.name))
                    .help(format!("write {}", spellings(&per_group))),
            ),
            _ => problems.push(
                Problem::at(&metric.node, format!("`{}` is computed over {} groupings", metric.name, over.len()))
                    .help(format!("write {}", spellings(&over))),
            ),
        }
    }

    /// Whether the table's conditions let some cell of this pair through.
    fn shows(&self, scored: &Scored) -> bool {
        self.table.conditions.iter().all(|condition| match Word::of(&condition.of.name) {
            Some(word) => scored.levels(word).into_iter().any(|level| condition.admits(Some(level))),
            None => scored.axes.contains(&condition.of.name) || condition.negated,
        })
    }

    /// Whether the cells of a column differ in an axis or a word only where that shows.
    fn placed(&self, name: &str, column: &Column) -> bool {
        let spread = matches!(column, Column::Each { over, .. } if over.name == name);
        let pinned = self.table.conditions.iter().any(|condition| {
            let left = self.vocabulary.levels(name).unwrap_or_default().into_iter().filter(|level| condition.admits(Some(level))).count();
            condition.of.name == name && left <= 1
        });
        spread || pinned || self.table.rows.iter().any(|row| row.name == name)
    }

    /// No axis is left out: a cell of the table would mix its levels unseen.
    fn axes(&self, problems: &mut Problems) {
        let merged = |name: &str| {
            let mut mentions = self.layout.average.iter().chain(&self.layout.pool).chain(&self.table.average);
            mentions.any(|mention| mention.name == name)
        };
        // What means nothing, but nearly an axis, is a slip for it.
        let dimensions = self.vocabulary.dimensions();
        let spreads = self.table.columns.iter().filter_map(|column| match column {
            Column::Each { over, .. } => Some(over),
            Column::Metric(_) => None,
        });
        let merges = self.layout.average.iter().chain(&self.layout.pool).chain(&self.table.average);
        let named = self.table.rows.iter().chain(merges).chain(spreads).map(|mention| mention.name.as_str());
        let unknown: Vec<&str> = named.filter(|name| !dimensions.contains(name)).collect();
        let meant = |name: &str| unknown.iter().any(|unknown| is_near(&unknown.to_lowercase(), &name.to_lowercase()));
        for axis in self.vocabulary.axes.iter().filter(|axis| !merged(&axis.name) && !meant(&axis.name)) {
            let forgetful = self.table.columns.iter().find(|column| {
                let spans = |scored: &Scored| {
                    scored.axes.contains(&axis.name) && column.metrics().iter().any(|metric| scored.metric(&metric.name).is_some())
                };
                !self.placed(&axis.name, column) && self.vocabulary.scored.iter().any(|scored| self.shows(scored) && spans(scored))
            });
            if let Some(column) = forgetful {
                let (axis, table) = (&axis.name, self.name);
                let message = format!("the axis `{axis}` is neither in `rows`, `columns`, `average` nor `pool` of the table `{table}`");
                let spread = self.table.columns.iter().any(|other| matches!(other, Column::Each { over, .. } if over.name == *axis));
                let only = if spread {
                    format!(", as the column `{}` needs it", column.metrics().first().map_or("", |metric| &metric.name))
                } else {
                    String::new()
                };
                let help = format!("add `{axis}` to `rows`, or `average: [{axis}]` for means over its levels");
                problems.push(self.problem(format!("{message}{only}"), help));
            }
        }
    }

    /// No two models, evaluations, splits or decision rules share a cell of the table.
    fn collisions(&self, problems: &mut Problems) {
        for column in &self.table.columns {
            let placed = Word::ALL.map(|word| self.placed(word.text(), column));
            for metric in column.metrics() {
                let shown = self.vocabulary.scored.iter().filter(|scored| self.shows(scored));
                let points: Vec<[&str; 4]> = shown.flat_map(|scored| self.points(scored, &metric.name)).collect();
                let pair = points.iter().enumerate().find_map(|(index, a)| {
                    let apart =
                        |b: &&[&str; 4]| Word::ALL.into_iter().any(|word| placed[word as usize] && a[word as usize] != b[word as usize]);
                    points[..index].iter().find(|b| !apart(b)).map(|b| (b, a))
                });
                // One forgotten word often shows as several; the first that differs is the one to add.
                let word = pair.and_then(|(a, b)| Word::ALL.into_iter().find(|word| a[*word as usize] != b[*word as usize]));
                if let (Some((a, b)), Some(word)) = (pair, word) {
                    let (a, b) = (a[word as usize], b[word as usize]);
                    let what = format!("the column `{}` of the table `{}`", metric.name, self.name);
                    let message = format!("{what} has one cell for the {}s `{a}` and `{b}`", noun(word));
                    problems.push(self.problem(message, format!("add `{0}` to `rows`, or `where: {{{0}: {a}}}`", word.text())));
                }
            }
        }
    }

    /// The combinations of [`Word`]s under which a pair has a metric.
    fn points<'a>(&self, scored: &'a Scored, metric: &str) -> Vec<[&'a str; 4]> {
        let Some(metric) = scored.metric(metric) else {
            return Vec::new();
        };
        let admitted = |level: &&str| {
            let mut conditions = self.table.conditions.iter().filter(|condition| condition.of.name == Word::Decision.text());
            conditions.all(|condition| condition.admits(Some(level)))
        };
        let decisions = if metric.decided { scored.levels(Word::Decision) } else { vec![""] };
        let decisions = decisions.into_iter().filter(|level| level.is_empty() || admitted(level));
        decisions.map(|decision| [scored.model.as_str(), &scored.evaluation, &scored.data, decision]).collect()
    }

    fn problem(&self, message: String, help: String) -> Problem {
        let place = self
            .table
            .rows
            .first()
            .map(|row| &row.node)
            .or_else(|| self.table.columns.first()?.metrics().first().map(|metric| &metric.node));
        match place {
            Some(node) => Problem::at(node, message).help(help),
            None => Problem { message, help: Some(help), labels: Vec::new() },
        }
    }
}

fn noun(word: Word) -> &'static str {
    match word {
        Word::Model => "model",
        Word::Evaluation => "evaluation",
        Word::Data => "split",
        Word::Decision => "decision rule",
    }
}
