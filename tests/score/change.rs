//! What became of effects, and tests of comparisons, against SciPy and statsmodels (`tests/oracles/comparisons.py`).

use fairgrid::score::compare;
use fairgrid::score::compare::adjust::adjust;
use fairgrid::score::compare::change::{correlation, retention_rate, transition};
use fairgrid::score::compare::contrast::{Contrast, Pairs};
use fairgrid::score::compare::exact;
use fairgrid::score::compare::finding::{Finding, Statistic};
use fairgrid::score::compare::transition::Transition;
use fairgrid::score::compare::verdict::Verdict;
use fairgrid::score::compare::{Request, Side};
use fairgrid::score::measurement::{Direction, Measurement, Status};
use fairgrid::score::rule::FittedRules;
use fairgrid::spec::compare::{Adjust, Test};
use fairgrid::spec::evaluation::Evaluation;
use fairgrid::spec::uncertainty::Uncertainty;
use serde::Deserialize;

use super::{import, spec};

#[derive(Deserialize)]
struct Golden {
    paired: Vec<Paired>,
    groups: Vec<Groups>,
    correlations: Vec<Correlated>,
    many: Vec<Many>,
    rates: Vec<Rate>,
    differences: Vec<Discordant>,
}

#[derive(Deserialize)]
struct Paired {
    first: u64,
    second: u64,
    exact: f64,
    mid_p: f64,
}

#[derive(Deserialize)]
struct Groups {
    counts: [u64; 4],
    p: f64,
    interval: [f64; 2],
}

#[derive(Deserialize)]
struct Correlated {
    before: Vec<f64>,
    after: Vec<f64>,
    pearson: [f64; 4],
    spearman: [f64; 2],
}

#[derive(Deserialize)]
struct Many {
    p: Vec<f64>,
    holm: Vec<f64>,
    bh: Vec<f64>,
}

#[derive(Deserialize)]
struct Rate {
    part: usize,
    whole: usize,
    interval: [f64; 2],
}

#[derive(Deserialize)]
struct Discordant {
    first: u64,
    second: u64,
    items: u64,
    interval: [f64; 2],
}

fn golden() -> Golden {
    serde_json::from_str(include_str!("../oracles/comparisons.json")).unwrap()
}

fn near(found: f64, wanted: f64) {
    assert!((found - wanted).abs() < 1e-7, "{found} in place of {wanted}");
}

fn finding(change: impl FnOnce(&mut Finding)) -> Finding {
    let mut finding = Finding::without(0, Statistic::Difference, Status::Ok, String::new());
    change(&mut finding);
    finding
}

#[test]
fn differences_of_shares_of_the_same_items_have_tangos_interval() {
    for case in golden().differences {
        let (lower, upper) = exact::paired_difference(case.first, case.second, case.items, 0.95);
        near(lower, case.interval[0]);
        near(upper, case.interval[1]);
        let (turned_lower, turned_upper) = exact::paired_difference(case.second, case.first, case.items, 0.95);
        near(-turned_upper, lower);
        near(-turned_lower, upper);
    }
    // Where nobody differs, so many items that agree leave little open.
    let (lower, upper) = exact::paired_difference(0, 0, 300, 0.95);
    assert!(lower < -0.01 && upper > 0.01 && upper < 0.02, "{lower} {upper}");
}

#[test]
fn mcnemar_is_that_of_statsmodels() {
    for case in golden().paired {
        near(exact::mcnemar(case.first, case.second, false), case.exact);
        near(exact::mcnemar(case.first, case.second, true), case.mid_p);
        near(exact::mcnemar(case.second, case.first, true), case.mid_p);
    }
    assert_eq!(exact::mcnemar(0, 0, true), 1.0);
}

/// Two groups, each with so many hits of so many positives (and a few negatives that a recall does not see), said by one model.
fn groups(counts: [u64; 4], test: Test, within: Option<f64>) -> Finding {
    let mut csv = "id,y,p,g\n".to_owned();
    for (group, hits, all) in [("a", counts[0], counts[1]), ("b", counts[2], counts[3])] {
        (0..all).for_each(|item| csv.push_str(&format!("{group}{item},1,{},{group}\n", u8::from(item < hits))));
        (0..4).for_each(|item| csv.push_str(&format!("{group}n{item},0,{},{group}\n", item % 2)));
    }
    let predictions = import(&csv, "{id: id, label: y, decision: p, classes: [0, 1]}", &["g"]).unwrap();
    let evaluation = spec::<Evaluation>("{groups: [g], positive: 1, metrics: [recall_score]}");
    let fitted = FittedRules::new();
    let side = Side { predictions: &predictions, evaluation: &evaluation, fitted: &fitted, rule: None };
    let contrasts = [Contrast::Groups { side: 0, by: "g".to_owned(), pairs: Pairs::All }];
    let request = Request { contrasts: &contrasts, metrics: &["recall_score".to_owned()], test, within, adjust: Adjust::None, seeds: &[] };
    let uncertainty = spec::<Uncertainty>("{bootstrap: 200, shares: wilson, null: {permutations: 1000}}");
    let found = compare(&[side], &request, &uncertainty).unwrap();
    assert_eq!(found.len(), 1, "{found:?}");
    found.into_iter().next().unwrap()
}

