//! `fairgrid explain NAME`: what a metric or a rule is, in words.

mod called;

use called::{ANY, Called, Peers, absent, called, others};

use super::compare::terms::TERMS;
use super::embedding;
use super::joint;
use super::measurement::Direction;
use super::metric::{Meaning, list, meaning, takes_match};
use super::registry::{Compute, Criterion, Definition, Elsewhere, Preset, Reads, Suffix, metrics, suffixes};
use crate::score::breakdown::reduction::{Against, Reduction};
use crate::score::rule::rulebook::{RULES, RuleDefinition};
use crate::spec::problem::{did_you_mean, is_near};

pub(super) use called::called_here;

/// How wide the labels are that lines begin with, indented.
pub const LABEL: usize = 13;

/// What a name means: formula, range, direction, when it is undefined, its options, its source and what others call it; what has exactly this
/// name comes first. Of a name that only others use, what there is in its place, or why there is nothing.
///
/// # Errors
/// For a name that is no metric, no rule and no word of comparisons: the nearest ones.
pub fn explain(name: &str) -> Result<String, String> {
    let lower = name.to_lowercase();
    let exact =
        |name: &str| of_metric(name).into_iter().chain(of_ending(name.strip_prefix('_'))).chain(of_rules(name)).collect::<Vec<String>>();
    let mut told = exact(name);
    if told.is_empty() {
        told = exact(&lower);
    }
    if meaning(name).or_else(|| meaning(&lower)).is_none() {
        told.extend(called(name).into_iter().map(|Called { ours, theirs }| format!("{name} ({theirs})\nis here\n\n{}", text(&ours))));
        let not_here = |Elsewhere { peer, note, .. }: &Elsewhere| {
            lines(&format!("{name} ({peer})\nis not here\n"), vec![("why", format!("it {note}"))])
        };
        told.extend(absent(name).map(not_here));
    }
    if told.is_empty() {
        return Err(unknown(name));
    }
    Ok(told.join("\n").trim_end().to_owned())
}

/// What is said of a name that nobody uses. What others call something is meant where nothing here is near, and the name is long enough to
/// be no other one by a single letter.
fn unknown(name: &str) -> String {
    const SLIP: usize = 6;
    let known = list();
    let known = known.iter().map(String::as_str).chain(RULES.iter().chain(&TERMS).map(|rule| rule.name));
    let ours = did_you_mean(name, known);
    let mut theirs = others().filter(|theirs| name.len() >= SLIP && is_near(name, theirs)).peekable();
    let meant = if ours.starts_with("did you mean") || theirs.peek().is_none() { ours } else { did_you_mean(name, theirs) };
    format!("unknown metric or rule `{name}`: {meant}")
}

/// What there is to tell of something here.
fn text(ours: &str) -> String {
    of_metric(ours).or_else(|| of_rules(ours).next()).or_else(|| of_ending(ours.strip_prefix(ANY))).unwrap_or_default()
}

/// What an ending makes of a metric, by its name without the underscore before it.
fn of_ending(name: Option<&str>) -> Option<String> {
    let name = name?;
    let suffix = suffixes().iter().find(|suffix| suffix.name == name)?;
    let mut all = of_reduction("METRIC", suffix, (0.0, 1.0));
    all.iter_mut().filter(|(what, _)| *what == "range").for_each(|(_, words)| words.push_str(", of a metric from 0 to 1"));
    Some(lines(&format!("{ANY}{name}"), all))
}

/// The rules and the words of comparisons of a name.
fn of_rules(name: &str) -> impl Iterator<Item = String> {
    RULES.iter().chain(&TERMS).filter(move |rule| rule.name == name).map(|rule| lines(rule.name, of_rule(rule)))
}

/// What a metric is.
fn of_metric(name: &str) -> Option<String> {
    Some(match meaning(name)? {
        Meaning::Metric(definition) => lines(name, of_definition(definition)),
        Meaning::Reduced(definition, suffix) if !suffix.takes(definition) => {
            let why = format!("it compares what groups lack of 1, and 1 is not the most that `{}` can be", definition.name);
            lines(&format!("{name}\nis not here\n"), vec![("why", why)])
        }
        Meaning::Reduced(definition, suffix) => {
            let mut all = of_reduction(definition.name, suffix, definition.range);
            all.push(("of", definition.name.to_owned()));
            all.extend(of_definition(definition));
            lines(name, all)
        }
        Meaning::Criterion(criterion, suffix) => lines(name, of_criterion(criterion, suffix)),
        Meaning::Joint(definition) => lines(name, of_joint(definition)),
        Meaning::Embedding(definition, None) => lines(name, of_embedding(definition)),
        Meaning::Embedding(definition, Some(suffix)) => {
            let mut all = of_reduction(definition.name, suffix, definition.range);
            // Of its options none is taken.
            all.retain(|(what, _)| *what != "options");
            all.iter_mut().for_each(|(_, words)| words.truncate(words.find("; method").unwrap_or(words.len())));
            all.push(("of", definition.name.to_owned()));
            all.extend(of_embedding(definition));
            lines(name, all)
        }
        Meaning::Preset(preset) => of_preset(preset),
    })
}

