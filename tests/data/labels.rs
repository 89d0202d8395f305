//! Labels of which an item may have several, in every form they come in.

use fairgrid::data::dataset::Dataset;
use fairgrid::data::mock;
use fairgrid::spec::card::Card;

use super::folder::{Folder, labels, levels};

fn three() -> Folder {
    let folder = Folder::new();
    folder.images(&["a.jpg", "b.jpg", "c.jpg"]);
    folder
}

const FILES: &str = "images: {glob: '*.jpg', id: '{stem}'}\n";

#[test]
fn long_labels_are_present_absent_or_unknown() {
    let folder = three();
    folder
        .write("l.csv", "ImageID,Source,LabelName,Confidence\na,verification,/m/1,1\na,verification,/m/2,0\nb,verification,/m/2,1.0\nb,verification,/m/3,0.7\nz,verification,/m/4,1\n")
        .write("n.csv", "/m/1,Person\n/m/2,\"Fiat 500 \"\"topolino\"\"\"\n/m/3,Cat\n");
    let card = "labels: {file: l.csv, id: ImageID, class: LabelName, value: Confidence, names: {file: n.csv, columns: [code, name]}}\n";
    let dataset = folder.open(&format!("{FILES}{card}")).unwrap();
    assert_eq!(dataset.classes, ["Fiat 500 \"topolino\"", "Person"]);
    assert_eq!(labels(&dataset), ["Person !Fiat 500 \"topolino\"", "Fiat 500 \"topolino\"", ""]);

    let chosen = folder.open(&format!("{FILES}{}", card.replace("labels: {", "labels: {classes: [Person, /m/2], "))).unwrap();
    assert_eq!(chosen.classes, ["Person", "/m/2"]);
    let error = folder.open(&format!("{FILES}{}", card.replace("labels: {", "labels: {classes: [Persona], "))).unwrap_err();
    assert!(error.ends_with("no label of the class `Persona` was found"), "{error}");
}

#[test]
fn labels_that_contradict_each_other_keep_the_first_and_are_listed() {
    let folder = three();
    folder.write("l.csv", "i,c,v\na,x,1\na,x,0\nb,,1\nb,y\n");
    let rejected = folder.rejected(&format!("{FILES}labels: {{file: l.csv, id: i, class: c, value: v}}\n"));
    assert_eq!(
        rejected,
        [
            "`l.csv` 5: 2 cells where the header has 3",
            "`l.csv` 3: `x` of `a` is said to be both present and absent: the first counts",
            "`l.csv` 4: the id or the class is empty",
        ]
    );
}

#[test]
fn wide_labels_of_plus_and_minus_one() {
    let folder = three();
    folder.write("attributes.txt", "3\nMale Young\na.jpg  1 -1\nb.jpg -1 -1\nc.jpg  0  1\n");
    let dataset = folder
        .open(
            "images: {glob: '*.jpg'}\ntables: {a: {file: attributes.txt, skip_rows: 1, first_column: image, key: {column: image, equals: file}}}\n\
             labels: {columns: [a.Male, a.Young], present: 1, absent: -1}\n",
        )
        .unwrap();
    assert_eq!(dataset.classes, ["Male", "Young"]);
    assert_eq!(labels(&dataset), ["Male !Young", "!Male !Young", "Young"]);
}

