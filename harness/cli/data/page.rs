//! The census of a dataset, laid out for people: a column a split, a line a level, no wider than the screen.

use std::ops::Range;

use indexmap::IndexSet;
use tabled::grid::util::string::get_text_width as text_width;

use super::census::{Census, Classes, Counts};
use crate::data::dataset::Dataset;
use crate::data::printable::printable;

/// Lines of one field that are shown.
pub(in crate::cli) const SHOWN: usize = 20;

/// Letters of a name that are shown.
const LONGEST: usize = 32;

/// A line of a grid: a name, and cells to the right of it.
type Line = (String, Vec<String>);

/// Lines with a heading, columns aligned with those of the others.
struct Section {
    title: String,
    lines: Vec<Line>,
}

impl Section {
    fn indent(&self) -> usize {
        if self.title.is_empty() { 0 } else { 2 }
    }
}

/// All that is counted, as text. `width` is the number of letters that fit on a line, where there is a bound.
pub(super) fn page(dataset: &Dataset, splits: &[Census], width: Option<usize>) -> String {
    let heads: Vec<String> = splits.iter().map(|census| shown(&census.split)).collect();
    let mut sections = vec![Section { title: String::new(), lines: totals(dataset, splits) }];
    if !dataset.classes.is_empty() {
        let mut several = Vec::new();
        let mut single = Vec::new();
        for census in splits {
            match &census.classes {
                Classes::Single(counts) => single.push(counts.clone()),
                Classes::Several(sides) => several.push(sides),
            }
        }
        let title = about(dataset, dataset.label.as_deref().unwrap_or("labels"));
        let lines = match several.is_empty() {
            true => lines(&single, splits),
            false => sides(&several),
        };
        let title = if several.is_empty() { title } else { format!("{title}: present, absent, unknown") };
        sections.push(Section { title, lines });
    }
    for (at, (field, _)) in splits.first().map_or(&[][..], |census| census.fields.as_slice()).iter().enumerate() {
        let counts: Vec<Counts> = splits.iter().map(|census| census.fields[at].1.clone()).collect();
        sections.push(Section { title: about(dataset, field), lines: lines(&counts, splits) });
    }
    let mut text = grids(&heads, &sections, width);
    if let Some(attribute) = &dataset.attribute {
        for census in splits.iter().filter(|census| !census.by_attribute.is_empty()) {
            text.push_str(&crossed(dataset, attribute, census, width));
        }
    }
    text
}

/// A name that can be shown, cut where it is long.
fn shown(name: &str) -> String {
    let name = printable(name).to_string();
    match name.chars().count() > LONGEST {
        true => name.chars().take(LONGEST - 1).chain(['…']).collect(),
        false => name,
    }
}

/// A field's name, what it is for, and who says so.
fn about(dataset: &Dataset, field: &str) -> String {
    let is = |name: &Option<String>| name.as_deref() == Some(field);
    let roles = [(is(&dataset.label), "label"), (is(&dataset.attribute), "attribute"), (is(&dataset.subject_name), "subject")];
    let roles = roles.into_iter().filter(|(is, _)| *is).map(|(_, role)| role.to_owned());
    let provenance = dataset.provenance.get(field).map(|provenance| provenance.word().to_owned());
    let said: Vec<String> = roles.chain(provenance).collect();
    let said = if said.is_empty() { String::new() } else { format!(" ({})", said.join(", ")) };
    format!("{}{said}", shown(field))
}

fn totals(dataset: &Dataset, splits: &[Census]) -> Vec<Line> {
    let mut lines = vec![("items".to_owned(), splits.iter().map(|census| census.items.to_string()).collect())];
    if let Some(subject) = &dataset.subject_name {
        let counts = splits.iter().map(|census| census.subjects.unwrap_or(0).to_string()).collect();
        lines.push((format!("subjects ({})", shown(subject)), counts));
    }
    lines
}

/// A line a level, with its share of the split's items. Of many, those that are most frequent.
fn lines(counts: &[Counts], splits: &[Census]) -> Vec<Line> {
    let names: IndexSet<&str> = counts.iter().flatten().map(|(name, _)| name.as_str()).collect();
    let of = |name: &str, counts: &Counts| counts.iter().find(|(other, _)| other == name).map_or(0, |(_, count)| *count);
    let total = |name: &str| counts.iter().map(|counts| of(name, counts)).sum::<usize>();
    let mut kept: Vec<&str> = names.iter().copied().collect();
    if kept.len() > SHOWN {
        kept.sort_by_key(|name| std::cmp::Reverse(total(name)));
        kept.truncate(SHOWN);
    }
    let cell = |name: &str, (counts, census): (&Counts, &Census)| {
        let count = of(name, counts);
        let share = 100.0 * count as f64 / census.items.max(1) as f64;
        format!("{count} {:>4}", format!("{share:.0}%"))
    };
    let line = |name: &&str| (shown(name), counts.iter().zip(splits).map(|one| cell(name, one)).collect());
    let mut lines: Vec<Line> = kept.iter().map(line).collect();
    if names.len() > kept.len() {
        lines.push((format!("and {} more; `--json` lists all", names.len() - kept.len()), Vec::new()));
    }
    lines
}

/// A line a class that items may have beside others.
fn sides(splits: &[&Vec<(String, [usize; 3])>]) -> Vec<Line> {
    let Some(first) = splits.first() else { return Vec::new() };
    let mut order: Vec<usize> = (0..first.len()).collect();
    if order.len() > SHOWN {
        order.sort_by_key(|class| std::cmp::Reverse(splits.iter().map(|sides| sides[*class].1[0]).sum::<usize>()));
        order.truncate(SHOWN);
    }
    let cell = |[present, absent, unknown]: [usize; 3]| format!("{present} / {absent} / {unknown}");
    let line = |class: &usize| (shown(&first[*class].0), splits.iter().map(|sides| cell(sides[*class].1)).collect());
    let mut lines: Vec<Line> = order.iter().map(line).collect();
    if first.len() > order.len() {
        lines.push((format!("and {} more; `--json` lists all", first.len() - order.len()), Vec::new()));
    }
    lines
}

