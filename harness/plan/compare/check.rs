//! What is wrong with a comparison's axes, columns, rules and test.

use indexmap::IndexSet;

use super::{Entry, admits, over_node};
use crate::plan::comparison::Family;
use crate::plan::family::{How, Levels};
use crate::plan::make::Planner;
use crate::plan::planned::{PlannedScore, Source};
use crate::spec::compare::{Comparison, Report, Test};
use crate::spec::problem::{Problem, did_you_mean};
use crate::spec::study::Study;
use crate::spec::uncertainty::Cluster;
use crate::spec::vocabulary::{Lacking, MetricColumn, ShareOf};

impl Planner<'_> {
    /// The axes that are averaged and matched, and those that tell numbers apart, must exist and not be compared.
    pub(super) fn check_axes(&mut self, entry: &Entry<'_>, levels: Option<&Levels>) {
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
            } else if self.request.only.is_empty() && self.lacking.is_nothing() && !is_each && !self.spans(spec, &axis.value) {
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
    pub(super) fn check_names(&mut self, entry: &Entry<'_>, levels: Option<&Levels>) {
        let Entry { study, name, spec, .. } = *entry;
        let mut wrong = Vec::new();
        for evaluation in spec.evaluations.iter().flatten().filter(|_| self.lacking != Lacking::Results) {
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
            let is_unknown = |name: &str| !columns.contains(name) && !self.lacking.may_be(name);
            for metric in spec.metrics.iter().filter(|metric| is_unknown(&metric.value)) {
                let help = did_you_mean(&metric.value, columns.iter().copied().chain(self.lacking.metrics()));
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
    pub(super) fn check_rules(&mut self, entry: &Entry<'_>, levels: &Levels, families: &[Family]) {
        let named = |column: &&MetricColumn| entry.spec.metrics.iter().any(|metric| metric.value == column.name);
        if levels.of_rules() {
            let undecided = |name: &str| {
                let mut columns = self.scored.iter().flat_map(|said| &said.metrics).filter(|column| column.name == name);
                columns.any(|column| !column.decided)
            };
            if let Some(metric) = entry.spec.metrics.iter().find(|metric| undecided(&metric.value)) {
                let message = format!("`{}` reads no decisions: it is the same under every rule", metric.value);
                self.problems.push(Problem::at(&metric.node, message).help("compare models, or leave it out here"));
            }
            return;
        }
        if self.scored.iter().flat_map(|said| &said.metrics).filter(named).any(|column| !column.decided) {
            return;
        }
        let apart = families.iter().find_map(|family| {
            let rules = |side: usize| &entry.scores[family.sides[side].score].rules;
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
    pub(super) fn check_each(&mut self, entry: &Entry<'_>, levels: &Levels, families: &[Family]) {
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

    /// A number of two models is said by comparisons alone.
    pub(super) fn check_compared(&mut self, study: &Study) {
        if !self.request.only.is_empty() {
            return;
        }
        let mut told = IndexSet::new();
        for evaluation in &study.evaluations {
            let said = self.scored.iter().filter(|said| said.evaluation == evaluation.name).flat_map(|said| &said.metrics);
            let columns: IndexSet<&str> = said.filter(|column| column.of_models).map(|column| column.name.as_str()).collect();
            for call in &evaluation.spec.metrics {
                let name = call.name.as_ref().unwrap_or(&call.choice.name);
                let mut comparisons = study.compare.values().filter(|spec| admits(spec, &evaluation.name));
                let is_compared = comparisons.any(|spec| spec.metrics.iter().any(|metric| metric.value == *name));
                if columns.contains(name.as_str()) && !is_compared && told.insert((evaluation.name.as_str(), name.as_str())) {
                    let message = format!("`{name}` is a number of two models, and no entry of `compare` names it");
                    let help = format!("add `compare: {{alike: {{models: [A, B], metrics: [{name}]}}}}`");
                    self.problems.push(Problem::at(&call.choice.name_node, message).help(help));
                }
            }
        }
    }

    /// A number of two models is no difference, of which there are means, trends, tests and margins.
    pub(super) fn check_likeness(&mut self, entry: &Entry<'_>, levels: &Levels) {
        let spec = entry.spec;
        let of_models =
            |name: &str| self.scored.iter().flat_map(|said| &said.metrics).any(|column| column.name == name && column.of_models);
        let Some(metric) = spec.metrics.iter().find(|metric| of_models(&metric.value)) else { return };
        let (reason, help) = match &levels.how {
            How::Trend(_) => ("have no slope", "compare models, or two levels of an axis"),
            How::Groups(_) => ("are not set against those of other groups", "compare models, or two levels of an axis"),
            How::Pairs(_) if !spec.average.is_empty() => ("are not averaged", "remove `average`"),
            How::Pairs(_) if spec.report != [Report::Difference] => ("have no before and after", "remove `report`"),
            How::Pairs(_) if spec.test.is_some() => ("are not tested against 0", "remove `test`"),
            How::Pairs(_) if spec.within.is_some() => ("are not held against a margin", "remove `equivalence`"),
            How::Pairs(_) => return,
        };
        let message = format!("`{}` is a number of two models, and such numbers {reason}", metric.value);
        let help = if spec.metrics.len() > 1 { "give it an entry of its own in `compare`" } else { help };
        self.problems.push(Problem::at(&metric.node, message).help(help));
    }

    /// What becomes of an effect is told of effects alone: of a share, which no interval leaves at 0, all would be retained.
    pub(super) fn check_effects(&mut self, entry: &Entry<'_>) {
        let told = |report: &&Report| matches!(report, Report::Transition | Report::RetentionRate);
        if !entry.spec.report.iter().any(|report| told(&report)) {
            return;
        }
        for metric in &entry.spec.metrics {
            let mut columns = self.scored.iter().flat_map(|said| &said.metrics).filter(|column| column.name == metric.value);
            if columns.any(|column| !column.effect && !column.of_models) {
                let message =
                    format!("what became of an effect is told of gaps and of numbers with a sign, and `{}` is neither", metric.value);
                let help = "name a gap, as `…_difference` or `…_ratio`, or a number with a sign, as `{…_difference: {reference: LEVEL}}`; or write `report: difference`";
                self.problems.push(Problem::at(&metric.node, message).help(help));
            }
        }
    }

    /// A test must be one of what is compared.
    pub(super) fn check_test(&mut self, entry: &Entry<'_>, levels: &Levels, families: &[Family]) {
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
            let named = self.scored.iter().flat_map(|said| &said.metrics).filter(|column| column.name == metric.value);
            let mut columns = named.filter(|column| !column.of_models);
            let unexchanged = columns.clone().find_map(|column| column.unexchanged).filter(|_| !groups);
            let why = match test.value {
                Test::McNemar | Test::McNemarExact => (!columns.all(|column| column.share == ShareOf::Truths))
                    .then(|| "is no share of items that are the same whatever is decided".to_owned()),
                Test::Fisher => (!columns.all(|column| column.share != ShareOf::Nothing)).then(|| "is no share of items".to_owned()),
                Test::Permutation | Test::Bootstrap => unexchanged.map(|what| format!("{what}, which models cannot exchange one by one")),
            };
            if let Some(why) = why {
                let help = match (exact, unexchanged) {
                    (true, None) => "use `test: permutation`, or a metric such as `accuracy_score`",
                    (true, Some(_)) => "leave `test` out, or compare a metric such as `accuracy_score`",
                    (false, _) => "leave `test` out",
                };
                self.problems.push(Problem::at(&metric.node, format!("`{}` {why}, as `{word}` needs it", metric.value)).help(help));
            }
        }
        for side in families.iter().flat_map(|family| &family.sides) {
            let score = &entry.scores[side.score];
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

    fn is_clustered(&self, entry: &Entry<'_>, score: &PlannedScore, cluster: &Cluster) -> bool {
        match (cluster, entry.source(score), self.dataset_of(entry.study, score)) {
            (Cluster::Items, ..) => false,
            (Cluster::Field(_), ..) => true,
            (Cluster::Subject(_), _, Some(data)) => data.dataset.subject.is_some(),
            (Cluster::Subject(_), Some(Source::Imported { predictions, .. }), None) => predictions.subject().is_some(),
            (Cluster::Subject(_), _, None) => false,
        }
    }

    pub(super) fn is_weighted(&self, entry: &Entry<'_>, score: &PlannedScore) -> bool {
        matches!(entry.source(score), Some(Source::Imported { predictions, .. }) if predictions.weight().is_some())
    }
}
