//! Vectors made elsewhere: every format that they come in, what is measured of them, and what is refused.

use std::path::Path;
use std::sync::Arc;

use arrow::array::{ArrayRef, FixedSizeListArray, Float32Array, Float64Array, LargeListArray, RecordBatch, StringArray};
use arrow::buffer::OffsetBuffer;
use arrow::datatypes::{DataType, Field};
use fairgrid::data::frame::Targets;
use fairgrid::score::measurement::{Measurement, Status};
use fairgrid::score::predictions::Predictions;
use fairgrid::score::predictions::kinds::Keep;
use fairgrid::spec::node::Node;
use fairgrid::spec::predictions::Columns;
use fairgrid::spec::problem::Problems;
use fairgrid::spec::source::Source;

use super::{find, measure};

fn import(path: &Path, columns: &str) -> Result<Predictions, String> {
    import_with(path, columns, &["g"])
}

pub(crate) fn import_with(path: &Path, columns: &str, fields: &[&str]) -> Result<Predictions, String> {
    let mut problems = Problems::default();
    let node = Node::parse(&Source::new("test.yaml", columns)).unwrap();
    let columns = Columns::of_embeddings(&node, &mut problems);
    let columns = problems.check(columns).unwrap();
    let folder = format!("{}/", path.parent().unwrap().display());
    let fields: Vec<String> = fields.iter().map(|field| (*field).to_owned()).collect();
    Predictions::import(path, &columns, &fields, None, Keep::Items).map_err(|error| error.to_string().replace(&folder, ""))
}

fn import_text(name: &str, text: &str, columns: &str) -> Result<Predictions, String> {
    import_text_with(name, text, columns, &["g"])
}

fn import_text_with(name: &str, text: &str, columns: &str, fields: &[&str]) -> Result<Predictions, String> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(name);
    std::fs::write(&path, text).unwrap();
    import_with(&path, columns, fields)
}

/// Two items, three numbers each; `vectors` is their column.
fn parquet(path: &Path, vectors: ArrayRef) {
    let ids: ArrayRef = Arc::new(StringArray::from(vec!["one", "two"]));
    let groups: ArrayRef = Arc::new(StringArray::from(vec!["a", "b"]));
    let batch = RecordBatch::try_from_iter([("id", ids), ("g", groups), ("vector", vectors)]).unwrap();
    let mut writer = parquet::arrow::ArrowWriter::try_new(std::fs::File::create(path).unwrap(), batch.schema(), None).unwrap();
    writer.write(&batch).unwrap();
    writer.close().unwrap();
}

#[test]
fn the_same_vectors_come_out_of_every_format() {
    const NUMBERS: [f64; 6] = [0.5, -1.0, 2.0, 0.25, 0.0, -3.5];
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("vectors.parquet");
    let singles = || Arc::new(Float32Array::from(NUMBERS.map(|number| number as f32).to_vec()));
    let doubles = || Arc::new(Float64Array::from(NUMBERS.to_vec()));
    let item = |kind: DataType| Arc::new(Field::new("item", kind, true));
    let fixed: ArrayRef = Arc::new(FixedSizeListArray::new(item(DataType::Float32), 3, singles(), None));
    let large: ArrayRef = Arc::new(LargeListArray::new(item(DataType::Float64), OffsetBuffer::from_lengths([3, 3]), doubles(), None));
    let listed = "{id: id, embedding: vector}";
    let mut found = Vec::new();
    for vectors in [fixed, large] {
        parquet(&path, vectors);
        found.push(import(&path, listed).unwrap());
    }
    let lines =
        "{\"id\": \"one\", \"g\": \"a\", \"vector\": [0.5, -1, 2.0]}\n{\"id\": \"two\", \"g\": \"b\", \"vector\": [0.25, 0, -3.5]}\n";
    found.push(import_text("vectors.jsonl", lines, listed).unwrap());
    let cells = "id,g,vector\none,a,\"[0.5, -1, 2.0]\"\ntwo,b,\"[0.25, 0, -3.5]\"\n";
    found.push(import_text("vectors.csv", cells, listed).unwrap());
    let wide = "id,g,e0,e1,e2\none,a,0.5,-1,2\ntwo,b,0.25,0,-3.5\n";
    found.push(import_text("vectors.csv", wide, "{id: id, embedding: [e0, e1, e2]}").unwrap());
    for predictions in &found {
        assert_eq!(predictions, &found[0]);
    }
    let vectors = found[0].embeddings().unwrap();
    assert_eq!((vectors.width(), vectors.values()), (3, &NUMBERS[..]));
    assert_eq!(found[0].targets(), &Targets::unknown(2));

    let kept = folder.path().join("kept.parquet");
    found[0].write(&kept).unwrap();
    assert_eq!(Predictions::read(&kept).unwrap(), found[0]);
    assert_eq!(found[0].take(&[1]).embeddings().unwrap().values(), &NUMBERS[3..]);
}

