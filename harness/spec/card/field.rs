//! Fields: what a column means, or what the pixels tell.

use indexmap::{IndexMap, IndexSet};
use regex::Regex;

use super::condition::Range;
use super::table::pattern;
use super::words::{self, Words};
use super::{Name, level};
use crate::spec::decode::{Decode, Fields, expected, number_in, word};
use crate::spec::node::{Key, Node, Value};
use crate::spec::problem::{Problem, Problems};

/// Who says which group an item belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Provenance {
    /// The person in the image.
    SelfIdentified,
    /// Somebody who looked at it.
    Annotated,
    /// A model.
    Estimated,
}

impl Provenance {
    const WORDS: [(&str, Self); 3] =
        [("self_identified", Self::SelfIdentified), ("annotated", Self::Annotated), ("estimated", Self::Estimated)];

    /// As cards write it.
    pub fn word(self) -> &'static str {
        Self::WORDS.iter().find(|(_, provenance)| *provenance == self).map_or("", |(word, _)| word)
    }
}

/// One field of the items.
#[derive(Clone, Debug)]
pub struct Field {
    /// Where its values come from.
    pub source: FieldSource,
    /// The order in which levels are shown; by default that of the map or of the bins, or else alphabetical.
    pub levels: Vec<String>,
    /// What a value gets that the map, the bins, the pattern or the levels do not know.
    pub outside: Outside,
    /// What a missing value gets; unsaid: a label is rejected, everything else stays missing.
    pub missing: Option<Missing>,
    /// Who says so.
    pub provenance: Option<Provenance>,
    /// A column of confidences and the least one that counts: a value below is missing.
    pub confidence: Option<(String, f64)>,
    /// Where it is written.
    pub node: Node,
}

impl Field {
    /// The levels that the card itself orders; empty where only the data know them.
    pub fn declared(&self) -> Vec<String> {
        if !self.levels.is_empty() {
            return self.levels.clone();
        }
        let several = match &self.source {
            FieldSource::Columns { several, .. } | FieldSource::Column { translate: Translate::Words(Words { several, .. }), .. } => {
                several
            }
            FieldSource::Column { .. } | FieldSource::Pixels { .. } => &None,
        };
        distinct(self.source.levels().iter().chain(several))
    }

    /// The levels that the card has for values that are not known, and for missing ones.
    pub fn beside(&self) -> Vec<String> {
        let outside = if let Outside::Level(level) = &self.outside { Some(level) } else { None };
        let missing = if let Some(Missing::Level(level)) = &self.missing { Some(level) } else { None };
        distinct(outside.into_iter().chain(missing))
    }
}

fn distinct<'l>(levels: impl Iterator<Item = &'l String>) -> Vec<String> {
    levels.cloned().collect::<IndexSet<String>>().into_iter().collect()
}

/// Where a field's values come from.
#[derive(Clone, Debug)]
pub enum FieldSource {
    /// A column.
    Column {
        /// Its name.
        from: Name,
        /// Matches the whole value; the only group, or the whole value where there is none, is what counts.
        pattern: Option<Regex>,
        /// What it becomes.
        translate: Translate,
    },
    /// Several columns of numbers, such as ones and zeros or votes: the level whose columns have the greatest sum.
    Columns {
        /// The level that a column speaks for.
        columns: IndexMap<String, String>,
        /// The level of an item with two greatest sums; `None`: missing.
        several: Option<String>,
    },
    /// The pixels, cut into equally full bins.
    Pixels {
        /// What is measured.
        measure: Measure,
        /// One name a bin, the least value first.
        names: Vec<String>,
        /// The split that the cuts are fitted on.
        fit: Name,
    },
}

impl FieldSource {
    /// The levels that its values tell; none where only the data know them.
    fn levels(&self) -> Vec<String> {
        match self {
            Self::Pixels { names, .. } => names.clone(),
            Self::Columns { columns, .. } => distinct(columns.values()),
            Self::Column { translate, .. } => match translate {
                Translate::AsIs => Vec::new(),
                Translate::Bins(bins) => bins.names.clone(),
                Translate::Words(words) => words.levels.keys().cloned().collect(),
                Translate::Map(map) => distinct(map.values().flatten()),
            },
        }
    }
}

/// What is measured of an image's luma, in 0 to 255.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Measure {
    /// The mean.
    Mean,
    /// The mean of the pixels that are not black; missing where all are.
    MeanNonzero,
    /// The standard deviation.
    Contrast,
}

/// What a value becomes.
#[derive(Clone, Debug, PartialEq)]
pub enum Translate {
    /// Itself.
    AsIs,
    /// What the map says; `None`: missing.
    Map(IndexMap<String, Option<String>>),
    /// The bin that it lies in.
    Bins(Bins),
    /// The level of which a word occurs in the text.
    Words(Words),
}

