//! `compare:` from spec to `comparisons.csv`, on predictions of two vendors about the same people.

use std::collections::HashMap;

use super::{DATA, EVALUATE, call, faulty_model, learner, study, table};
use crate::command::{Folder, fairgrid};

/// 300 people of two groups. Vendor `a` errs for every fourth, `b` for every fifth, `c` for every sixth of them.
pub(super) fn vendors(text: &str) -> Folder {
    let said = |wrong: fn(usize) -> bool| {
        let row = |row: usize| {
            let truth = row % 7 < 3;
            format!("p{row},{},{},{}\n", u8::from(truth), u8::from(truth != wrong(row)), ["dark", "light"][row % 2])
        };
        format!("id,truth,guess,tone\n{}", (0..300).map(row).collect::<String>())
    };
    let models: String = ["a", "b", "c"]
        .map(|name| format!("  {name}: {{predictions: {name}.csv, columns: {{id: id, label: truth, decision: guess, classes: [0, 1]}}}}\n"))
        .concat();
    Folder::new()
        .file("a.csv", said(|row| row.is_multiple_of(4)))
        .file("b.csv", said(|row| row.is_multiple_of(5)))
        .file("c.csv", said(|row| row.is_multiple_of(6)))
        .file(
            "vendors.yaml",
            format!(
                "fairgrid: 1\nstudy: vendors\nmodels:\n{models}evaluate:\n  audit: {{groups: [tone], positive: 1, metrics: [accuracy_score, \
                 {{accuracy_score_difference: {{as: gap}}}}]}}\nuncertainty: {{bootstrap: 400, null: {{permutations: 0}}}}\n{text}"
            ),
        )
}

pub(super) fn rows(folder: &Folder) -> Vec<HashMap<String, String>> {
    rows_of(folder, "vendors")
}

pub(super) fn rows_of(folder: &Folder, study: &str) -> Vec<HashMap<String, String>> {
    table(folder, &format!("results/{study}/comparisons.csv"))
}

pub(super) fn number(row: &HashMap<String, String>, column: &str) -> f64 {
    row[column].parse().unwrap()
}

#[test]
fn vendors_are_compared_on_the_same_people() {
    let folder = vendors("compare: {vendors: {model: all_pairs, metrics: [accuracy_score, gap], adjust: holm}}\n");
    let page = fairgrid(["run", "vendors.yaml", "--quiet"]).within(&folder).run().ok();
    let rows = rows(&folder);
    let pairs: Vec<(&str, &str)> = rows.iter().filter(|row| row["metric"] == "gap").map(|row| (&*row["from"], &*row["to"])).collect();
    assert_eq!(pairs, [("a", "b"), ("a", "c"), ("b", "c")]);
    let find = |metric: &str, group: &str| {
        rows.iter().find(|row| row["metric"] == metric && row["group"] == group && row["from"] == "a" && row["to"] == "b").unwrap()
    };
    // Every fourth of 300 is wrong, then every fifth.
    let overall = rows.iter().find(|row| row["metric"] == "accuracy_score" && row["by"].is_empty()).unwrap();
    assert_eq!(["value_from", "value_to", "estimate", "n"].map(|column| number(overall, column)), [0.75, 0.8, 0.05, 300.0]);
    // The errors of `a` are all of the dark: 75 of 150. Those of `b` are shared out evenly: 30 and 30.
    let gap = find("gap", "");
    assert_eq!(["value_from", "value_to", "estimate"].map(|column| number(gap, column)), [0.5, 0.0, -0.5]);
    assert!(number(gap, "upper") < 0.0 && number(gap, "p") < 0.05, "{gap:?}");
    assert_eq!(number(find("accuracy_score", "tone=dark"), "estimate"), 0.3);
    // Holm over the whole entry: the smallest p times the number of differences.
    let ps: Vec<f64> = rows.iter().map(|row| number(row, "p")).collect();
    let smallest = ps.iter().copied().fold(1.0, f64::min);
    let least = rows.iter().map(|row| number(row, "p_adjusted")).fold(1.0, f64::min);
    assert_eq!(rows.len(), 12);
    assert!((least - smallest * 12.0).abs() < 1e-6, "{least} {smallest}");
    assert!(page.contains("Comparison: vendors") && page.contains("comparisons.csv"), "{page}");
    insta::assert_snapshot!(folder.read("results/vendors/leaderboard.md"));
}