#[test]
fn labels_of_the_file_are_read_where_they_are_named() {
    let text = "id,g,object,v\n1,a,car,[1]\n2,b,,[2]\n";
    let predictions = import_text("vectors.csv", text, "{id: id, embedding: v, label: object}").unwrap();
    assert_eq!(predictions.classes(), ["car"]);
    assert_eq!(predictions.targets(), &Targets::Single(vec![Some(0), None]));
}

#[test]
fn what_is_no_vector_is_refused_with_its_lines() {
    let refused = |text: &str, embedding: &str| import_text("v.csv", text, &format!("{{embedding: {embedding}}}")).unwrap_err();
    insta::assert_snapshot!(
        [
            refused("g,v\na,\"[1, 2]\"\nb,[1]\na,\"[1, 2]\"\nb,\"[1, 2, 3]\"\n", "v"),
            refused("g,v\na,[]\nb,[]\n", "v"),
            refused("g,v\na,[1]\nb,\n", "v"),
            refused("g,v\na,[1]\nb,\"[1, null]\"\n", "v"),
            refused("g,x,y\na,1,2\nb,nan,2\na,1,inf\n", "[x, y]"),
            refused("g,x,y\na,1,2\nb,one,2\n", "[x, y]"),
        ]
        .join("\n")
    );
}

#[test]
fn values_are_those_of_scikit_learn_and_of_published_definitions() {
    let cases: Vec<serde_json::Value> = serde_json::from_str(include_str!("../oracles/embeddings.json")).unwrap();
    let mut wrong = Vec::new();
    for case in &cases {
        let text = |key: &str| case[key].as_str().unwrap();
        let fields: Vec<&str> = case["fields"].as_array().unwrap().iter().map(|field| field.as_str().unwrap()).collect();
        let predictions = import_text_with("vectors.csv", text("csv"), text("columns"), &fields).unwrap();
        let measured = measure(&predictions, text("evaluation")).unwrap();
        let expected = case["expected"].as_array().unwrap();
        assert_eq!(measured.len(), expected.len(), "{}", text("name"));
        for entry in expected {
            let key = |key: &str| entry[key].as_str().unwrap();
            let found = find(&measured, key("metric"), key("by"), key("group"), key("label"));
            let near = |found: Option<f64>, wanted: Option<f64>, tolerance: f64| match (found, wanted) {
                (Some(found), Some(wanted)) => (found - wanted).abs() <= tolerance,
                (_, wanted) => wanted.is_none(),
            };
            let (lower, upper) = (found.lower.unwrap(), found.upper.unwrap());
            assert!(lower < upper && (lower..=upper).contains(&found.value.unwrap()), "{found:?}");
            assert!(
                found.by.is_empty() && found.label.is_empty()
                    || found.null_median.is_some()
                    || found.metric.ends_with("_min")
                    || found.metric.contains("mean_over"),
                "no null: {found:?}"
            );
            let p = near(found.null_p, entry["p"].as_f64(), entry["tolerance"].as_f64().unwrap_or(1e-12));
            if !near(found.value, entry["value"].as_f64(), 1e-10) || !p {
                wrong.push(format!("{}: {entry}: {:?}, p {:?}", text("name"), found.value, found.null_p));
            }
        }
    }
    assert!(wrong.is_empty(), "{} numbers:\n{}", wrong.len(), wrong.join("\n"));
}

