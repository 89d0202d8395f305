//! Whether intervals of embeddings hold what they promise, by simulation: vectors are drawn from known clouds again and again.
//!
//! What a run with 500 files a row gave (`cargo test --release every_cloud -- --ignored --nocapture`): see the table in
//! `benchmarks/coverage.md`.

use fairgrid::score::compare::contrast::Contrast;
use fairgrid::score::compare::finding::{Finding, Statistic};
use fairgrid::score::compare::{Request, Side, compare};
use fairgrid::score::embedding::Embeddings;
use fairgrid::score::measurement::Measurement;
use fairgrid::score::predictions::Predictions;
use fairgrid::score::rule::FittedRules;
use fairgrid::score::score;
use fairgrid::spec::compare::{Adjust, Test};
use fairgrid::spec::evaluation::Evaluation;
use fairgrid::spec::uncertainty::Uncertainty;
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use rand_distr::{Distribution, StandardNormal};
use rayon::prelude::*;

use super::scenario::unlabelled;
use super::spec;

/// Groups of vectors: how many, and how far their mean lies along an axis of its own and along one that all share.
struct World {
    name: &'static str,
    groups: &'static [(usize, f64, f64)],
    evaluation: &'static str,
    /// Whether a few files of it are tried in every run of the tests.
    quick: bool,
}

const GEOMETRY: &str = "{groups: [kind], metrics: [intra_group_cosine, within_group_variance, inter_group_cosine, centroid_distance, \
                        {silhouette_score: {metric: cosine}}, fisher_ratio, intra_group_cosine_difference, linear_cka, {linear_cka: {debiased: true, as: debiased}}]}";
const SETS: &str = "{sets: {attribute: {kind: [k0, k1]}, concepts: {kind: [k2, k3]}}, metrics: [mean_cosine_association, {single_category_association: \
                    {permutations: 100}}, {ieat_effect_size: {permutations: 100}}]}";

const WORLDS: &[World] = &[
    World { name: "three groups apart", groups: &[(60, 0.5, 1.0), (40, 1.0, 1.0), (25, 1.5, 1.0)], evaluation: GEOMETRY, quick: true },
    World { name: "two groups nearly tied", groups: &[(80, 0.3, 1.0), (80, 0.0, 1.0)], evaluation: GEOMETRY, quick: false },
    World {
        name: "sets of 20",
        groups: &[(20, 1.0, 0.5), (20, -1.0, 0.5), (20, 0.5, 0.5), (20, -0.3, 0.5)],
        evaluation: SETS,
        quick: false,
    },
    World {
        name: "sets of 60",
        groups: &[(60, 1.0, 0.5), (60, -1.0, 0.5), (60, 0.5, 0.5), (60, -0.3, 0.5)],
        evaluation: SETS,
        quick: false,
    },
];

/// One number of a file.
struct Number {
    name: String,
    value: f64,
    interval: Option<(f64, f64)>,
}

/// Vectors of five numbers.
const WIDTH: usize = 5;

impl World {
    /// A file of so many times as many vectors.
    fn file(&self, seed: u64, times: usize) -> Predictions {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        let (mut values, mut codes) = (Vec::new(), Vec::new());
        for (code, (items, own, shared)) in self.groups.iter().enumerate() {
            for _ in 0..items * times {
                let mut vector = [0.0; WIDTH];
                vector.iter_mut().for_each(|number| *number = StandardNormal.sample(&mut rng));
                vector[0] += own;
                vector[1] += shared;
                values.extend(vector);
                codes.push(code as u32);
            }
        }
        self.parts(values, &codes)
    }

    fn parts(&self, values: Vec<f64>, groups: &[u32]) -> Predictions {
        let levels: Vec<String> = (0..self.groups.len()).map(|code| format!("k{code}")).collect();
        unlabelled("kind", levels, groups, None, Embeddings::new(values.len() / groups.len(), values))
    }

    /// Where another model places the items of a file: what half of its numbers come from is noise.
    fn other(&self, file: &Predictions, seed: u64) -> Predictions {
        let mut rng = ChaCha8Rng::seed_from_u64(seed ^ (1 << 40));
        let noise = |number: f64| {
            let noise: f64 = StandardNormal.sample(&mut rng);
            number + noise
        };
        let values = file.embeddings().unwrap().values().iter().copied().map(noise).collect();
        self.parts(values, &file.fields()["kind"].codes.iter().copied().flatten().collect::<Vec<_>>())
    }