#[test]
fn what_adjusted_p_cannot_say_is_told_beside_the_tables() {
    let text = "compare:\n  few: {models: [a, b], metrics: gap, adjust: holm, equivalence: {within: 0.1}}\n  \
                many: {model: all_pairs, metrics: [accuracy_score, gap], adjust: holm}\n  \
                false_ones: {model: all_pairs, metrics: [accuracy_score, gap], adjust: bh}\n  \
                exact: {model: all_pairs, metrics: accuracy_score, test: mcnemar, adjust: holm}\n";
    let folder = vendors(text);
    std::fs::write(folder.path("vendors.yaml"), folder.read("vendors.yaml").replace("bootstrap: 400", "bootstrap: 100")).unwrap();
    fairgrid(["run", "vendors.yaml", "--quiet"]).within(&folder).run().ok();
    let page = folder.read("results/vendors/leaderboard.md");
    let legend = page.split_once("**How to read**").map_or("", |(_, legend)| legend);
    insta::assert_snapshot!(legend.trim());
}

#[test]
fn a_second_run_and_turned_files_say_the_same() {
    let folder = vendors("compare: {change: {models: [a, b], metrics: [gap]}}\n");
    fairgrid(["run", "vendors.yaml"]).within(&folder).run().ok();
    let first = folder.read("results/vendors/comparisons.csv");
    assert!(first.starts_with("study,comparison,model,evaluation,data,from,to,decision,metric,"), "{first}");
    assert_eq!(first.lines().count(), 2, "{first}");
    fairgrid(["run", "vendors.yaml"]).within(&folder).run().ok();
    assert_eq!(folder.read("results/vendors/comparisons.csv"), first);
    let text = folder.read("b.csv");
    let mut lines: Vec<&str> = text.lines().collect();
    lines[1..].reverse();
    std::fs::write(folder.path("b.csv"), lines.join("\n")).unwrap();
    fairgrid(["run", "vendors.yaml"]).within(&folder).run().ok();
    assert_eq!(folder.read("results/vendors/comparisons.csv"), first);
}

#[test]
fn an_axis_is_compared_for_every_model() {
    let text =
        "grid: {cut: [-1, 1]}\nmodels:\n  a: {predictions: $cut, columns: {id: id, label: truth, decision: guess, classes: [0, 1]}}\n";
    let folder = vendors("");
    let study = folder.read("vendors.yaml");
    let start = study.find("models:").unwrap();
    let end = study.find("evaluate:").unwrap();
    let text = text.replace("[-1, 1]", "{old: a.csv, new: b.csv, other: c.csv}");
    let compare = "compare: {gains: {cut: {baseline: old}, metrics: gap}}\n";
    std::fs::write(folder.path("vendors.yaml"), format!("{}{text}{}{compare}", &study[..start], &study[end..])).unwrap();
    fairgrid(["run", "vendors.yaml"]).within(&folder).run().ok();
    let told: Vec<[String; 4]> = rows(&folder).iter().map(|row| ["model", "cut", "from", "to"].map(|column| row[column].clone())).collect();
    assert_eq!(told, [["a", "", "old", "new"], ["a", "", "old", "other"]]);
}

