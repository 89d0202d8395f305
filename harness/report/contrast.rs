//! A comparison as text: one difference a line, for a terminal and for a page.

use tabled::builder::Builder;
use tabled::settings::object::Columns;
use tabled::settings::peaker::Priority;
use tabled::settings::{Alignment, Style, Width};

use super::comparison::{Comparison, Contrast};
use super::escape;
use super::markdown::align;
use super::number::{decimals, fixed, percent, raised};
use super::terminal::{Screen, wrapped};
use crate::score::measurement::Status;
use crate::spec::compare::Adjust;

/// The texts of a comparison; names are as written in the spec, not escaped yet.
struct Lines {
    heads: Vec<String>,
    /// How many columns say what is compared; the others are numbers.
    keys: usize,
    lines: Vec<Vec<String>>,
    footnotes: Vec<String>,
}

/// One comparison as a Markdown table.
pub fn markdown(comparison: &Comparison) -> String {
    let lines = Lines::of(comparison);
    let mut grid = lines.grid(escape::markdown);
    grid.with(Style::markdown()).modify(Columns::new(lines.keys..), Alignment::right());
    let mut text = align(&grid.to_string(), lines.keys);
    for (index, note) in lines.footnotes.iter().enumerate() {
        let end = if index + 1 < lines.footnotes.len() { "<br>" } else { "" };
        let gap = if index == 0 { "\n\n" } else { "\n" };
        text.push_str(&format!("{gap}{} {}{end}", raised(index + 1), escape::markdown(note)));
    }
    text
}

/// One comparison for a terminal.
pub fn terminal(comparison: &Comparison, screen: Screen) -> String {
    let lines = Lines::of(comparison);
    let mut grid = lines.grid(escape::plain);
    grid.with(Style::rounded()).modify(Columns::new(lines.keys..), Alignment::right());
    if let Some(width) = screen.width.filter(|width| grid.total_width() > *width) {
        grid.with(Width::wrap(width).priority(Priority::max(true)));
    }
    let mut text = grid.to_string();
    for (index, note) in lines.footnotes.iter().enumerate() {
        text.push_str(&format!("\n{}", wrapped(&format!("{} {}", raised(index + 1), escape::plain(note)), screen)));
    }
    text
}

/// How to read comparisons, a sentence each.
pub fn legend(comparisons: &[Comparison]) -> Vec<String> {
    let all = || comparisons.iter().flat_map(|comparison| &comparison.contrasts).map(|contrast| &contrast.difference);
    let mut legend = Vec::new();
    if all().any(|difference| difference.difference.is_some()) {
        let mut levels: Vec<f64> = all().filter_map(|difference| difference.level).collect();
        levels.sort_by(f64::total_cmp);
        levels.dedup();
        let levels: Vec<String> = levels.into_iter().map(percent).collect();
        let interval = if levels.is_empty() { String::new() } else { format!("; [a, b] is its {} interval", levels.join(" or ")) };
        legend.push(format!("A difference is `to` minus `from`, on the same items in the same resamples{interval}."));
    }
    if all().any(|difference| difference.p.is_some()) {
        legend.push("`p` is two-sided, from those resamples.".to_owned());
    }
    for (adjust, how) in [(Adjust::Holm, "Holm"), (Adjust::BenjaminiHochberg, "Benjamini and Hochberg")] {
        let adjusted = comparisons.iter().filter(|comparison| comparison.adjust == adjust).flat_map(|comparison| &comparison.contrasts);
        if adjusted.clone().any(|contrast| contrast.difference.p_adjusted.is_some()) {
            legend.push(format!("Adjusted `p` accounts for all differences of its comparison ({how})."));
        }
    }
    legend
}