const EVERYTHING: &str = "{groups: [tone, [tone, site]], sets: {attribute: [male, female], concepts: [car, oven]}, undefined: exclude, metrics: \
     [intra_group_cosine, within_group_variance, {same_attribute_precision_at_k: {k: 3}}, inter_group_cosine, centroid_distance, fisher_ratio, \
     {silhouette_score: {metric: cosine}}, {silhouette_score: {metric: euclidean, as: far}}, intra_group_cosine_difference, \
     ieat_effect_size, mean_cosine_association, single_category_association]}";

/// Some vectors twice, some items of the same subject.
fn table(rows: impl Iterator<Item = usize>, tones: [&str; 3]) -> String {
    let mut text = "id,shown,tone,site,who,w,e0,e1,e2\n".to_owned();
    for row in rows {
        let shown = ["male", "female", "car", "oven"][row % 4];
        let wave = |step: usize| ((row / 2 * step) as f64).sin() + if row % 3 == 0 { 0.4 } else { 0.0 };
        let (tone, site) = (tones[row % 3], ["east", "west"][row / 5 % 2]);
        text.push_str(&format!("i{row},{shown},{tone},{site},p{},{}.5,{},{},{}\n", row / 3, 1 + row % 2, wave(3), wave(7) + 0.5, wave(11)));
    }
    text
}

fn everything(text: &str, columns: &str) -> Vec<Measurement> {
    let predictions = import_text_with("v.csv", text, columns, &["tone", "site"]).unwrap();
    measure(&predictions, EVERYTHING).unwrap()
}

const KINDS: [&str; 3] = [
    "{id: id, embedding: [e0, e1, e2], label: shown}",
    "{id: id, embedding: [e0, e1, e2], label: shown, subject: who}",
    "{id: id, embedding: [e0, e1, e2], label: shown, weight: w}",
];

#[test]
fn neither_the_order_of_rows_nor_the_names_of_groups_nor_threads_change_a_number() {
    let tones = ["a", "b", "c"];
    let threads = |count: usize| rayon::ThreadPoolBuilder::new().num_threads(count).build().unwrap();
    for columns in KINDS {
        let text = table(0..40, tones);
        let plain = threads(1).install(|| everything(&text, columns));
        assert_eq!(plain, threads(3).install(|| everything(&text, columns)));
        assert_eq!(plain, everything(&table((0..40).rev(), tones), columns));
        let renamed = everything(&table(0..40, ["z", "y", "x"]), columns);
        let anonymous = |all: &[Measurement], names: [&str; 3]| {
            let mut all: Vec<Measurement> = all.to_vec();
            for m in &mut all {
                names.iter().zip(["0", "1", "2"]).for_each(|(name, place)| m.group = m.group.replace(&format!("tone={name}"), place));
            }
            all.sort_by(|a, b| (&a.metric, &a.by, &a.group, &a.label).cmp(&(&b.metric, &b.by, &b.group, &b.label)));
            all
        };
        assert_eq!(anonymous(&plain, tones), anonymous(&renamed, ["z", "y", "x"]));
    }
}

#[test]
fn subjects_are_drawn_whole_and_counted() {
    let all = everything(&table(0..40, ["a", "b", "c"]), KINDS[1]);
    let overall = find(&all, "intra_group_cosine", "", "", "");
    assert_eq!((overall.n, overall.n_clusters), (40, Some(14)));
    let single = everything(&table(0..40, ["a", "b", "c"]), KINDS[0]);
    assert_ne!(overall.lower, find(&single, "intra_group_cosine", "", "", "").lower);
    assert_eq!(overall.value, find(&single, "intra_group_cosine", "", "", "").value);
}

