//! What is scored: imported predictions and evaluations, checked against what there is to be scored.

use std::sync::Arc;

use serde_json::json;

use super::imported::{self, Taken};
use super::job::Ability;
use super::join::stranger;
use super::key::Key;
use super::make::Planner;
use super::news::News;
use super::planned::{ClassList, PlannedCell, PlannedScore, Source};
use super::said::scored;
use crate::data::error::in_full;
use crate::data::frame::Targets;
use crate::score::embedding;
use crate::score::joint::{self, metric::references};
use crate::score::predictions::Predictions;
use crate::score::rule::refit;
use crate::score::schema::Schema;
use crate::score::scheme::Scheme;
use crate::spec::cell::{CellEvaluation, Part};
use crate::spec::evaluation::{Evaluation, Written};
use crate::spec::grid::unresolved;
use crate::spec::model::{ImportedModel, Model};
use crate::spec::predictions::Kind;
use crate::spec::problem::{Problem, Problems, did_you_mean};
use crate::spec::study::Study;

/// Scores are made anew whenever the code that makes them changes.
const SCORE_FINGERPRINT: &str = env!("FAIRGRID_SCORE_FINGERPRINT");

impl Planner<'_> {
    /// Reads imported predictions, with the group columns that evaluations ask of the file itself.
    pub(super) fn import(&mut self, study: &Study, cell: usize, model: &ImportedModel) -> Option<Source> {
        if !model.file.is_file() {
            // Told when the study was read.
            return None;
        }
        let parts = || study.evaluations.iter().flat_map(|evaluation| evaluation.parts.iter().map(move |part| (evaluation, part)));
        let parts = || parts().filter(|(_, part)| part.cell == cell);
        let own = || parts().filter(|(_, part)| !part.split.as_ref().is_some_and(|split| study.is_of_dataset(&split.value)));
        let named = || {
            own().flat_map(|(evaluation, _)| {
                let of_metrics = joint::metric::fields(&evaluation.spec);
                let all = evaluation.spec.fields().chain(of_metrics).chain(evaluation.spec.uncertainty.clustered(&study.uncertainty));
                // What a wrong `$axis` stands for is not known, and was told.
                all.filter(|(field, node)| !field.starts_with('$') || unresolved(node).is_empty())
            })
        };
        let header = imported::header(&model.file);
        if let Some(header) = &header {
            imported::check_columns(model, header, named(), &mut self.problems)?;
        }
        // A field that is lacking was told: what is wrong besides is found without it.
        let is_there = |field: &str| header.as_ref().is_none_or(|header| header.iter().any(|column| column == field));
        let mut fields: Vec<String> = named().map(|(field, _)| field.to_owned()).filter(|field| is_there(field)).collect();
        fields.sort_unstable();
        fields.dedup();
        let data = parts().next().and_then(|(_, part)| part.split.as_ref());
        let data = data.filter(|split| study.is_of_dataset(&split.value)).and_then(|split| split.value.split_once('/'));
        // Where label sets say what is correct, the classes are the file's own.
        let targeted = parts().any(|(evaluation, _)| !evaluation.spec.target.is_empty());
        let classes = match data {
            Some((dataset, _)) if !targeted => {
                let classes = self.data(study, dataset)?.dataset.classes.clone();
                self.check_labelled(study, dataset, &classes)?;
                Some(classes)
            }
            _ => None,
        };
        let content = match Key::of_file(&model.file) {
            Ok(key) => key,
            Err(error) => {
                self.problems.push(Problem::at(&model.file_node, format!("cannot read `{}`: {error}", model.file.display())));
                return None;
            }
        };
        let keep = imported::keep(study, cell, model, self.request.predictions);
        match Predictions::import(&model.file, &model.columns, &fields, classes.as_deref(), keep) {
            Ok(predictions) => {
                let several =
                    |evaluation: &CellEvaluation| imported::takes_several(&evaluation.spec, &model.columns, predictions.classes().len());
                let several = model.columns.label.is_some() || parts().any(|(evaluation, _)| several(evaluation));
                let predictions = if several { predictions } else { predictions.of_one_label() };
                let columns = model.columns.node.to_json();
                let key = Key::of(
                    "import",
                    2,
                    &json!({"columns": columns, "fields": fields, "classes": classes, "several": several, "limit": self.request.limit}),
                    &[&content],
                );
                let name = &study.cells[cell].model;
                let scoring = own().map(|(evaluation, _)| &evaluation.spec);
                for remark in imported::remarks(&predictions, &model.columns, scoring) {
                    (self.hear)(News::Note(format!("`{name}` (`{}`): {remark}", model.file.display())));
                }
                Some(Source::Imported { key, predictions: Arc::new(predictions) })
            }
            Err(error) => {
                self.problems.push(Problem::at(&model.file_node, in_full(&error)));
                None
            }
        }
    }

    /// Refuses a dataset without classes, of which predictions can be neither right nor wrong. Where a label is written wrongly, that was told.
    fn check_labelled(&mut self, study: &Study, dataset: &str, classes: &[String]) -> Option<()> {
        if !classes.is_empty() {
            return Some(());
        }
        if let (true, Some(data)) = (self.problems.is_empty(), study.dataset(dataset)) {
            let problem = Problem::at(&data.node, format!("the dataset `{dataset}` has no label to score predictions by"));
            self.problems
                .push(problem.help("name a field as `label` here or in its card, or say what is correct by the evaluation's `target:`"));
        }
        None
    }

    /// Checks that imported predictions hold what an evaluation scores of them and fits on, which is the answer; `None` where what is scored is
    /// missing.
    fn check_imported(&mut self, study: &Study, spec: &Evaluation, part: &Part, predictions: &Arc<Predictions>) -> Option<Taken> {
        let mut select = |split: &Written<String>| {
            // What a wrong `$axis` stands for is not known, and was told.
            if !unresolved(&split.node).is_empty() {
                return None;
            }
            let dataset = split.value.split_once('/').map_or("", |(dataset, _)| dataset);
            // Of a dataset that is not there, or not read, which was told, no split is known.
            if study.is_of_dataset(&split.value) && study.dataset(dataset).is_none() && !self.problems.is_empty() {
                return None;
            }
            let data = if study.dataset(dataset).is_some() { Some(&*self.data(study, dataset)?) } else { None };
            let (_, own) = split.value.split_once('/').unwrap_or_default();
            if data.is_some_and(|data| !data.splits.contains_key(own)) {
                // That the dataset has none was told with its rows.
                return None;
            }
            let strange =
                data.filter(|_| spec.target.is_empty()).and_then(|data| Some((stranger(predictions, &data.dataset.classes)?, data)));
            let selected = match strange {
                Some((class, data)) => {
                    let (name, known) = (&data.dataset.name, data.dataset.classes.join(", "));
                    Err(format!("the class `{class}` of the predictions is not one of `{name}`: {known}"))
                }
                None => imported::select(predictions, Some(&split.value), data),
            };
            let place = if part.fold.is_empty() { String::new() } else { format!(" ({})", part.fold) };
            selected.map_err(|reason| self.problems.push(Problem::at(&split.node, reason + &place))).ok()
        };
        let scored = match &part.split {
            Some(split) => select(split),
            None => Some(Arc::clone(predictions)),
        };
        let fitting: Vec<_> = part.fitting.iter().filter_map(|split| Some((split.clone(), select(split)?))).collect();
        let scored = scored?;
        imported::check_fitting(spec, &scored, &fitting, &mut self.problems);
        imported::check_scale(spec, &fitting, &mut self.problems);
        Some(Taken { split: part.split.clone(), scored, fitting })
    }

    /// Tells what is wrong with evaluations; where it is so for some of the files that one scores, of which.
    pub(super) fn tell_misfits(&mut self, study: &Study) {
        let misfits = std::mem::take(&mut self.misfits);
        let evaluation = |index: usize| &study.evaluations[index];
        let mut all: Vec<(Problem, Vec<usize>)> = Vec::new();
        let tried: Vec<usize> = misfits.iter().map(|(index, _)| *index).collect();
        for (index, problem) in misfits.into_iter().flat_map(|(index, problems)| problems.into_iter().map(move |problem| (index, problem)))
        {
            let alike = |known: &Problem, of: &[usize]| *known == problem && evaluation(of[0]).name == evaluation(index).name;
            match all.iter_mut().find(|(known, of)| alike(known, of)) {
                Some((_, of)) => of.push(index),
                None => all.push((problem, vec![index])),
            }
        }
        // What is told of a place already, such as a column that a file lacks, is not told again.
        let told: Vec<Problem> = self.problems.iter().cloned().collect();
        all.retain(|(problem, _)| !told.iter().any(|known| known.is_where(problem)));
        for (mut problem, of) in all {
            let scored = tried.iter().filter(|index| evaluation(**index).name == evaluation(of[0]).name).count();
            let cell = &study.cells[evaluation(of[0]).cell()];
            if let (Model::Predictions(model), true) = (&cell.spec, of.len() < scored) {
                let others = if of.len() > 1 { format!(" and {} more", of.len() - 1) } else { String::new() };
                problem.message.push_str(&format!(", of `{}` (`{}`{others})", cell.model, model.file.display()));
            }
            self.problems.push(problem);
        }
    }

    /// Checks an evaluation against what its cells predict, and names its result. `of` are the cells of its parts among `cells`.
    pub(super) fn score(&mut self, study: &Study, index: usize, of: Vec<usize>, cells: &[PlannedCell]) -> Option<PlannedScore> {
        let evaluation = &study.evaluations[index];
        let mut inputs = Vec::new();
        let mut schemas = Vec::new();
        let mut taken = Vec::new();
        for (part, cell) in evaluation.parts.iter().zip(&of) {
            let source = &cells[*cell].source;
            schemas.push(self.part(study, evaluation, part, source, &mut inputs)?);
            if let Source::Imported { predictions, .. } = source {
                taken.push(self.check_imported(study, &evaluation.spec, part, predictions));
            }
        }
        let imported = !taken.is_empty();
        // Where rows are missing, the evaluation can be held against the others nevertheless, so that all that is wrong with it is told.
        let taken: Option<Vec<Taken>> = taken.into_iter().collect();
        self.check_kinds(study, evaluation, &schemas, imported)?;
        if schemas.len() > 1 {
            schemas.truncate(1);
            schemas[0].embeddings = None;
        }
        let mut problems = Problems::default();
        let scheme = Scheme::of(&evaluation.spec, schemas.first()?, &mut problems);
        self.misfits.push((index, problems));
        let taken = taken?;
        self.check_pool(study, evaluation, &taken)?;
        let scheme = scheme?;
        let sources: Vec<&Source> = of.iter().map(|cell| &cells[*cell].source).collect();
        self.check_pairs(study, evaluation, &taken, &sources, &mut inputs);
        if let Some(taken) = taken.first() {
            embedding::check(&evaluation.spec, &scheme, &taken.scored, &mut self.problems);
        }
        self.check_references(study, evaluation, of.first().map(|cell| &cells[*cell].source), &mut inputs);
        let said = scored(study, evaluation, &scheme);
        if !self.scored.contains(&said) {
            self.scored.push(said);
        }
        let fields = &schemas.first()?.fields;
        if let Some((field, node)) = evaluation.spec.uncertainty.clustered(&study.uncertainty)
            && !fields.contains_key(field)
            && !self.problems.iter().any(|known| known.is_at(&node.place))
        {
            let help = did_you_mean(field, fields.keys().map(String::as_str));
            self.problems.push(Problem::at(node, format!("`cluster: {field}` names no field of what is scored")).help(help));
        }
        if let (Some(node), None, false) =
            (evaluation.spec.uncertainty.by_subject(&study.uncertainty), &evaluation.spec.pairs, schemas.first()?.subject)
        {
            let problem = Problem::at(node, "`cluster: subject`, and nothing says which subject an item is of");
            self.problems.push(problem.help("name the column or field of the person as `subject`, or write `cluster: none`"));
        }
        let uncertainty = evaluation.spec.uncertainty.over(&study.uncertainty);
        refit::check(&evaluation.spec, scheme.task.multi_label, &uncertainty, &mut self.problems);
        let whole = json!({
            "evaluation": evaluation.written,
            "uncertainty": format!("{uncertainty:?}"),
            "code": SCORE_FINGERPRINT,
            "limit": self.request.limit,
        });
        let key = Key::of("score", 1, &whole, &inputs.iter().collect::<Vec<_>>());
        let rules = scheme.decide.iter().map(|rule| rule.name.clone()).collect();
        Some(PlannedScore { evaluation: index, cells: of, rules, key, inputs })
    }

    /// The splits whose labels metrics look up must exist, and be known by the fields that items are grouped by.
    fn check_references(&mut self, study: &Study, evaluation: &CellEvaluation, source: Option<&Source>, inputs: &mut Vec<Key>) {
        for reference in references(&evaluation.spec) {
            let Some((dataset, split)) = reference.value.split_once('/') else {
                let message = format!("expected a split, as `dataset/split`, found `{}`", reference.value);
                self.problems.push(Problem::at(&reference.node, message));
                continue;
            };
            if study.dataset(dataset).is_some() {
                let Some(data) = self.data(study, dataset) else { continue };
                if !data.dataset.splits.contains_key(split) {
                    let help = did_you_mean(split, data.dataset.splits.keys().map(String::as_str));
                    let message = format!("the dataset `{dataset}` has no split `{split}`");
                    self.problems.push(Problem::at(&reference.node, message).help(help));
                    continue;
                }
                inputs.push(data.key.clone());
                self.rows(study, dataset, split);
                continue;
            }
            let problem = match source {
                Some(Source::Imported { predictions, .. }) => match imported::select(predictions, Some(&reference.value), None) {
                    Ok(_) => continue,
                    Err(reason) => Problem::at(&reference.node, reason),
                },
                _ => {
                    let help = did_you_mean(dataset, study.data.keys().map(String::as_str));
                    Problem::at(&reference.node, format!("unknown dataset `{dataset}`")).help(help)
                }
            };
            self.problems.push(problem);
        }
    }

    /// What an evaluation takes of one cell: what it will look like, and the keys of what it reads.
    fn part(&mut self, study: &Study, evaluation: &CellEvaluation, part: &Part, source: &Source, inputs: &mut Vec<Key>) -> Option<Schema> {
        let spec = &evaluation.spec;
        for split in part.split.iter().chain(&part.fitting) {
            let Some((dataset, split)) = split.value.split_once('/') else { continue };
            if study.dataset(dataset).is_some() {
                self.rows(study, dataset, split);
                inputs.push(self.data(study, dataset)?.key.clone());
            }
        }
        let cell = &study.cells[part.cell];
        match (source, &part.split) {
            (Source::Imported { key, predictions }, split) => {
                inputs.push(key.clone());
                if let Some(distort) = &spec.distort {
                    let message = format!("the predictions of `{}` are made already: their images cannot be distorted", cell.model);
                    self.problems.push(Problem::at(&distort.node, message).help("name the models that a backend runs in `models`"));
                    return None;
                }
                match split.as_ref().filter(|split| study.is_of_dataset(&split.value)) {
                    Some(split) => self.schema(study, &split.value, source, part.cell),
                    None => Some(Schema::of(predictions)),
                }
            }
            (Source::Backend(work), Some(split)) => {
                inputs.extend(work.steps.iter().filter(|step| step.ability == Ability::Predict).map(|step| step.key.clone()));
                self.schema(study, &split.value, source, part.cell)
            }
            (Source::Backend(_), None) => {
                if let Model::Backend(model) = &cell.spec {
                    let message = format!("the evaluation `{}` says no `data` to run the model `{}` on", evaluation.name, cell.model);
                    self.problems.push(Problem::at(&model.backend_node, message).help("write `data: dataset/split` there"));
                }
                None
            }
        }
    }

    /// What predictions about a dataset will look like, scores aside.
    pub(super) fn schema_of_data(&mut self, study: &Study, name: &str) -> Option<Schema> {
        let dataset = &self.data(study, name)?.dataset;
        Some(Schema {
            classes: dataset.classes.clone(),
            multi_label: matches!(dataset.targets, Targets::Multi { .. }),
            fields: dataset.fields.iter().map(|(name, field)| (name.clone(), field.levels.clone())).collect(),
            labelled: true,
            subject: dataset.subject.is_some(),
            scores: None,
            decisions: false,
            embeddings: None,
        })
    }

    /// What the predictions for a split of a dataset will look like.
    fn schema(&mut self, study: &Study, split: &str, source: &Source, cell: usize) -> Option<Schema> {
        let (name, _) = split.split_once('/')?;
        let of_data = self.schema_of_data(study, name)?;
        Some(match (source, &study.cells[cell].spec) {
            (Source::Imported { predictions, .. }, _) => {
                let own = Schema::of(predictions);
                let labelled = stranger(predictions, &of_data.classes).is_none();
                let classes = if labelled { of_data.classes } else { own.classes };
                let multi_label = !labelled || of_data.multi_label;
                let Schema { scores, decisions, embeddings, .. } = own;
                Schema { classes, labelled, multi_label, scores, decisions, embeddings, ..of_data }
            }
            (Source::Backend(_), Model::Backend(model)) => {
                // What a model file's output means is written; what a network trained here gives are logits.
                let probabilities = model.output.as_ref().is_some_and(|output| output.get("probabilities").is_some());
                let kind = if probabilities { Kind::Probabilities } else { Kind::Logits };
                let ClassList { names: classes, multi_label, labelled } = self.class_list(study, cell, model, name)?;
                Schema { scores: Some((kind, classes.len())), classes, multi_label: multi_label || !labelled, labelled, ..of_data }
            }
            (Source::Backend(_), _) => return None,
        })
    }
}
