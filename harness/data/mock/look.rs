//! How the levels of a face look: expressions, hair and skin, by the words that cards use for them.

/// What tells a class apart in a drawn face.
#[derive(Clone, Copy, Debug, PartialEq)]
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

impl Look {
    /// The look of one of `count` classes by its name; of a name without one, by its number: these go round, so that each is unlike the others.
    pub(super) fn of(class: usize, count: usize, name: &str) -> Self {
        let angle = std::f64::consts::TAU * class as f64 / count.max(1) as f64;
        let (long, short) = (says(name, LONG), says(name, SHORT));
        let known = EXPRESSIONS.iter().find(|(words, _)| says(name, words)).map(|(_, look)| *look);
        let known = known.or((long || short).then_some([0.0; 3]));
        let [bend, open, slant] = known.unwrap_or([angle.cos(), angle.sin(), angle.cos()]);
        let long_hair = long || (class * 2 < count && !short);
        Self { bend, open, slant, long_hair, beard: short }
    }
}

/// The tone of a skin by the name of its level, if that says one.
pub(super) fn skin(level: &str) -> Option<f64> {
    SKIN.iter().find(|(words, _)| says(level, words)).map(|(_, tone)| *tone)
}

/// Whether a name holds one of some words.
fn says(name: &str, words: &[&str]) -> bool {
    let name = name.to_lowercase();
    name.split(|letter: char| !letter.is_alphanumeric()).any(|word| words.contains(&word))
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
        assert_ne!(Look::of(0, 2, "x"), Look::of(1, 2, "y"), "names without a look are told apart too");
    }
}
