//! An evaluation held against what it is about: classes, fields, scores. Everything that can be refused before anything runs is.

use std::collections::HashSet;

use super::breakdown::Grouping;
use super::embedding;
use super::joint;
use super::metric::{Average, Input, Meaning, Metric, Task, meaning, resolve};
use super::pairs;
use super::registry::Suffix;
use super::rule::fit::ToFit;
use super::schema::Schema;
use crate::score::lens::truth::LabelSets;
use crate::spec::decide::{Aim, Cuts, Decide, Goal, Rule};
use crate::spec::decode::number_in;
use crate::spec::evaluation::{Evaluation, MetricCall, MinCount, Written};
use crate::spec::problem::{Problem, Problems, did_you_mean};

mod unfit;

use unfit::{strangers, unfit, unlabelled, unscored};

/// An evaluation that can be computed.
#[derive(Clone, Debug)]
pub struct Scheme {
    /// The task's shape.
    pub task: Task,
    /// The decision rules; empty where no metric reads decisions and none is written.
    pub decide: Vec<Decide>,
    /// What to break down by; that of no field is all items.
    pub breakdowns: Vec<Grouping>,
    /// The metrics, each with the breakdowns that it is computed for.
    pub metrics: Vec<(Metric, Vec<usize>)>,
    /// The metrics of embeddings, likewise.
    pub embedding: Vec<(embedding::metric::Metric, Vec<usize>)>,
    /// Those of all groups at once.
    pub joint: Vec<(joint::metric::Metric, Vec<usize>)>,
}

/// A number of each group stands in memory draw by draw.
const MOST_GROUPS: usize = 20_000;

/// Every two groups are a contrast: of so many, a gap takes seconds and up to a GiB.
const MOST_COMPARED: usize = 2_000;

