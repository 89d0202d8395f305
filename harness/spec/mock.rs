//! A card's mock: `{rows: 2000, render: face, shown: [race], planted: {contrast: {race: {Black: 0.6}}}}`.

mod shown;

use indexmap::IndexMap;

pub use self::shown::{Aspect, Shown};
use super::card::{Field, FieldSource, Name, Outside};
use super::decode::{Decode, Fields, number_in, word};
use super::node::{Key, Node, Value};
use super::problem::{Problem, Problems, did_you_mean};
use super::source::Place;

/// The key of `rates` whose entries are shares of the classes of which an item may have several, unless a field is called so.
pub const CLASSES: &str = "labels";

/// How a made-up dataset in a card's layout looks.
#[derive(Clone, Debug, PartialEq)]
pub struct Mock {
    /// How many items.
    pub rows: u32,
    /// What is drawn.
    pub render: Render,
    /// The field whose level is drawn; by default the card's label.
    pub label: Option<String>,
    /// Fields that can be seen besides the label.
    pub shown: Shown,
    /// How often a field has a level, relative to its other levels. A field whose levels the card does not name has these. Under [`CLASSES`],
    /// the share of the items that show a class, 0 to 1.
    pub rates: IndexMap<String, IndexMap<String, f64>>,
    /// The classes of tri-state labels.
    pub classes: Vec<String>,
    /// The mean contrast of what is drawn, by field and level, 0 to 1: that share of the level's pictures is lit like all others, and in
    /// the rest a class can hardly be seen. So a model that is right about all other pictures is right about no more of that level than
    /// this share and what chance adds. 1 where nothing is said.
    pub contrast: IndexMap<String, IndexMap<String, f64>>,
    /// The share of items whose written label is another than the one that is drawn; where an item has several, the probability with which
    /// each of them is written as the opposite of what is drawn.
    pub label_noise: f64,
    /// Height and width of an image in pixels.
    pub side: u32,
    /// The seed.
    pub seed: u64,
}

/// What is drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Render {
    /// A face whose mouth, eyes and hair tell the class.
    Face,
    /// A thing whose outline tells the class.
    Object,
    /// A garment whose cut tells the class.
    Garment,
}

impl Default for Mock {
    fn default() -> Self {
        Self {
            rows: 600,
            render: Render::Object,
            label: None,
            shown: Shown::default(),
            rates: IndexMap::new(),
            classes: ["car", "dog", "person", "tree"].map(str::to_owned).to_vec(),
            contrast: IndexMap::new(),
            label_noise: 0.0,
            side: 64,
            seed: 0,
        }
    }
}

impl Decode for Mock {
    fn decode(node: &Node, problems: &mut Problems) -> Option<Self> {
        let plain = Self::default();
        let mut fields = Fields::of(node, problems, "`mock`")?;
        let whole = |low: f64, high: f64| {
            move |node: &Node, problems: &mut Problems| number_in(node, problems, low, high).and_then(|_| u32::decode(node, problems))
        };
        let rows = fields.optional_with("rows", problems, whole(1.0, 1e8));
        let render = fields.optional_with("render", problems, |node, problems| {
            word(node, problems, &[("face", Render::Face), ("object", Render::Object), ("garment", Render::Garment)])
        });
        let label = fields.optional("label", problems);
        let shown = fields.optional("shown", problems);
        let rates = fields.optional("rates", problems);
        let classes: Option<Vec<String>> = fields.optional("classes", problems);
        let contrast = fields.optional_with("planted", problems, |node, problems| {
            let mut fields = Fields::of(node, problems, "`planted`")?;
            let contrast = fields.required("contrast", problems);
            fields.finish(problems);
            contrast
        });
        let label_noise = fields.optional_with("label_noise", problems, |node, problems| number_in(node, problems, 0.0, 1.0));
        let side = fields.optional_with("side", problems, whole(8.0, 2048.0));
        let seed = fields.optional("seed", problems);
        fields.finish(problems);
        let rates: IndexMap<String, IndexMap<String, f64>> = rates.unwrap_or_default();
        let contrast: IndexMap<String, IndexMap<String, f64>> = contrast.unwrap_or_default();
        if rates.values().flat_map(IndexMap::values).any(|rate| *rate < 0.0) {
            problems.push(Problem::at(node.get("rates").unwrap_or(node), "`rates` are numbers from 0 upwards"));
            return None;
        }
        if contrast.values().flat_map(IndexMap::values).any(|contrast| !(0.0..=1.0).contains(contrast)) {
            problems.push(Problem::at(node.get("planted").unwrap_or(node), "a contrast is a number from 0 to 1"));
            return None;
        }
        // Classes that only the data know are those whose shares are said, where nothing else is.
        let rated = rates.get(CLASSES).map(|shares| shares.keys().cloned().collect());
        Some(Self {
            rows: rows.unwrap_or(plain.rows),
            render: render.unwrap_or(plain.render),
            label,
            shown: shown.unwrap_or_default(),
            rates,
            classes: classes.filter(|classes| !classes.is_empty()).or(rated).unwrap_or(plain.classes),
            contrast,
            label_noise: label_noise.unwrap_or(0.0),
            side: side.unwrap_or(plain.side),
            seed: seed.unwrap_or(0),
        })
    }
}

