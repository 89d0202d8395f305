//! Numbers of all groups at once: ties, weights, chance, and names that do not matter. Values are held against numpy in `catalogue.rs`.

use fairgrid::score::measurement::{Measurement, Status};
use fairgrid::score::predictions::Predictions;
use fairgrid::score::rule::FittedRules;
use fairgrid::score::score;
use fairgrid::spec::evaluation::Evaluation;
use fairgrid::spec::uncertainty::Uncertainty;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use rayon::prelude::*;

use super::{find, import, measure, spec};

const NDKL: &str = "{groups: [g], positive: a, metrics: [{ndkl: {desired: uniform}}, {skew_at_k: {k: 2, desired: uniform}}]}";

#[test]
fn items_of_one_score_share_their_ranks() {
    // Of four items at the top, two are of each group: whoever is drawn first, the expected shares are even.
    let tied = import("id,y,s,g\n1,a,0.9,x\n2,b,0.9,y\n3,a,0.9,x\n4,b,0.9,y\n", "{id: id, label: y, scores: s}", &["g"]).unwrap();
    let measured = measure(&tied, NDKL).unwrap();
    assert_eq!(find(&measured, "ndkl", "g", "", "").value, Some(0.0));
    assert_eq!(find(&measured, "skew_at_k", "g", "g=x", "").value, Some(0.0));
    // One rank of x above all others, by hand: KL = ln 2, then 0, ln(4/3) 2/3 + ln(2/3) / 3.
    let led = import("id,y,s,g\n1,a,0.9,x\n2,b,0.8,y\n3,a,0.7,x\n", "{id: id, label: y, scores: s}", &["g"]).unwrap();
    let measured = measure(&led, NDKL).unwrap();
    let (ln, log2) = (f64::ln, f64::log2);
    let kl = ln(2.0) + (2.0 / 3.0 * ln(4.0 / 3.0) + ln(2.0 / 3.0) / 3.0) / log2(4.0);
    let expected = kl / (1.0 + 1.0 / log2(3.0) + 1.0 / log2(4.0));
    let value = find(&measured, "ndkl", "g", "", "").value.unwrap();
    assert!((value - expected).abs() < 1e-12, "{value} {expected}");
}

#[test]
fn fewer_items_than_are_to_be_at_the_top_have_no_skew() {
    let few = import("id,y,s,g\n1,a,0.9,x\n2,b,0.8,y\n3,a,0.7,x\n", "{id: id, label: y, scores: s}", &["g"]).unwrap();
    let skew = |k: usize, name: &str, group: &str| {
        let measured =
            measure(&few, &format!("{{groups: [g], positive: a, metrics: [{{{name}: {{k: {k}, desired: dataset}}}}]}}")).unwrap();
        let found = find(&measured, name, "g", group, "");
        (found.value, found.reason.clone())
    };
    assert_eq!(skew(3, "skew_at_k", "g=x").0, Some(0.0));
    for (name, group) in [("skew_at_k", "g=x"), ("max_skew_at_k", ""), ("min_skew_at_k", "")] {
        assert_eq!(skew(4, name, group), (None, "fewer items to rank than `k`".to_owned()));
    }
}

