//! Rows to splits: official ones, and parts that are drawn.

use std::collections::{BTreeMap, HashMap, HashSet};

use indexmap::IndexMap;

use super::apportion::{by_turns, largest_remainder};
use super::error::DataError;
use super::frame::Factor;
use super::random::rank;
use crate::spec::card::{Name, Share, Split, Splits};
use crate::spec::problem::{Problem, SpecError, did_you_mean};

/// What a draw reads.
pub(super) struct Pool<'d> {
    pub(super) dataset: &'d str,
    pub(super) ids: &'d [String],
    pub(super) fields: &'d IndexMap<String, Factor>,
    pub(super) subject: Option<&'d Factor>,
}

/// All splits that are left after the divisions, each with its rows in order. `passes` tests a split's conditions.
pub(super) fn divide(
    pool: &Pool,
    splits: &Splits,
    official: IndexMap<String, Vec<u32>>,
    passes: &dyn Fn(&Split, u32) -> Result<bool, DataError>,
) -> Result<IndexMap<String, Vec<u32>>, DataError> {
    let names: Vec<String> = official.keys().cloned().collect();
    let mut bases = official.clone();
    let mut made: IndexMap<String, Vec<u32>> = IndexMap::new();
    // What draws took above their fractions, since items and subjects are whole.
    let mut surplus: HashMap<&str, f64> = HashMap::new();
    // What others divide comes before its parts, what is taken whole before what is drawn of the others, and that before what is left over,
    // whatever the order of the file.
    let whole: Vec<&str> = splits.undivided().map(|(name, _)| name.as_str()).collect();
    // Where one official split is all items, it does not matter whether `of` names it. Of several, some would be taken for what is left.
    let all = official
        .first()
        .filter(|(name, rows)| official.len() == 1 && rows.len() == pool.ids.len() && !splits.named.contains_key(name.as_str()));
    let all = all.map(|(name, _)| name.clone());
    let of = |split: &Split| split.of.as_ref().filter(|of| Some(&of.text) != all.as_ref()).cloned();
    let phase = |name: &str, split: &Split| match split.share {
        Share::All => (of(split).is_some(), 0),
        Share::Fraction { .. } => (of(split).is_some(), 1),
        // What is left of all items also comes after the parts of some.
        Share::Rest => (of(split).is_some() || whole.contains(&name), if of(split).is_some() { 2 } else { 3 }),
    };
    // The other splits of the same items.
    let siblings = |name: &str, split: &Split| {
        let base = of(split).map(|of| of.text);
        let others = splits.named.iter().filter(|(other, sibling)| *other != name && of(sibling).map(|of| of.text) == base);
        others.map(|(other, _)| other.as_str()).collect::<Vec<_>>()
    };
    let mut ordered: Vec<(&String, &Split)> = splits.named.iter().collect();
    ordered.sort_by_key(|(name, split)| phase(name, split));
    for (name, split) in ordered {
        let mut rows = Vec::new();
        for row in base(pool, split, &bases)? {
            if passes(split, row)? {
                rows.push(row);
            }
        }
        let rows = match &split.share {
            Share::All => rows,
            Share::Fraction { fraction, stratify, seed } => {
                let others = siblings(name, split);
                let free = units(pool, &rows, &rows_of(&others, &made));
                let asked = rows.len() as f64 * fraction;
                let left: usize = free.values().map(Vec::len).sum();
                let owed: f64 = others.iter().filter_map(|other| surplus.get(other)).sum();
                if asked > left as f64 + owed + 0.5 {
                    return Err(too_few(split, *fraction, rows.len(), left));
                }
                let share = if left == 0 { 0.0 } else { (asked / left as f64).min(1.0) };
                let drawn = draw(&free, share, &strata(pool, stratify)?, *seed);
                surplus.insert(name, (drawn.len() as f64 - asked).max(0.0));
                drawn
            }
            Share::Rest => {
                let taken = rows_of(&siblings(name, split), &made);
                rows.into_iter().filter(|row| !taken.contains(row)).collect()
            }
        };
        bases.insert(name.clone(), rows.clone());
        made.insert(name.clone(), rows);
    }
    check_bases(pool, splits, &whole, &made, &of)?;
    let kept = official.into_iter().filter(|(name, _)| splits.keeps(name, &names));
    let declared = splits.undivided().filter_map(|(name, _)| Some((name.clone(), made.get(name)?.clone())));
    Ok(kept.chain(declared).collect())
}

