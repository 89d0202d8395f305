use fairgrid_sdk::{Labels, Word};
use tch::{Kind, Tensor};

use super::{Loss, PerItem};
use crate::registry::Definition;
use crate::targets::Targets;

const REDUCTION: Word = Word {
    name: "reduction",
    summary: "over an item's classes; a sum makes the step C times as large as a mean does",
    default: Some("mean"),
    choices: &["mean", "sum"],
};
const UNKNOWN: Word = Word {
    name: "unknown",
    summary: "a class of which it is unknown whether it is there: `ignore` it, or count it as `absent`",
    default: Some("ignore"),
    choices: &["ignore", "absent"],
};

pub(super) const BCE: Definition<Box<dyn Loss>> = Definition {
    name: "bce",
    summary: "binary cross-entropy of each class: max(z, 0) - z y + log(1 + exp(-|z|)), y = 1 where the class is present and 0 where it is absent",
    settings: &[&REDUCTION, &UNKNOWN],
    make: |options| Ok(Box::new(Bce { mean: options.read(&REDUCTION)? == "mean", unknown_is_absent: options.read(&UNKNOWN)? == "absent" })),
};

struct Bce {
    mean: bool,
    unknown_is_absent: bool,
}

impl Loss for Bce {
    fn per_item(&self, logits: &Tensor, targets: &Targets) -> PerItem {
        let (present, mut known) = targets.matrices();
        if self.unknown_is_absent {
            known = known.ones_like();
        }
        // The same as the formula above, with the right slope at z = 0 too.
        let terms = logits * present.rsub_scalar(1.0) - logits.log_sigmoid();
        let sums = (terms * &known).sum_dim_intlist(1, false, Kind::Float);
        let width = known.sum_dim_intlist(1, false, Kind::Float);
        // An item of which nothing is known has a sum of 0 and does not count.
        let counted = width.gt(0.0).to_kind(Kind::Float);
        PerItem { losses: if self.mean { sums / width.clamp_min(1.0) } else { sums }, counted }
    }

    fn check(&self, _labels: Labels, _classes: usize) -> Result<(), String> {
        Ok(())
    }
}
