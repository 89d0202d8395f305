//! Columns to fields: maps, bins, patterns.

use indexmap::{IndexMap, IndexSet};
use regex::Regex;

use super::aside::Kind;
use super::frame::{Factor, whole};
use super::printable::hidden;
use super::sheet::{Column, Sheet};
use crate::spec::card::{Bins, Field, FieldSource, Missing, Outside, Translate, Words, unanchored};

/// What a distinct value becomes: of a level, `L` is its name or its number.
enum Outcome<L> {
    Level(L),
    Missing,
    /// Nothing, since it says several: which, as the predicate of a sentence.
    Torn(String),
    Refused(String),
}

/// A field of a sheet, and which rows it refuses, with reasons.
pub(super) struct Made {
    pub(super) factor: Factor,
    /// Their value is not known.
    pub(super) refused: Vec<(usize, String)>,
    /// They have none, and need one.
    pub(super) lacking: Vec<(usize, String)>,
}

/// What columns of numbers say together, as one column, and the rows whose cells are no numbers, or say nothing that is `needed` since two are
/// as great; or the column that is not there.
pub(super) fn loudest(
    sheet: &Sheet,
    columns: &IndexMap<String, String>,
    several: Option<&str>,
    needed: bool,
) -> Result<(Column, Vec<(usize, String)>), String> {
    let told = columns.iter().map(|(name, level)| sheet.columns.get(name).map(|column| (column, level.as_str())).ok_or(name.clone()));
    let told: Vec<(&Column, &str)> = told.collect::<Result<_, String>>()?;
    let (mut made, mut refused) = (Column::default(), Vec::new());
    for row in 0..sheet.len() {
        let mut sums: IndexMap<&str, f64> = IndexMap::new();
        for ((column, level), name) in told.iter().zip(columns.keys()) {
            match column.get(row).map(|cell| (cell, number(cell))) {
                None => {}
                Some((_, Some(number))) => *sums.entry(level).or_default() += number,
                Some((cell, None)) => refused.push((row, format!("`{name}` is `{cell}`: expected a number"))),
            }
        }
        let most = sums.values().copied().fold(0.0, f64::max);
        let mut greatest = sums.iter().filter(|(_, sum)| **sum == most && most > 0.0).map(|(level, _)| *level);
        made.push(match (greatest.next(), greatest.next()) {
            (Some(only), None) => Some(only),
            (Some(a), Some(b)) if needed && several.is_none() => {
                refused.push((row, format!("`{a}` and `{b}` have {most} each: `several: {{level: …}}` gives such items a level")));
                None
            }
            (Some(_), Some(_)) => several,
            (None, _) => None,
        });
    }
    Ok((made, refused))
}

/// A cell as a number; truths are 1 and 0.
fn number(cell: &str) -> Option<f64> {
    match cell.parse::<f64>() {
        Ok(number) => Some(number).filter(|number| number.is_finite()),
        Err(_) if cell.eq_ignore_ascii_case("true") => Some(1.0),
        Err(_) => cell.eq_ignore_ascii_case("false").then_some(0.0),
    }
}

/// What a value of a field's column becomes.
fn outcome<'t>(name: &str, field: &'t Field, written: &'t str) -> Outcome<&'t str> {
    let (from, pattern, translate) = match &field.source {
        FieldSource::Column { from, pattern, translate } => (from.text.as_str(), pattern.as_ref(), translate),
        FieldSource::Columns { .. } | FieldSource::Pixels { .. } => (name, None, &Translate::AsIs),
    };
    if let (Translate::AsIs, None, Some(several)) = (translate, pattern, several(written))
        && field.levels.is_empty()
    {
        return Outcome::Refused(format!("`{from}` is `{written}`, {several}: `{name}` is one value an item"));
    }
    let matched = matched(pattern, written);
    if let (Translate::Words(words), Some(text)) = (translate, matched)
        && let Some(torn) = torn(words, text)
    {
        return Outcome::Torn(torn);
    }
    let found = matched.and_then(|value| match translate {
        Translate::AsIs if field.levels.is_empty() => Some(Some(whole(value)).filter(|level| !level.is_empty())),
        Translate::AsIs => field.levels.iter().find(|level| whole(level) == whole(value)).map(|level| Some(level.as_str())),
        Translate::Map(map) => map.get(value).or_else(|| as_number(map, value)).map(Option::as_deref),
        Translate::Words(words) => match words.found(value).as_slice() {
            [] => None,
            [level] => words.levels.get_key_value(*level).map(|(level, _)| Some(level.as_str())),
            _ => Some(words.several.as_deref()),
        },
        Translate::Bins(bins) => {
            let number: f64 = value.parse().ok()?;
            let bin = bins.edges.windows(2).position(|edge| (edge[0]..edge[1]).contains(&number))?;
            Some(Some(bins.names[bin].as_str()))
        }
    });
    let level = |level: &'t str| match level.contains(hidden) {
        false => Outcome::Level(level),
        true => Outcome::Refused(format!("`{from}` is `{level}`, which holds a character that cannot be shown")),
    };
    match (found, &field.outside) {
        (Some(Some(value)), _) => level(value),
        (Some(None), _) | (None, Outside::Missing) => Outcome::Missing,
        (None, Outside::Keep) => level(whole(matched.unwrap_or(written))),
        (None, Outside::Level(other)) => level(other),
        (None, Outside::Reject) => {
            if let Some(pattern) = pattern.filter(|pattern| !pattern.is_match(written)) {
                let pattern = unanchored(pattern);
                return Outcome::Refused(format!(
                    "`{from}` is `{written}`, and the `match` of `{name}`, `{pattern}`, does not match all of it"
                ));
            }
            let bounds = match translate {
                Translate::Bins(Bins { edges, .. }) => edges.first().zip(edges.last()),
                _ => None,
            };
            let bounds = bounds.map_or(String::new(), |(first, last)| format!(": its `bins` hold numbers from {first} to below {last}"));
            Outcome::Refused(format!("`{from}` is `{written}`, which `{name}` does not know{bounds}"))
        }
    }
}

