use fairgrid_sdk::{Flag, Number};
use tch::{TchError, Tensor};

use super::{LEARNING_RATE, Optimizer, Rule};
use crate::registry::Definition;

const MOMENTUM: Number = Number::new("momentum", Some(0.0), "share of the last direction that is kept").within(0.0, 1.0);
const WEIGHT_DECAY: Number = Number::new("weight_decay", Some(0.0), "times the parameter, added to its gradient");
const NESTEROV: Flag = Flag { name: "nesterov", summary: "look ahead along the momentum, which must be above 0", default: false };

pub(super) const SGD: Definition<Optimizer> = Definition {
    name: "sgd",
    summary: "stochastic gradient descent, as torch.optim.SGD without dampening",
    settings: &[&LEARNING_RATE, &MOMENTUM, &WEIGHT_DECAY, &NESTEROV],
    make: |options| {
        let rule =
            Sgd { momentum: options.read(&MOMENTUM)?, weight_decay: options.read(&WEIGHT_DECAY)?, nesterov: options.read(&NESTEROV)? };
        if rule.nesterov && rule.momentum == 0.0 {
            return Err(options.fail("`nesterov` needs a `momentum` above 0"));
        }
        Optimizer::new(options, Box::new(rule))
    },
};

struct Sgd {
    momentum: f64,
    weight_decay: f64,
    nesterov: bool,
}

impl Rule for Sgd {
    fn slots(&self) -> &'static [&'static str] {
        if self.momentum > 0.0 { &["momentum"] } else { &[] }
    }

    fn update(
        &self,
        parameter: &mut Tensor,
        gradient: &Tensor,
        slots: &mut [Tensor],
        learning_rate: f64,
        _step: u64,
    ) -> Result<(), TchError> {
        let mut direction = gradient.shallow_clone();
        if self.weight_decay > 0.0 {
            direction = direction.f_add(&(&*parameter * self.weight_decay))?;
        }
        if let [velocity] = slots {
            // Zero before the first step, so that the first direction is taken whole, as PyTorch does.
            let kept = velocity.f_mul_scalar(self.momentum)?.f_add(&direction)?;
            velocity.f_copy_(&kept)?;
            direction = if self.nesterov { direction.f_add(&(kept * self.momentum))? } else { kept };
        }
        let _ = parameter.f_sub_(&(direction * learning_rate))?;
        Ok(())
    }
}
