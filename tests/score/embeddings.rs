//! Vectors made elsewhere: every format that they come in, and what is refused.

use std::path::Path;
use std::sync::Arc;

use arrow::array::{ArrayRef, FixedSizeListArray, Float32Array, Float64Array, LargeListArray, RecordBatch, StringArray};
use arrow::buffer::OffsetBuffer;
use arrow::datatypes::{DataType, Field};
use fairgrid::data::frame::Targets;
use fairgrid::score::kinds::Keep;
use fairgrid::score::predictions::Predictions;
use fairgrid::spec::node::Node;
use fairgrid::spec::predictions::Columns;
use fairgrid::spec::problem::Problems;
use fairgrid::spec::source::Source;

fn import(path: &Path, columns: &str) -> Result<Predictions, String> {
    let mut problems = Problems::default();
    let node = Node::parse(&Source::new("test.yaml", columns)).unwrap();
    let columns = Columns::of_embeddings(&node, &mut problems);
    let columns = problems.check(columns).unwrap();
    let folder = format!("{}/", path.parent().unwrap().display());
    Predictions::import(path, &columns, &["g".to_owned()], None, Keep::Items).map_err(|error| error.to_string().replace(&folder, ""))
}

fn import_text(name: &str, text: &str, columns: &str) -> Result<Predictions, String> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(name);
    std::fs::write(&path, text).unwrap();
    import(&path, columns)
}

/// Two items, three numbers each; `vectors` is their column.
fn parquet(path: &Path, vectors: ArrayRef) {
    let ids: ArrayRef = Arc::new(StringArray::from(vec!["one", "two"]));
    let groups: ArrayRef = Arc::new(StringArray::from(vec!["a", "b"]));
    let batch = RecordBatch::try_from_iter([("id", ids), ("g", groups), ("vector", vectors)]).unwrap();
    let mut writer = parquet::arrow::ArrowWriter::try_new(std::fs::File::create(path).unwrap(), batch.schema(), None).unwrap();
    writer.write(&batch).unwrap();
    writer.close().unwrap();
}

#[test]
fn the_same_vectors_come_out_of_every_format() {
    const NUMBERS: [f64; 6] = [0.5, -1.0, 2.0, 0.25, 0.0, -3.5];
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("vectors.parquet");
    let singles = || Arc::new(Float32Array::from(NUMBERS.map(|number| number as f32).to_vec()));
    let doubles = || Arc::new(Float64Array::from(NUMBERS.to_vec()));
    let item = |kind: DataType| Arc::new(Field::new("item", kind, true));
    let fixed: ArrayRef = Arc::new(FixedSizeListArray::new(item(DataType::Float32), 3, singles(), None));
    let large: ArrayRef = Arc::new(LargeListArray::new(item(DataType::Float64), OffsetBuffer::from_lengths([3, 3]), doubles(), None));
    let listed = "{id: id, embedding: vector}";
    let mut found = Vec::new();
    for vectors in [fixed, large] {
        parquet(&path, vectors);
        found.push(import(&path, listed).unwrap());
    }
    let lines =
        "{\"id\": \"one\", \"g\": \"a\", \"vector\": [0.5, -1, 2.0]}\n{\"id\": \"two\", \"g\": \"b\", \"vector\": [0.25, 0, -3.5]}\n";
    found.push(import_text("vectors.jsonl", lines, listed).unwrap());
    let cells = "id,g,vector\none,a,\"[0.5, -1, 2.0]\"\ntwo,b,\"[0.25, 0, -3.5]\"\n";
    found.push(import_text("vectors.csv", cells, listed).unwrap());
    let wide = "id,g,e0,e1,e2\none,a,0.5,-1,2\ntwo,b,0.25,0,-3.5\n";
    found.push(import_text("vectors.csv", wide, "{id: id, embedding: [e0, e1, e2]}").unwrap());
    for predictions in &found {
        assert_eq!(predictions, &found[0]);
    }
    let vectors = found[0].embeddings().unwrap();
    assert_eq!((vectors.width(), vectors.values()), (3, &NUMBERS[..]));
    assert_eq!(found[0].targets(), &Targets::unknown(2));

    let kept = folder.path().join("kept.parquet");
    found[0].write(&kept).unwrap();
    assert_eq!(Predictions::read(&kept).unwrap(), found[0]);
    assert_eq!(found[0].take(&[1]).embeddings().unwrap().values(), &NUMBERS[3..]);
}

#[test]
fn labels_of_the_file_are_read_where_they_are_named() {
    let text = "id,g,object,v\n1,a,car,[1]\n2,b,,[2]\n";
    let predictions = import_text("vectors.csv", text, "{id: id, embedding: v, label: object}").unwrap();
    assert_eq!(predictions.classes(), ["car"]);
    assert_eq!(predictions.targets(), &Targets::Single(vec![Some(0), None]));
}

#[test]
fn what_is_no_vector_is_refused_with_its_lines() {
    let refused = |text: &str, embedding: &str| import_text("v.csv", text, &format!("{{embedding: {embedding}}}")).unwrap_err();
    insta::assert_snapshot!(
        [
            refused("g,v\na,\"[1, 2]\"\nb,[1]\na,\"[1, 2]\"\nb,\"[1, 2, 3]\"\n", "v"),
            refused("g,v\na,[]\nb,[]\n", "v"),
            refused("g,v\na,[1]\nb,\n", "v"),
            refused("g,v\na,[1]\nb,\"[1, null]\"\n", "v"),
            refused("g,x,y\na,1,2\nb,nan,2\na,1,inf\n", "[x, y]"),
            refused("g,x,y\na,1,2\nb,one,2\n", "[x, y]"),
        ]
        .join("\n")
    );
}