#[test]
fn two_groups_differ_as_scipy_and_statsmodels_say() {
    for case in golden().groups {
        let found = groups(case.counts, Test::Fisher, None);
        assert_eq!((found.from.as_str(), found.to.as_str(), found.n), ("g=a", "g=b", case.counts[1] + case.counts[3] + 8));
        let share = |hits: u64, all: u64| hits as f64 / all as f64;
        near(found.estimate.unwrap(), share(case.counts[2], case.counts[3]) - share(case.counts[0], case.counts[1]));
        near(found.p.unwrap(), case.p);
        near(found.lower.unwrap(), case.interval[0]);
        near(found.upper.unwrap(), case.interval[1]);
        // Labels dealt out at random say about the same, where many are dealt: negatives are dealt out with them.
        let permuted = groups(case.counts, Test::Permutation, None).p.unwrap();
        assert!(case.counts[1] < 60 || (permuted - case.p).abs() < 0.03, "{permuted} beside {}", case.p);
    }
}

#[test]
fn a_gap_is_equivalent_different_or_inconclusive() {
    let verdict = |counts| groups(counts, Test::Bootstrap, Some(0.1)).verdict.unwrap();
    assert_eq!(verdict([450, 500, 455, 500]), Verdict::Equivalent);
    assert_eq!(verdict([450, 500, 350, 500]), Verdict::Different);
    assert_eq!(verdict([9, 10, 8, 10]), Verdict::Inconclusive);
    // Within 0.1 at level 0.90, though not at 0.95; and a difference too small to matter is equivalent, however certain it is.
    assert_eq!(Verdict::of((-0.02, 0.11), (-0.01, 0.09), 0.1), Verdict::Equivalent);
    assert_eq!(Verdict::of((0.01, 0.05), (0.02, 0.04), 0.1), Verdict::Equivalent);
    assert_eq!(Verdict::of((0.01, 0.15), (0.02, 0.14), 0.1), Verdict::Different);
}

#[test]
fn many_tests_are_adjusted_as_by_statsmodels() {
    for case in golden().many {
        for (how, wanted) in [(Adjust::Holm, &case.holm), (Adjust::BenjaminiHochberg, &case.bh)] {
            let mut findings: Vec<Finding> = case.p.iter().map(|p| finding(|finding| finding.p = Some(*p))).collect();
            adjust(findings.iter_mut(), how);
            findings.iter().zip(wanted).for_each(|(finding, wanted)| near(finding.p_adjusted.unwrap(), *wanted));
        }
    }
}

#[test]
fn before_and_after_correlate_as_scipy_says() {
    for case in golden().correlations {
        let pair =
            |(before, after): (&f64, &f64)| finding(|finding| (finding.value_from, finding.value_to) = (Some(*before), Some(*after)));
        let entries: Vec<Finding> = case.before.iter().zip(&case.after).map(pair).collect();
        let entries: Vec<&Finding> = entries.iter().collect();
        let pearson = correlation(&entries, Statistic::Pearson, 0.95);
        let [estimate, lower, upper, p] = case.pearson;
        near(pearson.estimate.unwrap(), estimate);
        near(pearson.lower.unwrap(), lower);
        near(pearson.upper.unwrap(), upper);
        near(pearson.p.unwrap(), p);
        let spearman = correlation(&entries, Statistic::Spearman, 0.95);
        near(spearman.estimate.unwrap(), case.spearman[0]);
        near(spearman.p.unwrap(), case.spearman[1]);
        assert_eq!(spearman.n, case.before.len() as u64);
    }
    let few = [finding(|finding| (finding.value_from, finding.value_to) = (Some(1.0), Some(2.0)))];
    let few = correlation(&few.iter().collect::<Vec<_>>(), Statistic::Pearson, 0.95);
    assert_eq!((few.status, few.estimate, few.reason.as_str()), (Status::Undefined, None, "fewer than three entries to correlate"));
}

#[test]
fn a_retention_rate_has_wilsons_interval() {
    for case in golden().rates {
        let ends = [Transition::Retained, Transition::Amplified, Transition::Attenuated];
        let gone = [Transition::Flipped, Transition::Removed];
        let entry = |place: usize| {
            let transition = if place < case.part { ends[place % 3] } else { gone[place % 2] };
            finding(|finding| finding.transition = Some(transition))
        };
        let mut entries: Vec<Finding> = (0..case.whole).map(entry).collect();
        // Neither was there before.
        entries.extend([Transition::Introduced, Transition::None].map(|one| finding(|finding| finding.transition = Some(one))));
        let rate = retention_rate(&entries.iter().collect::<Vec<_>>(), 0.95);
        near(rate.estimate.unwrap(), case.part as f64 / case.whole as f64);
        near(rate.lower.unwrap(), case.interval[0]);
        near(rate.upper.unwrap(), case.interval[1]);
        assert_eq!(rate.n, case.whole as u64);
    }
}

