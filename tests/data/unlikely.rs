//! Cards that ask for what cannot be, underlined where they do; and rows that are written another way than most.

use super::folder::IMAGES;
use super::refused::shown;
use crate::command::{Folder, fairgrid};

fn folder(files: &[(&str, &str)]) -> Folder {
    let image = std::fs::read(format!("{IMAGES}/rgb.png")).unwrap();
    let folder = Folder::new().file("root/a.png", &image).file("root/b.png", &image);
    files.iter().fold(folder, |folder, (name, text)| folder.file(&format!("root/{name}"), text))
}

#[test]
fn what_a_card_asks_for_and_cannot_be_is_underlined() {
    let folder = folder(&[("t.csv", "file,id,tone,part\na.png,1,dark,x\nb.png,2,light,x\n"), ("p.csv", "id,who\n1,p1\n2,p2\n")]);
    let table = "images: {table: t.csv, path: '{file}'}\n";
    let files = "images: {glob: '*.png', name: '(?<letter>[a-z])\\.png'}\n";
    let cards = [
        "images: {table: {file: t.csv, each: tones, at: /rows}, path: '{file}'}\n".to_owned(),
        "images: {table: {files: {train: a.parquet}, quotes: none}, path: '{file}'}\n".to_owned(),
        format!("{table}fields: {{tone: {{levels: [dark, light, dark]}}, age: {{bins: [0, 20, 18]}}, size: {{bins: [3]}}}}\n"),
        format!("{table}splits: {{test: {{rest: true}}, train: {{rest: true}}}}\n"),
        format!("{table}splits: {{test: {{fraction: 1.5, seed: 0}}, train: {{rest: true}}}}\n"),
        format!(
            "{table}tables: {{p: {{file: p.csv, key: {{column: id, equals: q.who}}}}, q: {{file: p.csv, key: {{column: id, equals: p.who}}}}}}\n"
        ),
        format!("{files}tables: {{p: {{file: p.csv, key: {{column: id, match: '0*(?<number>\\d+)'}}}}}}\nfields: {{who: p.who}}\n"),
        format!(
            "{files}tables: {{p: {{file: p.csv, key: {{column: id, equals: letter}}, unmatched: keep}}}}\nfields: {{who: p.who}}\nlabel: who\n"
        ),
        format!("{table}fields: {{tone: tone}}\nlabel: tone\ncompose: {{mosaic: [2, 2]}}\n"),
        "images: {glob: '../outside/*.png'}\n".to_owned(),
        "images: {glob: 'nowhere/../*.png'}\n".to_owned(),
        "images: {glob: 'nowhere/*.png'}\n".to_owned(),
        "images: {archive: {}, glob: '*.png'}\n".to_owned(),
        "images: {table: {files: {}}, path: '{file}'}\n".to_owned(),
        "images: {coco: {}, path: '{file_name}'}\n".to_owned(),
        "images: {glob: '*.{jpg,png'}\n".to_owned(),
        "images: {glob: '[z-a]*.png'}\n".to_owned(),
        "images: {table: '{t,p.csv', path: '{file}'}\n".to_owned(),
    ];
    let outcomes = cards.map(|card| format!("{card}{}", shown(&folder, &card)));
    insta::assert_snapshot!(outcomes.join("---\n"));
}

#[test]
fn columns_that_nobody_has_are_underlined_and_side_files_have_columns_too() {
    let folder =
        folder(&[("t.csv", "file,part\na.png,train\nb.png,test\n"), ("p.csv", "file,who\na.png,p1\n"), ("train.zip", "no matter")]);
    let beside = "sidecar: {file: '{stem}.json', fields: {mood: {at: /mood}, age: {at: /age}}}\n";
    let table = "images: {table: t.csv, path: '{file}'}\n";
    let cards = [
        format!(
            "images: {{glob: '*.png'}}\n{beside}fields: {{old: {{columns: {{age: old, aeg: young}}}}, sure: {{from: mood, confidence: {{column: mod, at_least: 1}}}}}}\n"
        ),
        format!("images: {{glob: '*.png'}}\n{beside}labels: {{columns: {{mood: glad, moood: sad}}}}\nwhere: {{mod: happy}}\n"),
        format!("{table}{}labels: {{columns: [mood, moood]}}\n", beside.replace("stem", "file")),
        format!("{table}tables: {{p: {{file: p.csv, key: file, unmatched: keep}}}}\nfields: {{a: p.who, b: p.whom}}\n"),
        "images: {table: t.csv, path: '{file}', box: {left: l, top: t, right: r, bottom: b}}\n".to_owned(),
        "images: {table: t.csv, path: '{split}.zip/{file}'}\n".to_owned(),
        "images: {table: t.csv, path: '{part}.zip/{file}'}\n".to_owned(),
    ];
    let outcomes = cards.map(|card| format!("{card}{}", shown(&folder, &card)));
    insta::assert_snapshot!(outcomes.join("---\n"));
}

