//! What tri-state labels imply: see [`crate::spec::card::Ontology`].

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};

use indexmap::{IndexMap, IndexSet};
use serde::Deserialize;

use super::aside::Kind;
use super::error::DataError;
use super::frame::Targets;
use super::gathered::Gathered;
use super::sheet::Sheet;
use super::source::Source;
use super::table::Table;
use crate::spec::card::{Background, Hierarchy, Labels};
use crate::spec::node::Node;
use crate::spec::problem::{Problem, SpecError, did_you_mean};

/// A tree as deep as this is no hierarchy of classes.
const DEEPEST: usize = 64;

/// A class of Open Images' tree with its kinds.
#[derive(Deserialize)]
struct Branch {
    #[serde(rename = "LabelName")]
    class: String,
    #[serde(rename = "Subcategory", default)]
    kinds: Vec<Branch>,
}

/// The classes of a hierarchy, each with those that it is a kind of.
type Kinds = IndexMap<String, Vec<String>>;

/// Says what follows from a hierarchy and what sets make of their members. `shown` are the names of the codes.
pub(super) fn imply(
    gathered: &mut Gathered,
    labels: &Labels,
    shown: &HashMap<String, String>,
    source: &Source,
    sheet: &mut Sheet,
) -> Result<(), DataError> {
    if let Some(hierarchy) = &labels.ontology.hierarchy {
        let kinds = coded(read(source, sheet, hierarchy)?, gathered, shown);
        check(&kinds, gathered, labels, shown)?;
        declare(gathered, labels, &kinds, shown);
        expand(gathered, &kinds);
    }
    sets(gathered, labels, shown)
}

/// Makes classes of those that are asked for and in the hierarchy, though no item has them.
fn declare(gathered: &mut Gathered, labels: &Labels, kinds: &Kinds, shown: &HashMap<String, String>) {
    let codes: HashMap<&str, &str> = shown.iter().map(|(code, name)| (name.as_str(), code.as_str())).collect();
    let known = |class: &&str| kinds.contains_key(*class);
    labels
        .named()
        .filter_map(|class| [Some(class.as_str()), codes.get(class.as_str()).copied()].into_iter().flatten().find(known))
        .for_each(|class| gathered.keep(class));
}

/// What each class is a kind of, as it is written.
fn read(source: &Source, sheet: &mut Sheet, hierarchy: &Hierarchy) -> Result<Kinds, DataError> {
    let found = source.named(&hierarchy.table.file)?;
    let path = &found.path;
    let mut known = Kinds::new();
    match &hierarchy.columns {
        Some((kind, of)) => {
            let table = Table::read(path, &found.options(&hierarchy.table))?;
            let (kinds, classes) = (table.column(kind)?, table.column(of)?);
            for row in 0..table.len() {
                // What is a kind of nothing may have a row too.
                let Some(kind) = kinds.text(row)? else { continue };
                known.entry(kind.into_owned()).or_default().extend(classes.text(row)?.map(Cow::into_owned));
            }
        }
        None => {
            let text = std::fs::read(found.stored()).map_err(|error| DataError::file(path, format!("cannot be read: {error}")))?;
            // serde_json ends itself at a depth of 128.
            let tree: Branch = serde_json::from_slice(&text)
                .map_err(|error| DataError::file(path, format!("is no tree of `{{LabelName, Subcategory: […]}}`: {error}")))?;
            known.entry(tree.class.clone()).or_default();
            let mut branches = vec![&tree];
            while let Some(branch) = branches.pop() {
                for kind in &branch.kinds {
                    known.entry(kind.class.clone()).or_default().push(branch.class.clone());
                    branches.push(kind);
                }
            }
        }
    }
    sheet.tables.push(found.stored().to_owned());
    Ok(known)
}

