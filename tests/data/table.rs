//! Reading tables: what comes out, and how a bad row, cell or file is named.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use arrow::array::{
    Array, ArrayRef, BinaryArray, Float32Array, Int8Array, Int64Array, Int64Builder, ListArray, ListBuilder, MapBuilder, RecordBatch,
    StringArray, StringBuilder, StructArray,
};
use arrow::buffer::OffsetBuffer;
use arrow::datatypes::{DataType, Field, Float32Type, Int64Type, Schema};
use fairgrid::data::table::{Header, Options, Table};
use tempfile::TempDir;

fn write(folder: &TempDir, name: &str, bytes: impl AsRef<[u8]>) -> PathBuf {
    let path = folder.path().join(name);
    std::fs::write(&path, bytes).unwrap();
    path
}

/// The error's text with the folder left out.
fn refusal(path: &Path, options: &Options) -> String {
    let error = Table::read(path, options).unwrap_err();
    error.to_string().replace(&format!("{}/", path.parent().unwrap().display()), "")
}

#[test]
fn csv_cells_keep_their_lines_across_blank_lines_and_quoted_newlines() {
    let folder = TempDir::new().unwrap();
    let path = write(&folder, "a.csv", "\u{feff}id,name\r\n\r\n1,\"two\nlines\"\r\n\r\n2, plain \r\n");
    let table = Table::read(&path, &Options::default()).unwrap();
    let names = table.column("name").unwrap();
    assert_eq!(table.len(), 2);
    assert_eq!(names.text(0).unwrap().as_deref(), Some("two\nlines"));
    assert_eq!(names.text(1).unwrap().as_deref(), Some("plain"));
    assert_eq!((table.at(0).number, table.at(1).number), (3, 6));
}

#[test]
fn a_ragged_row_is_an_error_or_is_kept_aside() {
    let folder = TempDir::new().unwrap();
    let path = write(&folder, "a.csv", "id,y\n1,0\n2\n3,1\n");
    assert_eq!(refusal(&path, &Options::default()), "`a.csv` line 3: 1 cell where the header has 2");
    let table = Table::read(&path, &Options { tolerant: true, ..Options::default() }).unwrap();
    assert_eq!(table.len(), 2);
    assert_eq!(table.malformed().len(), 1);
    assert_eq!(table.malformed()[0].at.number, 3);
}

#[test]
fn cells_that_are_not_what_was_asked_for_are_named() {
    let folder = TempDir::new().unwrap();
    let path = write(&folder, "a.csv", "id,score\na,high\nb,\n");
    let table = Table::read(&path, &Options::default()).unwrap();
    let score = table.column("score").unwrap();
    let place = path.display();
    assert_eq!(score.number(0).unwrap_err().to_string(), format!("`{place}` line 2: `score` is `high`: expected a number"));
    assert_eq!(score.number(1).unwrap(), None);
    assert_eq!(score.required_number(1).unwrap_err().to_string(), format!("`{place}` line 3: `score` is empty"));
    let missing = table.column("scores").err().unwrap().to_string();
    assert_eq!(missing, format!("`{place}` has no column `scores` (did you mean `score`?)"));
}

#[test]
fn encodings_delimiters_and_skipped_lines() {
    let folder = TempDir::new().unwrap();
    let path = write(&folder, "a.csv", b"Export\n2024\nID;Name\n1;Zo\xeb\n");
    let mut options = Options { format: Some(fairgrid::data::table::Format::Delimited(b';')), skip_rows: 2, ..Options::default() };
    assert_eq!(refusal(&path, &options), "`a.csv` line 4: not UTF-8: save it as UTF-8, or declare its `encoding` in a card");
    options.encoding = Some(encoding_rs::WINDOWS_1252);
    let table = Table::read(&path, &options).unwrap();
    assert_eq!(table.column("Name").unwrap().text(0).unwrap().as_deref(), Some("Zoë"));

    let utf16: Vec<u8> = "\u{feff}id,n\n1,é\n".encode_utf16().flat_map(u16::to_le_bytes).collect();
    let path = write(&folder, "b.csv", utf16);
    let table = Table::read(&path, &Options::default()).unwrap();
    assert_eq!(table.column("n").unwrap().text(0).unwrap().as_deref(), Some("é"));
}