#[test]
fn what_has_no_value_says_why() {
    let text = "id,g,e0,e1\n1,a,1,0\n2,a,0.5,1\n3,b,1,1\n4,a,0,1\n";
    let predictions = import_text("v.csv", text, "{id: id, embedding: [e0, e1]}").unwrap();
    let evaluation =
        "{groups: [g], metrics: [intra_group_cosine, {same_attribute_precision_at_k: {k: 4}}, {silhouette_score: {metric: cosine}}]}";
    let all = measure(&predictions, evaluation).unwrap();
    let reason = |metric: &str, group: &str| {
        let found = find(&all, metric, "g", group, "");
        assert_eq!((found.status, found.value), (Status::Undefined, None));
        found.reason.as_str()
    };
    assert_eq!(reason("intra_group_cosine", "g=b"), "fewer than two items in g=b");
    assert_eq!(reason("same_attribute_precision_at_k", "g=a"), "fewer than `k` other items in g=a");
    // An item alone counts 0, as in scikit-learn.
    assert!(find(&all, "silhouette_score", "g", "", "").value.is_some());
    let one = measure(&predictions.take(&[0, 1]), evaluation).unwrap();
    assert_eq!(find(&one, "silhouette_score", "g", "", "").reason, "fewer than two groups to compare");
}

#[test]
fn of_equally_near_items_no_group_is_found_more_for_its_ids() {
    let row = |row: usize| format!("{0}{row:02},{0},1,0\n", if row < 20 { "f" } else { "m" });
    let text: String = (0..40).map(row).collect();
    let predictions = import_text("v.csv", &format!("id,g,e0,e1\n{text}"), "{id: id, embedding: [e0, e1]}").unwrap();
    let all = measure(&predictions, "{groups: [g], metrics: [{same_attribute_precision_at_k: {k: 5}}]}").unwrap();
    for group in ["g=f", "g=m"] {
        // 19 of 39 on average, of a hundred found.
        let share = find(&all, "same_attribute_precision_at_k", "g", group, "").value.unwrap();
        assert!((share - 19.0 / 39.0).abs() < 0.15, "{group}: {share}");
    }
}

#[test]
fn a_probe_is_held_against_a_control_task() {
    let row = |row: usize| {
        let group = ["a", "b"][row % 2];
        let wave = |step: usize| (row as f64 * step as f64).sin();
        format!("i{row},{group},{},{}\n", wave(3) + if group == "a" { 1.5 } else { 0.0 }, wave(5))
    };
    let text: String = std::iter::once("id,g,e0,e1\n".to_owned()).chain((0..80).map(row)).collect();
    let predictions = import_text("vectors.csv", &text, "{id: id, embedding: [e0, e1]}").unwrap();
    let measured = measure(&predictions, "{groups: [g], metrics: [{linear_probe: {permutations: 99}}]}").unwrap();
    let probe = find(&measured, "linear_probe", "g", "", "");
    assert!(probe.value.unwrap() > 0.7, "{probe:?}");
    assert_eq!(probe.null_p, Some(0.01));
    assert!((0.4..0.6).contains(&probe.null_median.unwrap()), "{probe:?}");
}

/// How many images of a car and of an oven each subject has, of whom those of one concept are three a side.
const SUBJECTS: [(usize, usize); 7] = [(3, 0), (2, 0), (1, 0), (0, 3), (0, 1), (0, 2), (1, 1)];

