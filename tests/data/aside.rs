//! What a dataset leaves aside though nothing is wrong with it: `fairgrid data CARD` counts it. And cards that find nothing of what lies there.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;

use super::folder::IMAGES;
use super::refused::shown;
use crate::command::Folder;

/// A folder with images of these names.
fn images(names: &[&str]) -> Folder {
    let image = |name: &&str| if name.to_lowercase().ends_with(".png") { "rgb.png" } else { "full.jpg" };
    names.iter().fold(Folder::new(), |folder, name| {
        folder.file(&format!("root/{name}"), std::fs::read(format!("{IMAGES}/{}", image(name))).unwrap())
    })
}

#[test]
fn endings_match_in_any_case_and_images_that_no_pattern_finds_are_counted() {
    let folder = images(&[
        "faces/train/cat/a.jpg",
        "faces/train/cat/B.JPG",
        "faces/train/dog/2024/may/c.Png",
        "faces/train/loose.jpg",
        "faces/test/dog/d.jpeg",
        "elsewhere/e.jpg",
    ]);
    let deep = "images: {glob: 'faces/*/*/**/*.{jpg,jpeg,png}', path: 'faces/(?<part>[^/]+)/(?<class>[^/]+)/.+\\.(jpg|jpeg|png)'}\n\
                fields: {class: class}\nlabel: class\nsplits: {from: part}\n";
    insta::assert_snapshot!(shown(&folder, deep));
    let flat = "images: {glob: 'faces/*/*/*.JPG', path: 'faces/(?<part>[^/]+)/(?<class>[^/]+)/.+\\.JPG'}\nfields: {class: class}\n";
    insta::assert_snapshot!(shown(&folder, flat));
}

#[test]
fn a_link_to_a_folder_above_leads_to_no_image() {
    let folder = images(&["a/1.png", "a/2.png", "b/1.png"]);
    std::os::unix::fs::symlink("..", folder.path("root/b/up")).unwrap();
    for glob in ["b/*.png", "b/**/*.png"] {
        let text = shown(&folder, &format!("images: {{glob: '{glob}'}}\n")).to_string();
        assert!(text.contains("\n1 item,") && !text.contains("does not find") && !text.contains("up/"), "{text}");
        assert_eq!(text.contains("`b/up`: a link that leads back to a folder above it"), glob.contains("**"), "{text}");
    }
    let text = shown(&folder, "images: {glob: '**/2.png'}\n").to_string();
    assert!(text.contains("images that `glob` does not find: 2 (`a/1.png`, `b/1.png`)"), "{text}");
}

#[test]
fn rows_whose_own_split_is_another_than_that_of_their_file_are_told() {
    let rows = |splits: [&str; 3]| splits.iter().enumerate().map(|(row, split)| format!("a.png,{row}{split}\n")).collect::<String>();
    let card = "images: {table: {files: {train: t.csv}}, path: '{file}', id: '{id}'}\n";
    let told = "rows that `files` puts in another split than their own column `split` says";
    for (splits, said) in
        [([",train", ",val", ",test"], Some("2 (`val`, `test`)")), ([",train"; 3], None), ([","; 3], None), ([""; 3], None)]
    {
        let header = if splits[0].is_empty() { "file,id\n" } else { "file,id,split\n" };
        let folder = images(&["a.png"]).file("root/t.csv", header.to_owned() + &rows(splits));
        let text = shown(&folder, card).to_string();
        assert_eq!(text.split_once(told).map(|(_, said)| said.lines().next().unwrap().trim_start_matches(": ")), said, "{text}");
        assert!(text.contains("3 items"), "{text}");
    }
}