fn measured(value: f64, half: f64, null_p: Option<f64>) -> Measurement {
    Measurement {
        decision: String::new(),
        metric: "association".to_owned(),
        parameters: String::new(),
        by: String::new(),
        group: String::new(),
        label: String::new(),
        item: String::new(),
        value: Some(value),
        lower: Some(value - half),
        upper: Some(value + half),
        level: Some(0.95),
        n: 100,
        n_positive: None,
        n_negative: None,
        n_clusters: None,
        null_median: None,
        null_p,
        status: Status::Ok,
        reason: String::new(),
        direction: Direction::Neutral,
    }
}

#[test]
fn every_transition_has_its_word() {
    let told = |before: f64, after: f64, p: f64| {
        let change = finding(|finding| {
            (finding.value_from, finding.value_to) = (Some(before), Some(after));
            finding.p = Some(p);
        });
        transition(&measured(before, 0.1, None), &measured(after, 0.1, None), &change, 0.95).unwrap().word()
    };
    assert_eq!(told(0.3, 0.35, 0.4), "retained");
    assert_eq!(told(0.3, 0.6, 0.01), "amplified");
    assert_eq!(told(-0.3, -0.6, 0.01), "amplified");
    assert_eq!(told(0.6, 0.3, 0.01), "attenuated");
    assert_eq!(told(0.3, -0.3, 0.01), "flipped");
    assert_eq!(told(0.3, 0.05, 0.01), "removed");
    assert_eq!(told(0.05, -0.3, 0.01), "introduced");
    assert_eq!(told(0.05, -0.05, 0.3), "none");
    // Adjusted for the others, the change is no longer significant.
    let adjusted = finding(|finding| {
        (finding.value_from, finding.value_to) = (Some(0.3), Some(0.6));
        (finding.p, finding.p_adjusted) = (Some(0.01), Some(0.08));
    });
    assert_eq!(transition(&measured(0.3, 0.1, None), &measured(0.6, 0.1, None), &adjusted, 0.95), Ok(Transition::Retained));
    // A gap is never 0; it is there where chance alone rarely makes as large a one.
    let gaps = finding(|finding| {
        (finding.value_from, finding.value_to) = (Some(0.3), Some(0.2));
        finding.p = Some(0.2);
    });
    let gap = |value: f64, p: f64| Measurement { by: "tone".to_owned(), ..measured(value, 0.1, Some(p)) };
    assert_eq!(transition(&gap(0.3, 0.01), &gap(0.2, 0.3), &gaps, 0.95), Ok(Transition::Removed));
    assert_eq!(transition(&gap(0.3, 0.01), &gap(0.2, 0.05), &gaps, 0.95), Ok(Transition::Retained));
    // What is known of a gap over other groups says nothing of this one.
    let apart = "what is there is known of the sides' own numbers, and these are of other items or groups";
    assert_eq!(transition(&gap(0.6, 0.01), &gap(0.2, 0.3), &gaps, 0.95), Err(apart));
    // Of a ratio, 1 is no effect: near to it is little, and its null leaves it out or, without one, its interval.
    let ratio = |before: (f64, f64), after: (f64, f64), p: Option<f64>| {
        let change = finding(|finding| {
            (finding.value_from, finding.value_to) = (Some(before.0), Some(after.0));
            (finding.no_effect, finding.p) = (1.0, Some(0.01));
        });
        let of = |(value, half)| Measurement { by: "tone".to_owned(), ..measured(value, half, p) };
        transition(&of(before), &of(after), &change, 0.95).unwrap().word()
    };
    assert_eq!(ratio((0.44, 0.1), (0.67, 0.1), Some(0.01)), "attenuated");
    assert_eq!(ratio((0.67, 0.1), (0.44, 0.1), Some(0.01)), "amplified");
    assert_eq!(ratio((0.44, 0.1), (0.95, 0.1), None), "removed");
    assert_eq!(ratio((0.95, 0.1), (0.44, 0.1), None), "introduced");
    assert_eq!(ratio((0.5, 0.1), (1.5, 0.1), None), "flipped");
    // An association has a sign, and a p that may be of the other side.
    let turned = finding(|finding| {
        (finding.value_from, finding.value_to) = (Some(0.05), Some(-0.3));
        finding.p = Some(0.01);
    });
    let association = |value: f64, p: f64| measured(value, 0.1, Some(p));
    assert_eq!(transition(&association(0.05, 0.2), &association(-0.3, 1.0), &turned, 0.95), Ok(Transition::Introduced));
}
