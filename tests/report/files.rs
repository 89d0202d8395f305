//! The files that a run leaves.

use arrow::array::{Array, AsArray};
use arrow::datatypes::{Float64Type, UInt64Type};
use fairgrid::report::heading::Heading;
use fairgrid::report::output;
use fairgrid::report::row::Row;
use fairgrid::report::table::Table;
use fairgrid::score::measurement::Status;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;

use super::fixture::{QUICKSTART, dimension, failed, grouped, heading, layout, quickstart, row, without};
use crate::command::Folder;

const TABLE: &str = "average: [seed]\ntables: {main: {rows: [loss], columns: [worst_tone, {tone: accuracy_score}]}}";

/// Two cells, one of them without the axis `seed`, and one that failed.
fn files(order: &[usize]) -> (Heading, Vec<output::File>) {
    let heading = Heading { axes: vec![dimension("loss", &["bce", "a \"b\", c"]), dimension("seed", &["0"])], ..heading() };
    let mut precise = row(&[("loss", "bce"), ("seed", "0")], "worst_tone", 2.0 / 3.0);
    precise.measurement.n_positive = Some(7);
    precise.measurement.null_p = Some(0.001);
    let rows = [
        precise,
        grouped(row(&[("loss", "a \"b\", c")], "accuracy_score", 0.1 + 0.2), "tone", "tone=light"),
        without(row(&[("loss", "a \"b\", c")], "worst_tone", 0.0), Status::Undefined, "no positives in\ntone=dark"),
    ];
    let rows: Vec<Row> = order.iter().map(|index| rows[*index].clone()).collect();
    let gone = [failed(&[("loss", "bce"), ("seed", "1")], "diverged")];
    let tables = Table::all(&layout(TABLE), &heading, &rows, &gone);
    let files = output::files(&heading, &tables, &rows, &gone, &[]).unwrap();
    (heading, files)
}

fn text<'a>(files: &'a [output::File], name: &str) -> &'a str {
    std::str::from_utf8(&files.iter().find(|(known, _)| *known == name).unwrap().1).unwrap()
}