#[test]
fn items_without_a_split_what_where_leaves_out_and_rows_without_a_subject_are_counted() {
    let table = "file,id,part,tone,who,labels\n\
                 a.png,1,Train,dark,p1,[\"x\"]\na.png,2,train,dark,p2,[]\na.png,3,Test,light,p3,[\"y\"]\na.png,4,,light,p4,[]\n\
                 a.png,5,Train,odd,p5,[]\na.png,6,Train,dark,,[]\na.png,7,Train,dark,p7,oops[\n";
    let table = table.replace("[\"x\"]", "\"[\"\"x\"\"]\"").replace("[\"y\"]", "\"[\"\"y\"\"]\"");
    let folder = images(&["a.png"]).file("root/t.csv", table);
    let card = "images: {table: t.csv, path: '{file}', id: '{id}'}\nlabels: {from: labels, others: absent}\nfields: {tone: tone}\n\
                subject: who\nwhere: {tone: {not_in: odd}}\nsplits: {from: part, map: {Train: train, Test: test}}\n";
    insta::assert_snapshot!(shown(&folder, card));
    let kept = card.replace("{tone: tone}", "{tone: tone, who: {missing: keep}}");
    insta::assert_snapshot!(shown(&folder, &kept));
    insta::assert_snapshot!(shown(&folder, &card.replace("Test: test", "test: test")));
}

#[test]
fn many_rejections_are_counted_by_their_reasons() {
    let rows: String =
        (0..30).map(|row| format!("{}.png,{row}\n", if row < 25 { format!("gone-{row}") } else { "a".to_owned() })).collect();
    let folder = images(&["a.png"]).file("root/t.csv", format!("file,id\n{rows}"));
    insta::assert_snapshot!(shown(&folder, "images: {table: t.csv, path: '{file}'}\n"));
}

#[test]
fn reasons_keep_the_names_of_fields_and_words_with_numbers_in_them() {
    let rows = |row: usize| format!("a.png,{},{}\n", ["happy", "weird", "odd"][row % 3], if row.is_multiple_of(5) { "X" } else { "A" });
    let folder = images(&["a.png"]).file("root/t.csv", format!("file,emotion,race\n{}", (0..40).map(rows).collect::<String>()));
    let fields = "{emotion: {levels: [happy, sad]}, race: {levels: [A, B]}}";
    let shown = shown(&folder, &format!("images: {{table: t.csv, path: '{{file}}', id: '{{row}}'}}\nfields: {fields}\nlabel: emotion\n"));
    let text = shown.to_string();
    let counted: Vec<&str> = text.lines().filter(|line| line.contains(" times: ")).collect();
    assert_eq!(
        counted,
        ["  26 times: `emotion` is `…`, which `emotion` does not know", "  3 times: `race` is `X`, which `race` does not know"]
    );
    for number in 0..25_u8 {
        std::fs::write(folder.path("root").join(OsStr::from_bytes(&[0xff, b'a' + number, b'.', b'p', b'n', b'g'])), "").unwrap();
    }
    let names = self::shown(&folder, "images: {glob: '*.png'}\n").to_string();
    assert!(names.contains("  25 times: its name is not UTF-8\n"), "{names}");
}

#[test]
fn tables_of_labels_that_do_not_fit_are_refused_and_rows_without_an_item_counted() {
    let folder = images(&["a.png", "b.png"])
        .file("root/files.csv", "image,class,value\na.png,cat,1\nb.png,cat,0\n")
        .file("root/words.csv", "image,class,value\na,cat,yes\nb,cat,no\n")
        .file("root/more.csv", "image,class,value\na,cat,1\nb,cat,0\nc,cat,1\nd,dog,1\n");
    let card = |file: &str| {
        let form = "id: image, class: class, value: value";
        format!("images: {{glob: '*.png', id: '{{stem}}'}}\nlabels: {{file: {file}.csv, {form}}}\n")
    };
    let outcomes = ["files", "words", "more"].map(|file| shown(&folder, &card(file)).to_string());
    insta::assert_snapshot!(outcomes.join("\n---\n"));
    let wide = "images: {table: words.csv, path: '{image}.png'}\nlabels: {columns: [value]}\n";
    insta::assert_snapshot!(shown(&folder, wide));
}

#[test]
fn numbers_of_binned_fields_are_those_of_the_column() {
    let folder = images(&["a.png"]).file("root/t.csv", "file,id,age,sex\na.png,1,17,f\na.png,2,18,m\na.png,3,40,m\n");
    let card = "images: {table: t.csv, path: '{file}', id: '{id}'}\n\
                fields: {age: {bins: [0, 18, 65], names: [young, old]}, sex: {map: {f: female, m: male}}}\n";
    insta::assert_snapshot!(shown(&folder, &format!("{card}where: {{age: {{at_least: 18, below: 40}}}}\n")));
    insta::assert_snapshot!(shown(&folder, &format!("{card}where: {{sex: {{at_least: 18}}}}\n")));
}

