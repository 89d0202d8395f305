//! Comparisons: the same items, the same resamples.

use fairgrid::score::compare::{Difference, Side};
use fairgrid::score::measurement::Status;
use fairgrid::score::predictions::Predictions;
use fairgrid::score::rule::FittedRules;
use fairgrid::score::{ScoreError, compare};
use fairgrid::spec::compare::{Adjust, Comparison, Over, Sides};
use fairgrid::spec::evaluation::Evaluation;
use fairgrid::spec::uncertainty::Uncertainty;

use super::{import, spec};

const EVALUATION: &str = "{groups: [g], metrics: [accuracy_score, accuracy_score_difference]}";

/// 300 items of three groups; every `wrong`-th decision is wrong.
fn model(wrong: usize, reversed: bool) -> Predictions {
    let row = |row: usize| format!("i{row},1,{},{}\n", u8::from(!row.is_multiple_of(wrong)), ["a", "b", "c"][row % 3]);
    let mut rows: Vec<String> = (0..300).map(row).collect();
    if reversed {
        rows.reverse();
    }
    import(&format!("id,y,p,g\n{}", rows.concat()), "{id: id, label: y, decision: p, classes: [0, 1]}", &["g"]).unwrap()
}

fn differences(sides: &[Predictions], adjust: Adjust) -> Result<Vec<Difference>, ScoreError> {
    let evaluation = spec::<Evaluation>(EVALUATION);
    let fitted = FittedRules::new();
    let sides: Vec<Side<'_>> = sides.iter().map(|predictions| Side { predictions, evaluation: &evaluation, fitted: &fitted }).collect();
    let pairs: Vec<(usize, usize)> = (1..sides.len()).map(|to| (0, to)).collect();
    let metrics = ["accuracy_score".to_owned(), "accuracy_score_difference".to_owned()];
    compare(&sides, &pairs, &metrics, adjust, &Uncertainty::default().with_draws(400, 0))
}

fn overall(all: &[Difference]) -> &Difference {
    all.iter().find(|d| d.metric == "accuracy_score" && d.by.is_empty()).unwrap()
}

#[test]
fn a_difference_is_paired_and_signed() {
    // Every fourth and every fifth decision are wrong: 75 and 60 of 300, 15 of them the same items.
    let all = differences(&[model(4, false), model(5, true)], Adjust::None).unwrap();
    let accuracy = overall(&all);
    assert_eq!((accuracy.value_from, accuracy.value_to, accuracy.n), (Some(0.75), Some(0.8), 300));
    assert!((accuracy.difference.unwrap() - 0.05).abs() < 1e-12);
    // The paired standard error: sqrt((60 + 45) / 300 - 0.05^2) / sqrt(300).
    let half = 1.96 * (105.0_f64 / 300.0 - 0.0025).sqrt() / 300.0_f64.sqrt();
    let width = accuracy.upper.unwrap() - accuracy.lower.unwrap();
    assert!((width - 2.0 * half).abs() < 0.2 * half, "{width} against {}", 2.0 * half);
    assert!(accuracy.p.unwrap() > 0.05 && accuracy.p.unwrap() < 0.4, "{accuracy:?}");
    let turned = differences(&[model(5, false), model(4, false)], Adjust::None).unwrap();
    assert!((overall(&turned).difference.unwrap() + 0.05).abs() < 1e-12);
    let gap = all.iter().find(|d| d.metric == "accuracy_score_difference").unwrap();
    assert_eq!((gap.status, gap.by.as_str(), gap.group.as_str()), (Status::Ok, "g", ""));
}

#[test]
fn a_model_does_not_differ_from_itself() {
    let all = differences(&[model(4, false), model(4, true)], Adjust::None).unwrap();
    let accuracy = overall(&all);
    assert_eq!((accuracy.difference, accuracy.p), (Some(0.0), Some(1.0)));
    assert!(accuracy.lower.unwrap() < 0.0 && accuracy.upper.unwrap() > 0.0 && accuracy.upper.unwrap() < 0.02, "{accuracy:?}");
}

#[test]
fn many_comparisons_are_adjusted_together() {
    let sides = [model(4, false), model(5, false), model(40, false)];
    let holm = differences(&sides, Adjust::Holm).unwrap();
    let bh = differences(&sides, Adjust::BenjaminiHochberg).unwrap();
    for (holm, bh) in holm.iter().zip(&bh) {
        let (p, holm, bh) = (holm.p.unwrap(), holm.p_adjusted.unwrap(), bh.p_adjusted.unwrap());
        assert!(p <= bh && bh <= holm && holm <= 1.0, "{p} {bh} {holm}");
    }
    let smallest = holm.iter().min_by(|a, b| a.p.unwrap().total_cmp(&b.p.unwrap())).unwrap();
    assert!((smallest.p_adjusted.unwrap() - (smallest.p.unwrap() * holm.len() as f64).min(1.0)).abs() < 1e-12);
}

#[test]
fn what_is_not_the_same_is_refused() {
    let fewer = import("id,y,p,g\ni0,1,1,a\ni1,1,1,b\n", "{id: id, label: y, decision: p, classes: [0, 1]}", &["g"]).unwrap();
    let error = differences(&[model(4, false), fewer], Adjust::None).unwrap_err().to_string();
    assert_eq!(error, "the sides cannot be compared: 2 of 300 and 2 items are the same: both sides need the same items");
}

#[test]
fn comparisons_are_written_as_people_say_them() {
    let losses = spec::<Comparison>("{loss: {baseline: bce}, metrics: [gap]}");
    let Over::Axis { name, sides: Sides::Baseline(level) } = losses.over else { panic!("{losses:?}") };
    assert_eq!((name.value.as_str(), level.value.as_str(), losses.adjust), ("loss", "bce", Adjust::None));
    let vendors = spec::<Comparison>("{model: all_pairs, metrics: [gap], adjust: holm}");
    assert!(matches!(vendors.over, Over::Axis { sides: Sides::AllPairs, .. }) && vendors.adjust == Adjust::Holm);
    let change = spec::<Comparison>("{models: [before, after], metrics: [gap]}");
    assert!(matches!(change.over, Over::Models(..)));
    let gain = spec::<Comparison>("{share: {from: 0.0, to: 0.2}, metrics: [macro_f1]}");
    let Over::Axis { sides: Sides::FromTo(from, to), .. } = gain.over else { panic!("{gain:?}") };
    assert_eq!((from.value.as_str(), to.value.as_str()), ("0.0", "0.2"));
}
