//! `fairgrid ls`: what there is. It reads only small text files, so it answers at once.

use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};
use tabled::builder::Builder;
use tabled::settings::Style;

use super::run::screen;
use super::study::BackendArgs;
use super::{Color, Exit, Failure};
use crate::report::terminal::{Screen, hanging, wrapped};
use crate::score::compare::terms::TERMS;
use crate::score::contents::contents;
use crate::score::metric;
use crate::score::rule::rulebook::RULES;
use crate::spec::node::{Node, Value};
use crate::spec::source::Source;

/// List studies, datasets, metrics, decision rules, words of comparisons, backends and what they offer.
#[derive(Debug, Args)]
pub(super) struct Ls {
    /// What to list.
    #[arg(value_enum, default_value_t = What::Studies)]
    what: What,
    /// Of metrics: every name that may be written, one a line.
    #[arg(long)]
    names: bool,
    /// Where studies and cards are.
    #[arg(long, value_name = "DIR", default_value = "specs")]
    specs: PathBuf,
    #[command(flatten)]
    backends: BackendArgs,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum What {
    Studies,
    Datasets,
    Metrics,
    Rules,
    Comparisons,
    Architectures,
    Losses,
    Optimizers,
    Schedules,
    Backends,
}

impl Ls {
    pub(super) fn run(self, color: Color) -> Result<Exit, Failure> {
        let mut table = Builder::default();
        match self.what {
            What::Studies => {
                table.push_record(["study", "title", "tags"]);
                for (path, node) in files(&self.specs)? {
                    table.push_record([stem(&path), text(&node, "title"), tags(&node)]);
                }
            }
            What::Datasets => {
                table.push_record(["dataset", "title", "license"]);
                for (path, node) in files(&self.specs.join("cards"))? {
                    table.push_record([stem(&path), text(&node, "title"), text(&node, "license")]);
                }
            }
            What::Metrics if self.names => {
                metric::list().iter().for_each(|name| println!("{name}"));
                return Ok(Exit::Ok);
            }
            What::Metrics => {
                metrics(screen(color));
                return Ok(Exit::Ok);
            }
            What::Rules => {
                table.push_record(["rule", "what it does"]);
                RULES.iter().for_each(|rule| table.push_record([rule.name, rule.what]));
            }
            What::Comparisons => {
                table.push_record(["word", "what it does"]);
                TERMS.iter().for_each(|term| table.push_record([term.name, term.what]));
            }
            What::Backends => {
                table.push_record(["backend", "version", "runtime", "devices", "abilities"]);
                for backend in self.backends.catalogue().entries() {
                    let it = &backend.descriptor.description;
                    let runtime =
                        it.runtime.as_ref().map_or_else(|| "its own".to_owned(), |runtime| format!("{} {}", runtime.name, runtime.version));
                    table.push_record([it.name.clone(), it.version.clone(), runtime, it.devices.join(", "), it.abilities.join(", ")]);
                }
            }
            What::Architectures => self.kinds("architectures", &mut table),
            What::Losses => self.kinds("losses", &mut table),
            What::Optimizers => self.kinds("optimizers", &mut table),
            What::Schedules => self.kinds("schedules", &mut table),
        }
        println!("{}", table.build().with(Style::blank()));
        Ok(Exit::Ok)
    }

    /// One kind of thing that backends offer.
    fn kinds(&self, kind: &str, table: &mut Builder) {
        table.push_record([kind, "backend", "what it is", "options"]);
        for backend in self.backends.catalogue().entries() {
            for entry in backend.descriptor.description.kind(kind) {
                let options = crate::plan::options::list(entry).join(", ");
                table.push_record([entry.name.clone(), backend.descriptor.description.name.clone(), entry.summary.clone(), options]);
            }
        }
    }
}

/// All metrics by kind, a paragraph each.
fn metrics(screen: Screen) {
    let sections = contents();
    let widest = sections.iter().flat_map(|section| &section.entries).map(|(name, _)| name.len()).max().unwrap_or(0);
    for section in sections {
        let lines = section.entries.iter().map(|(name, words)| hanging(&format!("  {name:<widest$}  "), words, screen));
        println!("{}\n{}\n", section.title, lines.collect::<Vec<_>>().join("\n"));
    }
    println!("{}", wrapped("`fairgrid explain NAME` says more of any name, also of those that other tools have", screen));
}

/// The YAML files of a folder that can be read, by name.
fn files(folder: &Path) -> Result<Vec<(PathBuf, Node)>, Failure> {
    let entries = std::fs::read_dir(folder)
        .map_err(|error| Failure::usage(format!("cannot list `{}`: {error}; say where with `--specs`", folder.display())))?;
    let mut paths: Vec<PathBuf> = entries.filter_map(|entry| Some(entry.ok()?.path())).collect();
    paths.retain(|path| path.extension().is_some_and(|extension| extension == "yaml"));
    paths.sort();
    let read = |path: PathBuf| {
        let text = std::fs::read_to_string(&path).ok()?;
        let node = Node::parse(&Source::new(&path, text)).ok()?;
        Some((path, node))
    };
    Ok(paths.into_iter().filter_map(read).collect())
}

fn stem(path: &Path) -> String {
    path.file_stem().unwrap_or_default().to_string_lossy().into_owned()
}

fn text(node: &Node, key: &str) -> String {
    match node.get(key).map(|node| &node.value) {
        Some(Value::Text(text)) => text.clone(),
        _ => String::new(),
    }
}

fn tags(node: &Node) -> String {
    match node.get("tags").map(|node| &node.value) {
        Some(Value::List(tags)) => tags.iter().map(crate::spec::decode::canonical).collect::<Vec<_>>().join(", "),
        _ => String::new(),
    }
}
