//! What chance alone gives: p of gaps over pairs, where groups do not differ and where they do.

use std::path::Path;

use fairgrid::score::embedding::Embeddings;
use fairgrid::score::measurement::Measurement;
use fairgrid::score::predictions::{Parts, Predictions};
use fairgrid::score::rule::FittedRules;
use fairgrid::score::score;
use fairgrid::spec::evaluation::Evaluation;
use fairgrid::spec::uncertainty::Uncertainty;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use rand_distr::{Distribution, StandardNormal};
use rayon::prelude::*;

use super::images;
use crate::score::scenario::{held, over_files};
use crate::score::spec;

const WIDTH: usize = 6;
/// 10, 8 and 6 people of three races, times as many.
const PEOPLE: [usize; 3] = [10, 18, 24];

/// People of three races and two genders, two or three images each. Whose images scatter and whose do not is a matter of the person;
/// `blurred` is by how much more those of the last race do, and `parted` how far genders lie apart.
fn people(times: usize, blurred: f64, parted: f64, seed: u64) -> Predictions {
    let random = &mut ChaCha8Rng::seed_from_u64(seed);
    let normal = |random: &mut ChaCha8Rng| -> f64 { StandardNormal.sample(random) };
    let (mut values, mut subject, mut race, mut gender) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for person in 0..PEOPLE[2] * times {
        // Of each race, half are of either gender.
        let of = PEOPLE[..2].iter().filter(|end| person >= **end * times).count();
        let scatter = random.random_range(0.2..0.9) + if of == 2 { blurred } else { 0.0 };
        let mut centre: Vec<f64> = (0..WIDTH).map(|_| normal(random)).collect();
        centre[0] += if person % 2 == 0 { parted } else { -parted };
        for _ in 0..random.random_range(2..4) {
            values.extend(centre.iter().map(|number| number + scatter * normal(random)));
            subject.push(Some(format!("p{person:04}")));
            race.push(Some(format!("r{of}")));
            gender.push(Some(format!("g{}", person % 2)));
        }
    }
    images(|row| format!("i{row:05}"), Embeddings::new(WIDTH, values), &subject, &[("race", &race[..]), ("gender", &gender)])
}

const GAPS: [&str; 8] = [
    "false_match_rate_difference",
    "false_match_rate_ratio",
    "false_match_rate_inequity",
    "false_non_match_rate_difference",
    "true_match_rate_difference",
    "equal_error_rate_difference",
    "roc_auc_score_difference",
    "garbe",
];

fn gaps(images: &Predictions, pairs: &str, groups: &str, cluster: &str, (draws, permutations): (u32, u32)) -> Vec<Measurement> {
    let evaluation: Evaluation = spec(&format!(
        "{{pairs: {pairs}, groups: [{groups}], decide: {{threshold: 0.5}}, metrics: [{}], uncertainty: {{cluster: {cluster}}}}}",
        GAPS.join(", ")
    ));
    let uncertainty = evaluation.uncertainty.over(&Uncertainty::default().with_draws(draws, permutations));
    let measured = score(images, &evaluation, &uncertainty, &FittedRules::new()).unwrap();
    measured.into_iter().filter(|one| one.by.starts_with("race") || one.by.starts_with("gender*")).collect()
}

/// The p of every gap in files of people whose races do not differ.
fn by_chance(pairs: &(dyn Fn(&Predictions, &Path) -> String + Sync), groups: &str, cluster: &str, parted: f64) -> Vec<(String, Vec<f64>)> {
    let folder = tempfile::tempdir().unwrap();
    let file = |seed: u64| {
        let images = people(1, 0.0, parted, seed);
        let written = pairs(&images, &folder.path().join(format!("{seed}.csv")));
        gaps(&images, &written, groups, cluster, (0, 80))
    };
    let all: Vec<Vec<Measurement>> = (0..150).into_par_iter().map(file).collect();
    let of_place = |place: usize| (all[0][place].metric.clone(), all.iter().filter_map(|file| file[place].null_p).collect());
    (0..all[0].len()).map(of_place).collect()
}

/// The largest distance between the shares of p up to a level and that level.
fn distance(p: &[f64]) -> f64 {
    let mut p = p.to_vec();
    p.sort_by(f64::total_cmp);
    let n = p.len() as f64;
    p.iter().enumerate().map(|(place, p)| (p - place as f64 / n).abs().max(((place + 1) as f64 / n - p).abs())).fold(0.0, f64::max)
}

