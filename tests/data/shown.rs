//! What can be seen of a mock: fields by tone, size, age and light, and garments by their cut.

use std::collections::BTreeMap;

use fairgrid::data::dataset::Dataset;
use fairgrid::data::images::Images;
use fairgrid::data::mock;
use fairgrid::spec::card::Card;
use fairgrid::spec::input::Input;
use tempfile::TempDir;

/// A mock's pictures, each from 0 to 255.
struct Pictures {
    dataset: Dataset,
    pixels: Vec<Vec<f64>>,
}

impl Pictures {
    fn of(card: &Card) -> Self {
        let folder = TempDir::new().unwrap();
        mock::write(card, None, &folder.path().join("mock")).unwrap();
        let dataset = Dataset::open(&card.clone().at(&folder.path().join("mock")), &folder.path().join("cache")).unwrap();
        let rows: Vec<u32> = (0..dataset.ids.len() as u32).collect();
        let images = Images::decode(&dataset, &rows, &dataset.resolve(&Input::default()).unwrap(), folder.path(), &|_, _| {}).unwrap();
        let mut image = vec![0; images.size()];
        let mut read = |row: &u32| {
            images.read(*row, &mut image).unwrap();
            image.iter().map(|value| f64::from(*value)).collect()
        };
        let pixels = rows.iter().map(&mut read).collect();
        Self { dataset, pixels }
    }

    /// Faces of two genders, three ages and three kinds of light, of which some is said of the mock.
    fn faces(mock: &str) -> Self {
        let folder = TempDir::new().unwrap();
        let fields = "gender: {levels: [female, male]}, years: {levels: [0-2, 20-29, more than 70]}, lamp: {levels: [well lit, dimly lit, overexposed]}";
        let images = "images: {table: t.csv, path: '{file}'}";
        let text = format!(
            "fairgrid_card: 1\ndataset: d\n{images}\nfields: {{{fields}}}\nlabel: gender\nmock: {{rows: 600, render: face, {mock}}}\n"
        );
        std::fs::write(folder.path().join("card.yaml"), text).unwrap();
        Self::of(&Card::read(&folder.path().join("card.yaml")).unwrap())
    }

    /// The mean picture of every second item with each level, from the first on, or from the second.
    fn means(&self, field: &str, from: usize) -> BTreeMap<String, Vec<f64>> {
        let mut sums: BTreeMap<String, (f64, Vec<f64>)> = BTreeMap::new();
        for (row, image) in self.pixels.iter().enumerate().skip(from).step_by(2) {
            let level = self.dataset.fields[field].level(row).unwrap().to_owned();
            let (count, sum) = sums.entry(level).or_insert_with(|| (0.0, vec![0.0; image.len()]));
            *count += 1.0;
            sum.iter_mut().zip(image).for_each(|(sum, value)| *sum += value);
        }
        sums.into_iter().map(|(level, (count, sum))| (level, sum.into_iter().map(|sum| sum / count).collect())).collect()
    }

    /// The share of every second picture whose nearest mean picture of the others is that of its own level.
    fn told(&self, field: &str) -> f64 {
        let means = self.means(field, 0);
        let right = |(row, image): &(usize, &Vec<f64>)| {
            let nearest = means.iter().min_by(|(_, one), (_, other)| apart(one, image).total_cmp(&apart(other, image)));
            nearest.map(|(level, _)| level.as_str()) == self.dataset.fields[field].level(*row)
        };
        let others: Vec<_> = self.pixels.iter().enumerate().skip(1).step_by(2).collect();
        others.iter().filter(|other| right(other)).count() as f64 / others.len() as f64
    }
}

/// How far the edges in two pictures are apart: their light does not matter.
fn apart(one: &[f64], other: &[f64]) -> f64 {
    let edges = |picture: &[f64], at: usize| picture[at + 3] - picture[at];
    (0..one.len() - 3).map(|at| (edges(one, at) - edges(other, at)).powi(2)).sum()
}

fn brightness(image: &[f64]) -> f64 {
    image.iter().sum::<f64>() / image.len() as f64
}

#[test]
fn a_face_shows_its_age_and_the_light_it_is_in() {
    let shown = Pictures::faces("shown: {age: years, light: lamp}");
    let light: Vec<f64> =
        ["dimly lit", "well lit", "overexposed"].iter().map(|level| brightness(&shown.means("lamp", 0)[*level])).collect();
    assert!(light[0] + 40.0 < light[1] && light[1] + 20.0 < light[2], "{light:?}");

    let plain = Pictures::faces("shown: [gender]");
    for (field, chance) in [("years", 0.45), ("lamp", 0.45)] {
        let unseen = plain.told(field);
        assert!(unseen < chance, "{field}: {unseen}");
    }
    let aged = Pictures::faces("shown: {age: years}");
    assert!(aged.told("years") > 0.8, "{}", aged.told("years"));
}

#[test]
fn a_label_that_is_shown_by_age_or_by_light_is_hidden_by_what_is_planted_too() {
    for (aspect, label) in [("age", "years"), ("light", "lamp")] {
        let planted = |lit: f64| {
            let levels = format!("{{female: {lit}, male: {lit}}}");
            Pictures::faces(&format!("label: {label}, shown: {{{aspect}: {label}}}, planted: {{contrast: {{gender: {levels}}}}}"))
                .told(label)
        };
        let (seen, hidden) = (planted(1.0), planted(0.0));
        assert!(seen > 0.8 && hidden < 0.45, "{label}: {seen}, {hidden}");
    }
}

#[test]
fn the_garments_of_fashion_mnist_are_told_by_their_cut() {
    let card = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("specs/cards/fashion-mnist-sample.yaml");
    let fashion = Pictures::of(&Card::read(&card).unwrap());
    assert_eq!(fashion.dataset.classes.len(), 10);
    assert!(fashion.told("garment") > 0.95, "{}", fashion.told("garment"));
}