/// The level that a cell of a field's column tells, an empty one too; `None` where it is missing or refused.
pub(super) fn told<'t>(name: &str, field: &'t Field, cell: &'t str) -> Option<&'t str> {
    known(name, field, cell).flatten()
}

/// The same, or that there is none; `None` where the cell is refused.
pub(super) fn known<'t>(name: &str, field: &'t Field, cell: &'t str) -> Option<Option<&'t str>> {
    let outcome = if cell.is_empty() { Outcome::Missing } else { outcome(name, field, cell) };
    match (outcome, &field.missing) {
        (Outcome::Level(level), _) => Some(Some(level)),
        (Outcome::Missing | Outcome::Torn(_), Some(Missing::Level(level))) => Some(Some(level)),
        (Outcome::Missing | Outcome::Torn(_), _) => Some(None),
        (Outcome::Refused(_), _) => None,
    }
}

/// Makes a field out of its column. A label is refused where it is missing, unless the card says otherwise.
pub(super) fn make(name: &str, field: &Field, sheet: &Sheet, column: &Column, is_label: bool) -> Made {
    let (from, translate) = match &field.source {
        FieldSource::Column { from, translate, .. } => (from.text.as_str(), translate),
        FieldSource::Columns { .. } => (name, &Translate::AsIs),
        FieldSource::Pixels { .. } => {
            let factor = Factor { levels: Vec::new(), codes: vec![None; sheet.len()] };
            return Made { factor, refused: Vec::new(), lacking: Vec::new() };
        }
    };
    let mut levels: IndexSet<String> = field.declared().into_iter().collect();
    let fixed = levels.len();
    let outcomes = column.values().map(|written| match outcome(name, field, written) {
        Outcome::Level(level) => Outcome::Level(levels.insert_full(level.to_owned()).0 as u32),
        Outcome::Missing => Outcome::Missing,
        Outcome::Torn(torn) => Outcome::Torn(torn),
        Outcome::Refused(reason) => Outcome::Refused(reason),
    });
    let outcomes: Vec<Outcome<u32>> = outcomes.collect();
    let missing = match &field.missing {
        Some(missing) => missing.clone(),
        None if is_label => Missing::Reject,
        None => Missing::Keep,
    };
    let unsure = field.confidence.as_ref().and_then(|(column, least)| Some((sheet.columns.get(column)?, *least)));
    let confidence = |row| {
        let (column, least) = unsure?;
        let cell = column.get(row);
        Some((cell, cell.and_then(|cell| cell.parse::<f64>().ok()), least))
    };
    let (mut refused, mut lacking) = (Vec::new(), Vec::new());
    let mut codes = Vec::with_capacity(sheet.len());
    for row in 0..sheet.len() {
        let wordless = matches!(translate, Translate::Words(_)) && column.code(row).is_some();
        let (mut sure, mut lack) = (true, if wordless { "holds no known word" } else { "is missing" }.to_owned());
        let told = field.confidence.as_ref().map_or("", |(column, _)| column);
        match confidence(row).filter(|_| column.code(row).is_some()) {
            None => {}
            Some((Some(cell), None, _)) => {
                refused.push((row, format!("`{told}` is `{cell}`: expected a number")));
                codes.push(None);
                continue;
            }
            Some((cell, number, least)) => {
                sure = number.is_some_and(|number| number >= least);
                lack = cell
                    .map_or(format!("is unsure, as `{told}` is empty"), |cell| format!("is unsure, as `{told}` is {cell}, below {least}"));
            }
        }
        let outcome = column.code(row).filter(|_| sure).map(|code| &outcomes[code as usize]);
        codes.push(match (outcome, &missing) {
            (Some(Outcome::Level(code)), _) => Some(*code),
            (Some(Outcome::Refused(reason)), _) => {
                refused.push((row, reason.clone()));
                None
            }
            (_, Missing::Keep) => None,
            (Some(Outcome::Torn(torn)), Missing::Reject) => {
                let reason = format!("`{from}` {torn}, and `{name}` needs one: `several: {{level: …}}` gives such items a level");
                lacking.push((row, reason));
                None
            }
            (_, Missing::Level(other)) => Some(levels.insert_full(other.clone()).0 as u32),
            (_, Missing::Reject) => {
                lacking.push((row, format!("`{from}` {lack}, which `{name}` needs")));
                None
            }
        });
    }
    Made { factor: sorted(levels, fixed, codes), refused, lacking }
}

