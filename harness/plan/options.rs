//! The options of architectures, losses and the like against the backend's own JSON Schemas.

use jsonschema::Validator;
use serde_json::Value;

use super::job::written;
use crate::backend::descriptor::{Description, Entry};
use crate::spec::decode::Choice;
use crate::spec::model::BackendModel;
use crate::spec::problem::{Problem, Problems, did_you_mean};

/// Checks every choice of a model that its backend lists.
pub fn check(model: &BackendModel, backend: &Description, problems: &mut Problems) {
    let train = model.train.as_ref();
    let choices = [
        ("architecture", "architectures", "/architecture", model.architecture.as_ref()),
        ("loss", "losses", "/train/loss", train.map(|train| &train.loss)),
        ("optimizer", "optimizers", "/train/optimizer", train.map(|train| &train.optimizer)),
        ("schedule", "schedules", "/train/schedule", train.and_then(|train| train.schedule.as_ref())),
    ];
    for (what, kind, pointer, choice) in choices {
        if let Some(choice) = choice {
            check_choice(model, backend, (what, kind, pointer), choice, problems);
        }
    }
}

fn check_choice(
    model: &BackendModel,
    backend: &Description,
    (what, kind, pointer): (&str, &str, &str),
    choice: &Choice,
    problems: &mut Problems,
) {
    let entries: &[Entry] = backend.kind(kind);
    let Some(entry) = entries.iter().find(|entry| entry.name == choice.name) else {
        let message = format!("the backend `{}` has no {what} `{}`", backend.name, choice.name);
        let help = did_you_mean(&choice.name, entries.iter().map(|entry| entry.name.as_str()));
        problems.push(Problem::at(&choice.name_node, message).help(help));
        return;
    };
    let Ok(validator) = Validator::new(&entry.options) else {
        let message = format!("the backend `{}` describes the options of `{}` by a schema that is not one", backend.name, entry.name);
        problems.push(Problem::at(&choice.name_node, message).help("that is a defect of the backend: run `fairgrid backend check` on it"));
        return;
    };
    for error in validator.iter_errors(&choice.options.to_json()) {
        let place = written(model, &format!("{pointer}/{}{}", choice.name, error.instance_path()));
        problems.push(Problem::at(place, format!("`{}`: {error}", choice.name)).help(options_of(entry)));
    }
}

/// The options of an entry, as `gamma (number, default 2)`.
pub fn list(entry: &Entry) -> Vec<String> {
    let properties = entry.options.get("properties").and_then(Value::as_object);
    let describe = |(name, schema): (&String, &Value)| {
        let kind = schema.get("type").and_then(Value::as_str).unwrap_or("value");
        let default = schema.get("default").map(|default| format!(", default {default}")).unwrap_or_default();
        format!("`{name}` ({kind}{default})")
    };
    properties.into_iter().flatten().map(describe).collect()
}

fn options_of(entry: &Entry) -> String {
    match list(entry) {
        list if list.is_empty() => format!("`{}` has no options", entry.name),
        list => format!("options of `{}`: {}", entry.name, list.join(", ")),
    }
}
