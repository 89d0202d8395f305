//! A face: its features tell the class, its proportions, lines and hair the age.

use super::look::Look;

/// The years from which on there are beards.
const BEARDED: f64 = 18.0;

/// What stands at a point of a picture.
#[derive(Clone, Copy, Debug)]
pub(super) enum Part {
    /// The skin, with a mark on it that is so strong, 0 to 1.
    Skin(f64),
    /// Brows and a beard, of hair of which so much is grey.
    Growth(f64),
    /// Hair before the ground: dark, or grey.
    Hair { grey: bool },
    /// What is behind.
    Ground,
}

/// What of a face is at a point, both numbers from about -1 to 1, rightwards and downwards.
pub(super) fn at(look: &Look, years: f64, p: f64, q: f64) -> Part {
    // A child's head is round, and its eyes are large and low in it.
    let young = ((14.0 - years) / 13.0).clamp(0.0, 1.0);
    let gray = ((years - 40.0) / 25.0).clamp(0.0, 1.0);
    let inside = p * p / (0.5 + 0.12 * young) + q * q / (0.8 - 0.12 * young) < 1.0;
    if !inside {
        let cap = p * p / (0.72 + 0.1 * young) + (q + 0.15).powi(2) / (0.85 - 0.1 * young) < 1.0;
        let strand = ((p * 23.0 + q * 5.0).floor() * 0.618_034).rem_euclid(1.0);
        return match cap && q < if look.long_hair { 0.55 } else { -0.35 } {
            true => Part::Hair { grey: strand < gray },
            false => Part::Ground,
        };
    }
    let (a, low) = (p.abs(), q - 0.14 * young);
    let Look { bend, open, slant, beard, .. } = *look;
    let (wide, size) = (0.36 * (1.0 - 0.3 * young), 1.0 + 1.2 * young);
    let mouth = (low - 0.42 - bend * 0.55 * (0.12 - p * p)).abs() < 0.05 + 0.05 * (open + 1.0) && a < wide;
    let eye = (a - 0.3).powi(2) / (0.012 * size) + (low + 0.22).powi(2) / ((0.004 + 0.008 * (open + 1.0)) * size) < 1.0;
    let brow = (low + 0.45 + 0.06 * young + slant * 0.3 * (a - 0.3)).abs() < 0.035 && (a - 0.3).abs() < 0.17;
    match (mouth || eye, brow || (beard && years >= BEARDED && q > 0.56)) {
        (true, _) => Part::Skin(1.0),
        (false, true) => Part::Growth(gray),
        (false, false) => Part::Skin(line(years, a, q)),
    }
}

/// How strong a line of age is at a point.
fn line(years: f64, a: f64, q: f64) -> f64 {
    let old = ((years - 35.0) / 35.0).clamp(0.0, 1.0);
    if old == 0.0 {
        return 0.0;
    }
    let brow = [(0.0, -0.6), (0.35, -0.69), (0.7, -0.78)];
    let forehead = a < 0.3 && brow.iter().any(|(from, height)| old > *from && (q - height - 0.1 * a * a).abs() < 0.018);
    let fold = old > 0.3 && (0.06..0.4).contains(&q) && (a - 0.2 - 0.55 * (q - 0.06)).abs() < 0.025;
    let feet = old > 0.15 && (0.45..0.6).contains(&a) && [-0.7, 0.0, 0.7].iter().any(|slope| (q + 0.22 - slope * (a - 0.42)).abs() < 0.02);
    let ring = (a - 0.3).powi(2) / 0.026 + (q + 0.2).powi(2) / 0.03;
    let bags = old > 0.5 && q > -0.14 && (0.75..1.25).contains(&ring);
    if forehead || fold || feet || bags { 0.3 + 0.35 * old } else { 0.0 }
}