#[test]
fn concepts_and_attributes_are_dealt_out_by_whole_subjects() {
    let angle =
        |subject: usize, image: usize| ((subject * 5 + 2) as f64 * 0.7).sin() + image as f64 * 0.05 - if subject < 3 { 0.5 } else { 0.0 };
    let images = |subject: usize| (0..SUBJECTS[subject].0 + SUBJECTS[subject].1).map(move |image| angle(subject, image));
    let mut text = "id,shown,who,e0,e1\nm,male,pm,1,0\nf,female,pf,0,1\n".to_owned();
    for (subject, (cars, _)) in SUBJECTS.iter().enumerate() {
        for (image, angle) in images(subject).enumerate() {
            let shown = if image < *cars { "car" } else { "oven" };
            text.push_str(&format!("i{subject}{image},{shown},p{subject},{},{}\n", angle.cos(), angle.sin()));
        }
    }
    let predictions = import_text_with("v.csv", &text, "{id: id, embedding: [e0, e1], label: shown, subject: who}", &[]).unwrap();
    // Three of the six subjects of one concept, and either image of the one of both: 40 ways.
    let exact = |of: fn(f64) -> f64| {
        let sum = |subject: usize| images(subject).map(of).sum::<f64>();
        let total: f64 = (0..SUBJECTS.len()).map(sum).sum();
        let difference = |subjects: u32, image: f64| {
            let chosen = || (0..6).filter(move |subject| subjects >> subject & 1 == 1);
            let (sum, items) =
                (chosen().map(sum).sum::<f64>() + of(image), chosen().map(|subject| images(subject).count()).sum::<usize>() + 1);
            sum / items as f64 - (total - sum) / (14 - items) as f64
        };
        let ways =
            (0..64u32).filter(|subjects| subjects.count_ones() == 3).flat_map(|subjects| images(6).map(move |image| (subjects, image)));
        let drawn: Vec<f64> = ways.map(|(subjects, image)| difference(subjects, image)).collect();
        let observed = difference(0b111, angle(6, 0));
        assert_eq!(drawn.len(), 40);
        drawn.iter().filter(|drawn| **drawn >= observed - 1e-12).count() as f64 / 40.0
    };
    let p = |sets: &str, metric: &str, label: &str| {
        let measured = measure(&predictions, &format!("{{sets: {sets}, metrics: [{metric}]}}")).unwrap();
        find(&measured, metric, "", "", label).null_p.unwrap()
    };
    let effect = p("{attribute: [male, female], concepts: [car, oven]}", "ieat_effect_size", "car/oven");
    assert!((effect - exact(|angle| angle.cos() - angle.sin())).abs() < 1e-12, "{effect}");
    let single = p("{attribute: [car, oven], concepts: [male]}", "single_category_association", "male");
    assert!((single - exact(f64::cos)).abs() < 1e-12, "{single}");
}

#[test]
fn without_an_association_one_in_twenty_has_a_p_below_a_twentieth() {
    use rand::{RngExt, SeedableRng};
    let mut below = 0;
    for seed in 0..200 {
        let mut generator = rand_chacha::ChaCha8Rng::seed_from_u64(seed);
        let mut noise = |of: f64| (0..12).map(|_| generator.random::<f64>()).sum::<f64>() * of - 6.0 * of;
        let mut text = "id,shown,who,e0,e1,e2\n".to_owned();
        for subject in 0..40 {
            let centre = [noise(1.0), noise(1.0), noise(1.0)];
            for image in 0..4 {
                let vector = centre.map(|number| (number + noise(0.4)).to_string()).join(",");
                text.push_str(&format!("i{subject}-{image},{},p{subject},{vector}\n", ["male", "female", "car", "oven"][subject % 4]));
            }
        }
        let predictions = import_text_with("v.csv", &text, "{id: id, embedding: [e0, e1, e2], label: shown, subject: who}", &[]).unwrap();
        let sets = "{sets: {attribute: [male, female], concepts: [car, oven]}, metrics: [{ieat_effect_size: {permutations: 200}}]}";
        let measured = measure(&predictions, sets).unwrap();
        below += usize::from(find(&measured, "ieat_effect_size", "", "", "car/oven").null_p.unwrap() <= 0.05);
    }
    // Within three standard errors.
    assert!((2..=20).contains(&below), "{below} of 200");
}
