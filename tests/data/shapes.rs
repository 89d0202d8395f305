//! The shapes that datasets come in: joined tables, IDX, splits by column, and what is done to images while training.

use std::sync::Arc;

use arrow::array::AsArray;
use arrow::datatypes::UInt8Type;
use fairgrid::data::batches::{Batches, Extra, Order};
use fairgrid::data::dataset::Dataset;
use fairgrid::data::images::Images;
use fairgrid::spec::augment::{Augment, Step};
use fairgrid::spec::input::Input;

use super::folder::{Folder, levels, split};

#[test]
fn joined_tables_find_their_rows_by_a_pattern_and_keep_the_unmatched() {
    let folder = Folder::new();
    folder
        .images(&["6281/3-happy.jpg", "6281/4-sad.jpg", "6290/9-sad.jpg"])
        .write("people.csv", b"Export of the year\n\nID;Gr\xf6\xdfe\n0006281;klein\n6300;gro\xdf\nx;y\n006281;zwei\n");
    let card = "images: {glob: '*/*.jpg', path: '(?<subject>\\d+)/\\d+-(?<emotion>[a-z]+)\\.jpg'}\n\
                tables: {p: {file: people.csv, encoding: windows-1252, delimiter: ';', skip_rows: 1, key: {column: ID, match: '0*(?<subject>\\d+)'}, unmatched: keep}}\n\
                fields: {height: {from: p.Größe}, emotion: emotion}\nlabel: emotion\nsubject: subject\n";
    let dataset = folder.open(card).unwrap();
    assert_eq!(levels(&dataset, "height"), ["klein", "klein", "-"]);
    assert_eq!(dataset.subject.as_ref().unwrap().levels, ["6281", "6290"]);
    let rejected: Vec<String> = dataset.rejected.iter().map(ToString::to_string).collect();
    assert_eq!(rejected, ["`people.csv` 6: the key `x` does not match `p.key.match`", "`people.csv` 7: the key `006281` is there already"]);
    let strict = folder.rejected(&card.replace(", unmatched: keep", ""));
    assert_eq!(strict.last().unwrap(), "`6290/9-sad.jpg`: the table `p` has no row for it");
}

#[test]
fn idx_pairs_are_splits() {
    let folder = Folder::new();
    let images = |pixels: &[u8]| [&[0, 0, 8, 3, 0, 0, 0, (pixels.len() / 4) as u8, 0, 0, 0, 2, 0, 0, 0, 2], pixels].concat();
    let labels = |labels: &[u8]| [&[0, 0, 8, 1, 0, 0, 0, labels.len() as u8], labels].concat();
    folder
        .write("a-images", images(&[1, 2, 3, 4, 5, 6, 7, 8]))
        .write("a-labels", labels(&[1, 0]))
        .write("b-images", images(&[9, 9, 9, 9]))
        .write("b-labels", labels(&[1]));
    let card = "images: {idx: {train: {images: a-images, labels: a-labels}, test: {images: b-images, labels: b-labels}}}\n\
                fields: {digit: {from: label, map: {0: zero, 1: one}}}\nlabel: digit\n";
    let dataset = folder.open(card).unwrap();
    assert_eq!((split(&dataset, "train"), split(&dataset, "test")), (vec!["train-000000", "train-000001"], vec!["test-000000"]));
    assert_eq!(levels(&dataset, "digit"), ["one", "zero", "one"]);
    let mut pixels = [0; 4];
    decoded(&dataset, &folder).read(1, &mut pixels).unwrap();
    assert_eq!(pixels, [5, 6, 7, 8]);
    folder.write("b-images", &images(&[9, 9, 9, 9])[..18]);
    assert_eq!(
        folder.open(card).unwrap_err(),
        "the dataset `d` has an IDX file `b-images` that is truncated, or longer than its header says"
    );
}

#[test]
fn a_column_names_the_splits() {
    let folder = Folder::new();
    folder.images(&["a.jpg", "b.jpg", "c.jpg"]).write("t.csv", "f,part,y\na.jpg,0,x\nb.jpg,2,x\nc.jpg,1,y\n");
    let dataset = folder
        .open("images: {table: t.csv, path: '{f}'}\nfields: {y: y}\nlabel: y\nsplits: {from: part, map: {0: train, 1: val, 2: test}}\n")
        .unwrap();
    assert_eq!((split(&dataset, "train"), split(&dataset, "val"), split(&dataset, "test")), (vec!["a.jpg"], vec!["c.jpg"], vec!["b.jpg"]));
}

fn decoded(dataset: &Dataset, folder: &Folder) -> Images {
    let rows: Vec<u32> = (0..dataset.items.len() as u32).collect();
    Images::decode(dataset, &rows, &dataset.resolve(&Input::default()).unwrap(), folder.path(), &|_, _| {}).unwrap()
}

#[test]
fn augmentation_depends_on_seed_epoch_and_item_alone() {
    let folder = Folder::new();
    let names: Vec<String> = (0..40).map(|index| format!("{index:02}.jpg")).collect();
    folder.images(&names.iter().map(String::as_str).collect::<Vec<_>>());
    let dataset = Arc::new(folder.open("images: {glob: '*.jpg'}\n").unwrap());
    let images = Arc::new(decoded(&dataset, &folder));
    let mut whole = vec![0; images.size()];
    images.read(0, &mut whole).unwrap();
    let read = |steps: Vec<Step>, rows: &[u32], epoch: u32| -> Vec<Vec<u8>> {
        let extra = Extra { augment: Augment { steps }, ..Extra::default() };
        let mut batches = Batches::new(dataset.clone(), images.clone(), rows, 64, Order::Shuffled { seed: 1, epoch }, extra);
        let batch = batches.next().unwrap().unwrap();
        let ids = batch.column(0).as_string::<i32>();
        let bytes = batch.column(1).as_fixed_size_list().values().as_primitive::<UInt8Type>().values().to_vec();
        let mut read: Vec<(String, Vec<u8>)> =
            ids.iter().map(|id| id.unwrap().to_owned()).zip(bytes.chunks_exact(whole.len()).map(<[u8]>::to_vec)).collect();
        read.sort();
        read.into_iter().map(|(_, bytes)| bytes).collect()
    };
    let all: Vec<u32> = (0..40).collect();
    let flip = vec![Step::HorizontalFlip { probability: 0.5 }];
    let first = read(flip.clone(), &all, 0);
    assert_eq!(first[20..], read(flip.clone(), &all[20..], 0), "what else is in the batch does not matter");
    assert_ne!(first, read(flip.clone(), &all, 1));
    let flipped: Vec<u8> =
        whole.chunks_exact(61 * 3).flat_map(|line| line.chunks_exact(3).rev().flatten().copied().collect::<Vec<_>>()).collect();
    let count = first.iter().filter(|image| **image == flipped).count();
    assert!((10..=30).contains(&count) && first.iter().all(|image| *image == flipped || *image == whole), "{count}");

    // Of a crop, every pixel is black or the one that was moved there.
    let cropped = read(vec![Step::RandomCrop { padding: 4 }], &all, 0);
    let at = |image: &[u8], y: isize, x: isize| match (0..45).contains(&y) && (0..61).contains(&x) {
        true => image[(y as usize * 61 + x as usize) * 3..][..3].to_vec(),
        false => vec![0; 3],
    };
    let moved =
        |image: &[u8], down: isize, across: isize| (0..45).all(|y| (0..61).all(|x| at(image, y, x) == at(&whole, y + down, x + across)));
    for image in &cropped {
        assert!((-4..=4).any(|down| (-4..=4).any(|across| moved(image, down, across))));
    }
}
