//! How the names in files are read: labels, groups, subjects.

use super::{import, import_file};

/// The levels of the column `g`.
fn levels(file: &str, text: &str) -> Vec<String> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(file);
    std::fs::write(&path, text).unwrap();
    import_file(&path, "{id: id, label: y, decision: p}", &["g"]).unwrap().fields()["g"].levels.clone()
}

fn csv(groups: &[&str]) -> Vec<String> {
    let rows: String = groups.iter().enumerate().map(|(row, group)| format!("i{row},1,0,{group}\n")).collect();
    levels("predictions.csv", &format!("id,y,p,g\n{rows}"))
}

fn json_lines(groups: &[&str]) -> Vec<String> {
    let row = |(row, group): (usize, &&str)| format!("{{\"id\": \"i{row}\", \"y\": 1, \"p\": 0, \"g\": {group}}}\n");
    levels("predictions.jsonl", &groups.iter().enumerate().map(row).collect::<String>())
}

#[test]
fn truth_has_two_words() {
    assert_eq!(csv(&["True", "False", "TRUE", "false"]), ["false", "true"]);
    assert_eq!(csv(&["True", "True"]), ["true"]);
    assert_eq!(json_lines(&["true", "false"]), ["false", "true"]);
    let labels = |text: &str, columns: &str| import(text, columns, &[]).unwrap().classes().to_vec();
    let text = "id,y,p\na,True,TRUE\nb,False,true\n";
    assert_eq!(labels(text, "{id: id, label: y, decision: p}"), ["false", "true"]);
    assert_eq!(labels("id,y,p\na,True,True\nb,False,Unsure\n", "{id: id, label: y, decision: p}"), ["False", "True", "Unsure"]);
    // A column that says something else too means its own words.
    assert_eq!(csv(&["True", "Unsure"]), ["True", "Unsure"]);
}

#[test]
fn blanks_around_a_name_are_no_part_of_it() {
    assert_eq!(csv(&[" north", "north ", "south"]), ["north", "south"]);
    assert_eq!(json_lines(&["\" north\"", "\"north \"", "\"south\"", "\" \""]), ["north", "south"]);
}

#[test]
fn numbers_are_in_order() {
    assert_eq!(csv(&["10", "2", "1", "2.5"]), ["1", "2", "2.5", "10"]);
    assert_eq!(json_lines(&["10", "2", "-1"]), ["-1", "2", "10"]);
    assert_eq!(csv(&["10", "2", "other"]), ["10", "2", "other"]);
}

#[test]
fn only_text_between_quotes_has_a_quote_left_open() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("predictions.jsonl");
    std::fs::write(&path, "{\"id\": \"a\", \"y\": 1, \"p\": 1, \"g\": \"x\\ny\"}\n").unwrap();
    let message = import_file(&path, "{id: id, label: y, decision: p}", &["g"]).unwrap_err();
    assert_eq!(message, "`predictions.jsonl` line 1: `g` holds `x\\u{a}y`, a name with a control character: take it out");
    let message = import("id,y,p,g\na,1,1,\"x\ny\"\n", "{id: id, label: y, decision: p}", &["g"]).unwrap_err();
    assert!(message.ends_with("is a quote left open?"), "{message}");
}
