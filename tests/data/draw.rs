//! Folds, draws and weights, on items that a table describes.

use std::collections::BTreeSet;
use std::path::Path;

use fairgrid::data::dataset::Dataset;
use fairgrid::data::draw::Urn;
use fairgrid::data::fold::splits;
use fairgrid::data::mock;
use fairgrid::data::weight::Weighing;
use fairgrid::spec::card::{Card, DataUse};
use fairgrid::spec::decode::Decode;
use fairgrid::spec::folds::Folds;
use fairgrid::spec::node::Node;
use fairgrid::spec::problem::Problems;
use fairgrid::spec::sample::Sample;
use fairgrid::spec::source::Source;
use fairgrid::spec::weights::Weights;

use super::folder::Folder;

/// 40 children: 24 of race A, 12 of B, 4 of C; each with one happy and one sad photograph, every fourth with a second happy one.
fn children() -> (Folder, Dataset) {
    let folder = Folder::new();
    let mut table = String::from("id,child,race,emotion,w\n");
    for child in 0..40 {
        let race = if child < 24 {
            "A"
        } else if child < 36 {
            "B"
        } else {
            "C"
        };
        table += &format!("{child}h,{child},{race},happy,1\n{child}s,{child},{race},sad,3\n");
        if child % 4 == 0 {
            table += &format!("{child}j,{child},{race},happy,2\n");
        }
    }
    folder.image("x.png", "rgb.png").write("t.csv", table);
    let card = "images: {table: t.csv, path: x.png, id: '{id}'}\nfields: {race: race, emotion: emotion, w: w}\n\
                label: emotion\nattribute: race\nsubject: child\nsplits: {all: {}}\n";
    let dataset = folder.open(card).unwrap();
    (folder, dataset)
}

pub(super) fn decode<T: Decode>(text: &str) -> Result<T, String> {
    let node = Node::parse(&Source::new("study.yaml", text)).unwrap();
    let mut problems = Problems::default();
    let decoded = T::decode(&node, &mut problems);
    problems.check(decoded).map_err(|error| error.to_string())
}

pub(super) fn urn(dataset: &Dataset, sample: &str) -> Result<Urn, String> {
    let sample: Sample = decode(sample)?;
    Urn::fill(dataset, dataset.split("all").unwrap(), &sample).map_err(|error| error.to_string())
}

fn count(dataset: &Dataset, rows: &[u32], field: &str, level: &str) -> usize {
    rows.iter().filter(|row| dataset.fields[field].level(**row as usize) == Some(level)).count()
}

#[test]
fn folds_keep_children_together_and_races_apart() {
    let (_folder, dataset) = children();
    let folds: Folds = decode("{k: 4, by: child, stratify: [race], seed: 3}").unwrap();
    let parts = dataset.folds(&folds).unwrap();
    let mut all: Vec<u32> = parts.concat();
    all.sort_unstable();
    assert_eq!(all, (0..90).collect::<Vec<u32>>());
    for part in &parts {
        let of = |race| count(&dataset, part, "race", race);
        assert!(
            (13..=14).contains(&of("A")) && (6..=8).contains(&of("B")) && (2..=3).contains(&of("C")),
            "{} {} {}",
            of("A"),
            of("B"),
            of("C")
        );
    }
    assert_eq!(parts, dataset.folds(&folds).unwrap());
    let rest = |taken: &[usize]| (0..90).filter(|row| !taken.iter().any(|part| parts[*part].contains(row))).collect::<Vec<u32>>();
    assert_eq!(splits(&parts, 1, 0), [("test", parts[1].clone()), ("train", rest(&[1]))]);
    // The parts after the last are the first ones.
    assert_eq!(splits(&parts, 3, 1), [("test", parts[3].clone()), ("validation", parts[0].clone()), ("train", rest(&[3, 0]))]);

    let error = dataset.folds(&decode("{k: 4, by: race}").unwrap()).unwrap_err().to_string();
    assert_eq!(error, "the dataset `d` has 3 units, fewer than the 4 of `folds.k`");
    let error = dataset.folds(&decode("{k: 2, by: emotion}").unwrap()).unwrap_err().to_string();
    assert!(error.contains("in two folds: deal them by subject"), "{error}");
    assert!(decode::<Folds>("{k: 1}").unwrap_err().contains("out of range"));
    let error = decode::<Folds>("{k: 3, validation: 2}").unwrap_err();
    assert!(error.contains("`2` parts to validate on and one to test on leave none of 3 to learn from"), "{error}");
}

