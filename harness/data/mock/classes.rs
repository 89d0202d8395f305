//! Items of several labels: which classes there are, what can be seen of them, and what is said of them.

use indexmap::IndexMap;

use super::cell;
use super::item::Item;
use super::look::Look;
use crate::data::random::uniform;
use crate::spec::card::{Card, LabelForm};
use crate::spec::mock::{CLASSES, Mock};

/// How often a class is there of which the card's `rates` say nothing.
const RATE: f64 = 0.35;

/// How often what is written of a class and an item says so where a class may be unknown.
const KNOWN: f64 = 0.8;

/// The classes of a mock; none where an item has one label.
pub(super) fn all(card: &Card, mock: &Mock) -> Vec<String> {
    let Some(labels) = &card.labels else { return Vec::new() };
    let named = labels.told(&card.tables);
    if named.is_empty() { mock.classes.clone() } else { named }
}

/// The classes of a mock by their codes.
pub(super) fn named(card: &Card, mock: &Mock) -> IndexMap<String, String> {
    let classes = if card.labels.is_some() { all(card, mock) } else { mock.classes.clone() };
    classes.into_iter().enumerate().map(|(class, name)| (code(class), name)).collect()
}

/// The code of a class whose name is in a table of its own.
fn code(class: usize) -> String {
    format!("/m/{class:04}")
}

/// Draws which classes an item shows, and writes what is said of them: of each that is known, with the probability `label_noise`, the opposite.
pub(super) fn put(card: &Card, mock: &Mock, classes: &[String], looks: &[Look], item: &mut Item) {
    let Some(labels) = &card.labels else { return };
    let rates = mock.rates.get(CLASSES).filter(|_| !card.fields.contains_key(CLASSES));
    let rate = |class: usize| rates.and_then(|rates| rates.get(&classes[class])).copied().unwrap_or(RATE);
    let at = |purpose: &str, class: usize| uniform(mock.seed, purpose, class as u64, &item.number.to_string());
    let all = 0..classes.len();
    let present: Vec<bool> = all.clone().map(|class| at("mock class", class) < rate(class)).collect();
    // Where only what is there is written, all of it is, but for noise; of two lists, the one of what is there is whole too.
    let always = |class: usize| match &labels.form {
        LabelForm::Long { value, .. } => value.is_none(),
        LabelForm::List { absent, .. } => absent.is_none() || present[class],
        LabelForm::Wide { .. } => true,
    };
    let known: Vec<bool> = all.clone().map(|class| always(class) || at("mock known", class) < KNOWN).collect();
    let said: Vec<bool> = all.clone().map(|class| present[class] != (at("mock label noise", class) < mock.label_noise)).collect();
    let seen = || all.clone().filter(|class| present[*class]);
    item.scene.classes = seen().map(|class| class as u32).collect();
    item.scene.looks = seen().filter_map(|class| looks.get(class).copied()).collect();
    item.said = all.clone().filter(|class| said[*class]).map(|class| class as u32).collect();
    match &labels.form {
        LabelForm::Wide { columns, truth } => {
            for (class, column) in columns.keys().enumerate() {
                item.cells.insert(column.clone(), cell::said(truth, said[class]));
            }
        }
        LabelForm::List { from, absent, separator, names, .. } => {
            let text = |listed: &dyn Fn(usize) -> bool| {
                let listed = all.clone().filter(|class| listed(*class));
                let listed: Vec<String> = listed.map(|class| if names.is_some() { code(class) } else { classes[class].clone() }).collect();
                match separator {
                    Some(separator) => listed.join(separator),
                    None => serde_json::json!(listed).to_string(),
                }
            };
            item.cells.insert(from.clone(), text(&|class| known[class] && said[class]));
            let no = absent.as_ref().map(|absent| (absent.clone(), text(&|class| known[class] && !said[class])));
            item.cells.extend(no);
        }
        LabelForm::Long { names, .. } => {
            let known = all.clone().filter(|class| known[*class]);
            item.labels = known.map(|class| (if names.is_some() { code(class) } else { classes[class].clone() }, said[class])).collect();
        }
    }
}
