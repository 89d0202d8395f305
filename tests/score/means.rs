//! Means over seeds: whether their intervals hold what they promise, by simulation.

use fairgrid::data::frame::{Factor, Targets};
use fairgrid::score::compare::Side;
use fairgrid::score::compare::mean::{Mean, means};
use fairgrid::score::interval::share::{normal_quantile, student_quantile};
use fairgrid::score::measurement::Measurement;
use fairgrid::score::predictions::ids::Ids;
use fairgrid::score::predictions::{Decisions, Parts, Predictions};
use fairgrid::score::rule::FittedRules;
use fairgrid::score::score;
use fairgrid::spec::evaluation::Evaluation;
use fairgrid::spec::uncertainty::Uncertainty;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use rand_distr::StandardNormal;
use rayon::prelude::*;

use super::{import, spec};

/// Models whose accuracy is 0.8 on average, and whose seeds move it by so much.
#[derive(Clone, Copy)]
pub(super) struct World {
    pub(super) seeds: usize,
    /// The standard deviation of a seed's accuracy.
    pub(super) moves: f64,
    /// How far an item that is hard for one model is hard for all, from 0 to 1.
    pub(super) shared: f64,
}

pub(super) fn draw(world: World, items: usize, seed: u64) -> Vec<Predictions> {
    let mut generator = ChaCha8Rng::seed_from_u64(seed);
    let hardness: Vec<f64> = (0..items).map(|_| generator.sample(StandardNormal)).collect();
    let race = Factor { levels: vec!["a".to_owned(), "b".to_owned()], codes: (0..items).map(|row| Some((row % 2) as u32)).collect() };
    let mut model = || {
        let accuracy = 0.8 + world.moves * generator.sample::<f64, _>(StandardNormal);
        let bar = normal_quantile(accuracy.clamp(0.5, 0.999));
        let mut right = |hard: &f64| {
            let own: f64 = generator.sample(StandardNormal);
            world.shared.sqrt() * hard + (1.0 - world.shared).sqrt() * own < bar
        };
        let decided = hardness.iter().map(|hard| Some(u32::from(right(hard)))).collect();
        let parts = Parts {
            ids: Ids::numbered(items),
            classes: vec!["0".to_owned(), "1".to_owned()],
            scores: None,
            targets: Targets::Single(vec![Some(1); items]),
            decisions: Some(Decisions::Single(decided)),
            embeddings: None,
            fields: [("race".to_owned(), race.clone())].into_iter().collect(),
            subject: None,
            weight: None,
            split: None,
            copies: None,
            fold: None,
        };
        Predictions::check(parts, |row| row as u64).unwrap()
    };
    (0..world.seeds).map(|_| model()).collect()
}

fn mean_of(models: &[Predictions], metric: &str, draws: u32) -> (Mean, Vec<Measurement>) {
    let evaluation = spec::<Evaluation>(&format!("{{groups: [race], decide: given, metrics: [{metric}]}}"));
    let uncertainty = Uncertainty::default().with_draws(draws, 0);
    let fitted = FittedRules::new();
    let measured: Vec<Vec<Measurement>> = models.iter().map(|model| score(model, &evaluation, &uncertainty, &fitted).unwrap()).collect();
    let sides: Vec<Side<'_>> =
        models.iter().map(|predictions| Side { predictions, evaluation: &evaluation, fitted: &fitted, rule: None }).collect();
    let measured: Vec<&[Measurement]> = measured.iter().map(Vec::as_slice).collect();
    let found = means(&sides, &measured, &uncertainty).unwrap();
    let overall = |all: &[Measurement]| all.iter().find(|one| one.group.is_empty()).unwrap().clone();
    let mean = found.into_iter().find(|mean| mean.measurement.group.is_empty()).unwrap();
    (mean, measured.into_iter().map(overall).collect())
}

#[test]
fn a_mean_knows_what_its_seeds_and_its_items_leave_open() {
    let still = World { seeds: 4, moves: 0.0, shared: 0.99 };
    let moving = World { seeds: 4, moves: 0.05, shared: 0.99 };
    let [(still, of_still), (moving, of_moving)] = [still, moving].map(|world| mean_of(&draw(world, 500, 1), "accuracy_score", 300));
    let width = |lower: Option<f64>, upper: Option<f64>| upper.unwrap() - lower.unwrap();
    let ends = |all: &[Measurement]| all.iter().map(|one| width(one.lower, one.upper)).sum::<f64>() / all.len() as f64;
    let of = |mean: &Mean| width(mean.measurement.lower, mean.measurement.upper);
    // Seeds that hardly differ leave what the items leave; seeds that do add their own.
    assert!(of(&still) < 1.2 * ends(&of_still) && still.share.unwrap() < 0.2, "{still:?}");
    assert!(of(&moving) > 1.5 * ends(&of_moving) && moving.share.unwrap() > 0.5, "{moving:?}");
    let values: Vec<f64> = of_moving.iter().map(|one| one.value.unwrap()).collect();
    let centre = values.iter().sum::<f64>() / 4.0;
    let sd = (values.iter().map(|value| (value - centre).powi(2)).sum::<f64>() / 3.0).sqrt();
    assert!((moving.measurement.value.unwrap() - centre).abs() < 1e-12 && (moving.sd - sd).abs() < 1e-12);
    assert_eq!(moving.cells, 4);
}

