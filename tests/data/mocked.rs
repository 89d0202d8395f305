//! Mocks of cards that ask for what few do: their cards read them, and nothing is rejected.

use std::collections::BTreeSet;

use fairgrid::data::dataset::Dataset;
use fairgrid::data::mock;
use fairgrid::spec::card::Card;
use tempfile::TempDir;

/// The mock of a card, which rejects nothing and has two classes at least.
fn mocked(card: &str) -> Dataset {
    let folder = TempDir::new().unwrap();
    std::fs::write(folder.path().join("card.yaml"), format!("fairgrid_card: 1\ndataset: d\n{card}")).unwrap();
    let read = Card::read(&folder.path().join("card.yaml")).unwrap_or_else(|error| panic!("{card}: {error}"));
    mock::write(&read, Some(60), &folder.path().join("mock")).unwrap_or_else(|error| panic!("{card}: {error}"));
    let dataset = Dataset::open(&read.at(&folder.path().join("mock")), &folder.path().join("cache"));
    let dataset = dataset.unwrap_or_else(|error| panic!("{card}: {error}"));
    assert!(dataset.rejections == 0 && dataset.classes.len() >= 2, "{card}: {:?} {:?}", dataset.rejected, dataset.classes);
    dataset
}

#[test]
fn what_where_names_of_columns_is_there_and_what_it_leaves_out_too() {
    let market = "images: {glob: '*.jpg', name: '(?<person>-1|\\d{4})_c(?<camera>\\d)_\\d+\\.jpg'}\nfields: {camera: camera}\nlabel: camera\n\
                  where: {person: {not_in: ['-1', '0000']}}\n";
    for (card, items) in [
        (
            "images: {glob: '*/*.jpg', path: '(?<person>[a-z]+)/(?<frame>\\d+)\\.jpg'}\nfields: {sex: {from: person, match: '(.).*', outside: keep}}\n\
             label: sex\nwhere: {frame: [0, 20, 40]}\n",
            60,
        ),
        (market, 58),
        (&format!("{market}subject: person\n"), 58),
        (
            "images: {table: t.csv, path: 'im/{file}'}\nfields: {sex: sex}\nlabel: sex\nwhere: {site: [a, b], ok: {not_in: [bad]}, sex: {not_in: [x]}}\n",
            59,
        ),
        (
            "images: {glob: '*/*.png', path: '(?<cls>[a-z_]+)/(?<stem>[A-Za-z]{2}\\d{2})\\.png', id: '{stem}'}\n\
             fields: {kind: {from: cls, match: '([a-z]+)_.*'}, colour: {from: cls, match: '.*_([a-z]+)'}}\nlabel: kind\nwhere: {stem: {not_in: [AB12]}}\n",
            59,
        ),
    ] {
        assert_eq!(mocked(card).ids.len(), items, "{card}");
    }
}

#[test]
fn where_may_compare_the_numbers_that_bins_cut() {
    let table = "images: {table: t.csv, path: '{f}'}\n";
    for (card, levels) in [
        ("bins: [0, 18, 40, 65, 120]}}\nwhere: {age: {at_least: 18, below: 65}}\n", vec!["[18, 40)", "[40, 65)"]),
        ("bins: [0, 18, 40, 65], names: [a, b, c]}}\nwhere: {age: {below: 20.5}}\n", vec!["a", "b"]),
        ("bins: [-1, 0, 1], names: [low, high]}}\nwhere: {age: {at_least: -1e-5, below: 1e-5}}\n", vec!["low", "high"]),
    ] {
        let dataset = mocked(&format!("{table}fields: {{age: {{{card}label: age\n"));
        assert_eq!((dataset.ids.len(), dataset.classes), (60, levels.iter().map(|level| (*level).to_owned()).collect()), "{card}");
    }
}

#[test]
fn a_level_of_several_is_read_back_from_columns_that_are_as_great() {
    for columns in ["a: yes, b: no", "a: yes, c: yes, b: no"] {
        let field = format!("{{columns: {{{columns}}}, several: {{level: tie}}}}");
        let dataset = mocked(&format!("images: {{table: t.csv, path: '{{f}}'}}\nfields: {{l: {field}}}\nlabel: l\n"));
        let factor = &dataset.fields["l"];
        let ties = (0..60).filter(|row| factor.level(*row) == Some("tie")).count();
        assert!(dataset.ids.len() == 60 && (10..30).contains(&ties), "{columns}: {ties}");
    }
}

