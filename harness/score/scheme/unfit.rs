//! Why metrics and rules of an evaluation do not fit the predictions.

use crate::score::lens::truth::LabelSets;
use crate::score::metric::{Input, Metric, Task, Wanted};
use crate::score::schema::Schema;
use crate::spec::decide::{Cut, Cuts, Link, Rule};
use crate::spec::evaluation::{MetricCall, Written};
use crate::spec::post_process::Method;
use crate::spec::predictions::Kind;
use crate::spec::problem::{Problem, did_you_mean};

/// A metric of labels that are not there.
pub(super) fn unlabelled(call: &MetricCall, sets: &LabelSets) -> Problem {
    let name = &call.choice.name;
    let problem = Problem::at(&call.choice.name_node, format!("`{name}` needs labels, and none are known in the model's classes"));
    let sets: Vec<&str> = sets.names().collect();
    problem.help(match sets.as_slice() {
        [] => "name the column of labels as `label`, or say which classes are correct by a label set: `target: {correct: {from: FIELD, map: {LEVEL: [CLASS]}}}`".to_owned(),
        sets => format!("say which label set is correct: `{{{name}: {{of: {}}}}}`", sets.join(" | ")),
    })
}

/// Why a metric has no scores, or no embeddings, to read.
pub(super) fn unscored(metric: &Metric, call: &MetricCall, schema: &Schema, positive: Option<usize>) -> Option<Problem> {
    let name = &call.choice.name;
    let node = &call.choice.name_node;
    match (metric.input, schema.scores) {
        (Input::Decisions, _) | (Input::PositiveScore | Input::Crossings | Input::Roc { all: false, .. }, Some(_)) => None,
        (Input::Neighbours { .. }, _) => schema.embeddings.is_none().then(|| {
            Problem::at(node, format!("`{name}` needs embeddings beside decisions, and the predictions hold none"))
                .help("name the vectors as `embedding` in `columns`: a column of lists, or `[e0, e1, …]`, one a dimension")
        }),
        (_, None) => Some(Problem::at(node, format!("`{name}` reads scores, and the predictions hold decisions only"))),
        (Input::TopFrom { of: Link::Score, .. }, Some((Kind::Logits, _))) => Some(
            Problem::at(node, format!("`{name}` holds scores against a threshold, and the predictions hold logits"))
                .help(format!("say what makes probabilities of them: `{{{name}: {{…, of: softmax | sigmoid}}}}`")),
        ),
        (Input::TopFrom { of: Link::Sigmoid | Link::Softmax, .. }, Some((Kind::Probabilities, _))) => {
            Some(Problem::at(node, format!("`{name}` turns into probabilities what are probabilities")).help("leave `of` out"))
        }
        (Input::TopK(_) | Input::TopFrom { .. } | Input::Scores | Input::Roc { .. }, Some((_, width))) if width < schema.classes.len() => {
            let problem = Problem::at(node, format!("`{name}` reads one score a class, and the predictions hold the positive's only"));
            let help = match metric.input {
                Input::TopK(_) | Input::TopFrom { .. } => "name a column for each class in `columns`, as `{CLASS: COLUMN, CLASS: COLUMN}`",
                _ => "give the evaluation its `positive:` class, and no `average`",
            };
            Some(problem.help(help))
        }
        (Input::Probabilities { .. } | Input::Shifts { .. }, Some((kind, width))) => {
            let (of, wanted) = match metric.input {
                Input::Probabilities { of, wanted, .. } => (of, wanted),
                Input::Shifts { of } => (of, positive.map_or(Wanted::Nothing, Wanted::Positive)),
                _ => return None,
            };
            let message = |words: &str| Problem::at(node, format!("`{name}` {words}"));
            let one_each = width == schema.classes.len();
            match (kind, of) {
                _ if !one_each && positive.is_none() => Some(
                    message("reads probabilities, and the predictions hold one number an item")
                        .help("give the evaluation its `positive:` class"),
                ),
                (Kind::Scores, _) => {
                    let problem = message("reads probabilities, and the predictions hold scores, which have no such meaning");
                    let instead = match metric.input {
                        Input::Shifts { .. } => "`flip_rate` compares what is decided",
                        _ => "`roc_auc_score` reads any scores",
                    };
                    Some(problem.help(format!("name their columns `probabilities` or `logits` if they are those; {instead}")))
                }
                (Kind::Logits, Link::Score) => Some(
                    message("reads probabilities, and the predictions hold logits")
                        .help(format!("say what makes probabilities of them: `{{{name}: {{of: softmax | sigmoid}}}}`")),
                ),
                (Kind::Probabilities, Link::Sigmoid | Link::Softmax) => {
                    Some(message("turns into probabilities what are probabilities").help("leave `of` out"))
                }
                (_, Link::Softmax) if !one_each => Some(message("needs one logit a class for a softmax").help("write `of: sigmoid`")),
                (_, Link::Sigmoid) if one_each && !schema.multi_label && wanted == Wanted::Nothing => {
                    Some(message("reads probabilities that sum to 1, which a sigmoid a class does not give").help("write `of: softmax`"))
                }
                _ => None,
            }
        }
        _ => None,
    }
}

/// A threshold that no probability is below, or none reaches.
fn beyond(rule: &Rule, kind: Kind, link: Link) -> Option<f64> {
    let outside = |cut: &f64| (kind == Kind::Probabilities || link != Link::Score) && !(0.0..=1.0).contains(cut);
    match rule {
        Rule::Threshold { cut: Cut::At(cut), .. } => Some(*cut).filter(outside),
        Rule::Thresholds { cuts: Cuts::At(cuts), .. } => cuts.iter().map(|(_, cut)| *cut).find(outside),
        _ => None,
    }
}

