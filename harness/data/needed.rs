//! The columns that a card reads, and who has them: the items' own table or names, or the tables that are joined to them.

use std::collections::BTreeSet;

use indexmap::IndexMap;

use super::error::DataError;
use super::opening::Opening;
use super::sheet::{Column, Sheet};
use crate::spec::card::{BoxAt, FieldSource, Join, LabelForm, Layout, Name};
use crate::spec::node::Node;
use crate::spec::problem::{Problem, SpecError, did_you_mean};

impl Opening<'_> {
    /// The columns of the items that the card reads, and those of each joined table.
    pub(super) fn needed(&self) -> (BTreeSet<String>, IndexMap<String, Vec<String>>) {
        let card = self.card;
        let mut names: BTreeSet<String> = BTreeSet::new();
        for field in card.fields.values() {
            match &field.source {
                FieldSource::Column { from, .. } => drop(names.insert(from.text.clone())),
                FieldSource::Columns { columns, .. } => names.extend(columns.keys().cloned()),
                FieldSource::Pixels { .. } => {}
            }
            names.extend(field.confidence.iter().map(|(column, _)| column.clone()));
        }
        let tested = card.conditions.iter().chain(card.splits.named.values().flat_map(|split| &split.conditions));
        names.extend(tested.map(|condition| condition.field.clone()).filter(|name| !card.fields.contains_key(name)));
        match &card.whose {
            Some(whose) => names.extend(whose.columns().map(str::to_owned)),
            None => names.extend(card.subject.iter().map(|name| name.text.clone()).filter(|name| !card.fields.contains_key(name))),
        }
        names.extend(card.splits.column.iter().map(|column| column.from.text.clone()).filter(|name| !card.fields.contains_key(name)));
        names.extend(card.late_window().into_iter().flat_map(BoxAt::columns).cloned());
        names.extend(card.tables.values().flat_map(|table| table.key.item_columns()).map(str::to_owned));
        match card.labels.as_ref().map(|labels| &labels.form) {
            Some(LabelForm::Wide { columns, .. }) => names.extend(columns.keys().cloned()),
            Some(form) => names.extend(form.lists().cloned()),
            None => {}
        }
        if card.layout.split_names().is_some() {
            names.insert("split".to_owned());
        }
        names.extend(card.sidecars.iter().flat_map(|sidecar| sidecar.file.columns()).map(str::to_owned));
        names.retain(|name| !card.sidecars.iter().any(|sidecar| sidecar.columns.contains_key(name)));
        let mut own = BTreeSet::new();
        let mut joined: IndexMap<String, Vec<String>> = IndexMap::new();
        for name in names {
            match name.split_once('.').filter(|(table, _)| card.tables.contains_key(*table)) {
                Some((table, column)) => joined.entry(table.to_owned()).or_default().push(column.to_owned()),
                None => drop(own.insert(name)),
            }
        }
        (own, joined)
    }

    /// The joined tables, each after those whose columns find its rows.
    pub(super) fn in_order(&self) -> Result<Vec<(&String, &Join)>, DataError> {
        let mut left: Vec<(&String, &Join)> = self.card.tables.iter().collect();
        let mut order = Vec::with_capacity(left.len());
        while !left.is_empty() {
            let waits = |(_, join): &(&String, &Join)| {
                let mut tables = join.key.item_columns().into_iter().filter_map(|column| column.split_once('.'));
                tables.any(|(table, _)| left.iter().any(|(other, _)| *other == table))
            };
            let Some(next) = left.iter().position(|table| !waits(table)) else {
                let (name, join) = left[0];
                let others: Vec<String> = left[1..].iter().map(|(name, _)| format!("`{name}`")).collect();
                let by = if others.is_empty() { "itself".to_owned() } else { others.join(", ") };
                let problem = Problem::at(&join.node, format!("the table `{name}` can only be joined after {by}, and so in a circle"));
                return Err(SpecError::from(problem.help("let a `key` equal a column of the items")).into());
            };
            let (name, join) = left.remove(next);
            join.key.item_columns().into_iter().try_for_each(|column| self.check_group(column, &join.node))?;
            order.push((name, join));
        }
        Ok(order)
    }

    /// Refuses a column of files that neither their names nor a table or side file have.
    pub(super) fn check_group(&self, name: &str, node: &Node) -> Result<(), DataError> {
        let Layout::Files(files) = &self.card.layout else { return Ok(()) };
        let told = |(table, _): (&str, &str)| self.card.tables.contains_key(table);
        let beside = self.card.sidecars.iter().any(|sidecar| sidecar.columns.contains_key(name));
        let groups = files.pattern.iter().flat_map(|pattern| pattern.regex().capture_names()).flatten();
        let archive = files.archive.iter().map(|_| "archive").chain(self.card.layout.split_names().map(|_| "split"));
        let known: Vec<&str> = groups.chain(["path", "file", "stem"]).chain(archive).collect();
        if known.contains(&name) || beside || name.split_once('.').is_some_and(told) {
            return Ok(());
        }
        let problem = Problem::at(node, format!("the files' names have no group `{name}`"));
        let help = match name.split_once('.') {
            Some((table, _)) if !self.card.tables.is_empty() => {
                format!("the card joins no table `{table}` ({})", did_you_mean(table, self.card.tables.keys().map(String::as_str)))
            }
            _ => format!("name it in the pattern: (?<name>…) ({})", did_you_mean(name, known)),
        };
        Err(SpecError::from(problem.help(help)).into())
    }

    pub(super) fn column<'s>(&self, sheet: &'s Sheet, name: &Name) -> Result<&'s Column, DataError> {
        sheet.columns.get(&name.text).ok_or_else(|| {
            let problem = Problem::at(&name.node, format!("the dataset `{}` has no column `{}`", self.card.dataset, name.text));
            SpecError::from(problem.help(did_you_mean(&name.text, sheet.columns.keys().map(String::as_str)))).into()
        })
    }
}
