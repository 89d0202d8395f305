use fairgrid_sdk::{Labels, Number, Numbers};
use tch::{Kind, Tensor};

use super::{Loss, PerItem, classes_of, single_only};
use crate::registry::Definition;
use crate::targets::Targets;

const GAMMA: Number =
    Number::new("gamma", Some(2.0), "how much less an item counts that is recognized well; 0 is cross-entropy").within(0.0, 20.0);
const ALPHA: Numbers =
    Numbers { name: "alpha", summary: "a weight for each class, in the order of the classes; empty: 1 for each", default: Some(&[]) };

pub(super) const FOCAL: Definition<Box<dyn Loss>> = Definition {
    name: "focal",
    summary: "-alpha_y (1 - p_y)^gamma log p_y (Lin et al., 2017, with the softmax)",
    settings: &[&GAMMA, &ALPHA],
    make: |options| {
        let alpha = options.read(&ALPHA)?;
        if let (Some(negative), Some(part)) = (alpha.iter().find(|weight| **weight < 0.0), options.get("alpha")) {
            return Err(part.fail(format_args!("`alpha` has a weight below 0 ({negative})")));
        }
        Ok(Box::new(Focal { gamma: options.read(&GAMMA)?, alpha }))
    },
};

struct Focal {
    gamma: f64,
    alpha: Vec<f64>,
}

impl Loss for Focal {
    fn per_item(&self, logits: &Tensor, targets: &Targets) -> PerItem {
        let class = classes_of(targets);
        let log_p = logits.log_softmax(-1, Kind::Float).gather(1, &class.unsqueeze(1), false).squeeze_dim(1);
        let mut losses = -&log_p;
        if self.gamma > 0.0 {
            // 1 - p without cancellation. The bound keeps the slope of the power finite where p rounds to 1; the clamp's own slope there is 0.
            losses *= (-log_p.expm1()).clamp_min(1e-12).pow_tensor_scalar(self.gamma);
        }
        if !self.alpha.is_empty() {
            losses *= Tensor::from_slice(&self.alpha).to_kind(Kind::Float).to_device(class.device()).index_select(0, &class);
        }
        PerItem::all(losses)
    }

    fn check(&self, labels: Labels, classes: usize) -> Result<(), String> {
        single_only("focal", labels)?;
        match self.alpha.len() {
            0 => Ok(()),
            given if given == classes => Ok(()),
            given => Err(format!("`alpha` has {given} weights for {classes} classes")),
        }
    }
}
