//! Columns that lie within the cells of others: where a dot leads, in every format, and where it leads nowhere.

use std::sync::Arc;

use arrow::array::{Array, ArrayRef, ListArray, RecordBatch, StringArray, StructArray};
use arrow::buffer::OffsetBuffer;
use arrow::datatypes::Field;

use super::folder::{self, IMAGES, levels};
use super::refused::shown;
use crate::command::Folder;

/// Two images, and what is told of them in every format: `js` is a list of records, and `text` the same as JSON in text.
pub(super) fn folder() -> Folder {
    let faces = [r#"[{"race": "A"}, {"race": "B"}]"#, r#"[{"race": "B"}]"#];
    let lines = ["a", "b"].into_iter().zip(faces).map(|(name, faces)| {
        let text = serde_json::to_string(faces).unwrap();
        format!("{{\"file\": \"{name}.png\", \"js\": {faces}, \"text\": {text}, \"deep\": {{\"text\": {text}}}}}")
    });
    let lines: Vec<String> = lines.collect();
    let quoted = faces.map(|faces| format!("\"{}\"", faces.replace('"', "\"\"")));
    let deep = faces.map(|faces| format!("\"{}\"", serde_json::json!({"text": faces}).to_string().replace('"', "\"\"")));
    let cells = ["a", "b"].into_iter().zip(quoted.iter().zip(&deep));
    let rows: Vec<String> = cells.map(|(name, (faces, deep))| format!("{name}.png,{faces},{faces},{deep}\n")).collect();
    Folder::new()
        .file("root/a.png", image())
        .file("root/b.png", image())
        .file("root/t.parquet", parquet(faces))
        .file("root/t.csv", format!("file,js,text,deep\n{}", rows.concat()))
        .file("root/t.jsonl", lines.join("\n"))
        .file("root/t.json", format!("[{}]", lines.join(", ")))
}

fn parquet(faces: [&str; 2]) -> Vec<u8> {
    let races: ArrayRef = Arc::new(StringArray::from(vec!["A", "B", "B"]));
    let records = StructArray::try_from(vec![("race", races)]).unwrap();
    let record = Arc::new(Field::new("item", records.data_type().clone(), true));
    let js = ListArray::new(record, OffsetBuffer::from_lengths([2, 1]), Arc::new(records), None);
    let deep = faces.map(|faces| serde_json::json!({"text": faces}).to_string());
    let columns: Vec<(&str, ArrayRef)> = vec![
        ("file", Arc::new(StringArray::from(vec!["a.png", "b.png"]))),
        ("js", Arc::new(js)),
        ("text", Arc::new(StringArray::from(faces.to_vec()))),
        ("deep", Arc::new(StringArray::from(deep.to_vec()))),
    ];
    let batch = RecordBatch::try_from_iter(columns).unwrap();
    let mut bytes = Vec::new();
    let mut writer = parquet::arrow::ArrowWriter::try_new(&mut bytes, batch.schema(), None).unwrap();
    writer.write(&batch).unwrap();
    writer.close().unwrap();
    bytes
}

pub(super) const FORMATS: [&str; 4] = ["parquet", "csv", "jsonl", "json"];

#[test]
fn a_list_in_the_way_of_a_column_is_told_with_what_leads_into_it() {
    let folder = folder();
    let table = |format: &str| format!("images: {{table: t.{format}, path: '{{file}}'}}\n");
    let mut cards = FORMATS.map(|format| format!("{}fields: {{race: js.race}}\nlabel: race\n", table(format))).to_vec();
    cards.push(format!("{}fields: {{race: {{from: deep.text.race}}}}\nlabel: race\n", table("parquet")));
    cards.push(format!(
        "{}tables: {{p: {{file: t.parquet, key: file, unmatched: keep}}}}\nfields: {{race: p.js.race}}\nlabel: race\n",
        table("csv")
    ));
    cards.push(format!("{}labels: {{file: t.parquet, id: file, class: js.race}}\n", table("csv").replace("}\n", ", id: '{file}'}\n")));
    cards.push(format!("{}labels: {{file: t.parquet, id: fiel, class: text.0.race}}\n", table("csv")));
    let outcomes = cards.iter().map(|card| format!("{card}{}", shown(&folder, card)));
    insta::assert_snapshot!(outcomes.collect::<Vec<_>>().join("---\n"));
}

#[test]
fn a_dot_leads_into_lists_and_text_of_every_format() {
    let folder = folder();
    for format in FORMATS {
        for column in ["js.0.race", "text.0.race", "deep.text.0.race"] {
            let card = format!("images: {{table: t.{format}, path: '{{file}}'}}\nfields: {{race: {column}}}\nlabel: race\n");
            let outcome = shown(&folder, &card).to_string();
            assert!(outcome.contains("exit code: 0") && outcome.contains("2 items"), "{card}{outcome}");
        }
    }
    // Where some are a list and others a map, or an empty list stands for an empty map, who has no value has none.
    let rows = "file,js\na.png,\"[{\"\"race\"\": \"\"A\"\"}]\"\nb.png,\"{\"\"race\"\": \"\"B\"\"}\"\n";
    let card = "images: {table: t.csv, path: '{file}'}\nfields: {race: js.race}\n";
    for rows in [rows, "file,js\na.png,[]\nb.png,[]\n"] {
        let folder = Folder::new().file("root/t.csv", rows).file("root/a.png", image()).file("root/b.png", image());
        let outcome = shown(&folder, card).to_string();
        assert!(outcome.contains("exit code: 0") && outcome.contains("2 items"), "{outcome}");
    }
}

fn image() -> Vec<u8> {
    std::fs::read(format!("{IMAGES}/rgb.png")).unwrap()
}

/// CVAT's attributes in COCO's annotations, and what images hold; what no entry has is refused with what there is instead.
#[test]
fn dots_lead_into_values_of_annotations_and_images_of_coco() {
    let coco = r#"{"images": [{"id": 1, "file_name": "a.png", "meta": {"site": "n"}}, {"id": 2, "file_name": "b.png", "meta": {"site": "s"}}],
        "annotations": [{"id": 1, "image_id": 1, "category_id": 1, "bbox": [0, 0, 9, 9], "attributes": {"occluded": true, "pose": ["up"]}},
            {"id": 2, "image_id": 2, "category_id": 1, "bbox": [0, 0, 9, 9], "attributes": {"occluded": false}}],
        "categories": [{"id": 1, "name": "person", "of": {"kind": "x"}}]}"#;
    let folder = folder::Folder::new();
    folder.images(&["a.png", "b.png"]).write("c.json", coco);
    let card =
        |column: &str| format!("images: {{coco: c.json, items: boxes, path: '{{file_name}}', id: '{{id}}'}}\nfields: {{g: {column}}}\n");
    for (column, told) in [
        ("attributes.occluded", ["true", "false"]),
        ("attributes.pose.0", ["up", "-"]),
        ("meta.site", ["n", "s"]),
        ("category.of.kind", ["x", "x"]),
    ] {
        assert_eq!(levels(&folder.open(&card(column)).unwrap(), "g"), told, "{column}");
    }
    for lost in ["attributes.ocluded", "attributes.pose.up", "meta.siet"] {
        let error = folder.open(&card(lost)).unwrap_err();
        assert!(error.contains(&format!("`c.json` has no column `{lost}`")), "{error}");
    }
}

