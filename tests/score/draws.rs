//! Long runs of draws, which a quicker generator makes, have the law of short ones.

use fairgrid::score::predictions::Predictions;
use fairgrid::score::units::draw::{Purpose, Urn, generator};

use super::{find, import, measure};

const REPLICATES: u64 = 400;

/// Each replicate's counts, drawn anew.
fn resamples(copies: &[u64]) -> Vec<Vec<f64>> {
    let urn = Urn::new(copies.to_vec());
    let one = |replicate: u64| {
        let mut counts = vec![0.0; copies.len()];
        urn.resample(&mut generator(0, Purpose::Bootstrap, replicate, 0), |kind, count| counts[kind] += count as f64);
        counts
    };
    (0..REPLICATES).map(one).collect()
}

/// Whether a mean of `draws` numbers of variance `variance` is as near to what it should be as chance lets it.
fn near(mean: f64, expected: f64, variance: f64, draws: f64) {
    assert!((mean - expected).abs() < 5.0 * (variance / draws).sqrt(), "{mean} instead of {expected}");
}

fn has_the_law_of_a_multinomial(copies: &[u64]) {
    let (kinds, total) = (copies.len() as f64, copies.iter().sum::<u64>() as f64);
    let drawn = resamples(copies);
    assert!(drawn.iter().all(|counts| counts.iter().sum::<f64>() == total), "some draws were lost");
    let surprise = |counts: &[f64], times: f64| -> f64 {
        let squared = |(count, copies): (&f64, &u64)| (count - times * *copies as f64).powi(2) / (times * *copies as f64);
        counts.iter().zip(copies).map(squared).sum()
    };
    // Pearson's statistic has kinds - 1 degrees of freedom, replicate by replicate and over all of them.
    let within = drawn.iter().map(|counts| surprise(counts, 1.0)).sum::<f64>() / REPLICATES as f64;
    let spread = copies.iter().map(|copies| 1.0 / *copies as f64).sum::<f64>() + 2.0 * kinds;
    near(within, kinds - 1.0, spread, REPLICATES as f64);
    let pooled: Vec<f64> = (0..copies.len()).map(|kind| drawn.iter().map(|counts| counts[kind]).sum()).collect();
    near(surprise(&pooled, REPLICATES as f64), kinds - 1.0, 2.0 * kinds, 1.0);
    // Neighbours, which halves of one word may have drawn, know nothing of each other.
    let standardized = |counts: &[f64], kind: usize| (counts[kind] - copies[kind] as f64) / (copies[kind] as f64).sqrt();
    let products =
        |counts: &Vec<f64>| (1..copies.len()).map(|kind| standardized(counts, kind - 1) * standardized(counts, kind)).sum::<f64>();
    let together = drawn.iter().map(products).sum::<f64>() / (REPLICATES as f64 * (kinds - 1.0));
    let shared = (1..copies.len()).map(|kind| ((copies[kind - 1] * copies[kind]) as f64).sqrt()).sum::<f64>() / total;
    near(together, -shared / (kinds - 1.0), 1.0, REPLICATES as f64 * (kinds - 1.0));
}

#[test]
fn many_items_that_all_differ() {
    has_the_law_of_a_multinomial(&[1; 6001]);
}

#[test]
fn many_items_of_which_some_are_alike() {
    let copies: Vec<u64> = (0..1500).map(|kind| 1 + kind % 7).collect();
    has_the_law_of_a_multinomial(&copies);
}

#[test]
fn many_items_of_few_kinds() {
    let copies: Vec<u64> = (0..50).map(|kind| 20 + 17 * kind).collect();
    has_the_law_of_a_multinomial(&copies);
}

/// Two overlapping classes, all of whose scores differ.
fn overlapping(items: usize) -> (Vec<f64>, Vec<f64>, Predictions) {
    let (mut positives, mut negatives) = (Vec::new(), Vec::new());
    let mut csv = String::from("id,y,s,g\n");
    for item in 0..items {
        // Multiples of the golden ratio are spread out evenly.
        let place = (item as f64 * 0.618_033_988_749_894_9).fract();
        let positive = item % 3 == 0;
        let score = if positive { place.sqrt() } else { place };
        if positive { &mut positives } else { &mut negatives }.push(score);
        csv.push_str(&format!("{item},{},{score},all\n", u8::from(positive)));
    }
    (positives, negatives, import(&csv, "{id: id, label: y, probabilities: s}", &["g"]).unwrap())
}

/// The standard error of an AUC by DeLong, DeLong and Clarke-Pearson (1988).
fn delong(positives: &[f64], negatives: &[f64]) -> f64 {
    let above = |sorted: &[f64], score: f64| sorted.partition_point(|other| *other < score) as f64 / sorted.len() as f64;
    let sorted = |scores: &[f64]| {
        let mut scores = scores.to_vec();
        scores.sort_by(f64::total_cmp);
        scores
    };
    let variance = |places: Vec<f64>| {
        let mean = places.iter().sum::<f64>() / places.len() as f64;
        places.iter().map(|place| (place - mean).powi(2)).sum::<f64>() / (places.len() as f64 - 1.0) / places.len() as f64
    };
    let (by_score, of_negatives) = (sorted(positives), sorted(negatives));
    let of_positives = positives.iter().map(|score| above(&of_negatives, *score)).collect();
    (variance(of_positives) + variance(negatives.iter().map(|score| above(&by_score, *score)).collect())).sqrt()
}

#[test]
fn the_interval_of_a_large_auc_is_as_wide_as_its_standard_error_says() {
    let (positives, negatives, predictions) = overlapping(9000);
    let measured = measure(&predictions, "{groups: [g], positive: 1, metrics: [roc_auc_score]}").unwrap();
    let auc = find(&measured, "roc_auc_score", "g", "g=all", "");
    let width = auc.upper.unwrap() - auc.lower.unwrap();
    let expected = 2.0 * 1.96 * delong(&positives, &negatives);
    assert!((width / expected - 1.0).abs() < 0.3, "{width} instead of {expected}");
}