#[test]
fn splits_may_test_columns_that_are_no_fields() {
    for tests in
        [["{part: [a]}", "{part: [b, c]}"], ["{part: {not_in: [9]}}", "{part: 9}"], ["{part: {below: 8}}", "{part: {at_least: 8}}"]]
    {
        let splits = format!("splits: {{train: {{where: {}}}, test: {{where: {}}}}}\n", tests[0], tests[1]);
        let card = format!("images: {{table: t.csv, path: '{{f}}'}}\nfields: {{y: y}}\nlabel: y\n{splits}");
        let dataset = mocked(&card);
        assert!(dataset.splits.len() == 2 && dataset.splits.values().all(|rows| !rows.is_empty()), "{card}: {:?}", dataset.splits);
    }
}

#[test]
fn splits_that_divide_all_anew_have_no_official_one_beside_them() {
    for (splits, expected) in [
        ("", &["train", "test", "validation"][..]),
        (", test: {fraction: 0.4}, train: {rest: true}", &["test", "train"]),
        (", dev: {fraction: 0.4}, train: {rest: true}", &["dev", "train"]),
        (", dev: {of: train, fraction: 0.4}, left: {of: train, rest: true}", &["test", "validation", "dev", "left"]),
    ] {
        let dataset =
            mocked(&format!("images: {{table: t.csv, path: '{{f}}'}}\nfields: {{y: y}}\nlabel: y\nsplits: {{from: part{splits}}}\n"));
        let made: BTreeSet<&str> = dataset.splits.keys().map(String::as_str).collect();
        assert_eq!(made, expected.iter().copied().collect(), "{splits}");
    }
}

#[test]
fn columns_of_an_array_are_as_wide_as_the_card_asks() {
    mocked("images: {arrays: {train: {images: i-idx3-ubyte.gz, l: l-idx2-int.gz}}}\nfields: {digit: l.0, writer: l.2}\nlabel: digit\n");
    mocked("images: {arrays: {train: {images: a.npz/x, y: a.npz/y}}}\nfields: {y: y}\nlabel: y\n");
}

#[test]
fn tables_may_be_in_any_encoding_and_have_no_header_but_of_one_column() {
    for encoding in ["utf-16le", "utf-16be", "shift_jis", "latin-1", "utf-8-sig"] {
        mocked(&format!("images: {{table: {{file: u.csv, encoding: {encoding}}}, path: '{{file}}'}}\nfields: {{y: y}}\nlabel: y\n"));
    }
    for file in ["lm.txt", "lm.csv"] {
        mocked(&format!(
            "images: {{table: {{file: list.txt, skip_rows: 1, first_column: id}}, path: '{{id}}'}}\n\
             tables: {{lm: {{file: {file}, skip_rows: 1, first_column: f, key: {{column: f, match: '(?<id>.+)'}}}}}}\n\
             fields: {{male: {{from: Male, map: {{-1: no, 1: yes}}}}}}\nlabel: male\n"
        ));
    }
}

#[test]
fn archives_may_hold_archives_beside_tables() {
    for outer in ["outer.zip", "outer.tar.gz/x.zip"] {
        mocked(&format!("images: {{archive: {outer}/i.zip, table: {outer}/l.csv, path: '{{file}}'}}\nfields: {{y: y}}\nlabel: y\n"));
    }
    mocked("images: {archive: a.tgz/*.zip, glob: '*.jpg', name: '\\d+_(?<sex>[01])\\.jpg'}\nfields: {sex: sex}\nlabel: sex\n");
}

#[test]
fn joined_rows_are_found_by_the_image_of_a_box_by_a_number_and_by_another_table() {
    let boxes = "images: {coco: {train: a.json, val: b.json}, path: 'i/{file_name}', items: boxes}\nlabel: what\n";
    for (layout, tables) in [
        (boxes, "{p: {file: p.csv, key: {column: id, match: '(?<image_id>.*)'}}}\nfields: {what: category, skin: p.skin}\n"),
        (
            "images: {table: l.csv, path: '{f}'}\nlabel: what\n",
            "{n: {file: n.txt, columns: [name], key: {column: row, match: '(?<code>.*)'}}}\nfields: {what: n.name}\n",
        ),
        (
            "images: {table: l.csv, path: '{f}'}\nlabel: what\n",
            "{n: {file: n.txt, columns: [name], key: {column: row, equals: code}}}\nfields: {what: n.name}\n",
        ),
        (
            "images: {arrays: {train: {images: a.npz/x, y: a.npz/y}}}\nlabel: what\n",
            "{n: {file: n.txt, columns: [name], key: {column: row, equals: y}}}\nfields: {y: y, what: n.name}\n",
        ),
        (
            "images: {glob: 'im/*.jpg'}\nlabel: what\n",
            "{a: {file: a.csv, key: {column: name, equals: '{stem}.png'}}, b: {file: b.csv, key: {column: c, equals: a.c}}}\nfields: {what: b.what}\n",
        ),
        (
            "images: {glob: 'im/*.jpg'}\nlabel: what\n",
            "{a: {file: a.csv, key: stem}}\nsidecar: {file: '{a.folder}/{stem}.json', fields: {what: /what}}\nfields: {what: {}}\n",
        ),
    ] {
        assert_eq!(mocked(&format!("{layout}tables: {tables}")).ids.len(), 60, "{tables}");
    }
}