impl Scheme {
    /// Holds an evaluation against a schema; says everything that does not fit and answers `None` then.
    pub fn of(evaluation: &Evaluation, schema: &Schema, problems: &mut Problems) -> Option<Self> {
        let before = problems.len();
        let calibrated = schema.calibrated(evaluation, problems);
        let schema = &match &evaluation.pairs {
            Some(pairs) => pairs::schema(pairs, &calibrated, problems)?,
            None => calibrated,
        };
        let known = |wanted: &Written<String>, what: &str, names: &[&str], problems: &mut Problems| {
            let place = names.iter().position(|name| *name == wanted.value);
            if place.is_none() {
                let help = match names {
                    [one] if what == "class" => {
                        format!("no label is another class than `{one}`: add `classes: [{one}, {}]` to `columns`", wanted.value)
                    }
                    _ => did_you_mean(&wanted.value, names.iter().copied()),
                };
                problems.push(Problem::with(&wanted.value, &wanted.node, format!("unknown {what} `{}`", wanted.value)).help(help));
            }
            place
        };
        let classes: Vec<&str> = schema.classes.iter().map(String::as_str).collect();
        let fields: Vec<&str> = schema.fields.keys().map(String::as_str).collect();
        let positive = evaluation.positive.as_ref().and_then(|class| known(class, "class", &classes, problems));
        let positive = pairs::positive(evaluation, problems).or(positive);
        // Another class in place of one that is not known: what is wrong besides would be so with any, and there is no scheme then.
        let positive = positive.or_else(|| evaluation.positive.as_ref().and(classes.first()).map(|_| 0));
        let task = Task { classes: schema.classes.len(), multi_label: schema.multi_label, positive };
        for entry in evaluation.breakdowns() {
            for field in &entry.value {
                known(&Written { value: field.clone(), node: entry.node.clone() }, "group field", &fields, problems);
            }
            let held = evaluation.control.as_ref().map_or(&[][..], |control| &control.value);
            let groups = schema.groups(&[held, &entry.value].concat());
            if groups > MOST_GROUPS {
                let by = entry.value.join("*");
                let problem = Problem::at(&entry.node, format!("`{by}` makes {groups} groups, and at most {MOST_GROUPS} can be scored"));
                problems.push(problem.help("name fields of fewer levels, such as bins of a number"));
            }
        }
        for (control, entry) in evaluation.control.iter().flat_map(|control| evaluation.compared().map(move |entry| (control, entry))) {
            if let Some(field) = entry.value.iter().find(|field| control.value.contains(field)) {
                let problem =
                    Problem::at(&entry.node, format!("`{field}` is held fixed by `control`, so that its levels are not compared"));
                problems.push(problem.help("leave it out of one of them"));
            }
        }
        for field in evaluation.pairs.iter().flat_map(|pairs| pairs.value.fields()) {
            known(field, "field", &fields, problems);
        }
        let decide = evaluation.decide.clone();
        let mut scheme = Self { task, decide, breakdowns: Vec::new(), metrics: Vec::new(), embedding: Vec::new(), joint: Vec::new() };
        let mistakes = problems.len();
        let sets = LabelSets::of(&evaluation.target, schema, problems);
        // Without any class, or with a broken label set, every metric would be wrong: one mistake, one message.
        if (evaluation.positive.is_none() || positive.is_some()) && problems.len() == mistakes {
            for call in &evaluation.metrics {
                if let Some(Meaning::Embedding(definition, suffix)) = meaning(&call.choice.name) {
                    scheme.embed(evaluation, call, (definition, suffix), schema, problems);
                    continue;
                }
                let of_embeddings = |meaning| matches!(meaning, Meaning::Joint(definition) if definition.compute.of_embeddings());
                if schema.only_embeddings() && meaning(&call.choice.name).is_some_and(|meaning| !of_embeddings(meaning)) {
                    let message = format!("`{}` reads decisions or scores, and the model holds embeddings only", call.choice.name);
                    problems.push(Problem::at(&call.choice.name_node, message).help("name the models with predictions in `models`"));
                    continue;
                }
                if let Some(Meaning::Joint(definition)) = meaning(&call.choice.name) {
                    scheme.join(evaluation, call, definition, schema, problems);
                    continue;
                }
                let Some(metric) = resolve(call, task, &sets, problems) else { continue };
                if metric.reads_labels() && !schema.labelled {
                    problems.push(unlabelled(call, &sets));
                }
                if let Some(problem) = pairs::misplaced(&metric, call, evaluation).or_else(|| unscored(&metric, call, schema, positive)) {
                    problems.push(problem);
                }
                scheme.check_name(&metric.name, call, problems);
                let breakdowns = scheme.breakdowns_of(evaluation, call, !metric.compares(), problems);
                let compared = breakdowns.iter().map(|place| schema.groups(scheme.breakdowns[*place].compared())).max().unwrap_or(0);
                if metric.over.is_some() && (MOST_COMPARED + 1..=MOST_GROUPS).contains(&compared) {
                    let name = &call.choice.name;
                    let message = format!("`{name}` compares {compared} groups with each other, and at most {MOST_COMPARED} can be");
                    let problem = Problem::at(&call.choice.name_node, message);
                    problems.push(problem.help("say `by:` which fields of fewer levels to compare"));
                }
                if let Some(reference) = &metric.reference {
                    let unfit = breakdowns.iter().filter_map(|place| reference.unfit(&scheme.breakdowns[*place], &schema.fields));
                    unfit.for_each(|problem| problems.push(problem));
                }
                scheme.metrics.push((metric, breakdowns));
            }
        }
        if let (Some(Written { value: MinCount::Subjects(_), node }), false) = (&evaluation.min_count, schema.subject) {
            let problem = Problem::at(node, "`min_count: {subjects: …}` needs data that knows subjects");
            problems.push(problem.help("name the column or field of the person as `subject`, or write a number of items"));
        }
        scheme.check_rules(evaluation, schema, problems);
        (problems.len() == before).then_some(scheme)
    }

    /// Adds a metric of embeddings, or says why there is none.
    fn embed(
        &mut self,
        evaluation: &Evaluation,
        call: &MetricCall,
        (definition, suffix): (&'static embedding::registry::Definition, Option<&'static Suffix>),
        schema: &Schema,
        problems: &mut Problems,
    ) {
        let name = &call.choice.name;
        if schema.embeddings.is_none() {
            let problem = Problem::at(&call.choice.name_node, format!("`{name}` reads embeddings, and the model holds none"));
            problems.push(
                problem
                    .help("name the models with `embeddings:` in `models`, or the vectors beside predictions as `embedding` in `columns`"),
            );
            return;
        }
        if let Some(control) = &evaluation.control {
            let problem =
                Problem::at(&control.node, format!("`{name}` measures embeddings, which are not compared within levels of a field"));
            problems.push(problem.help("leave `control` out, and add an intersection to `groups`"));
            return;
        }
        if evaluation.pairs.is_some() {
            problems.push(Problem::at(&call.choice.name_node, format!("`{name}` measures single items, and the evaluation is of pairs")));
            return;
        }
        let of_sets = definition.compute.of_sets();
        if of_sets && evaluation.sets.is_none() {
            let problem = Problem::at(&call.choice.name_node, format!("`{name}` is about concepts, and the evaluation has none"));
            problems.push(problem.help("add `sets: {attribute: [LEVEL, LEVEL], concepts: [LEVEL, …]}` to the evaluation"));
            return;
        }
        let Some(metric) = embedding::metric::resolve(call, definition, suffix, problems) else { return };
        self.check_name(&metric.name, call, problems);
        let breakdowns = if of_sets { Vec::new() } else { self.breakdowns_of(evaluation, call, metric.overall(), problems) };
        self.embedding.push((metric, breakdowns));
    }

