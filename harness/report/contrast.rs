//! A comparison as text: one finding a line, for a terminal and for a page.

use tabled::builder::Builder;
use tabled::settings::object::Columns;
use tabled::settings::peaker::Priority;
use tabled::settings::{Alignment, Style, Width};

use super::comparison::{Comparison, Contrast};
use super::escape;
use super::markdown::align;
use super::number::{decimals, fixed, interval, percent, raised};
use super::terminal::{Screen, wrapped};
use crate::score::compare::finding::Statistic;
use crate::score::compare::transition::Transition;
use crate::score::compare::verdict::Verdict;
use crate::score::measurement::Status;
use crate::spec::compare::{Adjust, Test};

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
    let all = || comparisons.iter().flat_map(|comparison| &comparison.contrasts).map(|contrast| &contrast.finding);
    let shown = |statistic: Statistic| all().any(|finding| finding.statistic == statistic && finding.estimate.is_some());
    let mut levels: Vec<f64> = all().filter_map(|finding| finding.level).collect();
    levels.sort_by(f64::total_cmp);
    levels.dedup();
    let names: Vec<String> = levels.iter().copied().map(percent).collect();
    let interval = if levels.is_empty() { String::new() } else { format!("; [a, b] is its {} interval", names.join(" or ")) };
    let mut legend = Vec::new();
    if shown(Statistic::Difference) {
        // Groups have items of their own.
        let paired = all().any(|finding| finding.statistic == Statistic::Difference && finding.from.is_empty());
        let how = if paired { ", on the same items in the same resamples" } else { "" };
        legend.push(format!("A difference is `to` minus `from`{how}{interval}."));
    }
    if shown(Statistic::Slope) {
        legend.push(format!(
            "A slope is the change a unit of the axis, by least squares, on the same items in the same resamples{interval}."
        ));
    }
    if shown(Statistic::Similarity) {
        legend.push(format!("A similarity is of what both models make of the same items{interval}."));
    }
    let tested = |comparison: &&Comparison| {
        let of_all = |statistic: Statistic| matches!(statistic, Statistic::Pearson | Statistic::Spearman);
        comparison.contrasts.iter().any(|contrast| contrast.finding.p.is_some() && !of_all(contrast.finding.statistic))
    };
    let sources: Vec<(&str, &str)> =
        comparisons.iter().filter(tested).map(|comparison| (comparison.name.as_str(), source(comparison.test))).collect();
    match sources.as_slice() {
        [] => {}
        [(_, first), others @ ..] if others.iter().all(|(_, source)| source == first) => {
            legend.push(format!("`p` is two-sided, {first}."));
        }
        several => {
            let each: Vec<String> = several.iter().map(|(name, source)| format!("of `{name}` {source}")).collect();
            legend.push(format!("`p` is two-sided: {}.", each.join(", ")));
        }
    }
    for (adjust, how) in [(Adjust::Holm, "Holm"), (Adjust::BenjaminiHochberg, "Benjamini and Hochberg")] {
        let is_adjusted = |comparison: &&Comparison| {
            comparison.adjust == adjust && comparison.contrasts.iter().any(|contrast| contrast.finding.p_adjusted.is_some())
        };
        let names: Vec<String> =
            comparisons.iter().filter(is_adjusted).map(|comparison| format!("`{}`", escape::plain(&comparison.name))).collect();
        if !names.is_empty() {
            let each = if names.len() > 1 { "each of " } else { "" };
            legend.push(format!("Adjusted `p` accounts for all differences of {each}{} ({how}).", names.join(", ")));
        }
    }
    legend.extend(comparisons.iter().filter_map(too_few_draws));
    let mut averaged: Vec<String> =
        comparisons.iter().flat_map(|comparison| &comparison.averaged).map(|axis| escape::plain(axis)).collect();
    averaged.sort_unstable();
    averaged.dedup();
    if !averaged.is_empty() {
        let axes = averaged.join("`, `");
        legend.push(format!(
            "Of means over `{axes}` neither intervals nor `p` know how far another one would move them: `uncertainty: {{include: …}}` names what \
             they are to know."
        ));
    }
    let mut margins: Vec<f64> = comparisons.iter().filter_map(|comparison| comparison.within).collect();
    margins.sort_by(f64::total_cmp);
    margins.dedup();
    let is_adjusted = comparisons.iter().any(|comparison| comparison.within.is_some() && comparison.adjust != Adjust::None);
    let verdicts = if is_adjusted { "; a verdict follows from intervals, which are not adjusted" } else { "" };
    for within in margins {
        let narrow: Vec<String> = levels.iter().map(|level| percent(2.0 * level - 1.0)).collect();
        legend.push(format!(
            "Equivalent (within {within}): the {} interval lies between -{within} and {within}; different: it does not, and the {} interval \
             leaves 0 out{verdicts}.",
            narrow.join(" or "),
            names.join(" or ")
        ));
    }
    if all().any(|finding| finding.transition.is_some()) {
        legend.push(
            "An effect, how far a number is from 0 (a ratio of groups: from 1), is there where its interval leaves that out; a gap, where shuffled \
             labels rarely give as large a one. Amplified, attenuated: \
             there before and after, with a significant change; retained: without one; flipped: with another sign; removed, introduced: there \
             only before, only after."
                .to_owned(),
        );
    }
    if shown(Statistic::RetentionRate) {
        legend.push("The retention rate is the share of the effects before that are there after with the same sign.".to_owned());
    }
    if shown(Statistic::Pearson) || shown(Statistic::Spearman) {
        legend.push("Correlations are over the entries' values before and after, taken to be independent.".to_owned());
    }
    legend
}

