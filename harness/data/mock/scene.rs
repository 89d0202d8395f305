//! Pictures of nobody: faces, things and garments whose class can be seen.

use rand::RngExt;
use rand_chacha::ChaCha8Rng;

use super::face::{self, Part};
use super::garment;
use super::look::{self, GROWN, Look};
use crate::spec::mock::{Aspect, Render};

/// The tone and the size of what shows no level by them.
const MIDDLE: f64 = 0.5;

/// What is left of the contrast of a picture in bad light: too little to tell a class by.
const DIM: f64 = 0.03;

/// How much darker than the one side of a picture the other is, at most. The middle is as bright as ever, so that no picture is darker by it.
const SHADE: f64 = 0.7;

/// What one picture shows.
#[derive(Clone, Debug)]
pub(super) struct Scene {
    /// Classes that can be seen.
    pub(super) classes: Vec<u32>,
    /// How each of them looks.
    pub(super) looks: Vec<Look>,
    /// In 0…1: the tone of the skin, of the ground or of the cloth, dark to light.
    tone: f64,
    /// In 0…1: how large it is.
    size: f64,
    /// How old a face is.
    years: f64,
    /// How bright the light is; 1 is that of day.
    light: f64,
    /// How much of the contrast is left.
    contrast: f64,
}

impl Default for Scene {
    fn default() -> Self {
        Self { classes: Vec::new(), looks: Vec::new(), tone: MIDDLE, size: MIDDLE, years: GROWN, light: 1.0, contrast: 1.0 }
    }
}

impl Scene {
    /// Shows a level, by its name where that says how, else by its place among the field's levels, 0 to 1.
    pub(super) fn show(&mut self, aspect: Aspect, level: &str, place: f64) {
        match aspect {
            Aspect::Tone => self.tone = look::skin(level).unwrap_or(1.0 - place),
            Aspect::Size => self.size = place,
            Aspect::Age => self.years = look::years(level).unwrap_or(4.0 + 71.0 * place),
            Aspect::Light => self.light = look::light(level).unwrap_or(1.0 - 0.65 * place),
        }
    }

    /// Shows no level by this.
    pub(super) fn hide(&mut self, aspect: Aspect) {
        let plain = Self::default();
        match aspect {
            Aspect::Tone => self.tone = plain.tone,
            Aspect::Size => self.size = plain.size,
            Aspect::Age => self.years = plain.years,
            Aspect::Light => self.light = plain.light,
        }
    }

    /// Takes so much of the contrast that the class can hardly be seen. The picture is as bright as others, or else a plain model that learns from
    /// both would be misled about these too.
    pub(super) fn fade(&mut self) {
        self.contrast = DIM;
    }
}

/// Draws a square of `side` pixels, red, green and blue.
pub(super) fn draw(render: Render, scene: &Scene, side: u32, random: &mut ChaCha8Rng) -> Vec<u8> {
    let parts = scene.looks.len().max(1) as u32;
    let grid = (1..).find(|grid| grid * grid >= parts).unwrap_or(1);
    let skin = [70.0 + 150.0 * scene.tone, 45.0 + 140.0 * scene.tone, 35.0 + 120.0 * scene.tone];
    let (shift_x, shift_y) = (random.random_range(-0.06..0.06), random.random_range(-0.06..0.06));
    let light = random.random_range(-18.0..18.0);
    // Light comes from one side, more in some pictures than in others.
    let (sine, cosine) = random.random_range(0.0..std::f64::consts::TAU).sin_cos();
    let shade = random.random_range(0.0..SHADE);
    let mut pixels = Vec::with_capacity((side * side * 3) as usize);
    for y in 0..side {
        for x in 0..side {
            let (u, v) = ((f64::from(x) + 0.5) / f64::from(side), (f64::from(y) + 0.5) / f64::from(side));
            let (column, row) = ((u * f64::from(grid)) as u32, (v * f64::from(grid)) as u32);
            let look = scene.looks.get((row * grid + column) as usize);
            // From -1 to 1 within the cell.
            let cell = |at: f64, index: u32, shift: f64| {
                ((at * f64::from(grid) - f64::from(index)) * 2.0 - 1.0 - shift) / (0.75 + 0.25 * scene.size)
            };
            let (p, q) = (cell(u, column, shift_x), cell(v, row, shift_y));
            let point = match render {
                Render::Face => faced(look, scene.years, skin, p, q),
                Render::Object => marked(skin, look.map_or(0.0, |look| thing(look.shape, p, q))),
                Render::Garment => {
                    Point { base: [0.0; 3], drawn: 70.0 + 175.0 * scene.tone, mark: look.map_or(0.0, |look| garment::at(look.shape, p, q)) }
                }
            };
            let lit = scene.light * (1.0 + shade * ((u - 0.5) * cosine + (v - 0.5) * sine));
            // Behind a garment there is nothing, not even noise, unless it is to be hidden in that.
            let empty = render == Render::Garment && point.mark == 0.0 && scene.contrast == 1.0;
            let noise = random.random_range(-14.0..14.0) + light;
            for channel in point.base {
                let value = (channel + (point.drawn - channel) * point.mark * scene.contrast) * lit;
                pixels.push(if empty { 0 } else { (value + noise).clamp(0.0, 255.0) as u8 });
            }
        }
    }
    pixels
}

/// What is at a point: a mark of some strength in a grey on a colour.
struct Point {
    base: [f64; 3],
    drawn: f64,
    mark: f64,
}

/// A mark that is darker than a light ground and lighter than a dark one.
fn marked(base: [f64; 3], mark: f64) -> Point {
    Point { base, drawn: if base.iter().sum::<f64>() > 330.0 { 20.0 } else { 235.0 }, mark }
}

/// A point of a face, or of what is behind it.
fn faced(look: Option<&Look>, years: f64, skin: [f64; 3], p: f64, q: f64) -> Point {
    const BEHIND: [f64; 3] = [118.0, 126.0, 134.0];
    let plain = Look::default();
    match (face::at(look.unwrap_or(&plain), years, p, q), look) {
        (Part::Skin(_) | Part::Growth(_), None) => marked(skin, 0.0),
        (Part::Hair { .. } | Part::Ground, None) | (Part::Ground, Some(_)) => marked(BEHIND, 0.0),
        (Part::Skin(mark), Some(_)) => marked(skin, mark),
        (Part::Growth(grey), Some(_)) => {
            let point = marked(skin, 1.0);
            let drawn = if point.drawn < 128.0 { point.drawn + 90.0 * grey } else { point.drawn };
            Point { drawn, ..point }
        }
        (Part::Hair { grey }, Some(_)) => Point { base: BEHIND, drawn: if grey { 225.0 } else { 20.0 }, mark: 1.0 },
    }
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
