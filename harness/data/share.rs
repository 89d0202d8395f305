//! A target's shares: how much of a draw each combination of levels should be.

use indexmap::IndexMap;

use super::error::DataError;
use super::frame::Factor;
use crate::spec::node::Node;
use crate::spec::problem::{Problem, SpecError, did_you_mean};
use crate::spec::sample::{Goal, Remaining, Spread, Target};

/// The share of each combination of level codes, given how many units of each there are. Combinations without a share are left out.
pub(super) fn shares(
    target: &Target,
    fields: &[String],
    factors: &[&Factor],
    counts: &IndexMap<Vec<u32>, u64>,
) -> Result<Vec<(Vec<u32>, f64)>, DataError> {
    let goals = match target {
        Target::Joint(combinations) => {
            let one = |combination: &crate::spec::sample::Combination| {
                let levels = fields.iter().zip(factors).map(|(field, factor)| {
                    let level = combination.levels.get(field).map_or("", String::as_str);
                    code(factor, field, level, &combination.node)
                });
                Ok((levels.collect::<Result<Vec<u32>, DataError>>()?, combination.share))
            };
            return combinations.iter().filter(|combination| combination.share > 0.0).map(one).collect();
        }
        Target::Fields(goals) => goals,
    };
    let mut joint: Vec<(Vec<u32>, f64)> = vec![(Vec::new(), 1.0)];
    for (at, ((field, goal), factor)) in goals.iter().zip(factors).enumerate() {
        let mut natural = vec![0_u64; factor.levels.len()];
        counts.iter().for_each(|(levels, count)| natural[levels[at] as usize] += count);
        let spread = spread(goal, field, factor, &natural)?;
        joint = joint
            .into_iter()
            .flat_map(|(levels, share)| {
                let extend = |(level, part): (usize, &f64)| ([levels.as_slice(), &[level as u32]].concat(), share * part);
                spread.iter().enumerate().filter(|(_, part)| **part > 0.0).map(extend).collect::<Vec<_>>()
            })
            .collect();
    }
    Ok(joint)
}

/// The share of each level of one field.
fn spread(goal: &Goal, field: &str, factor: &Factor, natural: &[u64]) -> Result<Vec<f64>, DataError> {
    let named = match &goal.spread {
        Spread::Natural => return Ok(parted(natural, Remaining::Natural, 1.0, &|_| true)),
        Spread::Equal => return Ok(parted(natural, Remaining::Equal, 1.0, &|_| true)),
        Spread::Shares { values, remaining } => (values, remaining),
    };
    let (values, remaining) = named;
    let mut spread = vec![0.0; natural.len()];
    let mut said = vec![false; natural.len()];
    for (level, share) in values {
        let code = code(factor, field, level, &goal.node)? as usize;
        spread[code] = *share;
        said[code] = true;
    }
    if let Some(how) = remaining {
        let rest = (1.0 - values.values().sum::<f64>()).max(0.0);
        let others = parted(natural, *how, rest, &|level| !said[level]);
        if rest > 1e-9 && others.iter().all(|share| *share == 0.0) {
            let problem = Problem::at(&goal.node, format!("no other level of `{field}` is there to take the remaining {rest}"));
            return Err(SpecError::from(problem).into());
        }
        spread.iter_mut().zip(others).for_each(|(share, other)| *share += other);
    }
    Ok(spread)
}

/// A share parted among the levels that occur and that `may` have one.
fn parted(natural: &[u64], how: Remaining, whole: f64, may: &dyn Fn(usize) -> bool) -> Vec<f64> {
    let weight = |(level, count): (usize, &u64)| match how {
        _ if !may(level) || *count == 0 => 0.0,
        Remaining::Equal => 1.0,
        Remaining::Natural => *count as f64,
    };
    let weights: Vec<f64> = natural.iter().enumerate().map(weight).collect();
    let total: f64 = weights.iter().sum();
    weights.into_iter().map(|weight| if total > 0.0 { whole * weight / total } else { 0.0 }).collect()
}

fn code(factor: &Factor, field: &str, level: &str, node: &Node) -> Result<u32, DataError> {
    factor.levels.iter().position(|other| other == level).map(|code| code as u32).ok_or_else(|| {
        let problem = Problem::at(node, format!("no item has `{field}: {level}`"));
        SpecError::from(problem.help(did_you_mean(level, factor.levels.iter().map(String::as_str)))).into()
    })
}
