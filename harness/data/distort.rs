//! Images made worse on purpose, in five severities; the strengths are those of ImageNet-C where it has the kind.

use rand::RngExt;
use rand_distr::{Distribution, Normal};

use super::jpeg;
use super::random::generator;
use crate::spec::distort::{Distort, Distortion};
use crate::spec::input::Channels;

/// Distorts an image in place; `shape` is height, width, channels. The same seed and item give the same bytes.
pub(super) fn distort(how: Distort, item: &str, shape: [usize; 3], channels: Channels, image: &mut [u8]) {
    let Some(level) = (how.severity as usize).checked_sub(1).filter(|level| *level < 5) else { return };
    let mut random = generator(how.seed, &format!("distort {item}"), u64::from(how.severity), 0);
    let byte = |value: f64| value.round().clamp(0.0, 255.0) as u8;
    let mut normal = |deviation: f64, value: f64| match Normal::new(value, deviation) {
        Ok(normal) => normal.sample(&mut random),
        Err(_) => value,
    };
    match how.kind {
        Distortion::GaussianNoise => {
            let deviation = 255.0 * [0.08, 0.12, 0.18, 0.26, 0.38][level];
            image.iter_mut().for_each(|value| *value = byte(normal(deviation, f64::from(*value))));
        }
        Distortion::ShotNoise => {
            // Of so many photons at full light, a Poisson count is nearly normal with its mean as its variance.
            let photons = [60.0, 25.0, 12.0, 5.0, 3.0][level];
            image.iter_mut().for_each(|value| {
                let mean = f64::from(*value) / 255.0 * photons;
                *value = byte(normal(mean.sqrt(), mean).max(0.0) / photons * 255.0);
            });
        }
        Distortion::ImpulseNoise => {
            let share = [0.03, 0.06, 0.09, 0.17, 0.27][level];
            for value in image.iter_mut() {
                if random.random::<f64>() < share {
                    *value = if random.random::<bool>() { 255 } else { 0 };
                }
            }
        }
        Distortion::GaussianBlur => {
            // In proportion to the image, and a third of a pixel more, so that small images are blurred too.
            let deviation = [1.0, 2.0, 3.0, 4.0, 6.0][level] * shape[0].min(shape[1]) as f64 / 224.0 + 1.0 / 3.0;
            blur(deviation, shape, image);
        }
        Distortion::Brightness => {
            let more = 255.0 * [0.1, 0.2, 0.3, 0.4, 0.5][level];
            image.iter_mut().for_each(|value| *value = byte(f64::from(*value) + more));
        }
        Distortion::Contrast => {
            let left = [0.4, 0.3, 0.2, 0.1, 0.05][level];
            let mean = image.iter().map(|value| f64::from(*value)).sum::<f64>() / image.len().max(1) as f64;
            image.iter_mut().for_each(|value| *value = byte((f64::from(*value) - mean) * left + mean));
        }
        Distortion::JpegCompression => compress([25, 18, 15, 10, 7][level], shape, channels, image),
        Distortion::Pixelate => pixelate([0.6, 0.5, 0.4, 0.3, 0.25][level], shape, image),
        Distortion::Occlusion => {
            let [height, width, channels] = shape;
            let share: f64 = [0.05, 0.1, 0.2, 0.3, 0.4][level];
            let (high, wide) = ((height as f64 * share.sqrt()) as usize, (width as f64 * share.sqrt()) as usize);
            let (top, left) = (random.random_range(0..=height - high), random.random_range(0..=width - wide));
            for row in image.chunks_exact_mut(width * channels).skip(top).take(high) {
                row[left * channels..(left + wide) * channels].fill(0);
            }
        }
    }
}

/// A separable blur; beyond the edge, the edge goes on. The deviation is in pixels.
fn blur(deviation: f64, [height, width, channels]: [usize; 3], image: &mut [u8]) {
    let radius = (3.0 * deviation).ceil() as isize;
    let mut kernel: Vec<f64> = (-radius..=radius).map(|at| (-(at * at) as f64 / (2.0 * deviation * deviation)).exp()).collect();
    let total: f64 = kernel.iter().sum();
    kernel.iter_mut().for_each(|weight| *weight /= total);
    let pass = |image: &mut [u8], count: usize, step: usize, others: &[usize]| {
        let mut line: Vec<f64> = Vec::with_capacity(count);
        for start in others {
            line.clear();
            line.extend((0..count).map(|at| f64::from(image[start + at * step])));
            for at in 0..count {
                let near = |offset: usize| line[(at as isize + offset as isize - radius).clamp(0, count as isize - 1) as usize];
                let sum: f64 = kernel.iter().enumerate().map(|(offset, weight)| weight * near(offset)).sum();
                image[start + at * step] = sum.round().clamp(0.0, 255.0) as u8;
            }
        }
    };
    let rows: Vec<usize> = (0..height).flat_map(|y| (0..channels).map(move |channel| y * width * channels + channel)).collect();
    pass(image, width, channels, &rows);
    let columns: Vec<usize> = (0..width * channels).collect();
    pass(image, height, width * channels, &columns);
}

/// Through a JPEG of a quality. An image that no JPEG can hold stays as it is.
fn compress(quality: u8, shape: [usize; 3], channels: Channels, image: &mut [u8]) {
    let turn = |image: &mut [u8]| {
        if channels == Channels::Bgr {
            image.chunks_exact_mut(3).for_each(|pixel| pixel.swap(0, 2));
        }
    };
    turn(image);
    if let Ok(squeezed) = jpeg::squeezed(image, shape, quality) {
        image.copy_from_slice(&squeezed);
    }
    turn(image);
}

/// Means over blocks, as many as a smaller image would have pixels.
fn pixelate(scale: f64, [height, width, channels]: [usize; 3], image: &mut [u8]) {
    let blocks = |side: usize| ((side as f64 * scale) as usize).max(1);
    let (down, across) = (blocks(height), blocks(width));
    for by in 0..down {
        for bx in 0..across {
            let (ys, xs) = (by * height / down..(by + 1) * height / down, bx * width / across..(bx + 1) * width / across);
            for channel in 0..channels {
                let place = |y: usize, x: usize| (y * width + x) * channels + channel;
                let sum: u32 = ys.clone().flat_map(|y| xs.clone().map(move |x| (y, x))).map(|(y, x)| u32::from(image[place(y, x)])).sum();
                let mean = (f64::from(sum) / (ys.len() * xs.len()).max(1) as f64).round() as u8;
                ys.clone().for_each(|y| xs.clone().for_each(|x| image[place(y, x)] = mean));
            }
        }
    }
}