/// That no adjusted p of a comparison can be small, where some p is as small as so many draws can tell.
fn too_few_draws(comparison: &Comparison) -> Option<String> {
    let tested = || comparison.contrasts.iter().map(|contrast| &contrast.finding).filter(|finding| finding.p_adjusted.is_some());
    let alpha = tested().filter_map(|finding| finding.level).map(|level| 1.0 - level).reduce(f64::min)?;
    // One that comes from an interval may be smaller; one that was counted is widened for few items.
    let counted = || tested().filter_map(|finding| finding.p).filter(|p| *p >= comparison.least * 0.99);
    let at_the_least = counted().any(|p| p <= comparison.least * 1.5);
    let adjusted = comparison.least * counted().count() as f64;
    // Benjamini and Hochberg ask less of each where several are small.
    let alone = if comparison.adjust == Adjust::BenjaminiHochberg { "where it alone is small" } else { "whatever is found" };
    let more = if comparison.test == Test::Permutation { "`null: {permutations: …}`" } else { "`bootstrap`" };
    (adjusted > alpha + 1e-9 && at_the_least).then(|| {
        format!(
            "No `p` of `{}` that is counted from draws can be below {}, nor an adjusted one below {}, {alone}: raise {more}.",
            escape::plain(&comparison.name),
            fixed(comparison.least, 4),
            fixed(adjusted.min(1.0), 3)
        )
    })
}

/// Where p comes from, in words.
fn source(test: Test) -> &'static str {
    match test {
        Test::Bootstrap => "from the resamples (of shares, from their interval)",
        Test::McNemar => "by McNemar's test (mid-P)",
        Test::McNemarExact => "by McNemar's exact test",
        Test::Fisher => "by Fisher's exact test",
        Test::Permutation => "by exchanges of the sides at random",
    }
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
        keys.push(("decision", Box::new(|contrast| contrast.finding.decision.clone()), false));
        keys.push(("from", Box::new(|contrast| contrast.from.clone()), true));
        keys.push(("to", Box::new(|contrast| contrast.to.clone()), true));
        keys.push(("metric", Box::new(metric), true));
        keys.push(("group", Box::new(Contrast::group), false));
        keys.push(("class", Box::new(|contrast| contrast.finding.label.clone()), false));
        let kind: Text<'_> = Box::new(|contrast| contrast.finding.statistic.word().replace('_', " "));
        keys.push(("statistic", kind, false));
        keys.retain(|(_, text, always)| *always || contrasts.iter().any(|contrast| text(contrast) != text(&contrasts[0])));
        let adjusted = comparison.adjust != Adjust::None;
        let changes = contrasts.iter().any(|contrast| contrast.finding.transition.is_some());
        let mut heads: Vec<String> = keys.iter().map(|(name, ..)| (*name).to_owned()).collect();
        heads.extend(["from", "to"].map(|side| format!("value {side}")));
        let statistic = contrasts.first().map_or(Statistic::Difference, |contrast| contrast.finding.statistic);
        let alike = contrasts.iter().all(|contrast| contrast.finding.statistic == statistic);
        heads.extend([if alike { statistic.word() } else { "estimate" }, "p"].map(str::to_owned));
        heads.extend(adjusted.then(|| "adjusted p".to_owned()));
        heads.extend(comparison.within.map(|within| format!("within {within}")));
        heads.extend(changes.then(|| "transition".to_owned()));
        let mut footnotes: Vec<String> = Vec::new();
        let line = |contrast: &Contrast| {
            let levels = keys.iter().map(|(_, text, _)| text(contrast)).map(|level| if level.is_empty() { "–".to_owned() } else { level });
            let mut line: Vec<String> = levels.chain(numbers(contrast, adjusted, &mut footnotes)).collect();
            let word = |word: Option<&str>| word.unwrap_or("–").to_owned();
            line.extend(comparison.within.map(|_| word(contrast.finding.verdict.map(Verdict::word))));
            line.extend(changes.then(|| word(contrast.finding.transition.map(Transition::word))));
            line
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
    let finding = &contrast.finding;
    format!("{} {}", finding.metric, finding.direction.arrow()).trim_end().to_owned()
}

/// The numbers of a line: both values, the estimate with its interval, p, and p adjusted.
fn numbers(contrast: &Contrast, adjusted: bool, footnotes: &mut Vec<String>) -> Vec<String> {
    let number = &contrast.finding;
    let digits = decimals([number.value_from, number.value_to, number.estimate].into_iter().flatten());
    let value = |value: Option<f64>| value.map_or_else(|| "–".to_owned(), |value| fixed(value, digits));
    let note = match number.status {
        Status::Ok => number.reason.clone(),
        status => format!("{}: {}", status.word().replace('_', " "), number.reason),
    };
    let mark = if note.is_empty() {
        String::new()
    } else {
        let index = footnotes.iter().position(|known| *known == note).unwrap_or_else(|| {
            footnotes.push(note);
            footnotes.len() - 1
        });
        raised(index + 1)
    };
    let mut estimate = value(number.estimate);
    if let Some((lower, upper)) = number.interval() {
        estimate.push_str(&format!(" {}", interval(lower, upper, digits)));
    }
    let chance = |p: Option<f64>| match p {
        Some(p) if p < 0.001 => "<0.001".to_owned(),
        Some(p) => fixed(p, 3),
        None => "–".to_owned(),
    };
    let mut texts = vec![value(number.value_from), value(number.value_to), format!("{estimate}{mark}"), chance(number.p)];
    texts.extend(adjusted.then(|| chance(number.p_adjusted)));
    texts
}
