//! What many tests at once do to p.

use super::finding::Finding;
use crate::spec::compare::Adjust;

/// Adjusts p over all findings that have one.
pub fn adjust<'a>(findings: impl Iterator<Item = &'a mut Finding>, how: Adjust) {
    let mut findings: Vec<&mut Finding> = findings.collect();
    let mut order: Vec<(f64, usize)> = findings.iter().enumerate().filter_map(|(place, finding)| finding.p.map(|p| (p, place))).collect();
    order.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
    let family = order.len();
    let mut set = |place: usize, p: f64| findings[place].p_adjusted = Some(p);
    match how {
        Adjust::None => {}
        Adjust::Holm => {
            let mut largest = 0.0_f64;
            for (rank, (p, place)) in order.into_iter().enumerate() {
                largest = largest.max((p * (family - rank) as f64).min(1.0));
                set(place, largest);
            }
        }
        Adjust::BenjaminiHochberg => {
            let mut smallest = 1.0_f64;
            for (rank, (p, place)) in order.into_iter().enumerate().rev() {
                smallest = smallest.min(p * family as f64 / (rank + 1) as f64);
                // As large as p, rounding aside.
                set(place, smallest.max(p));
            }
        }
    }
}
