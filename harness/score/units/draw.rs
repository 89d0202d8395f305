//! Random draws, each from a generator keyed by (seed, purpose, replicate, index): they depend neither on threads nor on order.

mod poisson;

use rand::rngs::Xoshiro256PlusPlus;
use rand::seq::SliceRandom;
use rand::{Rng, RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use rand_distr::{Binomial, Distribution, Hypergeometric};
use statrs::function::factorial::ln_factorial;

/// What a draw is for: part of its key, so that no two purposes share numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// Items drawn with replacement.
    Bootstrap,
    /// Group labels dealt out anew.
    Permutation,
    /// Errors of numbers that no resample varies.
    Noise,
    /// Decisions that are left to chance.
    Decision,
    /// Items that a rule is found on anew, with replacement.
    Refit,
    /// Items that two sides of a comparison exchange.
    Exchange,
    /// Pairs of subjects drawn with replacement.
    Pairs,
    /// Labels made wrong.
    Leakage,
}

/// The generator of one replicate of one purpose.
pub fn generator(seed: u64, purpose: Purpose, replicate: u64, index: u64) -> ChaCha8Rng {
    let purpose: u64 = match purpose {
        Purpose::Bootstrap => 1,
        Purpose::Permutation => 2,
        Purpose::Noise => 3,
        Purpose::Decision => 4,
        Purpose::Exchange => 5,
        Purpose::Refit => 6,
        Purpose::Pairs => 7,
        Purpose::Leakage => 8,
    };
    let mut key = [0; 32];
    for (bytes, word) in key.chunks_exact_mut(8).zip([seed, purpose, replicate, index]) {
        bytes.copy_from_slice(&word.to_le_bytes());
    }
    ChaCha8Rng::from_seed(key)
}

/// The lot of an item, from [0, 1): it hangs on the item's name alone, so that an item has the same lot in every order, split and model.
pub fn lot(seed: u64, id: &str) -> f64 {
    let name = blake3::hash(id.as_bytes());
    let words = name.as_bytes().as_chunks::<8>().0;
    generator(seed, Purpose::Decision, u64::from_le_bytes(words[0]), u64::from_le_bytes(words[1])).random()
}

