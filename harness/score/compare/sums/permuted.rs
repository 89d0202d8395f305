//! What chance alone gives a contrast: sides that exchange what they said, or groups that exchange their labels.

use super::{Paired, Played, Sum};
use crate::score::OUTSIDE;
use crate::score::pairs::relabel::{BY_GROUP, TOO_MANY, UNEXCHANGED};
use crate::score::rule::refit;
use crate::score::sheet::Sheet;
use crate::score::units::{Exchange, Rows, Slot, Units};

impl Paired<'_> {
    /// The difference in every permutation.
    ///
    /// # Errors
    /// Why there is nothing to permute.
    pub(super) fn permuted(&self, sum: &Sum, played: &Played) -> Result<Vec<f64>, &'static str> {
        let drawn = match sum.groups {
            Some(groups) => self.relabelled(sum, groups, played)?,
            None => self.exchanged(sum, played)?,
        };
        if drawn.is_empty() { Err("no labels of the two groups can be exchanged") } else { Ok(drawn) }
    }

    /// The difference in every permutation of the labels of two groups, all other items left out.
    fn relabelled(&self, sum: &Sum, (from, to): (usize, usize), played: &Played) -> Result<Vec<f64>, &'static str> {
        let first = &self.audits[0];
        let (side, _) = sum.low[0];
        let fields = self.audits[side].scheme.breakdowns[self.place(side)].compared();
        if self.refits.get(side).and_then(Option::as_ref).is_some_and(|refit| refit.is_by(fields)) {
            return Err(refit::BY_GROUP);
        }
        if played.units.are_pairs() {
            return self.relabelled_pairs(sum, side, &[from, to], played);
        }
        let of_two = |group: u32| group as usize == from || group as usize == to;
        let patterns: Vec<u32> = (self.breakdown.of_row.iter().zip(self.lenses[side].of_row()))
            .map(|(group, pattern)| if of_two(*group) { *pattern } else { OUTSIDE })
            .collect();
        let rows = Rows {
            groups: &self.breakdown.of_row,
            patterns: &patterns,
            weights: first.predictions.weight(),
            clusters: first.clusters.as_ref(),
            copies: first.predictions.copies(),
        };
        let units = Units::new(rows, first.predictions.ids());
        let metrics = [self.metrics[side]];
        let sheet = self.sheet(&self.lenses[side], &metrics, played.members);
        let permuted = sheet.permuted(&units, self.uncertainty);
        Ok(permuted.iter().map(|numbers| numbers[sum.high[0].1] - numbers[sum.low[0].1]).collect())
    }

    /// The same where rows are pairs of subjects: what is dealt out are the labels of those of the two groups.
    fn relabelled_pairs(&self, sum: &Sum, side: usize, two: &[usize], played: &Played) -> Result<Vec<f64>, &'static str> {
        let (audit, place) = (&self.audits[side], self.place(side));
        let relabelling = audit.relabelling(&[place]).ok().flatten().ok_or(TOO_MANY)?;
        let rule = self.sides[side].rule_or(self.rule);
        let lens = audit.relabelled(&relabelling, self.metrics[side], &self.lenses[side], &[(0, rule)], self.sides[side].fitted);
        let lens = lens.ok().flatten().ok_or(BY_GROUP)?;
        // Groups without a name are those of nobody.
        let names = self.breakdown.groups.iter().enumerate();
        let names: Vec<String> = names.map(|(group, name)| if two.contains(&group) { name.clone() } else { String::new() }).collect();
        let weights = relabelling.items().unwrap_or(&audit.predictions).weight();
        let matching = relabelling.matching(&audit.scheme.breakdowns[place], &names, lens.of_row(), weights).ok_or(UNEXCHANGED)?;
        let (metrics, relabel) = ([self.metrics[side]], (&*lens, matching));
        let sheet = Sheet { relabel: Some(&relabel), ..self.sheet(&self.lenses[side], &metrics, played.members) };
        let permuted = sheet.permuted(&played.units, self.uncertainty);
        Ok(permuted.iter().map(|numbers| numbers[sum.high[0].1] - numbers[sum.low[0].1]).collect())
    }

    /// The place of the breakdown among those of a side.
    fn place(&self, side: usize) -> usize {
        self.audits[side].breakdowns.iter().position(|breakdown| breakdown.by == self.breakdown.by).unwrap_or(0)
    }

    /// The difference in every exchange of items between two sides.
    fn exchanged(&self, sum: &Sum, played: &Played) -> Result<Vec<f64>, &'static str> {
        let ([(from, number)], [(to, _)]) = (sum.low.as_slice(), sum.high.as_slice()) else {
            return Err("means of several sides are not exchanged");
        };
        let counts = [*from, *to].map(|side| self.counting(side, sum.spot.class));
        let counts = |slot: &Slot| {
            if sum.spot.group.is_some_and(|group| slot.group as usize != group) {
                return false;
            }
            let tuple = &self.tuples[slot.pattern as usize];
            [*from, *to].iter().zip(&counts).any(|(side, counts)| counts.as_ref().is_none_or(|counts| counts[tuple[*side] as usize]))
        };
        let linked = match played.units.are_pairs() {
            true => "the pairs that count are all linked by their subjects, so that none can be exchanged without the others",
            false => "all that counts is one item, or one subject's, so that nothing can be exchanged",
        };
        let exchange = Exchange::new(&played.units, counts).ok_or(linked)?;
        let beside = self.lenses[*from].beside(&self.lenses[*to]);
        let (lens, behind) = beside.ok_or("scores of groups are set against each other, and are not exchanged item by item")?;
        let of_from = self.patterns(&played.units, *from);
        let of_to: Vec<u32> = self.patterns(&played.units, *to).into_iter().map(|pattern| pattern + behind).collect();
        let numbers = |side: usize, own: &[u32], other: &[u32]| {
            let metrics = [self.metrics[side]];
            self.sheet(&lens, &metrics, played.members).exchanged((&played.units, &exchange), own, other, self.uncertainty)
        };
        let (as_from, as_to) = (numbers(*from, &of_from, &of_to), numbers(*to, &of_to, &of_from));
        Ok(as_from.iter().zip(&as_to).map(|(from, to)| to[*number] - from[*number]).collect())
    }
}