#[test]
fn groups_that_are_called_as_columns_of_the_files_are_underlined() {
    let folder = folder(&[]);
    std::fs::copy(format!("{}/tests/data/arrays/photos.tgz", env!("CARGO_MANIFEST_DIR")), folder.path("root/photos.tgz")).unwrap();
    let cards = [
        "images: {archive: {train: photos.tgz}, path: '(?<split>[^/]+)/(?<archive>.+)'}\n",
        "images: {archive: photos.tgz, name: '(?<archive>.+)[.]jpg'}\n",
        "images: {glob: '*.png', path: '(?<path>.)[.](?<file>png)'}\n",
        // These are free where the files have no archives, or no archive a split; and a name may say what its stem is.
        "images: {glob: '*.png', name: '(?<split>a)(?<archive>[.])png'}\nfields: {archive: archive}\nlabel: archive\nsplits: {from: split}\n",
        "images: {glob: '*.png', name: '(?<stem>.)[.]png', id: '{stem}'}\n",
    ];
    insta::assert_snapshot!(cards.map(|card| format!("{card}{}", shown(&folder, card))).join("---\n"));
}

#[test]
fn archives_that_are_named_twice_and_archives_of_rows_are_underlined() {
    let folder = folder(&[("t.csv", "file,split\n1.jpg,train\n"), ("c.json", "{}")]);
    for archive in ["train.tgz", "test.tgz"] {
        std::fs::copy(format!("{}/tests/data/arrays/photos.tgz", env!("CARGO_MANIFEST_DIR")), folder.path("root").join(archive)).unwrap();
    }
    let cards = [
        "images: {archive: {train: '*.tgz', test: test.tgz}}\n",
        "images: {archive: {train: train.tgz, test: ./train.tgz}}\n",
        "images: {archive: [train.tgz, test.tgz]}\n",
        "images: {archive: {train: train.tgz, test: test.tgz}, table: t.csv, path: '{file}'}\n",
        "images: {archive: [train.tgz, test.tgz], coco: c.json, path: '{file_name}'}\n",
    ];
    insta::assert_snapshot!(cards.map(|card| format!("{card}{}", shown(&folder, card))).join("---\n"));
}

