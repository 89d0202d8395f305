//! Intervals of what the numbers of several classes make: their mean, or the worst of them.
//!
//! Where all five items of a rare class are right, they are so in every resample, and the mean over classes would seem to be known as well as
//! the other classes are. And a minimum errs down, in resamples once more than in what they are drawn from, so that their percentiles miss the
//! truth above. So each class's number has the exact limits of the share that it rises with, and
//!
//! - a mean reaches as far as these limits move it, at a right angle to each other (MOVER: Zou and Donner 2008);
//! - a minimum, or a maximum, has intersection bounds ([`gap`](super::gap)).
//!
//! Items that count for several classes, subjects, weights and rules that are found anew tie classes and items together. Resamples know by
//! how much: a class has as many items fewer as they vary more than classes would that have nothing in common.

use crate::score::breakdown::combine::Combine;
use crate::score::interval::gap::{Family, Leg, noise};
use crate::score::interval::rise::Rise;
use crate::score::interval::share::{self, normal_quantile, student_quantile};
use crate::score::interval::{Sample, defined, variance};
use crate::spec::uncertainty::Uncertainty;

/// The classes whose numbers make one.
#[derive(Clone, Debug)]
pub struct Classes {
    /// How.
    pub combine: Combine,
    /// Those that have a number.
    pub members: Vec<Class>,
    /// Whether no item counts for two of them.
    pub apart: bool,
}

/// One class.
#[derive(Clone, Copy, Debug)]
pub struct Class {
    /// The share that its number rises with.
    pub share: f64,
    /// Of so many items.
    pub items: f64,
    /// Of so many equally weighted units, of those that hold some of these items.
    pub units: f64,
    /// Its number where that share is another.
    pub rise: Rise,
    /// Its weight in the mean; all sum to 1.
    pub weight: f64,
}

/// What tells the noise of one number from that of others.
#[derive(Clone, Copy, Debug)]
pub struct Key {
    /// The draws' seed.
    pub seed: u64,
    /// The number's group, in an order that knows no names.
    pub rank: u32,
}

impl Classes {
    /// The interval of what they make. `None` for a sum, and where nothing is drawn.
    pub fn interval(&self, sample: &Sample<'_>, key: Key, uncertainty: &Uncertainty) -> Option<(f64, f64)> {
        let legs = self.legs(sample, key, uncertainty);
        let value = sample.value;
        let (lower, upper) = match self.combine {
            Combine::Sum => return None,
            Combine::Mean => {
                let reach = |of: fn(&Leg) -> f64| {
                    legs.iter().zip(&self.members).map(|(leg, class)| (class.weight * of(leg)).powi(2)).sum::<f64>().sqrt()
                };
                (value - reach(|leg| leg.down), value + reach(|leg| leg.up))
            }
            Combine::Max | Combine::Min => {
                let items = self.members.iter().map(|class| class.items).sum();
                let family = Family { legs: &legs, related: false, level: uncertainty.level(), items };
                let contrasts: Vec<_> = (0..legs.len()).map(|leg| family.single(leg)).collect();
                if self.combine == Combine::Max { family.largest(&contrasts) } else { family.smallest(&contrasts) }?
            }
        };
        let (least, most) = sample.range;
        Some((lower.min(value).max(least), upper.max(value).min(most)))
    }

    /// Each class's number with its limits.
    fn legs(&self, sample: &Sample<'_>, key: Key, uncertainty: &Uncertainty) -> Vec<Leg> {
        let (level, draws) = (uncertainty.level(), sample.replicates.len());
        let alone = sample.plain && self.apart;
        let noisy = !alone || self.combine != Combine::Mean;
        let errors = |class: usize| if noisy { noise(key.seed, class as u64, key.rank, draws) } else { Vec::new() };
        let errors: Vec<Vec<f64>> = (0..self.members.len()).map(errors).collect();
        let effect = if alone { 1.0 } else { self.effect(sample, &errors) };
        let leg = |(class, errors): (&Class, Vec<f64>)| {
            let at = class.rise.at;
            let items = class.effective(effect, sample.plain, level);
            let (lower, upper) = share::interval(class.share * items, items, level, uncertainty.shares());
            let value = at(class.share);
            Leg { value, down: value - at(lower), up: at(upper) - value, errors }
        };
        self.members.iter().zip(errors).map(leg).collect()
    }

    /// How many times more the resamples vary than classes would that have nothing in common, of items that count alike; 1 at least, since luck
    /// makes no more of items than they are.
    fn effect(&self, sample: &Sample<'_>, errors: &[Vec<f64>]) -> f64 {
        let number = |draw: usize| {
            let of = |(class, errors): (&Class, &Vec<f64>)| (class.weight, (class.rise.at)(class.moved(errors[draw])));
            let numbers = self.members.iter().zip(errors).map(of);
            match self.combine {
                Combine::Mean | Combine::Sum => numbers.map(|(weight, number)| weight * number).sum(),
                Combine::Max => numbers.map(|(_, number)| number).fold(f64::NEG_INFINITY, f64::max),
                Combine::Min => numbers.map(|(_, number)| number).fold(f64::INFINITY, f64::min),
            }
        };
        let alone = variance(&(0..sample.replicates.len()).map(number).collect::<Vec<f64>>());
        let (drawn, _) = defined(sample.replicates.iter().copied());
        if alone > 0.0 { (variance(&drawn) / alone).max(1.0) } else { 1.0 }
    }
}

impl Class {
    /// How many items it has that count alike and have nothing in common, less those that Student's t takes off.
    fn effective(&self, effect: f64, plain: bool, level: f64) -> f64 {
        let units = self.units.max(1.0);
        // Where all say the same, no design effect can be seen: every unit counts once.
        let still = self.share <= 0.0 || self.share >= 1.0;
        let items = if still { (self.items / effect).min(units) } else { self.items / effect };
        let tail = f64::midpoint(1.0, level);
        let shrunk = if plain || units <= 1.0 { 1.0 } else { (normal_quantile(tail) / student_quantile(tail, units - 1.0)).powi(2) };
        (items * shrunk).max(1e-3)
    }

    /// Its share, off by so many standard errors.
    fn moved(&self, errors: f64) -> f64 {
        (self.share + errors * (self.share * (1.0 - self.share) / self.items).sqrt()).clamp(0.0, 1.0)
    }
}