fn is_uniform(what: &str, pairs: &(dyn Fn(&Predictions, &Path) -> String + Sync), groups: &str, parted: f64) {
    for (metric, p) in by_chance(pairs, groups, "subject", parted) {
        // Gaps that many labels give alike (a rate of 0 in one group) have a greater p than chance would.
        assert!(p.len() >= 100, "{what}, {metric}: {} of 150 files have a p", p.len());
        let by_luck = p.iter().filter(|p| **p <= 0.1).count() as f64 / p.len() as f64;
        assert!(by_luck <= 0.18, "{what}, {metric}: {by_luck} are at most 0.1");
        // 150 uniform numbers are further off once in 1,000.
        assert!(distance(&p) <= 0.16 || metric == "false_match_rate_ratio", "{what}, {metric}: {}", distance(&p));
    }
}

#[test]
fn where_groups_do_not_differ_p_is_uniform() {
    is_uniform("all pairs", &|_, _| "{score: cosine}".to_owned(), "race", 0.0);
    is_uniform("drawn pairs", &|_, _| "{score: cosine, groups: same, impostors: 250}".to_owned(), "race", 0.0);
}

#[test]
fn what_pairs_have_in_common_is_held_fixed() {
    // Genders lie apart, and impostors are of one gender: races exchange their labels within each.
    is_uniform("pairs of one gender", &|_, _| "{score: cosine, groups: same}".to_owned(), "race, gender", 0.7);
}

/// Writes a list of some of the pairs, and the `pairs:` of it.
fn listed(images: &Predictions, path: &Path, is: impl Fn(usize, usize) -> bool) -> String {
    let of = |row: usize| images.subject().unwrap().codes[row].unwrap() as usize;
    let rows = 0..images.len();
    let pairs = rows.clone().flat_map(|a| (a + 1..rows.end).map(move |b| (a, b))).filter(|(a, b)| of(*a) == of(*b) || is(of(*a), of(*b)));
    let lines: String = pairs.map(|(a, b)| format!("{},{}\n", images.ids().get(a), images.ids().get(b))).collect();
    std::fs::write(path, format!("first,second\n{lines}")).unwrap();
    format!("{{score: cosine, list: {}}}", path.display())
}

#[test]
fn pairs_of_a_list_stay() {
    is_uniform("a list of any pairs", &|images, path| listed(images, path, |a, b| (a * 7 + b * 5) % 3 > 0), "race", 0.0);
    // Impostors of one race alone: two and two people are held against each other, and keep one label.
    let of_two = |a: usize, b: usize| a / 2 == b / 2;
    let mut found = by_chance(&|images, path| listed(images, path, of_two), "race", "subject", 0.0);
    found.retain(|(metric, _)| metric == "false_non_match_rate_difference" || metric == "roc_auc_score_difference");
    for (metric, p) in found {
        assert!(p.len() == 150 && distance(&p) <= 0.16, "{metric}: {}", distance(&p));
    }
    // Of a list that links all people of a race nothing can be exchanged.
    let folder = tempfile::tempdir().unwrap();
    let images = people(1, 0.0, 0.0, 0);
    let race = |person: usize| usize::from(person >= 10) + usize::from(person >= 18);
    let all = gaps(&images, &listed(&images, &folder.path().join("list.csv"), |a, b| race(a) == race(b)), "race", "subject", (0, 80));
    assert!(all.iter().all(|gap| gap.value.is_some() && gap.null_p.is_none()), "{all:?}");
}

#[test]
fn pairs_that_share_people_are_no_independent_pairs() {
    let of = |cluster: &str| {
        let all = by_chance(&|_, _| "{score: cosine}".to_owned(), "race", cluster, 0.0);
        let (_, p) = all.into_iter().find(|(metric, _)| metric == "false_match_rate_difference").unwrap();
        p.iter().filter(|p| **p <= 0.05).count() as f64 / p.len() as f64
    };
    let (subjects, pairs) = (of("subject"), of("none"));
    assert!(subjects <= 0.1 && pairs >= 0.2, "{subjects} of people, {pairs} of pairs");
}

#[test]
fn pairs_of_one_group_and_of_any_have_one_null() {
    // The pairs within groups are the same, as observed and under every other labels.
    let images = people(1, 0.3, 0.0, 3);
    let of = |pairs: &str| gaps(&images, pairs, "race", "subject", (0, 100));
    assert_eq!(of("{score: cosine}"), of("{score: cosine, groups: same}"));
}

