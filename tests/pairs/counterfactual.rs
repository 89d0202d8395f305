//! Originals and their counterfactuals.

use crate::backend::fixture::plain;
use crate::command::{Folder, Outcome, fairgrid, root};

const COLUMNS: &str = "{id: id, label: truth, logits: {angry: angry, happy: happy, sad: sad}}";

fn portraits() -> String {
    std::fs::read_to_string(root().join("tests/pairs/portraits.csv")).unwrap()
}

/// A study of the portraits with intervals; `rest` are further keys.
fn study(table: &str, rest: &str) -> Folder {
    let text = format!(
        "fairgrid: 1\nstudy: flips\nmodels:\n  net: {{predictions: portraits.csv, columns: {COLUMNS}}}\nevaluate:\n  flips:\n    pairs: \
         {{original: counterfactual_of, factor: changed}}\n    groups: [race, changed]\n    metrics: [flip_rate, {{flip_rate_difference: \
         {{by: race}}}}, {{confidence_shift: {{of: softmax}}}}]\nuncertainty: {{bootstrap: 200, null: {{permutations: 200}}}}\n{rest}"
    );
    Folder::new().file("portraits.csv", table).file("flips.yaml", text)
}

fn run(folder: &Folder) -> Outcome {
    fairgrid(["run", "flips.yaml", "--output", "out", "--quiet"]).env("XDG_CACHE_HOME", folder.path("cache")).within(folder).run()
}

#[test]
fn pairs_of_one_original_are_one_cluster() {
    let folder = study(&portraits(), "");
    run(&folder).ok();
    let mut table = csv::Reader::from_path(folder.path("out/results.csv")).unwrap();
    let rows: Vec<std::collections::HashMap<String, String>> = table.deserialize().map(Result::unwrap).collect();
    let all = rows.iter().find(|row| row["metric"] == "flip_rate" && row["by"].is_empty()).unwrap();
    let text = portraits();
    let fields = || text.lines().skip(1).map(|line| line.split(',').collect::<Vec<_>>());
    let originals: std::collections::HashSet<&str> = fields().map(|field| field[1]).filter(|original| !original.is_empty()).collect();
    assert_eq!(all["n"], fields().filter(|field| !field[1].is_empty()).count().to_string());
    assert_eq!(all["n_clusters"], originals.len().to_string());
    let gap = rows.iter().find(|row| row["metric"] == "flip_rate_difference").unwrap();
    assert!(!gap["null_median"].is_empty());
}

/// Originals and copies whose labels nobody knows; `columns` says what their scores are, and `rest` what is decided and measured. The results.
fn unlabelled(columns: &str, rest: &str) -> String {
    let table = "id,made_from,changed,no,yes,truth\no1,,,0.3,0.7,\no1s,o1,skin,0.4,0.6,\no2,,,0.6,0.4,\no2s,o2,skin,0.45,0.55,\n";
    let text = format!(
        "fairgrid: 1\nstudy: flips\nmodels:\n  net: {{predictions: p.csv, columns: {{id: id, classes: ['no', 'yes'], {columns}}}}}\nevaluate:\n  \
         flips: {{pairs: {{original: made_from, factor: changed}}, {rest}}}\nuncertainty: {{bootstrap: 0}}\n"
    );
    let folder = Folder::new().file("p.csv", table).file("flips.yaml", text);
    run(&folder).ok();
    folder.read("out/results.csv")
}

#[test]
fn scores_of_classes_without_labels_are_of_one_label() {
    let rest = "positive: 'yes', decide: argmax, metrics: [flip_rate, flip_rate_to_positive, confidence_shift]";
    let wide = "probabilities: {'no': no, 'yes': yes}";
    let with_column = unlabelled(&format!("label: truth, {wide}"), rest);
    assert_eq!(unlabelled(wide, rest), with_column);
    let cut = unlabelled("probabilities: yes", &rest.replace("argmax", "{threshold: 0.5}"));
    assert_eq!(cut.replace("threshold(0.5)", "argmax"), with_column);
}