#[test]
fn limits_of_items_and_of_seeds_are_at_a_right_angle() {
    const ITEMS: usize = 400;
    // The first so many items are wrong, so that the three models err on the same ones.
    let wrong = [100, 88, 80];
    let model = |wrong: usize| {
        let rows: String = (0..ITEMS).map(|row| format!("i{row},1,{},a\n", u8::from(row >= wrong))).collect();
        import(&format!("id,y,p,race\n{rows}"), "{id: id, label: y, decision: p, classes: [0, 1]}", &["race"]).unwrap()
    };
    let (mean, _) = mean_of(&wrong.map(model), "accuracy_score", 2000);
    let share = |items: usize| items as f64 / ITEMS as f64;
    let of_share = |share: f64| share * (1.0 - share) / ITEMS as f64;
    // Of numbers whose differences have these squares, the variance (n - 1).
    let variance = |squares: [f64; 3]| squares.iter().sum::<f64>() / 6.0;
    let apart = [(0, 1), (1, 2), (0, 2)].map(|(a, b)| share(wrong[a] - wrong[b]));
    let (between, interaction) = (variance(apart.map(|apart| apart.powi(2))) / 3.0, variance(apart.map(of_share)) / 3.0);
    // An item's mean over the models is wrong in 1, 2/3 or 1/3.
    let parts = [(80, 1.0), (8, 2.0 / 3.0), (12, 1.0 / 3.0)].map(|(items, part)| (share(items), part));
    let centre: f64 = parts.iter().map(|(share, part)| share * part).sum();
    let items = (parts.iter().map(|(share, part)| share * part * part).sum::<f64>() - centre * centre) / ITEMS as f64;
    let (z, t) = (normal_quantile(0.975), student_quantile(0.975, 2.0));
    let reach = (z * z * (items - interaction) + t * t * between).sqrt();
    let width = mean.measurement.upper.unwrap() - mean.measurement.lower.unwrap();
    assert!((width / (2.0 * reach) - 1.0).abs() < 0.03, "{width} in place of {}", 2.0 * reach);
    // Three models that say the same leave open what one does.
    let (same, alone) = mean_of(&[100; 3].map(model), "accuracy_score", 500);
    let ends = |one: &Measurement| [one.lower, one.upper].map(Option::unwrap);
    assert!(ends(&same.measurement).iter().zip(ends(&alone[0])).all(|(mean, one)| (mean - one).abs() < 1e-9), "{same:?}");
}

#[test]
fn models_that_err_apart_are_averaged_to_less_uncertainty() {
    let world = World { seeds: 8, moves: 0.0, shared: 0.0 };
    let (mean, alone) = mean_of(&draw(world, 500, 3), "accuracy_score", 300);
    let width = |one: &Measurement| one.upper.unwrap() - one.lower.unwrap();
    let ratio = width(&mean.measurement) / width(&alone[0]);
    assert!((0.25..0.7).contains(&ratio), "{ratio}, where 1/√8 = 0.35 is known of items alone");
}

/// How often the mean's interval holds 0.8 and how wide it is; the same of the means of the models' own ends.
fn coverage(world: World, files: u64) -> [f64; 4] {
    let one = |seed: u64| {
        let (mean, alone) = mean_of(&draw(world, 300, 1000 + seed), "accuracy_score", 200);
        let ends = |of: fn(&Measurement) -> Option<f64>| alone.iter().map(|one| of(one).unwrap()).sum::<f64>() / alone.len() as f64;
        let holds = |lower: f64, upper: f64| f64::from(u8::from(lower <= 0.8 && 0.8 <= upper));
        let (lower, upper) = (mean.measurement.lower.unwrap(), mean.measurement.upper.unwrap());
        let (low, high) = (ends(|one| one.lower), ends(|one| one.upper));
        [holds(lower, upper), upper - lower, holds(low, high), high - low]
    };
    let sum = (0..files).into_par_iter().map(one).reduce(|| [0.0; 4], |a, b| std::array::from_fn(|place| a[place] + b[place]));
    sum.map(|sum| sum / files as f64)
}

#[test]
fn intervals_of_means_hold_what_they_promise() {
    for (seeds, moves) in [(2, 0.06), (3, 0.0), (5, 0.03)] {
        let [held, ..] = coverage(World { seeds, moves, shared: 0.5 }, 50);
        assert!(held >= 0.85, "{held} of {seeds} seeds");
    }
}

#[test]
#[ignore = "minutes"]
fn every_world() {
    for seeds in [2, 3, 5, 10] {
        for (moves, shared) in [(0.0, 0.2), (0.0, 0.8), (0.01, 0.5), (0.03, 0.2), (0.03, 0.8), (0.06, 0.2), (0.06, 0.8)] {
            let [held, width, ends_held, ends_width] = coverage(World { seeds, moves, shared }, 1000);
            println!("| {seeds} | {moves} | {shared} | {held:.3} | {width:.3} | {ends_held:.3} | {ends_width:.3} |");
        }
    }
}
