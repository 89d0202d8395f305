//! An attacker: a logistic regression that tells an item's group from what is known of the item.

use std::cmp::Ordering;

use rayon::prelude::*;

/// What an attacker sees of items; those that look alike are one kind.
#[derive(Clone, Debug)]
pub struct Features {
    width: usize,
    /// Kind by kind, each with `width` numbers.
    values: Vec<f64>,
    /// The kind of each item.
    pub of_item: Vec<u32>,
}

/// A logistic regression that has been fitted.
#[derive(Clone, Debug)]
pub struct Attacker {
    mean: Vec<f64>,
    scale: Vec<f64>,
    /// Group by group: a weight a feature, and that of a feature that is always 1.
    weights: Vec<f64>,
    /// The groups that it knows.
    groups: Vec<usize>,
}

/// How many past steps say where the next one goes.
const MEMORY: usize = 10;
/// More steps than a convex loss needs.
const STEPS: usize = 2000;
/// So many kinds are summed before sums are: in one order, whatever the number of threads.
const CHUNK: usize = 1024;
/// Groups whose probabilities are no further apart are equally likely.
const EQUAL: f64 = 1e-6;

impl Features {
    /// One number for each of `width` classes: 1 where it is in an item's set.
    pub fn of_sets(sets: &[Vec<u32>], width: usize) -> Self {
        let (firsts, of_item) = distinct(sets.len(), |a, b| sets[a].cmp(&sets[b]));
        let mut values = vec![0.0; firsts.len() * width];
        for (kind, item) in firsts.iter().enumerate() {
            sets[*item].iter().for_each(|class| values[kind * width + *class as usize] = 1.0);
        }
        Self { width, values, of_item }
    }

    /// The numbers of each item; one that is infinite counts as the farthest that is not.
    pub fn of_scores(scores: &[&[f64]]) -> Self {
        let order = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(a, b)| a.total_cmp(b)).find(|order| order.is_ne());
        let (firsts, of_item) = distinct(scores.len(), |a, b| order(scores[a], scores[b]).unwrap_or(Ordering::Equal));
        let finite = || scores.iter().copied().flatten().filter(|score| score.is_finite());
        let (least, most) = finite().fold((0.0_f64, 0.0_f64), |(least, most), score| (least.min(*score), most.max(*score)));
        let values = firsts.iter().flat_map(|item| scores[*item].iter().map(|score| score.clamp(least, most))).collect();
        Self { width: scores.first().map_or(0, |of_item| of_item.len()), values, of_item }
    }

    /// How many kinds of items there are.
    pub fn kinds(&self) -> usize {
        self.of_item.iter().max().map_or(0, |last| *last as usize + 1)
    }

    fn of_kind(&self, kind: usize) -> &[f64] {
        &self.values[kind * self.width..(kind + 1) * self.width]
    }
}

/// The first item of every kind, in their order, and the kind of every item.
fn distinct(items: usize, compare: impl Fn(usize, usize) -> Ordering) -> (Vec<usize>, Vec<u32>) {
    let mut order: Vec<usize> = (0..items).collect();
    order.sort_by(|a, b| compare(*a, *b));
    let (mut firsts, mut of_item) = (Vec::new(), vec![0; items]);
    for run in order.chunk_by(|a, b| compare(*a, *b).is_eq()) {
        run.iter().for_each(|item| of_item[*item] = firsts.len() as u32);
        firsts.push(run[0]);
    }
    (firsts, of_item)
}

impl Attacker {
    /// Minimizes the sum over items of their amount times -ln p, p the probability of the item's group, plus half of the squared weights.
    ///
    /// `amounts` are kinds by groups. Features are brought to mean 0 and variance 1; those that do not vary say nothing. This is what
    /// scikit-learn's `LogisticRegression(C=1)` fits: of two groups, whose weights mirror each other, half as much is held down. L-BFGS
    /// from 0, without chance.
    pub fn fit(features: &Features, amounts: &[f64], groups: usize) -> Self {
        let of_group = |group: usize| (0..features.kinds()).map(|kind| amounts[kind * groups + group]).sum::<f64>();
        let known: Vec<usize> = (0..groups).filter(|group| of_group(*group) > 0.0).collect();
        let seen: Vec<(usize, f64)> = (0..features.kinds())
            .map(|kind| (kind, amounts[kind * groups..(kind + 1) * groups].iter().sum()))
            .filter(|(_, amount)| *amount > 0.0)
            .collect();
        let total: f64 = seen.iter().map(|(_, amount)| amount).sum();
        let moment = |feature: usize, of: &dyn Fn(f64) -> f64| {
            seen.iter().map(|(kind, amount)| amount * of(features.of_kind(*kind)[feature])).sum::<f64>() / total
        };
        let mean: Vec<f64> = (0..features.width).map(|feature| moment(feature, &|value| value)).collect();
        let spread = |feature: usize| moment(feature, &|value| (value - mean[feature]).powi(2)).sqrt();
        let scale = (0..features.width).map(spread).map(|spread| if spread > 1e-12 { 1.0 / spread } else { 0.0 }).collect();
        let mut attacker = Self { mean, scale, weights: vec![0.0; known.len() * (features.width + 1)], groups: known };
        let inputs = seen.iter().flat_map(|(kind, _)| attacker.input(features.of_kind(*kind))).collect();
        let of_kind = |kind: usize| attacker.groups.iter().map(move |group| amounts[kind * groups + group]);
        let amounts = seen.iter().flat_map(|(kind, _)| of_kind(*kind)).collect();
        let penalty = if attacker.groups.len() == 2 { 2.0 } else { 1.0 };
        let loss = Loss { inputs, amounts, groups: attacker.groups.len(), penalty, total };
        // Who has seen nobody knows nobody.
        if loss.groups > 0 {
            attacker.weights = loss.least(std::mem::take(&mut attacker.weights));
        }
        attacker
    }