#[test]
fn neither_the_order_of_rows_nor_the_names_of_groups_matter() {
    let row = |item: usize| {
        let (label, guess) = (["a", "b"][item * 7 % 5 % 2], ["a", "b"][item * 3 % 7 % 2]);
        (item, label, guess, item * 13 % 11, ["x", "y"][item % 3 % 2])
    };
    let written = |rows: &mut dyn Iterator<Item = usize>, names: [&str; 2]| {
        let lines = rows.map(row).map(|(id, y, d, s, g)| format!("{id},{y},{d},0.{s:02},{}\n", names[usize::from(g == "y")]));
        let csv = format!("id,y,d,s,g\n{}", lines.collect::<String>());
        import(&csv, "{id: id, label: y, decision: d, scores: s}", &["g"]).unwrap()
    };
    let evaluation = "{groups: [g], positive: a, metrics: [{directional_bias_amplification: {direction: attribute_to_task}}, {max_skew_at_k: \
                      {k: 9, desired: dataset}}, {ndkl: {desired: dataset}}]}";
    let numbers = |predictions| {
        let measured = measure(&predictions, evaluation).unwrap();
        measured.iter().map(|m| (m.value, m.lower, m.upper, m.null_p)).collect::<Vec<_>>()
    };
    let first = numbers(written(&mut (0..60), ["x", "y"]));
    assert!(first.iter().all(|(value, lower, upper, _)| value.is_some() && lower.is_some() && upper > lower), "{first:?}");
    assert_eq!(first, numbers(written(&mut (0..60).rev(), ["x", "y"])));
    assert_eq!(first, numbers(written(&mut (0..60), ["zebra", "ant"])));
}

#[test]
fn decisions_that_repeat_the_labels_amplify_nothing() {
    let csv: String = (0..50).map(|item| format!("{item},{0},{0},{1}\n", ["a", "b"][item % 5 % 2], ["x", "y"][item % 2])).collect();
    let predictions = import(&format!("id,y,d,g\n{csv}"), "{id: id, label: y, decision: d}", &["g"]).unwrap();
    let evaluation = "{groups: [g], metrics: [{directional_bias_amplification: {direction: attribute_to_task}}]}";
    let measured = measure(&predictions, evaluation).unwrap();
    assert_eq!(find(&measured, "directional_bias_amplification", "g", "", "").value, Some(0.0));
}

/// Two groups of 40 items: labels that say nothing of them, decisions that say all.
fn telling(names: [&str; 2], order: &mut dyn Iterator<Item = usize>) -> String {
    let row = |item: usize| (["a", "b"][item / 2 % 2], ["a", "b"][item % 2], names[item % 2]);
    let lines = order.map(|item| (item, row(item))).map(|(id, (y, d, g))| format!("{id:02},{y},{d},{g},p{}\n", id / 4));
    format!("id,y,d,g,person\n{}", lines.collect::<String>())
}

const LEAKS: &str = "{groups: [g], metrics: [dataset_leakage, {model_leakage: {from: decisions}}, {leakage_amplification: {from: decisions}}, \
                     {dataset_leakage: {degraded: true, permutations: 20, as: degraded}}]}";

#[test]
fn a_model_that_gives_groups_away_leaks_more_than_its_labels() {
    let predictions = import(&telling(["x", "y"], &mut (0..80)), "{id: id, label: y, decision: d}", &["g"]).unwrap();
    let measured = measure(&predictions, LEAKS).unwrap();
    let of = |metric: &str| find(&measured, metric, "g", "", "");
    // As many of each group have each label: an attacker that sees them knows nothing, but for what chance gives the other folds.
    let labels = of("dataset_leakage").value.unwrap();
    assert!((0.3..=0.6).contains(&labels), "{labels}");
    let model = of("model_leakage");
    assert_eq!((model.value, model.upper), (Some(1.0), Some(1.0)));
    // What a share of 40 of 40 leaves open.
    assert!((0.9..0.95).contains(&model.lower.unwrap()), "{model:?}");
    let (degraded, amplified) = (of("degraded").value.unwrap(), of("leakage_amplification"));
    assert!((1.0 - degraded - amplified.value.unwrap()).abs() < 1e-12, "{degraded} {amplified:?}");
    assert!(amplified.lower.unwrap() > 0.2, "{amplified:?}");
}

