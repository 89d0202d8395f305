use fairgrid_sdk::{Failure, Number, Numbers, Part};
use tch::{TchError, Tensor};

use super::{LEARNING_RATE, Optimizer, Rule};
use crate::registry::Definition;

const BETAS: Numbers = Numbers {
    name: "betas",
    summary: "decay of the mean gradient and of the mean square, each from 0 to below 1",
    default: Some(&[0.9, 0.999]),
};
const EPS: Number = Number::new("eps", Some(1e-8), "added to the root of the mean square").above(0.0);
const COUPLED_DECAY: Number = Number::new("weight_decay", Some(0.0), "times the parameter, added to its gradient");
const DECOUPLED_DECAY: Number = Number::new("weight_decay", Some(0.01), "times the step size, taken off the parameter");

pub(super) const ADAM: Definition<Optimizer> = Definition {
    name: "adam",
    summary: "Adam (Kingma and Ba, 2015), as torch.optim.Adam",
    settings: &[&LEARNING_RATE, &BETAS, &EPS, &COUPLED_DECAY],
    make: |options| Optimizer::new(options, Box::new(Adam::read(options, &COUPLED_DECAY, false)?)),
};

pub(super) const ADAMW: Definition<Optimizer> = Definition {
    name: "adamw",
    summary: "Adam with decoupled weight decay (Loshchilov and Hutter, 2019), as torch.optim.AdamW",
    settings: &[&LEARNING_RATE, &BETAS, &EPS, &DECOUPLED_DECAY],
    make: |options| Optimizer::new(options, Box::new(Adam::read(options, &DECOUPLED_DECAY, true)?)),
};

struct Adam {
    betas: [f64; 2],
    eps: f64,
    weight_decay: f64,
    decoupled: bool,
}

impl Adam {
    fn read(options: &Part<'_>, weight_decay: &Number, decoupled: bool) -> Result<Self, Failure> {
        let betas = options.read(&BETAS)?;
        let betas = <[f64; 2]>::try_from(betas).ok().filter(|betas| betas.iter().all(|beta| (0.0..1.0).contains(beta)));
        let betas = betas.ok_or_else(|| match options.get("betas") {
            Some(part) => part.fail("`betas` must be two numbers from 0 to below 1"),
            None => options.fail("`betas` must be two numbers from 0 to below 1"),
        })?;
        Ok(Self { betas, eps: options.read(&EPS)?, weight_decay: options.read(weight_decay)?, decoupled })
    }
}

impl Rule for Adam {
    fn slots(&self) -> &'static [&'static str] {
        &["mean", "mean_square"]
    }

    fn update(
        &self,
        parameter: &mut Tensor,
        gradient: &Tensor,
        slots: &mut [Tensor],
        learning_rate: f64,
        step: u64,
    ) -> Result<(), TchError> {
        let [mean, mean_square] = slots else { return Ok(()) };
        let mut gradient = gradient.shallow_clone();
        if self.weight_decay > 0.0 {
            if self.decoupled {
                *parameter *= 1.0 - learning_rate * self.weight_decay;
            } else {
                gradient = gradient.f_add(&(&*parameter * self.weight_decay))?;
            }
        }
        let [beta_mean, beta_square] = self.betas;
        let _ = mean.f_lerp_(&gradient, 1.0 - beta_mean)?;
        *mean_square *= beta_square;
        let _ = mean_square.f_add_(&(&gradient * &gradient * (1.0 - beta_square)))?;
        // Both means began at 0; these take that bias out.
        let power = step as f64;
        let (bias_mean, bias_square) = (1.0 - beta_mean.powf(power), 1.0 - beta_square.powf(power));
        let denominator = mean_square.f_sqrt()? / bias_square.sqrt() + self.eps;
        let _ = parameter.f_sub_(&(&*mean / denominator * (learning_rate / bias_mean)))?;
        Ok(())
    }
}