#[test]
fn groups_that_differ_are_told_from_chance() {
    let mut p: Vec<f64> = Vec::new();
    for seed in 0..10 {
        let measured = gaps(&people(1, 1.2, 0.0, seed), "{score: cosine, groups: same}", "race", "subject", (0, 100));
        let gap = measured.iter().find(|one| one.metric == "equal_error_rate_difference").unwrap();
        assert!(gap.null_median.unwrap() < gap.value.unwrap(), "{gap:?}");
        p.push(gap.null_p.unwrap());
    }
    assert!(p.iter().filter(|p| **p <= 0.05).count() >= 7, "{p:?}");
}

#[test]
fn people_of_several_groups_have_no_null() {
    let mut parts = people(1, 0.0, 0.0, 1);
    let mut fields = parts.fields().clone();
    fields["race"].codes[0] = Some(2);
    parts = Predictions::check(
        Parts {
            ids: parts.ids().clone(),
            classes: Vec::new(),
            targets: parts.targets().clone(),
            scores: None,
            decisions: None,
            embeddings: parts.embeddings().cloned(),
            fields,
            subject: parts.subject().cloned(),
            weight: None,
            split: None,
            copies: None,
            fold: None,
        },
        |row| row as u64 + 1,
    )
    .unwrap();
    let all = gaps(&parts, "{score: cosine, groups: same}", "race", "subject", (0, 100));
    assert!(all.iter().all(|gap| gap.value.is_some() && gap.null_p.is_none()), "{all:?}");
}

/// What gaps there are in a large population: of the rates of each race, over several draws of many people.
fn truths(blurred: f64) -> Vec<f64> {
    let evaluation: Evaluation = spec(
        "{pairs: {score: cosine, groups: same}, groups: [race], decide: {threshold: 0.5}, metrics: [false_match_rate, \
         false_non_match_rate, equal_error_rate, roc_auc_score]}",
    );
    let one = |seed: u64| {
        let measured =
            score(&people(8, blurred, 0.0, 1000 + seed), &evaluation, &Uncertainty::default().with_draws(0, 0), &FittedRules::new());
        let measured = measured.unwrap().into_iter().filter(|one| !one.group.is_empty());
        let values: Vec<f64> = measured.map(|one| one.value.unwrap()).collect();
        std::array::from_fn::<f64, 12, _>(|place| values[place])
    };
    let rates = over_files(24, one);
    let [matches, misses, errors, areas] = [0, 1, 2, 3].map(|metric| &rates[3 * metric..3 * metric + 3]);
    let most = |rates: &[f64]| rates.iter().copied().fold(0.0, f64::max);
    let least = |rates: &[f64]| rates.iter().copied().fold(1.0, f64::min);
    let gap = |rates: &[f64]| most(rates) - least(rates);
    let gini = |rates: &[f64]| {
        let apart: f64 = rates.iter().flat_map(|a| rates.iter().map(move |b| (a - b).abs())).sum();
        apart / (2.0 * 3.0 * 2.0 * rates.iter().sum::<f64>() / 3.0)
    };
    vec![
        gap(matches),
        least(matches) / most(matches),
        most(matches) / matches.iter().product::<f64>().cbrt(),
        gap(misses),
        gap(misses),
        gap(errors),
        gap(areas),
        f64::midpoint(gini(matches), gini(misses)),
    ]
}

#[test]
#[ignore = "minutes: for benchmarks/coverage.md"]
fn coverage_of_gaps() {
    for (name, blurred) in [("apart", 0.6), ("tied", 0.0)] {
        // Where groups do not differ, there is no gap, whatever the draws of a population say.
        let truths = if blurred > 0.0 { truths(blurred) } else { vec![0.0, 1.0, 1.0, 0.0, 0.0, 0.0, 0.0, 0.0] };
        let all = over_files(200, |seed| {
            let measured = gaps(&people(3, blurred, 0.0, seed), "{score: cosine, groups: same}", "race", "subject", (300, 100));
            let mut all = [0.0; 2 * GAPS.len()];
            for ((gap, truth), place) in measured.iter().zip(&truths).zip(all.chunks_mut(2)) {
                place.copy_from_slice(&held(gap.lower.zip(gap.upper), *truth));
            }
            all
        });
        for ((metric, truth), place) in GAPS.iter().zip(&truths).zip(all.chunks(2)) {
            println!("| three groups {name} | {metric} | {truth:.3} | {:.3} | {:.3} |", place[0], place[1]);
        }
    }
}