/// The same by the codes of the labels, where a hierarchy is written by names.
fn coded(kinds: Kinds, gathered: &Gathered, shown: &HashMap<String, String>) -> Kinds {
    let codes: HashMap<&str, &str> = shown.iter().map(|(code, name)| (name.as_str(), code.as_str())).collect();
    let code = |class: String| match codes.get(class.as_str()) {
        Some(code) if !gathered.classes.contains(&class) && !shown.contains_key(&class) => (*code).to_owned(),
        _ => class,
    };
    let mut by_code = Kinds::with_capacity(kinds.len());
    for (class, of) in kinds {
        let of: Vec<String> = of.into_iter().map(code).collect();
        by_code.entry(code(class)).or_default().extend(of.iter().cloned());
        for above in of {
            by_code.entry(above).or_default();
        }
    }
    by_code
}

/// Refuses a hierarchy that says nothing of any label, or goes round.
fn check(kinds: &Kinds, gathered: &Gathered, labels: &Labels, shown: &HashMap<String, String>) -> Result<(), DataError> {
    let node = labels.node.get("hierarchy").unwrap_or(&labels.node);
    let named = gathered.classes.iter().any(|class| shown.contains_key(class));
    let fits = kinds.keys().any(|class| gathered.classes.contains(class) || named && shown.contains_key(class));
    let problem = if !fits && !gathered.classes.is_empty() {
        let some = |classes: &mut dyn Iterator<Item = &String>| {
            let mut kind = Kind::default();
            classes.take(3).for_each(|class| kind.add(class));
            kind.shown()
        };
        let (theirs, own) = (some(&mut kinds.keys()), some(&mut gathered.classes.iter()));
        Problem::at(node, format!("no class of the hierarchy is one of the labels: it has {theirs}, the labels {own}"))
            .help("write both alike, or let `names` say which codes the names are")
    } else if let Some(circle) = circle(kinds) {
        let name = |class: &&str| shown.get(*class).map_or_else(|| format!("`{class}`"), |name| format!("`{name}` ({class})"));
        let circle: Vec<String> = circle.iter().map(name).collect();
        Problem::at(node, format!("the hierarchy goes round in a circle: {}", circle.join(" is a kind of ")))
            .help("take one of these out of the file")
    } else {
        return Ok(());
    };
    Err(SpecError::from(problem).into())
}

/// A circle, where there is one: each class is a kind of the next, and the last is the first.
fn circle(kinds: &Kinds) -> Option<Vec<&str>> {
    let mut done: HashSet<&str> = HashSet::new();
    for start in kinds.keys() {
        // The way up, each class with those above it that were not looked at.
        let mut way: IndexMap<&str, std::slice::Iter<String>> = IndexMap::new();
        let mut next = Some(start.as_str());
        while let Some(class) = next {
            if let Some(at) = way.get_index_of(class) {
                return Some(way.keys().skip(at).copied().chain([class]).collect());
            }
            if !done.contains(class) {
                way.insert(class, kinds.get(class).map_or(&[][..], Vec::as_slice).iter());
            }
            next = None;
            while let (None, Some((_, above))) = (next, way.last_mut()) {
                next = above.next().map(String::as_str);
                if next.is_none() {
                    done.extend(way.pop().map(|(class, _)| class));
                }
            }
        }
    }
    None
}

/// All that a class is a kind of, near ones first.
fn ancestors<'k>(kinds: &'k Kinds, class: &'k str) -> IndexSet<&'k str> {
    let mut found: IndexSet<&str> = IndexSet::new();
    let mut level = vec![class];
    for _ in 0..DEEPEST {
        level = level.iter().flat_map(|class| kinds.get(*class).into_iter().flatten()).map(String::as_str).collect();
        level.retain(|above| found.insert(above));
    }
    found
}

/// Only classes that a label mentions, or that one is a kind of, are ever said anything about.
fn expand(gathered: &mut Gathered, kinds: &Kinds) {
    let mentioned: Vec<String> = gathered.classes.iter().cloned().collect();
    for class in &mentioned {
        gathered.classes.extend(ancestors(kinds, class).into_iter().map(str::to_owned));
    }
    let index = |class: &str| gathered.classes.get_index_of(class).map(|index| index as u32);
    let above: Vec<Vec<u32>> =
        gathered.classes.iter().map(|class| ancestors(kinds, class).into_iter().filter_map(index).collect()).collect();
    let mut below: Vec<Vec<u32>> = vec![Vec::new(); above.len()];
    for (kind, classes) in above.iter().enumerate() {
        classes.iter().for_each(|class| below[*class as usize].push(kind as u32));
    }
    for pairs in &mut gathered.pairs {
        let said = pairs.clone();
        let mut known: HashSet<u32> = said.iter().map(|(class, _)| *class).collect();
        for (there, implied) in [(true, &above), (false, &below)] {
            for (class, _) in said.iter().filter(|(_, said)| *said == there) {
                let new = implied[*class as usize].iter().filter(|class| known.insert(**class));
                pairs.extend(new.map(|class| (*class, there)));
            }
        }
    }
}

