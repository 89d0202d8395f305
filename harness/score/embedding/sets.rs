//! The sets of an evaluation among the items that it is about.

use crate::data::frame::Targets;
use crate::score::OUTSIDE;
use crate::score::breakdown::Breakdown;
use crate::score::predictions::Predictions;
use crate::spec::problem::{Problem, Problems, did_you_mean};
use crate::spec::sets::{Levels, Sets};

/// The items of every set: two attributes, and then the concepts.
///
/// `None` where a level does not exist or has no item, or an item is in two sets; all of it is said.
pub fn resolve(sets: &Sets, predictions: &Predictions, problems: &mut Problems) -> Option<Breakdown> {
    let before = problems.len();
    let mut of_row = vec![OUTSIDE; predictions.len()];
    let mut groups: Vec<String> = Vec::new();
    for levels in [&sets.attribute, &sets.concepts] {
        let (known, code) = column(levels, predictions);
        for name in &levels.names {
            let Some(level) = known.iter().position(|known| *known == name.value) else {
                let what = levels.field.as_ref().map_or("the label".to_owned(), |field| format!("`{}`", field.value.join("*")));
                let problem = Problem::at(&name.node, format!("{what} has no level `{}`", name.value));
                let help = match &levels.field {
                    None if known.is_empty() => "give the embeddings a label, or write `{FIELD: [LEVEL, …]}`".to_owned(),
                    None => format!("{} (levels of a field: `{{FIELD: [LEVEL, …]}}`)", did_you_mean(&name.value, known.iter().copied())),
                    Some(_) => did_you_mean(&name.value, known.iter().copied()),
                };
                problems.push(problem.help(help));
                continue;
            };
            let rows: Vec<usize> = (0..predictions.len()).filter(|row| code(*row, level as u32)).collect();
            if rows.is_empty() {
                problems.push(Problem::at(&name.node, format!("no item of what is scored is of `{}`", name.value)));
            }
            let taken: Vec<&usize> = rows.iter().filter(|row| of_row[**row] != OUTSIDE).collect();
            if let Some(first) = taken.first() {
                let other = &groups[of_row[**first] as usize];
                let id = predictions.ids().get(**first);
                let message = format!("`{}` shares items with other sets, as `{id}` with `{other}` ({} in all)", name.value, taken.len());
                problems.push(Problem::at(&name.node, message).help("an item may be in one set: show concepts and attributes apart"));
            }
            rows.iter().for_each(|row| of_row[*row] = groups.len() as u32);
            groups.push(name.value.clone());
        }
    }
    (problems.len() == before).then(|| Breakdown::of_groups(groups, of_row))
}

/// Whether a row is of a level.
type Holds<'a> = Box<dyn Fn(usize, u32) -> bool + 'a>;

/// The levels of a column, and which rows are of one.
fn column<'a>(levels: &Levels, predictions: &'a Predictions) -> (Vec<&'a str>, Holds<'a>) {
    let names = |names: &'a [String]| names.iter().map(String::as_str).collect();
    match levels.field.as_ref().map(|field| field.value.join("*")) {
        Some(field) => match predictions.fields().get(&field) {
            Some(factor) => (names(&factor.levels), Box::new(|row, level| factor.codes[row] == Some(level))),
            None => (Vec::new(), Box::new(|_, _| false)),
        },
        None => match predictions.targets() {
            Targets::Single(targets) => (names(predictions.classes()), Box::new(|row, level| targets[row] == Some(level))),
            Targets::Multi { present, .. } => {
                (names(predictions.classes()), Box::new(|row, level| present[row].binary_search(&level).is_ok()))
            }
        },
    }
}
