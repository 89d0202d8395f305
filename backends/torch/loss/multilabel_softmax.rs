use fairgrid_sdk::{Labels, Word};
use tch::{Kind, Tensor};

use super::{Loss, PerItem};
use crate::registry::Definition;
use crate::targets::Targets;

const ZERO_POSITIVE: Word = Word {
    name: "zero_positive",
    summary: "an item without a present class has the loss 0: `skip` it in the mean over items, or `count` it there",
    default: Some("skip"),
    choices: &["skip", "count"],
};
const UNKNOWN: Word = Word {
    name: "unknown",
    summary: "a class of which it is unknown whether it is there: `ignore` it, or leave it in the `denominator` of the softmax",
    default: Some("ignore"),
    choices: &["ignore", "denominator"],
};

pub(super) const MULTILABEL_SOFTMAX: Definition<Box<dyn Loss>> = Definition {
    name: "multilabel_softmax",
    summary: "softmax cross-entropy with the target 1/k on each of the k present classes: logsumexp(z) - mean of z over them (Mahajan et al., 2018)",
    settings: &[&ZERO_POSITIVE, &UNKNOWN],
    make: |options| {
        Ok(Box::new(MultilabelSoftmax {
            count_zero_positive: options.read(&ZERO_POSITIVE)? == "count",
            ignore_unknown: options.read(&UNKNOWN)? == "ignore",
        }))
    },
};

struct MultilabelSoftmax {
    count_zero_positive: bool,
    ignore_unknown: bool,
}

impl Loss for MultilabelSoftmax {
    fn per_item(&self, logits: &Tensor, targets: &Targets) -> PerItem {
        let (present, known) = targets.matrices();
        let k = present.sum_dim_intlist(1, false, Kind::Float);
        let has_positive = k.gt(0.0);
        // A finite bound in place of -inf: an item of which nothing is known must not make NaN, whose slope would reach the weights through a product
        // with 0.
        let visible = if self.ignore_unknown { logits.masked_fill(&known.eq(0.0), -1e30) } else { logits.shallow_clone() };
        let mean_positive = (logits * &present).sum_dim_intlist(1, false, Kind::Float) / k.clamp_min(1.0);
        let losses = (visible.logsumexp(1, false) - mean_positive) * has_positive.to_kind(Kind::Float);
        let counted = if self.count_zero_positive { known.sum_dim_intlist(1, false, Kind::Float).gt(0.0) } else { has_positive };
        PerItem { losses, counted: counted.to_kind(Kind::Float) }
    }

    fn check(&self, _labels: Labels, _classes: usize) -> Result<(), String> {
        Ok(())
    }
}
