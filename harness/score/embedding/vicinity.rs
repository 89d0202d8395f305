//! Whose decisions an item's is held against: its own and those about its nearest ones (Zemel et al. 2013), as in AIF360.

use std::borrow::Cow;
use std::sync::OnceLock;

use super::Embeddings;
use super::neighbours::{Neighbours, Ties};
use super::options::Distance;
use super::points::{Points, Wanted, squared_distance};
use crate::score::OUTSIDE;
use crate::score::lens::number::Numbers;
use crate::score::metric::Input;
use crate::score::predictions::Predictions;
use crate::score::predictions::ids::Ids;
use crate::score::scheme::Scheme;
use crate::spec::embed::Normalize;

/// The nearest ones of the items that count, of which some are looked at.
#[derive(Clone, Debug)]
pub(in crate::score) struct Near<'n> {
    /// How many are looked at, the item itself among them.
    pub(in crate::score) k: usize,
    neighbours: Cow<'n, Neighbours>,
}

impl Near<'_> {
    /// How many are not `selected` where an item is, or are where it is not.
    pub(in crate::score) fn otherwise(&self, row: usize, selected: &[bool]) -> usize {
        let others = self.neighbours.of(row).iter().take(self.k - 1);
        others.filter(|other| selected[**other as usize] != selected[row]).count()
    }

    /// The same, to be kept.
    pub(in crate::score) fn kept(self) -> Near<'static> {
        Near { k: self.k, neighbours: Cow::Owned(self.neighbours.into_owned()) }
    }
}

/// The nearest ones of every item by one distance, for all metrics and rules that ask.
#[derive(Debug)]
pub(in crate::score) struct Vicinity {
    distance: Distance,
    normalize: Normalize,
    /// The most that some metric looks at, the item itself among them.
    most: usize,
    /// Those of all items, looked for when they are first asked for.
    whole: OnceLock<Neighbours>,
}

impl Vicinity {
    /// One for every distance that some metric of an evaluation asks for.
    pub(in crate::score) fn all(scheme: &Scheme, normalize: Normalize) -> Vec<Self> {
        let asked = |of: Distance| {
            let asked = scheme.metrics.iter().filter_map(move |(metric, _)| match metric.input {
                Input::Neighbours { k, distance } if distance == of => Some(k as usize),
                _ => None,
            });
            asked.max().map(|most| Self { distance: of, normalize, most, whole: OnceLock::new() })
        };
        [Distance::Cosine, Distance::Euclidean].into_iter().filter_map(asked).collect()
    }

    /// By what items are near.
    pub(in crate::score) fn distance(&self) -> Distance {
        self.distance
    }

    /// How far what is decided about each item (1 or 0) is from the mean of what is decided about the `k` nearest, itself the first of them,
    /// which is the share of those that are decided otherwise; `selected` is `None` of items that do not count. No item has such a number
    /// where fewer than `k` count. `None` where there are no vectors.
    pub(in crate::score) fn apart(&self, predictions: &Predictions, k: usize, selected: &[Option<bool>]) -> Option<Numbers> {
        if selected.iter().flatten().count() < k {
            return Some(Numbers::unknown(selected.iter().map(Option::is_some)));
        }
        let near = self.near(predictions, k, selected)?;
        let decided: Vec<bool> = selected.iter().map(|selected| *selected == Some(true)).collect();
        let apart = |(row, own): (usize, &Option<bool>)| own.map(|_| near.otherwise(row, &decided) as f64 / k as f64);
        Some(Numbers::new(&selected.iter().enumerate().map(apart).collect::<Vec<_>>()))
    }

    /// The nearest ones of every item that counts, among those that do. `None` where there are no vectors.
    pub(in crate::score) fn near(&self, predictions: &Predictions, k: usize, selected: &[Option<bool>]) -> Option<Near<'_>> {
        let embeddings = predictions.embeddings()?;
        let neighbours = match selected.iter().all(Option::is_some) {
            true => Cow::Borrowed(self.whole.get_or_init(|| self.look(embeddings, predictions.ids(), selected))),
            // Where items are left out, others are nearest.
            false => Cow::Owned(self.look(embeddings, predictions.ids(), selected)),
        };
        Some(Near { k, neighbours })
    }

    /// Looks for the nearest ones of the items that count, among those.
    fn look(&self, embeddings: &Embeddings, ids: &Ids, selected: &[Option<bool>]) -> Neighbours {
        let counting: Vec<u32> = selected.iter().map(|selected| if selected.is_some() { 0 } else { OUTSIDE }).collect();
        let directed = self.distance.is_of_directions(self.normalize);
        let points = Points::new(embeddings, ids, &counting, self.normalize, Wanted { cosines: directed, distances: false });
        let vector = |row: u32| if directed { points.unit(row) } else { embeddings.of(row as usize) };
        let others = self.most - 1;
        match self.distance {
            Distance::Cosine => Neighbours::new(&points, ids.len(), others, Ties::First),
            Distance::Euclidean => Neighbours::by(&points, ids.len(), others, Ties::First, |a, b| -squared_distance(vector(a), vector(b))),
        }
    }
}
