//! What became of one effect between before and after.

use serde::{Deserialize, Serialize};

/// What became of an effect.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Transition {
    /// There before and after, of one sign, and no significant change.
    Retained,
    /// There before and after, of one sign, and significantly larger.
    Amplified,
    /// There before and after, of one sign, and significantly smaller.
    Attenuated,
    /// There before and after, of opposite signs.
    Flipped,
    /// There before only.
    Removed,
    /// There after only.
    Introduced,
    /// Neither there before nor after.
    None,
}

impl Transition {
    /// The word in results.
    pub fn word(self) -> &'static str {
        match self {
            Self::Retained => "retained",
            Self::Amplified => "amplified",
            Self::Attenuated => "attenuated",
            Self::Flipped => "flipped",
            Self::Removed => "removed",
            Self::Introduced => "introduced",
            Self::None => "none",
        }
    }

    /// Whether the effect was there before.
    pub fn was_there(self) -> bool {
        !matches!(self, Self::Introduced | Self::None)
    }

    /// Whether it is there after, with the sign that it had.
    pub fn stays(self) -> bool {
        matches!(self, Self::Retained | Self::Amplified | Self::Attenuated)
    }
}
