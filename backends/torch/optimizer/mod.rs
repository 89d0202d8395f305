//! Optimizers, on tensors and with their state in the open: libtorch's own keep it where no checkpoint can reach it.
//!
//! Each follows PyTorch's single-tensor implementation operation by operation.

mod adam;
mod sgd;

use fairgrid_sdk::{Failure, Number, Part};
use tch::{TchError, Tensor};

use crate::registry::{self, Definition};

/// All optimizers.
pub(crate) const OPTIMIZERS: &[Definition<Optimizer>] = &[sgd::SGD, adam::ADAM, adam::ADAMW];

/// The one option that every optimizer has; a schedule multiplies it.
const LEARNING_RATE: Number = Number::new("learning_rate", None, "step size").above(0.0);

/// How steps are taken.
pub struct Optimizer {
    /// The step size before the schedule.
    pub learning_rate: f64,
    rule: Box<dyn Rule>,
    /// For each parameter, what the rule remembers of it.
    slots: Vec<Vec<Tensor>>,
    /// Steps taken.
    steps: u64,
}

/// The rule of an optimizer.
trait Rule {
    /// The names of what it remembers of each parameter.
    fn slots(&self) -> &'static [&'static str];

    /// Moves one parameter along its gradient. `step` counts from 1; `slots` are zero before the first.
    fn update(
        &self,
        parameter: &mut Tensor,
        gradient: &Tensor,
        slots: &mut [Tensor],
        learning_rate: f64,
        step: u64,
    ) -> Result<(), TchError>;
}

impl Optimizer {
    fn new(options: &Part<'_>, rule: Box<dyn Rule>) -> Result<Self, Failure> {
        Ok(Self { learning_rate: options.read(&LEARNING_RATE)?, rule, slots: Vec::new(), steps: 0 })
    }

    /// Moves every parameter along its gradient, with this step size. Parameters without a gradient stay.
    ///
    /// # Errors
    /// libtorch fails.
    pub fn step(&mut self, parameters: &[(String, Tensor)], learning_rate: f64) -> Result<(), TchError> {
        self.remember(parameters);
        self.steps += 1;
        tch::no_grad(|| {
            for ((_, parameter), slots) in parameters.iter().zip(&mut self.slots) {
                let gradient = parameter.grad();
                if gradient.defined() {
                    self.rule.update(&mut parameter.shallow_clone(), &gradient, slots, learning_rate, self.steps)?;
                }
            }
            Ok(())
        })
    }

    /// All that is needed to go on: steps taken, and named tensors.
    pub fn state(&self, parameters: &[(String, Tensor)]) -> (u64, Vec<(String, Tensor)>) {
        let named = |((name, _), slots): (&(String, Tensor), &Vec<Tensor>)| {
            let tensors = self.rule.slots().iter().zip(slots).map(|(slot, tensor)| (format!("{name}/{slot}"), tensor.shallow_clone()));
            tensors.collect::<Vec<_>>()
        };
        (self.steps, parameters.iter().zip(&self.slots).flat_map(named).collect())
    }

    /// Goes on from a state; `find` gives the tensor of a name.
    ///
    /// # Errors
    /// A tensor is missing or has another shape: the state is another optimizer's.
    pub fn restore(&mut self, steps: u64, parameters: &[(String, Tensor)], find: impl Fn(&str) -> Option<Tensor>) -> Result<(), String> {
        self.remember(parameters);
        self.steps = steps;
        if steps == 0 {
            return Ok(());
        }
        for ((name, _), slots) in parameters.iter().zip(&mut self.slots) {
            for (slot, tensor) in self.rule.slots().iter().zip(slots) {
                let name = format!("{name}/{slot}");
                let found = find(&name).filter(|found| found.size() == tensor.size());
                tensor.copy_(&found.ok_or_else(|| format!("there is no `{name}` of the shape {:?} in it", tensor.size()))?);
            }
        }
        Ok(())
    }

    fn remember(&mut self, parameters: &[(String, Tensor)]) {
        if self.slots.is_empty() {
            let count = self.rule.slots().len();
            self.slots = parameters.iter().map(|(_, parameter)| (0..count).map(|_| parameter.zeros_like().detach()).collect()).collect();
        }
    }
}

/// The optimizer that a spec's `optimizer:` names.
///
/// # Errors
/// No such optimizer or option, or an option out of bounds.
pub fn choose(part: &Part<'_>) -> Result<Optimizer, Failure> {
    registry::make("optimizer", part, OPTIMIZERS)
}
