//! Criteria of several parts against a reference: the parts make one number a group, and these become one over groups.

use super::among::{Among, Sums};
use super::combine::Combine;
use super::reduction::{Reduction, Step};
use crate::score::value::{Cause, Value};
use crate::spec::evaluation::Policy;

impl Reduction {
    /// Whether the parts of a criterion become one number a group, before the groups become one: those that are set against a reference have
    /// a number a group that is the mean or the sum of its parts. A worst case is one of parts and groups alike.
    pub fn joins_parts(self, parts: Combine) -> bool {
        self.is_anchored() && matches!(parts, Combine::Mean | Combine::Sum)
    }

    /// How a group is set against a reference.
    pub fn step(self) -> Step {
        match self {
            Self::Ratio(_) | Self::Relative(Step::Over, _) => Step::Over,
            _ => Step::Minus,
        }
    }

    /// Reduces what so many parts make of each group: `value` is that of a part in a group. What is `highest` or `lowest` is so part by part,
    /// and a group that is so in some part alone is still set against the others.
    pub fn of_parts(self, count: usize, combine: Combine, value: impl Fn(usize, usize) -> Value, among: &Among<'_>) -> Value {
        let step = self.step();
        let reference = |part: usize| among.reference(|group| value(part, group));
        let references = (0..count).map(reference).collect::<Result<Vec<usize>, _>>()?;
        let mut against = Vec::with_capacity(count);
        for (part, reference) in references.iter().enumerate() {
            let number = value(part, *reference).map_err(|undefined| undefined.in_group(*reference))?;
            step.of(number, number)?;
            against.push(number);
        }
        let of_group = |group: usize| {
            let parts = (0..count).map(|part| step.of(value(part, group)?, against[part]));
            Combine::Mean.of(parts, Policy::Propagate)
        };
        let mut sums = Sums::NONE;
        for group in among.members().filter(|group| references.iter().any(|reference| reference != group)) {
            match of_group(group) {
                Ok(value) => sums.add(value, among.sizes[group]),
                Err(undefined) if among.policy == Policy::Propagate => return Err(undefined.in_group(group)),
                Err(_) => {}
            }
        }
        if sums.count == 0 {
            return Err(Cause::FewGroups.into());
        }
        // A sum is so many times the mean, also where it is folded to the side of no effect.
        let times = if combine == Combine::Sum { count as f64 } else { 1.0 };
        self.reduce(&sums, Vec::new(), Ok(step.unit())).map(|mean| times * mean)
    }
}
