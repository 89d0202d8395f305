//! Whether intervals of scores hold what they promise, by simulation: rankings, losses and calibration of two groups of subjects.
//!
//! What a run with 2,000 files a row of rankings and 500 of calibration gave (`cargo test --release every_score -- --ignored --nocapture`): see the
//! table in `benchmarks/coverage.md`.

use fairgrid::data::frame::{Factor, Targets};
use fairgrid::score::measurement::Measurement;
use fairgrid::score::predictions::ids::Ids;
use fairgrid::score::predictions::{Parts, Predictions, Scores};
use fairgrid::score::rule::FittedRules;
use fairgrid::score::score;
use fairgrid::spec::evaluation::Evaluation;
use fairgrid::spec::predictions::Kind;
use fairgrid::spec::uncertainty::Uncertainty;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use rand_distr::{Distribution, StandardNormal};
use rayon::prelude::*;

use super::scenario::held;
use super::{find, spec};

/// Subjects of two groups, every other one of either, and what is said of their items.
struct World {
    name: &'static str,
    subjects: usize,
    /// Items a subject.
    of: usize,
    said: Said,
    metrics: &'static [&'static str],
}

/// What probabilities say, in either group.
#[derive(Clone, Copy)]
enum Said {
    /// Logits of positives lie so far above 0, those of negatives below it, give or take 1, and 0.8 a subject where there are several items.
    Ranked([f64; 2]),
    /// Any probability p is as frequent as any other; the true one is that much of the way from p to 1 - p.
    Calibrated([f64; 2]),
}

const RANKED: &[&str] = &[
    "roc_auc_score",
    "average_precision_score",
    "brier_score_loss",
    "log_loss",
    "roc_auc_score_difference",
    "average_precision_score_difference",
    "roc_auc_score_mean_over_groups",
];

const fn ranked(name: &'static str, subjects: usize, of: usize, apart: [f64; 2]) -> World {
    World { name, subjects, of, said: Said::Ranked(apart), metrics: RANKED }
}

const CALIBRATED: &[&str] = &[
    "expected_calibration_error",
    "adaptive_calibration_error",
    "maximum_calibration_error",
    "root_mean_square_calibration_error",
    "expected_calibration_error_group_max",
    "expected_calibration_error_difference",
    "expected_calibration_error_mean_over_groups",
];

const fn calibrated(name: &'static str, subjects: usize, of: usize, tilt: [f64; 2]) -> World {
    World { name, subjects, of, said: Said::Calibrated(tilt), metrics: CALIBRATED }
}

const WORLDS: &[World] = &[
    ranked("60 items", 60, 1, [1.2, 1.2]),
    ranked("60 items, worse", 60, 1, [0.6, 0.6]),
    ranked("60 items, groups apart", 60, 1, [1.5, 0.8]),
    ranked("150 items", 150, 1, [1.2, 1.2]),
    ranked("400 items", 400, 1, [1.2, 1.2]),
    ranked("15 subjects of 8", 15, 8, [1.2, 1.2]),
    calibrated("120 items, calibrated", 120, 1, [0.0, 0.0]),
    calibrated("300 items, calibrated", 300, 1, [0.0, 0.0]),
    calibrated("300 items, nearly", 300, 1, [0.05, 0.05]),
    calibrated("300 items, off", 300, 1, [0.25, 0.25]),
    calibrated("300 items, one group off", 300, 1, [0.0, 0.3]),
    calibrated("1,000 items, off", 1000, 1, [0.25, 0.25]),
    calibrated("30 subjects of 8, calibrated", 30, 8, [0.0, 0.0]),
];