/// Spreads the bits of a number (the finalizer of SplitMix64: Steele, Lea and Flood 2014): a lot where there are too many for a generator each.
pub fn mixed(number: u64) -> u64 {
    let number = (number ^ (number >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let number = (number ^ (number >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    number ^ (number >> 31)
}

/// A generator for very many draws in a row: several times as fast, and seeded by the keyed one.
fn quick(generator: &mut impl Rng) -> Xoshiro256PlusPlus {
    Xoshiro256PlusPlus::from_rng(generator)
}

/// From so many draws in a row on, the quick generator makes them.
const MANY: u64 = 4096;

/// Puts things in a random order.
pub fn shuffle(generator: &mut impl Rng, things: &mut [u32]) {
    if (things.len() as u64) < MANY { things.shuffle(generator) } else { things.shuffle(&mut quick(generator)) }
}

/// An urn of kinds of things, each with a number of copies.
#[derive(Clone, Debug)]
pub struct Urn {
    copies: Vec<u64>,
    total: u64,
    /// Whether there is one copy of each kind, so that a thing is its kind.
    distinct: bool,
    /// The kind of every single thing, where drawing things one by one is the faster way.
    things: Option<Vec<u32>>,
}

/// From this many things a kind on, one binomial draw a kind is faster than one draw a thing.
const CROWDED: u64 = 12;

impl Urn {
    /// An urn with so many copies of each kind.
    pub fn new(copies: Vec<u64>) -> Self {
        let total = copies.iter().sum();
        let crowded = total > CROWDED * copies.len() as u64;
        let distinct = copies.iter().all(|copies| *copies == 1);
        let things = || copies.iter().zip(0u32..).flat_map(|(copies, kind)| std::iter::repeat_n(kind, *copies as usize)).collect();
        let things = (!crowded && !distinct).then(things);
        Self { copies, total, things, distinct }
    }

    /// How many things there are.
    pub fn total(&self) -> u64 {
        self.total
    }

    /// How many copies of each kind there are.
    pub fn copies(&self) -> &[u64] {
        &self.copies
    }

    /// Draws as many things as there are, with replacement, and says how many of each kind came: a multinomial draw.
    pub fn resample(&self, generator: &mut impl Rng, mut drawn: impl FnMut(usize, u64)) {
        match &self.things {
            None if !self.distinct => self.drawn_by_kind(generator, drawn),
            things if self.total >= MANY => {
                let mut times = vec![0; self.total as usize];
                poisson::draw(&mut quick(generator), &mut times);
                let times = times.into_iter().map(u64::from);
                match things {
                    None => times.enumerate().for_each(|(kind, times)| drawn(kind, times)),
                    Some(things) => things.iter().zip(times).for_each(|(kind, times)| drawn(*kind as usize, times)),
                }
            }
            // Few draws keep the numbers that they have always had.
            None => (0..self.total).for_each(|_| drawn(generator.random_range(0..self.total as u32) as usize, 1)),
            Some(things) => (0..self.total).for_each(|_| drawn(things[generator.random_range(0..things.len())] as usize, 1)),
        }
    }

    /// The same, of fewer things than 2³²: writes how many of each kind came.
    pub fn count(&self, generator: &mut impl Rng, counts: &mut [u32]) {
        if self.distinct && self.total >= MANY {
            return poisson::draw(&mut quick(generator), counts);
        }
        counts.fill(0);
        self.resample(generator, |kind, count| counts[kind] += count as u32);
    }

    /// One binomial draw a kind.
    fn drawn_by_kind(&self, generator: &mut impl Rng, mut drawn: impl FnMut(usize, u64)) {
        let (mut draws, mut left) = (self.total, self.total);
        for (kind, copies) in self.copies.iter().enumerate() {
            let count = binomial(generator, draws, *copies, left);
            drawn(kind, count);
            draws -= count;
            left -= copies;
        }
    }

    /// Deals all things out to hands of the given sizes, which sum to the total: says how many of each kind each hand got. A multivariate
    /// hypergeometric draw.
    pub fn deal(&self, generator: &mut impl Rng, hands: &[u64], mut dealt: impl FnMut(usize, usize, u64)) {
        let mut left = self.copies.clone();
        let mut total = self.total;
        for (hand, size) in hands.iter().enumerate() {
            let (mut wanted, mut pool) = (*size, total);
            for (kind, copies) in left.iter_mut().enumerate() {
                let count = hypergeometric(generator, wanted, *copies, pool);
                dealt(hand, kind, count);
                pool -= *copies;
                wanted -= count;
                *copies -= count;
            }
            total -= size;
        }
    }
}

/// How many of some coins fall on one side.
pub fn coins(generator: &mut impl Rng, coins: u64) -> u64 {
    binomial(generator, coins, 1, 2)
}

/// How many of `draws` draws with replacement hit `hits` of `total` things.
fn binomial(generator: &mut impl Rng, draws: u64, hits: u64, total: u64) -> u64 {
    if draws == 0 || hits == 0 {
        return 0;
    }
    if hits >= total {
        return draws;
    }
    // The share lies strictly between 0 and 1, so the distribution exists.
    Binomial::new(draws, hits as f64 / total as f64).map_or(0, |binomial| binomial.sample(generator))
}

/// How many of `draws` draws without replacement hit `hits` of `total` things.
fn hypergeometric(generator: &mut impl Rng, draws: u64, hits: u64, total: u64) -> u64 {
    if draws == 0 || hits == 0 {
        return 0;
    }
    if hits >= total {
        return draws;
    }
    if draws >= total {
        return hits;
    }
    match few_hits(generator, draws, hits, total) {
        Some(count) => count,
        None => Hypergeometric::new(total, hits, draws).map_or(0, |hypergeometric| hypergeometric.sample(generator)),
    }
}

/// The same where few hits are to be expected, by inverting the distribution (HIN: Kachitvichyanukul and Schmeiser 1985, Journal of
/// Statistical Computation and Simulation 22). `rand_distr` does so too, but multiplies up to `total` factors for the probability that it
/// starts from. `None` where many are.
fn few_hits(generator: &mut impl Rng, draws: u64, hits: u64, total: u64) -> Option<u64> {
    // The rarer side, and the smaller sample: what is not drawn of it, or of the other side, tells as much.
    let (rare, common) = (hits.min(total - hits), hits.max(total - hits));
    let sample = draws.min(total - draws);
    let mode = (sample + 1) as f64 * (rare + 1) as f64 / (total + 2) as f64;
    if mode >= 10.0 || sample > common {
        return None;
    }
    let start = ln_factorial(common) + ln_factorial(total - sample) - ln_factorial(total) - ln_factorial(common - sample);
    let (mut probability, mut left, mut count) = (start.exp(), generator.random::<f64>(), 0);
    while left > probability && count < rare.min(sample) {
        left -= probability;
        probability *= (rare - count) as f64 * (sample - count) as f64;
        probability /= (count + 1) as f64 * (common - sample + 1 + count) as f64;
        count += 1;
    }
    let of_rare = if draws == sample { count } else { rare - count };
    Some(if hits == rare { of_rare } else { draws - of_rare })
}
