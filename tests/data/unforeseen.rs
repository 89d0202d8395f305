//! Cards of datasets that no shipped card describes, as they lie on disk, and their mocks.

use fairgrid::data::dataset::Dataset;
use fairgrid::data::mock;
use fairgrid::spec::card::Card;

use super::folder::{Folder, labels, levels, split};

/// FACET: a row a person, the box as JSON in a cell, attributes as columns of ones and zeros, skin tones as votes.
const FACET: &str = "images:
  table: annotations/annotations.csv
  path: 'imgs/{filename}'
  id: '{person_id}'
  box: {left: bounding_box.x, top: bounding_box.y, width: bounding_box.width, height: bounding_box.height}
fields:
  class: class1
  gender:
    columns: {gender_presentation_masc: masculine, gender_presentation_fem: feminine, gender_presentation_non_binary: non-binary}
    several: {level: several}
  skin:
    columns: {skin_tone_1: light, skin_tone_2: light, skin_tone_3: light, skin_tone_8: dark, skin_tone_9: dark, skin_tone_10: dark}
label: class
attribute: skin
subject: filename
where: {visible: {at_least: 0.5}}
mock: {rows: 40, rates: {class: {nurse: 1, guard: 1}}, shown: [skin]}
";

#[test]
fn facet_has_boxes_in_cells_and_a_column_a_level() {
    let folder = Folder::new();
    let cell = |x: u32, width: u32| format!(r#""{{""x"": {x}, ""y"": 2, ""width"": {width}, ""height"": 9}}""#);
    let header = "person_id,filename,class1,bounding_box,visible,gender_presentation_masc,gender_presentation_fem,\
                  gender_presentation_non_binary,skin_tone_1,skin_tone_2,skin_tone_3,skin_tone_8,skin_tone_9,skin_tone_10\n";
    let rows = [
        format!("1,a.jpg,nurse,{},1.0,0,1,0,1,1,0,1,0,0\n", cell(3, 8)),
        format!("2,a.jpg,guard,{},0.5,1,1,0,0,1,0,0,1,0\n", cell(0, 5)),
        format!("3,b.jpg,guard,{},0.9,0,0,0,,,,2.0,,\n", cell(1, 4)),
        format!("4,b.jpg,guard,{},0.2,1,0,0,0,0,0,0,0,3\n", cell(1, 4)),
        "5,b.jpg,guard,no box,1,1,0,0,0,0,0,0,0,3\n".to_owned(),
        format!("6,b.jpg,guard,{},1,yes,0,0,0,0,0,0,0,3\n", cell(1, 4)),
    ];
    folder.images(&["imgs/a.jpg", "imgs/b.jpg"]).write("annotations/annotations.csv", header.to_owned() + &rows.concat());
    let dataset = folder.open(FACET).unwrap();
    assert_eq!(dataset.ids, ["1", "2", "3"]);
    assert_eq!((levels(&dataset, "gender"), levels(&dataset, "skin")), (vec!["feminine", "several", "-"], vec!["light", "-", "dark"]));
    assert_eq!(dataset.native, (9, 8, 3));
    let rejected: Vec<String> = dataset.rejected.iter().map(ToString::to_string).collect();
    assert_eq!(
        rejected,
        [
            "`annotations/annotations.csv` 6: `bounding_box` is not JSON: expected ident at line 1 column 2",
            "`annotations/annotations.csv` 7: `gender_presentation_masc` is `yes`: expected a number"
        ]
    );
    let error = folder.open(&FACET.replace("skin_tone_10: dark", "skin_tone_11: dark")).unwrap_err();
    assert!(error.contains("skin_tone_11"), "{error}");
}

/// Casual Conversations: a JSON map of subjects, each with a list of its frames.
const CONVERSATIONS: &str = "images:
  table: {file: CasualConversations.json, at: /subjects, each: files}
  path: '{files.path}'
fields:
  age: {from: label.age, bins: [18, 30, 46, 86], outside: missing, provenance: self_identified}
  gender: {from: label.gender, map: {Male: male, Female: female}, outside: {level: other}, provenance: self_identified}
  skin: {from: label.skin-type, map: {1: light, 2: light, 3: light, 4: dark, 5: dark, 6: dark}, provenance: annotated}
  dark: {from: files.is_dark, map: {true: dark, false: bright}}
label: gender
attribute: skin
subject: key
mock: {rows: 40, render: face, shown: [skin]}
";

#[test]
fn casual_conversations_is_a_map_of_subjects_with_lists_of_files() {
    let folder = Folder::new();
    folder.images(&["CC/0/a.jpg", "CC/0/b.jpg", "CC/1/c.jpg"]).write(
        "CasualConversations.json",
        r#"{"version": 2, "subjects": {
            "0000": {"label": {"age": "48", "gender": "Male", "skin-type": "5"}, "files": [
                {"path": "CC/0/a.jpg", "is_dark": true}, {"path": "CC/0/b.jpg", "is_dark": false}]},
            "0001": {"label": {"age": "N/A", "gender": "Other", "skin-type": "2"}, "files": [{"path": "CC/1/c.jpg", "is_dark": false}]},
            "0002": {"label": {"age": "20", "gender": "Male", "skin-type": "2"}},
            "0003": {"label": {"age": "20", "gender": "Male", "skin-type": "2"}, "files": []}}}"#,
    );
    let dataset = folder.open(CONVERSATIONS).unwrap();
    assert_eq!(levels(&dataset, "age"), ["[46, 86)", "[46, 86)", "-"]);
    assert_eq!((levels(&dataset, "gender"), levels(&dataset, "skin")), (vec!["male", "male", "other"], vec!["dark", "dark", "light"]));
    assert_eq!(levels(&dataset, "dark"), ["dark", "bright", "bright"]);
    assert_eq!(dataset.subject.unwrap().levels, ["0000", "0001"]);
    assert_eq!(dataset.rejected[0].to_string(), "`CasualConversations.json` 3: it has no list `files`");
    let error = folder.open(&CONVERSATIONS.replace("/subjects", "/subject")).unwrap_err();
    assert!(error.contains("has nothing at `/subject`"), "{error}");
    folder.write("CasualConversations.json", r#"{"subjects": {"0": {"#);
    assert!(folder.open(CONVERSATIONS).unwrap_err().contains("is no JSON document"));
}