#[test]
fn leakage_knows_neither_the_order_of_rows_nor_the_names_of_groups() {
    let numbers = |names: [&str; 2], order: &mut dyn Iterator<Item = usize>| {
        let predictions = import(&telling(names, order), "{id: id, label: y, decision: d}", &["g"]).unwrap();
        measure(&predictions, LEAKS).unwrap().iter().map(|m| (m.value, m.lower, m.upper, m.null_p)).collect::<Vec<_>>()
    };
    let first = numbers(["x", "y"], &mut (0..80));
    assert_eq!(first, numbers(["x", "y"], &mut (0..80).rev()));
    assert_eq!(first, numbers(["zebra", "ant"], &mut (0..80)));
}

#[test]
fn decisions_that_repeat_the_labels_leak_no_more() {
    let csv: String = (0..60).map(|item| format!("{item},{0},{0},{1}\n", ["a", "b", "c"][item % 7 % 3], ["x", "y"][item % 2])).collect();
    let predictions = import(&format!("id,y,d,g\n{csv}"), "{id: id, label: y, decision: d}", &["g"]).unwrap();
    let measured = measure(&predictions, LEAKS).unwrap();
    assert_eq!(find(&measured, "leakage_amplification", "g", "", "").value, Some(0.0));
}

#[test]
fn an_attacker_has_not_seen_the_person_whose_group_it_is_asked_for() {
    // Every person has a label of their own: who knows the person knows the group.
    let csv: String = (0..120).map(|item| format!("{item},c{0},c{0},p{0},{1}\n", item % 12, ["x", "y"][item % 12 / 6])).collect();
    let leakage = |columns: &str| {
        let predictions = import(&format!("id,y,d,person,g\n{csv}"), columns, &["g"]).unwrap();
        find(&measure(&predictions, "{groups: [g], metrics: [dataset_leakage]}").unwrap(), "dataset_leakage", "g", "", "").clone()
    };
    assert_eq!(leakage("{id: id, label: y, decision: d}").value, Some(1.0));
    let strangers = leakage("{id: id, label: y, decision: d, subject: person}");
    assert!(strangers.value.unwrap() < 0.7, "{strangers:?}");
    assert_eq!(strangers.n_clusters, Some(12));
}

#[test]
fn leakage_of_nothing_is_chance_and_of_a_lone_item_undefined() {
    let csv: String = (0..30).map(|item| format!("{item},a,b,{}\n", ["x", "y", "z"][item % 3])).collect();
    let of = |csv: &str, metric: &str| {
        let predictions = import(&format!("id,y,d,g\n{csv}"), "{id: id, label: y, decision: d}", &["g"]).unwrap();
        find(&measure(&predictions, &format!("{{groups: [g], metrics: [{metric}]}}")).unwrap(), "dataset_leakage", "g", "", "").clone()
    };
    let leakage = |csv: &str| of(csv, "dataset_leakage");
    assert!((leakage(&csv).value.unwrap() - 1.0 / 3.0).abs() < 1e-12);
    let lone = leakage(&format!("{csv}99,a,b,w\n"));
    assert_eq!((lone.value, lone.reason.as_str()), (None, "items of one fold alone in g=w"));
    // Folds that are the groups show none of an item's group to whoever is asked about it.
    let folds = of(&csv, "{dataset_leakage: {folds: g}}");
    assert_eq!((folds.value, folds.reason.as_str()), (None, "items of one fold alone in g=x"));
}

