//! Tri-state labels: for each item the classes that are there and those that are not.

use std::collections::hash_map::Entry;
use std::collections::{BTreeMap, HashMap, HashSet};

use indexmap::IndexSet;

use super::aside::Kind;
use super::error::DataError;
use super::gathered::{Gathered, Read};
use super::gone::Gone;
use super::lists::{Lists, unseen};
use super::ontology;
use super::printable::hidden;
use super::rejections::Rejected;
use super::sheet::Sheet;
use super::source::{Found, Source};
use super::table::{self, Format, Table, Unmet};
use crate::spec::card::{Card, Header, LabelForm, Labels, Names, Others, TableFile, Truth, class_of};
use crate::spec::problem::{Problem, SpecError};

/// What the tables of labels hold, as far as it says whether they fit the items.
#[derive(Default)]
struct Seen {
    /// Rows of items that are there.
    matched: u64,
    /// Rows that say something about their item.
    telling: u64,
    /// Rows of no item.
    strangers: Kind,
    /// Cells that say nothing.
    mute: Kind,
    /// Whether one of these is -1.
    minus: bool,
    /// Whether a row says that a class is not there.
    denying: bool,
    /// Lists that no table has had so far.
    unmet: Unmet,
}

impl Seen {
    /// What a cell says, if anything.
    fn hear(&mut self, truth: &Truth, cell: Option<&str>) -> Option<bool> {
        let there = truth.of(cell);
        match there {
            Some(there) => self.denying |= !there,
            None => {
                self.mute.add(cell.unwrap_or_default());
                self.minus |= cell.is_some_and(|cell| cell.starts_with('-') && cell.parse() == Ok(-1.0));
            }
        }
        there
    }

    /// Refuses tables of which no row belongs to an item, or none says anything; and those whose -1 may be meant for the 0 that there is none
    /// of: some write it for what is absent, others for what is uncertain.
    fn check(&self, labels: &Labels, truth: Option<&Truth>, ids: &[String], id: &str, value: &str) -> Result<(), DataError> {
        let problem = if self.matched == 0 && self.strangers.count > 0 {
            let mut own = Kind::default();
            ids.iter().take(3).for_each(|id| own.add(id));
            let message =
                format!("no `{id}` of the labels is the id of an item: they have {}, the items {}", self.strangers.shown(), own.shown());
            Problem::at(&labels.node, message)
                .help("name the column that holds the items' ids, or let `images` make them alike: `id: \"{stem}\"`")
        } else if self.telling == 0 && self.mute.count > 0 {
            let message = format!("no {value} says present or absent: its values are such as {}", self.mute.shown());
            Problem::at(&labels.node, message).help("say which do: `present: yes, absent: no`, or numbers, `present: {at_least: 0.5}`")
        } else if self.minus && !self.denying && truth.is_some_and(|truth| truth.assumed) {
            Problem::at(&labels.node, format!("no {value} is `0`, and some are `-1`: these may say that a class is absent, or nothing"))
                .help("write `absent: -1` for the one, and `absent: 0` for the other")
        } else {
            return Ok(());
        };
        Err(SpecError::from(problem).into())
    }
}

