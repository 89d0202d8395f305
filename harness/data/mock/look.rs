//! How levels look: expressions, hair, skin, age and light, by the words that cards use for them.

use super::garment;
use super::words::says;
use crate::spec::mock::Render;

/// What tells a class apart in a drawing.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Look {
    /// How far the corners of the mouth are above its middle, -1 to 1.
    pub(super) bend: f64,
    /// How far mouth and eyes are open, -1 to 1.
    pub(super) open: f64,
    /// How far brows rise outwards, -1 (as of the sad) to 1 (as of the angry).
    pub(super) slant: f64,
    /// Whether hair falls below the chin.
    pub(super) long_hair: bool,
    /// Whether there is a beard.
    pub(super) beard: bool,
    /// Which outline it has, where it is not a face.
    pub(super) shape: u32,
}

/// Expressions: `bend`, `open`, `slant`.
const EXPRESSIONS: &[(&[&str], [f64; 3])] = &[
    (&["neutral", "calm"], [0.0, -1.0, 0.0]),
    (&["happy", "happiness", "joy", "smiling"], [1.0, 0.0, 0.0]),
    (&["sad", "sadness"], [-1.0, -1.0, -1.0]),
    (&["surprise", "surprised"], [0.2, 1.0, -0.3]),
    (&["fear", "fearful", "afraid"], [-0.6, 1.0, -1.0]),
    (&["disgust", "disgusted"], [-0.9, 0.2, 0.5]),
    (&["anger", "angry"], [-0.7, -0.6, 1.0]),
    (&["contempt"], [0.5, -1.0, 0.8]),
];

/// Words for people with long hair in a drawing, and with short hair and a beard: what is drawn is a code, and the plainest one.
const LONG: &[&str] = &["female", "woman", "women", "girl"];
const SHORT: &[&str] = &["male", "man", "men", "boy"];

/// Skin, dark (0) to light (1), of annotations that name it or an origin: only so that a drawn picture is not the opposite of its label.
const SKIN: &[(&[&str], f64)] = &[
    (&["black", "african", "dark", "darker", "vi"], 0.0),
    (&["v"], 0.2),
    (&["indian", "iv"], 0.35),
    (&["medium", "iii", "latino", "latina", "hispanic"], 0.55),
    (&["eastern"], 0.6),
    (&["asian", "ii"], 0.75),
    (&["white", "european", "caucasian", "light", "lighter", "i"], 1.0),
];

/// The years of a face whose age is not shown: it has neither a child's proportions nor lines.
pub(super) const GROWN: f64 = 30.0;

/// Ages, in years, by the words that annotators use where they do not guess a number.
const YEARS: &[(&[&str], f64)] = &[
    (&["infant", "baby", "toddler"], 1.0),
    (&["child", "children", "kid"], 6.0),
    (&["teenager", "teen", "adolescent"], 14.0),
    (&["young", "younger"], 10.0),
    (&["adult", "middle"], 40.0),
    (&["unknown", "unclear"], GROWN),
    (&["old", "older", "elderly", "senior"], 75.0),
];

/// Light, where 1 is that of day, by the words for it.
const LIGHT: &[(&[&str], f64)] = &[
    (&["underexposed", "under", "dim", "dimly", "dark", "poor", "poorly", "low", "night"], 0.35),
    (&["overexposed", "over"], 1.35),
    (&["well", "good", "bright", "day", "daylight"], 1.0),
];

impl Look {
    /// The looks of all classes, by what is drawn and by their names.
    pub(super) fn all(render: Render, names: &[String]) -> Vec<Self> {
        let cuts = garment::cuts(names);
        let look = |(class, name): (usize, &String)| {
            let shape = if render == Render::Garment { cuts.get(class).copied() } else { u32::try_from(class).ok() };
            Self { shape: shape.unwrap_or(0), ..Self::of(class, names.len(), name) }
        };
        names.iter().enumerate().map(look).collect()
    }

    /// The look of one of `count` classes by its name; of a name without one, by its number: these go round, so that each is unlike the others.
    fn of(class: usize, count: usize, name: &str) -> Self {
        let angle = std::f64::consts::TAU * class as f64 / count.max(1) as f64;
        let (long, short) = (says(name, LONG), says(name, SHORT));
        let known = EXPRESSIONS.iter().find(|(words, _)| says(name, words)).map(|(_, look)| *look);
        let known = known.or((long || short).then_some([0.0; 3]));
        let [bend, open, slant] = known.unwrap_or([angle.cos(), angle.sin(), angle.cos()]);
        let long_hair = long || (class * 2 < count && !short);
        Self { bend, open, slant, long_hair, beard: short, shape: 0 }
    }
}

/// The tone of a skin by the name of its level, if that says one.
pub(super) fn skin(level: &str) -> Option<f64> {
    SKIN.iter().find(|(words, _)| says(level, words)).map(|(_, tone)| *tone)
}

/// The years of an age by the name of its level, if that says any: of `20-29` those in the middle.
pub(super) fn years(level: &str) -> Option<f64> {
    let name = level.to_lowercase();
    let numbers: Vec<f64> = name.split(|letter: char| !letter.is_ascii_digit()).filter_map(|number| number.parse().ok()).collect();
    match numbers.as_slice() {
        [] if says(&name, &["not"]) => None,
        [] => YEARS.iter().find(|(words, _)| says(&name, words)).map(|(_, years)| *years),
        [most] if says(&name, &["below", "under", "less", "up"]) || name.contains("less") => Some(most * 0.6),
        [least] if says(&name, &["above", "over", "more", "older"]) || name.contains('+') => Some(least + 8.0),
        [one] => Some(*one),
        [first, second, ..] => Some((first + second.min(90.0)) / 2.0),
    }
}

/// How bright the light is by the name of its level, if that says so.
pub(super) fn light(level: &str) -> Option<f64> {
    LIGHT.iter().find(|(words, _)| says(level, words)).map(|(_, light)| *light)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn levels_look_as_their_names_say() {
        let smile = Look::of(3, 7, "Happiness");
        assert!(smile.bend > 0.0 && Look::of(0, 7, "sad").bend < 0.0, "whatever their order");
        assert!(Look::of(1, 2, "Female").long_hair && !Look::of(0, 2, "male").long_hair);
        assert!(skin("African American") < skin("Southeast Asian") && skin("Latino_Hispanic") < skin("European American"));
        assert_eq!((skin("Others"), skin("blackboard")), (None, None));
        let ages = ["0-2", "3-9", "less than 18", "20-29", "40 to 59", "more than 70"].map(|level| years(level).unwrap());
        assert!(ages.is_sorted() && ages[0] < 2.0 && ages[5] >= 70.0, "{ages:?}");
        let ages = ["baby", "Young", "Middle", "older"].map(|level| years(level).unwrap());
        assert!(ages.is_sorted(), "{ages:?}");
        assert_eq!((years("not young"), light("ring"), light("well lit")), (None, None, Some(1.0)));
        assert!(light("dimly lit") < light("well lit") && light("well lit") < light("overexposed"));
        assert_ne!(Look::of(0, 2, "x"), Look::of(1, 2, "y"), "names without a look are told apart too");
    }
}
