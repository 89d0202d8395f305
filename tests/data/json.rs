//! Tables that are JSON documents, whatever their records are.

use super::folder::{Folder, levels};

#[test]
fn records_are_lists_single_values_and_lists_of_these() {
    let folder = Folder::new();
    folder.images(&["a/0.png", "a/1.png", "b/2.png"]);
    folder
        .write("dataset.json", r#"{"labels": [["a/0.png", 6], ["a/1.png", 6], ["b/2.png", 7], {"file": "b/2.png"}, null]}"#)
        .write("map.json", r#"{"a/0.png": 6, "a/1.png": 6, "b/2.png": 7, "b/3.png": null}"#)
        .write("classes.json", r#"{"6": ["a/0.png", "a/1.png"], "7": "b/2.png", "8": [], "9": [["b/2.png"]]}"#)
        .write("names.json", r#"{"a": 6, "b": 7}"#);
    let cards = [
        "images: {table: {file: dataset.json, at: /labels}, path: '{0}'}\nfields: {y: '1'}\nlabel: y\n",
        "images: {table: map.json, path: '{key}'}\nfields: {y: value}\nlabel: y\n",
        "images: {table: classes.json, path: '{value}'}\nfields: {y: key}\nlabel: y\n",
        "images: {glob: '*/*.png', path: '(?<key>[^/]+)/.+'}\ntables: {n: {file: names.json, key: key}}\nfields: {y: n.value}\nlabel: y\n",
    ];
    for card in cards {
        let dataset = folder.open(card).unwrap();
        assert_eq!((dataset.ids.join(" ").as_str(), levels(&dataset, "y")), ("a/0.png a/1.png b/2.png", vec!["6", "6", "7"]), "{card}");
    }
    assert_eq!(folder.rejected(cards[0]), ["`dataset.json` 4: expected a JSON list", "`dataset.json` 5: expected a JSON list"]);
    assert_eq!(folder.rejected(cards[1]), ["`map.json` 4: there is no file `b/3.png`"]);
    assert_eq!(folder.rejected(cards[2]), ["`classes.json` 4: expected a single value"]);
}

#[test]
fn each_takes_the_elements_of_a_map_with_their_keys() {
    let folder = Folder::new();
    folder.images(&["a.png", "b.png", "c.png"]);
    let card = |more: &str, path: &str, from: &str| {
        format!("images: {{table: {{file: t.json, each: files{more}}}, path: '{{{path}}}'}}\nfields: {{y: {from}}}\nlabel: y\n")
    };
    for (json, card) in [
        (r#"[{"files": {"a.png": {"y": 1}, "b.png": {"y": 2}}}, {"files": {"c.png": {"y": 1}}}]"#, card("", "files.key", "files.y")),
        (r#"{"p": {"files": {"a.png": 1, "b.png": 2}}, "q": {"files": {"c.png": 1}}}"#, card("", "files.key", "files.value")),
        (
            r#"{"people": {"p": {"files": {"1": ["a.png"], "2": "b.png"}}, "q": {"files": {"1": ["c.png"]}}}}"#,
            card(", at: /people", "files.value", "files.key"),
        ),
        (r#"{"made": 2024, "files": {"a.png": 1, "b.png": 2, "c.png": 1}}"#, card("", "files.key", "files.value")),
    ] {
        let dataset = folder.write("t.json", json).open(&card).unwrap_or_else(|error| panic!("{card}: {error}"));
        assert_eq!((dataset.ids.join(" ").as_str(), levels(&dataset, "y")), ("a.png b.png c.png", vec!["1", "2", "1"]), "{card}");
    }
}

/// labelme: a document an image, indented.
const LABELME: &str = "images:
  table: {file: '*.json', each: shapes}
  path: '{imagePath}'
  id: '{imagePath}#{row}'
  box: {left: shapes.points.0.0, top: shapes.points.0.1, right: shapes.points.1.0, bottom: shapes.points.1.1}
fields: {what: shapes.label, male: flags.male}
label: what
subject: imagePath
";

#[test]
fn a_map_whose_keys_are_columns_is_one_record() {
    let folder = Folder::new();
    for image in ["a", "b"] {
        let shapes = r#"[{"label": "face", "points": [[1, 2], [20, 25]]}, {"label": "hand", "points": [[5, 5], [9, 9]]}]"#;
        let document = format!("{{\n \"flags\": {{\"male\": true}},\n \"shapes\": {shapes},\n \"imagePath\": \"{image}.png\"\n}}");
        folder.images(&[&format!("{image}.png")]).write(&format!("{image}.json"), document);
    }
    let dataset = folder.open(LABELME).unwrap();
    assert_eq!(dataset.ids, ["a.png#1", "a.png#2", "b.png#1", "b.png#2"]);
    assert_eq!((levels(&dataset, "what"), levels(&dataset, "male")[0]), (vec!["face", "hand", "face", "hand"], "true"));
    assert!(dataset.rejected.is_empty());
    // Without anything in it, or without its list, it is no map of images either.
    folder.write("0.json", r#"{"flags": {}, "shapes": [], "imagePath": "b.png"}"#);
    folder.write("b.json", r#"{"flags": {"male": true}, "imagePath": "b.png"}"#);
    assert_eq!(folder.rejected(LABELME), ["`b.json` 1: it has no list `shapes`"]);
    let refused = folder.open(&LABELME.replace("'{imagePath}'", "'{imagePth}'")).unwrap_err();
    assert!(refused.contains("has no column `imagePth`"), "{refused}");
    // Keys of a map that are called as its columns are read.
    let card = "images: {table: c.json, path: '{value}'}\nfields: {y: key}\nlabel: y\n";
    folder.write("c.json", r#"{"key": ["a.png"], "value": ["b.png"]}"#);
    assert_eq!(levels(&folder.open(card).unwrap(), "y"), ["key", "value"]);
}
