//! How training images are changed at random: `augment: [horizontal_flip, {random_crop: {padding: 4}}]`.

use serde::{Deserialize, Serialize};

use super::decode::{Choice, Decode, Fields, number_in, one_or_many};
use super::node::Node;
use super::problem::{Problem, Problems, did_you_mean};

/// What is done to each image, in this order.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Augment {
    /// The steps.
    pub steps: Vec<Step>,
}

/// One step.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Step {
    /// Left and right are exchanged.
    HorizontalFlip {
        /// In 0…1; one half by default.
        probability: f64,
    },
    /// The image is padded with black and cut back to its size at a random place.
    RandomCrop {
        /// Pixels on each side.
        padding: u32,
    },
}

impl Decode for Augment {
    fn decode(node: &Node, problems: &mut Problems) -> Option<Self> {
        one_or_many(node, problems).map(|steps| Self { steps })
    }
}

impl Decode for Step {
    fn decode(node: &Node, problems: &mut Problems) -> Option<Self> {
        let choice = Choice::decode(node, problems)?;
        let mut fields = Fields::of(&choice.options, problems, "a step of `augment`")?;
        let step = match choice.name.as_str() {
            "horizontal_flip" => {
                let probability = fields.optional_with("probability", problems, |node, problems| number_in(node, problems, 0.0, 1.0));
                Self::HorizontalFlip { probability: probability.unwrap_or(0.5) }
            }
            "random_crop" => {
                let padding = fields.required_with("padding", problems, |node, problems| {
                    number_in(node, problems, 0.0, 1024.0).and_then(|_| u32::decode(node, problems))
                });
                Self::RandomCrop { padding: padding? }
            }
            other => {
                problems.push(
                    Problem::at(&choice.name_node, format!("unknown step `{other}` of `augment`"))
                        .help(did_you_mean(other, ["horizontal_flip", "random_crop"])),
                );
                return None;
            }
        };
        fields.finish(problems);
        Some(step)
    }
}