/// Reads the labels of a sheet's items.
pub(super) fn read(
    card: &Card,
    source: &Source,
    sheet: &mut Sheet,
    (labels, lists): (&Labels, &Lists),
    gone: &Gone,
) -> Result<(Read, Kind), DataError> {
    let mut gathered = Gathered::new(sheet.len());
    let mut seen = Seen::default();
    let (others, names, sort) = match &labels.form {
        LabelForm::Long { tables, id, class, value, others, names } => {
            for table in tables {
                for file in source.all_named(&table.file)? {
                    long(&file, sheet, &mut gathered, table, (id, class), value.as_ref(), (&mut seen, gone))?;
                }
            }
            seen.unmet.check()?;
            let truth = value.as_ref().map(|(_, truth)| truth);
            seen.check(labels, truth, &sheet.ids, id, &value.as_ref().map_or(String::new(), |(column, _)| format!("`{column}`")))?;
            (*others, names.as_ref(), true)
        }
        LabelForm::Wide { columns, truth } => {
            for (name, class) in columns {
                let class = class_of(class, &card.tables);
                gathered.classes.insert(class.to_owned());
                for row in 0..sheet.len() {
                    let cell = sheet.columns.get(name).and_then(|column| column.get(row));
                    if let Some(there) = seen.hear(truth, cell) {
                        seen.telling += 1;
                        gathered.say(row, class, there);
                    }
                }
            }
            seen.check(labels, Some(truth), &sheet.ids, "id", "column of the labels")?;
            (Others::Unknown, None, false)
        }
        LabelForm::List { from, absent, others, names, .. } => {
            for (column, there) in std::iter::once((from, true)).chain(absent.iter().map(|absent| (absent, false))) {
                for row in 0..sheet.len() {
                    for class in lists.of(sheet, column, row) {
                        gathered.say(row, class, there);
                    }
                }
            }
            gone.listed.iter().for_each(|class| gathered.keep(class));
            lists.all().for_each(|class| gathered.mention(class));
            sheet.categories.iter().for_each(|class| gathered.mention(class));
            gathered.unlabelled = (0..sheet.len()).filter(|row| !lists.has(sheet, from, *row)).collect();
            lists.check(labels, sheet)?;
            (*others, names.as_ref(), true)
        }
    };
    let shown = shown(source, sheet, (labels, names), &gathered.classes)?;
    translate(&mut gathered, sheet, &shown);
    declare(&mut gathered, sheet, labels, &shown)?;
    ontology::imply(&mut gathered, labels, &shown, source, sheet)?;
    let mut read = gathered.finish(&labels.classes, others, |code| shown.get(code).cloned().unwrap_or_else(|| code.to_owned()), sort);
    check_names(labels, &read.classes, &shown)?;
    let found: HashSet<&String> = read.classes.iter().collect();
    let lost = labels.classes.iter().find(|class| !found.contains(&class.text));
    match lost {
        Some(class) => {
            let problem = Problem::at(&class.node, format!("no label of the class `{}` was found", class.text));
            let help = "check its spelling, take it out of `classes`, or list it in a table of `names`";
            Err(SpecError::from(problem.help(help)).into())
        }
        None => {
            if let Some(background) = &labels.ontology.background {
                ontology::background(&mut read.classes, &mut read.targets, labels, background)?;
            }
            Ok((read, seen.strangers))
        }
    }
}

fn long(
    found: &Found,
    sheet: &mut Sheet,
    gathered: &mut Gathered,
    file: &TableFile,
    (id, class): (&str, &str),
    value: Option<&(String, Truth)>,
    (seen, gone): (&mut Seen, &Gone),
) -> Result<(), DataError> {
    let rows: HashMap<&str, usize> = sheet.ids.iter().enumerate().map(|(row, id)| (id.as_str(), row)).collect();
    let wanted = [Some(id), Some(class), value.map(|(column, _)| column.as_str())];
    let wanted = wanted.into_iter().flatten().map(str::to_owned).collect();
    let options = table::Options { columns: Some(wanted), tolerant: true, ..found.options(file) };
    let mut refuse = |line: u64, reason: String| sheet.rejected.push(Rejected { what: found.below.clone(), line: Some(line), reason });
    for chunk in Table::chunks(&found.path, &options)? {
        let chunk = chunk?;
        seen.unmet.list(&chunk, options.each.as_deref());
        chunk.malformed().iter().for_each(|malformed| refuse(malformed.at.number, malformed.reason.clone()));
        let (ids, classes) = (chunk.column(id)?, chunk.column(class)?);
        let cells = value.map(|(column, truth)| chunk.column(column).map(|column| (column, truth))).transpose()?;
        for row in 0..chunk.len() {
            let (Some(id), Some(class)) = (ids.text(row)?, classes.text(row)?) else {
                refuse(chunk.at(row).number, "the id or the class is empty".to_owned());
                continue;
            };
            if class.contains(hidden) {
                refuse(chunk.at(row).number, unseen(&class));
                continue;
            }
            gathered.mention(&class);
            // A label of an image that is not here is no mistake: the tables cover more than most people download.
            if !gone.all.contains(id.as_ref()) {
                seen.strangers.add(&id);
                continue;
            }
            seen.matched += 1;
            let there = match &cells {
                None => Some(true),
                Some((column, truth)) => seen.hear(truth, column.text(row)?.as_deref()),
            };
            seen.telling += u64::from(there.is_some());
            let Some(item) = rows.get(id.as_ref()) else {
                if there.is_some() && gone.left.contains(id.as_ref()) {
                    gathered.keep(&class);
                }
                continue;
            };
            if let Some(there) = there
                && !gathered.say(*item, &class, there)
            {
                refuse(chunk.at(row).number, format!("`{class}` of `{id}` is said to be both present and absent: the first counts"));
            }
        }
    }
    sheet.tables.push(found.stored().to_owned());
    Ok(())
}