#[test]
fn levels_that_are_numbers_are_named_as_they_are_written_or_called() {
    let row = |row: usize| format!("i{row},{},{},{}\n", row % 2, row as f64 / 8.0, ["1.0", "2"][row / 2 % 2]);
    let said = format!("id,y,s,g\n{}", (0..8).map(row).collect::<String>());
    for (axis, called) in [("{0.0: 0.1, 0.50: 0.4, 3: 0.6}", ["0.0", "0.50"]), ("[0.0, 0.50, 3]", ["0", "0.5"])] {
        let text = format!(
            "fairgrid: 1\nstudy: named\ngrid: {{cut: {axis}}}\nexclude: [{{cut: 3}}]\n\
             models: {{m: {{predictions: p.csv, columns: {{id: id, label: y, scores: s, classes: [0, 1]}}}}}}\n\
             evaluate: {{e: {{groups: [g], positive: 1, decide: {{threshold: $cut, as: cut_there}}, metrics: [accuracy_score]}}}}\n\
             uncertainty: {{bootstrap: 100}}\ncompare:\n  gain: {{cut: {{from: 0.0, to: 0.50}}, metrics: accuracy_score}}\n  \
             groups: {{g: {{from: 1.0, to: 2}}, metrics: accuracy_score}}\n\
             tables: {{main: {{rows: [cut], columns: [accuracy_score], where: {{cut: [0.50]}}}}}}\n"
        );
        let folder = Folder::new().file("p.csv", said.clone()).file("named.yaml", text);
        fairgrid(["run", "named.yaml", "--quiet"]).within(&folder).run().ok();
        let rows = rows_of(&folder, "named");
        let gain = rows.iter().find(|row| row["comparison"] == "gain").unwrap();
        assert_eq!([&*gain["from"], &*gain["to"]], called);
        assert!(rows.iter().any(|row| row["from"] == "g=1" && row["to"] == "g=2"), "{rows:?}");
        let shown = folder.read("results/named/leaderboard.csv");
        assert!(shown.lines().count() == 2 && shown.contains(&format!("{},", called[1])), "{shown}");
    }
}

#[test]
fn nothing_is_left_where_nothing_is_compared() {
    let folder = vendors("");
    fairgrid(["run", "vendors.yaml"]).within(&folder).run().ok();
    assert!(folder.path("results/vendors/results.csv").exists() && !folder.path("results/vendors/comparisons.csv").exists());
}

#[test]
fn false_findings_are_kept_few() {
    let folder = vendors("compare: {vendors: {model: all_pairs, metrics: [accuracy_score, gap], adjust: bh}}\n");
    fairgrid(["run", "vendors.yaml", "--quiet"]).within(&folder).run().ok();
    let mut found: Vec<(f64, f64)> = rows(&folder).iter().map(|row| (number(row, "p"), number(row, "p_adjusted"))).collect();
    found.sort_by(|a, b| a.0.total_cmp(&b.0));
    // Benjamini and Hochberg: p times the number of tests over its rank, and never more than that of a larger p.
    let count = found.len();
    for rank in 0..count {
        let wanted = (rank..count).map(|later| found[later].0 * count as f64 / (later + 1) as f64).fold(1.0, f64::min);
        assert!((found[rank].1 - wanted).abs() < 1e-6, "{found:?}");
    }
    assert!(folder.read("results/vendors/leaderboard.md").contains("(Benjamini and Hochberg)"));
}

#[test]
fn a_pair_of_which_one_side_is_undefined_says_why() {
    let compare = "compare: {vendors: {models: [a, c], metrics: [precision_score]}}\n";
    let folder = vendors(compare);
    let study = folder.read("vendors.yaml").replace("metrics: [accuracy_score,", "metrics: [accuracy_score, precision_score,");
    std::fs::write(folder.path("vendors.yaml"), study).unwrap();
    // `c` never says 1, so that nothing can be said of how often it is right then.
    let never: String = folder.read("c.csv").replace(",1,dark", ",0,dark").replace(",1,light", ",0,light");
    std::fs::write(folder.path("c.csv"), never).unwrap();
    insta::assert_snapshot!(fairgrid(["run", "vendors.yaml", "--quiet"]).within(&folder).run());
    let told: Vec<[String; 3]> = rows(&folder).iter().map(|row| ["group", "status", "estimate"].map(|c| row[c].clone())).collect();
    assert_eq!(told, ["", "tone=dark", "tone=light"].map(|group| [group, "undefined", ""].map(str::to_owned)));
}