#[test]
fn numbers_within_a_level_are_those_of_its_items_alone() {
    let row = |item: usize| {
        let (old, other) = (item.is_multiple_of(2), item % 5 < 2);
        (
            ["a", "b"][usize::from(other)],
            ["a", "b"][item % 7 / 4],
            item * 13 % 97,
            ["x", "y"][item % 3 / 2],
            ["old", "young"][usize::from(old)],
        )
    };
    let written = |ages: &[&str]| {
        let lines = (0..180).filter(|item| ages.contains(&row(*item).4)).map(|item| (item, row(item)));
        let csv: String = lines.map(|(id, (y, d, s, g, age))| format!("{id:03},{y},{d},0.{s:02},{g},{age}\n")).collect();
        import(&format!("id,y,d,s,g,age\n{csv}"), "{id: id, label: y, decision: d, scores: s}", &["g", "age"]).unwrap()
    };
    let metrics = "positive: a, metrics: [{directional_bias_amplification: {direction: attribute_to_task}}, {max_skew_at_k: {k: 9, desired: \
                   dataset}}, {skew_at_k: {k: 9, desired: dataset}}, {model_leakage: {from: decisions}}]";
    let within = measure(&written(&["old", "young"]), &format!("{{groups: [g], control: age, {metrics}}}")).unwrap();
    for age in ["old", "young"] {
        for alone in measure(&written(&[age]), &format!("{{groups: [g], {metrics}}}")).unwrap() {
            let group = if alone.group.is_empty() { format!("age={age}") } else { format!("age={age}*{}", alone.group) };
            let number = find(&within, &alone.metric, "age*g", &group, "");
            assert_eq!((number.value, number.lower, number.upper, number.n), (alone.value, alone.lower, alone.upper, alone.n), "{group}");
        }
    }
    assert_eq!(within.len(), 2 * (3 + 2));
}

/// A label, of three, that is of two groups with these odds.
fn drawn(items: usize, odds: [[f64; 3]; 2], seed: u64) -> Predictions {
    let mut generator = ChaCha8Rng::seed_from_u64(seed);
    let mut csv = String::from("id,y,d,g\n");
    for item in 0..items {
        let lot: f64 = generator.random();
        let of = odds[item % 2];
        let label = ["a", "b", "c"][usize::from(lot > of[0]) + usize::from(lot > of[0] + of[1])];
        csv.push_str(&format!("{item},{label},{label},{}\n", ["x", "y"][item % 2]));
    }
    import(&csv, "{id: id, label: y, decision: d, classes: [a, b, c]}", &["g"]).unwrap()
}

fn leakage_of(predictions: &Predictions, metric: &str, uncertainty: &Uncertainty) -> Measurement {
    let evaluation: Evaluation = spec(&format!("{{groups: [g], metrics: [{metric}]}}"));
    find(&score(predictions, &evaluation, uncertainty, &FittedRules::new()).unwrap(), "dataset_leakage", "g", "", "").clone()
}

#[test]
fn a_null_of_leakage_deals_groups_out_and_fits_attackers_to_that() {
    let predictions = import(&telling(["x", "y"], &mut (0..80)), "{id: id, label: y, decision: d}", &["g"]).unwrap();
    let evaluation =
        "{groups: [g], metrics: [{dataset_leakage: {permutations: 99}}, {model_leakage: {from: decisions, permutations: 99}}]}";
    let measured = measure(&predictions, evaluation).unwrap();
    let (labels, model) = (find(&measured, "dataset_leakage", "g", "", ""), find(&measured, "model_leakage", "g", "", ""));
    assert_eq!(model.null_p, Some(0.01));
    assert!((0.4..0.6).contains(&model.null_median.unwrap()), "{model:?}");
    assert!(labels.null_p.unwrap() > 0.05, "{labels:?}");
    // Where a person is of two groups, they cannot be dealt out among persons.
    let persons = import(&telling(["x", "y"], &mut (0..80)), "{id: id, label: y, decision: d, subject: person}", &["g"]).unwrap();
    assert_eq!(find(&measure(&persons, evaluation).unwrap(), "model_leakage", "g", "", "").null_p, None);
}

#[test]
fn where_labels_say_nothing_of_groups_every_p_of_leakage_is_as_frequent() {
    let plain = spec::<Uncertainty>("{bootstrap: 0}");
    let low = |seed: u64| {
        let predictions = drawn(60, [[0.4, 0.3, 0.3]; 2], seed);
        leakage_of(&predictions, "{dataset_leakage: {folds: 3, permutations: 39}}", &plain).null_p.unwrap() <= 0.1
    };
    let low = (0..200).into_par_iter().filter(|seed| low(*seed)).count();
    assert!((7..=33).contains(&low), "{low} of 200 are at most 0.1");
}