#[test]
fn a_study_says_folds_beside_the_card() {
    let (folder, _) = children();
    let card = folder.path().join("card.yaml");
    let data: DataUse = decode(&format!("{{card: {}, folds: {{k: 5}}}}", card.display())).unwrap();
    assert_eq!(data.split_names().unwrap(), ["test", "train"]);
    assert_eq!(data.folds.unwrap().k, 5);
}

#[test]
fn a_target_distribution_is_reached_and_recorded() {
    let (_folder, dataset) = children();
    let urn = urn(&dataset, "{size: largest, target: {race: {values: {C: 0.2}, remaining: natural}, emotion: equal}, seed: 1}").unwrap();
    // 4 children of race C have 4 sad and 5 happy photographs, each a tenth of a draw: 4.5 are rounded to 4 and 5.
    let size = urn.largest();
    assert_eq!(size, 45);
    let drawn = urn.draw(size, "").unwrap();
    assert_eq!(drawn.rows.len(), 45);
    assert_eq!(count(&dataset, &drawn.rows, "emotion", "sad"), 22);
    assert!((8..=9).contains(&count(&dataset, &drawn.rows, "race", "C")));
    assert_eq!(drawn.rows.iter().collect::<BTreeSet<_>>().len(), 45, "none twice");
    assert_eq!(drawn.portions.iter().map(|portion| portion.drawn).sum::<u64>(), 45);
    assert_eq!(drawn.portions[5].levels, ["C", "sad"]);
    let error = urn.draw(60, "").unwrap_err();
    assert_eq!(
        error.to_string(),
        "a draw of 60 is not possible: 6 of race=C, emotion=happy are asked and 5 exist; 6 of race=C, emotion=sad are asked and 4 exist"
    );
}

#[test]
fn draws_with_one_key_are_nested_and_with_two_are_not() {
    let (_folder, dataset) = children();
    let draw = |share: f64, key: &str| {
        let urn = urn(&dataset, &format!("{{size: 20, target: {{race: {{values: {{B: {share}}}, remaining: equal}}}}}}")).unwrap();
        let rows = urn.draw(20, key).unwrap().rows;
        rows.into_iter().filter(|row| dataset.fields["race"].level(*row as usize) == Some("B")).collect::<BTreeSet<u32>>()
    };
    let (few, many) = (draw(0.3, "focus=B"), draw(0.9, "focus=B"));
    assert_eq!((few.len(), many.len()), (6, 18));
    assert!(few.is_subset(&many));
    assert!(!draw(0.3, "focus=A").is_subset(&many));
}

/// CAFE's mock: whatever is drawn, the larger draw of two holds the smaller one, item by item; along a share, that of the level.
#[test]
fn nested_draws_hold_each_other() {
    let folder = Folder::new();
    let card = Card::read(&Path::new(env!("CARGO_MANIFEST_DIR")).join("specs/cards/cafe.yaml")).unwrap();
    mock::write(&card, Some(900), &folder.path().join("cafe")).unwrap();
    let mut dataset = Dataset::open(&card.at(&folder.path().join("cafe")), &folder.path().join("cache")).unwrap();
    dataset.splits.insert("all".to_owned(), (0..dataset.ids.len() as u32).collect());
    let races = &dataset.fields["race"].levels;
    let uneven: Vec<String> =
        races.iter().zip([0.1753246, 0.1038961, 0.5, 0.1493506, 0.0714287]).map(|(race, share)| format!("{race}: {share}")).collect();
    let targets = [
        "{race: natural, emotion: natural}".to_owned(),
        "{race: equal, emotion: equal}".to_owned(),
        format!("{{race: {{{}}}, emotion: equal}}", uneven.join(", ")),
        format!("{{race: {{values: {{{}: 0.4}}, remaining: equal}}, emotion: equal}}", races[0]),
    ];
    for (target, more) in targets.iter().flat_map(|target| ["", ", replace: true"].map(|more| (target, more))) {
        for seed in 0..2 {
            let urn = urn(&dataset, &format!("{{size: 1, target: {target}, nested_over: size, seed: {seed}{more}}}")).unwrap();
            let most = if more.is_empty() { urn.largest() } else { 400 };
            assert!(most > 100, "{target}: {most}");
            let mut smaller: Vec<u32> = Vec::new();
            for size in 1..=most {
                let rows = urn.draw(size, "").unwrap_or_else(|short| panic!("{target} {size} of {most}: {short}")).rows;
                assert_eq!(rows.len() as u64, size, "{target}");
                assert!(holds(&rows, &smaller), "{target}{more}, seed {seed}: {size} does not hold {}", size - 1);
                smaller = rows;
            }
            assert!(!more.is_empty() || urn.draw(most + 1, "").is_err() && urn.draw(most + 50, "").is_err(), "{target}: {most}");
        }
    }
    // Along the share of a race at one size, its own part grows and that of all others shrinks.
    for emotion in ["natural", "equal"] {
        let mut before: Option<Vec<u32>> = None;
        for percent in 0..=100 {
            let (share, race) = (f64::from(percent) / 100.0, &races[1]);
            let target = format!("{{race: {{values: {{{race}: {share}}}, remaining: equal}}, emotion: {emotion}}}");
            let rows =
                urn(&dataset, &format!("{{size: 60, target: {target}, nested_over: share, seed: 4}}")).unwrap().draw(60, "").unwrap().rows;
            let of = |rows: &[u32], own: bool| -> Vec<u32> {
                rows.iter().copied().filter(|row| (dataset.fields["race"].level(*row as usize) == Some(race)) == own).collect()
            };
            if let Some(before) = &before {
                assert!(holds(&of(&rows, true), &of(before, true)), "{emotion}, {percent}%: not what {race} was before");
                assert!(holds(&of(before, false), &of(&rows, false)), "{emotion}, {percent}%: others than before");
            }
            before = Some(rows);
        }
    }
}