/// That a rule is one of two classes, and what to do where there are two, or more.
fn of_two_classes(schema: &Schema, help: &'static str, of_more: &'static str) -> (String, &'static str) {
    match schema.classes.as_slice() {
        classes if classes.len() > 2 => (format!("needs two classes, and the predictions have {}", classes.len()), of_more),
        [one] => {
            let message = format!("needs two classes, and the predictions name one, `{one}`");
            (message, "list both in `columns`, the positive one last: `classes: [NO, YES]`")
        }
        _ => ("needs two classes, one of them `positive:`".to_owned(), help),
    }
}

/// Levels that a rule names and that no item has.
pub(super) fn strangers(rule: &Rule, schema: &Schema) -> Vec<Problem> {
    let Rule::PostProcess(process) = rule else { return Vec::new() };
    let (Method::RejectOption { unprivileged, .. }, [field]) = (&process.method, process.by.value.as_slice()) else { return Vec::new() };
    // Levels that are made elsewhere are not known before they are.
    let Some(known) = schema.fields.get(field).filter(|known| !known.is_empty()) else { return Vec::new() };
    let problem = |level: &Written<String>| {
        let problem = Problem::at(&level.node, format!("`{}` is no level of `{field}`", level.value));
        problem.help(did_you_mean(&level.value, known.iter().map(String::as_str)))
    };
    unprivileged.iter().filter(|level| !known.contains(&level.value)).map(problem).collect()
}

/// Why a rule does not fit the predictions, and what to do.
pub(super) fn unfit(rule: &Rule, schema: &Schema, task: Task) -> Option<(String, &'static str)> {
    let link = match rule {
        Rule::Given if schema.decisions => return None,
        Rule::Given => return Some(("needs decisions, and the predictions hold none".to_owned(), "name their column, or another rule")),
        Rule::Threshold { of, .. } | Rule::Thresholds { of, .. } => *of,
        Rule::PostProcess(process) => process.of,
        Rule::Argmax | Rule::TopK(_) => Link::Score,
    };
    if let Rule::PostProcess(process) = rule {
        if schema.multi_label || task.positive.is_none() || task.classes != 2 {
            return Some(of_two_classes(
                schema,
                "add `positive:` to the evaluation",
                "name a `label` that tells one class from all others",
            ));
        }
        match process.of_given() {
            true if schema.decisions => return None,
            true => {
                return Some((
                    "needs decisions, and the predictions hold none".to_owned(),
                    "write `decisions: 0.5` for those of a threshold",
                ));
            }
            false => {}
        }
    }
    let Some((kind, width)) = schema.scores else {
        let help = match rule {
            _ if schema.only_embeddings() => {
                return Some(("needs scores, and the model holds embeddings only".to_owned(), "leave `decide` out"));
            }
            Rule::PostProcess(_) => "write `{equalized_odds: {decisions: given, …}}`, which needs no scores",
            _ => "leave `decide` out to use those",
        };
        return Some(("needs scores, and the predictions hold decisions only".to_owned(), help));
    };
    let one_each = width == task.classes;
    if let Some(cut) = beyond(rule, kind, link) {
        let message = format!("holds probabilities against `{cut}`, which is not between 0 and 1");
        return Some((message, "write a number from 0 to 1"));
    }
    match rule {
        Rule::Argmax if task.multi_label && schema.labelled => {
            Some(("decides one class, and items may have several".to_owned(), "write `{top_k: 1}` if that is meant"))
        }
        Rule::Argmax | Rule::TopK(_) if !one_each => {
            Some(("needs one score a class".to_owned(), "with the positive's score alone, write `{threshold: 0.5}`"))
        }
        Rule::TopK(k) if *k as usize > task.classes => {
            Some((format!("is out of range: there are {} classes", task.classes), "use a smaller k"))
        }
        Rule::Threshold { .. } if !task.multi_label && (task.positive.is_none() || task.classes != 2) => {
            Some(of_two_classes(schema, "add `positive:` to the evaluation, or write `argmax`", "write `argmax`"))
        }
        Rule::Thresholds { .. } if !task.multi_label => {
            Some(("has a threshold a class, and items have one label".to_owned(), "write `argmax`, or `{threshold: …}` with `positive:`"))
        }
        Rule::Threshold { .. } | Rule::Thresholds { .. } if kind == Kind::Logits && link == Link::Score => Some((
            "meets logits, which have several readings as probabilities".to_owned(),
            match (rule, rule.goal()) {
                (_, Some(_)) => {
                    "say which, beside `split`: `of: sigmoid | softmax`; or name the columns `scores`, if a cut of those is meant"
                }
                (Rule::Thresholds { .. }, None) => "say which, beside the classes: `of: sigmoid | softmax`",
                (_, None) => "say which: `{threshold: {at: 0.5, of: sigmoid | softmax}}`",
            },
        )),
        Rule::PostProcess(_) if kind == Kind::Logits && link == Link::Score => {
            Some(("meets logits, which have several readings as probabilities".to_owned(), "say which: `of: sigmoid | softmax`"))
        }
        Rule::Argmax | Rule::TopK(_) => None,
        _ if link != Link::Score && kind == Kind::Probabilities => {
            Some(("turns into probabilities what are probabilities".to_owned(), "leave `of` out"))
        }
        _ if link == Link::Softmax && !one_each => Some(("needs one logit a class for a softmax".to_owned(), "write `of: sigmoid`")),
        _ => None,
    }
}