/// CheXpert: 1, 0, -1 for uncertain, and nothing where the report does not mention it.
const CHEXPERT: &str = "images: {table: train.csv, path: '{Path}'}
labels: {columns: [Cardiomegaly, Edema], present: 1, absent: [0, null]}
fields:
  sex: {from: Sex, map: {Male: male, Female: female}, outside: missing}
  patient: {from: Path, match: '.*/(patient\\d+)/.*'}
subject: patient
splits: {test: {fraction: 0.5, seed: 0}, train: {rest: true}}
mock: {rows: 60}
";

#[test]
fn chexpert_says_nothing_of_what_is_uncertain_and_no_of_what_is_not_mentioned() {
    let folder = Folder::new();
    let paths: Vec<String> =
        (1..=4).flat_map(|patient| (1..=2).map(move |study| format!("T/patient{patient}/study{study}/v.jpg"))).collect();
    folder.images(&paths.iter().map(String::as_str).collect::<Vec<_>>());
    let cells = ["1.0,", "0.0,1.0", "-1.0,1.0", ",-1.0", "1,0", "1,0", "1,0", "1,0"];
    let rows: Vec<String> = paths.iter().zip(cells).map(|(path, cells)| format!("{path},Male,{cells}\n")).collect();
    folder.write("train.csv", format!("Path,Sex,Cardiomegaly,Edema\n{}", rows.concat()));
    let dataset = folder.open(CHEXPERT).unwrap();
    assert_eq!(labels(&dataset)[..4], ["Cardiomegaly !Edema", "Edema !Cardiomegaly", "Edema", "!Cardiomegaly"]);
    let (test, train) = (split(&dataset, "test"), split(&dataset, "train"));
    assert_eq!((test.len(), train.len()), (4, 4));
    assert!(test.iter().all(|path| !train.iter().any(|other| path[..10] == other[..10])), "patients are whole: {test:?} {train:?}");
}

