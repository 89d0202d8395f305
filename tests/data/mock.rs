//! Mocks: every shipped card opens on its own, nothing is rejected, and what was planted is there.

use std::path::{Path, PathBuf};

use fairgrid::data::dataset::Dataset;
use fairgrid::data::images::Images;
use fairgrid::data::mock;
use fairgrid::spec::card::Card;
use fairgrid::spec::input::Input;
use tempfile::TempDir;

fn cards() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("specs/cards");
    let mut cards: Vec<PathBuf> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    cards.sort();
    cards
}

fn made(card: &Path, rows: u32, folder: &TempDir) -> Result<Dataset, String> {
    let card = Card::read(card).map_err(|error| error.to_string())?;
    assert_eq!(mock::write(&card, Some(rows), folder.path()).map_err(|error| error.to_string())?.items, u64::from(rows));
    Dataset::open(&card.at(folder.path()), &folder.path().join("cache")).map_err(|error| error.to_string())
}

#[test]
fn every_shipped_card_opens_on_its_mock() {
    let mut wrong = Vec::new();
    for path in cards() {
        let folder = TempDir::new().unwrap();
        let name = path.file_stem().unwrap().to_string_lossy().into_owned();
        match made(&path, 80, &folder) {
            Err(error) => wrong.push(format!("{name}: {error}")),
            Ok(dataset) if dataset.rejections > 0 => wrong.push(format!("{name}: rejects {}", dataset.rejected[0])),
            Ok(dataset) if dataset.items.mosaic.is_none() && dataset.ids.len() != 80 => {
                wrong.push(format!("{name}: {} items", dataset.ids.len()))
            }
            Ok(dataset) if dataset.classes.len() < 2 => wrong.push(format!("{name}: {:?}", dataset.classes)),
            Ok(dataset) => {
                let rows: Vec<u32> = (0..dataset.ids.len() as u32).collect();
                let input = dataset.resolve(&Input::default()).unwrap();
                if let Err(error) = Images::decode(&dataset, &rows, &input, &folder.path().join("cache"), &|_, _| {}) {
                    wrong.push(format!("{name}: {error}"));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn a_mock_of_too_few_rows_says_how_many_it_takes() {
    for name in ["fairface", "coco", "celeba", "mimic-cxr", "cifar-10"] {
        let card = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("specs/cards/{name}.yaml"));
        let refusal = |rows: u32| mock::write(&Card::read(&card).unwrap(), Some(rows), TempDir::new().unwrap().path()).unwrap_err();
        let told = refusal(1).to_string();
        let rest = told.split_once("cannot be mocked where `rows` is 1: fewer than ").unwrap().1;
        let fewest: u32 = rest.strip_suffix(" leave one of its splits empty").unwrap().parse().unwrap();
        assert_eq!(refusal(fewest - 1).to_string(), told.replace("is 1:", &format!("is {}:", fewest - 1)));
        let dataset = made(&card, fewest, &TempDir::new().unwrap()).unwrap();
        assert!(dataset.splits.values().all(|rows| !rows.is_empty()), "{name}: {:?}", dataset.splits);
    }
    let card = Path::new(env!("CARGO_MANIFEST_DIR")).join("specs/cards/open-images.yaml");
    assert_eq!(made(&card, 2, &TempDir::new().unwrap()).unwrap().ids.len(), 2);
}

#[test]
fn the_files_of_a_mock_are_what_their_names_say() {
    let folder = TempDir::new().unwrap();
    let images = "images: {glob: '*.{jpg,jpeg,png}', name: '(?<shade>dark|light)-(?<number>[0-9]{4})\\.(jpg|jpeg|png)'}";
    let card = format!("fairgrid_card: 1\ndataset: d\n{images}\nfields: {{shade: {{from: shade, levels: [dark, light]}}}}\nlabel: shade\n");
    std::fs::write(folder.path().join("card.yaml"), card).unwrap();
    let root = folder.path().join("mock");
    let written = mock::write(&Card::read(&folder.path().join("card.yaml")).unwrap(), Some(60), &root).unwrap();
    for file in &written.files {
        let format = image::guess_format(&std::fs::read(root.join(file)).unwrap()).unwrap();
        let named = if file.ends_with(".png") { image::ImageFormat::Png } else { image::ImageFormat::Jpeg };
        assert_eq!(format, named, "{file}");
    }
    assert!([".jpg", ".jpeg", ".png"].iter().all(|ending| written.files.iter().any(|file| file.ends_with(ending))), "{:?}", written.files);
}

#[test]
fn a_mock_is_the_same_every_time_and_shows_less_of_those_it_was_told_to() {
    let card = Path::new(env!("CARGO_MANIFEST_DIR")).join("specs/cards/fairface.yaml");
    let (first, second) = (TempDir::new().unwrap(), TempDir::new().unwrap());
    let dataset = made(&card, 1400, &first).unwrap();
    assert_eq!(dataset.digest, made(&card, 1400, &second).unwrap().digest);
    assert_eq!(dataset.splits.keys().collect::<Vec<_>>(), ["train", "val"]);

    // Without what is planted, the pictures of the two classes differ by more.
    let plain = TempDir::new().unwrap();
    let text = format!("fairgrid_card: 1\nextends: {}\nmock: {{planted: {{contrast: {{race: {{Black: 1.0}}}}}}}}\n", card.display());
    std::fs::write(plain.path().join("plain.yaml"), text).unwrap();
    let even = made(&plain.path().join("plain.yaml"), 1400, &plain).unwrap();
    let (planted, even) = (apart(&dataset, first.path(), "Black"), apart(&even, plain.path(), "Black"));
    assert!(planted < 0.75 * even, "{planted} of {even}");
}

/// How far the mean pictures of the two genders are apart, of one race.
fn apart(dataset: &Dataset, folder: &Path, race: &str) -> f64 {
    let rows: Vec<u32> = (0..dataset.ids.len() as u32).collect();
    let images = Images::decode(dataset, &rows, &dataset.resolve(&Input::default()).unwrap(), folder, &|_, _| {}).unwrap();
    let mean = |gender: &str| {
        let is = |row: &&u32, field: &str, level| dataset.fields[field].level(**row as usize) == Some(level);
        let of: Vec<&u32> = rows.iter().filter(|row| is(row, "race", race) && is(row, "gender", gender)).collect();
        let mut sum = vec![0.0_f64; images.size()];
        let mut image = vec![0; images.size()];
        for row in &of {
            images.read(**row, &mut image).unwrap();
            sum.iter_mut().zip(&image).for_each(|(sum, value)| *sum += f64::from(*value) / of.len() as f64);
        }
        sum
    };
    mean("Male").iter().zip(mean("Female")).map(|(a, b)| (a - b).abs()).sum::<f64>() / images.size() as f64
}

#[test]
fn a_label_that_is_shown_besides_is_hidden_by_what_is_planted_too() {
    let card = Path::new(env!("CARGO_MANIFEST_DIR")).join("specs/cards/fairface.yaml");
    for shown in ["[race, gender]", "[gender]"] {
        let folder = TempDir::new().unwrap();
        let mock = format!("mock: {{shown: {shown}, planted: {{contrast: {{race: {{Black: 0.0}}}}}}}}\n");
        let text = format!("fairgrid_card: 1\nextends: {}\n{mock}", card.display());
        std::fs::write(folder.path().join("card.yaml"), text).unwrap();
        let dataset = made(&folder.path().join("card.yaml"), 1400, &folder).unwrap();
        let (hidden, seen) = (apart(&dataset, folder.path(), "Black"), apart(&dataset, folder.path(), "White"));
        assert!(hidden < 0.25 * seen, "{shown}: {hidden} of {seen}");
    }
}

#[test]
fn where_a_study_makes_the_planted_field_its_label_nothing_is_planted() {
    let folder = TempDir::new().unwrap();
    let card = Path::new(env!("CARGO_MANIFEST_DIR")).join("specs/cards/fairface.yaml");
    let study = |label: &str| {
        let text = format!(
            "fairgrid: 1\nstudy: s\ndata: {{faces: {{card: {}, {label}}}}}\nmodels: {{net: {{backend: plain, architecture: nearest_mean, \
             input: {{size: [8, 8]}}, train: {{data: faces/train, loss: squared_distance, seed: 0, epochs: 1, batch_size: 4, optimizer: \
             running_mean}}}}}}\nevaluate: {{e: {{data: faces/val, metrics: [accuracy_score]}}}}\n",
            card.display()
        );
        std::fs::write(folder.path().join("s.yaml"), text).unwrap();
        let study = fairgrid::spec::study::Study::read(&folder.path().join("s.yaml"), &[]).unwrap();
        study.data["faces"].card.mock.clone().unwrap().contrast.keys().cloned().collect::<Vec<_>>()
    };
    assert_eq!(study("label: gender"), ["race"]);
    assert!(study("label: race").is_empty());
}

#[test]
fn a_hierarchy_is_written_so_that_it_is_read_back() {
    let images = "images: {glob: 'im/*.png', id: '{stem}'}";
    let long = "file: l.csv, id: i, class: c, value: v";
    let forms = [
        format!("{long}, names: {{file: n.csv}}, hierarchy: {{file: h.json}}"),
        format!("{long}, hierarchy: {{file: h.csv, kind: a, of: b}}, sets: {{Person: [Man, Woman], Thing: [Car, Bus]}}"),
        format!("{long}, hierarchy: {{file: h.zip/h.json}}, sets: {{Person: [Man, Woman], Thing: [Car, Bus]}}"),
    ];
    let table = "images: {table: t.csv, path: '{file}'}";
    let rows = [
        "from: tags, others: absent, names: {file: n.csv}, hierarchy: {file: h.csv, kind: a, of: b}",
        "columns: [Hat, Bag], hierarchy: {file: h.jsonl, kind: a, of: b}",
    ];
    let cards = forms.iter().map(|form| (images, form.as_str())).chain(rows.map(|form| (table, form)));
    for (images, labels) in cards {
        let folder = TempDir::new().unwrap();
        std::fs::write(folder.path().join("card.yaml"), format!("fairgrid_card: 1\ndataset: d\n{images}\nlabels: {{{labels}}}\n")).unwrap();
        let dataset = made(&folder.path().join("card.yaml"), 40, &folder).unwrap_or_else(|error| panic!("{labels}: {error}"));
        assert!(dataset.rejections == 0 && matches!(dataset.classes.len(), 2 | 4), "{labels}: {:?}", dataset.classes);
    }
}

#[test]
fn splits_and_subjects_may_be_parts_of_the_path() {
    let parts = "fields: {kind: {levels: [a, b]}, part: {from: file, match: '([a-z]+)/.*'}}\nlabel: kind\n";
    let splits = "splits: {train: {where: {part: [train]}}, validation: {where: {part: [val]}}, test: {where: {part: test}}}\n";
    let rest = "splits: {train: {where: {part: [train]}}, test: {rest: true}}\n";
    let rated = "mock: {rates: {part: {train: 3, val: 1, test: 1}}}\n";
    let numbered = "fields: {kind: {levels: [a, b]}, site: {from: file, match: '.*/(\\d+)-.*'}}\nlabel: kind\nsubject: site\n";
    let cards = [
        format!("{parts}{splits}"),
        format!("{parts}subject: file\n{splits}"),
        format!("{parts}subject: file\n{splits}{rated}"),
        format!("{parts}subject: file\n{rest}"),
        format!("{parts}subject: file\nsplits: {{from: part, map: {{train: train, val: test}}}}\n"),
        format!("{numbered}splits: {{test: {{fraction: 0.3, seed: 0}}, train: {{rest: true}}}}\n"),
    ];
    for card in cards {
        let folder = TempDir::new().unwrap();
        let whole = format!("fairgrid_card: 1\ndataset: d\nimages: {{table: t.csv, path: 'im/{{file}}', id: '{{file}}#{{row}}'}}\n{card}");
        std::fs::write(folder.path().join("card.yaml"), whole).unwrap();
        let dataset = made(&folder.path().join("card.yaml"), 60, &folder).unwrap_or_else(|error| panic!("{card}: {error}"));
        assert!(dataset.rejections == 0 && dataset.splits.len() == card.matches("where").count().max(2), "{card}");
    }
}

/// A mock of a card that says no more than where its images are: the dataset, or why there is none.
fn of_images(images: &str, rows: u32) -> Result<Dataset, String> {
    let folder = TempDir::new().unwrap();
    std::fs::write(folder.path().join("card.yaml"), format!("fairgrid_card: 1\ndataset: d\nimages: {images}\n")).unwrap();
    made(&folder.path().join("card.yaml"), rows, &folder)
}

#[test]
fn the_files_of_a_mock_are_as_many_as_its_rows() {
    let edges = "box: {left: l, top: t, width: w, height: h}";
    for images in [
        format!("{{glob: '*.png', name: '(?<l>\\d+)_(?<t>\\d+)_(?<w>\\d+)_(?<h>\\d+)[.]png', {edges}}}"),
        format!("{{glob: '*.png', path: '(?<l>\\d+)_(?<t>\\d+)_(?<w>\\d+)_(?<h>\\d+)[.]png', {edges}}}"),
        "{glob: '*.png', name: 'x_(?<r>[-\\d,]+)[.]png', box: {from: r, format: cxcywh}}".replace("[-\\d,]+", ".+"),
        "{glob: '**/*.png', name: '(?<tone>dark|light)[.]png'}".to_owned(),
        "{glob: '*/*.png', name: '(?<tone>dark|light)[.]png'}".to_owned(),
        "{glob: '*.png', name: '(?<site>[a-z]{3})[.]png'}".to_owned(),
        "{glob: 'a/*.png', path: '(a|b|c)/(?<number>\\d+)[.](jpg|png)'}".to_owned(),
    ] {
        let dataset = of_images(&images, 60).unwrap_or_else(|error| panic!("{images}: {error}"));
        assert_eq!((dataset.ids.len(), dataset.rejections), (60, 0), "{images}: {:?}", dataset.rejected);
    }
    let refused = [
        "{glob: '*.png', name: '(?<tone>dark|light)[.]png'}",
        "{glob: '*.png', path: '(?<l>\\d)_(?<t>\\d)_(?<w>\\d\\d)_(?<h>\\d\\d)[.]png', box: {left: l, top: t, width: w, height: h}}",
        "{glob: 'one.png'}",
        "{glob: 'a/*.png', path: '(b|c)/(?<number>\\d+)[.](jpg|png)'}",
        "{glob: '*.png', name: '(?<number>\\d+)[.](jpg|gif)'}",
    ];
    insta::assert_snapshot!(refused.map(|images| format!("{images}\n  {}\n", of_images(images, 60).unwrap_err())).concat());
    assert_eq!(of_images(refused[0], 1).unwrap().ids.len(), 1);
}
