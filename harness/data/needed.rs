//! What an opening needs: its card and folders; the columns that the card reads, and who has them: the items' own table or names, or the tables
//! that are joined to them.

use std::collections::{BTreeSet, HashSet};
use std::path::Path;

use indexmap::IndexMap;

use super::dataset::Progress;
use super::error::DataError;
use super::sheet::{Column, Sheet};
use super::table::{TableError, to_element};
use crate::spec::card::{Card, FieldSource, Join, LabelForm, Layout, Name, Naming, Sidecar, Template};
use crate::spec::node::Node;
use crate::spec::problem::{Problem, Problems, SpecError, did_you_mean};

/// What an opening works on.
pub(super) struct Opening<'c> {
    pub(super) card: &'c Card,
    pub(super) root: &'c Path,
    pub(super) cache: &'c Path,
    pub(super) progress: Progress<'c>,
}

/// What brings columns to the items from beside the images.
pub(super) enum Beside<'c> {
    /// A file an item.
    Files(&'c Sidecar),
    /// A table that is joined, by its name.
    Table(&'c str, &'c Join),
}

impl Beside<'_> {
    /// The items' columns that it is found by.
    fn columns(&self) -> Vec<&str> {
        match self {
            Self::Files(sidecar) => sidecar.file.columns().collect(),
            Self::Table(_, join) => join.key.item_columns(),
        }
    }

    fn brings(&self, column: &str) -> bool {
        match self {
            Self::Files(sidecar) => sidecar.columns.contains_key(column),
            Self::Table(name, _) => column.split_once('.').is_some_and(|(table, _)| table == *name),
        }
    }

    fn node(&self) -> &Node {
        match self {
            Self::Files(sidecar) => &sidecar.file.node,
            Self::Table(_, join) => &join.node,
        }
    }

    fn name(&self) -> String {
        match self {
            Self::Files(sidecar) => format!("`{}`", sidecar.file),
            Self::Table(name, _) => format!("`{name}`"),
        }
    }

    /// What is to be done with it.
    fn told(&self) -> String {
        match self {
            Self::Files(_) => format!("the side file {} can only be read", self.name()),
            Self::Table(..) => format!("the table {} can only be joined", self.name()),
        }
    }

    fn remedy(&self) -> &'static str {
        match self {
            Self::Files(_) => "let its path name columns of the items",
            Self::Table(..) => "let a `key` equal a column of the items",
        }
    }
}