impl Lines {
    fn of(comparison: &Comparison) -> Self {
        let contrasts = &comparison.contrasts;
        let mut axes: Vec<&str> = contrasts.iter().flat_map(|contrast| contrast.axes.iter().map(|(axis, _)| axis.as_str())).collect();
        let mut seen = Vec::new();
        axes.retain(|axis| {
            !seen.contains(axis) && {
                seen.push(*axis);
                true
            }
        });
        // A key that is the same everywhere says nothing.
        type Text<'a> = Box<dyn Fn(&Contrast) -> String + 'a>;
        let mut keys: Vec<(&str, Text<'_>, bool)> = vec![("model", Box::new(|contrast| contrast.model.clone()), false)];
        keys.extend(axes.iter().map(|axis| (*axis, Box::new(|contrast: &Contrast| contrast.axis(axis).to_owned()) as Text<'_>, false)));
        keys.push(("evaluation", Box::new(|contrast| contrast.evaluation.clone()), false));
        keys.push(("data", Box::new(|contrast| contrast.data.clone()), false));
        keys.push(("decision", Box::new(|contrast| contrast.difference.decision.clone()), false));
        keys.push(("from", Box::new(|contrast| contrast.from.clone()), true));
        keys.push(("to", Box::new(|contrast| contrast.to.clone()), true));
        keys.push(("metric", Box::new(metric), true));
        keys.push(("group", Box::new(group), false));
        keys.push(("class", Box::new(|contrast| contrast.difference.label.clone()), false));
        keys.retain(|(_, text, always)| *always || contrasts.iter().any(|contrast| text(contrast) != text(&contrasts[0])));
        let adjusted = comparison.adjust != Adjust::None;
        let mut heads: Vec<String> = keys.iter().map(|(name, ..)| (*name).to_owned()).collect();
        heads.extend(["from", "to"].map(|side| format!("value {side}")));
        heads.extend(["difference", "p"].map(str::to_owned));
        heads.extend(adjusted.then(|| "adjusted p".to_owned()));
        let mut footnotes: Vec<String> = Vec::new();
        let line = |contrast: &Contrast| {
            let levels = keys.iter().map(|(_, text, _)| text(contrast)).map(|level| if level.is_empty() { "–".to_owned() } else { level });
            levels.chain(numbers(contrast, adjusted, &mut footnotes)).collect()
        };
        let lines = contrasts.iter().map(line).collect();
        Self { heads, keys: keys.len(), lines, footnotes }
    }

    fn grid(&self, escape: fn(&str) -> String) -> tabled::Table {
        let mut builder = Builder::default();
        builder.push_record(self.heads.iter().map(|head| escape(head)));
        for line in &self.lines {
            // Numbers hold brackets of ours, which mean nothing to a page.
            let keys = line[..self.keys].iter().map(|level| escape(level));
            builder.push_record(keys.chain(line[self.keys..].iter().cloned()));
        }
        builder.build()
    }
}

fn metric(contrast: &Contrast) -> String {
    let difference = &contrast.difference;
    format!("{} {}", difference.metric, difference.direction.arrow()).trim_end().to_owned()
}

fn group(contrast: &Contrast) -> String {
    let difference = &contrast.difference;
    match (difference.group.as_str(), difference.by.as_str()) {
        ("", "") => String::new(),
        ("", by) => format!("over {by}"),
        (group, _) => group.to_owned(),
    }
}

/// The numbers of a line: both values, the difference with its interval, p, and p adjusted.
fn numbers(contrast: &Contrast, adjusted: bool, footnotes: &mut Vec<String>) -> Vec<String> {
    let number = &contrast.difference;
    let digits = decimals([number.value_from, number.value_to].into_iter().flatten());
    let value = |value: Option<f64>| value.map_or_else(|| "–".to_owned(), |value| fixed(value, digits));
    let mark = if number.status == Status::Ok {
        String::new()
    } else {
        let note = format!("{}: {}", number.status.word().replace('_', " "), number.reason);
        let index = footnotes.iter().position(|known| *known == note).unwrap_or_else(|| {
            footnotes.push(note);
            footnotes.len() - 1
        });
        raised(index + 1)
    };
    let mut difference = value(number.difference);
    if let Some((lower, upper)) = number.lower.zip(number.upper) {
        difference.push_str(&format!(" [{}, {}]", fixed(lower, digits), fixed(upper, digits)));
    }
    let chance = |p: Option<f64>| match p {
        Some(p) if p < 0.001 => "<0.001".to_owned(),
        Some(p) => fixed(p, 3),
        None => "–".to_owned(),
    };
    let mut texts = vec![value(number.value_from), value(number.value_to), format!("{difference}{mark}"), chance(number.p)];
    texts.extend(adjusted.then(|| chance(number.p_adjusted)));
    texts
}