/// A field of a struct that the writer of one shard did not make, since no row of it had a value: missing there, as a key of JSON is.
#[test]
fn fields_of_structs_that_one_file_has_are_missing_in_others() {
    let folder = folder::Folder::new();
    folder.images(&["a.png", "b.png"]);
    let shard = |file: &str, name: &str, fields: &[(&str, &str)]| {
        let fields = fields.iter().map(|(field, text)| (*field, Arc::new(StringArray::from(vec![*text])) as ArrayRef)).collect::<Vec<_>>();
        let columns: Vec<(&str, ArrayRef)> =
            vec![("file", Arc::new(StringArray::from(vec![name]))), ("meta", Arc::new(StructArray::try_from(fields).unwrap()))];
        let batch = RecordBatch::try_from_iter(columns).unwrap();
        let mut bytes = Vec::new();
        let mut writer = parquet::arrow::ArrowWriter::try_new(&mut bytes, batch.schema(), None).unwrap();
        writer.write(&batch).unwrap();
        writer.close().unwrap();
        folder.write(file, bytes);
    };
    shard("1.parquet", "a.png", &[("q", "x")]);
    shard("2.parquet", "b.png", &[("q", "y"), ("skin", "dark")]);
    for table in ["{file: '?.parquet'}", "{files: {train: 1.parquet, test: 2.parquet}}"] {
        let card =
            |skin: &str| format!("images: {{table: {table}, path: '{{file}}'}}\nfields: {{q: meta.q, skin: meta.{skin}}}\nlabel: q\n");
        assert_eq!(levels(&folder.open(&card("skin")).unwrap(), "skin"), ["-", "dark"], "{table}");
        let error = folder.open(&card("skinn")).unwrap_err();
        assert!(error.contains("`1.parquet` has no column `meta.skinn`"), "{error}");
    }
}
