//! Garments: ten cuts, called as those of Fashion-MNIST, and after these the same ones with a stripe.

use super::words::says;

/// How many cuts there are.
const CUTS: u32 = 10;

/// Words for each of the cuts; of a name that has several, the first counts, so that a T-shirt is not a shirt.
const WORDS: [(u32, &[&str]); 10] = [
    (0, &["tshirt", "tee", "top", "tops"]),
    (1, &["trouser", "trousers", "pants", "jeans", "leggings"]),
    (2, &["pullover", "sweater", "jumper", "hoodie", "sweatshirt"]),
    (3, &["dress", "dresses", "gown"]),
    (4, &["coat", "coats", "jacket", "parka"]),
    (5, &["sandal", "sandals", "heels"]),
    (6, &["shirt", "shirts", "blouse"]),
    (7, &["sneaker", "sneakers", "shoe", "shoes", "trainers"]),
    (8, &["bag", "bags", "handbag", "purse", "backpack"]),
    (9, &["boot", "boots"]),
];

/// A cut for each class: that of its name, or one that nobody else has.
pub(super) fn cuts(names: &[String]) -> Vec<u32> {
    let mut cuts: Vec<Option<u32>> = vec![None; names.len()];
    for (at, name) in names.iter().enumerate() {
        let name = name.to_lowercase().replace("t-shirt", "tshirt");
        let own = WORDS.iter().find(|(_, words)| says(&name, words)).map(|(cut, _)| *cut);
        cuts[at] = own.filter(|own| !cuts.contains(&Some(*own)));
    }
    let taken = cuts.clone();
    let mut free = (0..).filter(|cut| !taken.contains(&Some(*cut)));
    cuts.into_iter().filter_map(|cut| cut.or_else(|| free.next())).collect()
}

/// How much of the cloth's brightness there is: none outside, all of it on plain cloth, less in a fold or at a button. Both numbers are from -1
/// to 1, rightwards and downwards.
pub(super) fn at(cut: u32, p: f64, q: f64) -> f64 {
    let a = p.abs();
    let (inside, dark) = match cut % CUTS {
        0 => (torso(a, q, 0.62) || sleeve(a, q, 0.78, 0.0), neck(a, q, 0.2)),
        1 => (trousers(a, q), q < -0.68 && q > -0.76),
        2 => (torso(a, q, 0.6) || sleeve(a, q, 0.74, 0.62), (q > 0.48 && a < 0.44) || (q > 0.47 && a > 0.46) || neck(a, q, 0.26)),
        3 => (dress(a, q), (q + 0.08).abs() < 0.05),
        4 => (torso(a, q, 0.92) || sleeve(a, q, 0.82, 0.72), a < 0.05 || (q < -0.1 && a < (-0.1 - q) * 0.45)),
        5 => sandal(p, q),
        6 => (torso(a, q, 0.78) || sleeve(a, q, 0.9, 0.3), shirt_front(a, q)),
        7 => sneaker(p, q),
        8 => (bag(a, q), (q + 0.02).abs() < 0.035 || (a < 0.07 && (q - 0.06).abs() < 0.09)),
        _ => boot(p, q),
    };
    let stripe = cut >= CUTS && (p + q).rem_euclid(0.5) < 0.25;
    match (inside, dark || stripe) {
        (false, _) => 0.0,
        (true, false) => 1.0,
        (true, true) => 0.45,
    }
}

/// A body with shoulders, down to a hem.
fn torso(a: f64, q: f64, hem: f64) -> bool {
    a < 0.44 && q < hem && q > -0.72 + 0.3 * (a - 0.14).max(0.0)
}

/// A sleeve from the shoulder to a cuff as far out and as far down.
fn sleeve(a: f64, q: f64, out: f64, down: f64) -> bool {
    // Along the sleeve, from 0 at the shoulder to 1 at the cuff, and across.
    let (from, to) = ([0.38, -0.5], [out, down]);
    let (x, y) = (to[0] - from[0], to[1] - from[1]);
    let length = x.hypot(y);
    let along = ((a - from[0]) * x + (q - from[1]) * y) / length;
    let across = ((a - from[0]) * y - (q - from[1]) * x) / length;
    (0.0..length).contains(&along) && across.abs() < 0.15
}

/// A round neck.
fn neck(a: f64, q: f64, radius: f64) -> bool {
    a * a + (q + 0.74).powi(2) < radius * radius
}

fn trousers(a: f64, q: f64) -> bool {
    let (inner, outer) = (if q < -0.3 { 0.0 } else { 0.04 + 0.1 * (q + 0.3) }, 0.34 + 0.1 * (q + 0.8));
    q.abs() < 0.88 && a >= inner && a < outer
}