#[test]
fn two_lists_say_what_is_there_and_what_is_not() {
    let folder = three();
    folder.write(
        "vaw.json",
        r#"[{"id": "a", "yes": ["red", "big"], "no": ["blue"]}, {"id": "b", "yes": ["blue"], "no": []}, {"id": "c", "yes": ["red"], "no": ["red"]}]"#,
    );
    let card = "images: {table: vaw.json, path: '{id}.jpg'}\nlabels: {present: yes, absent: no}\n";
    let dataset = folder.open(card).unwrap();
    assert_eq!(
        (dataset.classes.join(" "), labels(&dataset)),
        ("big blue red".to_owned(), vec!["big red !blue".to_owned(), "blue".to_owned()])
    );
    assert_eq!(folder.rejected(card), ["`vaw.json` 3: `red` is in `yes` and in `no`"]);
    let rest = folder.open(&card.replace("absent: no", "absent: rest, classes: [red, blue]")).unwrap();
    assert_eq!(labels(&rest), ["red !blue", "blue !red", "red !blue"]);
    let half = folder.open(&card.replace(", absent: no", "")).unwrap_err();
    assert!(half.contains("`labels` needs the key `absent`"), "{half}");

    // What cells are, lists are: blanks do not count, and 1.0 is 1.
    folder.write("vaw.json", r#"[{"id": "a", "yes": [" red", 1.0, ""], "no": ["blue "]}, {"id": "b", "yes": ["1"], "no": ["red"]}]"#);
    assert_eq!(labels(&folder.open(card).unwrap()), ["1 red !blue", "1 !red"]);

    // The lists of side files, as a card's mock writes them too.
    folder.write("a.json", r#"{"tags": ["x", "y"]}"#).write("b.json", r#"{"tags": ["y"]}"#).write("c.json", r#"{"tags": {"x": 1}}"#);
    let card =
        "images: {glob: '*.jpg'}\nsidecar: {file: '{stem}.json', fields: {tags: {at: /tags}}}\nlabels: {from: tags, others: absent}\n";
    assert_eq!(labels(&folder.open(card).unwrap()), ["x y", "y !x"]);
    assert_eq!(folder.rejected(card), ["`c.jpg`: the side file `c.json` has no single value at `/tags`"]);
    for card in [card, "images: {table: t.jsonl, path: '{f}'}\nlabels: {present: yes, absent: no, classes: [x, y]}\n"] {
        folder.write("card.yaml", format!("fairgrid_card: 1\ndataset: d\n{card}"));
        let read = Card::read(&folder.path().join("card.yaml")).unwrap();
        let root = folder.path().join(format!("mock-{}", card.len()));
        mock::write(&read, Some(40), &root).unwrap();
        let dataset = Dataset::open(&read.at(&root), &folder.path().join("cache")).unwrap();
        assert_eq!((dataset.ids.len(), dataset.rejections), (40, 0), "{:?}", dataset.rejected);
        assert!(labels(&dataset).iter().any(|labels| labels.contains('!')));
    }
}

#[test]
fn booleans_of_python_are_text_as_they_are_in_tables() {
    let folder = three();
    folder.write("t.csv", "file,mask,mixed,low\na.jpg,True,True,true\nb.jpg,False,1,false\nc.jpg,True,FALSE,true\n");
    let table = "images: {table: t.csv, path: '{file}'}\n";
    for (card, expected) in [
        ("labels: {columns: [mask], present: True, absent: False}\n", ["mask", "!mask", "mask"]),
        ("labels: {columns: [mask], present: 'True', absent: 'False'}\n", ["mask", "!mask", "mask"]),
        ("labels: {columns: [mixed], present: [True, 1], absent: [FALSE, 0]}\n", ["mixed", "mixed", "!mixed"]),
        ("labels: {columns: [low], present: true, absent: false}\n", ["low", "!low", "low"]),
    ] {
        assert_eq!(labels(&folder.open(&format!("{table}{card}")).unwrap()), expected, "{card}");
    }
    for (field, level) in [("mask", "True"), ("mixed", "FALSE"), ("low", "true")] {
        let card = format!("{table}fields: {{{field}: {{levels: [{level}], outside: keep}}}}\nwhere: {{{field}: {level}}}\n");
        let dataset = folder.open(&card).unwrap_or_else(|error| panic!("{card}: {error}"));
        assert!(dataset.ids.contains(&"c.jpg".to_owned()), "{card}");
        assert!(levels(&dataset, field).iter().all(|found| *found == level), "{card}");
    }
    let anchored = folder.open(&format!("{table}labels: {{columns: [mask], absent: &no False, present: [True, *no]}}\n")).unwrap_err();
    assert!(anchored.contains("`False` is both `present` and `absent`"), "{anchored}");
    let strict = folder.open(&format!("{table}strict: True\n")).unwrap_err();
    assert!(strict.contains("expected `true` or `false`, found `True`"), "{strict}");
}

#[test]
fn lists_of_labels() {
    let folder = three();
    folder.write("t.csv", "file,tags,json\na.jpg,cat; dog,\"[\"\"cat\"\", 3]\"\nb.jpg,,[]\nc.jpg,dog,oops\n");
    let table = "images: {table: t.csv, path: '{file}'}\n";
    let dataset = folder.open(&format!("{table}labels: {{from: tags, separator: ';', others: absent}}\n")).unwrap();
    assert_eq!(labels(&dataset), ["cat dog", "!cat !dog", "dog !cat"]);
    let dataset = folder.open(&format!("{table}labels: {{from: json, others: unknown}}\n")).unwrap();
    assert_eq!(
        (labels(&dataset), dataset.ids.clone()),
        (vec!["3 cat".to_owned(), String::new()], vec!["a.jpg".to_owned(), "b.jpg".to_owned()])
    );
    assert_eq!(
        dataset.rejected[0].to_string(),
        "`t.csv` 4: `json` is `oops`, which is no list: write `[\"a\", \"b\"]`, or say the `separator`"
    );
}

#[test]
fn an_item_without_a_list_is_not_labelled() {
    let folder = three();
    folder.images(&["d.jpg"]).write("a.json", r#"{"tags": ["x", "y"]}"#).write("b.json", r#"{"tags": []}"#);
    folder.write("c.json", r#"{"tags": null}"#).write("d.json", r#"{"note": "nobody looked"}"#);
    let card =
        "images: {glob: '*.jpg'}\nsidecar: {file: '{stem}.json', fields: {tags: {at: /tags}}}\nlabels: {from: tags, others: absent}\n";
    assert_eq!(labels(&folder.open(card).unwrap()), ["x y", "!x !y", "", ""]);
    let lost = folder.open(&card.replace("at: /tags", "at: /tag")).unwrap_err();
    assert!(lost.contains("no side file has anything at `/tag`"), "{lost}");
    let alone = Folder::new();
    alone.images(&["c.jpg"]).write("c.json", r#"{"tags": null}"#);
    let lost = alone.open(card).unwrap_err();
    assert!(lost.contains("no item has a list in `tags`"), "{lost}");
    // Between separators, nothing is a list of nothing.
    folder.write("t.csv", "file,tags,list\na.jpg,x y,\"['x']\"\nb.jpg,,[]\nc.jpg,y,\n");
    let table = "images: {table: t.csv, path: '{file}'}\n";
    let bare = folder.open(&format!("{table}labels: {{from: tags, separator: ' ', others: absent}}\n")).unwrap();
    assert_eq!(labels(&bare), ["x y", "!x !y", "y !x"]);
    let list = folder.open(&format!("{table}labels: {{present: list, absent: rest}}\n")).unwrap();
    assert_eq!(labels(&list), ["x", "!x", ""]);
}

#[test]
fn a_class_is_one_whether_labels_write_its_name_or_its_code() {
    let folder = three();
    folder.write("names.csv", "1,Dog\n2,Cat\n").write(
        "t.jsonl",
        "{\"f\": \"a.jpg\", \"yes\": [\"Dog\"], \"no\": [2]}\n{\"f\": \"b.jpg\", \"yes\": [1], \"no\": [\"Cat\", \"Fox\"]}\n\
         {\"f\": \"c.jpg\", \"yes\": [\"Dog\", 1], \"no\": [1]}\n",
    );
    let card = "images: {table: t.jsonl, path: '{f}'}\nlabels: {present: yes, absent: no, names: {file: names.csv}}\n";
    let dataset = folder.open(card).unwrap();
    assert_eq!(dataset.classes, ["Cat", "Dog", "Fox"]);
    assert_eq!(labels(&dataset), ["Dog !Cat", "Dog !Cat !Fox"]);

    folder.write("l.csv", "i,c,v\na,Dog,1\na,1,0\nb,1,0\nc,Cat,1\n");
    let card = format!("{FILES}labels: {{file: l.csv, id: i, class: c, value: v, names: {{file: names.csv}}}}\n");
    assert_eq!(labels(&folder.open(&card).unwrap()), ["Dog", "!Dog", "Cat"]);
    assert_eq!(folder.rejected(&card), ["`a`: `Dog` and its code `1` are said to be both present and absent: the first counts"]);
    let twice = folder.open(&card.replace("value: v", "value: v, classes: [Dog, '1']")).unwrap_err();
    assert!(twice.contains("`1` is the code of `Dog`, which is named in `classes` too"), "{twice}");
    folder.write("names.csv", "1,Dog\n2,Dog\n3,Dog (1)\n").write("l.csv", "i,c,v\na,1,1\nb,2,1\nc,3,1\n");
    let twice = folder.open(&card).unwrap_err();
    assert!(twice.contains("two classes are called `Dog (1)`"), "{twice}");
}

#[test]
fn a_table_of_what_is_there_says_that_the_rest_is_absent() {
    let folder = three();
    folder.write("l.csv", "im,lab\na,x\na,y\nc,z\n");
    let card = format!("{FILES}labels: {{file: l.csv, id: im, class: lab, absent: rest}}\n");
    assert_eq!(labels(&folder.open(&card).unwrap()), ["x y !z", "!x !y !z", "z !x !y"]);
    assert_eq!(labels(&folder.open(&card.replace(", absent: rest", "")).unwrap()), ["x y", "", "z"]);
    for words in ["present: [q]", "absent: [x]", "present: 1, absent: rest"] {
        let refused = folder.open(&card.replace("absent: rest", words)).unwrap_err();
        assert!(refused.contains("these labels have no `value`: each row says that its class is there"), "{refused}");
    }
    let refused = folder.open(&card.replace("class: lab", "class: lab, value: v")).unwrap_err();
    assert!(refused.contains("here cells say what is absent"), "{refused}");
}

#[test]
fn names_are_two_columns() {
    let folder = three();
    folder.write("l.csv", "im,lab\na,/m/01\n").write("names.csv", "label_code\n/m/01\n");
    let refused = folder.open(&format!("{FILES}labels: {{file: l.csv, id: im, class: lab, names: {{file: names.csv}}}}\n")).unwrap_err();
    assert!(refused.ends_with("`names.csv` has 1 column, and `names` are codes and what they are called"), "{refused}");

    // JSON has no first column, and of two that fit no label neither is the code.
    folder.write("names.json", r#"[{"id": "/m/01", "name": "Cat", "frequency": "c"}, {"id": "/m/02", "name": "Dog", "frequency": "r"}]"#);
    let card = format!("{FILES}labels: {{file: l.csv, id: im, class: lab, names: {{file: names.json}}}}\n");
    let refused = folder.open(&card).unwrap_err();
    assert!(refused.ends_with("`names.json` has 3 columns, and `names` are codes and what they are called"), "{refused}");
    let said = |code: &str, name: &str| folder.open(&card.replace("names.json", &format!("names.json, code: {code}, name: {name}")));
    assert_eq!(labels(&said("id", "name").unwrap())[0], "Cat");
    let refused = said("frequency", "name").unwrap_err();
    assert!(refused.ends_with("the codes are such as `c`, `r`, the labels `/m/01`"), "{refused}");
}
