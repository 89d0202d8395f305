//! Images made worse on purpose, in five severities: as ImageNet-C (Hendrycks and Dietterich 2019) does, with its strengths, where it has
//! the kind.

use rand::RngExt;
use rand_distr::{Distribution, Normal, Poisson};

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
            let photons = [60.0, 25.0, 12.0, 5.0, 3.0][level];
            // How many of so many photons arrive: a distribution for each byte; of black, none do.
            let arriving: Vec<Option<Poisson<f64>>> =
                (0..256_u32).map(|value| Poisson::new(f64::from(value) / 255.0 * photons).ok()).collect();
            for value in image.iter_mut() {
                let count = arriving[usize::from(*value)].map_or(0.0, |counts| counts.sample(&mut random));
                *value = byte(count / photons * 255.0);
            }
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
            blur(deviation(level, shape[0].min(shape[1])), shape, image);
        }
        Distortion::Brightness => {
            // More of HSV's value: hue and saturation stay.
            let more = 255.0 * [0.1, 0.2, 0.3, 0.4, 0.5][level];
            for pixel in image.chunks_exact_mut(shape[2]) {
                let value = f64::from(pixel.iter().copied().max().unwrap_or(0));
                let brighter = (value + more).min(255.0);
                pixel.iter_mut().for_each(|part| *part = byte(if value > 0.0 { f64::from(*part) * brighter / value } else { brighter }));
            }
        }
        Distortion::Contrast => {
            let left = [0.4, 0.3, 0.2, 0.1, 0.05][level];
            let pixels = (shape[0] * shape[1]).max(1) as f64;
            for channel in 0..shape[2] {
                let mean = image.iter().skip(channel).step_by(shape[2]).map(|value| f64::from(*value)).sum::<f64>() / pixels;
                let values = image.iter_mut().skip(channel).step_by(shape[2]);
                values.for_each(|value| *value = byte((f64::from(*value) - mean) * left + mean));
            }
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

/// The blur's deviation in pixels: ImageNet-C's at a shorter side of 224, CIFAR-10-C's at 32 and below, on the line through both elsewhere.
fn deviation(level: usize, side: usize) -> f64 {
    let (small, large) = ([0.4, 0.6, 0.7, 0.8, 1.0][level], [1.0, 2.0, 3.0, 4.0, 6.0][level]);
    small + (large - small) * (side as f64 - 32.0).max(0.0) / (224.0 - 32.0)
}

/// A separable blur, cut off at four deviations; beyond the edge, the edge goes on.
fn blur(deviation: f64, [height, width, channels]: [usize; 3], image: &mut [u8]) {
    let radius = (4.0 * deviation).round() as isize;
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

/// Means over blocks, as many as a smaller image would have pixels: Pillow's box filter there and back.
fn pixelate(scale: f64, [height, width, channels]: [usize; 3], image: &mut [u8]) {
    let blocks = |side: usize| ((side as f64 * scale) as usize).max(1);
    let (down, across) = (blocks(height), blocks(width));
    // In Pillow's arithmetic, which decides to which block a pixel belongs whose middle is where two meet.
    let counted = |block: usize, side: usize, blocks: usize| -> Vec<usize> {
        let scale = side as f64 / blocks as f64;
        let (middle, support) = ((block as f64 + 0.5) * scale, 0.5 * scale);
        let inside = |pixel: &usize| {
            let at = (*pixel as f64 - middle + 0.5) * (1.0 / scale);
            -0.5 < at && at <= 0.5
        };
        ((middle - support + 0.5) as usize..((middle + support + 0.5) as usize).min(side)).filter(inside).collect()
    };
    let shown = |pixel: usize, side: usize, blocks: usize| (2 * pixel + 1) * blocks / (2 * side);
    let place = |y: usize, x: usize, channel: usize| (y * width + x) * channels + channel;
    let rows: Vec<Vec<usize>> = (0..down).map(|block| counted(block, height, down)).collect();
    let columns: Vec<Vec<usize>> = (0..across).map(|block| counted(block, width, across)).collect();
    let mut means = Vec::with_capacity(down * across * channels);
    for (ys, xs) in rows.iter().flat_map(|ys| columns.iter().map(move |xs| (ys, xs))) {
        for channel in 0..channels {
            let sum: u32 = ys.iter().flat_map(|y| xs.iter().map(|x| u32::from(image[place(*y, *x, channel)]))).sum();
            means.push((f64::from(sum) / (ys.len() * xs.len()).max(1) as f64).round() as u8);
        }
    }
    for (index, value) in image.iter_mut().enumerate() {
        let (y, x, channel) = (index / channels / width, index / channels % width, index % channels);
        *value = means[(shown(y, height, down) * across + shown(x, width, across)) * channels + channel];
    }
}
