//! Images that are pixels as they are: arrays, binary records, numbers in a table; and archives that are compressed as a whole.
//! The files in `arrays/` are NumPy's and tarfile's (tests/oracles/arrays.py).

use fairgrid::data::dataset::Dataset;
use fairgrid::data::images::Images;
use fairgrid::spec::input::Input;

use super::folder::{Folder, labels, levels, split};

fn with(names: &[&str]) -> Folder {
    let folder = Folder::new();
    for name in names {
        folder.write(name, std::fs::read(format!("{}/tests/data/arrays/{name}", env!("CARGO_MANIFEST_DIR"))).unwrap());
    }
    folder
}

/// The pixels of each item.
fn pixels(dataset: &Dataset, folder: &Folder) -> Vec<Vec<u8>> {
    let rows: Vec<u32> = (0..dataset.items.len() as u32).collect();
    let input = dataset.resolve(&Input::default()).unwrap();
    let images = Images::decode(dataset, &rows, &input, &folder.path().join("cache"), &|_, _| {}).unwrap();
    let read = |row: &u32| {
        let mut image = vec![0; images.size()];
        images.read(*row, &mut image).unwrap();
        image
    };
    rows.iter().map(read).collect()
}

/// What tests/oracles/arrays.py draws, 3 rows of 2 pixels with 3 channels.
fn drawn(image: usize) -> Vec<u8> {
    (0..18).map(|value| (50 * image + 10 * (value / 6) + 3 * (value / 3 % 2) + value % 3) as u8).collect()
}

#[test]
fn arrays_of_numpy_have_columns_of_every_kind() {
    let folder = with(&["faces.npz"]);
    let card = "images: {arrays: {images: faces.npz/train_images, digit: faces.npz/train_labels, age: faces.npz/ages.npy, name: faces.npz/names, \
                mark: faces.npz/marks}}\n\
                fields: {digit: {map: {0: zero, 1: one, 2: two}}, age: {bins: [0, 18, 99], outside: missing}, name: name, first: mark.0, second: mark.1}\n\
                label: digit\n";
    let dataset = folder.open(card).unwrap();
    assert_eq!((dataset.ids.clone(), dataset.rejections), (["000000", "000001", "000002", "000003"].map(str::to_owned).to_vec(), 0));
    assert_eq!(levels(&dataset, "digit"), ["zero", "two", "one", "two"]);
    assert_eq!(levels(&dataset, "age"), ["[0, 18)", "[18, 99)", "-", "[18, 99)"]);
    assert_eq!(levels(&dataset, "name"), ["Ada", "Grâce", "-", "Li"]);
    assert_eq!((levels(&dataset, "first")[1..3].to_vec(), levels(&dataset, "second")[2]), (vec!["false", "false"], "true"));
    assert_eq!(dataset.native, (3, 2, 3));
    assert_eq!(pixels(&dataset, &folder), [0, 1, 2, 3].map(drawn));
}

#[test]
fn arrays_are_read_in_place_by_planes_and_as_splits() {
    let folder = with(&["stored.npz", "planes.npy"]);
    let card = "images: {arrays: {train: {images: stored.npz/train_images, digit: stored.npz/train_labels}, test: {images: stored.npz/train_images, \
                digit: stored.npz/train_labels}}}\nfields: {digit: digit}\nlabel: digit\n";
    let dataset = folder.open(card).unwrap();
    assert_eq!(split(&dataset, "test")[3], "test-000003");
    let green = |image| drawn(image).chunks_exact(3).map(|pixel| pixel[1]).collect::<Vec<u8>>();
    assert_eq!(pixels(&dataset, &folder)[5], green(1));
    let kept = std::fs::read_dir(folder.path().join("cache/unpacked")).unwrap().map(|entry| entry.unwrap().metadata().unwrap().len());
    assert_eq!(kept.collect::<Vec<_>>(), [0, 0], "what is stored is looked at once, and read where it is");

    let dataset = folder.open("images: {arrays: {images: planes.npy}, order: planes}\n").unwrap();
    assert_eq!(pixels(&dataset, &folder), [0, 1, 2, 3].map(drawn));
}

#[test]
fn records_begin_with_their_labels() {
    let folder = with(&["batch_1.bin", "batch_2.bin"]);
    let card = "images: {records: {train: 'batch_*.bin'}, header: [coarse, fine], size: [3, 2], channels: 3, order: planes}\n\
                fields: {digit: {from: coarse, map: {0: zero, 1: one, 2: two}}, kind: {from: fine, map: {10: a, 11: b, 12: c}}}\nlabel: digit\n";
    let dataset = folder.open(card).unwrap();
    assert_eq!((levels(&dataset, "digit"), levels(&dataset, "kind")), (vec!["zero", "two", "one", "two"], vec!["a", "c", "b", "c"]));
    assert_eq!(split(&dataset, "train"), ["train-000000", "train-000001", "train-000002", "train-000003"]);
    assert_eq!(pixels(&dataset, &folder), [0, 1, 2, 3].map(drawn));
    let error = folder.open(&card.replace("from: fine", "from: find")).unwrap_err();
    assert_eq!(error, "the dataset `d` has records whose `header` names no column `find` (did you mean `fine`?)");
}

