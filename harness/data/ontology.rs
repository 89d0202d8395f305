//! What tri-state labels imply: see [`crate::spec::card::Ontology`].

use std::collections::{HashMap, HashSet};

use indexmap::{IndexMap, IndexSet};
use serde::Deserialize;

use super::error::DataError;
use super::frame::Targets;
use super::labels::Gathered;
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

/// Says what follows from a hierarchy and what sets make of their members. `shown` are the names of the codes.
pub(super) fn imply(
    gathered: &mut Gathered,
    labels: &Labels,
    shown: &HashMap<String, String>,
    source: &Source,
    sheet: &mut Sheet,
) -> Result<(), DataError> {
    if let Some(hierarchy) = &labels.ontology.hierarchy {
        let parents = read(source, sheet, hierarchy)?;
        expand(gathered, &parents);
    }
    sets(gathered, labels, shown)
}

/// What each class is a kind of.
fn read(source: &Source, sheet: &mut Sheet, hierarchy: &Hierarchy) -> Result<HashMap<String, Vec<String>>, DataError> {
    let found = source.named(&hierarchy.table.file)?;
    let path = &found.path;
    let mut parents: HashMap<String, Vec<String>> = HashMap::new();
    match &hierarchy.columns {
        Some((kind, of)) => {
            let table = Table::read(path, &found.options(&hierarchy.table))?;
            let (kinds, classes) = (table.column(kind)?, table.column(of)?);
            for row in 0..table.len() {
                if let (Some(kind), Some(class)) = (kinds.text(row)?, classes.text(row)?) {
                    parents.entry(kind.into_owned()).or_default().push(class.into_owned());
                }
            }
        }
        None => {
            let text = std::fs::read(found.stored()).map_err(|error| DataError::file(path, format!("cannot be read: {error}")))?;
            // serde_json ends itself at a depth of 128.
            let tree: Branch = serde_json::from_slice(&text)
                .map_err(|error| DataError::file(path, format!("is no tree of `{{LabelName, Subcategory: […]}}`: {error}")))?;
            let mut branches = vec![&tree];
            while let Some(branch) = branches.pop() {
                for kind in &branch.kinds {
                    parents.entry(kind.class.clone()).or_default().push(branch.class.clone());
                    branches.push(kind);
                }
            }
        }
    }
    sheet.tables.push(found.stored().to_owned());
    Ok(parents)
}

/// All that a class is a kind of, near ones first; a circle ends where it began.
fn ancestors<'p>(parents: &'p HashMap<String, Vec<String>>, class: &'p str) -> IndexSet<&'p str> {
    let mut found: IndexSet<&str> = IndexSet::new();
    let mut level = vec![class];
    for _ in 0..DEEPEST {
        level = level.iter().flat_map(|class| parents.get(*class).into_iter().flatten()).map(String::as_str).collect();
        level.retain(|parent| *parent != class && found.insert(parent));
    }
    found
}

/// Only classes that a label mentions, or that one is a kind of, are ever said anything about.
fn expand(gathered: &mut Gathered, parents: &HashMap<String, Vec<String>>) {
    let mentioned: Vec<String> = gathered.classes.iter().cloned().collect();
    for class in &mentioned {
        gathered.classes.extend(ancestors(parents, class).into_iter().map(str::to_owned));
    }
    let index = |class: &str| gathered.classes.get_index_of(class).map(|index| index as u32);
    let above: Vec<Vec<u32>> =
        gathered.classes.iter().map(|class| ancestors(parents, class).into_iter().filter_map(index).collect()).collect();
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
