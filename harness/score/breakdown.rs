//! The groups that numbers are broken down by: the levels of a field, or an intersection of several.

use super::OUTSIDE;
use super::predictions::Predictions;

/// All groups of one entry of `groups:`.
#[derive(Clone, Debug)]
pub struct Breakdown {
    /// `race`, `gender*race`, or empty for all items together.
    pub by: String,
    /// `race=Black`, `gender=female*race=Black`: every combination of levels that occur, also those without an item.
    pub groups: Vec<String>,
    /// The group of each item; `OUTSIDE` where one of the fields is missing.
    pub of_row: Vec<u32>,
}

impl Breakdown {
    /// All items, in one group without a name.
    pub fn overall(items: usize) -> Self {
        Self { by: String::new(), groups: vec![String::new()], of_row: vec![0; items] }
    }

    /// The groups by some fields, all of which exist.
    pub fn new(predictions: &Predictions, fields: &[String]) -> Self {
        let mut breakdown = Self::overall(predictions.len());
        breakdown.by = fields.join("*");
        for name in fields {
            let Some(field) = predictions.fields().get(name) else { continue };
            let mut places = vec![OUTSIDE; field.levels.len()];
            for code in field.codes.iter().flatten() {
                places[*code as usize] = 0;
            }
            let levels: Vec<usize> = (0..places.len()).filter(|level| places[*level] == 0).collect();
            for (place, level) in levels.iter().enumerate() {
                places[*level] = place as u32;
            }
            for (group, code) in breakdown.of_row.iter_mut().zip(&field.codes) {
                *group = match code {
                    Some(code) if *group != OUTSIDE => *group * levels.len() as u32 + places[*code as usize],
                    _ => OUTSIDE,
                };
            }
            let named = |group: &String| {
                let separator = if group.is_empty() { "" } else { "*" };
                levels.iter().map(move |level| format!("{group}{separator}{name}={}", field.levels[*level])).collect::<Vec<_>>()
            };
            breakdown.groups = breakdown.groups.iter().flat_map(named).collect();
        }
        breakdown
    }
}