/// The part of a cell that counts, without the blanks around it.
fn matched<'c>(pattern: Option<&Regex>, written: &'c str) -> Option<&'c str> {
    let part = match pattern {
        None => Some(written),
        Some(pattern) => pattern.captures(written).and_then(|found| found.get(usize::from(found.len() > 1))).map(|part| part.as_str()),
    };
    part.map(str::trim)
}

/// What is to be said of a text that holds words of several levels, where the field has no level for such.
fn torn(words: &Words, text: &str) -> Option<String> {
    let found = if words.several.is_none() { words.found(text) } else { Vec::new() };
    let levels: Vec<String> = found.iter().map(|level| format!("`{level}`")).collect();
    (levels.len() > 1).then(|| format!("holds words of {}", levels.join(" and ")))
}

/// The items that a field says nothing of since their texts hold words of several levels.
pub(super) fn undecided(field: &Field, sheet: &Sheet) -> Kind {
    let mut kind = Kind::default();
    if let FieldSource::Column { from, pattern, translate: Translate::Words(words) } = &field.source
        && let Some(column) = sheet.columns.get(&from.text)
    {
        let is_torn = |written: &str| matched(pattern.as_ref(), written).is_some_and(|text| torn(words, text).is_some());
        let torn: Vec<bool> = column.values().map(is_torn).collect();
        let rows = (0..sheet.len()).filter(|row| column.code(*row).is_some_and(|code| torn[code as usize]));
        rows.for_each(|row| kind.add(&sheet.ids[row]));
    }
    kind
}

/// What a cell holds instead of one value: a list or a map, as JSON writes it.
fn several(cell: &str) -> Option<&'static str> {
    let what = match cell.as_bytes().first()? {
        b'[' => "a list",
        b'{' => "a map",
        _ => return None,
    };
    serde_json::from_str::<serde::de::IgnoredAny>(cell).ok().map(|_| what)
}

/// Numbers compare as numbers: a column with gaps is often written with decimals, `1.0`.
fn as_number<'m>(map: &'m IndexMap<String, Option<String>>, value: &str) -> Option<&'m Option<String>> {
    let number: f64 = value.parse().ok()?;
    map.iter().find(|(raw, _)| raw.parse::<f64>().is_ok_and(|raw| raw == number)).map(|(_, level)| level)
}

/// Declared levels stay in their order; those that the data added follow, by name.
fn sorted(levels: IndexSet<String>, fixed: usize, codes: Vec<Option<u32>>) -> Factor {
    let mut order: Vec<usize> = (0..levels.len()).collect();
    order[fixed..].sort_by_key(|level| &levels[*level]);
    let mut position = vec![0_u32; levels.len()];
    order.iter().enumerate().for_each(|(to, from)| position[*from] = to as u32);
    Factor {
        levels: order.iter().map(|level| levels[*level].clone()).collect(),
        codes: codes.into_iter().map(|code| code.map(|code| position[code as usize])).collect(),
    }
}

/// Without the levels that no item has, except those that `keep` wants.
pub(super) fn compact(factor: &Factor, keep: impl Fn(&str) -> bool) -> Factor {
    let mut used = vec![false; factor.levels.len()];
    factor.codes.iter().flatten().for_each(|code| used[*code as usize] = true);
    let mut position = vec![0_u32; factor.levels.len()];
    let mut levels = Vec::new();
    for (code, level) in factor.levels.iter().enumerate() {
        position[code] = levels.len() as u32;
        if used[code] || keep(level) {
            levels.push(level.clone());
        }
    }
    Factor { levels, codes: factor.codes.iter().map(|code| code.map(|code| position[code as usize])).collect() }
}

/// Keeps the codes of some rows.
pub(super) fn retain(fields: &mut IndexMap<String, Factor>, keep: &[bool]) {
    for factor in fields.values_mut() {
        let mut row = 0;
        factor.codes.retain(|_| {
            row += 1;
            keep[row - 1]
        });
    }
}
