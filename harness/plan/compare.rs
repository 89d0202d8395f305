//! `compare:` against what the evaluations will say: what its names mean, and what is wrong with them.

use indexmap::IndexSet;

use super::family::{Families, Family, How, Levels};
use super::imported;
use super::make::Planner;
use super::planned::{PlannedCell, PlannedScore, Source};
use crate::score::compare::align;
use crate::score::compare::contrast::Pairs;
use crate::score::pool::pooled;
use crate::spec::compare::{Adjust, Apart, Comparison, Over, Report, Sides, Test};
use crate::spec::evaluation::Written;
use crate::spec::node::{Node, Value};
use crate::spec::problem::{Problem, did_you_mean};
use crate::spec::study::{CellEvaluation, Part, Study};
use crate::spec::uncertainty::Cluster;
use crate::spec::vocabulary::{MetricColumn, Scored as Told, ShareOf};

/// One entry of `compare:`.
#[derive(Debug)]
pub struct PlannedComparison {
    /// Its name.
    pub name: String,
    /// What differs: an axis, `model`, or a breakdown.
    pub over: String,
    /// What tells the findings about one cell apart.
    pub apart: Apart,
    /// The columns that are compared.
    pub metrics: Vec<String>,
    /// The axes over which entries are matched.
    pub matched: Vec<String>,
    /// What is reported.
    pub report: Vec<Report>,
    /// Where p comes from.
    pub test: Test,
    /// How far apart two numbers may be and still count as equal.
    pub within: Option<f64>,
    /// What many comparisons at once do to p.
    pub adjust: Adjust,
    /// What is drawn together.
    pub families: Vec<Family>,
}

/// An entry while it is planned.
struct Entry<'s> {
    study: &'s Study,
    cells: &'s [PlannedCell],
    scores: &'s [PlannedScore],
    name: &'s str,
    spec: &'s Comparison,
}

impl<'s> Entry<'s> {
    /// Where the predictions of a score come from; of several, the first.
    fn source(&self, score: &PlannedScore) -> Option<&'s Source> {
        score.cells.first().map(|cell| &self.cells[*cell].source)
    }
}

