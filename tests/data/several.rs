//! Mocks of items that have several labels: how often a class is there, and how often what is said of it is wrong.

use fairgrid::data::dataset::Dataset;
use fairgrid::data::frame::Targets;
use fairgrid::data::images::Images;
use fairgrid::data::mock;
use fairgrid::spec::card::Card;
use fairgrid::spec::input::Input;
use tempfile::TempDir;

const ROWS: u32 = 1500;

/// Every form of labels that says of each class of an item whether it is there, or that nobody knows.
const FORMS: [&str; 7] = [
    "images: {table: t.csv, path: '{file}'}\nlabels: {columns: [cat, dog, car]}\n",
    "images: {table: t.csv, path: '{file}'}\ntables: {a: {file: a.csv, key: file}}\nlabels: {columns: [a.cat, a.dog, a.car], present: 1, absent: -1}\n",
    "images: {table: t.csv, path: '{file}'}\nlabels: {from: tags, separator: ' ', others: absent, classes: [cat, dog, car]}\n",
    "images: {table: t.json, path: '{file}'}\nlabels: {present: yes, absent: no, classes: [cat, dog, car]}\n",
    "images: {glob: '*.png', id: '{stem}'}\nlabels: {file: l.csv, id: i, class: c, value: v, classes: [cat, dog, car]}\n",
    "images: {glob: '*.png', id: '{stem}'}\nlabels: {file: l.csv, id: i, class: c, absent: rest, names: {file: n.csv}, classes: [cat, dog, car]}\n",
    "images: {coco: instances.json, path: 'im/{file_name}', id: '{id}'}\nlabels: {from: categories, others: absent}\n",
];

/// A mock, opened, with the folder that it is in.
fn made(card: &str, mock: &str) -> (Dataset, TempDir) {
    let folder = TempDir::new().unwrap();
    let text = format!("fairgrid_card: 1\ndataset: d\n{card}mock: {{rows: {ROWS}, side: 16, classes: [cat, dog, car], {mock}}}\n");
    std::fs::write(folder.path().join("card.yaml"), text).unwrap();
    let read = Card::read(&folder.path().join("card.yaml")).unwrap_or_else(|error| panic!("{card}: {error}"));
    mock::write(&read, None, &folder.path().join("mock")).unwrap_or_else(|error| panic!("{card}: {error}"));
    let dataset = Dataset::open(&read.at(&folder.path().join("mock")), &folder.path().join("cache"));
    (dataset.unwrap_or_else(|error| panic!("{card}: {error}")), folder)
}

/// What is said of a class, item by item.
fn said(dataset: &Dataset, class: &str) -> Vec<Option<bool>> {
    let Targets::Multi { present, absent } = &dataset.targets else { panic!("several labels an item") };
    let class = dataset.classes.iter().position(|other| other == class).unwrap() as u32;
    let there = |(yes, no): (&Vec<u32>, &Vec<u32>)| match (yes.contains(&class), no.contains(&class)) {
        (false, false) => None,
        (yes, _) => Some(yes),
    };
    present.iter().zip(absent).map(there).collect()
}

/// All pixels.
fn pixels(dataset: &Dataset, folder: &TempDir) -> Vec<u8> {
    let rows: Vec<u32> = (0..ROWS).collect();
    let images = Images::decode(dataset, &rows, &dataset.resolve(&Input::default()).unwrap(), folder.path(), &|_, _| {}).unwrap();
    let mut all = vec![0; images.size() * rows.len()];
    all.chunks_mut(images.size()).zip(&rows).for_each(|(image, row)| images.read(*row, image).unwrap());
    all
}

#[test]
fn noise_turns_that_share_of_what_is_said_of_classes_and_leaves_the_pictures_alone() {
    for card in FORMS {
        let [(clean, seen), (noisy, shown), (opposite, _kept)] =
            ["label_noise: 0", "label_noise: 0.2", "label_noise: 1"].map(|noise| made(card, noise));
        assert!(pixels(&clean, &seen) == pixels(&noisy, &shown), "{card}: the pictures differ");
        for class in ["cat", "dog", "car"] {
            let (truth, told, turned) = (said(&clean, class), said(&noisy, class), said(&opposite, class));
            assert_eq!(turned, truth.iter().map(|there| there.map(|there| !there)).collect::<Vec<_>>(), "{card}: {class}");
            for there in [true, false] {
                let of: Vec<usize> = (0..truth.len()).filter(|item| truth[*item] == Some(there)).collect();
                let wrong = of.iter().filter(|item| told[**item] == Some(!there)).count();
                let right = of.iter().filter(|item| told[**item] == Some(there)).count();
                assert_eq!(wrong + right, of.len(), "{card}: {class}: what was known is not");
                let share = wrong as f64 / of.len() as f64;
                assert!((0.14..0.26).contains(&share), "{card}: {share} of those with {class}={there} are wrong");
            }
        }
    }
}

#[test]
fn a_class_is_there_as_often_as_its_rate_says() {
    for card in FORMS {
        let (dataset, _folder) = made(card, "rates: {labels: {cat: 0.6, dog: 0.1}}");
        for (class, rate) in [("cat", 0.6), ("dog", 0.1), ("car", 0.35)] {
            let known: Vec<bool> = said(&dataset, class).into_iter().flatten().collect();
            let share = known.iter().filter(|there| **there).count() as f64 / known.len() as f64;
            // Of two lists, the one of what is there is whole, and the other is not.
            let rate = if card.contains("absent: no") { rate / (rate + 0.8 * (1.0 - rate)) } else { rate };
            assert!((share - rate).abs() < 0.045, "{card}: {class} is there in {share}, not {rate}");
        }
    }
}

#[test]
fn classes_that_only_the_data_know_are_those_whose_rates_are_said() {
    let folder = TempDir::new().unwrap();
    let text = "fairgrid_card: 1\ndataset: d\nimages: {table: t.csv, path: '{file}'}\nlabels: {from: tags, separator: ' ', others: absent}\n\
                mock: {rows: 60, rates: {labels: {whale: 0.5, shark: 0.5}}}\n";
    std::fs::write(folder.path().join("card.yaml"), text).unwrap();
    let card = Card::read(&folder.path().join("card.yaml")).unwrap();
    mock::write(&card, None, &folder.path().join("mock")).unwrap();
    let dataset = Dataset::open(&card.at(&folder.path().join("mock")), &folder.path().join("cache")).unwrap();
    assert_eq!(dataset.classes, ["shark", "whale"]);
}
