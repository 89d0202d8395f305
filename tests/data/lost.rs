//! Keys that no value has: refused as columns that are not there, where what some items have and others not is not.

use super::folder::{Folder, IMAGES, levels, split};
use super::refused::shown;
use crate::command;

/// Values in the cells of every format, and side files of every kind.
fn folder() -> command::Folder {
    let image = std::fs::read(format!("{IMAGES}/rgb.png")).unwrap();
    command::Folder::new()
        .file("root/a.png", &image)
        .file("root/b.png", &image)
        .file("root/t.csv", "file,js\na.png,\"[{\"\"race\"\": \"\"x\"\"}]\"\nb.png,\"[{\"\"race\"\": \"\"y\"\"}]\"\n")
        .file("root/t.jsonl", "{\"file\": \"a.png\", \"js\": {\"race\": \"x\"}}\n{\"file\": \"b.png\"}\n")
        .file("root/a.json", r#"{"person": {"race": "x"}}"#)
        .file("root/b.json", r#"{"person": {"race": "y", "age": 3}}"#)
        .file("root/a.txt", "x\n")
        .file("root/b.txt", "y 3\n")
}

#[test]
fn keys_that_nothing_has_are_underlined() {
    let folder = folder();
    let (csv, lines) = ("images: {table: t.csv, path: '{file}'}\n", "images: {table: t.jsonl, path: '{file}'}\n");
    let joined = "images: {glob: '*.png'}\ntables: {t: {file: t.csv, key: file}}\n";
    let side =
        |file: &str, pick: &str| format!("images: {{glob: '*.png'}}\nsidecar: {{file: '{{stem}}.{file}', fields: {{race: {pick}}}}}\n");
    let cards = [
        format!("{csv}fields: {{race: js.0.rce}}\nlabel: race\n"),
        format!("{csv}fields: {{race: js.1.race}}\n"),
        format!("{csv}labels: {{columns: {{js.0.rac: x}}}}\n"),
        format!("{joined}fields: {{race: t.js.0.rce}}\n"),
        format!("{joined}fields: {{sure: {{from: t.js.0.race, confidence: {{column: t.js.0.p, at_least: 1}}}}}}\n"),
        format!("{lines}fields: {{race: js.rase}}\n"),
        format!("{lines}fields: {{race: js.race.x}}\n"),
        side("json", "{at: /person/rce}"),
        side("json", "/persn/race"),
        side("json", "/person/race/0"),
        side("txt", "{line: 2}"),
        side("txt", "{line: 1, word: 3}"),
    ];
    insta::assert_snapshot!(cards.map(|card| format!("{card}{}", shown(&folder, &card))).join("---\n"));
}

/// Whoever has a key that others lack makes it one of all: in another row, another part of a table, or the file of another split.
#[test]
fn keys_that_few_have_are_columns() {
    let folder = Folder::new();
    folder.images(&["a.png", "b.png", "c.png"]);
    let row = |name: &str, js: &str| format!("{{\"f\": \"{name}.png\", \"js\": {js}}}\n");
    let rare = |first: &str, last: &str| format!("{}{}", row("a", first).repeat(70_000), row("b", last));
    folder.write("rare.jsonl", rare("{\"x\": 1}", "{\"x\": 1, \"race\": \"y\"}"));
    let cell = |name: &str, js: &str| format!("{name}.png,\"{}\"\n", js.replace('"', "\"\""));
    folder.write("rare.csv", format!("f,js\n{}{}", cell("a", "{\"x\": 1}").repeat(70_000), cell("b", "{\"race\": \"y\"}")));
    for table in ["rare.jsonl", "rare.csv"] {
        let rows = folder.open(&format!("images: {{table: {table}, path: '{{f}}'}}\nfields: {{race: js.race}}\n")).unwrap();
        assert_eq!(levels(&rows, "race"), ["-", "y"], "{table}");
        let joined =
            format!("images: {{glob: '*.png'}}\ntables: {{t: {{file: {table}, key: {{column: f, equals: file}}, unmatched: keep}}}}\n");
        assert_eq!(levels(&folder.open(&format!("{joined}fields: {{race: t.js.race}}\n")).unwrap(), "race"), ["-", "y", "-"], "{table}");
    }
    // In the file of one split alone, also as a key of its records.
    for ending in ["jsonl", "csv"] {
        let written = |name: &str, js: &str| match ending {
            "csv" => format!("f,js\n{}", cell(name, js)),
            _ => row(name, js),
        };
        folder
            .write(&format!("train.{ending}"), written("a", "{\"x\": 1}"))
            .write(&format!("test.{ending}"), written("b", "{\"race\": \"y\"}"));
        let splits = format!("images: {{table: {{files: {{train: train.{ending}, test: test.{ending}}}}}, path: '{{f}}'}}\n");
        let dataset = folder.open(&format!("{splits}fields: {{race: js.race}}\n")).unwrap();
        assert_eq!((levels(&dataset, "race"), split(&dataset, "test")), (vec!["-", "y"], vec!["b.png"]), "{ending}");
    }
    folder.write("test.jsonl", "{\"f\": \"b.png\", \"age\": 3}\n");
    let splits = "images: {table: {files: {train: train.jsonl, test: test.jsonl}}, path: '{f}'}\n";
    assert_eq!(levels(&folder.open(&format!("{splits}fields: {{age: age}}\n")).unwrap(), "age"), ["-", "3"]);
    // A file that names its columns has them all.
    folder.write("train.csv", "f,age\na.png,3\n").write("test.csv", "f\nb.png\n");
    let lost = folder.open(&format!("{}fields: {{age: age}}\n", splits.replace("jsonl", "csv"))).unwrap_err();
    assert!(lost.contains("`test.csv` has no column `age`"), "{lost}");
}

/// Where there is nothing that a key could be in, nobody can say that it is wrong.
#[test]
fn keys_of_nothing_are_missing() {
    let folder = Folder::new();
    folder.images(&["a.png", "b.png"]);
    for nothing in ["[]", "{}", "null"] {
        folder.write("t.jsonl", format!("{{\"f\": \"a.png\", \"js\": {nothing}}}\n{{\"f\": \"b.png\", \"js\": {nothing}}}\n"));
        folder.write("t.csv", format!("f,js\na.png,{nothing}\nb.png,\n"));
        folder.write("a.json", format!("{{\"js\": {nothing}}}")).write("b.json", format!("{{\"js\": {nothing}}}"));
        for table in ["t.jsonl", "t.csv"] {
            let dataset = folder.open(&format!("images: {{table: {table}, path: '{{f}}'}}\nfields: {{race: js.race}}\n")).unwrap();
            assert_eq!(levels(&dataset, "race"), ["-", "-"], "{table} {nothing}");
        }
        let side = "images: {glob: '*.png'}\nsidecar: {file: '{stem}.json', fields: {race: /js/race}}\nfields: {race: race}\n";
        assert_eq!(levels(&folder.open(side).unwrap(), "race"), ["-", "-"], "{nothing}");
    }
}