#[test]
fn the_number_of_a_row_is_counted_in_its_file() {
    mocked("images: {table: m.csv, path: 'images/rgb_img_{row}.png'}\nfields: {use: use}\nlabel: use\n");
    mocked("images: {table: {files: {train: a.csv, test: b.csv}}, path: '{split}/{row}.png'}\nfields: {y: y}\nlabel: y\n");
}

/// The share of each level that a field has in its mock.
fn shares(dataset: &Dataset, field: &str) -> Vec<(String, f64)> {
    let factor = &dataset.fields[field];
    let share = |level: &String| {
        let count = (0..dataset.ids.len()).filter(|row| factor.level(*row) == Some(level)).count();
        (level.clone(), count as f64 / dataset.ids.len() as f64)
    };
    factor.levels.iter().map(share).collect()
}

#[test]
fn what_is_around_a_part_of_a_cell_does_not_become_a_part_of_it() {
    let layout = "images: {glob: '*/*.jpg', path: '(?<synset>n\\d+)/\\w+\\.jpg'}\n\
                  tables: {words: {file: words.tsv, columns: [synset, word], key: synset}}\n";
    let rates = "mock: {rates: {class: {tench: 1, goldfish: 3}}}\n";
    for pattern in ["([^,]+).*", "(\\w+)(?:, .*)?", "(?:n\\d+ )?([a-z]+)\\d{0,20}", "(\\w+) .{8,}", "[a-z]+"] {
        let dataset = mocked(&format!("{layout}fields: {{class: {{from: words.word, match: '{pattern}'}}}}\nlabel: class\n{rates}"));
        let [(goldfish, often), (tench, seldom)] = &shares(&dataset, "class")[..] else { panic!("{pattern}: {:?}", dataset.classes) };
        assert!((goldfish.as_str(), tench.as_str()) == ("goldfish", "tench") && often > seldom, "{pattern}: {often} and {seldom}");
    }
    // Of what nobody names there are few levels too.
    assert_eq!(mocked(&format!("{layout}fields: {{class: {{from: words.word, match: '([^,]+).*'}}}}\nlabel: class\n")).classes.len(), 2);

    let folder = TempDir::new().unwrap();
    let card = format!(
        "fairgrid_card: 1\ndataset: d\n{layout}fields: {{class: {{from: words.word, match: '.*([a-z]+)'}}}}\nlabel: class\n{rates}"
    );
    std::fs::write(folder.path().join("card.yaml"), card).unwrap();
    let refused = mock::write(&Card::read(&folder.path().join("card.yaml")).unwrap(), None, folder.path()).unwrap_err();
    insta::assert_snapshot!(refused);
}

#[test]
fn what_is_outside_or_missing_is_there_where_it_has_a_level() {
    let table = "images: {table: m.csv, path: 'i/{file}'}\n";
    let sidecar = "images: {glob: 'im/*.png'}\nsidecar: {file: '{stem}.json', fields: {raw: /raw}}\n";
    let name = "images: {glob: '*.png', name: '(?<raw>AP|PA|LATERAL)_\\d+\\.png'}\n";
    for (layout, field, levels) in [
        (table, "map: {healthy: healthy}, outside: {level: diseased}", vec!["healthy", "diseased"]),
        (table, "map: {healthy: healthy}, outside: {level: diseased}, levels: [diseased, healthy]", vec!["diseased", "healthy"]),
        (table, "map: {0: no, 1: yes}, outside: keep", vec!["no", "yes", "other"]),
        (table, "levels: [a, b], outside: keep", vec!["a", "b", "other"]),
        (table, "map: {a: x, b: y}, missing: {level: none}", vec!["x", "y", "none"]),
        (table, "missing: level", vec!["first", "missing", "second"]),
        (table, "bins: [0, 18, 60], outside: {level: old}, missing: {level: nobody}", vec!["[0, 18)", "[18, 60)", "nobody", "old"]),
        (table, "words: {f: [woman], m: [man, other]}, outside: {level: nobody}", vec!["f", "m", "nobody"]),
        (table, "match: '([a-z]+)_.*', map: {a: x, other: y}, outside: {level: rest}, missing: level", vec!["x", "y", "missing", "rest"]),
        (table, "columns: {a: x, b: y}, missing: {level: none}", vec!["x", "y", "none"]),
        ("images: {table: m.txt, path: 'i/{file}'}\n", "map: {a: x, b: null, c: y}, missing: {level: none}", vec!["x", "y", "none"]),
        ("images: {arrays: {train: {images: a.npz/x, raw: a.npz/y}}}\n", "map: {0: x}, outside: {level: rest}", vec!["x", "rest"]),
        (sidecar, "map: {a: x}, outside: {level: rest}, missing: {level: none}", vec!["x", "none", "rest"]),
        (name, "map: {AP: frontal, PA: frontal}, outside: {level: other}", vec!["frontal", "other"]),
        // What no cell can tell nobody has: no other name is found, and between blanks an empty cell cannot be seen.
        (&name.replace("|LATERAL", ""), "map: {AP: a, PA: b}, outside: {level: c}, missing: {level: d}", vec!["a", "b"]),
        ("images: {table: m.txt, path: 'i/{file}'}\n", "map: {a: x, c: y}, missing: {level: none}", vec!["x", "y"]),
    ] {
        let from = if field.starts_with("columns") { "" } else { "from: raw, " };
        let dataset = mocked(&format!("{layout}fields: {{l: {{{from}{field}}}}}\nlabel: l\n"));
        let (names, shares): (Vec<String>, Vec<f64>) = shares(&dataset, "l").into_iter().unzip();
        assert!(names == levels && shares.iter().all(|share| *share > 0.1), "{field}: {names:?} {shares:?}");
    }
}