#[test]
fn scores_of_classes_without_labels_are_of_several_where_that_is_said() {
    let rest = "decide: {threshold: {at: 0.6, of: sigmoid}}, metrics: [flip_rate, {flip_rate_to_positive: {average: per_class}}]";
    unlabelled("logits: {'no': no, 'yes': yes}", rest);
    let rest = "decide: {thresholds: {'no': 0.5, 'yes': 0.5}}, metrics: [flip_rate]";
    unlabelled("probabilities: {'no': no, 'yes': yes}", rest);
}

#[test]
fn to_decide_nothing_is_a_flip_either_way_or_left_out() {
    let table = "id,y,says,made_from\no1,p,p,\nc1,p,,o1\no2,p,,\nc2,p,p,o2\no3,n,n,\nc3,n,n,o3\no4,n,,\nc4,n,,o4\n";
    let numbers = |abstained: &str| {
        let text = format!(
            "fairgrid: 1\nstudy: flips\nmodels: {{net: {{predictions: p.csv, columns: {{id: id, label: y, decision: says}}}}}}\nevaluate:\n  \
             flips: {{positive: p, abstained: {abstained}, pairs: {{original: made_from}}, metrics: [flip_rate, flip_rate_to_positive, \
             flip_rate_to_negative]}}\n"
        );
        let folder = Folder::new().file("p.csv", table).file("flips.yaml", text);
        run(&folder).ok();
        let mut table = csv::Reader::from_path(folder.path("out/results.csv")).unwrap();
        let rows = table.deserialize().map(|row| row.unwrap());
        rows.map(|row: std::collections::HashMap<String, String>| ["metric", "value", "n"].map(|name| row[name].clone()))
            .collect::<Vec<_>>()
    };
    let wrong = [["flip_rate", "0.5", "4"], ["flip_rate_to_negative", "0.25", "4"], ["flip_rate_to_positive", "0.25", "4"]];
    assert_eq!(numbers("wrong"), wrong);
    let excluded = [["flip_rate", "0", "1"], ["flip_rate_to_negative", "0", "1"], ["flip_rate_to_positive", "0", "1"]];
    assert_eq!(numbers("exclude"), excluded);
}

#[test]
fn the_order_of_rows_does_not_matter() {
    let text = portraits();
    let (header, rows) = text.split_once('\n').unwrap();
    let mut turned: Vec<&str> = rows.lines().collect();
    turned.sort_unstable_by_key(|row| row.chars().rev().collect::<String>());
    let results = [text.clone(), format!("{header}\n{}\n", turned.join("\n"))].map(|table| {
        let folder = study(&table, "");
        run(&folder).ok();
        folder.read("out/results.csv")
    });
    assert_eq!(results[0], results[1]);
}

#[test]
fn models_are_compared_on_the_same_pairs() {
    let folder = study(&portraits().replace("angry", "Angry"), "");
    let text = folder.read("flips.yaml").replace("angry: angry", "Angry: Angry");
    let text = text.replace(
        "evaluate:",
        &format!("  bold: {{predictions: bold.csv, columns: {}}}\nevaluate:", COLUMNS.replace("angry: angry", "Angry: Angry")),
    );
    let text = format!("{text}compare: {{nets: {{model: all_pairs, metrics: [flip_rate, confidence_shift]}}}}\n");
    // The bold one is sure of what was sad all along.
    let bold: String = portraits()
        .replace("angry", "Angry")
        .lines()
        .map(|line| match line.rsplit_once(',') {
            Some((rest, sad)) if sad.parse::<f64>().is_ok_and(|sad| sad > 1.0) => format!("{rest},9\n"),
            _ => format!("{line}\n"),
        })
        .collect();
    let folder = folder.file("bold.csv", bold).file("flips.yaml", text);
    insta::assert_snapshot!(run(&folder));
}

const CARD: &str = "
fairgrid_card: 1
dataset: squares
license: made for this test
images: {table: squares.csv, path: 'images/{file}', id: '{name}'}
fields:
  shade: {from: shade}
  side: {from: side}
  original: {from: original}
  changed: {from: changed}