/// Half-open ranges of numbers, `[a, b)`.
#[derive(Clone, Debug, PartialEq)]
pub struct Bins {
    /// Ascending; one more than there are bins.
    pub edges: Vec<f64>,
    /// One name a bin.
    pub names: Vec<String>,
}

impl Bins {
    /// The numbers of the bin with this name.
    pub fn range(&self, name: &str) -> Option<Range> {
        let mut bins = self.names.iter().zip(self.edges.windows(2));
        bins.find(|(bin, _)| *bin == name).map(|(_, edges)| Range { at_least: edges[0], below: edges[1] })
    }
}

/// What becomes of a value that is not known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outside {
    /// Its row is rejected.
    Reject,
    /// It is missing.
    Missing,
    /// It is a level of its own.
    Keep,
    /// It has this level.
    Level(String),
}

/// What becomes of a missing value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Missing {
    /// Its row is rejected.
    Reject,
    /// It stays missing.
    Keep,
    /// It has this level.
    Level(String),
}

/// All fields, by name.
pub(super) fn decode_all(node: &Node, problems: &mut Problems) -> Option<IndexMap<String, Field>> {
    let Value::Map(entries) = &node.value else { return expected(node, problems, "a map of fields") };
    let decoded: Vec<Option<(String, Field)>> =
        entries.iter().map(|(key, node)| decode(key, node, problems).map(|field| (key.text.clone(), field))).collect();
    decoded.into_iter().collect()
}

fn decode(key: &Key, node: &Node, problems: &mut Problems) -> Option<Field> {
    if key.text.contains(['*', '=', '/', '.']) {
        problems.push(Problem::at_place(&key.place, format!("a field's name may not contain `*`, `=`, `/` or `.`: `{}`", key.text)));
    }
    if !matches!(node.value, Value::Map(_)) {
        // `race: ethnicity_code` is short for `race: {from: ethnicity_code}`.
        let from = Name::decode(node, problems)?;
        let source = FieldSource::Column { from, pattern: None, translate: Translate::AsIs };
        let plain = Field {
            source,
            levels: Vec::new(),
            outside: Outside::Keep,
            missing: None,
            provenance: None,
            confidence: None,
            node: node.clone(),
        };
        return Some(plain);
    }
    let mut fields = Fields::of(node, problems, "a field")?;
    let source = match (node.get("pixels"), node.get("columns")) {
        (Some(_), _) => decode_pixels(&mut fields, node, problems),
        (None, Some(_)) => decode_columns(&mut fields, problems),
        (None, None) => decode_column(&mut fields, key, node, problems),
    };
    let levels = fields.optional_with("levels", problems, level::list);
    let outside = fields.optional_with("outside", problems, decode_outside);
    let missing = fields.optional_with("missing", problems, decode_missing);
    let provenance = fields.optional_with("provenance", problems, |node, problems| word(node, problems, &Provenance::WORDS));
    let confidence = fields.optional_with("confidence", problems, decode_confidence);
    fields.finish(problems);
    let source = source?;
    let levels = levels.unwrap_or_default();
    let known = source.levels();
    let lost = known.iter().filter(|level| !levels.is_empty() && !levels.contains(level));
    lost.for_each(|lost| problems.push(level::unlisted(node, lost, &levels)));
    let closed = !levels.is_empty() || !matches!(source, FieldSource::Column { pattern: None, translate: Translate::AsIs, .. });
    let told = matches!(source, FieldSource::Column { translate: Translate::Words(_), .. });
    let outside = outside.unwrap_or(match (told, closed) {
        (true, _) => Outside::Missing,
        (_, true) => Outside::Reject,
        (_, false) => Outside::Keep,
    });
    Some(Field { source, levels, outside, missing, provenance, confidence, node: node.clone() })
}

fn decode_column(fields: &mut Fields, key: &Key, node: &Node, problems: &mut Problems) -> Option<FieldSource> {
    let from: Option<Name> = fields.optional("from", problems);
    let pattern = fields.optional_with("match", problems, pattern);
    let map = fields.optional_with("map", problems, decode_map);
    let edges = fields.optional_with("bins", problems, decode_edges);
    let names = fields.optional_with("names", problems, level::names);
    let words = fields.optional_with("words", problems, words::decode);
    let several = fields.optional_with("several", problems, decode_missing);
    let translate = match (map, edges, words) {
        (Some(map), None, None) => Translate::Map(map),
        (None, None, Some(levels)) => Translate::Words(Words { levels, several: level_of(several) }),
        (None, Some(edges), None) => {
            let names = names.unwrap_or_else(|| edges.windows(2).map(|pair| format!("[{}, {})", pair[0], pair[1])).collect());
            if names.len() + 1 != edges.len() {
                problems.push(level::miscounted(node, names.len(), edges.len() - 1, "bin"));
                return None;
            }
            Translate::Bins(Bins { edges, names })
        }
        (None, None, None) => Translate::AsIs,
        _ => {
            problems.push(Problem::at(node, "a field has one of `map`, `bins` and `words`").help("remove the others"));
            return None;
        }
    };
    let from = from.unwrap_or_else(|| Name { text: key.text.clone(), node: node.clone() });
    Some(FieldSource::Column { from, pattern, translate })
}