/// Whether a draw holds another, each as often.
fn holds(larger: &[u32], smaller: &[u32]) -> bool {
    let mut rest = larger.iter();
    smaller.iter().all(|row| rest.any(|other| other == row))
}

/// Whole children are nested, of races whose parts of 11 and of 12 children are a case of the Alabama paradox.
#[test]
fn nested_draws_of_whole_children_hold_each_other() {
    let (_folder, dataset) = children();
    for (nested, holding) in [("", false), (", nested_over: size", true)] {
        let target = "{race: {A: 0.46, B: 0.46, C: 0.08}}";
        let urn = urn(&dataset, &format!("{{size: 1, target: {target}, unit: child{nested}}}")).unwrap();
        let draws: Vec<Vec<u32>> = (1..=26).map(|size| urn.draw(size, "").unwrap().rows).collect();
        assert_eq!(draws.windows(2).all(|pair| holds(&pair[1], &pair[0])), holding, "{nested}");
    }
}

#[test]
fn what_equal_shares_leave_over_goes_round_the_levels_of_every_field() {
    let folder = Folder::new();
    folder.image("a.png", "rgb.png");
    let rows: String = (0..180).map(|row| format!("{row},{},{}\n", row % 3, row / 3 % 3)).collect();
    folder.write("t.csv", format!("id,race,site\n{rows}"));
    let opened = |splits: &str| {
        let fields = "fields: {race: {}, site: {}}\nlabel: race";
        folder.open(&format!("images: {{table: t.csv, path: a.png, id: '{{id}}'}}\n{fields}\nsplits: {{{splits}}}\n")).unwrap()
    };
    let counts =
        |dataset: &Dataset, rows: &[u32]| ["race", "site"].map(|field| ["0", "1", "2"].map(|level| count(dataset, rows, field, level)));
    let dataset = opened("all: {}");
    for seed in 0..10 {
        let drawn = |size: u64| {
            let urn = urn(&dataset, &format!("{{size: {size}, target: {{race: equal, site: equal}}, seed: {seed}}}")).unwrap();
            urn.draw(size, "").unwrap().rows
        };
        assert_eq!(counts(&dataset, &drawn(12)), [[4; 3]; 2], "12 of 9 cells: one each, and three more");
        for size in 1..40 {
            let (few, many) = (drawn(size), drawn(size + 1));
            let even = counts(&dataset, &few).iter().all(|counts| counts.iter().max().unwrap() - counts.iter().min().unwrap() <= 1);
            assert!(even, "{size}: {:?}", counts(&dataset, &few));
            assert!(few.iter().all(|row| many.contains(row)), "a larger draw holds the smaller one");
        }
        // 20 of each cell, of which a fraction of 0.12 are 2.4: of 22 there are four more than two of each.
        let split = opened(&format!("test: {{fraction: 0.12, stratify: [race, site], seed: {seed}}}, train: {{rest: true}}"));
        let even = counts(&split, split.split("test").unwrap());
        assert!(even.iter().flatten().all(|count| (7..=8).contains(count)), "{even:?}");
    }
}

