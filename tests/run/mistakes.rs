//! Of a study that trains: each mistake is told once, and what follows from it not at all.

use super::{call, learner, study};
use crate::command::Outcome;

/// What `validate` says to a study that learns from the squares, after `mistakes` are put in place of what is right.
fn told(mistakes: &[(&str, &str)]) -> Outcome {
    let model = learner("0")
        .replace("seed: 0, epochs", "sample: {target: {shade: {values: {dark: 0.5}, remaining: equal}}, size: 4}, seed: 0, epochs");
    let text = format!(
        "data:\n  squares:\n    card: squares.yaml\n    splits: {{validation: {{of: train, fraction: 0.2, stratify: [side], seed: 0}}, \
         fit: {{of: train, rest: true}}}}\n\
         models:\n  net: {}\n\
         evaluate:\n  test: {{data: squares/test, groups: [side], metrics: [accuracy_score]}}\n",
        model.replace("squares/train", "squares/fit")
    );
    let text = mistakes.iter().fold(text, |text, (right, wrong)| {
        assert!(text.contains(right), "{right}");
        text.replace(right, wrong)
    });
    let card = super::CARD.replace("splits: {test: {fraction: 0.5, seed: 0}, train: {rest: true}}", OFFICIAL);
    call(&study("wrong", &text).file("squares.yaml", card), &["validate", "wrong.yaml"]).run()
}

/// Splits that a study can divide.
const OFFICIAL: &str = "splits: {test: {where: {side: left}}, train: {where: {side: right}}}";

#[test]
fn the_study_is_right_without_its_mistakes() {
    told(&[]).ok();
}

#[test]
fn an_unknown_split_is_told_once_where_it_is_named() {
    insta::assert_snapshot!(told(&[("squares/test", "squares/tset")]));
}

#[test]
fn a_split_that_cannot_be_read_is_no_unknown_split() {
    insta::assert_snapshot!(told(&[("fraction: 0.2", "fraction: 1.2")]));
    for mistake in [("rest: true", "rst: true"), ("stratify: [side]", "stratify: [sied]"), ("of: train, fraction", "off: train, fraction")]
    {
        let outcome = told(&[mistake]);
        assert!(outcome.stderr.contains("1 problem found"), "{outcome}");
    }
}

#[test]
fn a_target_that_cannot_be_read_has_no_sum() {
    insta::assert_snapshot!(told(&[("remaining: equal", "remaining: equl")]));
    let outcome = told(&[("remaining: equal", "remainig: equal")]);
    assert!(outcome.stderr.contains("1 problem found"), "{outcome}");
}

#[test]
fn what_cannot_be_drawn_hides_nothing_of_the_evaluation() {
    insta::assert_snapshot!(told(&[("{shade: {values", "{shaed: {values"), ("accuracy_score", "acuracy_score")]));
}

#[test]
fn who_chooses_the_epoch_is_not_scored() {
    let watched = |split: &str| format!("seed: 0, epochs: 2, validate: {{data: squares/{split}, select: {{maximize: accuracy_score}}}}");
    let scored = ("squares/test", "squares/validation");
    insta::assert_snapshot!(told(&[("seed: 0, epochs: 2", &watched("validation")), scored]));
    told(&[("seed: 0, epochs: 2", &watched("validation"))]).ok();
    // How well a model knows what it learned may be asked.
    told(&[("squares/test", "squares/fit")]).ok();
}