fn sets(gathered: &mut Gathered, labels: &Labels, shown: &HashMap<String, String>) -> Result<(), DataError> {
    let codes: HashMap<&str, &str> = shown.iter().map(|(code, name)| (name.as_str(), code.as_str())).collect();
    let code = |class: &str| codes.get(class).map_or_else(|| class.to_owned(), |code| (*code).to_owned());
    let find = |gathered: &Gathered, class: &str| {
        gathered.classes.get_index_of(class).or(gathered.classes.get_index_of(&code(class))).map(|index| index as u32)
    };
    let mut made: IndexMap<&str, (u32, Vec<u32>)> = IndexMap::new();
    for (name, members) in &labels.ontology.sets {
        let mut indices = Vec::with_capacity(members.len());
        for member in members {
            match find(gathered, member) {
                Some(index) => indices.push(index),
                // Nobody has it; that there is such a class the names may tell.
                None if shown.contains_key(&code(member)) => indices.push(gathered.classes.insert_full(code(member)).0 as u32),
                None => {
                    let known = gathered.classes.iter().map(|class| shown.get(class).map_or(class.as_str(), String::as_str));
                    let message = format!("no label of the class `{member}` was found, which is in the set `{name}`");
                    return Err(wrong(labels, name, message, did_you_mean(member, known)));
                }
            }
        }
        let own = find(gathered, name);
        if own.is_some_and(|own| !indices.contains(&own)) {
            let message = format!("the set `{name}` is called as a class that is not in it");
            return Err(wrong(labels, name, message, "call it otherwise, or put that class in".to_owned()));
        }
        let own = own.unwrap_or_else(|| gathered.classes.insert_full(name.clone()).0 as u32);
        made.insert(name, (own, indices));
    }
    for pairs in &mut gathered.pairs {
        let said: HashMap<u32, bool> = pairs.iter().copied().collect();
        for (own, members) in made.values() {
            let there = if members.iter().any(|member| said.get(member) == Some(&true)) {
                Some(true)
            } else {
                members.iter().all(|member| said.get(member) == Some(&false)).then_some(false)
            };
            pairs.retain(|(class, _)| class != own);
            pairs.extend(there.map(|there| (*own, there)));
        }
    }
    let own: HashSet<u32> = made.values().map(|(own, _)| *own).collect();
    gathered.merged.extend(made.values().flat_map(|(_, members)| members).filter(|member| !own.contains(member)));
    Ok(())
}

fn wrong(labels: &Labels, set: &str, message: String, help: String) -> DataError {
    let written: &Node = labels.node.get("sets").and_then(|sets| sets.get(set)).unwrap_or(&labels.node);
    SpecError::from(Problem::at(written, message).help(help)).into()
}

/// Adds the class of the items that show none of the others, the last one.
pub(super) fn background(
    classes: &mut Vec<String>,
    targets: &mut Targets,
    labels: &Labels,
    background: &Background,
) -> Result<(), DataError> {
    let Targets::Multi { present, absent } = targets else { return Ok(()) };
    if classes.contains(&background.class) {
        let written = labels.node.get("background").unwrap_or(&labels.node);
        let problem = Problem::at(written, format!("`{}` is a class already", background.class));
        return Err(SpecError::from(problem.help("call the background otherwise")).into());
    }
    let own = classes.len() as u32;
    classes.push(background.class.clone());
    for (present, absent) in present.iter_mut().zip(absent) {
        if !present.is_empty() {
            absent.push(own);
        } else if background.unknown_is_absent || absent.len() == own as usize {
            present.push(own);
        }
    }
    Ok(())
}
