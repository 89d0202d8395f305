//! Invariances of pairs and of numbers of all groups: neither the order of rows, nor the names of groups, nor the number of threads, nor how
//! many rows come at once changes a number.

use std::sync::Arc;

use arrow::array::{Array, Float64Array, RecordBatch, StringArray};
use fairgrid::score::measurement::Measurement;
use fairgrid::score::predictions::Predictions;
use parquet::arrow::ArrowWriter;
use parquet::file::properties::WriterProperties;
use proptest::prelude::*;
use proptest::test_runner::FileFailurePersistence;

use crate::score::embeddings::import_with;
use crate::score::{import_file, measure, sorted};

/// Images as every kind of evaluation here reads them.
#[derive(Clone, Debug)]
struct Image {
    id: usize,
    subject: usize,
    /// The original that it is made from, if it is.
    original: Option<usize>,
    label: bool,
    score: u8,
    vector: [i8; 3],
}

const SUBJECTS: usize = 12;

/// The groups of a person, and of whoever else is of one: what belongs to a person is the same in all images.
fn groups(subject: usize) -> (usize, usize) {
    (subject % 3, subject / 3 % 2)
}

fn images() -> impl Strategy<Value = Vec<Image>> {
    let vector = [-5..6i8, -5..6i8, 1..6i8];
    let image = (0..SUBJECTS, any::<Option<prop::sample::Index>>(), any::<bool>(), 0..20u8, vector);
    proptest::collection::vec(image, 14..30).prop_map(|drawn| {
        let mut images: Vec<Image> = Vec::new();
        for (id, (subject, original, label, score, vector)) in drawn.into_iter().enumerate() {
            // The first images are originals of one person each, two of every group.
            let originals: Vec<usize> = images.iter().filter(|image| image.original.is_none()).map(|image| image.id).collect();
            let original = original.filter(|_| id > SUBJECTS).map(|index| originals[index.index(originals.len())]);
            let subject = original.map_or(if id < SUBJECTS { id } else { subject }, |original| images[original].subject);
            images.push(Image { id, subject, original, label, score, vector });
        }
        images
    })
}

/// Writes images as Parquet in groups of so many rows, and imports them with their vectors or with what was said of them.
fn written(images: &[Image], names: [&str; 3], batch: usize, vectors: bool) -> Predictions {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("images.parquet");
    let text = |of: &dyn Fn(&Image) -> String| Arc::new(StringArray::from_iter_values(images.iter().map(of))) as Arc<dyn Array>;
    let number = |of: &dyn Fn(&Image) -> f64| Arc::new(Float64Array::from_iter_values(images.iter().map(of))) as Arc<dyn Array>;
    let id = |id: usize| format!("i{:02}", id * 7 % 31);
    let columns = vec![
        ("id", text(&|image| id(image.id))),
        ("y", text(&|image| if image.label { "b" } else { "a" }.to_owned())),
        ("b", number(&|image| f64::from(image.score) / 20.0)),
        ("a", number(&|image| 1.0 - f64::from(image.score) / 20.0)),
        ("g", text(&|image| names[groups(image.subject).0].to_owned())),
        ("h", text(&|image| ["x", "y"][groups(image.subject).1].to_owned())),
        ("from", text(&|image| image.original.map(id).unwrap_or_default())),
        ("who", text(&|image| format!("p{}", image.subject))),
        ("e0", number(&|image| f64::from(image.vector[0]))),
        ("e1", number(&|image| f64::from(image.vector[1]))),
        ("e2", number(&|image| f64::from(image.vector[2]))),
    ];
    let batched = RecordBatch::try_from_iter(columns).unwrap();
    let properties = WriterProperties::builder().set_max_row_group_row_count(Some(batch)).build();
    let mut writer = ArrowWriter::try_new(std::fs::File::create(&path).unwrap(), batched.schema(), Some(properties)).unwrap();
    writer.write(&batched).unwrap();
    writer.close().unwrap();
    let fields = ["g", "h", "from"];
    if vectors {
        return import_with(&path, "{id: id, embedding: [e0, e1, e2], subject: who}", &fields).unwrap();
    }
    import_file(&path, "{id: id, label: y, probabilities: {a: a, b: b}, subject: who}", &fields).unwrap()
}