/// A preset, and below it what it calls.
fn of_preset(preset: &Preset) -> String {
    let own = lines(preset.name, vec![("is", preset.call()), ("source", preset.source.to_owned()), ("peers", peers(preset.peers))]);
    format!("{own}\n{}", text(preset.calls))
}

/// What an abstention is to a metric that counts true negatives.
const ABSTAINED: &str = "an item without a decision is decided for no class, which is wrong, and a miss of its own class; as it is not decided for \
                         any other either, it is among their TN (`abstained: exclude` leaves it out)";

fn lines(name: &str, entries: Vec<(&str, String)>) -> String {
    let mut text = format!("{name}\n");
    for (what, words) in entries.into_iter().filter(|(_, words)| !words.is_empty()) {
        text.push_str(&format!("  {what:<width$}{words}\n", width = LABEL - 2));
    }
    text
}

fn of_rule(rule: &RuleDefinition) -> Vec<(&'static str, String)> {
    vec![
        ("what", rule.what.to_owned()),
        ("write", rule.write.to_owned()),
        ("details", rule.details.to_owned()),
        ("source", rule.source.to_owned()),
        ("peers", peers(rule.peers)),
    ]
}

fn of_definition(definition: &Definition) -> Vec<(&'static str, String)> {
    let averages = match definition.compute {
        Compute::Class { samples: Some(_), .. } => {
            "average: binary (with `positive:`) | macro | micro | weighted | samples (several labels an item; left out are those whose number is 0 / 0, as F1 and Jaccard of neither a label nor a decision) | per_class"
        }
        Compute::Class { samples: None, .. } => "average: binary (with `positive:`) | macro | micro | weighted | per_class",
        Compute::Rank(..) | Compute::Roc(_) | Compute::Belief(..) | Compute::Calibration { each: true, .. } => {
            "average: binary (with `positive:`) | macro | weighted | per_class; a class against the rest"
        }
        Compute::ClassOf(_) => "average: binary (with `positive:`) | macro | per_class",
        _ if definition.is_binary() => "needs `positive:`",
        _ => "",
    };
    let parameter = definition.parameter.map_or_else(String::new, |parameter| {
        let default = parameter.default.map_or_else(|| "must be given".to_owned(), |default| format!("{default} by default"));
        format!("{}: a number, {default}", parameter.name)
    });
    let found = if takes_match(definition) { "match: any | all (is the label set found: one answer an item)" } else { "" };
    let distance = if definition.reads == Reads::Neighbours { "metric: euclidean (default) | cosine" } else { "" };
    let options = [parameter, distance.to_owned(), averages.to_owned(), found.to_owned()]
        .into_iter()
        .filter(|words| !words.is_empty())
        .collect::<Vec<_>>()
        .join("; ");
    let own = [
        ("formula", definition.formula.to_owned()),
        (
            "abstained",
            if definition.reads == Reads::Decisions && definition.formula.contains("TN") { ABSTAINED.to_owned() } else { String::new() },
        ),
        ("inputs", inputs(definition.reads).to_owned()),
        ("options", options),
        ("interval", definition.errors(1.0).words().to_owned()),
    ];
    let Definition { range, direction, undefined, source, peers, .. } = *definition;
    own.into_iter().chain(facts(range, direction, undefined, source, peers)).collect()
}

/// What a metric reads, in words.
fn inputs(reads: Reads) -> &'static str {
    match reads {
        Reads::Decisions => "labels (or a label set, `of: NAME`), decisions",
        Reads::Neighbours => "decisions, and embeddings beside them",
        Reads::TopK => "labels (or a label set, `of: NAME`), scores; option `k`",
        Reads::Answers => "decisions",
        Reads::Associations => {
            "scores; options `labels` (a list of classes, or a label set by name), `k`, and `threshold` (then of logits with `of: softmax | sigmoid`)"
        }
        Reads::Confusions => "labels, decisions",
        Reads::Crossings => "labels, scores of the positive class, groups",
        Reads::Scores | Reads::Roc => "labels (or a label set, `of: NAME`), scores",
        Reads::Probabilities => "labels, probabilities; of logits with `of: softmax | sigmoid`",
        Reads::Flips => "decisions about originals and counterfactuals, in an evaluation with `pairs: {original: FIELD, factor: FIELD}`",
        Reads::Shifts => {
            "probabilities (of logits with `of: softmax | sigmoid`) of originals and counterfactuals, in an evaluation with `pairs: \
             {original: FIELD, factor: FIELD}`"
        }
    }
}