    /// How far an item of each kind is told to be of each group, kinds by groups: 1 of the likeliest; equally likely ones share it.
    pub fn told(&self, features: &Features, groups: usize) -> Vec<f64> {
        let mut told = vec![0.0; features.kinds() * groups];
        told.par_chunks_mut(groups.max(1)).enumerate().for_each(|(kind, told)| {
            let likely = self.probabilities(features.of_kind(kind));
            let most = likely.iter().copied().fold(0.0, f64::max);
            let first: Vec<usize> = (0..likely.len()).filter(|place| likely[*place] > most - EQUAL).collect();
            first.iter().for_each(|place| told[self.groups[*place]] = 1.0 / first.len() as f64);
        });
        told
    }

    /// How likely an item is of each group that is known.
    fn probabilities(&self, values: &[f64]) -> Vec<f64> {
        let mut likely = vec![0.0; self.groups.len()];
        weigh(&self.weights, &self.input(values), &mut likely);
        likely
    }

    fn input(&self, values: &[f64]) -> Vec<f64> {
        let scaled = values.iter().zip(&self.mean).zip(&self.scale).map(|((value, mean), scale)| (value - mean) * scale);
        scaled.chain(std::iter::once(1.0)).collect()
    }
}

/// Writes how likely each group is.
fn weigh(weights: &[f64], input: &[f64], likely: &mut [f64]) {
    likely.iter_mut().zip(weights.chunks(input.len())).for_each(|(likely, of_group)| *likely = dot(of_group, input));
    let largest = likely.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    likely.iter_mut().for_each(|likely| *likely = (*likely - largest).exp());
    let sum: f64 = likely.iter().sum();
    likely.iter_mut().for_each(|likely| *likely /= sum);
}

/// What is minimized.
struct Loss {
    /// Input by input.
    inputs: Vec<f64>,
    /// Of each input, of each group.
    amounts: Vec<f64>,
    groups: usize,
    penalty: f64,
    total: f64,
}

impl Loss {
    /// Its value and its slope.
    fn at(&self, weights: &[f64]) -> (f64, Vec<f64>) {
        let width = weights.len() / self.groups;
        let part = |(inputs, amounts): (&[f64], &[f64])| {
            let (mut value, mut slope, mut likely) = (0.0, vec![0.0; weights.len()], vec![0.0; self.groups]);
            for (input, amounts) in inputs.chunks(width).zip(amounts.chunks(self.groups)) {
                weigh(weights, input, &mut likely);
                let amount: f64 = amounts.iter().sum();
                for (group, (probability, of_group)) in likely.iter().zip(amounts).enumerate() {
                    if *of_group > 0.0 {
                        value -= of_group * probability.max(f64::MIN_POSITIVE).ln();
                    }
                    let error = amount * probability - of_group;
                    slope[group * width..(group + 1) * width].iter_mut().zip(input).for_each(|(slope, input)| *slope += error * input);
                }
            }
            (value, slope)
        };
        let parts: Vec<(f64, Vec<f64>)> =
            self.inputs.par_chunks(CHUNK * width).zip(self.amounts.par_chunks(CHUNK * self.groups)).map(part).collect();
        let (mut value, mut slope) = (0.0, vec![0.0; weights.len()]);
        for (of_part, slopes) in parts {
            value += of_part;
            slope.iter_mut().zip(slopes).for_each(|(slope, more)| *slope += more);
        }
        // The last weight of a group is its base rate, which is not held down.
        for (place, weight) in weights.iter().enumerate().filter(|(place, _)| place % width != width - 1) {
            value += 0.5 * self.penalty * weight * weight;
            slope[place] += self.penalty * weight;
        }
        (value, slope)
    }

