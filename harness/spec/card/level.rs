//! Levels as a card writes them: each has a name.

use indexmap::IndexMap;

use crate::spec::decode::{Decode, Fields, expected};
use crate::spec::node::{Node, Value};
use crate::spec::problem::{Problem, Problems, did_you_mean};
use crate::spec::source::Place;

/// A level's name.
pub(super) fn name(node: &Node, problems: &mut Problems) -> Option<String> {
    let name = String::decode(node, problems)?;
    named(&name, &node.place, problems).then_some(name)
}

fn named(name: &str, place: &Place, problems: &mut Problems) -> bool {
    if name.trim().is_empty() {
        problems.push(Problem::at_place(place, "a level without a name").help("name it; what is missing is `null` in a `map`"));
    }
    !name.trim().is_empty()
}

/// Names one after the other.
pub(super) fn names(node: &Node, problems: &mut Problems) -> Option<Vec<String>> {
    let Value::List(items) = &node.value else { return expected(node, problems, "a list") };
    let names: Vec<Option<String>> = items.iter().map(|item| name(item, problems)).collect();
    names.into_iter().collect()
}

/// Levels in their order, each once.
pub(super) fn list(node: &Node, problems: &mut Problems) -> Option<Vec<String>> {
    let levels = names(node, problems)?;
    if let Some(at) = (0..levels.len()).find(|at| levels[..*at].contains(&levels[*at])) {
        let Value::List(items) = &node.value else { return None };
        problems.push(Problem::at(&items[at], format!("the level `{}` is there already", levels[at])).help("write each level once"));
        return None;
    }
    Some(levels)
}

/// Whether the keys of a map are levels.
pub(super) fn keys(node: &Node, problems: &mut Problems) -> Option<()> {
    let Value::Map(entries) = &node.value else { return None };
    entries.iter().all(|(key, _)| named(&key.text, &key.place, problems)).then_some(())
}

/// A level that values of a field tell, which is not among its `levels`.
pub(super) fn unlisted(field: &Node, level: &str, levels: &[String]) -> Problem {
    let within = |node: &Node| match &node.value {
        Value::Map(entries) => entries.iter().find_map(|(key, value)| match value.value {
            Value::List(_) => (key.text == level).then(|| key.place.clone()),
            _ => (String::decode(value, &mut Problems::default()).as_deref() == Some(level)).then(|| value.place.clone()),
        }),
        _ => None,
    };
    let maps = ["map", "columns", "words"].into_iter().filter_map(|key| field.get(key));
    let place = maps.filter_map(within).next().unwrap_or_else(|| field.get("names").unwrap_or(field).place.clone());
    let problem = Problem::at_place(&place, format!("the level `{level}` is not among the `levels` of this field"));
    problem.help(did_you_mean(level, levels.iter().map(String::as_str)))
}

/// The level that each column speaks for.
pub(super) fn by_column(node: &Node, problems: &mut Problems) -> Option<IndexMap<String, String>> {
    let Value::Map(entries) = &node.value else { return expected(node, problems, "a map") };
    entries.iter().map(|(column, level)| name(level, problems).map(|level| (column.text.clone(), level))).collect()
}

/// `{level: Other}`: `None` where it is not a map, `Some(None)` where it is a wrong one.
pub(super) fn other(node: &Node, problems: &mut Problems) -> Option<Option<String>> {
    if !matches!(node.value, Value::Map(_)) {
        return None;
    }
    let mut fields = Fields::of(node, problems, "a level")?;
    let level = fields.required_with("level", problems, name);
    fields.finish(problems);
    Some(level)
}

/// Another number of names than there are things to be named.
pub(super) fn miscounted(field: &Node, names: usize, things: usize, thing: &str) -> Problem {
    let counted = |count: usize, what: &str| if count == 1 { format!("1 {what}") } else { format!("{count} {what}s") };
    let problem = Problem::at(field.get("names").unwrap_or(field), format!("{} for {}", counted(names, "name"), counted(things, thing)));
    problem.help(format!("write one name for each {thing}"))
}
