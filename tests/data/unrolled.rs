//! Rows that are the elements of lists, in every format.

use std::sync::Arc;

use arrow::array::{ArrayRef, BinaryArray, RecordBatch, StringArray};
use fairgrid::data::dataset::Dataset;
use fairgrid::data::mock;
use fairgrid::spec::card::Card;

use super::folder::{Folder, IMAGES, levels};
use super::inside;
use super::refused::shown;
use crate::command;

#[test]
fn elements_of_lists_are_rows_in_every_format() {
    let folder = inside::folder();
    for format in inside::FORMATS {
        for list in ["js", "text", "deep.text"] {
            let card = folder.path("root/card.yaml");
            let images = format!("images: {{table: {{file: t.{format}, each: {list}}}, path: '{{file}}', id: '{{row}}'}}");
            std::fs::write(&card, format!("fairgrid_card: 1\ndataset: d\n{images}\nfields: {{race: {list}.race, file: file}}\n")).unwrap();
            let dataset = Dataset::open(&Card::read(&card).unwrap(), &folder.path("cache")).unwrap();
            assert_eq!(dataset.ids, ["1", "2", "3"], "{format} {list}");
            assert_eq!((levels(&dataset, "race"), dataset.rejections), (vec!["A", "B", "B"], 0), "{format} {list}");
            assert_eq!(levels(&dataset, "file"), ["a.png", "a.png", "b.png"], "{format} {list}");
        }
    }
}

/// The faces of each frame of a video: frames without one are no rows, and a frame is rejected that does not say whether it has any.
const VIDEOS: &str = r#"[
{"id": "v1", "site": "north", "frames": [{"file": "a.png", "faces": [{"box": [0, 0, 2, 2], "race": "p"}, {"box": [1, 1, 2, 3], "race": "q"}]}, {"file": "b.png", "faces": []}]},
{"id": "v2", "site": "south", "frames": [{"file": "b.png", "faces": [{"box": [3, 0, 2, 2], "race": "p"}]}]},
{"id": "v3", "site": "south", "frames": [{"file": "a.png", "faces": [{"box": [3, 0, 2, 2], "race": "p"}]}, {"file": "b.png"}]},
{"id": "v4", "site": "south", "frames": []},
{"id": "v5", "site": "south", "frames": [{"file": "a.png", "faces": 3}]}]"#;

const FACES: &str = "images:
  table: {file: videos.json, each: frames.faces}
  path: '{frames.file}'
  id: '{id}-{row}'
  box: {from: frames.faces.box, format: xywh}
fields: {race: frames.faces.race, site: site}
label: race
attribute: site
subject: id
";

#[test]
fn lists_in_lists_are_rows_and_what_is_no_list_is_told() {
    let image = std::fs::read(format!("{IMAGES}/rgb.png")).unwrap();
    let folder = command::Folder::new().file("root/a.png", &image).file("root/b.png", &image).file("root/videos.json", VIDEOS);
    let folder = folder.file("root/t.csv", "file,faces\na.png,\"[{'race': 'p'}, {'race': 'q'}]\"\nb.png,oops\nb.png,\n");
    let table = "images: {table: {file: t.csv, each: faces}, path: '{file}', id: '{row}'}\nfields: {race: faces.race}\n";
    let list = "images: {glob: '*.png'}\nlabels: {file: videos.json, each: frame, id: frame.file, class: id, absent: rest}\n";
    let joined = "images: {glob: '*.png'}\ntables: {t: {file: t.csv, each: face, key: file}}\nfields: {race: t.face.race}\n";
    let cards = [
        FACES.to_owned(),
        table.to_owned(),
        table.replace("each: faces", "each: fcaes"),
        table.replace("faces.race", "faces.rcae"),
        joined.to_owned(),
        joined.replace("t.csv", "videos.json").replace("key: file}", "key: {column: id, equals: file}, unmatched: keep}"),
        list.to_owned(),
        FACES.replace("frames.faces", "frames.fcaes"),
    ];
    insta::assert_snapshot!(cards.map(|card| format!("{card}{}", shown(&folder, &card))).join("---\n"));
}

