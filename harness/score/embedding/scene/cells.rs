//! The numbers of one draw, and where they stand.

use super::{Ground, Scene, Spot};
use crate::score::breakdown::among::Among;
use crate::score::embedding::draw::Draw;
use crate::score::embedding::metric::Metric;
use crate::score::embedding::options::Distance;
use crate::score::embedding::registry::Compute;
use crate::score::embedding::silhouette::Distances;
use crate::score::value::{Cause, Undefined, Value};

/// The groups of sets that are attributes and no concepts.
const ATTRIBUTES: usize = 2;

impl Scene<'_> {
    /// The numbers of one draw, metric by metric: one a group, a pair of groups, a concept, or one.
    pub(super) fn cells(&self, draw: &Draw<'_>, again: bool) -> Vec<Value> {
        let groups = self.ground.breakdown.groups.len();
        let mut cells = Vec::new();
        for metric in self.ground.metrics {
            let options = &metric.options;
            match metric.definition.compute {
                Compute::Group(of, _) => cells.extend((0..groups).map(|group| match draw.sums[group].weight > 0.0 {
                    true => of(draw, group, options),
                    false => Err(Cause::NoItems.into()),
                })),
                Compute::Pair(of) => cells.extend(pairs(&self.members).map(|pair| of(draw, pair, options))),
                Compute::Whole(_) if self.members.len() < 2 => cells.push(Err(Cause::FewGroups.into())),
                // Too much to be done again and again.
                Compute::Whole(_) if again && options.distance == Distance::Euclidean && !self.keeps_distances() => {
                    cells.push(Err(Cause::NoItems.into()));
                }
                Compute::Whole(of) => cells.push(of(draw, options)),
                Compute::Concept(of, _) => cells.extend((ATTRIBUTES..groups).map(|concept| of(draw, concept, options))),
                // Not of one model.
                Compute::Models(_) => {}
                Compute::Concepts(of, _) => cells.extend(pairs(&self.concepts()).map(|pair| of(draw, pair, options))),
            }
        }
        cells
    }

    fn keeps_distances(&self) -> bool {
        self.distances.as_ref().is_some_and(Distances::is_kept)
    }

    fn concepts(&self) -> Vec<usize> {
        (ATTRIBUTES..self.ground.breakdown.groups.len()).collect()
    }

    /// How many cells a metric has.
    pub(super) fn width(&self, metric: &Metric) -> usize {
        let choose = |things: usize| things * things.saturating_sub(1) / 2;
        let groups = self.ground.breakdown.groups.len();
        match metric.definition.compute {
            Compute::Group(..) => groups,
            Compute::Pair(_) => choose(self.members.len()),
            Compute::Whole(_) => 1,
            Compute::Models(_) => 0,
            Compute::Concept(..) => groups - ATTRIBUTES,
            Compute::Concepts(..) => choose(groups - ATTRIBUTES),
        }
    }

    /// The numbers that are told, in the order of [`Self::spots`].
    pub(super) fn told(&self, cells: &[Value]) -> Vec<Value> {
        let Ground { metrics, kept, policy, .. } = self.ground;
        let groups: Vec<usize> = (0..self.ground.breakdown.groups.len()).collect();
        let among = Among { groups: &groups, kept, sizes: &vec![1.0; groups.len()], anchor: None, policy };
        let mut told = Vec::with_capacity(cells.len());
        let mut start = 0;
        for metric in metrics {
            let here = &cells[start..start + self.width(metric)];
            start += here.len();
            let few = || Err(Undefined::from(Cause::FewGroups));
            match (metric.over, metric.definition.compute) {
                (Some(over), _) => told.push(over.of(|group| here[group], few(), &among)),
                (None, Compute::Pair(_)) if here.is_empty() => told.push(few()),
                (None, Compute::Pair(_)) => match metric.options.pairs {
                    Some(combine) => told.push(combine.of(here.iter().copied(), policy)),
                    None => told.extend_from_slice(here),
                },
                _ => told.extend_from_slice(here),
            }
        }
        told
    }

    pub(super) fn spots(&self) -> Vec<Spot> {
        let names = &self.ground.breakdown.groups;
        let all: Vec<usize> = (0..names.len()).filter(|group| self.ground.kept[*group]).collect();
        let over = |metric: usize| Spot { metric, group: None, label: String::new(), rests: self.members.clone() };
        let pair = |metric: usize, (a, b): (usize, usize)| {
            let (a, b) = (a.min(b), a.max(b));
            Spot { metric, group: None, label: format!("{}/{}", levels(&names[a]), levels(&names[b])), rests: vec![a, b] }
        };
        let mut spots = Vec::new();
        for (place, metric) in self.ground.metrics.iter().enumerate() {
            match (metric.over, metric.definition.compute) {
                (Some(_), _) => spots.push(Spot { rests: all.clone(), ..over(place) }),
                (None, Compute::Group(..)) => {
                    let of_group = |group: usize| Spot { group: Some(group), rests: vec![group], ..over(place) };
                    spots.extend((0..names.len()).map(of_group));
                }
                (None, Compute::Pair(_)) if metric.options.pairs.is_none() && self.members.len() > 1 => {
                    spots.extend(pairs(&self.members).map(|two| pair(place, two)));
                }
                (None, Compute::Pair(_) | Compute::Whole(_)) => spots.push(over(place)),
                (None, Compute::Models(_)) => {}
                (None, Compute::Concept(..)) => {
                    spots.extend(self.concepts().into_iter().map(|c| Spot { label: names[c].clone(), rests: vec![c], ..over(place) }));
                }
                (None, Compute::Concepts(..)) => spots.extend(pairs(&self.concepts()).map(|two| pair(place, two))),
            }
        }
        spots
    }
}

fn pairs(groups: &[usize]) -> impl Iterator<Item = (usize, usize)> {
    groups.iter().enumerate().flat_map(|(place, a)| groups[place + 1..].iter().map(move |b| (*a, *b)))
}

/// The levels of a group's name.
fn levels(group: &str) -> String {
    group.split('*').map(|part| part.split_once('=').map_or(part, |(_, level)| level)).collect::<Vec<_>>().join("*")
}
