//! What tables of labels and lists may speak of though it is not among the items: those that were rejected, and those that `where` leaves out.

use std::collections::HashSet;

use super::lists::Lists;
use super::sheet::Sheet;
use crate::spec::card::{Card, LabelForm, Labels};

/// Items that there were, and the classes of those that `where` leaves out: a choice of items is none of classes.
#[derive(Default)]
pub(super) struct Gone<'c> {
    labels: Option<&'c Labels>,
    /// Where labels are tables, the ids of all items that there were.
    pub(super) all: HashSet<String>,
    /// Of these, those that nothing is wrong with and `where` leaves out.
    pub(super) left: HashSet<String>,
    /// Where labels are lists, the classes that only items list that `where` leaves out.
    pub(super) listed: HashSet<String>,
}

impl<'c> Gone<'c> {
    /// Before anything is rejected.
    pub(super) fn of(card: &'c Card, sheet: &Sheet) -> Self {
        let gone = Self { labels: card.labels.as_ref(), ..Self::default() };
        Self { all: if gone.is_tabled() { sheet.ids.iter().cloned().collect() } else { HashSet::new() }, ..gone }
    }

    /// Before `where` leaves out some of the rows that can be used.
    pub(super) fn before(&mut self, sheet: &Sheet, lists: &Lists, usable: impl Fn(usize) -> bool) {
        let rows: Vec<usize> = (0..sheet.len()).filter(|row| usable(*row)).collect();
        if self.is_tabled() {
            self.left = rows.iter().map(|row| sheet.ids[*row].clone()).collect();
        }
        self.listed = self.classes(sheet, lists, &rows).into_iter().map(str::to_owned).collect();
    }

    /// After that.
    pub(super) fn after(&mut self, sheet: &Sheet, lists: &Lists) {
        for id in &sheet.ids {
            self.left.remove(id);
        }
        let stay = self.classes(sheet, lists, &(0..sheet.len()).collect::<Vec<_>>());
        self.listed.retain(|class| !stay.contains(class.as_str()));
    }

    fn is_tabled(&self) -> bool {
        self.labels.is_some_and(|labels| matches!(labels.form, LabelForm::Long { .. }))
    }

    fn classes<'s>(&self, sheet: &Sheet, lists: &'s Lists, rows: &[usize]) -> HashSet<&'s str> {
        let columns = self.labels.into_iter().flat_map(|labels| labels.form.lists());
        columns.flat_map(|column| rows.iter().flat_map(|row| lists.of(sheet, column, *row)).map(String::as_str)).collect()
    }
}
