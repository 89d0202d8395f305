//! How unequally right and wrong decisions fall on items. An item benefits by b = decision - truth + 1: a false alarm counts 2, what is
//! right 1, a miss 0.

use super::{Compute, Definition, Lower, Mistakes, Of, Parameter, Reads};
use crate::score::value::{Cause, Value};

const SOURCE: &str = "Speicher et al. (2018), A unified approach to quantifying algorithmic unfairness";

pub(super) const INEQUALITY: &[Definition] = &[
    Definition {
        name: "generalized_entropy_index",
        formula: "mean of ((b / mean b)^alpha - 1) / (alpha (alpha - 1)), b = decision - truth + 1; alpha 1: mean of (b / mean b) ln (b / mean b); alpha 0: mean of -ln (b / mean b)",
        range: (0.0, f64::INFINITY),
        direction: Lower,
        undefined: "no items, every item is a miss, or a miss where alpha is not above 0",
        source: SOURCE,
        peers: &[("AIF360", "generalized_entropy_index"), ("OxonFair", "gen_entropy (alpha: 2)")],
        reads: Reads::Decisions,
        multi_label: true,
        parameter: Some(Parameter { name: "alpha", default: Some(2.0), range: (-100.0, 100.0), whole: false }),
        compute: Compute::Class { of: Of::Mistakes(entropy), samples: None },
    },
    Definition {
        name: "theil_index",
        formula: "mean of (b / mean b) ln (b / mean b), b = decision - truth + 1: generalized_entropy_index with alpha 1",
        range: (0.0, f64::INFINITY),
        direction: Lower,
        undefined: "no items, or every item is a miss",
        source: SOURCE,
        peers: &[("AIF360", "theil_index")],
        reads: Reads::Decisions,
        multi_label: true,
        parameter: None,
        compute: Compute::Class { of: Of::Mistakes(|mistakes, _| entropy(mistakes, 1.0)), samples: None },
    },
    Definition {
        name: "coefficient_of_variation",
        formula: "standard deviation of b over its mean, b = decision - truth + 1: sqrt(2 generalized_entropy_index with alpha 2)",
        range: (0.0, f64::INFINITY),
        direction: Lower,
        undefined: "no items, or every item is a miss",
        source: SOURCE,
        peers: &[("AIF360", "coefficient_of_variation")],
        reads: Reads::Decisions,
        multi_label: true,
        parameter: None,
        compute: Compute::Class { of: Of::Mistakes(|mistakes, _| Ok((2.0 * entropy(mistakes, 2.0)?).sqrt())), samples: None },
    },
];

fn entropy(Mistakes { missed, alarmed }: Mistakes, alpha: f64) -> Value {
    let parts = [(2.0, alarmed), (1.0, 1.0 - alarmed - missed), (0.0, missed)];
    generalized(parts.into_iter(), 1.0 + alarmed - missed, 1.0, alpha)
}

/// The index of parts of a population, each with its benefit and its weight.
pub(super) fn generalized(parts: impl Iterator<Item = (f64, f64)>, mean: f64, items: f64, alpha: f64) -> Value {
    if items <= 0.0 {
        return Err(Cause::NoItems.into());
    }
    if mean <= 0.0 {
        return Err(Cause::NoBenefit.into());
    }
    let part = |share: f64| match alpha {
        0.0 => -share.ln(),
        // The limit of x ln x at 0.
        1.0 if share == 0.0 => 0.0,
        1.0 => share * share.ln(),
        _ => (share.powf(alpha) - 1.0) / (alpha * (alpha - 1.0)),
    };
    let mut sum = 0.0;
    for (benefit, weight) in parts.filter(|(_, weight)| *weight > 0.0) {
        if alpha <= 0.0 && benefit <= 0.0 {
            return Err(Cause::NoBenefit.into());
        }
        sum += weight * part(benefit / mean);
    }
    Ok((sum / items).max(0.0))
}
