//! How alike two models place the same items: linear centred kernel alignment (CKA).

use rayon::prelude::*;

use super::options::Options;
use super::points::dot;
use crate::score::value::{Cause, Undefined};

/// How alike two sets of vectors of the same items are, and how much each item says of it.
#[derive(Clone, Debug)]
pub struct Similarity {
    /// The number.
    pub value: f64,
    /// What is known of the same number of the populations: without the bias that few items have, where that can be told.
    pub estimate: f64,
    /// Item by item, the change of the estimate a unit of that item's share of all weight: its influence function.
    pub influence: Vec<f64>,
}

/// Vectors of some items, less their mean, item by item.
#[derive(Clone, Debug)]
pub struct Centred {
    width: usize,
    values: Vec<f64>,
}

impl Centred {
    /// Less the weighted mean of all. The vectors have one width.
    pub fn new<'v>(vectors: impl Iterator<Item = &'v [f64]>, weights: &[f64]) -> Self {
        let (mut values, mut width) = (Vec::new(), 0);
        for vector in vectors {
            width = vector.len();
            values.extend_from_slice(vector);
        }
        let total: f64 = weights.iter().sum();
        let mut mean = vec![0.0; width];
        for (vector, weight) in values.chunks_exact(width.max(1)).zip(weights) {
            mean.iter_mut().zip(vector).for_each(|(mean, number)| *mean += weight / total * number);
        }
        values.chunks_exact_mut(width.max(1)).for_each(|vector| vector.iter_mut().zip(&mean).for_each(|(number, mean)| *number -= mean));
        Self { width, values }
    }

    fn items(&self) -> impl Iterator<Item = &[f64]> {
        self.values.chunks_exact(self.width.max(1))
    }

    /// Sums over items of weight × x yᵀ, row by row of it.
    fn product(&self, other: &Self, weights: &[f64]) -> Vec<f64> {
        let mut product = vec![0.0; self.width * other.width];
        product.par_chunks_exact_mut(other.width.max(1)).enumerate().for_each(|(place, row)| {
            for ((x, y), weight) in self.items().zip(other.items()).zip(weights) {
                let scale = weight * x[place];
                row.iter_mut().zip(y).for_each(|(sum, number)| *sum += scale * number);
            }
        });
        product
    }

    /// xᵀ A y of every item.
    fn form(&self, product: &[f64], other: &Self) -> Vec<f64> {
        let form = |(x, y): (&[f64], &[f64])| {
            product.chunks_exact(other.width.max(1)).zip(x).map(|(row, number)| number * dot(row, y)).sum::<f64>()
        };
        let pairs: Vec<(&[f64], &[f64])> = self.items().zip(other.items()).collect();
        pairs.into_par_iter().map(form).collect()
    }
}

/// Linear CKA of the same items' vectors in two models, from 0 to 1, or debiased; undefined where the vectors of one do not vary.
///
/// # Errors
/// Too few items, or vectors that do not vary.
pub fn linear_cka(x: &Centred, y: &Centred, weights: &[f64], options: &Options) -> Result<Similarity, Undefined> {
    if options.debiased {
        return debiased(x, y, weights);
    }
    let plain = plain(x, y, weights)?;
    // Both are one number of a population, which the plain one of few items lies above. Of weighted items there is no debiased one.
    let alike = weights.iter().all(|weight| *weight == weights[0]);
    Ok(match alike.then(|| debiased(x, y, weights)) {
        Some(Ok(debiased)) => Similarity { value: plain.value, ..debiased },
        _ => plain,
    })
}

/// |XᵀY|² / (|XᵀX| |YᵀY|), and the influence of every item by the delta method.
fn plain(x: &Centred, y: &Centred, weights: &[f64]) -> Result<Similarity, Undefined> {
    if weights.len() < 2 {
        return Err(Cause::FewItems.into());
    }
    let total: f64 = weights.iter().sum();
    // The squared norm of a product, and what every item adds to it, as a share of it.
    let side = |a: &Centred, b: &Centred| {
        let product = a.product(b, weights);
        let square = dot(&product, &product);
        let shares: Vec<f64> = a.form(&product, b).into_iter().map(|form| total * form / square).collect();
        (square, shares)
    };
    let ((across, both), (within_x, of_x), (within_y, of_y)) = (side(x, y), side(x, x), side(y, y));
    // The sums of squares that rounding leaves of vectors without spread are no numbers to divide by.
    if !(within_x > f64::MIN_POSITIVE && within_y > f64::MIN_POSITIVE) {
        return Err(Cause::NoSpread.into());
    }
    let value = (across / (within_x.sqrt() * within_y.sqrt())).min(1.0);
    let influence = match across > 0.0 {
        true => both.iter().zip(&of_x).zip(&of_y).map(|((both, x), y)| value * (2.0 * both - x - y)).collect(),
        false => vec![0.0; weights.len()],
    };
    Ok(Similarity { value, estimate: value, influence })
}

