//! Very many draws with replacement of things that are equally likely: how often each came, in the order of the things.
//!
//! Numbers drawn one after the other hit memory anywhere. Counts that each follow a Poisson law of mean 1 come in order, and given their
//! sum they are multinomial; so draws are added at random, or taken away at random from those that were made, until their number is right.
//! The law is exact: what is added or taken away does not look at what came before.

use rand::Rng;

/// Writes how often each of some things comes in as many draws as there are things.
pub(super) fn draw(random: &mut impl Rng, times: &mut [u32]) {
    let (things, mut draws) = (times.len(), 0);
    // A word settles five.
    for five in times.chunks_mut(5) {
        let mut word = random.next_u64();
        for times in five {
            let top = (word % SHARES as u64) as usize;
            word /= SHARES as u64;
            *times = u32::from(match TABLE[top] {
                OPEN => settle(random, top),
                known => known,
            });
            draws += *times as usize;
        }
    }
    while draws < things {
        times[below(random, things)] += 1;
        draws += 1;
    }
    let most = times.iter().copied().max().unwrap_or(0);
    while draws > things {
        // As likely as there are draws of it.
        let thing = below(random, things);
        if below(random, most as usize) < times[thing] as usize {
            times[thing] -= 1;
            draws -= 1;
        }
    }
}

/// Each number below `end` as likely as any other, but for one part in 2⁶⁴ / `end`.
fn below(random: &mut impl Rng, end: usize) -> usize {
    ((u128::from(random.next_u64()) * end as u128) >> 64) as usize
}

/// The chance of a count of at most 0, 1, 2, … under a Poisson law of mean 1, in parts of 2⁶⁴.
const CUMULATED: [u64; 20] = [
    0x5e2d_58d8_b3bc_df1b,
    0xbc5a_b1b1_6779_be35,
    0xeb71_5e1d_c158_2dc3,
    0xfb23_9797_34a2_52f2,
    0xff10_25f5_9174_dc3e,
    0xffd9_0f3b_a405_5e1a,
    0xfffa_8b71_fc72_c914,
    0xffff_540c_0914_b3ca,
    0xffff_ed1f_4aa8_f120,
    0xffff_fe21_6e64_1463,
    0xffff_ffd4_d85d_3183,
    0xffff_fffc_6da2_62b5,
    0xffff_ffff_ba12_d179,
    0xffff_ffff_fb07_c64d,
    0xffff_ffff_ffab_8ea5,
    0xffff_ffff_fffa_be22,
    0xffff_ffff_ffff_b11a,
    0xffff_ffff_ffff_fba1,
    0xffff_ffff_ffff_ffc5,
    0xffff_ffff_ffff_fffd,
];

/// The first bits of a number from 0 to 1 nearly always tell its count.
const SHARES: usize = 1 << BITS;
const BITS: u32 = 12;

/// The first bits are those of a bound.
const OPEN: u8 = u8::MAX;

static TABLE: [u8; SHARES] = table();

const fn table() -> [u8; SHARES] {
    let mut table = [0; SHARES];
    let mut top = 0;
    while top < SHARES {
        let least = (top as u64) << (u64::BITS - BITS);
        let (low, high) = (count(least), count(least | u64::MAX >> BITS));
        table[top] = if low == high { low } else { OPEN };
        top += 1;
    }
    table
}

/// The count that a number of parts of 2⁶⁴ stands for.
const fn count(parts: u64) -> u8 {
    let mut count = 0;
    while count < CUMULATED.len() && CUMULATED[count] <= parts {
        count += 1;
    }
    count as u8
}

#[cold]
fn settle(random: &mut impl Rng, top: usize) -> u8 {
    count((top as u64) << (u64::BITS - BITS) | random.next_u64() >> BITS)
}