/// A key that some rows have is no mistake; of one that none has, all that there are instead are named, wherever they are met.
#[test]
fn what_later_rows_and_files_have_is_named_too() {
    let image = std::fs::read(format!("{IMAGES}/rgb.png")).unwrap();
    let folder = command::Folder::new().file("root/a.png", &image).file("root/b.png", &image);
    let folder =
        folder.file("root/1.jsonl", r#"{"file": "a.png", "g": 1}"#).file("root/2.jsonl", r#"{"file": "b.png", "g": 1, "skin": 2}"#);
    let folder = folder.file("root/t.json", r#"[{"o": [{"file": "a.png", "g": 1}]}, {"o": [{"file": "b.png", "g": 1, "skin": 2}]}]"#);
    for (table, above) in [("{file: '?.jsonl'}", ""), ("{files: {train: 1.jsonl, test: 2.jsonl}}", ""), ("{file: t.json, each: o}", "o.")] {
        let told = |skin: &str| {
            let images = format!("images: {{table: {table}, path: '{{{above}file}}'}}");
            shown(&folder, &format!("{images}\nfields: {{g: {above}g, skin: {above}{skin}}}\nlabel: g\n")).to_string()
        };
        assert!(told("skin").contains("0 rows rejected"), "{table}: {}", told("skin"));
        assert!(told("skinn").contains(&format!("did you mean `{above}skin`?")), "{table}: {}", told("skinn"));
    }
}

/// A video that is a file of its own, and one whose images are not: a single record, and the same in JSON lines.
#[test]
fn a_file_a_video_is_one_record() {
    let folder = Folder::new();
    folder.images(&["a.png", "b.png"]);
    let video = |id: &str, file: &str| {
        format!(r#"{{"id": "{id}", "site": "x", "frames": [{{"file": "{file}.png", "faces": [{{"race": "p", "box": [0, 0, 2, 2]}}]}}]}}"#)
    };
    folder
        .write("1.json", video("v1", "a"))
        .write("2.json", video("v2", "b"))
        .write("v.jsonl", format!("{}\n{}\n", video("v1", "a"), video("v2", "b")));
    for file in ["'?.json'", "v.jsonl"] {
        let dataset = folder.open(&FACES.replace("videos.json", file).replace("-{row}", "-{frames.file}")).unwrap();
        assert_eq!((dataset.ids, dataset.rejections), (vec!["v1-a.png".to_owned(), "v2-b.png".to_owned()], 0), "{file}");
    }
}

/// Images in the rows of Parquet, as many items of each as its list has elements.
#[test]
fn elements_of_a_list_share_the_image_of_their_row() {
    let folder = Folder::new();
    let image = |name: &str| std::fs::read(format!("{IMAGES}/{name}")).unwrap();
    let (png, jpeg) = (image("rgb.png"), image("turned.jpg"));
    let columns: Vec<(&str, ArrayRef)> = vec![
        ("image", Arc::new(BinaryArray::from_vec(vec![&png, &png, &jpeg]))),
        ("faces", Arc::new(StringArray::from(vec![r#"[{"y": "p"}, {"y": "q"}]"#, "[]", r#"[{"y": "q"}]"#]))),
    ];
    let batch = RecordBatch::try_from_iter(columns).unwrap();
    let mut bytes = Vec::new();
    let mut writer = parquet::arrow::ArrowWriter::try_new(&mut bytes, batch.schema(), None).unwrap();
    writer.write(&batch).unwrap();
    writer.close().unwrap();
    folder.write("t.parquet", bytes);
    let dataset = folder.open("images: {table: {file: t.parquet, each: faces}, bytes: image}\nfields: {y: faces.y}\n").unwrap();
    assert_eq!((levels(&dataset, "y"), dataset.rejections), (vec!["p", "q", "q"], 0));
    let digests = &dataset.items.digests;
    assert!(digests[0] == digests[1] && digests[1] != digests[2], "the third item is of the third row");
}

#[test]
fn tables_of_lists_have_mocks_that_are_read_whole() {
    let mocked = |images: &str, list: &str| {
        format!(
            "images: {images}\nfields: {{race: {{from: {list}.race, map: {{p: P, q: Q}}}}, site: {{levels: [n, s]}}}}\nlabel: race\nmock: {{rows: 8}}\n"
        )
    };
    let files = ["t.csv", "t.jsonl", "t.json", "t.parquet"];
    let cards = files.iter().flat_map(|file| {
        ["faces", "frames.faces"].map(|list| mocked(&format!("{{table: {{file: {file}, each: {list}}}, path: '{{file}}'}}"), list))
    });
    for card in cards.chain([mocked("{table: {file: t.parquet, each: faces}, bytes: image}", "faces")]) {
        let folder = Folder::new();
        folder.write("card.yaml", format!("fairgrid_card: 1\ndataset: d\n{card}"));
        let read = Card::read(&folder.path().join("card.yaml")).unwrap();
        mock::write(&read, None, &folder.path().join("mock")).unwrap();
        let dataset = Dataset::open(&read.at(&folder.path().join("mock")), &folder.path().join("cache")).unwrap();
        assert_eq!((dataset.ids.len(), dataset.rejections, dataset.classes.len()), (8, 0, 2), "{card}{:?}", dataset.rejected.first());
    }
}
