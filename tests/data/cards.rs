//! The shipped cards, opened on the shipped data.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use arrow::array::{AsArray, RecordBatchReader};
use arrow::datatypes::{Int32Type, UInt8Type};
use fairgrid::data::batches::{Batches, Extra, Order};
use fairgrid::data::dataset::Dataset;
use fairgrid::data::frame::Targets;
use fairgrid::data::images::Images;
use fairgrid::spec::card::Card;
use fairgrid::spec::input::Input;
use tempfile::TempDir;

fn card(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("specs/cards").join(name)
}

fn open(name: &str, cache: &TempDir) -> Dataset {
    Dataset::open(&Card::read(&card(name)).unwrap(), cache.path()).unwrap()
}

#[test]
fn the_fashion_sample_is_balanced_and_its_tones_are_thirds_of_train() {
    let cache = TempDir::new().unwrap();
    let fashion = open("fashion-mnist-sample.yaml", &cache);
    assert_eq!((fashion.split("train").unwrap().len(), fashion.split("test").unwrap().len()), (4000, 2000));
    assert_eq!(fashion.classes.len(), 10);
    assert_eq!(fashion.classes[9], "Ankle boot");
    assert_eq!(fashion.native, (28, 28, 1));
    assert_eq!(fashion.ids[4000], "test-00009.png");
    assert_eq!(fashion.rejections, 0);
    let Targets::Single(targets) = &fashion.targets else { panic!("one class an item") };
    assert_eq!(targets.iter().filter(|target| **target == Some(3)).count(), 600);
    let tone = &fashion.fields["tone"];
    assert_eq!(tone.levels, ["dark", "medium", "light"]);
    let dark = fashion.split("train").unwrap().iter().filter(|row| tone.level(**row as usize) == Some("dark")).count();
    assert!((1330..=1337).contains(&dark), "{dark}");
    assert_eq!(
        fashion.split("val").unwrap_err().to_string(),
        "the dataset `fashion-mnist-sample` has no split `val` (known: `test`, `train`)"
    );

    let again = open("fashion-mnist-sample.yaml", &cache);
    assert_eq!(again.digest, fashion.digest);
    assert_eq!(again.fields["tone"], fashion.fields["tone"]);
}

#[test]
fn mosaics_show_the_garments_of_their_parts() {
    let cache = TempDir::new().unwrap();
    let mosaics = open("fashion-mosaics.yaml", &cache);
    assert_eq!((mosaics.split("train").unwrap().len(), mosaics.split("test").unwrap().len()), (2000, 1000));
    assert_eq!(mosaics.native, (56, 56, 1));
    assert_eq!(mosaics.fields.keys().collect::<Vec<_>>(), ["tone"]);
    let Targets::Multi { present, absent } = &mosaics.targets else { panic!("several labels an item") };
    let known: usize = present.iter().chain(absent).map(Vec::len).sum();
    let share = known as f64 / (10.0 * 3000.0);
    assert!((share - 0.9).abs() < 0.01, "{share}");
    assert!(present.iter().zip(absent).all(|(yes, no)| yes.iter().all(|class| !no.contains(class))));

    let fashion = open("fashion-mnist-sample.yaml", &cache);
    let whole = decoded(&mosaics, &cache);
    let parts = decoded(&fashion, &cache);
    let grid = mosaics.items.mosaic.as_ref().unwrap();
    let (mut mosaic, mut part) = (vec![0; 56 * 56], vec![0; 28 * 28]);
    for item in [0, 1999, 2999] {
        whole.read(item, &mut mosaic).unwrap();
        for (place, image) in grid.parts[item as usize * 4..][..4].iter().enumerate() {
            parts.read(*image, &mut part).unwrap();
            let (top, left) = (place / 2 * 28, place % 2 * 28);
            for y in 0..28 {
                assert_eq!(mosaic[(top + y) * 56 + left..][..28], part[y * 28..][..28]);
            }
        }
    }
}

fn decoded(dataset: &Dataset, cache: &TempDir) -> Images {
    let rows: Vec<u32> = (0..dataset.items.len() as u32).collect();
    Images::decode(dataset, &rows, &dataset.resolve(&Input::default()).unwrap(), cache.path(), &|_, _| {}).unwrap()
}

#[test]
fn portraits_know_both_genders_and_who_is_shown() {
    let cache = TempDir::new().unwrap();
    let portraits = open("portraits.yaml", &cache);
    assert_eq!(portraits.classes, ["female", "male"]);
    assert_eq!(portraits.ids, ["eileen-collins", "grace-hopper"]);
    assert_eq!(portraits.splits.keys().collect::<Vec<_>>(), ["test"]);
    assert_eq!(portraits.native, (32, 32, 3));
}

#[test]
fn batches_hold_each_row_once_and_the_shuffle_depends_on_the_epoch_alone() {
    let cache = TempDir::new().unwrap();
    let fashion = Arc::new(open("fashion-mnist-sample.yaml", &cache));
    let images = Arc::new(decoded(&fashion, &cache));
    let rows = fashion.split("train").unwrap().to_vec();
    let read = |order: Order| -> Vec<String> {
        let extra = Extra { group: Some(fashion.fields["tone"].clone()), ..Extra::default() };
        let batches = Batches::new(fashion.clone(), images.clone(), &rows, 128, order, extra);
        assert_eq!(batches.batch_count(), 32);
        assert_eq!(batches.schema().field(1).metadata()["ARROW:extension:metadata"], "{\"shape\":[28,28,1]}");
        let batches: Vec<_> = batches.map(Result::unwrap).collect();
        assert_eq!(batches.last().unwrap().num_rows(), 4000 % 128);
        batches
            .iter()
            .flat_map(|batch| batch.column(0).as_string::<i32>().iter().map(|id| id.unwrap().to_owned()).collect::<Vec<_>>())
            .collect()
    };
    let given = read(Order::Given);
    let first = read(Order::Shuffled { seed: 3, epoch: 0 });
    assert_eq!(first, read(Order::Shuffled { seed: 3, epoch: 0 }));
    assert_ne!(first, read(Order::Shuffled { seed: 3, epoch: 1 }));
    assert_ne!(first, given);
    let sorted = |mut ids: Vec<String>| {
        ids.sort();
        ids
    };
    assert_eq!(sorted(first), sorted(given));

    let batch = Batches::new(fashion.clone(), images, &[5], 1, Order::Given, Extra::default()).next().unwrap().unwrap();
    let Targets::Single(targets) = &fashion.targets else { panic!("one class an item") };
    assert_eq!(batch.column(2).as_primitive::<Int32Type>().value(0) as u32, targets[5].unwrap());
    assert!(batch.column(1).as_fixed_size_list().values().as_primitive::<UInt8Type>().values().iter().any(|byte| *byte > 0));
}