impl Planner<'_> {
    /// What every comparison is made of; what is wrong with its names is told where they are written.
    pub(super) fn compare(&mut self, study: &Study, cells: &[PlannedCell], scores: &[PlannedScore]) -> Vec<PlannedComparison> {
        if !self.problems.is_empty() || !self.unavailable.is_empty() {
            // What the evaluations will say is not known.
            return Vec::new();
        }
        study.compare.iter().filter_map(|(name, spec)| self.comparison(&Entry { study, cells, scores, name, spec })).collect()
    }

    fn comparison(&mut self, entry: &Entry<'_>) -> Option<PlannedComparison> {
        let Entry { study, scores, name, spec, .. } = *entry;
        let before = self.problems.len();
        let levels = self.levels(entry);
        self.check_axes(entry, levels.as_ref());
        self.check_names(entry, levels.as_ref());
        let levels = levels.filter(|_| self.problems.len() == before)?;
        let place = over_node(spec);
        let chosen = |evaluation: &CellEvaluation| {
            let model = &study.cells[evaluation.cell()].model;
            let said = self.scored.iter().filter(|said| said.evaluation == evaluation.name && said.model == *model);
            admits(spec, &evaluation.name) && said.flat_map(|said| &said.metrics).any(|metric| takes(spec, &levels, metric))
        };
        let candidates: Vec<usize> = (0..scores.len()).filter(|score| chosen(&study.evaluations[scores[*score].evaluation])).collect();
        let averaged = spec.average.iter().filter_map(|axis| study.grid.axis(&axis.value)).collect();
        let families = Families { study, scores, levels: &levels, averaged }.of(&candidates);
        if families.is_empty() && self.request.only.is_empty() {
            let message = format!("`{name}` compares nothing: no two cells of one evaluation differ only in `{}`", levels.over);
            self.problems.push(Problem::at(place, message).help("compare levels of an axis, or models, that one evaluation scores"));
        }
        for family in &families {
            if let Some(reason) = self.differ(entry, family) {
                let sides: IndexSet<&str> =
                    family.contrasts.iter().flat_map(|contrast| [contrast.from.as_str(), contrast.to.as_str()]).collect();
                let sides: Vec<String> = sides.iter().map(|level| format!("`{level}`")).collect();
                let listed = match sides.as_slice() {
                    [others @ .., last] if !others.is_empty() => format!("{} and {last}", others.join(", ")),
                    one => one.concat(),
                };
                let message = format!("`{name}` cannot compare {listed}: {reason}");
                self.problems
                    .push(Problem::at(place, message).help("a comparison is paired: give all sides predictions about the same items"));
            }
        }
        self.check_rules(entry, &families);
        self.check_each(entry, &levels, &families);
        self.check_test(entry, &levels, &families);
        Some(PlannedComparison {
            name: name.to_owned(),
            over: levels.over,
            apart: spec.over.apart(),
            metrics: spec.metrics.iter().map(|metric| metric.value.clone()).collect(),
            matched: spec.matched.iter().map(|axis| axis.value.clone()).collect(),
            report: spec.report.clone(),
            test: spec.test.as_ref().map_or(Test::Bootstrap, |test| test.value),
            within: spec.within,
            adjust: spec.adjust,
            families,
        })
    }

    /// What is compared, or a problem for every name that means nothing.
    fn levels(&mut self, entry: &Entry<'_>) -> Option<Levels> {
        let (study, spec) = (entry.study, entry.spec);
        let models: IndexSet<&str> = study.cells.iter().map(|cell| cell.model.as_str()).collect();
        let models = || models.iter().map(|model| (*model).to_owned()).collect::<Vec<String>>();
        let (name, sides) = match &spec.over {
            Over::Trend(axis) => return self.trend(study, axis),
            Over::Models(..) => ("model", None),
            Over::Axis { name, sides } => (name.value.as_str(), Some(sides)),
        };
        let known = match (study.grid.axis(name), &spec.over) {
            _ if name == "model" => models(),
            (Some(axis), _) => study.grid.axes[axis].levels.iter().map(|level| level.label.clone()).collect(),
            (None, Over::Axis { name, sides }) if self.is_grouping(&name.value) => return self.groups(entry, &name.value, sides),
            (None, _) => {
                let groupings = self.groupings();
                let known = study.grid.names().chain(["model"]).chain(groupings.iter().map(String::as_str));
                let help = did_you_mean(name, known);
                self.problems.push(Problem::at(over_node(spec), format!("unknown axis `{name}`")).help(help));
                return None;
            }
        };
        let what = |level: &str| {
            if name == "model" { format!("unknown model `{level}`") } else { format!("the axis `{name}` has no level `{level}`") }
        };
        let mut place = |level: &Written<String>| {
            let found = known.iter().position(|known| *known == level.value);
            if found.is_none() {
                let help = did_you_mean(&level.value, known.iter().map(String::as_str));
                self.problems.push(Problem::at(&level.node, what(&level.value)).help(help));
            }
            found
        };
        let pairs = match (sides, &spec.over) {
            (Some(Sides::AllPairs), _) => (0..known.len()).flat_map(|from| (from + 1..known.len()).map(move |to| (from, to))).collect(),
            (Some(Sides::Baseline(baseline)), _) => {
                let from = place(baseline)?;
                (0..known.len()).filter(|to| *to != from).map(|to| (from, to)).collect()
            }
            (Some(Sides::FromTo(from, to)), _) | (None, Over::Models(from, to)) => match (place(from), place(to)) {
                (Some(first), Some(second)) if first == second => {
                    self.itself(to);
                    return None;
                }
                (first, second) => vec![(first?, second?)],
            },
            (None, _) => return None,
        };
        Some(Levels { over: name.to_owned(), known, how: How::Pairs(pairs) })
    }

    fn itself(&mut self, level: &Written<String>) {
        let message = format!("`{}` is compared with itself", level.value);
        self.problems.push(Problem::at(&level.node, message).help("name two that differ"));
    }

    /// The levels of an axis as numbers.
    fn trend(&mut self, study: &Study, written: &Written<String>) -> Option<Levels> {
        let Some(axis) = study.grid.axis(&written.value) else {
            let help = did_you_mean(&written.value, study.grid.names());
            self.problems.push(Problem::at(&written.node, format!("unknown axis `{}`", written.value)).help(help));
            return None;
        };
        let levels = &study.grid.axes[axis].levels;
        let numbers = levels.iter().map(|level| match level.value.value {
            Value::Integer(number) => Ok(number as f64),
            Value::Float(number) if number.is_finite() => Ok(number),
            _ => Err(level),
        });
        match numbers.collect::<Result<Vec<f64>, _>>() {
            Ok(numbers) => Some(Levels {
                over: written.value.clone(),
                known: levels.iter().map(|level| level.label.clone()).collect(),
                how: How::Trend(numbers),
            }),
            Err(level) => {
                let message = format!("the axis `{}` has no trend: its level `{}` is no number", written.value, level.label);
                let problem = Problem::at(&written.node, message).also(&level.value.place, "this level");
                self.problems.push(problem.help("compare its levels, as `{baseline: LEVEL}` or `all_pairs`"));
                None
            }
        }
    }

    /// The groups of a breakdown; one of a single field may be named by its level alone.
    fn groups(&mut self, entry: &Entry<'_>, by: &str, sides: &Sides) -> Option<Levels> {
        let known = self.labels(entry, by);
        let mut label = |level: &Written<String>| {
            let full = format!("{by}={}", level.value);
            let found = known.iter().find(|label| **label == level.value || **label == full).cloned();
            if found.is_none() && self.request.only.is_empty() {
                let message = format!("there is no group `{}` by `{by}`", level.value);
                let help = did_you_mean(&level.value, known.iter().map(String::as_str));
                self.problems.push(Problem::at(&level.node, message).help(help));
            }
            found
        };
        let pairs = match sides {
            Sides::AllPairs => Pairs::All,
            Sides::Baseline(baseline) => Pairs::Baseline(label(baseline)?),
            Sides::FromTo(from, to) => match (label(from), label(to)) {
                (Some(first), Some(second)) if first == second => {
                    self.itself(to);
                    return None;
                }
                (first, second) => Pairs::Two(first?, second?),
            },
        };
        if entry.spec.report.iter().any(|report| *report != Report::Difference) {
            let message = format!("groups have no before and after: between groups of `{by}` there are differences alone");
            self.problems.push(Problem::at(over_node(entry.spec), message).help("remove `report`"));
        }
        if let Some(axis) = entry.spec.average.first() {
            let message = "groups are compared within a cell, not within the mean of several";
            self.problems.push(Problem::at(&axis.node, message).help("remove `average`"));
        }
        Some(Levels { over: by.to_owned(), known, how: How::Groups(pairs) })
    }

    /// The labels of the groups by some fields, as far as they are known before anything runs.
    fn labels(&self, entry: &Entry<'_>, by: &str) -> Vec<String> {
        let levels = |score: &PlannedScore, field: &str| -> Vec<String> {
            match (entry.source(score), self.dataset_of(entry.study, score)) {
                (_, Some(data)) => data.dataset.fields.get(field).map(|field| field.levels.clone()).unwrap_or_default(),
                (Some(Source::Imported { predictions, .. }), None) => {
                    predictions.fields().get(field).map(|field| field.levels.clone()).unwrap_or_default()
                }
                _ => Vec::new(),
            }
        };
        let of_score = |score: &PlannedScore| {
            by.split('*').fold(vec![String::new()], |labels, field| {
                let levels = levels(score, field);
                let longer = |label: &String| {
                    let separator = if label.is_empty() { "" } else { "*" };
                    levels.iter().map(|level| format!("{label}{separator}{field}={level}")).collect::<Vec<_>>()
                };
                labels.iter().flat_map(longer).collect()
            })
        };
        entry.scores.iter().flat_map(of_score).collect::<IndexSet<String>>().into_iter().collect()
    }

    fn groupings(&self) -> IndexSet<String> {
        self.scored.iter().flat_map(|said| &said.metrics).flat_map(|metric| metric.per_group.iter().cloned()).collect()
    }

    fn is_grouping(&self, name: &str) -> bool {
        self.groupings().contains(name)
    }

    /// The axes that are averaged and matched, and those that tell numbers apart, must exist and not be compared.
    fn check_axes(&mut self, entry: &Entry<'_>, levels: Option<&Levels>) {
        let Entry { study, name, spec, .. } = *entry;
        for axis in spec.average.iter().chain(&spec.matched).chain(spec.each.iter().flatten()) {
            let is_each = spec.each.iter().flatten().any(|each| std::ptr::eq(each, axis));
            if is_each && axis.value == "model" {
                continue;
            }
            if study.grid.axis(&axis.value).is_none() {
                let known = study.grid.names().chain(is_each.then_some("model"));
                let help = did_you_mean(&axis.value, known);
                self.problems.push(Problem::at(&axis.node, format!("unknown axis `{}`", axis.value)).help(help));
            } else if levels.is_some_and(|levels| levels.over == axis.value) {
                let message = format!("`{}` is what `{name}` compares", axis.value);
                self.problems.push(Problem::at(&axis.node, message).help("remove it here"));
            } else if self.request.only.is_empty() && !is_each && !self.spans(spec, &axis.value) {
                let message = format!("no cell that `{name}` compares is on the axis `{}`", axis.value);
                self.problems.push(Problem::at(&axis.node, message).help("remove it here"));
            }
        }
    }

    /// Whether some cell that is compared lies on an axis.
    fn spans(&self, spec: &Comparison, axis: &str) -> bool {
        let named = |metric: &MetricColumn| spec.metrics.iter().any(|wanted| wanted.value == metric.name);
        let here = self.scored.iter().filter(|said| admits(spec, &said.evaluation) && said.metrics.iter().any(named));
        here.into_iter().any(|said| said.axes.iter().any(|known| known == axis))
    }

    /// The evaluations and columns must exist; with `--only`, those of other cells are not known.
    fn check_names(&mut self, entry: &Entry<'_>, levels: Option<&Levels>) {
        let Entry { study, name, spec, .. } = *entry;
        let mut wrong = Vec::new();
        for evaluation in spec.evaluations.iter().flatten() {
            if !study.evaluations.iter().any(|known| known.name == evaluation.value) {
                let known = study.evaluations.iter().map(|known| known.name.as_str());
                let help = did_you_mean(&evaluation.value, known);
                wrong.push(Problem::at(&evaluation.node, format!("unknown evaluation `{}`", evaluation.value)).help(help));
            }
        }
        if wrong.is_empty() && self.request.only.is_empty() {
            let by = levels.filter(|levels| matches!(levels.how, How::Groups(_))).map(|levels| levels.over.as_str());
            let said = self.scored.iter().filter(|said| admits(spec, &said.evaluation)).flat_map(|said| &said.metrics);
            let columns: IndexSet<&str> = said
                .filter(|metric| by.is_none_or(|by| metric.per_group.iter().any(|known| known == by)))
                .map(|metric| metric.name.as_str())
                .collect();
            for metric in spec.metrics.iter().filter(|metric| !columns.contains(metric.value.as_str())) {
                let help = did_you_mean(&metric.value, columns.iter().copied());
                let message = match by {
                    Some(by) => {
                        format!("`{}` has no number for each group of `{by}` in any evaluation that `{name}` compares", metric.value)
                    }
                    None => format!("no evaluation that `{name}` compares has the column `{}`", metric.value),
                };
                wrong.push(Problem::at(&metric.node, message).help(help));
            }
        }
        wrong.into_iter().for_each(|problem| self.problems.push(problem));
    }

    /// Decisions are compared under rules that all sides have.
    fn check_rules(&mut self, entry: &Entry<'_>, families: &[Family]) {
        let named = |column: &&MetricColumn| entry.spec.metrics.iter().any(|metric| metric.value == column.name);
        if self.scored.iter().flat_map(|said| &said.metrics).filter(named).any(|column| !column.decided) {
            return;
        }
        let apart = families.iter().find_map(|family| {
            let rules = |side: usize| &entry.scores[family.sides[side]].rules;
            let contrast = family.contrasts.iter().map(|contrast| contrast.contrast.sides());
            let mut apart = contrast.filter_map(|sides| {
                let (first, others) = sides.split_first()?;
                let other = others.iter().find(|other| !rules(**other).iter().any(|rule| rules(*first).contains(rule)))?;
                Some((rules(*first).join("`, `"), rules(*other).join("`, `")))
            });
            apart.next()
        });
        if let Some((first, other)) = apart {
            let message = format!("`{}` compares decisions of different rules: `{first}` on one side, `{other}` on the other", entry.name);
            let help = "give rules that belong together one name, as `{threshold: $cut, as: cut}`";
            self.problems.push(Problem::at(over_node(entry.spec), message).help(help));
        }
    }

    /// Where `each` says what tells numbers apart, nothing else may.
    fn check_each(&mut self, entry: &Entry<'_>, levels: &Levels, families: &[Family]) {
        let Some(each) = &entry.spec.each else { return };
        let contrasts = || families.iter().flat_map(|family| &family.contrasts);
        let mut apart: IndexSet<&str> = contrasts().flat_map(|contrast| contrast.axes.iter().map(|(axis, _)| axis.as_str())).collect();
        if levels.over != "model" && contrasts().map(|contrast| contrast.model.as_str()).collect::<IndexSet<_>>().len() > 1 {
            apart.insert("model");
        }
        for axis in apart.into_iter().filter(|axis| !each.iter().any(|each| each.value == *axis)) {
            let message = format!("`{axis}` is neither compared by `{}` nor in its `each` or `average`", entry.name);
            let help = if axis == "model" {
                "add `model` to `each`, or name one model in the evaluation".to_owned()
            } else {
                format!("add `{axis}` to `each`, or to `average` for means over its levels")
            };
            self.problems.push(Problem::at(over_node(entry.spec), message).help(help));
        }
    }

    /// A test must be one of what is compared.
    fn check_test(&mut self, entry: &Entry<'_>, levels: &Levels, families: &[Family]) {
        let Some(test) = entry.spec.test.as_ref().filter(|test| test.value != Test::Bootstrap) else { return };
        let (word, groups) = (test.value.word(), matches!(levels.how, How::Groups(_)));
        let exact = test.value != Test::Permutation;
        if exact && groups != (test.value == Test::Fisher) {
            let (what, other) = if groups { ("groups", "`fisher`") } else { ("models on the same items", "`mcnemar`") };
            let message = format!("`{word}` is no test of {what}, which `{}` compares", entry.name);
            self.problems.push(Problem::at(&test.node, message).help(format!("write {other} or `permutation`")));
            return;
        }
        for metric in &entry.spec.metrics {
            let mut columns = self.scored.iter().flat_map(|said| &said.metrics).filter(|column| column.name == metric.value);
            let (fits, why) = match test.value {
                Test::McNemar | Test::McNemarExact => {
                    (columns.all(|column| column.share == ShareOf::Truths), "is no share of items that are the same whatever is decided")
                }
                Test::Fisher => (columns.all(|column| column.share != ShareOf::Nothing), "is no share of items"),
                Test::Permutation if groups => (true, ""),
                Test::Permutation | Test::Bootstrap => (columns.all(|column| column.decided), "reads scores, which models cannot exchange"),
            };
            if !fits {
                let help = if exact { "use `test: permutation`, or a metric such as `accuracy_score`" } else { "leave `test` out" };
                self.problems.push(Problem::at(&metric.node, format!("`{}` {why}, as `{word}` needs it", metric.value)).help(help));
            }
        }
        for score in families.iter().flat_map(|family| &family.sides) {
            let score = &entry.scores[*score];
            let spec = &entry.study.evaluations[score.evaluation].spec;
            let uncertainty = spec.uncertainty.over(&entry.study.uncertainty);
            let (message, help) = if exact && self.is_clustered(entry, score, uncertainty.cluster()) {
                (format!("`{word}` takes items to be independent, and here several are of one subject"), "use `test: permutation`")
            } else if exact && self.is_weighted(entry, score) {
                (format!("`{word}` counts items, and here they have weights"), "use `test: permutation`")
            } else if !exact && uncertainty.permutations() == 0 {
                (format!("`{word}` draws as often as `null: {{permutations: …}}` says, which is 0"), "write another number there")
            } else {
                continue;
            };
            self.problems.push(Problem::at(&test.node, message).help(help));
            return;
        }
    }

    fn dataset_of(&self, study: &Study, score: &PlannedScore) -> Option<&super::planned::PlannedData> {
        let split = study.evaluations[score.evaluation].parts.first()?.split.as_ref()?;
        let (dataset, _) = split.value.split_once('/').filter(|_| study.is_of_dataset(&split.value))?;
        self.datasets.get(dataset)?.as_ref()
    }

    fn is_clustered(&self, entry: &Entry<'_>, score: &PlannedScore, cluster: &Cluster) -> bool {
        match (cluster, entry.source(score), self.dataset_of(entry.study, score)) {
            (Cluster::Items, ..) => false,
            (Cluster::Field(_), ..) => true,
            (Cluster::Subject, _, Some(data)) => data.dataset.subject.is_some(),
            (Cluster::Subject, Some(Source::Imported { predictions, .. }), None) => predictions.subject().is_some(),
            (Cluster::Subject, _, None) => false,
        }
    }

    fn is_weighted(&self, entry: &Entry<'_>, score: &PlannedScore) -> bool {
        matches!(entry.source(score), Some(Source::Imported { predictions, .. }) if predictions.weight().is_some())
    }

    /// What the comparisons will say, for the tables to show; a table cannot show two numbers in one cell.
    pub(super) fn compared(&mut self, study: &Study) -> Vec<Told> {
        let mut told = Vec::new();
        for (name, spec) in &study.compare {
            if spec.over.apart() == Apart::Pair {
                self.refuse_pairs(study, name);
                continue;
            }
            let here: Vec<Told> =
                self.scored.iter().filter(|said| admits(spec, &said.evaluation)).map(|said| of_comparison(name, spec, said)).collect();
            for said in here.into_iter().filter(|said| !said.metrics.is_empty()) {
                if !told.contains(&said) {
                    told.push(said);
                }
            }
        }
        told
    }

    fn refuse_pairs(&mut self, study: &Study, name: &str) {
        let columns = study.layout.tables.values().flat_map(|table| &table.columns).flat_map(|column| column.metrics());
        for column in columns.filter(|column| column.name.strip_prefix(name).is_some_and(|rest| rest.starts_with('.'))) {
            let message = format!("`{name}` compares all pairs, and a cell of a table has one number");
            self.problems.push(Problem::at(&column.node, message).help("compare with a `baseline`, or from one level to another"));
        }
    }

    /// Why the sides are not about the same items, as far as that is known before anything runs.
    fn differ(&self, entry: &Entry<'_>, family: &Family) -> Option<String> {
        let Entry { study, cells, scores, .. } = *entry;
        let split = |score: usize| study.evaluations[scores[score].evaluation].spec.data.as_ref().map(|split| split.value.as_str());
        let part = |part: &Part, cell: usize| match &cells[cell].source {
            Source::Imported { predictions, .. } => {
                let split = part.split.as_ref().map(|split| split.value.as_str());
                let dataset = split.and_then(|split| split.split_once('/')).map_or("", |(dataset, _)| dataset);
                let data = self.datasets.get(dataset).and_then(Option::as_ref);
                Some(imported::select(predictions, split, data))
            }
            Source::Backend(_) => None,
        };
        let imported = |score: usize| {
            let PlannedScore { evaluation, cells, .. } = &scores[score];
            let parts = study.evaluations[*evaluation].parts.iter().zip(cells).map(|(of, cell)| part(of, *cell));
            let parts: Result<Vec<_>, String> = parts.collect::<Option<_>>()?;
            Some(parts.and_then(|parts| pooled(parts).map_err(|error| error.to_string())))
        };
        let first = *family.sides.first()?;
        match family.sides.iter().map(|score| imported(*score)).collect::<Option<Result<Vec<_>, String>>>() {
            Some(Ok(predictions)) => {
                let predictions: Vec<_> = predictions.iter().map(|predictions| &**predictions).collect();
                let error = align(&predictions).err()?.to_string();
                Some(error.strip_prefix("the sides cannot be compared: ").map(str::to_owned).unwrap_or(error))
            }
            Some(Err(reason)) => Some(reason),
            None => family.sides.iter().skip(1).find(|other| split(**other) != split(first)).map(|other| {
                let named = |score| split(score).unwrap_or("no split").to_owned();
                format!("`{}` and `{}` hold different items", named(first), named(*other))
            }),
        }
    }
}