/// The names of the codes that `classes` are among.
fn read_names(
    source: &Source,
    sheet: &mut Sheet,
    (labels, names): (&Labels, &Names),
    classes: &IndexSet<String>,
) -> Result<HashMap<String, String>, DataError> {
    let file = source.named(&names.table.file)?;
    let options = file.options(&names.table);
    let table = Table::read(&file.path, &options)?;
    sheet.tables.push(file.stored().to_owned());
    let columns: Vec<String> = table.columns().map(str::to_owned).collect();
    let wrong = |message: String, help: &str| {
        let node = labels.node.get("names").unwrap_or(&labels.node);
        DataError::from(SpecError::from(Problem::at(node, message).help(help)))
    };
    // JSON puts its keys in no order.
    let ordered = !matches!(options.format.or_else(|| Format::of(&file.path)), Some(Format::Json | Format::JsonLines));
    let (code, name) = match (&names.columns, columns.as_slice()) {
        (Some((code, name)), _) => (code.clone(), name.clone()),
        (None, [code, name, more @ ..]) if ordered || more.is_empty() => (code.clone(), name.clone()),
        (None, columns) => {
            let count = if columns.len() == 1 { "1 column".to_owned() } else { format!("{} columns", columns.len()) };
            let message = format!("`{}` has {count}, and `names` are codes and what they are called", file.below);
            return Err(wrong(
                message,
                if columns.len() < 2 { "name a table with a column of each" } else { "say which: `code: …, name: …`" },
            ));
        }
    };
    let (codes, texts) = (table.column(&code)?, table.column(&name)?);
    let mut found: HashMap<String, String> = HashMap::with_capacity(table.len());
    // A first line that holds the code of a label is no header.
    if names.columns.is_none() && names.table.header == Header::Names && classes.contains(&code) {
        found.insert(code, name);
    }
    for row in 0..table.len() {
        let (Some(code), Some(text)) = (codes.text(row)?, texts.text(row)?) else { continue };
        match found.entry(code.into_owned()) {
            Entry::Vacant(free) => drop(free.insert(text.into_owned())),
            Entry::Occupied(first) if *first.get() == text => {}
            Entry::Occupied(first) => {
                let reason = format!("`{}` is called `{}` already, and here `{text}`: the first counts", first.key(), first.get());
                sheet.rejected.push(Rejected { what: file.below.clone(), line: Some(table.at(row).number), reason });
            }
        }
    }
    let called: HashSet<&String> = found.values().collect();
    let known = |class: &String| found.contains_key(class) || called.contains(class);
    if !classes.is_empty() && !found.is_empty() && !classes.iter().any(known) {
        let some = |texts: &mut dyn Iterator<Item = &String>| {
            let mut kind = Kind::default();
            texts.take(3).for_each(|text| kind.add(text));
            kind.shown()
        };
        let mut codes: Vec<&String> = found.keys().collect();
        codes.sort_unstable();
        let (theirs, own) = (some(&mut codes.into_iter()), some(&mut classes.iter()));
        let message = format!("no label is a code of `names`, or a name: the codes are such as {theirs}, the labels {own}");
        return Err(wrong(message, "say which of its columns hold what: `code: …, name: …`"));
    }
    Ok(found)
}