/// ImageNet: a folder a synset, and a table whose lines say what the synsets are.
const IMAGENET: &str = "images: {glob: '*/*.JPEG', path: '(?<synset>n\\d+)/(?<stem>[^/]+)\\.JPEG'}
tables: {names: {file: LOC_synset_mapping.txt, delimiter: \"\\t\", columns: [line], key: {column: line, match: '(?<synset>n\\d+) .*'}}}
fields: {class: {from: names.line, match: 'n\\d+ ([^,]+).*'}}
label: class
mock: {rows: 20, rates: {class: {tench: 1, goldfish: 1}}}
";

/// Adience: five folds in tables of their own, tab-separated, with ages that hold commas.
const ADIENCE: &str = "images:
  table: {files: {fold_0: fold_0_data.txt, fold_1: fold_1_data.txt}, format: tsv}
  path: 'faces/{user_id}/coarse_tilt_aligned_face.{face_id}.{original_image}'
fields:
  gender: {map: {m: male, f: female}, outside: missing, missing: reject}
  age: {map: {'(25, 32)': 25-32, '(0, 2)': 0-2}, outside: missing}
  user: user_id
label: gender
attribute: age
mock: {rows: 40, render: face, shown: [age], rates: {user: {a@1: 1, b@2: 1}}}
";

/// VGGFace2: identities in a table of their own, with blanks behind the commas.
const VGGFACE: &str = "images: {glob: '{train,test}/*/*.jpg', path: '(?<part>train|test)/(?<Class_ID>n\\d+)/(?<image>\\d+_\\d+)\\.jpg'}
tables: {identity: {file: identity_meta.csv, key: Class_ID}}
fields: {gender: {from: identity.Gender, map: {m: male, f: female}}}
label: gender
subject: Class_ID
splits: {from: part}
mock: {rows: 40, render: face}
";

#[test]
fn folders_of_synsets_tables_of_folds_and_tables_of_identities() {
    let folder = Folder::new();
    folder
        .images(&["n01440764/a.JPEG", "n01443537/b.JPEG", "n99999999/c.JPEG"])
        .write("LOC_synset_mapping.txt", "n01440764 tench, Tinca tinca\nn01443537 goldfish, Carassius auratus\n");
    let dataset = folder.open(IMAGENET).unwrap();
    assert_eq!(levels(&dataset, "class"), ["tench", "goldfish"]);
    assert_eq!(dataset.rejected[0].to_string(), "`n99999999/c.JPEG`: the table `names` has no row for `n99999999`");

    let folder = Folder::new();
    let header = "user_id\toriginal_image\tface_id\tage\tgender\n";
    folder
        .images(&["faces/u@N0/coarse_tilt_aligned_face.7.x.jpg", "faces/v@N0/coarse_tilt_aligned_face.8.y.jpg"])
        .write("fold_0_data.txt", format!("{header}u@N0\tx.jpg\t7\t(25, 32)\tm\nu@N0\tz.jpg\t7\t(0, 2)\tu\n"))
        .write("fold_1_data.txt", format!("{header}v@N0\ty.jpg\t8\tNone\tf\n"));
    let dataset = folder.open(ADIENCE).unwrap();
    assert_eq!((levels(&dataset, "gender"), levels(&dataset, "age")), (vec!["male", "female"], vec!["25-32", "-"]));
    assert_eq!(split(&dataset, "fold_1").len(), 1);
    assert_eq!(dataset.rejections, 1, "no file, so no look at the gender");

    let folder = Folder::new();
    folder.images(&["train/n000002/0001_01.jpg", "test/n000009/0003_02.jpg"]).write(
        "identity_meta.csv",
        "Class_ID, Name, Sample_Num, Flag, Gender\nn000002, \"A_Fine_Frenzy\", 315, 1, f\nn000009, \"Aaron_Hernandez\", 391, 0, m\n",
    );
    let dataset = folder.open(VGGFACE).unwrap();
    assert_eq!(levels(&dataset, "gender"), ["male", "female"]);
    assert_eq!(split(&dataset, "test"), ["test/n000009/0003_02.jpg"]);
}

/// iNaturalist: COCO with one category an image, and what is known of the category.
const INATURALIST: &str = "images: {coco: val.json, path: '{file_name}', id: '{id}'}
fields: {species: category, kingdom: category.kingdom, continent: location}
label: kingdom
attribute: continent
mock: {rows: 20, rates: {kingdom: {Animalia: 1, Plantae: 1}, continent: {Africa: 1, Europe: 1}, species: {fox: 1, oak: 1}}}
";

/// Visual Genome: one JSON list of images, another of the objects in each.
const GENOME: &str = "images: {table: image_data.json, path: 'VG_100K/{image_id}.jpg', id: '{image_id}'}
labels: {file: objects.json, each: objects, id: image_id, class: objects.names.0}
mock: {rows: 20}
";

#[test]
fn inaturalist_and_visual_genome_are_json() {
    let folder = Folder::new();
    folder.images(&["val/a.jpg", "val/b.jpg"]).write(
        "val.json",
        r#"{"images": [{"id": 1, "file_name": "val/a.jpg", "location": "Africa"}, {"id": 2, "file_name": "val/b.jpg", "location": "Europe"}],
            "annotations": [{"id": 1, "image_id": 1, "category_id": 0}, {"id": 2, "image_id": 2, "category_id": 5}],
            "categories": [{"id": 0, "name": "fox", "kingdom": "Animalia"}, {"id": 5, "name": "oak", "kingdom": "Plantae"}]}"#,
    );
    let dataset = folder.open(INATURALIST).unwrap();
    assert_eq!((levels(&dataset, "species"), levels(&dataset, "kingdom")), (vec!["fox", "oak"], vec!["Animalia", "Plantae"]));
    assert_eq!(levels(&dataset, "continent"), ["Africa", "Europe"]);

    let folder = Folder::new();
    folder
        .images(&["VG_100K/1.jpg", "VG_100K/2.jpg"])
        .write("image_data.json", r#"[{"image_id": 1, "width": 61}, {"image_id": 2, "width": 61}, 7]"#)
        .write(
            "objects.json",
            r#"[{"image_id": 1, "objects": [{"names": ["tree", "oak"], "x": 1}, {"names": ["man"]}]}, {"image_id": 2, "objects": [{"names": ["man"]}]}]"#,
        );
    let dataset = folder.open(GENOME).unwrap();
    assert_eq!(labels(&dataset), ["man tree", "man"]);
    assert_eq!(dataset.rejected[0].to_string(), "`image_data.json` 3: expected a JSON object");
}

/// A table in parts and images in archives in parts, as large datasets are packed.
const PARTS: &str = "images: {table: {files: {train: 'train-*.csv', test: 'test-*.csv'}}, path: '{file}', archive: 'shards/*.zip'}
tables: {people: {file: 'people-{a,b}.csv', key: person}}
labels: {file: 'machine-*.csv', id: file, class: label, value: confidence, present: {at_least: 0.7}, absent: {below: 0.1}}
fields: {tone: {from: people.tone, map: {1: light, 6: dark}}}
attribute: tone
mock: {rows: 30, shown: [tone]}
";

#[test]
fn tables_and_archives_in_parts_are_read_as_one() {
    use std::io::Write;
    let folder = Folder::new();
    let zip = |names: &[&str]| {
        let mut zip = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
        for name in names {
            zip.start_file(*name, zip::write::SimpleFileOptions::default()).unwrap();
            zip.write_all(&std::fs::read(format!("{}/full.jpg", super::folder::IMAGES)).unwrap()).unwrap();
        }
        zip.finish().unwrap().into_inner()
    };
    folder
        .write("shards/0.zip", zip(&["a.jpg", "b.jpg"]))
        .write("shards/1.zip", zip(&["b.jpg", "c.jpg"]))
        .write("train-0.csv", "file,person\na.jpg,1\n")
        .write("train-1.csv", "file,person\nb.jpg,2\n")
        .write("test-0.csv", "file,person\nc.jpg,1\n")
        .write("people-a.csv", "person,tone\n1,1.0\n")
        .write("people-b.csv", "person,tone\n2,6.0\n")
        .write("machine-0.csv", "file,label,confidence\na.jpg,car,0.9\na.jpg,dog,0.05\n")
        .write("machine-1.csv", "file,label,confidence\nb.jpg,car,0.5\nc.jpg,dog,0.7\n");
    let two = "`train-1.csv` 2: 2 archives hold `b.jpg`: name one of them in `path`, `shards/0.zip/b.jpg`";
    assert_eq!(folder.rejected(PARTS), [two]);
    folder.write("train-1.csv", "file,person\nshards/1.zip/b.jpg,2\n").write("machine-1.csv", "file,label,confidence\nc.jpg,dog,0.7\n");
    let dataset = folder.open(PARTS).unwrap();
    assert_eq!((split(&dataset, "train"), split(&dataset, "test")), (vec!["a.jpg", "shards/1.zip/b.jpg"], vec!["c.jpg"]));
    assert_eq!(levels(&dataset, "tone"), ["light", "dark", "light"]);
    assert_eq!(labels(&dataset), ["car !dog", "", "dog"]);
    assert_eq!(dataset.rejections, 0, "{:?}", dataset.rejected);
    assert_eq!(dataset.items.containers.len(), 2, "an archive is read once, however many tables speak of it");
    let error = folder.open(&PARTS.replace("train-*", "training-*")).unwrap_err();
    assert!(error.contains("training-*.csv` is a pattern that no file matches"), "{error}");
}

/// JSON lines with a list in each, and a box in it.
const LINES: &str = "images: {table: {file: a.jsonl, each: boxes}, path: '{image.path}', id: '{row}', \
                     box: {left: boxes.xy.0, top: boxes.xy.1, width: boxes.xy.2, height: boxes.xy.3}}
fields: {kind: boxes.c}
label: kind
subject: person.id
mock: {rows: 30}
";

/// iNaturalist 2018: the names of categories lie in a table of their own.
const CATEGORIES: &str = "images: {coco: {train: train.json}, path: '{file_name}', id: '{id}'}
tables:
  places: {file: locations.json, key: id}
  names: {file: categories.json, key: {column: id, equals: category.id}}
fields: {species: names.name, half: {from: places.lat, bins: [-90, 0, 90], names: [south, north], missing: keep}}
label: species
subject: places.user_id
mock: {rows: 30}
";

/// IMDB: a joined table says how sure it is.
const SURE: &str = "images: {glob: 'crop/*/*.jpg', path: 'crop/(?<name>\\d\\d/(?<person>nm\\d+)_rm\\d+\\.jpg)'}
tables: {t: {file: imdb.csv, key: {column: full_path, match: \"\\\\['(?<name>.*)'\\\\]\"}}}
fields: {gender: {from: t.gender, map: {1: male, 0: female}, confidence: {column: t.score, at_least: 2.5}}}
label: gender
subject: person
mock: {rows: 30}
";

/// ChestX-ray14: the pattern takes the ending with the name.
const ENDING: &str = "images: {glob: 'images_*/images/*.png', path: 'images_\\d+/images/(?<name>.*)', id: '{name}'}
tables: {t: {file: entries.csv, key: {column: Image Index, equals: name}}}
fields: {sex: {from: t.Patient Sex, map: {F: female, M: male}}}
label: sex
subject: t.Patient ID
mock: {rows: 30}
";

/// Market-1501: a label that is one digit of the file's name.
const DIGIT: &str = "images: {glob: 'test/*.jpg', name: '(?<person>-?\\d+)_c(?<camera>\\d)s(?<run>\\d)_\\d+\\.jpg'}
fields: {camera: camera}
label: camera
subject: person
where: {person: {at_least: 1}}
mock: {rows: 30}
";

#[test]
fn cards_that_nobody_shipped_have_mocks_that_they_read_whole() {
    for card in
        [FACET, CONVERSATIONS, CHEXPERT, IMAGENET, ADIENCE, VGGFACE, INATURALIST, GENOME, PARTS, LINES, CATEGORIES, SURE, ENDING, DIGIT]
    {
        let folder = Folder::new();
        folder.write("card.yaml", format!("fairgrid_card: 1\ndataset: d\n{card}"));
        let card = Card::read(&folder.path().join("card.yaml")).unwrap();
        let written = mock::write(&card, None, &folder.path().join("mock")).unwrap();
        let dataset = Dataset::open(&card.at(&folder.path().join("mock")), &folder.path().join("cache")).unwrap();
        assert_eq!((dataset.rejections, dataset.ids.len() as u64), (0, written.items), "{:?}", dataset.rejected.first());
    }
}

#[test]
fn boxes_in_a_cell_keys_of_several_columns_numbers_with_zeros_and_quotes_that_are_letters() {
    let folder = Folder::new();
    folder.image("img/000001.png", "rgb.png").image("img/000002.png", "rgb.png");
    folder.write("t.tsv", "n\tsite\tbox\tword\n1\tA\t[1, 2, 11, 22]\t5\" tall\n2\tB\t3 4 13 24\t\"high\n2\tB\t3 4 13\tlow\n");
    folder.write("people.csv", "place,number,tone\nA,1,dark\nB,1,none\nB,2,light\n");
    let card = "
images: {table: {file: t.tsv, quotes: none}, path: 'img/{n:06}.png', id: '{site}{n:03d}', box: {from: box, format: xyxy}}
tables: {people: {file: people.csv, key: {column: '{place}/{number}', equals: '{site}/{n}'}}}
fields: {tone: {from: people.tone}, word: {}}
";
    let dataset = folder.open(card).unwrap();
    assert_eq!(dataset.ids, ["A001", "B002"]);
    assert_eq!((levels(&dataset, "tone"), levels(&dataset, "word")), (vec!["dark", "light"], vec!["5\" tall", "\"high"]));
    let edges: Vec<[f64; 4]> = dataset.items.windows.iter().map(|window| [window.left, window.top, window.right, window.bottom]).collect();
    assert_eq!(edges, [[1.0, 2.0, 11.0, 22.0], [3.0, 4.0, 13.0, 24.0]]);
    assert_eq!(folder.rejected(card), ["`t.tsv` 4: `box` is `3 4 13`: expected four numbers"]);
    for (format, edges) in [("xywh", [1.0, 2.0, 12.0, 24.0]), ("cxcywh", [-4.5, -9.0, 6.5, 13.0])] {
        let window = folder.open(&card.replace("xyxy", format)).unwrap().items.windows[0];
        assert_eq!([window.left, window.top, window.right, window.bottom], edges, "{format}");
    }
    let same = "images: {table: people.csv, path: 'img/00000{number}.png', id: '{place}{number}'}
tables: {more: {file: people.csv, key: '{place}-{number}'}}\nfields: {tone: {from: more.tone}}\n";
    assert_eq!(levels(&folder.open(same).unwrap(), "tone"), ["dark", "none", "light"]);
    let card = Card::read(&folder.path().join("card.yaml")).unwrap();
    mock::write(&card, Some(20), &folder.path().join("mock")).unwrap();
    let read = Dataset::open(&card.at(&folder.path().join("mock")), &folder.path().join("cache")).unwrap();
    assert_eq!((read.ids.len(), read.rejections), (20, 0), "{:?}", read.rejected);
    for (card, told) in [
        ("images: {table: t.tsv, path: 'img/{n}.png', box: {from: box}}\n", "a box needs `left` and `top`"),
        ("images: {table: t.tsv, path: 'img/{n}.png', box: {from: box, format: xyxy, left: n}}\n", "a box needs `left` and `top`"),
    ] {
        let error = folder.open(card).unwrap_err();
        assert!(error.contains(told), "{error}");
    }
}

#[test]
fn what_is_written_with_decimals_is_the_same_level() {
    let folder = Folder::new();
    folder.image("a.png", "rgb.png");
    folder
        .write("train.csv", "id,group,who,kind,part\n1,1,7,2,0\n2,2,8,3,0\n")
        .write("test.csv", "id,group,who,kind,part\n3,1.0,9.0,2.0,1.0\n4,,,1.5,1.0\n");
    let card = "images: {table: {files: {train: train.csv, test: test.csv}}, path: a.png, id: '{id}'}
fields: {group: {}, who: {missing: keep}, kind: {levels: [2.0, 3, 1.5]}}
subject: who
";
    let dataset = folder.open(card).unwrap();
    assert_eq!(levels(&dataset, "group"), ["1", "2", "1", "-"]);
    assert_eq!(levels(&dataset, "who"), ["7", "8", "9", "-"]);
    assert_eq!(levels(&dataset, "kind"), ["2.0", "3", "2.0", "1.5"]);
    let parts = folder.open("images: {table: '*.csv', path: a.png, id: '{id}'}\nsplits: {from: part, map: {0: train, 1: test}}\n").unwrap();
    assert_eq!((split(&parts, "train"), split(&parts, "test")), (vec!["1", "2"], vec!["3", "4"]));
}