label: shade
splits: {from: part}
";

/// Dark and light squares, and copies of each that are brighter by 30 and by 120.
fn squares() -> Folder {
    let mut table = "file,name,shade,side,original,changed,part\n".to_owned();
    let mut folder = Folder::new();
    for index in 0..20_u8 {
        let (shade, gray) = if index % 2 == 0 { ("dark", 20 + index) } else { ("light", 200 + index) };
        let side = if index % 3 == 0 { "left" } else { "right" };
        let part = if index < 8 { "train" } else { "test" };
        for (changed, more) in [("", 0), ("a_little", 30), ("a_lot", 120)] {
            let mut png = std::io::Cursor::new(Vec::new());
            let gray = gray.saturating_add(more);
            image::GrayImage::from_pixel(4, 4, image::Luma([gray])).write_to(&mut png, image::ImageFormat::Png).unwrap();
            let name = format!("s{index}{changed}");
            folder = folder.file(&format!("images/{name}.png"), png.into_inner());
            let original = if changed.is_empty() { String::new() } else { format!("s{index}") };
            // What the model learns from are originals alone.
            if changed.is_empty() || part == "test" {
                table += &format!("{name}.png,{name},{shade},{side},{original},{changed},{part}\n");
            }
        }
    }
    let study = "fairgrid: 1\nstudy: flips\ndata: {squares: {card: squares.yaml}}\nmodels:\n  net: {backend: plain, architecture: \
                 nearest_mean, threads: 1, input: {size: [4, 4], channels: gray}, train: {data: squares/train, loss: squared_distance, \
                 seed: 0, epochs: 2, batch_size: 5, optimizer: running_mean}}\nevaluate:\n  flips:\n    data: squares/test\n    pairs: \
                 {original: original, factor: changed}\n    groups: [side, changed]\n    positive: light\n    metrics: [flip_rate, \
                 flip_rate_to_positive, {confidence_shift: {of: softmax}}]\nuncertainty: {bootstrap: 100}\n";
    folder.file("squares.csv", table).file("squares.yaml", CARD).file("flips.yaml", study)
}

fn call(folder: &Folder, arguments: &[&str]) -> Outcome {
    let backend = plain().parent().unwrap().to_owned();
    fairgrid(arguments).env("FAIRGRID_BACKEND_PATH", backend).env("XDG_CACHE_HOME", folder.path("cache")).within(folder).run()
}

#[test]
fn a_model_is_run_on_both_images_of_a_pair() {
    let folder = squares();
    call(&folder, &["run", "flips.yaml", "--output", "out", "--quiet"]).ok();
    let rows = folder.read("out/results.csv");
    let value = |metric: &str, group: &str| {
        let line = rows.lines().find(|line| line.contains(&format!(",argmax,{metric},")) && line.contains(group)).unwrap();
        line.split(',').nth(11).unwrap().parse::<f64>().unwrap()
    };
    // A dark square that is much brighter is held for a light one; a light one stays what it is.
    assert!(value("flip_rate", "changed=a_little").abs() < 1e-9);
    assert!((value("flip_rate", "changed=a_lot") - 0.5).abs() < 1e-9, "{rows}");
    assert!((value("flip_rate_to_positive", "changed=a_lot") - 0.5).abs() < 1e-9);
    assert!(value("confidence_shift", "changed=a_lot") > value("confidence_shift", "changed=a_little"));
    // A part of a split has a part of its pairs.
    call(&folder, &["run", "flips.yaml", "--limit", "20", "--output", "part", "--quiet"]).ok();
}

#[test]
fn counterfactuals_of_nothing_are_refused() {
    let folder = squares();
    let table = folder.read("squares.csv").replace(",s9,a_lot", ",s99,a_lot").replace(",s11,a_little", ",s11a_lot,a_little");
    let folder = folder.file("squares.csv", table);
    insta::assert_snapshot!(call(&folder, &["validate", "flips.yaml"]));
}