#[test]
fn columns_between_spaces_with_a_short_header() {
    let folder = TempDir::new().unwrap();
    let path = write(&folder, "list.txt", "2\nMale Young \n000001.jpg -1  1\n000002.jpg  1 -1\n");
    let options = Options { skip_rows: 1, header: Header::AllButFirst("image".to_owned()), ..Options::default() };
    let table = Table::read(&path, &options).unwrap();
    assert_eq!(table.columns().collect::<Vec<_>>(), ["image", "Male", "Young"]);
    assert_eq!(table.column("Young").unwrap().integer(1).unwrap(), Some(-1));
    assert_eq!(table.at(1).number, 4);
}

#[test]
fn json_lines_of_uneven_objects() {
    let folder = TempDir::new().unwrap();
    let path = write(&folder, "a.jsonl", "{\"id\": \"x\", \"p\": [0.25, 0.75]}\n\n{\"id\": 7, \"labels\": [\"a\", 1]}\n");
    let table = Table::read(&path, &Options::default()).unwrap();
    assert_eq!(table.column("p").unwrap().numbers(0).unwrap(), Some(vec![0.25, 0.75]));
    assert_eq!(table.column("p").unwrap().numbers(1).unwrap(), None);
    assert_eq!(table.column("labels").unwrap().texts(1).unwrap(), Some(vec!["a".to_owned(), "1".to_owned()]));
    assert_eq!(table.column("id").unwrap().text(1).unwrap().as_deref(), Some("7"));
    assert_eq!(table.at(1).number, 3);

    let path = write(&folder, "b.jsonl", "{\"id\": 1}\n{\"id\": 2\n");
    assert!(refusal(&path, &Options::default()).starts_with("`b.jsonl` line 2: not JSON"));
}

#[test]
fn parquet_kinds_and_structs() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("a.parquet");
    let scores = ListArray::from_iter_primitive::<Float32Type, _, _>([Some(vec![Some(0.5), Some(0.25)]), None]);
    let image = StructArray::from(vec![(
        Arc::new(Field::new("path", DataType::Utf8, true)),
        Arc::new(StringArray::from(vec![Some("a.png"), None])) as Arc<dyn arrow::array::Array>,
    )]);
    let schema = Schema::new(vec![
        Field::new("label", DataType::Int8, true),
        Field::new("weight", DataType::Float32, true),
        Field::new("scores", scores.data_type().clone(), true),
        Field::new("image", image.data_type().clone(), true),
    ]);
    let batch = RecordBatch::try_new(
        Arc::new(schema.clone()),
        vec![Arc::new(Int8Array::from(vec![3, -1])), Arc::new(Float32Array::from(vec![0.5, f32::NAN])), Arc::new(scores), Arc::new(image)],
    )
    .unwrap();
    let file = std::fs::File::create(&path).unwrap();
    let mut writer = parquet::arrow::ArrowWriter::try_new(file, Arc::new(schema), None).unwrap();
    writer.write(&batch).unwrap();
    writer.close().unwrap();

    let table = Table::read(&path, &Options::default()).unwrap();
    assert_eq!(table.columns().collect::<Vec<_>>(), ["label", "weight", "scores", "image.path"]);
    assert_eq!(table.column("label").unwrap().integer(1).unwrap(), Some(-1));
    assert_eq!(table.column("label").unwrap().text(0).unwrap().as_deref(), Some("3"));
    let weights = table.column("weight").unwrap();
    assert_eq!([0, 1].map(|row| weights.text(row).unwrap()), [Some("0.5".into()), None]);
    assert!(weights.number(1).unwrap().is_some_and(f64::is_nan));
    assert_eq!(table.column("scores").unwrap().numbers(0).unwrap(), Some(vec![0.5, 0.25]));
    assert_eq!(table.column("scores").unwrap().numbers(1).unwrap(), None);
    assert_eq!(table.column("image.path").unwrap().text(0).unwrap().as_deref(), Some("a.png"));

    let only = Table::read(&path, &Options { columns: Some(vec!["label".to_owned()]), ..Options::default() }).unwrap();
    assert_eq!(only.columns().collect::<Vec<_>>(), ["label"]);

    let bytes = std::fs::read(&path).unwrap();
    let cut = write(&folder, "cut.parquet", &bytes[..bytes.len() / 2]);
    assert!(refusal(&cut, &Options::default()).starts_with("`cut.parquet` is truncated or corrupt: "));
    let misnamed = write(&folder, "misnamed.csv", &bytes);
    assert!(refusal(&misnamed, &Options::default()).contains("is a Parquet file"));
    let text = write(&folder, "text.parquet", "id,y\n");
    assert!(refusal(&text, &Options::default()).contains("is not a Parquet file"));
}

