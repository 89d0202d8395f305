//! What a metric's values are of: shares, the sides of rankings, the mistakes about a class, the classes that make one number.

use super::{Average, Metric};
use crate::score::breakdown::combine::Combine;
use crate::score::interval::classes::{Class, Classes};
use crate::score::interval::errors::Errors;
use crate::score::interval::mistakes::Mistakes;
use crate::score::interval::rise::Rise;
use crate::score::lens::tally::{Confusion, Tally};
use crate::score::registry::{Compute, Definition, Of, Reads};
use crate::spec::vocabulary::ShareOf;

/// How much a class counts in a mean over classes.
type Weigh = fn(&Confusion) -> f64;

impl Metric {
    /// What a value is a share of, where it is one and every item counts at most once: the items that count, and all that could.
    pub fn share(&self, part: usize, tally: &Tally, class: usize) -> Option<(f64, f64)> {
        match (self.parts[part].compute, self.average) {
            (Compute::Share(of, _), _) => Some(of(tally)),
            (Compute::Class { of: Of::Share(of, _), .. }, Average::Positive(class)) => Some(of(&tally.cells[class])),
            (Compute::Class { of: Of::Share(of, _), .. }, Average::PerClass) => Some(of(&tally.cells[class])),
            _ => None,
        }
    }

    /// The share that a value is or rises with, and how, where there is one and every item counts at most once.
    pub fn rising(&self, part: usize, tally: &Tally, class: usize) -> Option<((f64, f64), Rise)> {
        match (self.parts[part].compute, self.average) {
            (Compute::Class { of, .. }, Average::Positive(class)) => of.share(&tally.cells[class]),
            (Compute::Class { of, .. }, Average::PerClass) => of.share(&tally.cells[class]),
            _ => self.share(part, tally, class).map(|share| (share, Rise::ITSELF)),
        }
    }

    /// How much one item, whose sums these are, counts in what a part is of, class by class; `None` where that is a share of nothing, or of
    /// several labels an item.
    pub fn wholes(&self, part: usize, item: &Tally) -> Option<Vec<f64>> {
        let definition = self.parts[part];
        match (definition.compute, self.average) {
            (Compute::Share(of, _), _) => Some(vec![of(item).1]),
            (Compute::Class { of: Of::Share(of, _), .. }, Average::Positive(class)) => Some(vec![of(&item.cells[class]).1]),
            _ if self.task.multi_label && item.cells.len() > 1 => None,
            (Compute::Class { of: Of::Share(of, _), .. }, Average::PerClass | Average::Macro | Average::Weighted)
            | (Compute::OfClasses(_, Of::Share(of, _)), _) => Some(item.cells.iter().map(|cell| of(cell).1).collect()),
            // What is decided of each true class.
            _ if definition.reads == Reads::Confusions => Some(item.cells.iter().map(Confusion::positives).collect()),
            _ => None,
        }
    }

    /// Whether it hangs on how positives and negatives are ranked, and not on how many there are of either; of one label an item.
    pub fn is_of_sides(&self) -> bool {
        let of_sides = |part: &&Definition| match part.compute {
            Compute::Rank(_, errors) | Compute::MeanOfRanks(_, errors) => errors == Errors::OfShare,
            Compute::Roc(_) => part.errors(self.parameter) != Errors::OfOdds,
            Compute::Outside(_) => true,
            _ => false,
        };
        !(self.task.multi_label && matches!(self.average, Average::PerClass | Average::Macro | Average::Weighted | Average::Whole))
            && self.parts.iter().all(of_sides)
    }

    /// What a value is a function of, where that is the mistakes about one class: their shares, of how many items by `support`, and the
    /// function.
    pub fn of_mistakes(
        &self,
        part: usize,
        (tally, support): (&Tally, &Tally),
        class: usize,
    ) -> Option<(Mistakes, f64, impl Fn(Mistakes) -> Option<f64>)> {
        let class = match self.average {
            Average::Positive(class) => class,
            Average::PerClass => class,
            _ => return None,
        };
        let Compute::Class { of: Of::Mistakes(of), .. } = self.parts[part].compute else { return None };
        let parameter = self.parameter;
        Some((Mistakes::of(tally.cells.get(class)?)?, support.cells.get(class)?.total(), move |mistakes| of(mistakes, parameter).ok()))
    }