#[test]
fn levels_and_labels_that_contradict_themselves_are_underlined() {
    let folder = folder(&[("t.csv", "file,tone,age,cat,sign\na.png,1,5,1,-1\nb.png,1,5,1,1.0\n")]);
    let table = "images: {table: t.csv, path: '{file}'}\n";
    let cards = [
        "fields: {tone: {map: {1: one, 2: two, 1.0: uno}}, age: {levels: [young, ' ']}}\nlabel: tone\nattribute: age\n",
        "fields: {tone: {map: {1: one, 1.0: one, 2: ''}}, age: {bins: [0, 18, 65], names: [young]}}\nlabel: tone\nattribute: age\n",
        "fields: {tone: {levels: [1]}, age: {pixels: mean, quantiles: 2, names: [dark, grey, light]}}\nlabel: tone\nattribute: ag\n",
        "fields: {tone: {map: {dark: one, ' dark': three}}, age: {words: {young: [boy, Kid], old: [man, kid]}}}\n",
        "fields: {tone: {map: {1: one, 2: too}, levels: [one, two]}, age: {words: {young: [boy], old: [man]}, levels: [young, odd]}}\n",
        "fields: {tone: {columns: {age: 5, cat: 7}, levels: [5, 6], several: {level: both}}, age: {bins: [0, 9, 99], names: [young, old], levels: [old]}}\n",
        "fields: {age: {words: {young: [boy, '--'], old: [man]}}}\n",
        "labels: {columns: [cat], present: 1, absent: [0, 1.0]}\n",
        "labels: {columns: [cat], present: {at_least: 0.5}, absent: {below: 0.6}}\n",
        "labels: {columns: [cat], present: [1, null], absent: [null]}\n",
        "labels: {columns: [cat], present: 0}\n",
        "labels: {columns: [sign]}\n",
        "labels: {from: cat, others: absent, classes: [x, y, x]}\n",
        "labels: {present: cat, absent: cat}\n",
    ];
    let outcomes = cards.map(|card| format!("{card}{}", shown(&folder, &format!("{table}{card}"))));
    insta::assert_snapshot!(outcomes.join("---\n"));
    for whole in [
        "{columns: [cat], present: {at_least: 0.5}, absent: {below: 0.5}}",
        "{columns: [cat], present: 1, absent: [0, null]}",
        "{columns: [sign], absent: -1}",
        "{columns: [sign], absent: 0}",
    ] {
        let outcome = shown(&folder, &format!("{table}labels: {whole}\n"));
        assert_eq!(outcome.code, Some(0), "{outcome}");
    }
}

#[test]
fn a_mock_that_its_card_cannot_read_is_told() {
    let card = "fairgrid_card: 1\ndataset: d\nimages: {table: t.csv, path: '{file}'}\n\
                fields: {tone: {map: {l: light, d: dark}}}\nwhere: {tone: {not_in: [odd]}}\n";
    let folder = folder(&[("card.yaml", card)]);
    insta::assert_snapshot!(fairgrid(["mock", "root/card.yaml", "--rows", "3", "--output", "made"]).within(&folder).run());
}

#[test]
fn a_study_is_no_card_and_a_card_no_study() {
    let study = fairgrid(["data", "specs/claims-audit.yaml"]).run();
    let card = fairgrid(["validate", "specs/cards/utkface.yaml"]).run();
    insta::assert_snapshot!(format!("{study}---\n{card}"));
}

#[test]
fn quotes_behind_a_blank_hold_a_cell_together() {
    let rows = "file, Name, tone\na.png, \"A B\", dark\nb.png, \"C, D\", light\na.png, \"E \"\"F\"\", G\", dark\nb.png, \"open, light\n";
    let folder = folder(&[("t.csv", rows)]);
    insta::assert_snapshot!(shown(
        &folder,
        "images: {table: t.csv, path: '{file}', id: '{row}'}\nfields: {name: Name, tone: tone}\nlabel: tone\n"
    ));
}

#[test]
fn who_is_unsure_is_not_missing_and_no_number_is_no_confidence() {
    let folder =
        folder(&[("t.csv", "file,id,sex,p\na.png,1,f,0.9\na.png,2,f,0.3\na.png,3,m,high\na.png,4,m,\na.png,5,,0.9\na.png,6,m,-inf\n")]);
    let card = "images: {table: t.csv, path: '{file}', id: '{id}'}\nfields: {sex: {confidence: {column: p, at_least: 0.8}}}\nlabel: sex\n";
    insta::assert_snapshot!(shown(&folder, card));
}

#[test]
fn boxes_lie_in_joined_tables_and_null_unsets_what_a_card_extends() {
    let folder = folder(&[
        ("t.csv", "file,id,tone\na.png,1,dark\nb.png,2,light\nb.png,3,light\n"),
        ("boxes.csv", "id,x,y,w,h,who\n1,2,3,9,8,p1\n2,1,1,0,8,p2\n3,4,4,5,6,p3\n"),
        (
            "base.yaml",
            "fairgrid_card: 1\ndataset: base\nlicense: none\nimages: {table: t.csv, path: '{file}', id: '{id}', box: {left: b.x, top: b.y, width: b.w, height: b.h}}\n\
             tables: {b: {file: boxes.csv, key: id}}\nfields: {tone: tone}\nlabel: tone\nsubject: b.who\n",
        ),
    ]);
    insta::assert_snapshot!(fairgrid(["data", "root/base.yaml"]).env("XDG_CACHE_HOME", folder.path("cache")).within(&folder).run());
    let over = fairgrid(["data", "root/over.yaml"]).env("XDG_CACHE_HOME", folder.path("cache"));
    std::fs::write(folder.path("root/over.yaml"), "extends: base.yaml\nsubject: null\nlabel: null\n").unwrap();
    insta::assert_snapshot!(over.within(&folder).run());
}