/// An evaluation that trained models differ in.
const LOSS: &str =
    "evaluate: {test: {data: squares/test, groups: [side], metrics: [{log_loss: {of: softmax}}]}}\nuncertainty: {bootstrap: 200}\n";

#[test]
fn trained_models_are_compared() {
    let net = learner("$seed").replace("nearest_mean", "{nearest_mean: {temperature: $temperature}}");
    let grid = "grid: {temperature: [0.1, 10.0], seed: [0, 1]}\n";
    let compare = "compare: {cooling: {temperature: {baseline: 10.0}, metrics: [log_loss]}}\n";
    let folder = study("trained", &format!("{DATA}{grid}models: {{net: {net}}}\n{LOSS}{compare}"));
    call(&folder, &["run", "trained.yaml"]).run().ok();
    let rows = rows_of(&folder, "trained");
    let told: Vec<[&str; 5]> = rows.iter().map(|row| ["model", "seed", "from", "to", "group"].map(|column| row[column].as_str())).collect();
    assert_eq!(told[..3], [["net", "0", "10", "0.1", ""], ["net", "0", "10", "0.1", "side=left"], ["net", "0", "10", "0.1", "side=right"]]);
    assert_eq!(told.len(), 6);
    let results = folder.read("results/trained/results.csv");
    assert!(rows.iter().all(|row| results.contains(&format!(",{},", row["value_from"]))), "{results}");
    // Compared alone, they are what they were beside others.
    let first = folder.read("results/trained/comparisons.csv");
    call(&folder, &["run", "trained.yaml", "--only", "seed=0"]).run().ok();
    let part = folder.read("results/trained/comparisons.csv");
    assert!(part.lines().count() == 4 && part.lines().all(|line| first.contains(line)), "{part}");
}

#[test]
fn a_trained_model_is_not_compared_with_one_whose_items_have_weights() {
    let claim = "claim: {predictions: claim.csv, columns: {id: id, label: shade, scores: {dark: d, light: l}, weight: w}}";
    let compare = "compare: {nets: {models: [net, claim], metrics: [accuracy_score]}}\n";
    let folder = study("weighted", &format!("{DATA}models: {{net: {}, {claim}}}\n{EVALUATE}{compare}", learner("0")));
    let row = |index: usize| {
        let (shade, side) = (["dark", "light"][index % 2], if index.is_multiple_of(3) { "left" } else { "right" });
        format!("images/{shade}-{side}-{index}.png,{shade},0,1,{}\n", index + 1)
    };
    let folder = folder.file("claim.csv", format!("id,shade,d,l,w\n{}", (0..40).map(row).collect::<String>()));
    insta::assert_snapshot!(call(&folder, &["validate", "weighted.yaml"]).run());
}

#[test]
fn a_side_that_failed_is_told_and_the_other_pairs_stay() {
    let models = format!("models:\n  good: {}\n  twin: {}\n  bad: {}\n", learner("0"), learner("1"), faulty_model("nan"));
    let folder = study("failing", &format!("{DATA}{models}{LOSS}compare: {{nets: {{model: all_pairs, metrics: [log_loss]}}}}\n"));
    let outcome = call(&folder, &["run", "failing.yaml", "--quiet"]).run();
    assert_eq!(outcome.code, Some(4), "{outcome}");
    insta::assert_snapshot!(outcome.stdout);
    let told: Vec<[String; 3]> = rows_of(&folder, "failing").iter().map(|row| ["from", "to", "status"].map(|c| row[c].clone())).collect();
    assert_eq!(told.iter().filter(|row| row[2] == "ok").count(), 3, "{told:?}");
    assert!(told.iter().filter(|row| row[2] == "undefined").all(|row| row[1] == "bad"), "{told:?}");
}