/// What classes are shown as.
fn shown(
    source: &Source,
    sheet: &mut Sheet,
    (labels, names): (&Labels, Option<&Names>),
    classes: &IndexSet<String>,
) -> Result<HashMap<String, String>, DataError> {
    let names = match names {
        Some(names) => read_names(source, sheet, (labels, names), classes)?,
        None => HashMap::new(),
    };
    Ok(unambiguous(&names))
}

/// Codes by what they are shown as; where two have one name, the code is shown too.
fn unambiguous(names: &HashMap<String, String>) -> HashMap<String, String> {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    names.values().for_each(|name| *counts.entry(name).or_default() += 1);
    let shown = |code: &str, name: &str| if counts.get(name) == Some(&1) { name.to_owned() } else { format!("{name} ({code})") };
    names.iter().map(|(code, name)| (code.clone(), shown(code, name))).collect()
}

/// Takes a name for its code where some labels are written as the one and some as the other: LVIS lists what is there by names, and what is
/// not by codes. What is a code is none, whatever else has it for a name.
fn translate(gathered: &mut Gathered, sheet: &mut Sheet, shown: &HashMap<String, String>) {
    let codes: HashMap<&str, &str> = shown.iter().map(|(code, name)| (name.as_str(), code.as_str())).collect();
    let code = |class: &str| codes.get(class).copied().filter(|_| !shown.contains_key(class));
    for (item, code) in gathered.recode(code) {
        let name = shown.get(code).map_or(code, String::as_str);
        let reason = format!("`{name}` and its code `{code}` are said to be both present and absent: the first counts");
        sheet.rejected.push(Rejected { what: sheet.ids[item].clone(), line: None, reason });
    }
}

/// Makes classes of those that are asked for and known, though no item has them: by the names, or by rows that do not count.
fn declare(gathered: &mut Gathered, sheet: &Sheet, labels: &Labels, shown: &HashMap<String, String>) -> Result<(), DataError> {
    if labels.listed {
        if labels.form.names().is_none() && sheet.categories.is_empty() {
            let node = labels.node.get("classes").unwrap_or(&labels.node);
            let problem = Problem::at(node, "nothing lists the classes: neither a table of `names`, nor the `categories` of COCO");
            return Err(SpecError::from(problem.help("name such a table, `names: {file: …}`, or the classes, `classes: [a, b]`")).into());
        }
        shown.keys().chain(&sheet.categories).for_each(|class| gathered.keep(class));
    }
    let codes: HashMap<&str, &str> = shown.iter().map(|(code, name)| (name.as_str(), code.as_str())).collect();
    for class in labels.named() {
        let code = if shown.contains_key(class) { class } else { codes.get(class.as_str()).copied().unwrap_or(class) };
        if shown.contains_key(code) || [class.as_str(), code].iter().any(|text| gathered.mentioned.contains(*text)) {
            gathered.keep(code);
        }
    }
    Ok(())
}

/// Refuses two classes of one name, and two names of one class.
fn check_names(labels: &Labels, classes: &[String], shown: &HashMap<String, String>) -> Result<(), DataError> {
    let node = labels.node.get("names").unwrap_or(&labels.node);
    let mut seen: HashSet<&str> = HashSet::new();
    let problem = if let Some(twice) = classes.iter().find(|class| !seen.insert(class)) {
        Problem::at(node, format!("two classes are called `{twice}`")).help("let `names` call each by a name of its own")
    } else if let Some((class, name)) = labels
        .classes
        .iter()
        .find_map(|class| Some((class, shown.get(&class.text).filter(|name| seen.contains(name.as_str()) && **name != class.text)?)))
    {
        let message = format!("`{}` is the code of `{name}`, which is named in `classes` too", class.text);
        Problem::at(&class.node, message).help("take one of them out")
    } else {
        return Ok(());
    };
    Err(SpecError::from(problem).into())
}