#[test]
fn null_takes_away_whatever_a_card_extends_unless_it_is_a_value() {
    let folder = super::folder::Folder::new();
    folder.images(&["a.png", "b.png"]).write("t.csv", "file,sex,race,seen\na.png,f,?,\nb.png,m,B,1\n").write(
        "base.yaml",
        "fairgrid_card: 1\ndataset: base\nimages: {table: t.csv, path: '{file}'}\n\
         fields: {gender: {from: sex, map: {f: female, m: male}}, race: {map: {'?': unknown, B: black}}}\nlabel: gender\n\
         splits: {test: {fraction: 0.5, stratify: [gender]}, train: {rest: true}}\nmock: {planted: {contrast: {race: {black: 0.6}}}}\n",
    );
    let over = "extends: base.yaml\nlabel: race\nfields: {gender: null}\nsplits: {test: {stratify: null}}\nmock: {planted: null}\n";
    let dataset = folder.open(over).unwrap();
    assert_eq!(dataset.fields.keys().collect::<Vec<_>>(), ["race"]);
    assert_eq!(dataset.classes, ["unknown", "black"]);
    let missing =
        folder.open(&over.replace("gender: null", "race: {missing: keep, map: {'?': null}}").replace("label: race", "label: gender"));
    assert_eq!(super::folder::levels(&missing.unwrap(), "race"), ["-", "black"]);
    folder.write(
        "base.yaml",
        "fairgrid_card: 1\ndataset: base\nimages: {table: t.csv, path: '{file}'}\nlabels: {columns: [seen], present: 1, absent: 0}\n",
    );
    assert_eq!(super::folder::labels(&folder.open("extends: base.yaml\nlabels: {absent: null}\n").unwrap()), ["!seen", "seen"]);
}

#[test]
fn boxes_off_the_image_and_shares_that_are_taken_for_pixels_are_rejected() {
    let boxes = "1,0,0,8,8\n2,60,44,99,99\n3,61,3,70,9\n4,3,100,9,120\n5,-4,-4,6,6\n6,3.2,3.2,3.4,3.4\n7,0.1,0.1,0.9,0.9\n8,0,0,1,1\n";
    let table: String = boxes.lines().map(|row| format!("a.png,{row}\n")).collect();
    let folder = folder(&[("t.csv", &format!("file,id,l,t,r,b\n{table}"))]);
    let card = "images: {table: t.csv, path: '{file}', id: '{id}', box: {left: l, top: t, right: r, bottom: b}}\n";
    let shares = card.replace("bottom: b", "bottom: b, relative: true");
    insta::assert_snapshot!(format!("{}---\n{}", shown(&folder, card), shown(&folder, &shares)));
}

#[test]
fn json_that_says_a_thing_twice_or_several_things() {
    let rows = [
        r#"{"file": "a.png", "id": 1, "kind": "cat", "tone": "dark"}"#,
        r#"{"file": "a.png", "id": 2, "kind": "cat", "kind": "dog", "tone": "dark"}"#,
        r#"{"file": "a.png", "id": 3, "kind": ["cat"], "tone": "dark"}"#,
        r#"{"file": "a.png", "id": 4, "kind": "cat", "tone": {"dark": 1}}"#,
        r#"{"file": "a.png", "id": 5, "kind": "[0, 20)", "tone": null}"#,
    ];
    let folder = folder(&[("t.jsonl", &rows.join("\n"))]);
    insta::assert_snapshot!(shown(
        &folder,
        "images: {table: t.jsonl, path: '{file}', id: '{id}'}\nfields: {kind: kind, tone: tone}\nlabel: kind\n"
    ));
}