#[test]
fn a_class_that_only_rejected_rows_have_is_none() {
    let folder =
        images(&["a.png"]).file("root/t.csv", "file,class\na.png,cat\ngone.png,dog\nbroken.png,fox\n").file("root/broken.png", "no");
    insta::assert_snapshot!(shown(&folder, "images: {table: t.csv, path: '{file}'}\nfields: {class: class}\nlabel: class\n"));
}

#[test]
fn who_is_shown_may_be_said_by_columns_together() {
    let rows = ["1,north,7", "2,north,7", "3,south,7", "4,,7", "5,south,8"].map(|row| format!("a.png,{row}\n")).concat();
    let folder = images(&["a.png"]).file("root/t.csv", format!("file,id,site,number\n{rows}"));
    let card = "images: {table: t.csv, path: '{file}', id: '{id}'}\nsubject: '{site}-{number}'\n";
    insta::assert_snapshot!(shown(&folder, card));
    let made = crate::command::fairgrid(["mock", "root/card.yaml", "--rows", "40", "--output", "made"]).within(&folder).run();
    assert_eq!(made.code, Some(0), "{made}");
}

#[test]
fn what_where_leaves_out_is_not_rejected_unless_nobody_can_tell_what_it_is() {
    let rows = "a.png,1,f,cat\na.png,2,,cat\na.png,3,m,\na.png,4,?,cat\na.png,5,m,fox\na.png,6,f,\na.png,7,f,fox\n";
    let folder = images(&["a.png"]).file("root/t.csv", format!("file,id,sex,kind\n{rows}"));
    let card = "images: {table: t.csv, path: '{file}', id: '{id}'}\nlabel: kind\n\
                fields: {kind: {levels: [cat, dog]}, sex: {map: {f: female, m: male}, missing: reject}}\n";
    insta::assert_snapshot!(shown(&folder, &format!("{card}where: {{sex: female}}\n")));
    insta::assert_snapshot!(shown(&folder, &format!("{card}where: {{kind: {{missing: false}}, sex: {{missing: false}}}}\n")));
    insta::assert_snapshot!(shown(&folder, &format!("{card}where: {{id: [2, 3]}}\n")));
}

#[test]
fn a_pattern_that_does_not_match_is_shown_and_ids_that_are_there_already_are_one_reason() {
    let names: Vec<String> = (0..40).map(|at| format!("{at:02}/a.png")).collect();
    let folder = images(&names.iter().map(String::as_str).collect::<Vec<_>>());
    let outcome = shown(&folder, "images: {glob: '*/*.png', id: '{stem}'}\n");
    assert!(outcome.to_string().contains("`01/a.png`: the id `a` is there already, at `00/a.png`"), "{outcome}");
    insta::assert_snapshot!(outcome);
    let codes = ["id-7", "id-8x", "no", "xid-9", "id-"];
    let rows: String = (0..40).map(|at| format!("{at:02}/a.png,{}\n", codes[at % 5])).collect();
    std::fs::write(folder.path("root/t.csv"), format!("file,code\n{rows}")).unwrap();
    let card = "images: {table: t.csv, path: '{file}'}\nfields: {number: {from: code, match: 'id-(\\d+)?', map: {7: seven}}}\n";
    insta::assert_snapshot!(shown(&folder, card));
}

