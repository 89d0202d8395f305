//! How several numbers become one.

use crate::score::value::{Cause, Value};
use crate::spec::evaluation::Policy;

/// How two criteria, or the numbers of several classes, become one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Combine {
    /// The mean.
    Mean,
    /// The sum.
    Sum,
    /// The largest.
    Max,
    /// The smallest.
    Min,
}

impl Combine {
    /// Combines values; an undefined one makes the whole undefined, unless it may be left out.
    pub fn of(self, values: impl Iterator<Item = Value>, policy: Policy) -> Value {
        let mut left = 0.0;
        let mut missing = None;
        let mut combined: Option<f64> = None;
        for value in values {
            let value = match value {
                Ok(value) => value,
                Err(undefined) if policy == Policy::Propagate => return Err(undefined),
                Err(undefined) => {
                    missing.get_or_insert(undefined);
                    continue;
                }
            };
            left += 1.0;
            combined = Some(match (self, combined) {
                (_, None) => value,
                (Self::Mean | Self::Sum, Some(sum)) => sum + value,
                (Self::Max, Some(max)) => max.max(value),
                (Self::Min, Some(min)) => min.min(value),
            });
        }
        match (self, combined) {
            (_, None) => Err(missing.unwrap_or(Cause::NoClasses.into())),
            (Self::Mean, Some(sum)) => Ok(sum / left),
            (_, Some(combined)) => Ok(combined),
        }
    }
}