    /// What several classes make together, what each one's number is, and how much that counts.
    fn several(&self, part: usize) -> Option<(Combine, Of, Weigh)> {
        match (self.parts[part].compute, self.average) {
            (Compute::OfClasses(combine, of), _) => Some((combine, of, |_| 1.0)),
            (Compute::Class { of, .. }, Average::Macro) => Some((Combine::Mean, of, |_| 1.0)),
            (Compute::Class { of, .. }, Average::Weighted) => Some((Combine::Mean, of, Confusion::positives)),
            _ => None,
        }
    }

    /// How much there is of what each class's number is a share of, where several of them make a value.
    pub fn of_each<'t>(&self, part: usize, tally: &'t Tally) -> Option<impl Iterator<Item = f64> + use<'t>> {
        let (_, of, _) = self.several(part)?;
        Some(tally.cells.iter().map(move |cell| of.share(cell).map_or(0.0, |((_, whole), _)| whole)))
    }

    /// The classes that make a value together, where each one's number is a share or rises with one; `support` counts the items, and `units`
    /// says how many equally weighted units so many items of a class are worth.
    pub fn of_classes(&self, part: usize, tally: &Tally, support: &Tally, units: impl Fn(usize, f64) -> f64) -> Option<Classes> {
        let (combine, of, weigh) = self.several(part)?;
        let member = |(class, (cell, support)): (usize, (&Confusion, &Confusion))| {
            let (((part, whole), rise), ((_, items), _)) = of.share(cell).zip(of.share(support))?;
            let (share, weight, units) = (part / whole, weigh(cell), units(class, items));
            (whole > 0.0 && weight > 0.0).then_some(Class { share, items, units, rise, weight })
        };
        let mut members: Vec<Class> = tally.cells.iter().zip(&support.cells).enumerate().filter_map(member).collect();
        let total: f64 = members.iter().map(|class| class.weight).sum();
        members.iter_mut().for_each(|class| class.weight /= total);
        let items: f64 = members.iter().map(|class| class.items).sum();
        // Weights hang on all items.
        let apart = !self.task.multi_label && self.average != Average::Weighted && items <= support.items + 1e-9;
        (!members.is_empty()).then_some(Classes { combine, members, apart })
    }

    /// Whether the limits of a value are those of shares that it is or rises with, its own or its classes'.
    pub fn is_of_shares(&self, part: usize) -> bool {
        matches!(
            (self.parts[part].compute, self.average),
            (Compute::Share(..) | Compute::OfClasses(..), _)
                | (
                    Compute::Class { of: Of::Share(..) | Of::Rising { .. }, .. },
                    Average::Macro | Average::Weighted | Average::Positive(_) | Average::PerClass
                )
        )
    }

    /// Whether no value hangs on more than how many items count, of how many: shares, what rises with one, and numbers of items.
    pub fn is_counted(&self) -> bool {
        let one = matches!(self.average, Average::Positive(_) | Average::PerClass);
        let is_share = |part: &&Definition| match part.compute {
            Compute::Share(..) => true,
            Compute::Class { of, .. } => one && matches!(of, Of::Share(..) | Of::Rising { .. }),
            _ => false,
        };
        self.over.is_none() && (self.is_count() || self.parts.iter().all(is_share))
    }

    /// Whether a value is a mean over classes.
    pub fn is_of_classes(&self, part: usize) -> bool {
        matches!(self.average, Average::Macro | Average::Weighted)
            || matches!(self.parts[part].compute, Compute::OfClasses(..) | Compute::MeanOfRanks(..))
    }

    /// What the metric is a share of, where it is one of all items, of a group's, or of a class's.
    pub fn share_of(&self) -> ShareOf {
        let same = match (self.parts.as_slice(), self.over, self.average) {
            ([one], None, average) => match (one.compute, average) {
                (Compute::Share(of, _), _) => {
                    let whole = |right: f64| of(&Tally { items: 1.0, right, ..Tally::default() }).1;
                    whole(0.0) == whole(1.0)
                }
                (Compute::Class { of: Of::Share(of, _), .. }, Average::Positive(_) | Average::PerClass) => {
                    let whole = |cell: Confusion| of(&cell).1;
                    let none = Confusion::default();
                    whole(Confusion { true_positive: 1.0, ..none }) == whole(Confusion { false_negative: 1.0, ..none })
                        && whole(Confusion { false_positive: 1.0, ..none }) == whole(Confusion { true_negative: 1.0, ..none })
                }
                _ => return ShareOf::Nothing,
            },
            _ => return ShareOf::Nothing,
        };
        if same { ShareOf::Truths } else { ShareOf::Decisions }
    }
}
