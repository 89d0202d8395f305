use fairgrid_sdk::{Labels, Number};
use tch::{Kind, Tensor};

use super::{Loss, PerItem, classes_of, single_only};
use crate::registry::Definition;
use crate::targets::Targets;

const LABEL_SMOOTHING: Number =
    Number::new("label_smoothing", Some(0.0), "e: the target is 1 - e + e/C on the class and e/C elsewhere").within(0.0, 1.0);

pub(super) const CROSS_ENTROPY: Definition<Box<dyn Loss>> = Definition {
    name: "cross_entropy",
    summary: "-log p_y, the softmax cross-entropy",
    settings: &[&LABEL_SMOOTHING],
    make: |options| Ok(Box::new(CrossEntropy { smoothing: options.read(&LABEL_SMOOTHING)? })),
};

struct CrossEntropy {
    smoothing: f64,
}

impl Loss for CrossEntropy {
    fn per_item(&self, logits: &Tensor, targets: &Targets) -> PerItem {
        let log_p = logits.log_softmax(-1, Kind::Float);
        let hard = -log_p.gather(1, &classes_of(targets).unsqueeze(1), false).squeeze_dim(1);
        if self.smoothing == 0.0 {
            return PerItem::all(hard);
        }
        let even = -log_p.mean_dim(1, false, Kind::Float);
        PerItem::all(hard * (1.0 - self.smoothing) + even * self.smoothing)
    }

    fn check(&self, labels: Labels, _classes: usize) -> Result<(), String> {
        single_only("cross_entropy", labels)
    }
}