    /// The weights at which it is least, by L-BFGS (Nocedal and Wright 2006, algorithm 7.5), each step halved until it pays.
    fn least(&self, mut weights: Vec<f64>) -> Vec<f64> {
        let (mut value, mut slope) = self.at(&weights);
        let mut past: Vec<(Vec<f64>, Vec<f64>)> = Vec::new();
        for _ in 0..STEPS {
            if slope.iter().all(|part| part.abs() < 1e-7 * self.total) {
                break;
            }
            let way = direction(&slope, &past);
            let gain = dot(&way, &slope);
            let mut length = if past.is_empty() { 1.0 / dot(&slope, &slope).sqrt().max(1.0) } else { 1.0 };
            let step = loop {
                let next: Vec<f64> = weights.iter().zip(&way).map(|(weight, part)| weight + length * part).collect();
                let (lower, steeper) = self.at(&next);
                if lower <= value + 1e-4 * length * gain {
                    break Some((next, lower, steeper));
                }
                length /= 2.0;
                if length < 1e-12 {
                    break None;
                }
            };
            // Where no step pays any more, what is left is rounding.
            let Some((next, lower, steeper)) = step else { break };
            let moved: Vec<f64> = next.iter().zip(&weights).map(|(to, from)| to - from).collect();
            let turned: Vec<f64> = steeper.iter().zip(&slope).map(|(to, from)| to - from).collect();
            if dot(&moved, &turned) > 0.0 {
                past.push((moved, turned));
                if past.len() > MEMORY {
                    past.remove(0);
                }
            }
            (weights, value, slope) = (next, lower, steeper);
        }
        weights
    }
}

/// Downhill, with the curvature that past steps have shown.
fn direction(slope: &[f64], past: &[(Vec<f64>, Vec<f64>)]) -> Vec<f64> {
    let mut way: Vec<f64> = slope.iter().map(|part| -part).collect();
    let mut shares = Vec::with_capacity(past.len());
    for (moved, turned) in past.iter().rev() {
        let share = dot(moved, &way) / dot(moved, turned);
        way.iter_mut().zip(turned).for_each(|(way, turned)| *way -= share * turned);
        shares.push(share);
    }
    if let Some((moved, turned)) = past.last() {
        let scale = dot(moved, turned) / dot(turned, turned);
        way.iter_mut().for_each(|way| *way *= scale);
    }
    for ((moved, turned), share) in past.iter().zip(shares.iter().rev()) {
        let back = dot(turned, &way) / dot(moved, turned);
        way.iter_mut().zip(moved).for_each(|(way, moved)| *way += (share - back) * moved);
    }
    way
}

/// The sum of products, eight sums at a time.
fn dot(a: &[f64], b: &[f64]) -> f64 {
    let mut sums = [0.0; 8];
    let (a_whole, a_rest) = a.as_chunks::<8>();
    let (b_whole, b_rest) = b.as_chunks::<8>();
    for (a, b) in a_whole.iter().zip(b_whole) {
        sums.iter_mut().zip(a.iter().zip(b)).for_each(|(sum, (a, b))| *sum += a * b);
    }
    sums.iter().sum::<f64>() + a_rest.iter().zip(b_rest).map(|(a, b)| a * b).sum::<f64>()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// scikit-learn 1.9.1: `LogisticRegression(C=1.0, tol=1e-12, max_iter=10000)` on `StandardScaler().fit_transform(rows)`.
    #[test]
    fn probabilities_are_those_of_scikit_learn() {
        let rows = [
            [0.3, 0.8],
            [0.3, -1.3],
            [0.9, 0.4],
            [-0.5, 0.6],
            [0.4, 0.3],
            [0.0, 0.5],
            [-0.7, -0.2],
            [-0.5, 0.6],
            [0.0, -0.3],
            [-0.8, -0.3],
            [0.0, -0.3],
            [1.3, 1.0],
            [-2.7, -1.9],
            [-0.2, -0.4],
            [0.2, 0.2],
            [2.1, -1.1],
            [-0.4, 2.0],
            [0.6, 0.7],
            [-0.5, -1.6],
            [0.2, 0.1],
            [-1.2, -0.7],
            [-0.1, -0.9],
            [-0.1, 0.1],
            [0.0, -0.5],
            [0.6, 0.9],
            [0.3, -0.8],
            [0.7, -0.5],
            [0.9, -1.1],
            [0.9, 0.0],
            [-1.2, -0.3],
        ];
        let targets = [1, 1, 1, 0, 1, 0, 0, 0, 0, 0, 1, 2, 0, 1, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0, 2, 1, 1, 1, 1, 0];
        let features = Features::of_scores(&rows.iter().map(|row| &row[..]).collect::<Vec<_>>());
        let mut amounts = vec![0.0; features.kinds() * 3];
        features.of_item.iter().zip(targets).for_each(|(kind, group)| amounts[*kind as usize * 3 + group] += 1.0);
        let attacker = Attacker::fit(&features, &amounts, 3);
        let expected = [
            ([0.3, 0.2], [0.37704393, 0.55384377, 0.0691123]),
            ([-1.0, 1.5], [0.8797175, 0.08785538, 0.03242712]),
            ([2.0, -0.4], [0.01707308, 0.86323717, 0.11968975]),
        ];
        for (row, wanted) in expected {
            let found = attacker.probabilities(&row);
            assert!(found.iter().zip(wanted).all(|(found, wanted)| (found - wanted).abs() < 1e-6), "{found:?} {wanted:?}");
        }
    }
}