fn dress(a: f64, q: f64) -> bool {
    let straps = q > -0.9 && q < -0.55 && (a - 0.17).abs() < 0.05;
    let bodice = (-0.6..-0.08).contains(&q) && a < 0.27 - 0.12 * (q + 0.6);
    let skirt = (-0.08..0.88).contains(&q) && a < 0.21 + 0.5 * (q + 0.08);
    straps || bodice || skirt
}

/// Buttons, and a collar that is open.
fn shirt_front(a: f64, q: f64) -> bool {
    let button = a < 0.06 && q > -0.4 && (q + 0.4).rem_euclid(0.24) < 0.1;
    let collar = q < -0.48 && (a - (q + 0.78).max(0.0) * 0.7).abs() < 0.05;
    button || collar || neck(a, q, 0.12)
}

/// A sole that rises to the heel, and straps with nothing between them.
fn sandal(p: f64, q: f64) -> (bool, bool) {
    let sole = 0.52 - 0.32 * ((p - 0.05) / 0.85).max(0.0);
    let heel = p > 0.62 && p < 0.8 && q > sole && q < 0.66;
    let strap = |x: f64| (p - x + (q - sole) * 0.45).abs() < 0.06 && q > sole - 0.42 && q < sole;
    let ankle = (q + 0.1).abs() < 0.06 && (0.3..0.84).contains(&p);
    let inside = p.abs() < 0.85 && (q - sole).abs() < 0.08;
    (inside || heel || strap(-0.55) || strap(-0.2) || strap(0.65) || ankle, false)
}

/// Low, with a thick sole and laces.
fn sneaker(p: f64, q: f64) -> (bool, bool) {
    let upper = if p < 0.1 { 0.1 - 0.42 * ((p + 0.85) / 0.95).clamp(0.0, 1.0).powf(0.7) } else { -0.32 + 0.1 * (0.5 - p).max(0.0) };
    let sole = q > 0.28 && q < 0.46;
    let laces = (-0.4..0.1).contains(&p) && q < 0.08 && (p + q * 0.5).rem_euclid(0.18) < 0.07;
    (p.abs() < 0.86 && q > upper && q < 0.46, sole || laces)
}

/// A box under a handle.
fn bag(a: f64, q: f64) -> bool {
    let body = (-0.2..0.75).contains(&q) && a < 0.66 + 0.08 * q;
    let bow = (a / 0.4).powi(2) + ((q + 0.2) / 0.6).powi(2);
    body || (q < -0.1 && (0.66..1.0).contains(&bow))
}

/// A shaft, a foot to the left of it and a heel.
fn boot(p: f64, q: f64) -> (bool, bool) {
    let shaft = (-0.05..0.62).contains(&p) && (-0.85..0.6).contains(&q);
    let foot = (0.12..0.6).contains(&q) && p > -0.8 + 0.5 * (0.45 - q).max(0.0) && p < 0.62;
    let sole = (0.6..0.76).contains(&q) && ((-0.8..-0.1).contains(&p) || (0.28..0.62).contains(&p));
    (shaft || foot || sole, q > 0.54 && q < 0.6)
}

#[cfg(test)]
mod tests {
    use super::*;

    const FASHION: [&str; 10] = ["T-shirt/top", "Trouser", "Pullover", "Dress", "Coat", "Sandal", "Shirt", "Sneaker", "Bag", "Ankle boot"];

    #[test]
    fn a_garment_is_cut_as_its_name_says_and_no_two_are_cut_alike() {
        let names = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
        assert_eq!(cuts(&names(&FASHION)), (0..10).collect::<Vec<_>>());
        let reversed: Vec<&str> = FASHION.into_iter().rev().collect();
        assert_eq!(cuts(&names(&reversed)), (0..10).rev().collect::<Vec<_>>());
        assert_eq!(cuts(&names(&["kimono", "blouse", "shirt", "jeans", "sari"])), [0, 6, 2, 1, 3]);
        let many: Vec<String> = (0..14).map(|class| class.to_string()).collect();
        assert_eq!(cuts(&many), (0..14).collect::<Vec<_>>());
    }

    #[test]
    fn each_cut_has_an_outline_of_its_own() {
        const SIDE: usize = 28;
        let pixel = |at: usize| (at as f64 + 0.5) / SIDE as f64 * 2.0 - 1.0;
        let drawn = |cut: u32| (0..SIDE * SIDE).map(|at| self::at(cut, pixel(at % SIDE), pixel(at / SIDE))).collect::<Vec<_>>();
        let outline = |cut: u32| drawn(cut).into_iter().map(|cloth| cloth > 0.0).collect::<Vec<_>>();
        for one in 0..10 {
            for other in 0..one {
                let apart = outline(one).iter().zip(outline(other)).filter(|(a, b)| **a != *b).count();
                assert!(apart > SIDE * SIDE / 40, "{one} and {other} differ in {apart} pixels");
            }
            assert_eq!(outline(one), outline(one + CUTS), "with stripes");
            assert_ne!(drawn(one), drawn(one + CUTS), "with stripes");
        }
    }
}