#[test]
fn numbers_are_averaged_over_an_axis_and_followed_along_another() {
    let net = learner("$seed").replace("nearest_mean", "{nearest_mean: {temperature: $temperature}}");
    let grid = "grid: {temperature: [0.5, 1.0, 2.0], seed: [0, 1]}\n";
    let compare = "compare:\n  gain: {temperature: {from: 0.5, to: 2.0}, average: [seed], metrics: [log_loss]}\n  \
                   slope: {trend: temperature, each: [seed], metrics: [log_loss]}\n";
    let folder = study("followed", &format!("{DATA}{grid}models: {{net: {net}}}\n{LOSS}{compare}average: [seed]\n"));
    call(&folder, &["run", "followed.yaml"]).run().ok();
    let rows = rows_of(&folder, "followed");
    let overall: Vec<&HashMap<String, String>> = rows.iter().filter(|row| row["by"].is_empty()).collect();
    let told: Vec<[&str; 5]> =
        overall.iter().map(|row| ["comparison", "seed", "from", "to", "statistic"].map(|column| row[column].as_str())).collect();
    assert_eq!(told, [["gain", "", "0.5", "2", "difference"], ["slope", "0", "0.5", "2", "slope"], ["slope", "1", "0.5", "2", "slope"],]);
    let results = table(&folder, "results/followed/results.csv");
    let losses = |temperature: &str| -> Vec<f64> {
        let here = results.iter().filter(|row| row["by"].is_empty() && row["temperature"] == temperature);
        here.map(|row| number(row, "value")).collect()
    };
    let mean = |values: &[f64]| values.iter().sum::<f64>() / values.len() as f64;
    let ends = ["0.5", "1", "2"].map(|level| mean(&losses(level)));
    assert!(
        (number(overall[0], "value_from") - ends[0]).abs() < 1e-8 && (number(overall[0], "estimate") - (ends[2] - ends[0])).abs() < 1e-8
    );
    // Least squares over 0.5, 1 and 2: less their mean, -2/3, -1/6 and 5/6, over the sum of their squares, 7/6.
    let weights = [-4.0 / 7.0, -1.0 / 7.0, 5.0 / 7.0];
    let slope: f64 = ["0.5", "1", "2"].iter().zip(weights).map(|(level, weight)| losses(level)[0] * weight).sum();
    assert!((number(overall[1], "estimate") - slope).abs() < 1e-8, "{slope} {:?}", overall[1]);
}

#[test]
fn a_test_may_be_exact_and_groups_may_be_compared() {
    let compare = "compare:\n  vendors: {models: [a, b], metrics: accuracy_score, test: mcnemar, equivalence: {within: 0.2}}\n  \
                   tones: {tone: {baseline: light}, metrics: accuracy_score, test: fisher, equivalence: {within: 0.2}}\n";
    let folder = vendors(compare);
    fairgrid(["run", "vendors.yaml", "--quiet"]).within(&folder).run().ok();
    insta::assert_snapshot!(folder.read("results/vendors/leaderboard.md"));
    let rows = rows(&folder);
    // 75 and 60 errors, 15 of them of the same people.
    assert!((number(&rows[0], "p") - fairgrid::score::compare::exact::mcnemar(45, 60, true)).abs() < 1e-8);
    let tones: Vec<[&str; 5]> = rows
        .iter()
        .filter(|row| row["comparison"] == "tones")
        .map(|row| ["model", "from", "to", "group", "verdict"].map(|column| row[column].as_str()))
        .collect();
    assert_eq!(
        tones,
        [
            ["a", "tone=light", "tone=dark", "", "different"],
            ["b", "tone=light", "tone=dark", "", "equivalent"],
            ["c", "tone=light", "tone=dark", "", "different"],
        ]
    );
}