fn decode_map(node: &Node, problems: &mut Problems) -> Option<IndexMap<String, Option<String>>> {
    let Value::Map(entries) = &node.value else { return expected(node, problems, "a map of values to levels") };
    let (mut map, mut sound) = (IndexMap::<String, Option<String>>::with_capacity(entries.len()), true);
    for (key, value) in entries {
        let level = match value.value {
            Value::Null => None,
            _ => {
                let name = level::name(value, problems);
                sound &= name.is_some();
                name
            }
        };
        // Numbers compare as numbers, and without the blanks around them, so that of two that are one, a value would have both levels.
        let text = key.text.trim();
        let number = text.parse::<f64>().ok();
        let same = |other: &str| other == text || number.is_some_and(|number| other.parse() == Ok(number));
        if let Some((other, _)) = map.iter().find(|(other, said)| **said != level && same(other)) {
            let what = if number.is_some() { "number" } else { "value, as blanks around it are no part of it" };
            let message = format!("`{}` and `{other}` are one {what}, and have two levels", key.text);
            problems.push(Problem::at_place(&key.place, message).help("write each once"));
            sound = false;
        }
        map.insert(text.to_owned(), level);
    }
    sound.then_some(map)
}

fn decode_edges(node: &Node, problems: &mut Problems) -> Option<Vec<f64>> {
    let edges: Vec<f64> = Vec::decode(node, problems)?;
    let fallen = edges.windows(2).find(|pair| pair[0] >= pair[1]);
    let message = match (edges.len(), fallen) {
        (0 | 1, _) => "bins need at least two edges".to_owned(),
        (_, Some(pair)) => format!("the edge {} of these bins is followed by {}: each must lie above the one before", pair[0], pair[1]),
        (_, None) => return Some(edges),
    };
    problems.push(Problem::at(node, message).help("`[0, 18, 120]` are two bins: from 0 to below 18, and from 18 to below 120"));
    None
}

fn decode_columns(fields: &mut Fields, problems: &mut Problems) -> Option<FieldSource> {
    let columns = fields.required_with("columns", problems, level::by_column);
    let several = fields.optional_with("several", problems, decode_missing);
    Some(FieldSource::Columns { columns: columns?, several: level_of(several) })
}

/// The level of what several levels claim.
fn level_of(several: Option<Missing>) -> Option<String> {
    match several {
        Some(Missing::Level(level)) => Some(level),
        _ => None,
    }
}

fn decode_pixels(fields: &mut Fields, node: &Node, problems: &mut Problems) -> Option<FieldSource> {
    let measure = fields.required_with("pixels", problems, |node, problems| {
        word(node, problems, &[("mean", Measure::Mean), ("mean_nonzero", Measure::MeanNonzero), ("contrast", Measure::Contrast)])
    });
    let count = fields.required_with("quantiles", problems, |node, problems| {
        let count = usize::decode(node, problems)?;
        number_in(node, problems, 2.0, 100.0).map(|_| count)
    });
    let names = fields.optional_with("names", problems, level::names);
    let fit: Option<Name> = fields.optional("fit", problems);
    let count = count?;
    let names = names.unwrap_or_else(|| (1..=count).map(|bin| format!("q{bin}")).collect());
    if names.len() != count {
        problems.push(level::miscounted(node, names.len(), count, "quantile"));
        return None;
    }
    let fit = fit.unwrap_or_else(|| Name { text: "train".to_owned(), node: node.clone() });
    Some(FieldSource::Pixels { measure: measure?, names, fit })
}

fn decode_outside(node: &Node, problems: &mut Problems) -> Option<Outside> {
    match level::other(node, problems) {
        Some(level) => Some(Outside::Level(level?)),
        None => word(node, problems, &[("reject", 0), ("missing", 1), ("keep", 2)]).map(|word| match word {
            0 => Outside::Reject,
            1 => Outside::Missing,
            _ => Outside::Keep,
        }),
    }
}

fn decode_missing(node: &Node, problems: &mut Problems) -> Option<Missing> {
    match level::other(node, problems) {
        Some(level) => Some(Missing::Level(level?)),
        None => word(node, problems, &[("reject", 0), ("keep", 1), ("missing", 1), ("level", 2)]).map(|word| match word {
            0 => Missing::Reject,
            1 => Missing::Keep,
            _ => Missing::Level("missing".to_owned()),
        }),
    }
}

fn decode_confidence(node: &Node, problems: &mut Problems) -> Option<(String, f64)> {
    let mut fields = Fields::of(node, problems, "a confidence")?;
    let column = fields.required("column", problems);
    let least = fields.required("at_least", problems);
    fields.finish(problems);
    Some((column?, least?))
}
