//! Seeds of libtorch's generator.
//!
//! libtorch keeps one generator a process, whose state can neither be read nor set through its C interface. So it is seeded anew for whatever draws
//! from it: a step draws the same numbers whether or not training stopped before it.

/// What a seed is for. The numbers are part of every trained result: never change or reuse one.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Purpose {
    /// The weights that training begins with.
    Weights = 1,
    /// What the network draws in a step: dropout.
    Step = 2,
}

/// Seeds libtorch's generator for `purpose` at this epoch and step, both from 0.
pub(crate) fn plant(seed: u64, purpose: Purpose, epoch: u64, step: u64) {
    let mixed = [purpose as u64, epoch, step].into_iter().fold(mix(seed), |state, part| mix(state ^ mix(part)));
    tch::manual_seed(mixed.cast_signed());
}

/// One step of SplitMix64 (Steele, Lea and Flood, 2014). libtorch's Mersenne Twister takes the lower half of a seed only, so every bit must reach it.
fn mix(state: u64) -> u64 {
    let state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let state = (state ^ (state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let state = (state ^ (state >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    state ^ (state >> 31)
}
