//! Pairs as they would be if group labels were dealt by chance.
//!
//! Subjects exchange their labels, and pairs are made anew by the same rule: with `groups: same`, of subjects that come to share a group,
//! which as observed are no pair, so that their images are scored beforehand. Each pair of labels and vectors is then as likely as that
//! which was observed, where groups do not matter, and p is exact. Of a `list` that holds no two groups against each other there are no
//! further pairs: there, subjects that it links exchange labels as one.

use std::borrow::Cow;
use std::collections::HashMap;

use indexmap::IndexMap;

use super::verification::Comparisons;
use crate::score::breakdown::{Breakdown, Grouping};
use crate::score::predictions::Predictions;
use crate::score::predictions::ids::Ids;
use crate::score::units::clusters::{Clusters, Families};
use crate::score::units::matching::{Bearer, Match, Matching};
use crate::score::{OUTSIDE, ScoreError};
use crate::spec::evaluation::Evaluation;
use crate::spec::pairs::{Across, Verification};
use crate::spec::uncertainty::Uncertainty;

/// Why there is no null: there would be too many pairs.
pub(in crate::score) const TOO_MANY: &str = "other group labels would make too many pairs";
/// Why there is no null: what is decided of a pair hangs on its group.
pub(in crate::score) const BY_GROUP: &str = "the rule has a number for each group, and pairs of other labels have none";
/// Why there is no null: nothing can be dealt out.
pub(in crate::score) const UNEXCHANGED: &str = "a subject lies in several groups, or other labels would do no more than to rename them";

/// All pairs that some group labels or others make.
pub(in crate::score) struct Relabelling<'a> {
    pairs: Cow<'a, Comparisons<'a>>,
    /// The pairs as items; `None` where there are no more than those that are scored.
    items: Option<Predictions>,
    /// What keeps its label as one, by image.
    clusters: Vec<u32>,
    spec: &'a Verification,
    /// All fields that images are grouped by.
    fields: Vec<&'a str>,
}

impl<'a> Relabelling<'a> {
    /// The pairs under other labels of the fields of any one of some breakdowns. `None` where pairs are drawn as if they were independent,
    /// or where there would be too many.
    ///
    /// # Errors
    /// Where the pairs cannot be scored.
    pub(in crate::score) fn of(
        observed: &'a Comparisons<'a>,
        spec: &'a Verification,
        evaluation: &'a Evaluation,
        breakdowns: impl Iterator<Item = &'a Grouping>,
        uncertainty: &Uncertainty,
    ) -> Result<Option<Self>, ScoreError> {
        let Some(clusters) = Clusters::codes(observed.images(), uncertainty)? else { return Ok(None) };
        let fields = evaluation.breakdowns().flat_map(|entry| &entry.value).map(String::as_str).collect();
        if spec.groups == Across::Any {
            return Ok(Some(Self { pairs: Cow::Borrowed(observed), items: None, clusters, spec, fields }));
        }
        let dealt = breakdowns.map(Grouping::compared).filter(|fields| !fields.is_empty());
        let Some(pairs) = observed.under_other_labels(spec, evaluation, dealt) else { return Ok(None) };
        let items = Some(pairs.scored(spec, Ids::numbered(pairs.first.len()), IndexMap::new())?);
        Ok(Some(Self { pairs: Cow::Owned(pairs), items, clusters, spec, fields }))
    }

    /// The pairs as items, of which none says its groups; `None` where they are those that are scored.
    pub(in crate::score) fn items(&self) -> Option<&Predictions> {
        self.items.as_ref()
    }