#[test]
fn texts_that_hold_words_of_several_levels_are_counted_and_a_label_of_them_is_rejected() {
    let table = "file,id,text\na.png,1,a man\na.png,2,a woman\na.png,3,a man and a woman\na.png,4,a dog\na.png,5,Woman with men\n";
    let folder = images(&["a.png"]).file("root/t.csv", table);
    let card = "images: {table: t.csv, path: '{file}', id: '{id}'}\n\
                fields: {gender: {from: text, words: {female: [woman], male: [man, men]}}, text: text}\n";
    insta::assert_snapshot!(
        ["", "label: gender\n", "where: {text: {not_in: Woman with men}}\n"]
            .map(|more| shown(&folder, &format!("{card}{more}")).to_string())
            .join("---\n")
    );
    let several = card.replace("[man, men]}", "[man, men]}, several: {level: mixed}");
    let text = shown(&folder, &several).to_string();
    assert!(text.contains("mixed") && !text.contains("several levels"), "{text}");
    let phrases = card.replace("{female: [woman], male: [man, men]}", "{group: ['with-men'], pair: [man AND a  woman], dog: [a do, dog]}");
    let text = shown(&folder, &phrases).to_string();
    insta::assert_snapshot!("phrases", text);
}

#[test]
fn blanks_around_a_level_are_no_part_of_it_in_any_format() {
    let rows = "{\"file\": \"a.png\", \"id\": 1, \"tone\": \" dark\"}\n{\"file\": \"a.png\", \"id\": 2, \"tone\": \"dark \"}\n\
                {\"file\": \"a.png\", \"id\": 3, \"tone\": \"  \"}\n";
    let folder = images(&["a.png"]).file("root/t.jsonl", rows);
    let card = "images: {table: t.jsonl, path: '{file}', id: '{id}'}\n\
                fields: {tone: tone, mapped: {from: tone, map: {' dark ': night}, outside: missing}}\nattribute: tone\n";
    insta::assert_snapshot!(shown(&folder, card));
}

/// Rows without a box, an image, a number or an id of their own, which `where` leaves out by what they say themselves: VinDr-CXR's `No finding`.
#[test]
fn rows_that_where_leaves_out_need_neither_a_box_nor_an_image() {
    let table = "file,c,g,x,y,w,h,who\n0.png,Nodule,f,1,1,9,9,a\n1.png,Mass,m,2,2,9,9,b\n2.png,none,f,,,,,c\n2.png,none,m,a,b,c,d,d\n,none,m,1,1,9,9,e\n\
                 7.png,none,m,1,1,9,9,f\n2.png,none,zz,1,1,9,9,\n3.png,none,f,5,5,-3,0,g\n0.png,none,f,1,1,9,9,a\n2.png,Mass,m,1,1,9,9,a\n";
    let folder = images(&["0.png", "1.png", "2.png", "3.png"]).file("root/t.csv", table);
    let boxed = "images: {table: t.csv, path: '{file}', id: '{file}', box: {left: x, top: y, width: w, height: h}}\n";
    let fields = "fields: {c: c, g: {from: g, levels: [f, m], outside: reject}}\nlabel: g\nsubject: who\nstrict: true\n";
    for wanted in ["c: {not_in: [none]}", "c: [Nodule, Mass]"] {
        for images in [boxed, "images: {table: t.csv, path: '{file}', id: '{file}'}\n"] {
            let text = shown(&folder, &format!("{images}{fields}where: {{{wanted}}}\n")).to_string();
            assert!(
                text.contains("3 items, 2 classes") && text.contains("left out by `where`: 7") && text.contains("0 rows rejected"),
                "{text}"
            );
        }
    }
    let names = "images: {glob: '*.png', name: '(?<n>.)[.]png'}\nlabel: n\nwhere: {n: {not_in: ['1', '2', '3']}}\nstrict: true\n";
    let folder = folder.file("root/j.csv", "id,v\n0,1\n").file("root/side/0.json", r#"{"a": 1}"#);
    let joined = "tables: {j: {file: j.csv, key: {column: id, equals: n}}}\nfields: {n: n, v: j.v}\n";
    let beside = "sidecar: {file: 'side/{n}.json', fields: {a: {at: /a}}}\nfields: {n: n, a: a}\n";
    for more in [joined, beside] {
        let text = shown(&folder, &format!("{names}{more}")).to_string();
        assert!(text.contains("1 item, 1 class") && text.contains("left out by `where`: 3"), "{text}");
    }
    // What is joined is not known of an item that has no row.
    let text =
        shown(&folder, &format!("{}{joined}", names.replace("n: {not_in: ['1', '2', '3']}", "j.v: ['1']").replace("strict: true\n", "")));
    assert!(text.to_string().contains("3 rows rejected"), "{text}");
}