    /// Adds a metric of all groups at once, or says why there is none.
    fn join(
        &mut self,
        evaluation: &Evaluation,
        call: &MetricCall,
        definition: &'static joint::registry::Definition,
        schema: &Schema,
        problems: &mut Problems,
    ) {
        if evaluation.pairs.is_some() {
            let message = format!("`{}` counts single items, and the evaluation is of pairs", call.choice.name);
            problems.push(Problem::at(&call.choice.name_node, message));
            return;
        }
        let Some(metric) = joint::metric::resolve(call, definition, evaluation, (schema, self.task), problems) else { return };
        self.check_name(&metric.name, call, problems);
        let breakdowns = self.breakdowns_of(evaluation, call, false, problems);
        self.joint.push((metric, breakdowns));
    }

    fn check_name(&self, name: &str, call: &MetricCall, problems: &mut Problems) {
        let mut earlier = self.metrics.iter().map(|(metric, _)| &metric.name).chain(self.embedding.iter().map(|(metric, _)| &metric.name));
        let mut earlier = earlier.by_ref().chain(self.joint.iter().map(|(metric, _)| &metric.name));
        if earlier.any(|earlier| earlier == name) {
            let problem = Problem::at(&call.choice.name_node, format!("two metrics are called `{name}`"));
            problems.push(problem.help("give one of them another name with `as`"));
        }
    }

    /// One metric of every lens, in the order of the spec.
    pub(super) fn lenses(&self) -> Vec<&Metric> {
        let mut firsts: Vec<&Metric> = Vec::new();
        for (metric, _) in &self.metrics {
            if !firsts.iter().any(|first| first.shares_lens(metric)) {
                firsts.push(metric);
            }
        }
        firsts
    }

    /// The breakdowns that a metric is computed for, among them that of all items where it has such a number; there must be one.
    fn breakdowns_of(&mut self, evaluation: &Evaluation, call: &MetricCall, overall: bool, problems: &mut Problems) -> Vec<usize> {
        let mut lists: Vec<Grouping> = Vec::new();
        let control = evaluation.control.as_ref().map_or(&[][..], |control| &control.value);
        let within = |entry: &Written<Vec<String>>| Grouping::within(control, &entry.value);
        match &call.by {
            Some(by) => lists.push(within(by)),
            None => {
                lists.extend(overall.then(Grouping::default));
                lists.extend((overall && !control.is_empty()).then(|| Grouping::by(control)));
                lists.extend(evaluation.groups.iter().map(within));
            }
        }
        if lists.is_empty() {
            let message = format!("`{}` compares groups, and the evaluation has none", call.choice.name);
            problems
                .push(Problem::at(&call.choice.name_node, message).help("add `groups: [FIELD]` to the evaluation, or `by: FIELD` here"));
        }
        let mut places = Vec::with_capacity(lists.len());
        for list in lists {
            let place = self.breakdowns.iter().position(|known| *known == list).unwrap_or_else(|| {
                self.breakdowns.push(list);
                self.breakdowns.len() - 1
            });
            if !places.contains(&place) {
                places.push(place);
            }
        }
        places
    }