const EVALUATIONS: [&str; 5] = [
    "{pairs: {score: cosine, groups: same}, groups: [g, h], decide: {threshold: 0.5}, undefined: exclude, metrics: [false_match_rate, \
     false_match_rate_difference, equal_error_rate_difference, roc_auc_score_difference, garbe]}",
    "{pairs: {score: euclidean, impostors: 60}, groups: [g], control: h, decide: {threshold: -4}, undefined: exclude, metrics: \
     [false_non_match_rate, {false_non_match_rate_difference: {by: g}}, roc_auc_score, {false_match_rate_ratio: {by: g}}]}",
    "{pairs: {original: from, factor: h}, groups: [g], positive: b, decide: {threshold: 0.5}, undefined: exclude, metrics: [flip_rate, \
     flip_rate_difference, flip_rate_to_positive, confidence_shift, confidence_shift_difference]}",
    "{groups: [g], positive: b, decide: {threshold: 0.5}, undefined: exclude, metrics: [{directional_bias_amplification: {direction: \
     attribute_to_task}}, {ndkl: {desired: dataset}}, {max_skew_at_k: {k: 5, desired: uniform}}, {skew_at_k: {k: 5, desired: dataset}}]}",
    "{groups: [g], decide: {threshold: 0.5}, positive: b, undefined: exclude, metrics: [dataset_leakage, {model_leakage: {from: decisions}}, \
     {leakage_amplification: {from: decisions}}, sp_tv_mean, ks_difference, term_by_term_equalized_odds]}",
];

const NAMES: [&str; 3] = ["k", "l", "m"];

/// All numbers, or why there are none.
fn numbers(images: &[Image], names: [&str; 3], batch: usize, kind: usize) -> Result<Vec<Measurement>, String> {
    measure(&written(images, names, batch, kind < 2), EVALUATIONS[kind]).map_err(|error| error.to_string())
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 12,
        // Cases that failed once, tried first ever after.
        failure_persistence: Some(Box::new(FileFailurePersistence::Direct("tests/pairs/properties.regressions"))),
        ..ProptestConfig::default()
    })]

    #[test]
    fn order_threads_and_batches_change_nothing(images in images(), shift in 0..30usize, batch in 1..9usize, kind in 0..EVALUATIONS.len()) {
        let plain = numbers(&images, NAMES, 1000, kind);
        prop_assert!(plain.as_ref().is_ok_and(|all| all.iter().any(|one| one.value.is_some())) || kind == 2, "{:?}", plain);
        let mut turned = images.clone();
        turned.reverse();
        turned.rotate_left(shift % images.len());
        prop_assert_eq!(&plain, &numbers(&turned, NAMES, 1000, kind));
        prop_assert_eq!(&plain, &numbers(&images, NAMES, batch, kind));
        let pool = rayon::ThreadPoolBuilder::new().num_threads(3).build().unwrap();
        prop_assert_eq!(&plain, &pool.install(|| numbers(&images, NAMES, 1000, kind)));
    }

    #[test]
    fn names_of_groups_change_nothing_but_names(images in images(), kind in 0..EVALUATIONS.len()) {
        // The second naming turns the groups' order round.
        let strip = |names: [&str; 3]| {
            let plain = |text: &str| {
                names.iter().zip(["0", "1", "2"]).fold(text.to_owned(), |text, (name, place)| text.replace(&format!("g={name}"), &format!("g={place}")))
            };
            let named = |one: Measurement| Measurement { group: plain(&one.group), reason: sorted(&plain(&one.reason)), ..one };
            let mut all: Vec<Measurement> = numbers(&images, names, 1000, kind).unwrap_or_default().into_iter().map(named).collect();
            all.sort_by(|a, b| (&a.metric, &a.by, &a.group).cmp(&(&b.metric, &b.by, &b.group)));
            all
        };
        prop_assert_eq!(strip(NAMES), strip(["z", "y", "w"]));
    }
}