#[test]
fn rates_may_name_what_is_outside_or_missing() {
    let card = |field: &str, rates: &str| {
        mocked(&format!(
            "images: {{table: m.csv, path: 'i/{{file}}'}}\nfields: {{l: {{map: {{a: x, b: y}}, {field}}}, g: {{levels: [f, m]}}}}\nlabel: l\n\
             mock: {{rates: {{l: {rates}}}}}\n"
        ))
    };
    for (field, rates, often) in [
        ("outside: {level: rest}", "{x: 1, rest: 3}", "rest"),
        ("missing: {level: none}", "{x: 1, none: 3}", "none"),
        ("outside: keep", "{x: 1, zebra: 3}", "zebra"),
    ] {
        let shares = shares(&card(field, rates), "l");
        let of = |name: &str| shares.iter().find(|(level, _)| level == name).map_or(0.0, |(_, share)| *share);
        assert!(of(often) > 2.0 * of("x") && of("y") == 0.0 && of("x") > 0.0, "{rates}: {shares:?}");
    }
}

/// A column that only `where` asks for is written, also where it wants its cells to be empty.
#[test]
fn columns_that_where_tests_for_being_empty_are_in_mocks() {
    for (wanted, field, items) in [
        ("s: {missing: true}", "", 19),
        ("s: {missing: false}", "", 20),
        ("s: {below: 2}", "", 20),
        ("f: {missing: true}", ", f: {from: s}", 19),
        ("f: {missing: false}", ", f: {from: s}", 20),
    ] {
        let folder = TempDir::new().unwrap();
        let images = "images: {table: t.csv, path: '{file}'}\nfields: {g: {map: {f: female, m: male}}";
        let card = format!("fairgrid_card: 1\ndataset: d\n{images}{field}}}\nlabel: g\nwhere: {{{wanted}}}\nmock: {{rows: 20}}\n");
        std::fs::write(folder.path().join("card.yaml"), card).unwrap();
        let read = Card::read(&folder.path().join("card.yaml")).unwrap();
        mock::write(&read, None, &folder.path().join("mock")).unwrap();
        let dataset = Dataset::open(&read.at(&folder.path().join("mock")), &folder.path().join("cache")).unwrap();
        assert_eq!((dataset.ids.len(), dataset.rejections), (items, 0), "{wanted}");
    }
}

/// A file that is read both as records and by a list in them: what a mock writes for the one is not what the other finds.
#[test]
fn a_file_that_is_read_in_two_ways_has_no_mock() {
    let folder = TempDir::new().unwrap();
    let card = "fairgrid_card: 1\ndataset: d\nimages: {table: {file: p.json, each: files}, path: '{files}'}\n\
                tables: {x: {file: p.json, key: {column: key, equals: key}}}\nfields: {g: {from: x.g, map: {f: female, m: male}}}\nlabel: g\n";
    std::fs::write(folder.path().join("card.yaml"), card).unwrap();
    let read = Card::read(&folder.path().join("card.yaml")).unwrap();
    let error = mock::write(&read, None, &folder.path().join("mock")).unwrap_err().to_string();
    let told =
        "`p.json` cannot be mocked: the card reads it by `each: files` and by neither `at` nor `each`, and a mock writes it in one way";
    assert_eq!(error, told);
}
