//! Whether items that a model places near each other are decided alike.

use super::{Compute, Definition, Higher, Parameter, Reads};
use crate::score::value::{Cause, ratio};

pub(super) const NEIGHBOURS: &[Definition] = &[Definition {
    name: "consistency_score",
    formula: "1 - mean over items of |d - mean of d over the item's k nearest, itself among them|, d 1 where the positive class is decided and 0 elsewhere; a group's items look among all",
    range: (0.0, 1.0),
    direction: Higher,
    undefined: "no items, or fewer in all than k",
    source: "Zemel et al. (2013), Learning fair representations, yNN",
    peers: &[("AIF360", "consistency_score, consistency")],
    reads: Reads::Neighbours,
    multi_label: true,
    parameter: Some(Parameter { name: "k", default: Some(5.0), range: (2.0, 1e6), whole: true }),
    compute: Compute::Whole(|tally| ratio(tally.number.absolute, tally.number.weight, Cause::FewNearest).map(|apart| 1.0 - apart)),
}];