/// Refuses a split of all items that shares some with a part of another: that it says nothing of `of` is then the reason.
fn check_bases(
    pool: &Pool,
    splits: &Splits,
    whole: &[&str],
    made: &IndexMap<String, Vec<u32>>,
    of: &dyn Fn(&Split) -> Option<Name>,
) -> Result<(), DataError> {
    let named = || splits.named.iter().filter(|(name, _)| whole.contains(&name.as_str()));
    for (name, split) in named().filter(|(_, split)| of(split).is_none()) {
        let rows = rows_of(&[name], made);
        for (other, part) in named() {
            let (Some(of), Some(row)) = (of(part), made.get(other).into_iter().flatten().find(|row| rows.contains(row))) else { continue };
            let id = &pool.ids[*row as usize];
            let message = format!("`{name}` is of all items, and `{other}` of those of `{}`: both have `{id}`", of.text);
            let problem = Problem::at(&split.node, message).also(&part.node.place, format!("`{other}`"));
            let help = format!("write `of: {}` here too: parts of the same items are drawn so that they share none", of.text);
            return Err(SpecError::from(problem.help(help)).into());
        }
    }
    Ok(())
}

fn base(pool: &Pool, split: &Split, bases: &IndexMap<String, Vec<u32>>) -> Result<Vec<u32>, DataError> {
    match &split.of {
        None => Ok((0..pool.ids.len() as u32).collect()),
        Some(of) => bases.get(&of.text).cloned().ok_or_else(|| {
            let problem = Problem::at(&of.node, format!("`{}` has no split `{}`", pool.dataset, of.text));
            SpecError::from(problem.help(did_you_mean(&of.text, bases.keys().map(String::as_str)))).into()
        }),
    }
}

fn rows_of(names: &[&str], made: &IndexMap<String, Vec<u32>>) -> HashSet<u32> {
    names.iter().filter_map(|name| made.get(*name)).flatten().copied().collect()
}

fn too_few(split: &Split, fraction: f64, all: usize, left: usize) -> DataError {
    let node = split.node.get("fraction").unwrap_or(&split.node);
    let asked = (all as f64 * fraction).round();
    let problem = Problem::at(node, format!("{fraction} of {all} items is {asked}, and {left} are in no other split"));
    let most = (left as f64 / all as f64 * 1e4).floor() / 1e4;
    SpecError::from(problem.help(format!("a `fraction` is of all items, whatever other splits take of them: here at most {most}"))).into()
}

/// The factors that a draw keeps the joint distribution of.
fn strata<'d>(pool: &Pool<'d>, stratify: &[Name]) -> Result<Vec<&'d Factor>, DataError> {
    let factor = |name: &Name| {
        pool.fields.get(&name.text).ok_or_else(|| {
            let problem = Problem::at(&name.node, format!("`{}` is measured after the splits are drawn", name.text));
            SpecError::from(problem.help("stratify by fields that come from columns")).into()
        })
    };
    stratify.iter().map(factor).collect()
}

/// The rows of a unit after the number that orders it.
type Ranked<'r> = (u128, &'r [u32]);