/// Written by pyarrow: `file` with snappy, `label` with Brotli.
#[test]
fn parquet_that_is_compressed_otherwise_is_called_so() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/arrays/brotli.parquet");
    let told = refusal(&path, &Options::default());
    let wanted = "`brotli.parquet` has its column `label` compressed by Brotli, which is not read: write it with snappy, gzip, lz4 or zstd";
    assert_eq!(told, wanted);
    let table = Table::read(&path, &Options { columns: Some(vec!["file".to_owned()]), ..Options::default() }).unwrap();
    assert_eq!(table.column("file").unwrap().text(0).unwrap().as_deref(), Some("a.jpg"));
}

#[test]
fn bytes_that_are_text_are_read_as_text() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("a.parquet");
    let bytes = BinaryArray::from_opt_vec(vec![Some("Zoë".as_bytes()), None, Some(b""), Some(b"\xff")]);
    let schema = Arc::new(Schema::new(vec![Field::new("id", DataType::Binary, true)]));
    let batch = RecordBatch::try_new(Arc::clone(&schema), vec![Arc::new(bytes)]).unwrap();
    let mut writer = parquet::arrow::ArrowWriter::try_new(std::fs::File::create(&path).unwrap(), schema, None).unwrap();
    writer.write(&batch).unwrap();
    writer.close().unwrap();

    let table = Table::read(&path, &Options::default()).unwrap();
    let column = table.column("id").unwrap();
    assert_eq!(column.text(0).unwrap().as_deref(), Some("Zoë"));
    assert_eq!((column.text(1).unwrap(), column.text(2).unwrap()), (None, None));
    assert!(column.text(3).unwrap_err().to_string().ends_with("row 4: `id` holds bytes that are no text (UTF-8)"));
    assert_eq!(column.bytes(3).unwrap(), Some(&b"\xff"[..]));
}