const ODDS: [[f64; 3]; 2] = [[0.5, 0.3, 0.2], [0.3, 0.3, 0.4]];

/// How often an interval holds the leakage that files of so many items have on average: of attackers that stay, and that are fitted anew.
fn coverage(items: usize, files: u64) -> [f64; 2] {
    let plain = spec::<Uncertainty>("{bootstrap: 0}");
    let of = |seed: u64| leakage_of(&drawn(items, ODDS, seed), "dataset_leakage", &plain).value.unwrap();
    let truth = (100_000..100_400).into_par_iter().map(of).sum::<f64>() / 400.0;
    ["{bootstrap: 100}", "{bootstrap: 100, refit: true}"].map(|text| {
        let uncertainty = spec::<Uncertainty>(text);
        let holds = |seed: u64| {
            let measured = leakage_of(&drawn(items, ODDS, seed), "dataset_leakage", &uncertainty);
            measured.lower.unwrap() <= truth && truth <= measured.upper.unwrap()
        };
        (0..files).into_par_iter().filter(|seed| holds(*seed)).count() as f64 / files as f64
    })
}

#[test]
fn an_interval_of_leakage_knows_that_attackers_might_have_been_others() {
    let predictions = drawn(60, ODDS, 3);
    let width = |text: &str| {
        let measured = leakage_of(&predictions, "dataset_leakage", &spec(text));
        measured.upper.unwrap() - measured.lower.unwrap()
    };
    let (given, told, anew) =
        (width("{bootstrap: 400, method: percentile}"), width("{bootstrap: 400}"), width("{bootstrap: 400, refit: true}"));
    assert!(told > 1.3 * given && anew > 1.3 * given, "{given} to {told} and {anew}");
}

#[test]
#[ignore = "minutes"]
fn every_attacker() {
    for items in [60, 200, 600] {
        let [kept, anew] = coverage(items, 400);
        println!("| {items} | {kept:.3} | {anew:.3} |");
    }
}

#[test]
fn less_than_one_item_at_the_top_is_no_worse_than_none() {
    // Two items are first; the second is one of b and of ten more of a, which share its score: b has an eleventh of a place.
    let tied: String = (3..13).map(|id| format!("{id},a,0.8,a\n")).collect();
    let csv = format!("id,y,s,g\n1,a,0.9,a\n2,b,0.8,b\n{tied}20,b,0.1,c\n");
    let predictions = import(&csv, "{id: id, label: y, scores: s}", &["g"]).unwrap();
    let measured = measure(&predictions, NDKL).unwrap();
    let skew = |group: &str| find(&measured, "skew_at_k", "g", group, "");
    assert_eq!(skew("g=b").value, skew("g=c").value);
    for group in ["g=a", "g=b", "g=c"] {
        let Measurement { value, lower, upper, .. } = skew(group);
        assert!(lower <= value && value <= upper, "{group}: {value:?} in {lower:?} to {upper:?}");
    }
}

/// Ranked items: a score, a label, a weight and a group each.
fn ranked(rows: &[(f64, &str, f64, &str)]) -> Predictions {
    let line =
        |(item, (score, label, weight, group)): (usize, &(f64, &str, f64, &str))| format!("{item},{label},{score},{weight},{group}\n");
    let csv = format!("id,y,s,w,g\n{}", rows.iter().enumerate().map(line).collect::<String>());
    import(&csv, "{id: id, label: y, scores: s, weight: w}", &["g"]).unwrap()
}

const RANKED: &str = "{groups: [g], positive: a, metrics: [{skew_at_k: {k: 2, desired: dataset}}, {max_skew_at_k: {k: 2, desired: dataset}}, \
                      {ndkl: {desired: dataset}}, {normalized_average_precision: {positives: 10}}]}";

