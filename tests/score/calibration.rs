//! Whether intervals of differences of calibration errors hold what they promise, by simulation: chance lengthens the error of what is
//! calibrated, and hardly that of what is not.

use fairgrid::score::compare::contrast::{Contrast, Pairs};
use fairgrid::score::compare::finding::Finding;
use fairgrid::score::compare::{Request, Side, compare};
use fairgrid::score::predictions::Predictions;
use fairgrid::score::rule::FittedRules;
use fairgrid::score::score;
use fairgrid::spec::compare::{Adjust, Test};
use fairgrid::spec::evaluation::Evaluation;
use fairgrid::spec::uncertainty::Uncertainty;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

use super::scenario::{held, over_files};
use super::{find, import, spec};

const METRICS: [&str; 3] = ["expected_calibration_error", "root_mean_square_calibration_error", "adaptive_calibration_error"];

/// What models say of the same items, every third of which is in the second group: probabilities that are too high by so much in either.
fn models<const N: usize>(items: usize, off: [[f64; 2]; N], seed: u64) -> [Predictions; N] {
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    let mut files = off.map(|_| "y,q,g\n".to_owned());
    for item in 0..items {
        let (group, true_share) = (usize::from(item % 3 == 2), 0.7 * random.random::<f64>() + 0.05);
        let positive = u8::from(random.random_bool(true_share));
        for (file, off) in files.iter_mut().zip(off) {
            file.push_str(&format!("{positive},{},{group}\n", true_share + off[group]));
        }
    }
    files.map(|file| import(&file, "{label: y, probabilities: q, classes: [0, 1]}", &["g"]).unwrap())
}

fn uncertainty() -> Uncertainty {
    Uncertainty::default().with_draws(200, 0)
}

/// Of the metrics with such an ending.
fn findings(sides: &[Predictions], contrast: Contrast, ending: &str) -> Vec<Finding> {
    let metrics = METRICS.map(|metric| format!("{metric}{ending}"));
    let evaluation = spec::<Evaluation>(&format!("{{groups: [g], positive: 1, metrics: [{}]}}", metrics.join(", ")));
    let fitted = FittedRules::new();
    let sides: Vec<Side<'_>> =
        sides.iter().map(|predictions| Side { predictions, evaluation: &evaluation, fitted: &fitted, rule: None }).collect();
    let request =
        Request { contrasts: &[contrast], metrics: &metrics, test: Test::Bootstrap, within: None, adjust: Adjust::None, seeds: &[] };
    compare(&sides, &request, &uncertainty()).unwrap()
}

/// Of each metric, how often its interval holds a difference of all items, or of groups; p goes with it.
fn hold(found: &[Finding], truth: f64) -> [f64; 3] {
    METRICS.map(|metric| {
        let one = found.iter().find(|one| one.metric.starts_with(metric) && one.group.is_empty()).unwrap();
        let (lower, upper) = one.interval().unwrap();
        assert_eq!(one.p.unwrap() < 0.05, lower > 0.0 || upper < 0.0, "{one:?}");
        assert!(lower <= one.estimate.unwrap() && one.estimate.unwrap() <= upper, "{one:?}");
        held(Some((lower, upper)), truth)[0]
    })
}

#[test]
fn two_models_one_of_which_is_calibrated() {
    let two = || Contrast::Difference { from: vec![0], to: vec![1] };
    for (off, truth) in [([0.0, 0.2], 0.2), ([0.0, 0.0], 0.0), ([0.2, 0.1], -0.1)] {
        let all = over_files(20, |seed| hold(&findings(&models(300, off.map(|off| [off; 2]), seed), two(), ""), truth));
        assert!(all.iter().all(|held| *held >= 0.8), "{off:?}: {all:?}");
    }
}

#[test]
fn gaps_of_two_models_one_of_which_treats_groups_alike() {
    let two = || Contrast::Difference { from: vec![0], to: vec![1] };
    for (off, truth) in [([[0.0, 0.0], [0.0, 0.2]], 0.2), ([[0.2, 0.2], [0.0, 0.2]], 0.2), ([[0.0, 0.0], [0.0, 0.0]], 0.0)] {
        let all = over_files(20, |seed| hold(&findings(&models(450, off, seed), two(), "_difference"), truth));
        assert!(all.iter().all(|held| *held >= 0.8), "{off:?}: {all:?}");
    }
    // The best group's error over the worst's, whose true value nothing here is exact about: the estimate lies in its interval.
    for ending in ["_ratio", "_group_max", "_group_std"] {
        over_files(10, |seed| hold(&findings(&models(300, [[0.0, 0.1], [0.0, 0.2]], seed), two(), ending), 0.0));
    }
}

#[test]
fn two_groups_one_of_which_is_calibrated() {
    let groups = || Contrast::Groups { side: 0, by: "g".to_owned(), pairs: Pairs::Baseline("g=0".to_owned()) };
    let gaps = METRICS.map(|metric| format!("{metric}_difference"));
    let evaluation = spec::<Evaluation>(&format!("{{groups: [g], positive: 1, metrics: [{}]}}", gaps.join(", ")));
    for off in [[0.0, 0.2], [0.2, 0.0]] {
        let [of_groups, of_gap] = [true, false].map(|compared| {
            over_files(20, |seed| {
                let model = models(450, [off], seed);
                if compared {
                    return hold(&findings(&model, groups(), ""), off[1] - off[0]);
                }
                let all = score(&model[0], &evaluation, &uncertainty(), &FittedRules::new()).unwrap();
                gaps.each_ref().map(|gap| {
                    let gap = find(&all, gap, "g", "", "");
                    held(gap.lower.zip(gap.upper), 0.2)[0]
                })
            })
        });
        assert!(of_groups.iter().chain(&of_gap).all(|held| *held >= 0.8), "{off:?}: {of_groups:?}, {of_gap:?}");
    }
}
