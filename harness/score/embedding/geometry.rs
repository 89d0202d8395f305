//! How groups lie: how dense each is, and how far they are apart.

use super::draw::{Draw, Sums};
use super::options::Options;
use super::points::dot;
use crate::score::value::{Cause, Value, ratio};

/// The mean cosine between two different items of a group.
pub fn intra_group_cosine(draw: &Draw<'_>, group: usize, _: &Options) -> Value {
    let sums = &draw.sums[group];
    if !sums.has_pairs() {
        return Err(Cause::FewItems.into());
    }
    let cosine = (dot(&sums.unit, &sums.unit) - sums.squares) / (sums.weight * sums.weight - sums.squares);
    Ok(cosine.clamp(-1.0, 1.0))
}

/// The mean cosine between an item of one group and an item of another.
pub fn inter_group_cosine(draw: &Draw<'_>, (first, second): (usize, usize), _: &Options) -> Value {
    let (a, b) = (&draw.sums[first], &draw.sums[second]);
    ratio(dot(&a.unit, &b.unit), a.weight * b.weight, Cause::NoItems)
}

/// The Euclidean distance between the means of two groups.
pub fn centroid_distance(draw: &Draw<'_>, (first, second): (usize, usize), _: &Options) -> Value {
    let (a, b) = (&draw.sums[first], &draw.sums[second]);
    if a.weight <= 0.0 || b.weight <= 0.0 {
        return Err(Cause::NoItems.into());
    }
    Ok(a.centred.iter().zip(&b.centred).map(|(x, y)| (x / a.weight - y / b.weight).powi(2)).sum::<f64>().sqrt())
}

/// The mean squared Euclidean distance of a group's items to their mean.
pub fn within_group_variance(draw: &Draw<'_>, group: usize, _: &Options) -> Value {
    let sums = &draw.sums[group];
    if sums.has_pairs() { Ok(sums.scatter() / sums.weight) } else { Err(Cause::FewItems.into()) }
}

/// The trace of the scatter between groups over that within.
pub fn fisher_ratio(draw: &Draw<'_>, _: &Options) -> Value {
    let groups = || draw.members.iter().map(|group| &draw.sums[*group]);
    let mut all = Sums::default();
    for sums in groups() {
        all.weight += sums.weight;
        all.lengths += sums.lengths;
        all.centred.resize(sums.centred.len(), 0.0);
        all.centred.iter_mut().zip(&sums.centred).for_each(|(all, sum)| *all += sum);
    }
    let within: f64 = groups().map(Sums::scatter).sum();
    let whole = all.scatter();
    if within <= 1e-12 * whole {
        return Err(Cause::NoSpread.into());
    }
    Ok((whole - within).max(0.0) / within)
}
