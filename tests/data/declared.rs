//! Classes that a card names, its names or its annotation file list, or only items have that `where` leaves out: nobody has them, and they
//! are classes all the same.

use super::folder::IMAGES;
use super::refused::shown;
use crate::command::{Folder, fairgrid};

fn four() -> Folder {
    let png = std::fs::read(format!("{IMAGES}/rgb.png")).unwrap();
    ["a", "b", "c", "d"].iter().fold(Folder::new(), |folder, name| folder.file(&format!("root/{name}.png"), &png))
}

/// The lines of a page that count labels.
fn counts(folder: &Folder, card: &str) -> String {
    let page = shown(folder, card).ok();
    page.lines()
        .skip_while(|line| !line.starts_with("labels:"))
        .skip(1)
        .take_while(|line| line.starts_with("  "))
        .collect::<Vec<_>>()
        .join("\n")
}

const FILES: &str = "images: {glob: '*.png', id: '{stem}'}\n";

#[test]
fn classes_that_names_list_stay_and_misspelt_ones_are_refused() {
    let folder = four()
        .file("root/l.csv", "i,c,v\na,/m/1,1\nb,/m/1,0\nb,/m/2,1\nc,/m/5,?\nelsewhere,/m/4,1\n")
        .file("root/n.csv", "code,name\n/m/1,Car\n/m/2,Dog\n/m/3,Sari\n");
    let card = |classes: &str| format!("{FILES}labels: {{file: l.csv, id: i, class: c, value: v, names: n.csv{classes}}}\n");
    insta::assert_snapshot!(counts(&folder, &card("")), @"
      Car  1 / 1 / 2
      Dog  1 / 0 / 3
    ");
    // By name and by code; that of an item that is not here, and one whose only row says nothing.
    insta::assert_snapshot!(counts(&folder, &card(", classes: [Sari, Car, /m/4, /m/5]")), @"
      Sari  0 / 0 / 4
      Car   1 / 1 / 2
      /m/4  0 / 0 / 4
      /m/5  0 / 0 / 4
    ");
    insta::assert_snapshot!(counts(&folder, &card(", classes: [/m/3]")), @"  /m/3  0 / 0 / 4");
    insta::assert_snapshot!(counts(&folder, &card(", classes: listed")), @"
      Car   1 / 1 / 2
      Dog   1 / 0 / 3
      Sari  0 / 0 / 4
    ");
    insta::assert_snapshot!(counts(&folder, &card(", sets: {thing: [Sari, Dog]}, classes: [thing, Sari]")), @"
      thing  1 / 0 / 3
      Sari   0 / 0 / 4
    ");
    insta::assert_snapshot!(shown(&folder, &card(", classes: [Sarı]")));
    insta::assert_snapshot!(shown(&folder, &card(", classes: all")));
    insta::assert_snapshot!(shown(&folder, &card(", classes: listed").replace(", names: n.csv", "")));
}

#[test]
fn classes_of_a_hierarchy_stay() {
    let folder =
        four().file("root/l.csv", "i,c\na,tabby\nb,dog\n").file("root/h.csv", "child,parent\ntabby,cat\ncat,pet\nlynx,cat\ndog,pet\n");
    let card =
        "labels: {file: l.csv, id: i, class: c, absent: rest, hierarchy: {file: h.csv, kind: child, of: parent}, classes: [pet, lynx]}\n";
    insta::assert_snapshot!(counts(&folder, &format!("{FILES}{card}")), @"
      pet   2 / 2 / 0
      lynx  0 / 4 / 0
    ");
}

#[test]
fn categories_that_coco_lists_stay() {
    let coco = r#"{"images": [{"id": 1, "file_name": "a.png"}, {"id": 2, "file_name": "b.png"}], "categories": [{"id": 1, "name": "dog"},
        {"id": 2, "name": "toaster"}], "annotations": [{"id": 1, "image_id": 1, "category_id": 1, "bbox": [0, 0, 4, 4]}]}"#;
    let folder = four().file("root/i.json", coco);
    let card =
        |classes: &str| format!("images: {{coco: i.json, path: '{{file_name}}'}}\nlabels: {{from: categories, others: absent{classes}}}\n");
    insta::assert_snapshot!(counts(&folder, &card("")), @"  dog  1 / 1 / 0");
    insta::assert_snapshot!(counts(&folder, &card(", classes: [toaster, dog]")), @"
      toaster  0 / 2 / 0
      dog      1 / 1 / 0
    ");
    insta::assert_snapshot!(counts(&folder, &card(", classes: listed")), @"
      dog      1 / 1 / 0
      toaster  0 / 2 / 0
    ");
    insta::assert_snapshot!(counts(&folder, &card(", sets: {thing: [toaster]}")), @"
      dog    1 / 1 / 0
      thing  0 / 2 / 0
    ");
}

#[test]
fn classes_that_where_empties_stay() {
    let folder = four()
        .file("root/t.csv", "f,part,tags,no\na.png,x,cat dog,\nb.png,x,dog,hat\nc.png,y,cow,\nd.png,z z z,owl,\n")
        .file("root/l.csv", "i,c\na.png,cat\nb.png,dog\nc.png,cow\nd.png,owl\n");
    // What is rejected is nobody's: `d` is of no part that the field knows.
    let table = "images: {table: t.csv, path: '{f}'}\nfields: {part: {levels: [x, y]}}\nwhere: {part: [x]}\n";
    insta::assert_snapshot!(counts(&folder, &format!("{table}labels: {{from: tags, separator: ' ', others: absent}}\n")), @"
      cat  1 / 1 / 0
      cow  0 / 2 / 0
      dog  2 / 0 / 0
    ");
    let two = format!("{}labels: {{present: tags, absent: no, separator: ' '}}\n", table.replace("[x]}", "[y]}"));
    insta::assert_snapshot!(counts(&folder, &two), @"
      cat  0 / 0 / 1
      cow  1 / 0 / 0
      dog  0 / 0 / 1
      hat  0 / 0 / 1
    ");
    insta::assert_snapshot!(counts(&folder, &format!("{table}labels: {{file: l.csv, id: i, class: c, absent: rest}}\n")), @"
      cat  1 / 1 / 0
      cow  0 / 2 / 0
      dog  1 / 1 / 0
    ");
}

/// What was learned on one set is scored on another that lacks a class, as of Inclusive Images.
#[test]
fn a_dataset_that_lacks_a_class_is_scored_by_a_model_that_knows_it() {
    let folder = four()
        .file("root/l.csv", "i,c,v\na,/m/1,1\nb,/m/1,0\na,/m/2,1\nb,/m/3,1\n")
        .file("root/u.csv", "c,/m/1\nd,/m/1 /m/2\n")
        .file("root/n.csv", "code,name\n/m/1,Car\n/m/2,Dog\n/m/3,Sari\n")
        .file(
            "learn.yaml",
            "fairgrid_card: 1\ndataset: l\nroot: root\nimages: {glob: '[ab].png', id: '{stem}'}\n\
             labels: {file: l.csv, id: i, class: c, value: v, names: n.csv}\nsplits: {train: {}}\n",
        )
        .file(
            "tune.yaml",
            "fairgrid_card: 1\ndataset: t\nroot: root\n\
             images: {table: {file: u.csv, columns: [id, labels]}, path: '{id}.png', id: '{id}'}\n\
             labels: {from: labels, separator: ' ', others: unknown, names: n.csv}\n",
        );
    let study = "fairgrid: 1\nstudy: s\ndata: {l: {card: learn.yaml}, t: {card: more.yaml}}\nmodels:\n  m:\n    backend: torch\n\
        \x20   architecture: linear\n    input: {size: [4, 4]}\n    train: {data: l/train, loss: bce, optimizer: {adamw: {learning_rate: 0.01}}, \
        epochs: 1, batch_size: 2, seed: 0}\nevaluate: {e: {data: t/test, decide: {top_k: 1}, metrics: [{recall_score: {average: macro, \
        as: r}}]}}\ntables: {main: {rows: [model], columns: [r]}}\n";
    let folder = folder.file("s.yaml", study);
    let validated = |more: &str| {
        std::fs::write(folder.path("more.yaml"), format!("extends: tune.yaml\n{more}")).unwrap();
        fairgrid(["validate", "s.yaml"]).env("XDG_CACHE_HOME", folder.path("cache")).within(&folder).run()
    };
    insta::assert_snapshot!(validated(""));
    insta::assert_snapshot!(validated("labels: {classes: [Car, Dog, Sari]}\n"));
    insta::assert_snapshot!(validated("labels: {classes: listed}\n"));
}
