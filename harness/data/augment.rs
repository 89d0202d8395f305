//! Augmentation of decoded images: the same image in the same epoch is always changed alike.

use rand::RngExt;
use rand_chacha::ChaCha8Rng;

use super::random::generator;
use crate::spec::augment::{Augment, Step};

/// Changes an image in place. `shape` is height, width, channels.
pub(super) fn augment(augment: &Augment, seed: u64, epoch: u32, item: u32, shape: [usize; 3], image: &mut [u8], spare: &mut Vec<u8>) {
    let mut random = generator(seed, "augment", u64::from(epoch), u64::from(item));
    for step in &augment.steps {
        match step {
            Step::HorizontalFlip { probability } => {
                if random.random::<f64>() < *probability {
                    flip(shape, image);
                }
            }
            Step::RandomCrop { padding } => crop(shape, *padding as usize, &mut random, image, spare),
        }
    }
}

fn flip([_, width, channels]: [usize; 3], image: &mut [u8]) {
    for line in image.chunks_exact_mut(width * channels) {
        for x in 0..width / 2 {
            let (left, right) = line.split_at_mut((width - 1 - x) * channels);
            left[x * channels..(x + 1) * channels].swap_with_slice(&mut right[..channels]);
        }
    }
}

/// Moves the window by up to `padding` pixels in each direction; what comes in from outside is black.
fn crop([height, width, channels]: [usize; 3], padding: usize, random: &mut ChaCha8Rng, image: &mut [u8], spare: &mut Vec<u8>) {
    let (down, across) = (random.random_range(0..=2 * padding), random.random_range(0..=2 * padding));
    spare.clear();
    spare.resize(image.len(), 0);
    let columns = across.max(padding) - padding..(across + width).min(padding + width) - padding;
    for y in 0..height {
        let Some(source) = (y + down).checked_sub(padding).filter(|source| *source < height) else { continue };
        let from = (source * width + columns.start) * channels;
        let length = columns.len() * channels;
        let to = (y * width + columns.start + padding - across) * channels;
        spare[to..to + length].copy_from_slice(&image[from..from + length]);
    }
    image.copy_from_slice(spare);
}