impl Mock {
    /// Refuses what is said of fields and levels that the card does not have, and a disparity that nobody could find. `node` is where the
    /// mock is written, `label` the card's, and `classes` those that its `labels` name, where it has them.
    pub(super) fn check(
        &self,
        node: &Node,
        label: Option<&Name>,
        classes: Option<&[String]>,
        fields: &IndexMap<String, Field>,
        problems: &mut Problems,
    ) {
        let drawn = node.get("label").zip(self.label.as_ref());
        if let Some((node, name)) = drawn {
            known(&node.place, name, fields, problems);
        }
        for (aspect, name, node) in node.get("shown").into_iter().flat_map(|node| self.shown.placed(node)) {
            known(&node.place, name, fields, problems);
            if aspect == Aspect::Age && self.render != Render::Face {
                let problem = Problem::at(node, format!("`{name}` cannot be shown as an age: only faces have one"));
                problems.push(problem.help("let the mock `render: face`, or show the field as `tone`, `size` or `light`"));
            }
        }
        for (key, rates) in node.get("rates").into_iter().flat_map(entries) {
            if let Some(classes) = classes.filter(|_| key.text == CLASSES && !fields.contains_key(CLASSES)) {
                check_shares(rates, if classes.is_empty() { &self.classes } else { classes }, problems);
            } else if let Some(field) = known(&key.place, &key.text, fields, problems) {
                self.check_rates(key, rates, field, problems);
            }
        }
        let label = self.label.as_ref().or(label.map(|label| &label.text));
        for (key, levels) in node.get("planted").and_then(|planted| planted.get("contrast")).into_iter().flat_map(entries) {
            if label == Some(&key.text) {
                let message = format!("`{}` is the label: a picture that hides its class tells it by that", key.text);
                let problem = Problem::at_place(&key.place, message);
                problems.push(problem.help("plant on another field, or leave `planted` out and let `rates` differ"));
            } else if let Some(field) = known(&key.place, &key.text, fields, problems) {
                self.check_planted(key, levels, field, problems);
            }
        }
    }

    fn check_rates(&self, field: &Key, rates: &Node, meant: &Field, problems: &mut Problems) {
        let declared = meant.declared();
        // What is outside of these may be a level of its own.
        if !declared.is_empty() && meant.outside != Outside::Keep {
            known_levels(&field.text, rates, &[declared, meant.beside()].concat(), problems);
        }
        if self.rates.get(&field.text).is_some_and(|rates| rates.values().all(|rate| *rate == 0.0)) {
            let problem = Problem::at(rates, format!("no level of `{}` has a rate above 0, so nobody would be in the mock", field.text));
            problems.push(problem.help("leave `rates` out for levels that are equally frequent"));
        }
    }

    fn check_planted(&self, field: &Key, levels: &Node, meant: &Field, problems: &mut Problems) {
        let (name, declared) = (&field.text, meant.declared());
        let rated = self.rates.get(name).map(|rates| rates.keys().cloned().collect::<Vec<_>>());
        match rated {
            _ if !declared.is_empty() => {
                known_levels(name, levels, &[declared, meant.beside(), rated.unwrap_or_default()].concat(), problems);
            }
            Some(rated) => known_levels(name, levels, &rated, problems),
            None => {
                let message = format!("the card does not say which levels `{name}` has, so nothing can be planted on one");
                let help = format!("name them in `levels` of the field, or in the mock: `rates: {{{name}: {{a: 1, b: 1}}}}`");
                problems.push(Problem::at_place(&field.place, message).help(help));
            }
        }
    }
}

/// Refuses shares of classes that are none, or of classes that nobody knows.
fn check_shares(shares: &Node, classes: &[String], problems: &mut Problems) {
    for (class, share) in entries(shares) {
        if !classes.contains(&class.text) {
            let problem = Problem::at_place(&class.place, format!("unknown class `{}`", class.text));
            problems.push(problem.help(did_you_mean(&class.text, classes.iter().map(String::as_str))));
        } else if f64::decode(share, problems).is_some_and(|share| share > 1.0) {
            let message = format!("the rate of `{}` is the share of the items that show it, a number from 0 to 1", class.text);
            problems.push(Problem::at(share, message).help("each class of `labels` is there or not whatever the others are"));
        }
    }
}

/// The field of a name, if a mock can give it levels.
fn known<'f>(place: &Place, name: &str, fields: &'f IndexMap<String, Field>, problems: &mut Problems) -> Option<&'f Field> {
    let problem = match fields.get(name) {
        Some(Field { source: FieldSource::Pixels { .. }, .. }) => {
            Problem::at_place(place, format!("`{name}` is measured from the pixels, and a mock cannot choose it"))
                .help("name another field")
        }
        Some(field) => return Some(field),
        None => Problem::at_place(place, format!("unknown field `{name}`")).help(did_you_mean(name, fields.keys().map(String::as_str))),
    };
    problems.push(problem);
    None
}

fn known_levels(field: &str, written: &Node, levels: &[String], problems: &mut Problems) {
    for (level, _) in entries(written).iter().filter(|(level, _)| !levels.contains(&level.text)) {
        let problem = Problem::at_place(&level.place, format!("unknown level `{}` of `{field}`", level.text));
        problems.push(problem.help(did_you_mean(&level.text, levels.iter().map(String::as_str))));
    }
}

fn entries(node: &Node) -> &[(Key, Node)] {
    if let Value::Map(entries) = &node.value { entries } else { &[] }
}