fn draw(world: &World, subjects: usize, seed: u64) -> Predictions {
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    let (mut targets, mut values, mut groups, mut codes) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for subject in 0..subjects {
        let own: f64 = if world.of > 1 { StandardNormal.sample(&mut random) } else { 0.0 };
        for _ in 0..world.of {
            let (positive, probability) = match world.said {
                Said::Ranked(apart) => {
                    let positive = random.random_bool(0.5);
                    let error: f64 = StandardNormal.sample(&mut random);
                    let logit = apart[subject % 2] * if positive { 1.0 } else { -1.0 } + 0.8 * own + error;
                    (positive, 1.0 / (1.0 + (-logit).exp()))
                }
                Said::Calibrated(tilt) => {
                    let probability: f64 = random.random();
                    (random.random_bool(probability + tilt[subject % 2] * (1.0 - 2.0 * probability)), probability)
                }
            };
            targets.push(Some(u32::from(positive)));
            values.push(probability);
            groups.push(Some(subject as u32 % 2));
            codes.push(Some(subject as u32));
        }
    }
    let factor = |levels: usize, codes: Vec<Option<u32>>| Factor { levels: (0..levels).map(|level| level.to_string()).collect(), codes };
    let parts = Parts {
        ids: Ids::numbered(targets.len()),
        classes: vec!["0".to_owned(), "1".to_owned()],
        scores: Some(Scores { kind: Kind::Probabilities, width: 1, values }),
        targets: Targets::Single(targets),
        decisions: None,
        embeddings: None,
        fields: [("g".to_owned(), factor(2, groups))].into_iter().collect(),
        subject: (world.of > 1).then(|| factor(subjects, codes)),
        weight: None,
        split: None,
        copies: None,
        fold: None,
    };
    Predictions::check(parts, |row| row as u64).unwrap()
}

fn measured(world: &World, subjects: usize, seed: u64, draws: u32) -> Vec<Measurement> {
    let evaluation = format!("{{groups: [g], positive: 1, undefined: exclude, metrics: [{}]}}", world.metrics.join(", "));
    let uncertainty = Uncertainty::default().with_draws(draws, 0);
    score(&draw(world, subjects, seed), &spec::<Evaluation>(&evaluation), &uncertainty, &FittedRules::new()).unwrap()
}

/// A world's numbers, with a group where there is one a group: the truth, the share of files whose interval holds it, and their mean width.
fn coverage(world: &World, files: u64, items: usize) -> Vec<(String, f64, f64, f64)> {
    let numbers: Vec<(&str, &str, &str)> = (world.metrics.iter())
        .flat_map(|metric| {
            let over = ["_difference", "_group_max", "_mean_over_groups"].iter().any(|suffix| metric.ends_with(suffix));
            if over { vec![(*metric, "g", "")] } else { vec![(*metric, "", ""), (*metric, "g", "g=0")] }
        })
        .collect();
    // Of so many items, numbers are all but those of the world.
    let truths = measured(world, items / world.of, 1 << 40, 0);
    let files: Vec<Vec<Measurement>> = (0..files).into_par_iter().map(|seed| measured(world, world.subjects, seed, 400)).collect();
    let (calibrated, tied) = match world.said {
        Said::Ranked([a, b]) => (false, a == b),
        Said::Calibrated([a, b]) => (a == 0.0 && b == 0.0, a == b),
    };
    let row = |(metric, by, group): (&str, &str, &str)| {
        let of = |all: &[Measurement]| find(all, metric, by, group, "").clone();
        // Where there is no distance, so many items still make one.
        let none = calibrated || (tied && metric.ends_with("_difference"));
        let truth = if none { 0.0 } else { of(&truths).value.unwrap() };
        let there: Vec<[f64; 2]> = (files.iter().map(|file| of(file)))
            .filter_map(|one| one.lower.zip(one.upper))
            .map(|interval| held(Some(interval), truth))
            .collect();
        let mean = |place: usize| there.iter().map(|one| one[place]).sum::<f64>() / there.len() as f64;
        let name = format!("{} | {metric}{}", world.name, if group.is_empty() { "" } else { ", one group" });
        (name, truth, mean(0), mean(1))
    };
    numbers.into_iter().map(row).collect()
}

#[test]
fn intervals_of_scores_hold_what_they_promise() {
    // As in `coverage`, so few files tell gross mistakes only.
    for world in WORLDS.iter().filter(|world| world.subjects * world.of <= 120) {
        for (name, _, covered, width) in coverage(&World { metrics: &world.metrics[..3], ..*world }, 60, 50_000) {
            assert!(covered >= 0.85 && width > 0.0, "{name}: {covered} {width}");
        }
    }
}

#[test]
#[ignore = "minutes"]
fn every_score() {
    let files = |world: &World| if matches!(world.said, Said::Ranked(_)) { 2000 } else { 500 };
    for (name, truth, covered, width) in WORLDS.iter().flat_map(|world| coverage(world, files(world), 400_000)) {
        println!("| {name} | {truth:.3} | {covered:.3} | {width:.3} |");
    }
}
