//! How images are made worse on purpose: `distort: {gaussian_blur: 3, seed: 0}`.

use serde::{Deserialize, Serialize};

use super::decode::{Decode, expected, number_in};
use super::node::{Node, Value};
use super::problem::{Problem, Problems, did_you_mean};

/// One distortion at one severity.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Distort {
    /// What is done.
    pub kind: Distortion,
    /// 1 to 5; 0 changes nothing.
    pub severity: u32,
    /// The seed of what is random in it.
    pub seed: u64,
}

/// What is done to an image. The kinds are those of ImageNet-C (Hendrycks and Dietterich 2019), as far as their names are there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Distortion {
    /// Normal noise, independent in every value.
    GaussianNoise,
    /// Noise whose variance grows with the light, as of few photons.
    ShotNoise,
    /// Values that are black or white at random.
    ImpulseNoise,
    /// A normal blur.
    GaussianBlur,
    /// More light: HSV's value, with hue and saturation as they are.
    Brightness,
    /// Less contrast around each channel's mean.
    Contrast,
    /// A JPEG of low quality.
    JpegCompression,
    /// Fewer pixels, blown up again.
    Pixelate,
    /// A black square at a random place.
    Occlusion,
}

/// All kinds, by the words of specs.
pub const DISTORTIONS: [(&str, Distortion); 9] = [
    ("gaussian_noise", Distortion::GaussianNoise),
    ("shot_noise", Distortion::ShotNoise),
    ("impulse_noise", Distortion::ImpulseNoise),
    ("gaussian_blur", Distortion::GaussianBlur),
    ("brightness", Distortion::Brightness),
    ("contrast", Distortion::Contrast),
    ("jpeg_compression", Distortion::JpegCompression),
    ("pixelate", Distortion::Pixelate),
    ("occlusion", Distortion::Occlusion),
];

impl std::fmt::Display for Distort {
    /// `gaussian_blur-3`, or `occlusion-3-s1` with a seed.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let word = DISTORTIONS.iter().find(|(_, kind)| *kind == self.kind).map_or("", |(word, _)| word);
        write!(f, "{word}-{}", self.severity)?;
        match self.seed {
            0 => Ok(()),
            seed => write!(f, "-s{seed}"),
        }
    }
}

impl Decode for Distort {
    fn decode(node: &Node, problems: &mut Problems) -> Option<Self> {
        let Value::Map(entries) = &node.value else {
            return expected(node, problems, "a map of a distortion to its severity: {gaussian_blur: 3}");
        };
        let mut named = entries.iter().filter(|(key, _)| key.text != "seed");
        let (Some((key, severity)), None) = (named.next(), named.next()) else {
            return expected(node, problems, "one distortion and its severity, and perhaps a `seed`");
        };
        let kind = DISTORTIONS.iter().find(|(word, _)| *word == key.text).map(|(_, kind)| *kind);
        if kind.is_none() {
            problems.push(
                Problem::at_place(&key.place, format!("unknown distortion `{}`", key.text))
                    .help(did_you_mean(&key.text, DISTORTIONS.iter().map(|(word, _)| *word))),
            );
        }
        let severity = number_in(severity, problems, 0.0, 5.0).and_then(|_| u32::decode(severity, problems));
        let seed = match node.get("seed") {
            Some(seed) => u64::decode(seed, problems),
            None => Some(0),
        };
        Some(Self { kind: kind?, severity: severity?, seed: seed? })
    }
}