/// HSIC₁(X, Y) / √(HSIC₁(X, X) HSIC₁(Y, Y)), and the influence of every item by leaving it out.
fn debiased(x: &Centred, y: &Centred, weights: &[f64]) -> Result<Similarity, Undefined> {
    let n = weights.len();
    if n < 5 {
        // Four items, and one to leave out.
        return Err(Cause::FewForUnbiased.into());
    }
    let (across, within_x, within_y) = (Gram::new(x, y), Gram::new(x, x), Gram::new(y, y));
    let ratio = |of: &dyn Fn(&Gram) -> f64| {
        let (x, y) = (of(&within_x), of(&within_y));
        if x > f64::MIN_POSITIVE && y > f64::MIN_POSITIVE { Some((of(&across) / (x.sqrt() * y.sqrt())).clamp(-1.0, 1.0)) } else { None }
    };
    let value = ratio(&Gram::all).ok_or(Cause::NoSpread)?;
    let without = |item: usize| ratio(&|gram: &Gram| gram.without(item)).map_or(0.0, |without| (n - 1) as f64 * (value - without));
    Ok(Similarity { value, estimate: value, influence: (0..n).map(without).collect() })
}

/// What HSIC₁ of two Gram matrices K and L without their diagonals is made of, by sums over vectors: no n × n matrix is formed.
struct Gram {
    /// Σ_j K_ij L_ij, Σ_j K_ij, Σ_j L_ij, and Σ_j K_ij Σ_m L_jm + Σ_j L_ij Σ_m K_jm of every item i.
    items: Vec<[f64; 4]>,
    /// Of all items: the first three summed, and Σ_i Σ_j K_ij Σ_m L_im.
    whole: [f64; 4],
}

impl Gram {
    fn new(x: &Centred, y: &Centred) -> Self {
        let lengths = |vectors: &Centred| vectors.items().map(|vector| dot(vector, vector)).collect::<Vec<f64>>();
        let (of_x, of_y) = (lengths(x), lengths(y));
        let ones = vec![1.0; of_x.len()];
        let both: Vec<f64> =
            x.form(&x.product(y, &ones), y).into_iter().zip(of_x.iter().zip(&of_y)).map(|(form, (x, y))| form - x * y).collect();
        // Σ_j K_ij weight_j without j = i.
        let summed = |vectors: &Centred, lengths: &[f64], weights: &[f64]| {
            let mut sum = vec![0.0; vectors.width];
            for (vector, weight) in vectors.items().zip(weights) {
                sum.iter_mut().zip(vector).for_each(|(sum, number)| *sum += weight * number);
            }
            let own = lengths.iter().zip(weights).map(|(length, weight)| length * weight);
            vectors.items().zip(own).map(|(vector, own)| dot(vector, &sum) - own).collect::<Vec<f64>>()
        };
        let (k, l) = (summed(x, &of_x, &ones), summed(y, &of_y, &ones));
        let (k_of_l, l_of_k) = (summed(x, &of_x, &l), summed(y, &of_y, &k));
        let items = (0..ones.len()).map(|item| [both[item], k[item], l[item], k_of_l[item] + l_of_k[item]]).collect();
        let sum = |values: &[f64]| values.iter().sum::<f64>();
        Self { items, whole: [sum(&both), sum(&k), sum(&l), dot(&k, &l)] }
    }

    fn all(&self) -> f64 {
        hsic(self.items.len() as f64, self.whole)
    }

    fn without(&self, item: usize) -> f64 {
        let ([both, of_k, of_l, chained], [own, k, l, crossed]) = (self.whole, self.items[item]);
        let rest = [both - 2.0 * own, of_k - 2.0 * k, of_l - 2.0 * l, chained - k * l - crossed + own];
        hsic((self.items.len() - 1) as f64, rest)
    }
}

/// Song et al. (2012), equation 4: of tr(K L), 1ᵀK1, 1ᵀL1 and 1ᵀK L1 of matrices without diagonals.
fn hsic(n: f64, [both, of_k, of_l, chained]: [f64; 4]) -> f64 {
    (both + of_k * of_l / ((n - 1.0) * (n - 2.0)) - 2.0 * chained / (n - 2.0)) / (n * (n - 3.0))
}