#[test]
fn what_is_compared_stands_in_tables_and_is_held_by_snapshots() {
    let text = "compare:\n  vendors: {model: {baseline: a}, metrics: [accuracy_score, gap]}\n  \
                tones: {tone: {baseline: light}, metrics: accuracy_score}\n  pair: {models: [b, c], metrics: [gap], equivalence: {within: 0.1}}\n\
                tables:\n  main: {rows: [model], columns: [accuracy_score, vendors.accuracy_score, vendors.gap, {tone: tones.accuracy_score}], \
                best: bold}\n  pair: {rows: [evaluation], columns: [pair.gap]}\nsnapshot: {tolerance: {default: 0.01, pair.gap: 0.2}}\n";
    let folder = vendors(text);
    insta::assert_snapshot!(fairgrid(["snapshot", "accept", "vendors.yaml", "--quiet"]).within(&folder).run());
    insta::assert_snapshot!(folder.read("snapshots/vendors.snap"));
    fairgrid(["snapshot", "check", "vendors.yaml", "--quiet"]).within(&folder).run().ok();
    // Twelve more errors of one vendor.
    let wrong = |(line, text): (usize, &str)| match text.split(',').collect::<Vec<_>>().as_slice() {
        [id, truth, _, tone] if line % 25 == 2 => format!("{id},{truth},{},{tone}", u8::from(*truth == "0")),
        _ => text.to_owned(),
    };
    let lines: Vec<String> = folder.read("b.csv").lines().enumerate().map(wrong).collect();
    std::fs::write(folder.path("b.csv"), lines.join("\n")).unwrap();
    let drifted = fairgrid(["snapshot", "check", "vendors.yaml", "--quiet"]).within(&folder).run();
    assert_eq!(drifted.code, Some(5), "{drifted}");
    insta::assert_snapshot!(drifted.stdout);
}

#[test]
fn every_word_of_comparisons_is_explained() {
    let listed = fairgrid(["ls", "comparisons"]).run().ok();
    for word in
        ["permutation", "mcnemar_exact", "fisher", "holm", "bh", "equivalence", "transition", "retention_rate", "correlation", "trend"]
    {
        assert!(listed.contains(word), "{word}: {listed}");
        let told = fairgrid(["explain", word]).run().ok();
        assert!(told.contains("what") && told.contains("write"), "{told}");
    }
    insta::assert_snapshot!(fairgrid(["explain", "transition"]).run());
}

#[test]
fn findings_do_not_depend_on_threads() {
    let compare = "compare:\n  pairs: {model: all_pairs, metrics: [accuracy_score, gap], test: permutation}\n  \
                   tones: {tone: all_pairs, metrics: accuracy_score, test: permutation}\n  drawn: {models: [a, c], metrics: gap}\n";
    let folder = vendors(compare);
    let study = folder.read("vendors.yaml").replace("permutations: 0", "permutations: 300");
    std::fs::write(folder.path("vendors.yaml"), study).unwrap();
    let run = |threads: &str| {
        fairgrid(["run", "vendors.yaml", "--quiet", "--force"]).env("RAYON_NUM_THREADS", threads).within(&folder).run().ok();
        folder.read("results/vendors/comparisons.csv")
    };
    let one = run("1");
    assert!(one == run("5") && rows(&folder).iter().all(|row| !row["p"].is_empty()), "{one}");
    // The errors of `a` are all of the dark, those of `b` of both alike: exchanged at random, they rarely differ as much.
    let gap = rows(&folder).into_iter().find(|row| row["comparison"] == "pairs" && row["metric"] == "gap").unwrap();
    assert!(number(&gap, "p") < 0.01, "{gap:?}");
}

