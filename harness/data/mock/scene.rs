//! Pictures of nobody: faces and things whose class can be seen.

use rand::RngExt;
use rand_chacha::ChaCha8Rng;

use super::look::Look;
use crate::spec::mock::Render;

/// What one picture shows.
#[derive(Clone, Debug, Default)]
pub(super) struct Scene {
    /// Classes that can be seen.
    pub(super) classes: Vec<u32>,
    /// How each of them looks in a face.
    pub(super) looks: Vec<Look>,
    /// In 0…1: the tone of the skin or of the ground, dark to light.
    pub(super) tone: f64,
    /// In 0…1: how large it is.
    pub(super) size: f64,
    /// How much of the contrast is left.
    pub(super) contrast: f64,
}

/// Draws a square of `side` pixels, red, green and blue.
pub(super) fn draw(render: Render, scene: &Scene, side: u32, random: &mut ChaCha8Rng) -> Vec<u8> {
    let parts = scene.classes.len().max(1) as u32;
    let grid = (1..).find(|grid| grid * grid >= parts).unwrap_or(1);
    let skin = [70.0 + 150.0 * scene.tone, 45.0 + 140.0 * scene.tone, 35.0 + 120.0 * scene.tone];
    let (shift_x, shift_y) = (random.random_range(-0.06..0.06), random.random_range(-0.06..0.06));
    let light = random.random_range(-18.0..18.0);
    let mut pixels = Vec::with_capacity((side * side * 3) as usize);
    for y in 0..side {
        for x in 0..side {
            let (u, v) = ((f64::from(x) + 0.5) / f64::from(side), (f64::from(y) + 0.5) / f64::from(side));
            let (column, row) = ((u * f64::from(grid)) as u32, (v * f64::from(grid)) as u32);
            let part = (row * grid + column) as usize;
            let (class, look) = (scene.classes.get(part).copied(), scene.looks.get(part));
            // From -1 to 1 within the cell.
            let cell = |at: f64, index: u32, shift: f64| {
                ((at * f64::from(grid) - f64::from(index)) * 2.0 - 1.0 - shift) / (0.75 + 0.25 * scene.size)
            };
            let (p, q) = (cell(u, column, shift_x), cell(v, row, shift_y));
            let (base, mark) = match render {
                Render::Face if p * p / 0.5 + q * q / 0.8 < 1.0 => (skin, look.map_or(0.0, |look| face(look, p, q))),
                Render::Face => ([118.0, 126.0, 134.0], look.map_or(0.0, |look| hair(look, p, q))),
                Render::Object => (skin, class.map_or(0.0, |class| thing(class, p, q))),
            };
            let noise = random.random_range(-14.0..14.0);
            // What is drawn is darker than a light ground and lighter than a dark one.
            let drawn = if base.iter().sum::<f64>() > 330.0 { 20.0 } else { 235.0 };
            for channel in base {
                pixels.push((channel + (drawn - channel) * mark * scene.contrast + light + noise).clamp(0.0, 255.0) as u8);
            }
        }
    }
    pixels
}

/// Mouth, eyes, brows and beard.
fn face(look: &Look, p: f64, q: f64) -> f64 {
    let Look { bend, open, slant, beard, .. } = *look;
    let mouth = (q - 0.42 - bend * 0.55 * (0.12 - p * p)).abs() < 0.05 + 0.05 * (open + 1.0) && p.abs() < 0.36;
    let eye = (p.abs() - 0.3).powi(2) / 0.012 + (q + 0.22).powi(2) / (0.004 + 0.008 * (open + 1.0)) < 1.0;
    let brow = (q + 0.45 + slant * 0.3 * (p.abs() - 0.3)).abs() < 0.035 && (p.abs() - 0.3).abs() < 0.17;
    f64::from(u8::from(mouth || eye || brow || (beard && q > 0.56)))
}

fn hair(look: &Look, p: f64, q: f64) -> f64 {
    let cap = p * p / 0.72 + (q + 0.15).powi(2) / 0.85 < 1.0 && q < if look.long_hair { 0.55 } else { -0.35 };
    f64::from(u8::from(cap))
}

/// Eight outlines, then the same ones with a hole.
fn thing(class: u32, p: f64, q: f64) -> f64 {
    let (a, b) = (p.abs(), q.abs());
    let inside = match class % 8 {
        0 => p * p + q * q < 0.5,
        1 => a < 0.6 && b < 0.6,
        2 => q < 0.6 && q > -0.6 && a < (q + 0.6) * 0.55,
        3 => (a < 0.2 && b < 0.75) || (b < 0.2 && a < 0.75),
        4 => a + b < 0.8,
        5 => b < 0.25 && a < 0.8,
        6 => a < 0.25 && b < 0.8,
        _ => (p - q).abs() < 0.25 && a < 0.75,
    };
    let hole = class % 16 >= 8 && p * p + q * q < 0.08;
    f64::from(u8::from(inside && !hole))
}