#[test]
fn several_labels_an_image_are_columns_of_an_array() {
    let folder = with(&["faces.npz"]);
    let card = "images: {arrays: {images: faces.npz/train_images, label: faces.npz/marks}}\n\
                labels: {columns: {label.0: Edema, label.1: Pneumonia}, present: true, absent: false}\n";
    let dataset = folder.open(card).unwrap();
    assert_eq!(labels(&dataset), ["Edema !Pneumonia", "!Edema !Pneumonia", "Pneumonia !Edema", "Edema Pneumonia"]);
    let error = folder.open(&card.replace("label.1", "label.2")).unwrap_err();
    assert_eq!(error, "the dataset `d` has no array for the column `label.2` (did you mean `label.0`?)");
}

/// FER2013 and the votes of FER+, whose rows are those of the other table.
const FER: &str = "images: {table: fer2013.csv, pixels: {from: pixels, size: [2, 3]}}
tables: {plus: {file: fer2013new.csv, key: row}}
fields:
  emotion: {map: {0: angry, 3: happy}}
  votes: {columns: {plus.happiness: happy, plus.anger: angry, plus.NF: no face}, several: {level: unsure}}
label: emotion
splits: {from: Usage, map: {Training: train, PublicTest: validation}}
";

#[test]
fn numbers_in_a_cell_are_pixels_and_tables_are_joined_by_row() {
    let folder = Folder::new();
    folder
        .write(
            "fer2013.csv",
            b"emotion,pixels,Usage\n3,1 2 3 4 5 6,Training\n0,1 2 3,Training\n3,1 2 3 4 5 6 7,Training\n0,\"1 2 3 4 5 256\",Training\n\
              3,9 9 9 9 9 9,Training,more\n\xff,9 9 9 9 9 9,Training\n0,,Training\n0,255 0 255 0 255 0,PublicTest\n3,\xff 2 3 4 5 6,Training\n3,one 2 3 4 5 6,Training\n",
        )
        .write("fer2013new.csv", "happiness,anger,NF\n9,1,0\n,,\n,,\n,,\n,,\n,,\n,,\n1,1,0\n0,0,10\n0,0,10\n");
    let dataset = folder.open(FER).unwrap();
    assert_eq!(dataset.ids, ["fer2013.csv:1", "fer2013.csv:8"]);
    assert_eq!((levels(&dataset, "emotion"), levels(&dataset, "votes")), (vec!["happy", "angry"], vec!["happy", "unsure"]));
    assert_eq!(pixels(&dataset, &folder), [vec![1, 2, 3, 4, 5, 6], vec![255, 0, 255, 0, 255, 0]]);
    let rejected: Vec<String> = dataset.rejected.iter().map(ToString::to_string).collect();
    insta::assert_snapshot!(rejected.join("\n"));
    assert_eq!(folder.rejected(FER), rejected, "and the same from the cache");
    let strict = folder.open(&format!("strict: true\n{FER}")).unwrap_err();
    assert!(
        strict.starts_with("the dataset `d` is strict, and 8 of its rows or files cannot be used, the first of them `fer2013.csv` "),
        "{strict}"
    );

    // One column a pixel.
    folder.write("wide.csv", "label,pixel1,pixel2,pixel3,pixel4\n1,10,20,30,40\n2,1,2,3,\n");
    let dataset = folder.open("images: {table: wide.csv, pixels: {from: 'pixel*', size: [2, 2]}}\nfields: {y: label}\nlabel: y\n").unwrap();
    assert_eq!(pixels(&dataset, &folder), [[10, 20, 30, 40]]);
    assert_eq!(dataset.rejected[0].to_string(), "`wide.csv` 3: `pixel4` is empty");
    let error = folder.open("images: {table: wide.csv, pixels: {from: 'pixels*', size: [2, 2]}}\n").unwrap_err();
    assert!(error.contains("has no column `pixels*`"), "{error}");
    let wrong = folder.open("images: {table: wide.csv, pixels: {from: pixel1, size: [2]}}\n").unwrap_err();
    assert!(wrong.contains("expected a height and a width: [48, 48]"), "{wrong}");
}

#[test]
fn compressed_archives_are_unpacked_once_and_their_links_are_refused() {
    let folder = with(&["photos.tgz"]);
    let card = "images: {archive: photos.tgz, glob: '**/*.jpg'}\n";
    let dataset = folder.open(card).unwrap();
    assert_eq!(dataset.ids, ["a/one.jpg".to_owned(), format!("{}two.jpg", "deep/".repeat(30))]);
    let rejected: Vec<String> = dataset.rejected.iter().map(ToString::to_string).collect();
    insta::assert_snapshot!(rejected.join("\n"));
    let both = pixels(&dataset, &folder);
    assert_eq!(both[0], both[1]);
    assert_eq!(dataset.digest, folder.open(card).unwrap().digest);
    assert_eq!(std::fs::read_dir(folder.path().join("cache/unpacked")).unwrap().count(), 1);
    let outside = folder.path().join("outside.jpg");
    assert!(!outside.exists() && !folder.path().join("cache/outside.jpg").exists(), "nothing is written by a name in the archive");
}