impl Opening<'_> {
    /// The columns that the card reads, each with what says so.
    fn columns(&self) -> Vec<(&str, &Node)> {
        fn under<'n>(node: &'n Node, key: &str) -> &'n Node {
            node.get(key).unwrap_or(node)
        }
        let card = self.card;
        let mut columns: Vec<(&str, &Node)> = Vec::new();
        for field in card.fields.values() {
            match &field.source {
                FieldSource::Column { from, .. } => columns.push((&from.text, &from.node)),
                FieldSource::Columns { columns: several, .. } => {
                    columns.extend(several.keys().map(|column| (column.as_str(), under(&field.node, "columns"))));
                }
                FieldSource::Pixels { .. } => {}
            }
            columns.extend(field.confidence.iter().map(|(column, _)| (column.as_str(), under(&field.node, "confidence"))));
        }
        columns.extend(card.whose.iter().flat_map(|whose| whose.columns().map(|column| (column, &whose.node))));
        columns.extend(card.tables.values().flat_map(|join| join.key.item_columns().into_iter().map(|column| (column, &join.node))));
        if let Some(labels) = &card.labels {
            match &labels.form {
                LabelForm::Wide { columns: classes, .. } => {
                    columns.extend(classes.keys().map(|column| (column.as_str(), under(&labels.node, "columns"))));
                }
                form => columns.extend(form.lists().map(|column| (column.as_str(), &labels.node))),
            }
        }
        columns.extend(
            card.late_window().into_iter().flat_map(|window| window.columns().iter().map(|column| (column.as_str(), &window.node))),
        );
        let beside = card.sidecars.iter().map(|sidecar| &sidecar.file);
        columns.extend(beside.flat_map(|file| file.columns().map(|column| (column, &file.node))));
        if let Some(naming) = card.late_naming() {
            columns.extend(self.templates().flat_map(|template| template.columns().map(|column| (column, &template.node))));
            columns.extend(naming.columns().map(|column| (column, &naming.path.node)));
        }
        columns
    }

    /// What the card names that may be a field or a column, and is no field.
    fn columns_or_fields(&self) -> Vec<(&str, &Node)> {
        let card = self.card;
        let tested = card.conditions.iter().chain(card.splits.named.values().flat_map(|split| &split.conditions));
        let mut names: Vec<(&str, &Node)> = tested.map(|condition| (condition.field.as_str(), &condition.node)).collect();
        let subject = card.subject.iter().filter(|_| card.whose.is_none());
        names.extend(subject.chain(card.splits.column.iter().map(|column| &column.from)).map(|name| (name.text.as_str(), &name.node)));
        names.retain(|(name, _)| !card.fields.contains_key(*name));
        names
    }

    /// The columns of the items that the card reads, and those of each joined table.
    pub(super) fn needed(&self) -> (BTreeSet<String>, IndexMap<String, Vec<String>>) {
        let card = self.card;
        let named = self.columns().into_iter().chain(self.columns_or_fields());
        let mut names: BTreeSet<String> = named.map(|(name, _)| name.to_owned()).collect();
        if card.layout.split_names().is_some() {
            names.insert("split".to_owned());
        }
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

    /// What may be named where a row is rejected: fields, tables and columns.
    pub(super) fn names(&self, own: &BTreeSet<String>, joined: &IndexMap<String, Vec<String>>) -> HashSet<String> {
        let of_tables = joined.iter().flat_map(|(table, columns)| columns.iter().map(move |column| format!("{table}.{column}")));
        self.card.fields.keys().chain(self.card.tables.keys()).chain(own).cloned().chain(of_tables).collect()
    }

    /// What brings columns to the items, each after what has the columns that it is found by. Side files go first where they can; but where joined
    /// tables name the images, after these, since they may lie in the archives of their images.
    pub(super) fn in_order(&self) -> Result<Vec<Beside<'_>>, DataError> {
        let tables = self.card.tables.iter().map(|(name, join)| Beside::Table(name, join));
        let mut left: Vec<Beside> = self.card.sidecars.iter().map(Beside::Files).chain(tables).collect();
        if self.card.late_naming().is_some() {
            left.rotate_left(self.card.sidecars.len());
        }
        let mut order = Vec::with_capacity(left.len());
        while !left.is_empty() {
            let waits = |one: &Beside| one.columns().iter().any(|column| left.iter().any(|other| other.brings(column)));
            let Some(next) = left.iter().position(|one| !waits(one)) else {
                let others: Vec<String> = left[1..].iter().map(Beside::name).collect();
                let by = if others.is_empty() { "itself".to_owned() } else { others.join(", ") };
                let message = format!("{} after {by}, and so in a circle", left[0].told());
                return Err(SpecError::from(Problem::at(left[0].node(), message).help(left[0].remedy())).into());
            };
            order.push(left.remove(next));
        }
        Ok(order)
    }

    /// How images are named that are found once all of these were read up to one, and that one.
    pub(super) fn late_naming(&self, order: &[Beside]) -> Option<(usize, Naming<'_>)> {
        let naming = self.card.late_naming()?;
        let last = order.iter().rposition(|one| naming.columns().any(|column| one.brings(column)))?;
        Some((last, naming))
    }

    /// Refuses columns of files that neither their names nor a table or side file have.
    pub(super) fn check_groups(&self) -> Result<(), DataError> {
        let card = self.card;
        let Layout::Files(files) = &card.layout else { return Ok(()) };
        let groups = files.pattern.iter().flat_map(|pattern| pattern.regex().capture_names()).flatten();
        let archive = files.archive.iter().map(|_| "archive").chain(card.layout.split_names().map(|_| "split"));
        let groups: Vec<&str> = groups.chain(["path", "file", "stem"]).chain(archive).chain(self.beside()).collect();
        let either: Vec<&str> = card.fields.keys().map(String::as_str).chain(groups.iter().copied()).collect();
        let told = |name: &str| {
            let joined = name.split_once('.').is_some_and(|(table, _)| card.tables.contains_key(table));
            joined || groups.contains(&name)
        };
        let mut problems = Problems::default();
        for (column, node) in files.id.iter().flat_map(|id| id.columns().map(|column| (column, &id.node))) {
            if self.card.is_beside(column) {
                let message = format!("files are called by what their names tell, and `{column}` is read beside them");
                let help =
                    "let the rows of a table be the items, which may be called by what is joined: `images: {table: …, path: …, id: …}`";
                problems.push(Problem::with(column, node, message).help(help));
            }
        }
        for (named, known) in [(self.columns(), &groups), (self.columns_or_fields(), &either)] {
            for (name, node) in named.into_iter().filter(|(name, _)| !told(name)) {
                let help = match name.split_once('.') {
                    Some((table, _)) if !card.tables.is_empty() => {
                        format!("the card joins no table `{table}` ({})", did_you_mean(table, card.tables.keys().map(String::as_str)))
                    }
                    _ => format!("name it in the pattern: (?<name>…) ({})", did_you_mean(name, known.iter().copied())),
                };
                problems.push(Problem::with(name, node, format!("the files' names have no group `{name}`")).help(help));
            }
        }
        Ok(problems.check(Some(()))?)
    }

    /// The columns of side files.
    fn beside(&self) -> impl Iterator<Item = &str> {
        self.card.sidecars.iter().flat_map(|sidecar| sidecar.columns.keys().map(String::as_str))
    }

    /// The error of a column that a table does not have, the items' own or a joined one, as the problem of the card that it is.
    pub(super) fn placed(&self, error: DataError, table: Option<&str>) -> DataError {
        let within = |name: &str| table.map_or_else(|| name.to_owned(), |table| format!("{table}.{name}"));
        let (mut own, either) = (self.columns(), self.columns_or_fields());
        own.extend(self.templates().flat_map(|template| template.columns().map(|column| (column, &template.node))));
        own.extend(
            self.card.layout.window().into_iter().flat_map(|window| window.columns().iter().map(|edge| (edge.as_str(), &window.node))),
        );
        let lacking = |path: &Path, column: &str, help: String| {
            let name = within(column);
            let read = || self.read_of(table).into_iter().find(|(other, _)| *other == column);
            let (text, node) = own.iter().chain(&either).find(|(other, _)| *other == name).copied().or_else(read)?;
            Some(Problem::with(text, node, format!("`{}` has no column `{column}`", path.display())).help(help))
        };
        let problem = match &error {
            DataError::Table(TableError::Column { path, column, known }) => {
                let known = known.iter().map(String::as_str);
                let help = match (table, column.as_str()) {
                    (None, "split") => {
                        "the keys of `table: {files: {train: …, test: …}}` make this column, where each split has a table of its own"
                            .to_owned()
                    }
                    (None, _) => did_you_mean(column, known.chain(self.beside())),
                    (Some(_), _) => did_you_mean(column, known),
                };
                lacking(path, column, help)
            }
            DataError::Table(TableError::List { path, column, list }) => lacking(path, column, to_element(&within(column), &within(list))),
            _ => None,
        };
        problem.map_or(error, |problem| SpecError::from(problem).into())
    }

    /// The error of a column that a table of labels does not have, as the problem of the card that it is.
    pub(super) fn placed_in_labels(&self, error: DataError) -> DataError {
        let Some(labels) = &self.card.labels else { return error };
        let (path, column, help) = match &error {
            DataError::Table(TableError::Column { path, column, known }) => {
                (path, column, did_you_mean(column, known.iter().map(String::as_str)))
            }
            DataError::Table(TableError::List { path, column, list }) => (path, column, to_element(column, list)),
            _ => return error,
        };
        SpecError::from(Problem::with(column, &labels.node, format!("`{}` has no column `{column}`", path.display())).help(help)).into()
    }

    /// What of the items' own tables, or of a joined one, is read and is no column of the items: lists whose elements are the rows, and keys.
    fn read_of(&self, table: Option<&str>) -> Vec<(&str, &Node)> {
        let own = match (&self.card.layout, table) {
            (Layout::Rows(rows), None) => rows.tables.as_slice(),
            _ => &[],
        };
        let joined = table.and_then(|table| self.card.tables.get(table));
        let files = own.iter().map(|(_, file)| file).chain(joined.map(|join| &join.table));
        let lists = files.filter_map(|file| file.each.as_ref()).map(|each| (each.text.as_str(), &each.node));
        lists.chain(joined.into_iter().flat_map(|join| join.key.columns().into_iter().map(|column| (column, &join.node)))).collect()
    }

    /// What makes paths and ids out of columns, where items are written in tables.
    fn templates(&self) -> impl Iterator<Item = &Template> {
        let (path, id) = match &self.card.layout {
            Layout::Rows(rows) => (rows.image.path(), rows.id.as_ref()),
            Layout::Coco(coco) => (Some(&coco.path), coco.id.as_ref()),
            Layout::Files(_) | Layout::Arrays(_) | Layout::Records(_) => (None, None),
        };
        path.into_iter().chain(id)
    }

    pub(super) fn column<'s>(&self, sheet: &'s Sheet, name: &Name) -> Result<&'s Column, DataError> {
        sheet.columns.get(&name.text).ok_or_else(|| {
            let problem = Problem::at(&name.node, format!("the dataset `{}` has no column `{}`", self.card.dataset, name.text));
            SpecError::from(problem.help(did_you_mean(&name.text, sheet.columns.keys().map(String::as_str)))).into()
        })
    }
}