    /// Every number of a file.
    fn numbers(&self, seed: u64, times: usize, uncertainty: &Uncertainty) -> Vec<Number> {
        let file = self.file(seed, times);
        let evaluation = spec::<Evaluation>(self.evaluation);
        let measured = score(&file, &evaluation, uncertainty, &FittedRules::new()).unwrap();
        let name = |m: &Measurement| format!("{} {}{}", m.metric, m.group, m.label).trim_end().to_owned();
        let measured = measured.iter().map(|m| Number { name: name(m), value: m.value.unwrap(), interval: m.lower.zip(m.upper) });
        let mut numbers: Vec<Number> = measured.collect();
        if self.evaluation.contains("linear_cka") {
            let (other, fitted) = (self.other(&file, seed), FittedRules::new());
            let side = |predictions| Side { predictions, evaluation: &evaluation, fitted: &fitted, rule: None };
            let contrasts = [Contrast::Difference { from: vec![0], to: vec![1] }];
            let metrics = ["linear_cka".to_owned(), "debiased".to_owned()];
            let request =
                Request { contrasts: &contrasts, metrics: &metrics, test: Test::Bootstrap, within: None, adjust: Adjust::None, seeds: &[] };
            let found = compare(&[side(&file), side(&other)], &request, uncertainty).unwrap();
            let alike = found.iter().filter(|finding| finding.statistic == Statistic::Similarity);
            let name = |f: &Finding| format!("{} {}", f.metric, f.group).trim_end().to_owned();
            numbers.extend(alike.map(|f| Number { name: name(f), value: f.estimate.unwrap(), interval: f.interval() }));
        }
        numbers
    }

    /// Number by number: its name, the number of the clouds themselves, the share of files whose interval holds it, and the mean width.
    fn coverage(&self, files: u64) -> Vec<(String, f64, f64, f64)> {
        let truths = self.numbers(u64::MAX, 500, &Uncertainty::default().with_draws(2, 0));
        let uncertainty = Uncertainty::default().with_draws(400, 100);
        let all: Vec<_> = (0..files).into_par_iter().map(|seed| self.numbers(seed, 1, &uncertainty)).collect();
        let of = |(place, Number { name, value: truth, .. }): (usize, &Number)| {
            let intervals = || all.iter().map(|numbers| numbers[place].interval.unwrap());
            let held = intervals().filter(|(lower, upper)| lower <= truth && truth <= upper).count();
            let width: f64 = intervals().map(|(lower, upper)| upper - lower).sum();
            (name.clone(), *truth, held as f64 / files as f64, width / files as f64)
        };
        truths.iter().enumerate().map(of).collect()
    }
}

#[test]
fn intervals_of_embeddings_hold_what_they_promise() {
    // 40 files tell 0.95 from 0.85 only now and then, so that the bound here is that of gross mistakes.
    for world in WORLDS.iter().filter(|world| world.quick) {
        for (name, _, held, _) in world.coverage(40) {
            assert!(held >= 0.8, "{}, {name}: {held}", world.name);
        }
    }
}

#[test]
fn percentiles_of_effect_sizes_are_widened_and_stay_where_they_fall() {
    let world = WORLDS.iter().find(|world| world.name == "sets of 20").unwrap();
    let plain = spec::<Uncertainty>("{method: percentile}").with_draws(400, 100);
    for seed in 0..3 {
        let [standard, plain] = [&Uncertainty::default().with_draws(400, 100), &plain].map(|how| world.numbers(seed, 1, how));
        let effects = standard.iter().zip(&plain).filter(|(number, _)| number.name.starts_with("single_category_association"));
        for (standard, plain) in effects {
            let ((lower, upper), (low, high)) = (standard.interval.unwrap(), plain.interval.unwrap());
            assert!(lower < low && high < upper && upper - lower < 1.4 * (high - low), "{}: {lower} {low} {high} {upper}", standard.name);
        }
    }
}

#[test]
#[ignore = "minutes"]
fn every_cloud() {
    let mut lines = String::new();
    for world in WORLDS {
        for (name, truth, held, width) in world.coverage(1500) {
            lines.push_str(&format!("| {} | {name} | {truth:.3} | {held:.3} | {width:.3} |\n", world.name));
        }
    }
    std::io::Write::write_all(&mut std::io::stderr(), lines.as_bytes()).unwrap();
}