/// 240 people of two groups, of whom 160 are scored. Vendor `a` says what is true, `b` mostly what the group is.
fn leaning() -> Folder {
    let said = |guess: fn(usize) -> bool| {
        let row = |row: usize| {
            let split = if row.is_multiple_of(3) { "train" } else { "test" };
            let truth = u8::from(row % 5 < 2 + row % 2);
            let score = (row * 7 % 50 + if guess(row) { 30 } else { 0 }) as f64 / 100.0;
            format!(
                "p{row:03},{split},{truth},{},{score},{}\n",
                u8::from(if row.is_multiple_of(7) { truth == 0 } else { guess(row) }),
                ["x", "y"][row % 2]
            )
        };
        format!("id,split,truth,guess,score,tone\n{}", (0..240).map(row).collect::<String>())
    };
    let columns = "{id: id, label: truth, decision: guess, scores: score, split: split, classes: [0, 1]}";
    let text = format!(
        "fairgrid: 1\nstudy: vendors\nmodels:\n  a: {{predictions: a.csv, columns: {columns}}}\n  b: {{predictions: b.csv, columns: \
         {columns}}}\nevaluate:\n  audit:\n    data: file/test\n    groups: [tone]\n    positive: 1\n    metrics:\n      - \
         {{mals_bias_amplification: {{reference: file/train, as: mals}}}}\n      - {{directional_bias_amplification: {{direction: \
         attribute_to_task, as: directional}}}}\n      - {{model_leakage: {{from: decisions, as: leakage}}}}\n      - {{ndkl: {{desired: \
         uniform}}}}\n      - {{skew_at_k: {{k: 40, desired: uniform, as: skew}}}}\nuncertainty: {{bootstrap: 200, null: {{permutations: \
         100}}}}\ncompare:\n  vendors: {{model: all_pairs, metrics: [mals, directional, leakage, ndkl, skew]}}\n  tones: {{tone: all_pairs, \
         metrics: [skew], test: permutation}}\n"
    );
    Folder::new().file("a.csv", said(|row| row % 5 < 2 + row % 2)).file("b.csv", said(|row| row % 2 == 1)).file("vendors.yaml", text)
}

#[test]
fn numbers_of_all_groups_at_once_are_compared() {
    let folder = leaning();
    fairgrid(["run", "vendors.yaml", "--quiet"]).within(&folder).run().ok();
    let scored = table(&folder, "results/vendors/results.csv");
    let value = |model: &str, metric: &str, group: &str| {
        let found = scored.iter().find(|row| row["model"] == model && row["metric"] == metric && row["group"] == group).unwrap();
        number(found, "value")
    };
    let rows = rows(&folder);
    let between =
        |name: &str, metric: &str| rows.iter().filter(|row| row["comparison"] == name && row["metric"] == metric).collect::<Vec<_>>();
    for metric in ["mals", "directional", "leakage", "ndkl", "skew"] {
        let found = between("vendors", metric);
        assert_eq!(found.len(), if metric == "skew" { 2 } else { 1 }, "{metric}");
        for row in found {
            let (from, to) = (value("a", metric, &row["group"]), value("b", metric, &row["group"]));
            assert!((number(row, "estimate") - (to - from)).abs() < 1e-8, "{row:?}");
            assert!(number(row, "lower") <= to - from && to - from <= number(row, "upper") && number(row, "p") <= 1.0, "{row:?}");
            assert_eq!(number(row, "n"), if row["group"].is_empty() { 160.0 } else { 80.0 });
        }
    }
    // Whoever says the group gives it away; the true label hardly does.
    let leakage = between("vendors", "leakage")[0];
    assert!(number(leakage, "lower") > 0.1 && number(leakage, "p") < 0.05, "{leakage:?}");
    let tones = between("tones", "skew");
    assert_eq!(tones.len(), 2);
    for row in tones {
        let model = &row["model"];
        let apart = value(model, "skew", "tone=y") - value(model, "skew", "tone=x");
        assert!((number(row, "estimate") - apart).abs() < 1e-8 && (0.0..=1.0).contains(&number(row, "p")), "{row:?}");
    }
}