/// What a comparison will say of what an evaluation says.
fn of_comparison(name: &str, spec: &Comparison, said: &Told) -> Told {
    let apart = spec.over.apart() == Apart::To;
    let over = match &spec.over {
        Over::Axis { name, .. } | Over::Trend(name) => name.value.as_str(),
        Over::Models(..) => "model",
    };
    let of_groups = |column: &MetricColumn| column.per_group.iter().any(|by| by == over);
    let is_axis = over == "model" || said.axes.iter().any(|axis| axis == over);
    let columns = said.metrics.iter().filter(|column| spec.metrics.iter().any(|metric| metric.value == column.name));
    let columns = columns.filter(|column| is_axis || of_groups(column)).map(|column| {
        let own = vec![over.to_owned()];
        let mut column = MetricColumn { name: format!("{name}.{}", column.name), ..column.clone() };
        if !is_axis {
            // Of groups there is a difference for each, or one over them.
            (column.per_group, column.over_groups) = if apart { (own, Vec::new()) } else { (Vec::new(), own) };
            column.overall = false;
        }
        column
    });
    let gone = |axis: &String| (*axis == over && !apart) || spec.average.iter().any(|averaged| averaged.value == *axis);
    Told {
        model: if over == "model" && !apart { String::new() } else { said.model.clone() },
        axes: said.axes.iter().filter(|axis| !gone(axis)).cloned().collect(),
        metrics: columns.collect(),
        ..said.clone()
    }
}

/// Whether a comparison looks at an evaluation.
fn admits(spec: &Comparison, evaluation: &str) -> bool {
    spec.evaluations.as_ref().is_none_or(|names| names.iter().any(|name| name.value == evaluation))
}

/// Whether a comparison looks at a column.
fn takes(spec: &Comparison, levels: &Levels, metric: &MetricColumn) -> bool {
    let of_groups = match levels.how {
        How::Groups(_) => metric.per_group.contains(&levels.over),
        How::Pairs(_) | How::Trend(_) => true,
    };
    of_groups && spec.metrics.iter().any(|wanted| wanted.value == metric.name)
}

/// Where what is compared is written.
fn over_node(spec: &Comparison) -> &Node {
    match &spec.over {
        Over::Axis { name, .. } | Over::Models(name, _) | Over::Trend(name) => &name.node,
    }
}