#[test]
fn ranks_are_numbers_of_items_whatever_these_weigh() {
    let of = |times: f64| {
        let rows = |item: usize| {
            let (score, label) = (f64::from((item * 13 % 31) as u32) / 31.0, ["a", "b"][item * 7 % 5 % 2]);
            (score, label, times, ["x", "y"][usize::from(item.is_multiple_of(3))])
        };
        measure(&ranked(&(0..40).map(rows).collect::<Vec<_>>()), RANKED).unwrap()
    };
    let one = of(1.0);
    assert!(one.iter().all(|found| found.value.is_some()), "{one:?}");
    for times in [2.0, 0.025, 1e-6] {
        for (found, one) in of(times).iter().zip(&one) {
            let (value, expected) = (found.value.unwrap_or(f64::NAN), one.value.unwrap());
            assert!((value - expected).abs() < 1e-12 && found.n == one.n, "{times}: {found:?} {one:?}");
        }
    }
    // Of two x and two y, x has 3 of 8 of the weight; of that of the first item all, of the first two 2 / 3, of three 3 / 4.
    let some = measure(&ranked(&[(0.9, "a", 2.0, "x"), (0.8, "b", 1.0, "y"), (0.7, "a", 1.0, "x"), (0.6, "b", 4.0, "y")]), RANKED).unwrap();
    let value =
        |metric: &str, group: &str| find(&some, metric, if metric.contains("precision") { "" } else { "g" }, group, "").value.unwrap();
    let close = |found: f64, expected: f64| assert!((found - expected).abs() < 1e-12, "{found} {expected}");
    close(value("skew_at_k", "g=x"), (16.0_f64 / 9.0).ln());
    // Half an item is the least of two.
    close(value("skew_at_k", "g=y"), (0.5_f64 / 0.625).ln());
    let kl =
        |x: f64| [(x, 0.375), (1.0 - x, 0.625)].iter().filter(|(p, _)| *p > 0.0).map(|(p, q): &(f64, f64)| p * (p / q).ln()).sum::<f64>();
    let ranks = [1.0, 2.0 / 3.0, 0.75, 0.375].iter().zip(2..).map(|(x, rank)| (kl(*x), 1.0 / f64::from(rank).log2()));
    let (sum, weights) = ranks.fold((0.0, 0.0), |sum, (kl, weight)| (sum.0 + kl * weight, sum.1 + weight));
    close(value("ndkl", ""), sum / weights);
    // The false alarm above the second positive, of a weight of 1 where the mean is 2, is half an item.
    close(value("normalized_average_precision", ""), 2.0 / 3.0 + 1.0 / 3.0 * 10.0 / 10.5);
}

#[test]
fn decisions_where_labels_are_not_known_amplify_nothing() {
    // Of m 4 cats are known of, 2 of them are, 3 are decided; of w 2 of 8 are, and 1 is decided. Of 9 of m nothing is known of cats.
    let mut csv = String::from("id,g,ycat,ydog,dcat,ddog\n");
    let rows =
        [("m", "1", 2, 1), ("m", "0", 1, 1), ("m", "0", 1, 0), ("m", "", 9, 1), ("w", "1", 1, 1), ("w", "1", 1, 0), ("w", "0", 6, 0)];
    for (item, (group, cat, decided)) in
        rows.iter().flat_map(|(group, cat, times, decided)| vec![(group, cat, decided); *times]).enumerate()
    {
        let dog = item % 2;
        csv.push_str(&format!("{item},{group},{cat},{dog},{decided},{dog}\n"));
    }
    let predictions = import(&csv, "{id: id, label: {cat: ycat, dog: ydog}, decision: {cat: dcat, dog: ddog}}", &["g"]).unwrap();
    let all = measure(&predictions, "{groups: [g], metrics: [{directional_bias_amplification: {direction: attribute_to_task}}]}").unwrap();
    let found = find(&all, "directional_bias_amplification", "g", "", "");
    // m leans to cats and has more of them decided, w to none and has fewer; dogs are as they are.
    assert!((found.value.unwrap() - (0.25 + 0.125) / 4.0).abs() < 1e-12, "{found:?}");
}