    /// The pairs of one breakdown, whose items have these patterns and weights. `None` where a subject lies in several groups, or where
    /// labels do no more than to rename groups.
    pub(in crate::score) fn matching(
        &self,
        grouping: &Grouping,
        groups: &[String],
        of_row: &[u32],
        weights: Option<&[f64]>,
    ) -> Option<Matching> {
        let images = self.pairs.images();
        let mixed = self.spec.groups == Across::Any;
        // What labels are exchanged within: of pairs that share all fields, the other ones.
        let fixed: Vec<&str> = match mixed {
            true => grouping.fields[..grouping.control].iter().map(String::as_str).collect(),
            false => self.fields.iter().copied().filter(|field| !grouping.compared().iter().any(|name| name == field)).collect(),
        };
        let group = labels(images, grouping, groups);
        let rows = self.rows();
        let (deck, known) = decks(images, &fixed, &rows);
        let shares = |a: u32, b: u32| mixed || (known[a as usize] && deck[a as usize] == deck[b as usize]);
        let pairs = || (0..of_row.len()).map(|pair| (pair, self.pairs.first[pair], self.pairs.second[pair]));
        let impostors = || pairs().filter(|(pair, a, b)| !self.pairs.is_genuine(*pair) && shares(*a, *b));
        let inside = |row: u32| group[row as usize] != OUTSIDE;
        let crosses = |a: u32, b: u32| inside(a) && inside(b) && group[a as usize] != group[b as usize];
        let mut families = Families::new(self.clusters.iter().max().map_or(0, |last| last + 1));
        let cluster = |row: u32| self.clusters[row as usize];
        if self.spec.list.is_some() && !impostors().any(|(_, a, b)| crosses(a, b)) {
            impostors().filter(|(_, a, b)| inside(*a) && inside(*b)).for_each(|(_, a, b)| families.join(cluster(a), cluster(b)));
        }

        let mut numbers: HashMap<u32, u32> = HashMap::new();
        let mut number = vec![OUTSIDE; images.len()];
        let mut bearers: Vec<Bearer> = Vec::new();
        for row in rows {
            let bearer = Bearer { group: group[row as usize], deck: deck[row as usize] };
            let place = *numbers.entry(families.of(cluster(row))).or_insert(bearers.len() as u32);
            number[row as usize] = place;
            match bearers.get(place as usize) {
                None => bearers.push(bearer),
                Some(earlier) if *earlier != bearer => return None,
                Some(_) => {}
            }
        }
        let counts = |(pair, a, b): &(usize, u32, u32)| of_row[*pair] != OUTSIDE && (self.pairs.is_genuine(*pair) || shares(*a, *b));
        let matches = pairs().filter(counts).map(|(pair, a, b)| {
            let (a, b) = (number[a as usize], number[b as usize]);
            Match { pattern: of_row[pair], ends: (a.min(b), a.max(b)), amount: weights.map_or(1.0, |weights| weights[pair]) }
        });
        Matching::new(matches.collect(), &bearers, mixed)
    }

    /// The images that are in a pair, in the order of their names.
    fn rows(&self) -> Vec<u32> {
        let ids = self.pairs.images().ids();
        let mut rows: Vec<u32> = [self.pairs.first.as_slice(), &self.pairs.second].concat();
        rows.sort_unstable();
        rows.dedup();
        rows.sort_by(|a, b| ids.get(*a as usize).cmp(ids.get(*b as usize)));
        rows
    }
}

/// Of every image the number of its levels of some fields, numbered as they come in `rows`, and whether all of them are known.
fn decks(images: &Predictions, fields: &[&str], rows: &[u32]) -> (Vec<usize>, Vec<bool>) {
    let fields: Vec<&[Option<u32>]> =
        fields.iter().filter_map(|name| images.fields().get(*name)).map(|field| field.codes.as_slice()).collect();
    let mut numbers: HashMap<Vec<Option<u32>>, usize> = HashMap::new();
    let (mut deck, mut known) = (vec![0; images.len()], vec![false; images.len()]);
    for row in rows.iter().map(|row| *row as usize) {
        let levels: Vec<Option<u32>> = fields.iter().map(|codes| codes[row]).collect();
        known[row] = levels.iter().all(Option::is_some);
        let next = numbers.len();
        deck[row] = *numbers.entry(levels).or_insert(next);
    }
    (deck, known)
}

/// The place of each image's group among some groups.
fn labels(images: &Predictions, grouping: &Grouping, groups: &[String]) -> Vec<u32> {
    let breakdown = Breakdown::of(images, grouping);
    let place = |name: &String| groups.iter().position(|group| group == name).map_or(OUTSIDE, |place| place as u32);
    let places: Vec<u32> = breakdown.groups.iter().map(place).collect();
    breakdown.of_row.iter().map(|group| places.get(*group as usize).copied().unwrap_or(OUTSIDE)).collect()
}