#[test]
fn a_dot_leads_into_text_records_and_maps_of_parquet() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("t.parquet");
    let kinds: ArrayRef = Arc::new(StringArray::from(vec![Some("p"), Some("q"), None]));
    let sizes: ArrayRef = Arc::new(Int64Array::from(vec![1, 2, 3]));
    let parts = StructArray::try_from(vec![("kind", kinds), ("size", sizes)]).unwrap();
    let part = Arc::new(Field::new("item", parts.data_type().clone(), true));
    let parts = ListArray::new(part, OffsetBuffer::from_lengths([2, 0, 1]), Arc::new(parts), None);
    let mut votes = MapBuilder::new(None, StringBuilder::new(), ListBuilder::new(Int64Builder::new()));
    for (key, count) in [(Some("a"), 1), (None, 0), (Some("b"), 3)] {
        if let Some(key) = key {
            votes.keys().append_value(key);
            votes.values().append_value([Some(count)]);
        }
        votes.append(key.is_some()).unwrap();
    }
    let about: ArrayRef = Arc::new(StringArray::from(vec![Some("{\"tone\": \"dark\"}"), None, Some("{'tone': 'light'}")]));
    let wrong: ArrayRef = Arc::new(StringArray::from(vec!["[1]", "one", "[3]"]));
    let columns: Vec<(&str, ArrayRef)> =
        vec![("parts", Arc::new(parts)), ("votes", Arc::new(votes.finish())), ("about", about), ("wrong", wrong)];
    let batch = RecordBatch::try_from_iter_with_nullable(columns.into_iter().map(|(name, array)| (name, array, true))).unwrap();
    let mut writer = parquet::arrow::ArrowWriter::try_new(std::fs::File::create(&path).unwrap(), batch.schema(), None).unwrap();
    writer.write(&batch).unwrap();
    writer.close().unwrap();

    let options = |wanted: &[&str]| Options {
        columns: Some(wanted.iter().map(|name| (*name).to_owned()).collect()),
        tolerant: true,
        ..Options::default()
    };
    let cells = |table: &Table, name: &str| -> Vec<String> {
        let column = table.column(name).unwrap();
        (0..table.len()).map(|row| column.text(row).unwrap().unwrap_or("-".into()).into_owned()).collect()
    };
    let wanted = ["parts.0.kind", "parts.1.size", "votes.a.0", "about.tone", "votes"];
    let table = Table::read(&path, &options(&wanted)).unwrap();
    let found = [["p", "-", "-"], ["2", "-", "-"], ["1", "-", "-"], ["dark", "-", "light"], ["{\"a\":[1]}", "-", "{\"b\":[3]}"]];
    assert_eq!(wanted.map(|name| cells(&table, name)), found);
    let table = Table::read(&path, &options(&["parts", "wrong.0"])).unwrap();
    assert_eq!(cells(&table, "parts"), ["[{\"kind\":\"p\",\"size\":1},{\"kind\":\"q\",\"size\":2}]", "[{\"kind\":null,\"size\":3}]"]);
    assert_eq!((cells(&table, "wrong.0"), table.places()), (vec!["1".to_owned(), "3".to_owned()], vec![0, 2]));
    let refused = "`t.parquet` row 2: `wrong` is not JSON: expected value at line 1 column 1";
    assert_eq!(table.malformed().iter().map(|row| row.at.number).collect::<Vec<_>>(), [2]);
    assert_eq!(refusal(&path, &Options { tolerant: false, ..options(&["wrong.0"]) }), refused);
}

#[test]
fn a_dot_leads_into_lists_and_cells_in_every_format() {
    let folder = TempDir::new().unwrap();
    let votes = ListArray::from_iter_primitive::<Int64Type, _, _>([Some(vec![Some(1), None, Some(2)]), None, Some(vec![Some(3)])]);
    let mut names = ListBuilder::new(StringBuilder::new());
    for cell in [&["b's", "[c"][..], &["d"], &[]] {
        cell.iter().for_each(|name| names.values().append_value(name));
        names.append(true);
    }
    let columns: Vec<(&str, ArrayRef)> =
        vec![("votes", Arc::new(votes)), ("names", Arc::new(names.finish())), ("other", Arc::new(Int64Array::from(vec![1, 2, 3])))];
    let batch = RecordBatch::try_from_iter(columns).unwrap();
    let path = folder.path().join("t.parquet");
    let mut writer = parquet::arrow::ArrowWriter::try_new(std::fs::File::create(&path).unwrap(), batch.schema(), None).unwrap();
    writer.write(&batch).unwrap();
    writer.close().unwrap();
    // As pandas writes these.
    let python = "votes,names,other\n\"[1, None, 2]\",\"[\"\"b's\"\", '[c']\",1\n,['d'],2\n[3],[],3\n";
    let json = r#"[{"votes": [1, null, 2], "names": ["b's", "[c"]}, {"votes": null, "names": ["d"]}, {"votes": [3], "names": []}]"#;
    let wanted = ["votes.0", "votes.2", "names.0", "names.1"];
    for path in [path, write(&folder, "t.csv", python), write(&folder, "t.json", json)] {
        let options = Options { columns: Some(wanted.map(str::to_owned).to_vec()), ..Options::default() };
        let table = Table::read(&path, &options).unwrap();
        let cells = |name: &str| -> Vec<String> {
            let column = table.column(name).unwrap();
            (0..table.len()).map(|row| column.text(row).unwrap().unwrap_or("-".into()).into_owned()).collect()
        };
        assert_eq!(wanted.map(cells), [["1", "-", "3"], ["2", "-", "-"], ["b's", "d", "-"], ["[c", "-", "-"]], "{}", path.display());
        assert_eq!(table.columns().count(), 4);
    }
    let options = Options { columns: Some(vec!["other.0".to_owned()]), ..Options::default() };
    assert!(Table::read(&folder.path().join("t.parquet"), &options).unwrap().column("other.0").is_err());
    // As deep as one likes, and as Python writes all else.
    let odd = format!("a,b\n\"{{'x': (1.5, True), 2: nan}}\",x\n{},x\n\"['a' 'b']\",x\n", "[".repeat(100_000));
    let options = Options { columns: Some(["a.x.0", "a.x.1", "a.2"].map(str::to_owned).to_vec()), tolerant: true, ..Options::default() };
    let table = Table::read(&write(&folder, "odd.csv", odd), &options).unwrap();
    assert_eq!((table.len(), table.malformed().len()), (1, 2));
    assert_eq!(table.column("a.x.0").unwrap().number(0).unwrap(), Some(1.5));
    assert_eq!(table.column("a.x.1").unwrap().text(0).unwrap().as_deref(), Some("true"));
    assert_eq!(table.column("a.2").unwrap().text(0).unwrap(), None);
}