#[test]
fn a_small_group_is_left_out_of_numbers_of_all_groups_where_the_spec_says_so() {
    let row = |item: usize, group: &str| {
        let label = ["pos", "neg"][item * 7 % 5 % 2];
        let score = if group == "tiny" { 0.99 } else { (item * 37 % 101) as f64 / 101.0 * if group == "a" { 0.9 } else { 0.7 } };
        format!("{group}{item:03},{label},{score},{group}\n")
    };
    let read = |groups: &[(&str, usize)]| {
        let rows = groups.iter().flat_map(|(group, items)| (0..*items).map(move |item| row(item, group)));
        import(&format!("id,y,p,g\n{}", rows.collect::<String>()), "{id: id, label: y, probabilities: p}", &["g"]).unwrap()
    };
    let calls = "{ndkl: {desired: dataset}}, {directional_bias_amplification: {direction: attribute_to_task}}, \
                 {model_leakage: {from: scores, folds: 3}}, {max_skew_at_k: {k: 20, desired: dataset}}, {skew_at_k: {k: 20, desired: dataset}}";
    let of = |groups: &[(&str, usize)], rules: &str| {
        let spec = format!("{{groups: [g], positive: pos, decide: {{threshold: 0.4}}, {rules}, metrics: [{calls}]}}");
        measure(&read(groups), &spec).unwrap()
    };
    let all = [("a", 150), ("b", 100), ("tiny", 6)];
    let (with, without) = (of(&all, "undefined: exclude, min_count: 20"), of(&all[..2], "undefined: propagate"));
    let small = "6 items in g=tiny, fewer than `min_count` (20)";
    let left_out = format!("left out: {small}");
    let without_interval = format!("no interval: all resamples have the same number; {left_out}");
    for metric in ["ndkl", "directional_bias_amplification", "model_leakage"] {
        let (found, expected) = (find(&with, metric, "g", "", ""), find(&without, metric, "g", "", ""));
        assert!((found.value.unwrap() - expected.value.unwrap()).abs() < 1e-12, "{found:?} {expected:?}");
        assert_eq!((found.n, found.status, &found.reason), (250, Status::Ok, &left_out));
    }
    // Groups are still ranked among all, and each has a number: 6 of the first 20 are of `tiny`, and the worst is one of the others.
    let skew = |group: &str| find(&with, "skew_at_k", "g", group, "");
    let tiny = skew("g=tiny");
    assert!((tiny.value.unwrap() - (6.0_f64 / 20.0 / (6.0 / 256.0)).ln()).abs() < 1e-12, "{tiny:?}");
    assert_eq!((tiny.status, tiny.reason.as_str()), (Status::Small, small));
    let most = find(&with, "max_skew_at_k", "g", "", "");
    assert_eq!(most.value, ["g=a", "g=b"].map(|group| skew(group).value.unwrap()).into_iter().reduce(f64::max));
    assert_eq!((most.status, &most.reason), (Status::Ok, &without_interval));
    // One group alone is too little to tell groups by.
    for metric in ["ndkl", "directional_bias_amplification", "model_leakage", "max_skew_at_k"] {
        let few = of(&all, "undefined: exclude, min_count: 120");
        let found = find(&few, metric, "g", "", "");
        let reason = "100 items in g=b, fewer than `min_count` (120); 6 items in g=tiny, fewer than `min_count` (120)";
        assert_eq!((found.value, found.status, found.reason.as_str()), (None, Status::InsufficientEvidence, reason));
    }
    // Otherwise a number over groups is small as its groups are.
    let kept = of(&all, "undefined: propagate, min_count: 20");
    assert_eq!(find(&kept, "ndkl", "g", "", "").status, Status::Small);
}