#[test]
fn whole_children_are_drawn() {
    let (_folder, dataset) = children();
    let urn = urn(&dataset, "{size: 12, target: {race: equal}, unit: child}").unwrap();
    assert_eq!(urn.largest(), 14);
    let drawn = urn.draw(12, "").unwrap();
    assert_eq!(drawn.portions.iter().map(|portion| portion.drawn).collect::<Vec<_>>(), [4, 4, 4]);
    assert_eq!(drawn.portions[2].items, 9, "all photographs of all four children of race C");
    let short = urn.draw(15, "").unwrap_err().to_string();
    assert_eq!(short, "a draw of 15 is not possible, counted by `child`: 5 of race=C are asked and 4 exist");
    let error = super::draw::urn(&dataset, "{size: 12, target: {emotion: equal}, unit: child}").unwrap_err();
    assert_eq!(error, "the dataset `d` has several levels of `emotion` within `0`: draw by another `unit`, or leave `emotion` out");
}

/// The reference's own example, for the dataset that it is about.
#[test]
fn what_the_reference_shows_of_draws_can_be_drawn() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let page = std::fs::read_to_string(root.join("specs/README.md")).unwrap();
    let sample = page.split("  sample:\n    size:").nth(1).unwrap().split("```").next().unwrap();
    let sample = sample.replace("$focus: $share", "Asian: 0.2").replace("$draw", "0");
    let folder = Folder::new();
    let card = Card::read(&root.join("specs/cards/cafe.yaml")).unwrap();
    mock::write(&card, Some(300), &folder.path().join("cafe")).unwrap();
    let dataset = Dataset::open(&card.at(&folder.path().join("cafe")), &folder.path().join("cache")).unwrap();
    let sample: Sample = decode(&format!("    size:{sample}")).unwrap();
    let urn = Urn::fill(&dataset, dataset.split("test").unwrap(), &sample).unwrap();
    assert!(urn.largest() > 9, "{}", urn.largest());
}

#[test]
fn rounding_replacement_and_joint_targets() {
    let (_folder, dataset) = children();
    let sizes = |sample: &str, size: u64| -> Vec<u64> {
        urn(&dataset, sample).unwrap().draw(size, "").unwrap().portions.iter().map(|portion| portion.drawn).collect()
    };
    let tens: BTreeSet<Vec<u64>> = (0..20).map(|seed| sizes(&format!("{{size: 10, target: {{race: equal}}, seed: {seed}}}"), 10)).collect();
    assert_eq!(tens, [[3, 3, 4], [3, 4, 3], [4, 3, 3]].map(Vec::from).into(), "whose is the tenth says the seed");
    assert_eq!(sizes("{size: 10, target: {race: equal}, round: down}", 10), [3, 3, 3]);
    let exact = urn(&dataset, "{size: largest, target: {race: equal}, round: exact}").unwrap();
    assert_eq!(
        exact.draw(10, "").unwrap_err().to_string().split(';').next().unwrap(),
        "a draw of 10 is not possible: 10 times 0.3333333333333333 of race=A is no whole number"
    );
    assert_eq!(exact.largest(), 27);
    let never = urn(&dataset, "{size: largest, target: {race: {A: 0.37, B: 0.41, C: 0.22}}, round: exact}").unwrap();
    let never = never.draw(never.largest(), "").unwrap_err().to_string();
    let reason = "no size up to 40, for which the 9 of race=C are enough, makes a whole number of every share";
    assert_eq!(never, format!("no draw is possible, however small: {reason}"));
    assert_eq!(sizes("{size: 60, target: {race: equal}, replace: true}", 60), [20, 20, 20]);
    let joint = "{size: 10, target: [{race: A, emotion: sad, share: 0.7}, {race: C, emotion: happy, share: 0.3}]}";
    assert_eq!(sizes(joint, 10), [7, 3]);
    assert_eq!(sizes("{size: 50}", 50), [50]);
}

#[test]
fn samples_that_make_no_sense_are_refused_where_they_are_written() {
    let (_folder, dataset) = children();
    for (sample, reason) in [
        ("{size: 0}", "`0` is out of range"),
        ("{size: 5, target: {race: {A: 0.5, B: 0.4}}}", "the shares add up to 0.9, not to 1"),
        ("{size: 5, target: {race: {values: {A: 0.7, B: 0.7}, remaining: equal}}}", "the shares add up to 1.4, above 1"),
        ("{size: 5, target: {race: {A: 0.5, D: 0.5}}}", "no item has `race: D`"),
        ("{size: 5, target: {rice: equal}}", "the dataset `d` has no field `rice`"),
        ("{size: largest, replace: true}", "with `replace: true` there is no largest draw"),
        ("{size: 5, target: [{race: A, share: 0.5}, {emotion: sad, share: 0.5}]}", "every combination names the same fields"),
    ] {
        let error = urn(&dataset, sample).unwrap_err();
        assert!(error.contains(reason), "{sample}: {error}");
    }
}