#[test]
fn empty_missing_and_odd_files() {
    let folder = TempDir::new().unwrap();
    assert_eq!(refusal(&write(&folder, "a.csv", ""), &Options::default()), "`a.csv` is empty: expected a header line");
    assert_eq!(refusal(&folder.path().join("none.csv"), &Options::default()), "cannot read `none.csv`");
    assert!(refusal(&write(&folder, "a.dat", "x"), &Options::default()).contains("ending"));
    assert_eq!(refusal(&write(&folder, "b.csv", "a,a\n1,2\n"), &Options::default()), "`b.csv` has two columns `a`: rename one of them");
    assert!(Table::read(&write(&folder, "c.csv", "a,b\n"), &Options::default()).unwrap().is_empty());
}

#[test]
fn what_a_card_says_of_tables_of_another_kind_is_refused() {
    let folder = super::folder::Folder::new();
    let refused = [
        ("t.json, columns: [file, label]", "`columns` is for text without a header, and this table is `t.json`"),
        ("t.parquet, columns: [file, label]", "`columns` is for text without a header, and this table is `t.parquet`"),
        ("t.json, skip_rows: 2", "`skip_rows` is for text and JSON lines, and this table is `t.json`"),
        ("t.ndjson.gz, first_column: q", "`first_column` is for text whose header leaves it out, and this table is `t.ndjson.gz`"),
        ("t.jsonl, quotes: none", "`quotes` is for text, and this table is `t.jsonl`"),
        ("t.parquet, encoding: utf-16le", "`encoding` is for text and JSON, and this table is `t.parquet`"),
        ("t.dat, format: parquet, skip_rows: 1", "`skip_rows` is for text and JSON lines, and this table is Parquet"),
        ("t.dat, format: json, delimiter: ';'", "`delimiter` is for text, and this table is JSON"),
    ];
    for (table, reason) in refused {
        let error = folder.open(&format!("images: {{table: {{file: {table}}}, path: '{{a}}'}}\nfields: {{y: y}}\n")).unwrap_err();
        assert!(error.contains(reason), "{error}");
    }
    folder.image("0.png", "rgb.png").write("t.jsonl", "a comment\n{\"a\": \"0.png\"}\n");
    folder.open("images: {table: {file: t.jsonl, skip_rows: 1, encoding: utf-8}, path: '{a}'}\n").unwrap();
}