#[test]
fn results_have_a_number_a_line_and_a_column_an_axis() {
    insta::assert_snapshot!(text(&files(&[0, 1, 2]).1, "results.csv"), @r#"
    study,model,loss,seed,evaluation,data,decision,metric,parameters,by,group,label,item,value,lower,upper,level,n,n_positive,n_negative,n_clusters,null_median,null_p,status,reason,direction
    fashion-tone,small_cnn,bce,0,test,fashion/test,argmax,worst_tone,worst_tone,,,,,0.666666667,0.646666667,0.681666667,0.95,2000,7,,,,0.001,ok,,higher
    fashion-tone,small_cnn,bce,1,test,,,,,,,,,,,,,0,,,,,,failed,diverged,neutral
    fashion-tone,small_cnn,"a ""b"", c",,test,fashion/test,argmax,accuracy_score,accuracy_score,tone,tone=light,,,0.3,0.28,0.315,0.95,2000,,,,,,ok,,higher
    fashion-tone,small_cnn,"a ""b"", c",,test,fashion/test,argmax,worst_tone,worst_tone,,,,,,,,0.95,2000,,,,,,undefined,"no positives in
    tone=dark",higher
    "#);
}

#[test]
fn the_leaderboard_is_a_table_for_notebooks_too() {
    insta::assert_snapshot!(text(&files(&[0, 1, 2]).1, "leaderboard.csv"), @r#"
    table,line,model,loss,seed,evaluation,data,decision,metric,by,group,label,value,sd,lower,upper,level,null_median,n,cells,status,reason,direction
    main,1,,bce,,,,,worst_tone,,,,,,,,,,2000,2,failed,seed=1: diverged,higher
    main,1,,bce,,,,,accuracy_score,tone,tone=light,,,,,,,,0,1,failed,diverged,higher
    main,2,,"a ""b"", c",,,,,worst_tone,,,,,,,,,,2000,1,undefined,"no positives in
    tone=dark",higher
    main,2,,"a ""b"", c",,,,,accuracy_score,tone,tone=light,,0.3,,0.28,0.315,0.95,,2000,1,ok,,higher
    "#);
}

#[test]
fn equal_results_give_equal_bytes_in_every_file() {
    assert_eq!(files(&[0, 1, 2]).1, files(&[2, 0, 1]).1);
}

#[test]
fn parquet_has_types_and_full_precision() {
    let (_, files) = files(&[0, 1, 2]);
    let folder = Folder::new();
    output::write(&folder.path(""), &files).unwrap();
    let file = std::fs::File::open(folder.path("results.parquet")).unwrap();
    let mut reader = ParquetRecordBatchReaderBuilder::try_new(file).unwrap().build().unwrap();
    let batch = reader.next().unwrap().unwrap();
    let fields: Vec<String> = batch.schema().fields().iter().map(|field| format!("{}: {}", field.name(), field.data_type())).collect();
    insta::assert_snapshot!(fields.join(", "), @"study: Utf8, model: Utf8, loss: Utf8, seed: Utf8, evaluation: Utf8, data: Utf8, decision: Utf8, metric: Utf8, parameters: Utf8, by: Utf8, group: Utf8, label: Utf8, item: Utf8, value: Float64, lower: Float64, upper: Float64, level: Float64, n: UInt64, n_positive: UInt64, n_negative: UInt64, n_clusters: UInt64, null_median: Float64, null_p: Float64, status: Utf8, reason: Utf8, direction: Utf8");
    let values = batch.column_by_name("value").unwrap().as_primitive::<Float64Type>();
    assert!(values.iter().any(|value| value == Some(2.0 / 3.0)));
    assert_eq!(values.null_count(), 2);
    assert_eq!(batch.column_by_name("n").unwrap().as_primitive::<UInt64Type>().value(0), 2000);
    assert!(batch.column_by_name("seed").unwrap().as_string::<i32>().iter().any(|seed| seed.is_none()));
}

#[test]
fn files_are_replaced_as_wholes_and_readable() {
    let folder = Folder::new().file("out/results.csv", "old");
    let (_, files) = files(&[0, 1, 2]);
    let written = output::write(&folder.path("out"), &files).unwrap();
    let names: Vec<_> = written.iter().map(|path| path.file_name().unwrap().to_str().unwrap()).collect();
    assert_eq!(names, ["leaderboard.md", "leaderboard.csv", "results.csv", "results.parquet"]);
    assert_eq!(folder.read("out/results.csv"), text(&files, "results.csv"));
    assert_eq!(std::fs::read_dir(folder.path("out")).unwrap().count(), 4);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = std::fs::metadata(&written[0]).unwrap().permissions().mode();
        assert_eq!(mode & 0o600, 0o600);
        let fresh = folder.path("fresh");
        std::fs::write(&fresh, "").unwrap();
        assert_eq!(mode, std::fs::metadata(fresh).unwrap().permissions().mode());
    }
}

#[test]
fn a_file_that_cannot_be_written_is_named() {
    let folder = Folder::new().file("out/leaderboard.md", "old").file("out/results.csv/in the way", "");
    let (_, files) = files(&[0, 1, 2]);
    let error = output::write(&folder.path("out"), &files).unwrap_err().to_string();
    assert!(error.contains("results.csv"), "{error}");
    let not_a_folder = Folder::new().file("out", "a file");
    let error = output::write(&not_a_folder.path("out"), &files).unwrap_err().to_string();
    assert!(error.starts_with("could not write `"), "{error}");
}

#[test]
fn the_page_names_no_place_or_time() {
    let tables = Table::all(&layout(QUICKSTART), &heading(), &quickstart(), &[]);
    let files = output::files(&heading(), &tables, &quickstart(), &[], &[]).unwrap();
    let home = env!("CARGO_MANIFEST_DIR");
    assert!(files.iter().all(|(_, bytes)| !bytes.windows(home.len()).any(|window| window == home.as_bytes())));
}