/// What is drawn together, subjects or single rows, of those that no sibling has a row of.
fn units(pool: &Pool, rows: &[u32], taken: &HashSet<u32>) -> IndexMap<String, Vec<u32>> {
    let mut units: IndexMap<String, Vec<u32>> = IndexMap::new();
    for row in rows {
        let subject = pool.subject.and_then(|subject| subject.level(*row as usize));
        let unit = subject.map_or_else(|| format!("i{}", pool.ids[*row as usize]), |subject| format!("s{subject}"));
        units.entry(unit).or_default().push(*row);
    }
    units.retain(|_, members| !members.iter().any(|row| taken.contains(row)));
    units
}

/// Draws a share of units, of every stratum alike, those that are too large for what is left of it being passed over; a unit lies in the stratum
/// of its first row.
fn draw(units: &IndexMap<String, Vec<u32>>, share: f64, factors: &[&Factor], seed: u64) -> Vec<u32> {
    let mut strata: BTreeMap<Vec<Option<u32>>, Vec<Ranked>> = BTreeMap::new();
    for (unit, members) in units {
        let stratum = factors.iter().map(|factor| members.first().and_then(|row| factor.codes[*row as usize])).collect();
        strata.entry(stratum).or_default().push((rank(seed, "split", 0, unit), members));
    }
    let size = |units: &Vec<Ranked>| units.iter().map(|(_, members)| members.len()).sum::<usize>();
    let exact: Vec<f64> = strata.values().map(|units| size(units) as f64 * share).collect();
    let cells: Vec<Vec<&str>> = strata.keys().map(|stratum| named(factors, stratum)).collect();
    let quotas = largest_remainder(&exact, |tied| by_turns(&cells, tied, seed));
    let (mut drawn, mut owed) = (Vec::new(), 0_i64);
    for (mut units, quota) in strata.into_values().zip(quotas) {
        // What large units took too much or too little of is made up for by the strata that follow.
        let quota = quota as i64 + owed;
        units.sort_unstable_by_key(|(rank, _)| *rank);
        let (mut count, mut smallest): (i64, Option<&[u32]>) = (0, None);
        for (_, members) in units {
            let more = members.len() as i64;
            if count + more <= quota {
                count += more;
                drawn.extend_from_slice(members);
            } else if smallest.is_none_or(|smallest| members.len() < smallest.len()) {
                smallest = Some(members);
            }
        }
        // Of those that would cross the quota, the smallest is in where that comes nearer to it.
        if let Some(members) = smallest.filter(|members| count + members.len() as i64 - quota <= quota - count) {
            count += members.len() as i64;
            drawn.extend_from_slice(members);
        }
        owed = quota - count;
    }
    drawn.sort_unstable();
    drawn
}

/// The levels of a stratum; a missing one has no name.
fn named<'d>(factors: &[&'d Factor], stratum: &[Option<u32>]) -> Vec<&'d str> {
    factors.iter().zip(stratum).map(|(factor, code)| code.map_or("", |code| factor.levels[code as usize].as_str())).collect()
}

/// Refuses splits that share an item or a subject.
pub(super) fn check_disjoint(pool: &Pool, splits: &IndexMap<String, Vec<u32>>) -> Result<(), DataError> {
    let mut seen: HashMap<u32, &str> = HashMap::new();
    let mut subjects: HashMap<u32, &str> = HashMap::new();
    for (name, rows) in splits {
        for row in rows {
            if let Some(other) = seen.insert(*row, name).filter(|other| other != name) {
                let id = &pool.ids[*row as usize];
                return Err(DataError::dataset(pool.dataset, format!("has `{id}` in two splits, `{other}` and `{name}`")));
            }
            let Some(subject) = pool.subject.and_then(|subject| subject.codes[*row as usize]) else { continue };
            if let Some(other) = subjects.insert(subject, name).filter(|other| other != name) {
                let subject = pool.subject.and_then(|factor| factor.level(*row as usize)).unwrap_or_default();
                let reason =
                    format!("has the subject `{subject}` in two splits, `{other}` and `{name}`: divide by subject, or choose other splits");
                return Err(DataError::dataset(pool.dataset, reason));
            }
        }
    }
    Ok(())
}
