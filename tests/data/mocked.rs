//! Mocks of cards that ask for what few do: their cards read them, and nothing is rejected.

use fairgrid::data::dataset::Dataset;
use fairgrid::data::mock;
use fairgrid::spec::card::Card;
use tempfile::TempDir;

/// The mock of a card, which rejects nothing and has two classes at least.
fn mocked(card: &str) -> Dataset {
    let folder = TempDir::new().unwrap();
    std::fs::write(folder.path().join("card.yaml"), format!("fairgrid_card: 1\ndataset: d\n{card}")).unwrap();
    let read = Card::read(&folder.path().join("card.yaml")).unwrap_or_else(|error| panic!("{card}: {error}"));
    mock::write(&read, Some(60), &folder.path().join("mock")).unwrap_or_else(|error| panic!("{card}: {error}"));
    let dataset = Dataset::open(&read.at(&folder.path().join("mock")), &folder.path().join("cache"));
    let dataset = dataset.unwrap_or_else(|error| panic!("{card}: {error}"));
    assert!(dataset.rejections == 0 && dataset.classes.len() >= 2, "{card}: {:?} {:?}", dataset.rejected, dataset.classes);
    dataset
}

#[test]
fn tables_may_be_in_any_encoding_and_have_no_header_but_of_one_column() {
    for encoding in ["utf-16le", "utf-16be", "shift_jis"] {
        mocked(&format!("images: {{table: {{file: u.csv, encoding: {encoding}}}, path: '{{file}}'}}\nfields: {{y: y}}\nlabel: y\n"));
    }
    for file in ["lm.txt", "lm.csv"] {
        mocked(&format!(
            "images: {{table: {{file: list.txt, skip_rows: 1, first_column: id}}, path: '{{id}}'}}\n\
             tables: {{lm: {{file: {file}, skip_rows: 1, first_column: f, key: {{column: f, match: '(?<id>.+)'}}}}}}\n\
             fields: {{male: {{from: Male, map: {{-1: no, 1: yes}}}}}}\nlabel: male\n"
        ));
    }
}

#[test]
fn archives_may_hold_archives_beside_tables() {
    for outer in ["outer.zip", "outer.tar.gz/x.zip"] {
        mocked(&format!("images: {{archive: {outer}/i.zip, table: {outer}/l.csv, path: '{{file}}'}}\nfields: {{y: y}}\nlabel: y\n"));
    }
    mocked("images: {archive: a.tgz/*.zip, glob: '*.jpg', name: '\\d+_(?<sex>[01])\\.jpg'}\nfields: {sex: sex}\nlabel: sex\n");
}
