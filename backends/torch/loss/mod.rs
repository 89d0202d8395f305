//! Losses. Notation: logits z in R^C, label y (an index, or k present classes), p = softmax(z), s = sigmoid(z).

mod bce;
mod cross_entropy;
mod focal;
mod multilabel_softmax;

use fairgrid_sdk::{Failure, Labels, Part};
use tch::{Kind, Tensor};

use crate::registry::{self, Definition};
use crate::targets::Targets;

/// All losses.
pub(crate) const LOSSES: &[Definition<Box<dyn Loss>>] =
    &[cross_entropy::CROSS_ENTROPY, focal::FOCAL, bce::BCE, multilabel_softmax::MULTILABEL_SOFTMAX];

/// Something to minimize.
pub trait Loss {
    /// The loss of each item.
    ///
    /// `logits` has the shape `[n, classes]`.
    fn per_item(&self, logits: &Tensor, targets: &Targets) -> PerItem;

    /// Whether this loss can be had with such labels; if not, why not.
    ///
    /// # Errors
    /// A message for the user.
    fn check(&self, labels: Labels, classes: usize) -> Result<(), String>;
}

/// The losses of a batch's items.
#[derive(Debug)]
pub struct PerItem {
    /// One an item: float32 of shape `[n]`, 0 where the item does not count.
    pub losses: Tensor,
    /// 1 for an item that counts in the mean, 0 for one that does not: float32 of shape `[n]`.
    pub counted: Tensor,
}

impl PerItem {
    /// Losses of items that all count.
    pub(crate) fn all(losses: Tensor) -> Self {
        let counted = losses.ones_like().detach();
        Self { losses, counted }
    }

    /// Multiplies each item's loss by its weight, of shape `[n]`.
    #[must_use]
    pub(crate) fn weighted(self, weights: &Tensor) -> Self {
        Self { losses: self.losses * weights, counted: self.counted }
    }

    /// The sum of the losses, and over how many items.
    pub fn sum(&self) -> (Tensor, Tensor) {
        ((&self.losses * &self.counted).sum(Kind::Float), self.counted.sum(Kind::Float))
    }
}

/// The loss that a spec's `loss:` names, checked against the job's labels.
///
/// # Errors
/// No such loss or option, an option out of bounds, or labels that it can't use.
pub fn choose(part: &Part<'_>, labels: Labels, classes: usize) -> Result<Box<dyn Loss>, Failure> {
    let loss = registry::make("loss", part, LOSSES)?;
    loss.check(labels, classes).map_err(|message| part.fail(message))?;
    Ok(loss)
}

/// For losses of one class an item.
fn single_only(name: &str, labels: Labels) -> Result<(), String> {
    match labels {
        Labels::Single => Ok(()),
        Labels::Multi => {
            Err(format!("`{name}` needs exactly one class an item, and this dataset has several: use `bce` or `multilabel_softmax`"))
        }
    }
}

/// The index of each item's class, shape `[n]`. [`Loss::check`] has refused other labels; for them the first present class stands in.
fn classes_of(targets: &Targets) -> Tensor {
    match targets {
        Targets::Single { class, .. } => class.shallow_clone(),
        Targets::Multi { present, .. } => present.argmax(1, false),
    }
}