    fn check_rules(&mut self, evaluation: &Evaluation, schema: &Schema, problems: &mut Problems) {
        let decided = |name: &str| {
            self.metrics.iter().any(|(metric, _)| metric.name == name && metric.input.of_rule())
                || self.joint.iter().any(|(metric, _)| metric.name == name && metric.decided())
        };
        let reads = evaluation.metrics.iter().find(|call| decided(call.name.as_ref().unwrap_or(&call.choice.name)));
        if let (true, Some(call)) = (self.decide.is_empty() && !evaluation.undecided, reads) {
            let rule = match schema.scores {
                _ if schema.decisions => Some(Rule::Given),
                Some((_, width)) if !schema.multi_label && width == schema.classes.len() => Some(Rule::Argmax),
                _ => None,
            };
            let node = call.choice.name_node.clone();
            match rule {
                Some(rule) => {
                    let name = if rule == Rule::Given { "given" } else { "argmax" };
                    self.decide.push(Decide { name: name.to_owned(), rule, node });
                }
                None => problems.push(
                    Problem::at(&node, format!("`{}` reads decisions, and the evaluation has no rule for them", call.choice.name))
                        .help("add `decide:`, such as `decide: {threshold: 0.5}` or `decide: {top_k: 3}`"),
                ),
            }
        }
        let mut names = HashSet::new();
        for decide in &self.decide {
            if !names.insert(decide.name.as_str()) {
                let problem = Problem::at(&decide.node, format!("two decision rules are called `{}`", decide.name));
                problems.push(problem.help("give one of them another name with `as`"));
            }
            // Without the positive class that is asked for, no rule of two classes would do: one mistake, one message.
            let misnamed = evaluation.positive.is_some() && self.task.positive.is_none();
            if let Some((message, help)) = unfit(&decide.rule, schema, self.task).filter(|_| !misnamed) {
                problems.push(Problem::at(&decide.node, format!("`{}` {message}", decide.name)).help(help));
            }
            strangers(&decide.rule, schema).into_iter().for_each(|problem| problems.push(problem));
            if let Rule::Thresholds { cuts: Cuts::At(cuts), .. } = &decide.rule {
                for (class, _) in cuts.iter().filter(|(class, _)| !schema.classes.contains(&class.value)) {
                    let help = did_you_mean(&class.value, schema.classes.iter().map(String::as_str));
                    problems.push(Problem::at(&class.node, format!("unknown class `{}`", class.value)).help(help));
                }
            }
        }
        self.to_fit(problems);
    }

    /// The rules that have a number to find, with the metrics that say when it is found.
    pub fn to_fit(&self, problems: &mut Problems) -> Vec<ToFit> {
        let mut all = Vec::new();
        for decide in &self.decide {
            let Some(split) = decide.rule.split() else { continue };
            let each = matches!(decide.rule, Rule::Thresholds { .. });
            let calls = match &decide.rule {
                Rule::PostProcess(process) => process.metrics(),
                other => other.goal().map(|goal| &goal.metric).into_iter().collect(),
            };
            let metrics: Option<Vec<Metric>> = calls.into_iter().map(|call| self.goal(call, each, problems)).collect();
            let metrics = metrics.filter(|metrics| decide.rule.goal().is_none_or(|goal| can_be(goal, metrics, problems)));
            all.extend(metrics.map(|metrics| ToFit { decide: decide.clone(), metrics, split: split.clone() }));
        }
        all
    }

    /// A metric that every threshold has a value of; `each` for that of one class.
    fn goal(&self, call: &MetricCall, each: bool, problems: &mut Problems) -> Option<Metric> {
        // One class against the rest.
        let task = if each { Task { classes: 2, multi_label: false, positive: Some(0) } } else { self.task };
        let metric = resolve(call, task, &LabelSets::default(), problems)?;
        let countable = match metric.average {
            Average::Positive(_) => true,
            Average::Micro | Average::Macro | Average::Weighted => !each,
            Average::Whole => !each && !task.multi_label,
            Average::Samples | Average::PerClass => false,
        };
        if !metric.compares() && metric.input == Input::Decisions && !metric.of_pairs() && countable {
            return Some(metric);
        }
        let what = if each { "thresholds of classes" } else { "a threshold" };
        let help = match each {
            true => "name a metric of one class's decisions, such as `f1_score`, without `average`",
            false if task.multi_label => {
                "items may have several labels: name a metric that counts these one by one, such as `{f1_score: {average: micro}}`"
            }
            false => "name a metric of decisions that is one number of all items",
        };
        let message = format!("{what} cannot be fitted to `{}`", call.choice.name);
        problems.push(Problem::at(&call.choice.name_node, message).help(help));
        None
    }
}

/// Whether the metric of a goal can have the value that is wanted of it.
fn can_be(goal: &Goal, metrics: &[Metric], problems: &mut Problems) -> bool {
    let (Aim::At(point), [metric]) = (&goal.aim, metrics) else { return true };
    let (least, most) = metric.limits();
    number_in(&point.node, problems, least, most).is_some()
}
