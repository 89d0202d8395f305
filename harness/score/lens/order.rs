//! Slots in the order of one class's scores: sorted once; every resample is one pass along it.

use crate::score::lens::tally::Sweep;

/// The slots whose truth is known for a class, from the largest score down; of one score, the positives first.
#[derive(Clone, Debug, Default)]
pub struct Order {
    slots: Vec<u32>,
    marks: Vec<Mark>,
    steps: Vec<Step>,
}

/// All that a sweep of weights reads of a slot, beside its weight.
#[derive(Clone, Copy, Debug)]
pub struct Mark(u8);

impl Mark {
    /// Of a slot whose score is less than that of the slot before, and that is of the class.
    pub fn new(step: bool, positive: bool) -> Self {
        Self(u8::from(step) | u8::from(positive) << 1)
    }

    /// Whether the slot's score is less than that of the slot before.
    pub fn is_step(self) -> bool {
        self.0 & 1 != 0
    }

    /// Whether the slot is of the class.
    pub fn is_positive(self) -> bool {
        self.0 & 2 != 0
    }
}

/// The places of slots of one score, some of which are positive.
#[derive(Clone, Copy, Debug)]
struct Step {
    /// Of the first positive.
    first: u32,
    /// After the last positive.
    negatives: u32,
    /// After the last slot.
    end: u32,
}

impl Order {
    /// Slots in their order, each with its mark.
    pub fn new(slots: Vec<u32>, marks: Vec<Mark>) -> Self {
        let mut steps: Vec<Step> = Vec::new();
        let mut open = false;
        for (place, mark) in (0..).zip(&marks) {
            open &= !mark.is_step();
            match steps.last_mut().filter(|_| open) {
                Some(step) if mark.is_positive() => (step.negatives, step.end) = (place + 1, place + 1),
                Some(step) => step.end = place + 1,
                None if mark.is_positive() => {
                    steps.push(Step { first: place, negatives: place + 1, end: place + 1 });
                    open = true;
                }
                None => {}
            }
        }
        Self { slots, marks, steps }
    }

    /// The slots, in order.
    pub fn iter(&self) -> impl Iterator<Item = (usize, Mark)> {
        self.slots.iter().map(|slot| *slot as usize).zip(self.marks.iter().copied())
    }

    /// The sums along all slots.
    pub fn sweep(&self, weight: impl Fn(usize) -> f64) -> Sweep {
        let mut sweep = Sweep::default();
        for (slot, mark) in self.iter() {
            if mark.is_step() {
                sweep.finish();
            }
            sweep.add(mark.is_positive(), weight(slot));
        }
        sweep.finish();
        sweep
    }

    /// The same of numbers of items, to the bit, in whole numbers and with a division a positive alone. `above` is memory to work in.
    pub fn count(&self, counts: &[u32], above: &mut Vec<u32>) -> Sweep {
        // How many items are above each place.
        let mut total = 0;
        above.clear();
        above.push(0);
        above.extend(self.slots.iter().map(|slot| {
            total += counts[*slot as usize];
            total
        }));
        let (mut positives, mut twice_below, mut precision) = (0, 0, 0.0);
        for step in &self.steps {
            let [first, negatives, end] = [step.first, step.negatives, step.end].map(|place| above[place as usize]);
            let (hits, negatives_above, ties) = (u64::from(negatives - first), first - positives, end - negatives);
            positives += negatives - first;
            twice_below += hits * (2 * u64::from(negatives_above) + u64::from(ties));
            precision += (hits * u64::from(positives)) as f64 / f64::from(end.max(1));
        }
        Sweep::of_counts(positives, total, precision, twice_below)
    }
}