/// The classes of a split by the levels of the attribute.
fn crossed(dataset: &Dataset, attribute: &str, census: &Census, width: Option<usize>) -> String {
    let all: IndexSet<&str> = census.by_attribute.iter().flat_map(|(_, counts)| counts).map(|(level, _)| level.as_str()).collect();
    let of_level = |level: &str| {
        census
            .by_attribute
            .iter()
            .flat_map(|(_, counts)| counts)
            .filter(|(other, _)| other == level)
            .map(|(_, count)| *count)
            .sum::<usize>()
    };
    let mut levels: Vec<&str> = all.iter().copied().collect();
    if levels.len() > SHOWN {
        levels.sort_by_key(|level| std::cmp::Reverse(of_level(level)));
        levels.truncate(SHOWN);
    }
    let mut classes: Vec<&(String, Counts)> = census.by_attribute.iter().collect();
    if classes.len() > SHOWN {
        classes.sort_by_key(|(_, counts)| std::cmp::Reverse(counts.iter().map(|(_, count)| count).sum::<usize>()));
        classes.truncate(SHOWN);
    }
    let of = |counts: &Counts, level: &str| counts.iter().find(|(other, _)| other == level).map_or(0, |(_, count)| *count).to_string();
    let title = format!("{} by {} in {}", shown(dataset.label.as_deref().unwrap_or("labels")), shown(attribute), shown(&census.split));
    let columns: Vec<String> = levels.iter().map(|level| shown(level)).collect();
    let line = |(class, counts): &&(String, Counts)| (shown(class), levels.iter().map(|level| of(counts, level)).collect());
    let wide = vec![Section { title: title.clone(), lines: classes.iter().map(line).collect() }];
    // Where that is too wide, lines and columns change places, if it helps.
    let names: Vec<String> = classes.iter().map(|(class, _)| shown(class)).collect();
    let line = |level: &&str| (shown(level), classes.iter().map(|(_, counts)| of(counts, level)).collect());
    let narrow = vec![Section { title, lines: levels.iter().map(line).collect() }];
    let mut text = match blocks(&names, &narrow, width).len() < blocks(&columns, &wide, width).len() {
        true => grids(&names, &narrow, width),
        false => grids(&columns, &wide, width),
    };
    for (all, shown, what) in [(all.len(), levels.len(), attribute), (census.by_attribute.len(), classes.len(), "classes")] {
        if all > shown {
            text.push_str(&format!("  and {} more of `{}`; `--json` lists all\n", all - shown, self::shown(what)));
        }
    }
    text
}

/// Columns side by side, as many as fit: how wide the names are, how wide each column is.
fn widths(heads: &[String], sections: &[Section]) -> (usize, Vec<usize>) {
    let names = sections
        .iter()
        .flat_map(|section| section.lines.iter().filter(|line| !line.1.is_empty()).map(|line| section.indent() + text_width(&line.0)));
    let wide = |column: usize| {
        let cells = sections.iter().flat_map(|section| &section.lines).filter_map(|line| line.1.get(column));
        cells.chain([&heads[column]]).map(|cell| text_width(cell)).max().unwrap_or(0) + 2
    };
    (names.max().unwrap_or(0), (0..heads.len()).map(wide).collect())
}

/// Which columns stand beside each other.
fn blocks(heads: &[String], sections: &[Section], width: Option<usize>) -> Vec<Range<usize>> {
    let (names, widths) = widths(heads, sections);
    let mut blocks: Vec<Range<usize>> = Vec::new();
    let mut used = 0;
    for (column, wide) in widths.iter().enumerate() {
        match blocks.last_mut().filter(|_| width.is_none_or(|width| names + used + wide <= width)) {
            Some(block) => block.end = column + 1,
            None => {
                blocks.push(column..column + 1);
                used = 0;
            }
        }
        used += wide;
    }
    blocks
}

/// Sections below each other, in as many blocks as the width asks for. The columns are named once, beside the first title where there is room.
fn grids(heads: &[String], sections: &[Section], width: Option<usize>) -> String {
    let (first, widths) = widths(heads, sections);
    let right = |cell: &str, wide: usize| " ".repeat(wide.saturating_sub(text_width(cell))) + cell;
    let row = |name: &str, cells: Vec<(&str, usize)>| {
        let cells: String = cells.into_iter().map(|(cell, wide)| right(cell, wide)).collect();
        let gap = " ".repeat(if cells.is_empty() { 0 } else { first.saturating_sub(text_width(name)) });
        format!("{name}{gap}{cells}\n")
    };
    let mut text = String::new();
    for block in blocks(heads, sections, width) {
        let head: Vec<(&str, usize)> = block.clone().map(|column| (heads[column].as_str(), widths[column])).collect();
        text.push('\n');
        for (at, section) in sections.iter().enumerate() {
            text.push_str(&match (at, text_width(&section.title) <= first) {
                (0, true) => row(&section.title, head.clone()),
                (0, false) => format!("{}\n{}", section.title, row("", head.clone())),
                _ => format!("{}\n", section.title),
            });
            for (name, cells) in &section.lines {
                let cells = block.clone().filter_map(|column| Some((cells.get(column)?.as_str(), widths[column]))).collect();
                text.push_str(&row(&(" ".repeat(section.indent()) + name), cells));
            }
        }
    }
    text
}