#[test]
fn weights_even_out_clip_and_tell_the_effective_size() {
    let (_folder, dataset) = children();
    let rows = dataset.split("all").unwrap();
    let weigh = |weights: &str| Weighing::of(&dataset, rows, &decode::<Weights>(weights).unwrap()).map_err(|error| error.to_string());
    let even = weigh("{inverse_frequency: [attribute]}").unwrap();
    let of = |race: &str| {
        rows.iter()
            .filter(|row| dataset.fields["race"].level(**row as usize) == Some(race))
            .map(|row| even.weights[*row as usize])
            .sum::<f32>()
    };
    assert!((of("A") - 30.0).abs() < 1e-3 && (of("C") - 30.0).abs() < 1e-3);
    // Σw = 90; Σw² = 30²/54 + 30²/27 + 30²/9.
    assert!((even.effective - 8100.0 / (900.0 / 54.0 + 900.0 / 27.0 + 100.0)).abs() < 1e-3, "{}", even.effective);
    let clipped = weigh("{inverse_frequency: [attribute], clip: 2}").unwrap();
    assert_eq!(clipped.clipped, 9);
    let biased = weigh("{biasing: {race: {A: 1.0, C: 0.25}}}").unwrap();
    assert!((biased.weights[89] / biased.weights[0] - 4.0).abs() < 1e-6);
    assert!((weigh("{field: w}").unwrap().weights[1] / weigh("{field: w}").unwrap().weights[0] - 3.0).abs() < 1e-6);
    assert!(weigh("{field: race}").unwrap_err().contains("expected a number from 0 upwards"));
    assert!(weigh("{biasing: {race: {Z: 0.5}}}").unwrap_err().contains("no item has `race: Z`"));
}

#[test]
fn strata_of_large_units_make_up_for_each_other() {
    let folder = Folder::new();
    folder.image("a.png", "rgb.png");
    let rows: String = (0..400).map(|row| format!("{row},p{},{},{},{}\n", row / 4, row / 4 % 5, row / 4 % 2, row / 4 % 3)).collect();
    folder.write("t.csv", format!("id,person,race,sex,age\n{rows}"));
    for fraction in [0.1, 0.2, 0.3, 0.5] {
        for seed in 0..3 {
            let card = format!(
                "images: {{table: t.csv, path: a.png, id: '{{id}}'}}\nfields: {{race: {{}}, sex: {{}}, age: {{}}}}\nsubject: person\n
splits: {{test: {{fraction: {fraction}, stratify: [race, sex, age], seed: {seed}}}, train: {{rest: true}}}}\n"
            );
            let dataset = folder.open(&card).unwrap();
            let drawn = dataset.split("test").unwrap();
            assert!(drawn.len().abs_diff((400.0 * fraction) as usize) < 4, "{fraction}: {}", drawn.len());
            // Of each of 30 strata there are 3 or 4 people.
            for level in 0..dataset.fields["race"].levels.len() as u32 {
                let of = |rows: &[u32]| rows.iter().filter(|row| dataset.fields["race"].codes[**row as usize] == Some(level)).count();
                assert!(of(drawn).abs_diff((80.0 * fraction) as usize) <= 8, "{fraction}: {}", of(drawn));
            }
        }
    }
}

#[test]
fn subjects_that_do_not_fit_are_passed_over() {
    let folder = Folder::new();
    folder.image("a.png", "rgb.png");
    // Photographs of each person, the fraction, what it is, and what comes of it.
    let one_and_many = [&[120][..], &[10; 8]].concat();
    for (sizes, fraction, drawn) in
        [(one_and_many, 0.3, 60..=60), (vec![40, 40, 10, 10], 0.15, 10..=20), (vec![40, 40, 10, 10], 0.3, 20..=40)]
    {
        let people = sizes.iter().enumerate().flat_map(|(person, photographs)| std::iter::repeat_n(person, *photographs));
        let rows: String = people.enumerate().map(|(row, person)| format!("{row},{person}\n")).collect();
        folder.write("t.csv", format!("id,person\n{rows}"));
        for seed in 0..6 {
            let splits = format!("splits: {{val: {{fraction: {fraction}, seed: {seed}}}, train: {{rest: true}}}}");
            let dataset =
                folder.open(&format!("images: {{table: t.csv, path: a.png, id: '{{id}}'}}\nsubject: person\n{splits}\n")).unwrap();
            let items = dataset.split("val").unwrap().len();
            assert!(drawn.contains(&items), "{items} of {sizes:?}, {fraction}, {seed}");
        }
    }
}
