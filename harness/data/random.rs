//! Random numbers that depend on what they are for, and on nothing else.

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::SeedableRng;

/// A generator for one draw: the same (seed, purpose, replicate, index) gives the same numbers, whatever was drawn before and on
/// however many threads.
pub fn generator(seed: u64, purpose: &str, replicate: u64, index: u64) -> ChaCha8Rng {
    ChaCha8Rng::from_seed(*digest(seed, purpose, replicate, &index.to_le_bytes()).as_bytes())
}

/// A number that orders items at random and independently of which others there are: equal for equal (seed, purpose, item).
pub fn rank(seed: u64, purpose: &str, replicate: u64, item: &str) -> u128 {
    let bytes = digest(seed, purpose, replicate, item.as_bytes());
    bytes.as_bytes()[..16].iter().fold(0, |rank, byte| (rank << 8) | u128::from(*byte))
}

/// A number in 0…1, likewise.
pub fn uniform(seed: u64, purpose: &str, replicate: u64, item: &str) -> f64 {
    (rank(seed, purpose, replicate, item) >> 75) as f64 / (1_u64 << 53) as f64
}

fn digest(seed: u64, purpose: &str, replicate: u64, index: &[u8]) -> blake3::Hash {
    let mut hasher = blake3::Hasher::new();
    hasher.update(&seed.to_le_bytes()).update(&(purpose.len() as u64).to_le_bytes()).update(purpose.as_bytes());
    hasher.update(&replicate.to_le_bytes()).update(index);
    hasher.finalize()
}