/// What every definition tells in the same words.
fn facts((low, high): (f64, f64), direction: Direction, undefined: &str, source: &str, known: Peers) -> [(&'static str, String); 5] {
    [
        ("range", format!("{low} to {high}")),
        ("better", direction.word().to_owned()),
        ("undefined", undefined.to_owned()),
        ("source", source.to_owned()),
        ("peers", peers(known)),
    ]
}

fn of_joint(definition: &joint::registry::Definition) -> Vec<(&'static str, String)> {
    let own = [
        ("formula", definition.formula.to_owned()),
        ("inputs", definition.compute.inputs().to_owned()),
        ("options", definition.options.iter().map(|option| option.words()).collect::<Vec<_>>().join("; ")),
    ];
    let joint::registry::Definition { range, direction, undefined, source, peers, .. } = *definition;
    own.into_iter().chain(facts(range, direction, undefined, source, peers)).collect()
}

fn of_embedding(definition: &embedding::registry::Definition) -> Vec<(&'static str, String)> {
    let own = [
        ("formula", definition.formula.to_owned()),
        ("inputs", definition.compute.inputs().to_owned()),
        ("options", definition.options.iter().map(|option| option.words()).collect::<Vec<_>>().join("; ")),
    ];
    let embedding::registry::Definition { range, direction, undefined, source, peers, .. } = *definition;
    own.into_iter().chain(facts(range, direction, undefined, source, peers)).collect()
}

fn of_reduction(base: &str, suffix: &Suffix, of: (f64, f64)) -> Vec<(&'static str, String)> {
    vec![
        ("formula", suffix.formula.replace("{m}", base)),
        ("options", options(suffix).collect::<Vec<_>>().join("; ")),
        ("range", reduced(suffix, of)),
        ("better", better(suffix)),
        ("undefined", format!("in a group, under `undefined: propagate`; where all others are small; {}", suffix.undefined)),
        ("source", suffix.source.to_owned()),
        ("peers", peers(suffix.peers)),
    ]
}

/// From where to where a reduction is, of a metric that is between these.
fn reduced(suffix: &Suffix, of: (f64, f64)) -> String {
    let (low, high) = suffix.reduction.limits(of);
    let signed = if suffix.reduction == Reduction::Difference(Against::Groups) && suffix.options.contains(&"reference") {
        format!("; signed against a reference: {} to {}", of.0 - of.1, of.1 - of.0)
    } else {
        String::new()
    };
    format!("{low} to {high}{signed}")
}

fn options(suffix: &Suffix) -> impl Iterator<Item = &'static str> {
    let own = suffix.options.iter().map(|option| match *option {
        "method" => "method: between_groups (default) | to_overall",
        "reference" => "reference: a level | {field: level} | largest | smallest (items) | highest | lowest (number)",
        "groups" => "groups (with a reference): per_group (default) | min | max | mean | farthest",
        "scale" => "scale: group_std (default) | sum_of_distances",
        "at" => "at: a number, must be given",
        other => other,
    });
    own.chain(["classes: mean | max | min | per_class | macro"])
}

fn better(suffix: &Suffix) -> String {
    let better = |of: Direction| suffix.reduction.direction(of);
    let signed = if suffix.options.contains(&"reference") && better(Direction::Higher) != Direction::Neutral {
        "; signed against a reference: neutral"
    } else {
        ""
    };
    match better(Direction::Higher) {
        always if always == better(Direction::Lower) => format!("{}{signed}", always.word()),
        _ => "as of the metric".to_owned(),
    }
}

fn of_criterion(criterion: &Criterion, suffix: &Suffix) -> Vec<(&'static str, String)> {
    let parts: Vec<String> = criterion.parts.iter().map(|part| format!("{part}_{}", suffix.name)).collect();
    let mut all = match parts.as_slice() {
        [one] => vec![("formula", one.clone())],
        several => {
            // A reference gives every group a number, which its own parts make.
            let signed = match suffix.options.contains(&"reference") {
                true => "; with a reference: the mean or the sum within each group, and `groups` is of what that makes",
                false => "",
            };
            vec![("formula", format!("of {}: the worst, the mean or the sum{signed}", several.join(" and ")))]
        }
    };
    let agg = (parts.len() > 1).then_some("agg: worst_case | mean | sum");
    all.push(("options", agg.into_iter().chain(options(suffix)).collect::<Vec<_>>().join("; ")));
    let parts = || criterion.parts.iter().filter_map(|part| metrics().iter().find(|definition| definition.name == *part));
    let mut read: Vec<&str> = parts().map(|part| inputs(part.reads)).collect();
    read.dedup();
    all.push(("where", format!("m_{} = {}", suffix.name, suffix.formula.replace("{m}", "m"))));
    all.extend(parts().map(|part| ("where", format!("{} = {}", part.name, part.formula))));
    all.push(("inputs", read.join("; ")));
    let twice = if criterion.parts.len() > 1 { "; with agg: sum twice as far" } else { "" };
    all.extend(parts().next().map(|part| ("range", reduced(suffix, part.range) + twice)));
    all.push(("better", better(suffix)));
    all.push(("undefined", "where a part is, in a group, under `undefined: propagate`".to_owned()));
    all.push(("source", criterion.source.to_owned()));
    all.push(("peers", peers(criterion.peers)));
    all
}

fn peers(peers: Peers) -> String {
    peers.iter().map(|(peer, name)| format!("{peer}: {name}")).collect::<Vec<_>>().join("; ")
}
