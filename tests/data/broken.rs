//! Files, tables and cards that are wrong: each is counted and located, or refused with a remedy.

use fairgrid::data::error::in_full;
use fairgrid::data::images::Images;
use fairgrid::data::table::{Options, Table};
use fairgrid::run::index;
use fairgrid::spec::input::Input;
use tempfile::TempDir;

use super::folder::{Folder, IMAGES, split};

#[test]
fn bad_images_are_rejected_with_their_file_and_reason() {
    let folder = Folder::new();
    let png = std::fs::read(format!("{IMAGES}/rgb.png")).unwrap();
    let jpeg = std::fs::read(format!("{IMAGES}/full.jpg")).unwrap();
    folder
        .write("a/good.png", &png)
        .write("a/cut.png", &png[..png.len() - 30])
        .write("a/cut.jpg", &jpeg[..jpeg.len() - 200])
        .write("a/empty.jpg", "")
        .write("a/text.jpg", "hello")
        .write("a/misnamed.jpg", &png)
        .write("a/.hidden.jpg", "no");
    let rejected = folder.rejected("images: {glob: 'a/*.{jpg,png}'}\n");
    assert_eq!(
        rejected,
        [
            "`a/cut.jpg`: a truncated JPEG",
            "`a/cut.png`: a truncated PNG",
            "`a/empty.jpg`: the file is empty",
            "`a/text.jpg`: not an image: its first bytes are of no known format",
        ]
    );
    assert_eq!(folder.open("images: {glob: 'a/*.{jpg,png}'}\n").unwrap().ids, ["a/good.png", "a/misnamed.jpg"]);
    let strict = folder.open("strict: true\nimages: {glob: 'a/*.{jpg,png}'}\n").unwrap_err();
    assert!(strict.starts_with("the dataset `d` is strict, and 4 of its rows or files cannot be used"), "{strict}");
    let bomb = folder.rejected("pixel_limit: 2745\nimages: {glob: '**/*.png'}\n");
    assert!(!bomb.iter().any(|reason| reason.contains("good")), "61 x 45 pixels are within the limit: {bomb:?}");
    let bomb = folder.open("pixel_limit: 2744\nimages: {glob: 'a/good.png'}\n").unwrap_err();
    assert!(bomb.contains("61 x 45 pixels are more than the `pixel_limit` of 2744"), "{bomb}");
}

/// Whatever is written in a table's bytes, it is read or refused.
#[test]
fn no_byte_of_a_parquet_file_makes_its_reader_panic() {
    let folder = Folder::new();
    let read = |bytes: &[u8]| {
        folder.write("t.parquet", bytes);
        Table::read(&folder.path().join("t.parquet"), &Options::default()).map_err(|error| error.to_string())
    };
    let mut bytes = std::fs::read("tests/bad/files/flipped.parquet").unwrap();
    let error = read(&bytes).unwrap_err();
    assert!(error.ends_with("is truncated or corrupt: its bytes contradict each other"), "{error}");
    bytes[387] = 208;
    for place in 4..bytes.len() {
        bytes[place] ^= 0xff;
        drop(read(&bytes));
        bytes[place] ^= 0xff;
    }
}

#[test]
fn images_that_end_too_early_are_rejected_in_every_format() {
    let folder = Folder::new();
    let files = ["full.jpg", "progressive.jpg", "rgb.png", "lossless.webp", "bitmap.bmp", "first.gif"];
    for (index, name) in files.into_iter().enumerate() {
        let whole = std::fs::read(format!("{IMAGES}/{name}")).unwrap();
        folder.write(&format!("a/{index}-whole-{name}"), &whole).write(&format!("a/{index}-cut-{name}"), &whole[..whole.len() / 2]);
    }
    let card = "images: {glob: 'a/*'}\n";
    let rejected: Vec<String> = folder.rejected(card).iter().map(|reason| reason.rsplit(": ").next().unwrap().to_owned()).collect();
    assert_eq!(
        rejected,
        ["a truncated JPEG", "a truncated JPEG", "a truncated PNG", "a truncated WebP", "a truncated BMP", "a truncated GIF"]
    );
    assert_eq!(folder.open(card).unwrap().ids.len(), files.len());
}

#[test]
fn images_that_break_behind_a_good_header_are_rejected_in_every_format() {
    let folder = Folder::new();
    for name in ["full.jpg", "progressive.jpg", "rgb.png", "lossless.webp", "first.gif"] {
        let mut broken = std::fs::read(format!("{IMAGES}/{name}")).unwrap();
        folder.write(&format!("a/whole-{name}"), &broken);
        let middle = broken.len() / 2;
        broken[middle..middle + 60].fill(0xff);
        folder.write(&format!("a/{name}"), &broken);
    }
    let card = "images: {glob: 'a/*'}\n";
    insta::assert_snapshot!(folder.rejected(card).join("\n"));
    assert_eq!(folder.rejected(card), folder.rejected(card), "what is remembered is what was found");
    let structure = folder.rejected(&format!("verify: structure\n{card}"));
    assert!(structure.iter().all(|rejected| rejected.contains(".jpg`")), "that of the others is whole: {structure:?}");
    let unknown = folder.open(&format!("verify: deeply\n{card}")).unwrap_err();
    assert!(unknown.contains("unknown word `deeply`"), "{unknown}");
}

#[test]
fn an_image_that_breaks_in_the_middle_is_named_when_it_is_decoded() {
    let folder = Folder::new();
    let mut png = std::fs::read(format!("{IMAGES}/rgb.png")).unwrap();
    let middle = png.len() / 2;
    png[middle..middle + 20].fill(0);
    folder.image("a.png", "rgb.png").write("b.png", &png);
    let dataset = folder.open("verify: structure\nimages: {glob: '*.png'}\n").unwrap();
    let input = dataset.resolve(&Input::default()).unwrap();
    let error = Images::decode(&dataset, &[0, 1], &input, &folder.path().join("cache"), &|_, _| {}).unwrap_err().to_string();
    assert!(
        error.starts_with(
            "an image of the dataset `d` cannot be decoded: mend the files, or let the card reject them with `verify: pixels`\n  `b.png`: "
        ),
        "{error}"
    );
    let table = "file,id\na.png,1\nb.png,2\nb.png,3\na.png,4\n";
    let dataset = folder.write("t.csv", table).open("verify: structure\nimages: {table: t.csv, path: '{file}', id: '{id}'}\n").unwrap();
    let error = Images::decode(&dataset, &[0, 1, 2, 3], &input, &folder.path().join("cache"), &|_, _| {}).unwrap_err().to_string();
    let lines: Vec<&str> = error.lines().map(|line| line.split(": ").next().unwrap()).collect();
    assert_eq!(lines, ["2 images of the dataset `d` cannot be decoded", "  `2`, of `b.png`", "  `3`, of `b.png`"]);
    assert!(Images::decode(&dataset, &[0], &input, &folder.path().join("cache"), &|_, _| {}).is_ok());
}

#[test]
fn a_card_that_leaves_nothing_says_why_and_not_what_else_is_wrong() {
    let folder = Folder::new();
    folder.images(&["1.png", "2.png"]).write("t.csv", "id,one,two,part\n1,1,1,a\n1,0,1,b\n2,1,0,b\n");
    let card = "images: {glob: '*.png'}\ntables: {t: {file: t.csv, key: {column: id, equals: stem}}}\n";
    for (more, told) in [
        ("pixel_limit: 50\n", "has no image that can be read: `1.png`: 61 x 45 pixels are more than the `pixel_limit` of 50"),
        ("sidecar: {file: '{foo}.json', fields: {x: /x}}\n", "the files' names have no group `foo`"),
        ("splits: {val: {of: train, fraction: 0.3, seed: 1}, train: {of: train, rest: true}}\n", "`train` cannot be a part of itself"),
        ("splits: {val: {of: fit, fraction: 0.3, seed: 1}, fit: {of: train, rest: true}}\n", "`fit` is itself a part of another split"),
        ("splits: {from: t.Part}\n", ":5:16: `t.csv` has no column `Part`"),
    ] {
        let error = folder.open(&format!("{card}{more}")).unwrap_err();
        assert!(error.contains(told), "{error}");
    }
    let tied = format!("{card}fields: {{tone: {{columns: {{t.one: dark, t.two: light}}}}}}\nlabel: tone\n");
    assert_eq!(
        folder.rejected(&tied),
        [
            "`t.csv` 3: the key `1` is there already",
            "`1.png`: `dark` and `light` have 1 each: `several: {level: …}` gives such items a level"
        ]
    );
    let parts =
        format!("{card}fields: {{kind: {{from: t.part, map: {{a: first, b: second}}}}}}\nsplits: {{from: kind, map: {{first: test}}}}\n");
    assert_eq!(split(&folder.open(&parts).unwrap(), "test"), ["1.png"], "a field may make the splits");
}

#[test]
fn a_cell_that_holds_the_rest_of_a_file_is_shown_in_part() {
    let folder = Folder::new();
    let lines: String = (0..2_000).map(|row| format!("{row}.png,dark\n")).collect();
    folder.images(&["a.png"]).write("t.csv", format!("file,tone\na.png,dark\n\"{lines}\",dark\n"));
    let rejected = folder.rejected("images: {table: t.csv, path: '{file}'}\nfields: {tone: {}}\n");
    assert_eq!(rejected.len(), 1);
    assert!(rejected[0].len() < 1_500 && rejected[0].contains("characters …]"), "{}", rejected[0].len());
    assert!(rejected[0].ends_with("1999.png,dark`: is a quote left open?"), "{}", rejected[0]);
}

#[test]
fn a_file_that_changed_since_is_not_taken_for_the_one_that_was_there() {
    let folder = Folder::new();
    folder.images(&["a.png", "b.png"]);
    let dataset = folder.open("images: {glob: '*.png'}\n").unwrap();
    assert!(dataset.items.root.is_absolute());
    let input = dataset.resolve(&Input::default()).unwrap();
    folder.image("b.png", "tall.png");
    let error = Images::decode(&dataset, &[0, 1], &input, &folder.path().join("cache"), &|_, _| {}).unwrap_err().to_string();
    assert!(error.contains("`b.png`: the file changed since the dataset was opened: run again"), "{error}");
}

#[test]
fn equal_data_in_two_places_have_an_index_each() {
    let (here, there) = (Folder::new(), Folder::new());
    let cache = TempDir::new().unwrap();
    let card = "images: {glob: '*.png'}\n";
    let [here, there] = [&here, &there].map(|folder| folder.images(&["a.png"]).open(card).unwrap());
    assert_eq!(here.digest, there.digest);
    let [first, second] = [&here, &there].map(|dataset| index::load(&index::save(dataset, cache.path()).unwrap()).unwrap());
    assert_eq!((&first.items.root, &second.items.root), (&here.items.root, &there.items.root));
}

#[test]
fn rows_of_a_manifest_are_rejected_with_their_line() {
    let folder = Folder::new();
    folder.image("img/1.png", "rgb.png").image("img/2.png", "gray.png").image("secret.png", "rgb.png");
    folder.write(
        "root.csv",
        "file,race,age\n1.png,White,20\n2.png,Black\n3.png,Black,30\n../../secret.png,White,20\n/etc/passwd,White,20\n,White,20\n2.png,Red,20\n1.png,Black,20\n2.png,Black,200\n2.png,Black,33\n",
    );
    let card = "images: {table: root.csv, path: 'img/{file}', id: '{file}'}
fields:
  race: {levels: [White, Black]}
  age: {bins: [0, 18, 65], names: [young, old]}
";
    let rejected = folder.rejected(card);
    assert_eq!(
        rejected,
        [
            "`root.csv` 3: 2 cells where the header has 3",
            "`root.csv` 5: the path `img/../../secret.png` leaves the root",
            "`root.csv` 7: `file` is empty",
            "`root.csv` 9: the id `1.png` is there already, at `root.csv` 2",
            "`root.csv` 10: the id `2.png` is there already, at `root.csv` 8",
            "`root.csv` 11: the id `2.png` is there already, at `root.csv` 8",
            "`root.csv` 4: there is no file `img/3.png`",
            "`root.csv` 6: there is no file `img/etc/passwd`",
            "`root.csv` 8: `race` is `Red`, which `race` does not know",
        ]
    );
}

#[test]
fn links_that_go_round_and_names_that_are_not_text() {
    use std::os::unix::ffi::OsStrExt;
    let folder = Folder::new();
    folder.image("a/1.png", "rgb.png");
    std::os::unix::fs::symlink("..", folder.path().join("a/up")).unwrap();
    std::os::unix::fs::symlink("nowhere.png", folder.path().join("a/lost.png")).unwrap();
    std::fs::write(folder.path().join("a").join(std::ffi::OsStr::from_bytes(b"\xff.png")), "x").unwrap();
    let dataset = folder.open("images: {glob: 'a/**/*.png'}\n").unwrap();
    assert_eq!(dataset.ids, ["a/1.png"]);
    let rejected: Vec<String> = dataset.rejected.iter().map(ToString::to_string).collect();
    assert_eq!(rejected.len(), 3, "{rejected:?}");
    assert!(rejected.iter().any(|reason| reason == "`a/up`: a link that leads back to a folder above it"), "{rejected:?}");
    assert!(rejected.iter().any(|reason| reason.starts_with("`a/lost.png`: a link that leads nowhere")), "{rejected:?}");
    assert!(rejected.iter().any(|reason| reason.ends_with("its name is not UTF-8")), "{rejected:?}");
}

#[test]
fn a_subject_on_both_sides_of_a_split_is_refused_and_a_drawn_split_keeps_subjects_whole() {
    let folder = Folder::new();
    let mut rows = String::from("id,file,child,part\n");
    for item in 0..40 {
        rows += &format!("{item},x.png,c{},{}\n", item / 4, if item % 4 == 3 { "test" } else { "train" });
    }
    folder.image("x.png", "rgb.png").write("m.csv", rows);
    let card = "images: {table: m.csv, path: '{file}', id: '{id}'}\nsubject: child\n";
    let error = folder.open(&format!("{card}splits: {{from: part}}\n")).unwrap_err();
    assert_eq!(error, "the dataset `d` has the subject `c0` in two splits, `train` and `test`: divide by subject, or choose other splits");
    let dataset = folder.open(&format!("{card}splits: {{test: {{fraction: 0.3, seed: 1}}, train: {{rest: true}}}}\n")).unwrap();
    assert_eq!((dataset.split("test").unwrap().len(), dataset.split("train").unwrap().len()), (12, 28));
    let again = folder.open(&format!("{card}splits: {{train: {{rest: true}}, test: {{fraction: 0.3, seed: 1}}}}\n")).unwrap();
    assert_eq!(again.split("test").unwrap(), dataset.split("test").unwrap());
}

#[test]
fn cards_that_do_not_fit_say_where() {
    let folder = Folder::new();
    folder.image("20_1_x.png", "rgb.png").image("bad.png", "rgb.png");
    let error = folder
        .open("images: {glob: '*.png', name: '(?<age>\\d+)_(?<gender>[01])_x\\.png'}\nlabel: gendr\nfields: {gender: {map: {0: m}}}\n");
    assert_eq!(error.unwrap_err(), "card.yaml:4:8: unknown field `gendr`");
    let error = folder.open("images: {glob: '*.png'}\nfields: {gender: {from: gender, map: {0: m}}}\n").unwrap_err();
    assert_eq!(error, "card.yaml:4:25: the files' names have no group `gender`");
    let card = "images: {glob: '*.png', name: '(?<part>\\d+)_(?<gender>[01])_x\\.png'}\nfields: {sex: {from: gender, map: {1: m}}}\n";
    for (more, told) in [
        ("splits: {from: prat}\n", "5:16: the files' names have no group `prat`"),
        ("splits: {test: {where: {prat: 20}}, train: {rest: true}}\n", "5:31: the files' names have no group `prat`"),
        ("subject: person\n", "5:10: the files' names have no group `person`"),
        ("subject: '{part}-{person}'\n", "5:10: the files' names have no group `person`"),
        ("where: {gendr: {missing: true}}\n", "5:16: the files' names have no group `gendr`"),
        ("where: {gendr: 1}\n", "5:16: the files' names have no group `gendr`"),
        ("where: {part: 20, sex: m}\nsubject: stem\n", ""),
        ("labels: {columns: [part, tall]}\n", "5:26: the files' names have no group `tall`"),
        ("labels: {from: tall, others: absent}\n", "5:16: the files' names have no group `tall`"),
    ] {
        let told = if told.is_empty() { String::new() } else { format!("card.yaml:{told}") };
        assert_eq!(folder.open(&format!("{card}{more}")).err().unwrap_or_default(), told);
    }
    let error =
        folder.open("images: {glob: '*.png', name: '(?<gender>.*)_x.png'}\nfields: {gender: {}}\nwhere: {gender: femal}\n").unwrap_err();
    assert!(error.starts_with("card.yaml:5:17: no item has `gender: femal`"), "{error}");
    let without = |field: &str, kept: &str| {
        let images = "images: {glob: '*.png', name: '(?<age>\\d+)_(?<gender>[01])_x\\.png'}";
        folder.open(&format!("{images}\nfields: {{{field}}}\nwhere: {{{kept}}}\n")).map(|dataset| dataset.ids.len())
    };
    // What nobody is cannot be left out wrongly, unless the card itself says what there is.
    assert_eq!(without("gender: {}", "gender: {not_in: [2]}"), Ok(1));
    assert_eq!(
        without("gender: {}", "age: {not_in: ['20', '21']}"),
        Err("the dataset `d` has no item that `where` lets through".to_owned())
    );
    let error = without("gender: {map: {0: m, 1: f}}", "gender: {not_in: [w]}").unwrap_err();
    assert!(error.starts_with("card.yaml:5:17: no item has `gender: w`"), "{error}");
    let error = folder.open("images: {glob: '*.jpg'}\n").unwrap_err();
    assert!(error.contains("has no file like `*.jpg` below") && !error.contains("used"), "{error}");
    let named = "images: {glob: '*.png', name: '(?<age>\\d+)-x\\.png'}\n";
    let told = "below `d` that can be used: 2 files: does not match `images.name`; the first is `20_1_x.png`: does not match `images.name`";
    let error = folder.open(named).unwrap_err().replace(&folder.path().display().to_string(), "d");
    assert_eq!(error, format!("the dataset `d` has no file like `*.png` {told}"));
    let dataset =
        folder.open("images: {glob: '*.png', name: '(?<age>\\d+)_(?<gender>[01])_x\\.png'}\nfields: {gender: {map: {1: f}}}\n").unwrap();
    assert_eq!(dataset.rejected[0].to_string(), "`bad.png`: does not match `images.name`");
    assert_eq!(dataset.fields["gender"].levels, ["f"]);
}

#[test]
fn a_file_that_cannot_be_read_is_rejected() {
    let folder = Folder::new();
    // Its owner may open it, and there is nothing at its start.
    let card = "root: /proc/self\nimages: {glob: 'mem'}\n";
    let error = folder.open(card).unwrap_err();
    assert_eq!(error, "the dataset `d` has no image that can be read: `mem`: cannot be read: input/output error");
}

#[test]
fn a_shard_that_was_cut_off_is_an_error_and_then_made_anew() {
    let folder = Folder::new();
    folder.image("a.png", "rgb.png");
    let dataset = folder.open("images: {glob: 'a.png'}\n").unwrap();
    let input = dataset.resolve(&Input::default()).unwrap();
    let decode = || Images::decode(&dataset, &[0], &input, &folder.path().join("cache"), &|_, _| {}).unwrap();
    let images = decode();
    let mut whole = vec![0; images.size()];
    images.read(0, &mut whole).unwrap();
    let shard = std::fs::read_dir(folder.path().join("cache/images")).unwrap().map(|entry| entry.unwrap().path());
    let shard = shard.into_iter().find(|path| path.extension().is_some_and(|extension| extension == "u8")).unwrap();
    std::fs::File::options().write(true).open(&shard).unwrap().set_len(100).unwrap();
    let error = images.read(0, &mut vec![0; images.size()]).unwrap_err();
    assert_eq!(in_full(&*error), format!("the cache cannot use `{}`: failed to fill whole buffer", shard.display()));
    let index = in_full(&index::save(&dataset, &shard).unwrap_err());
    assert!(index.starts_with("the cache cannot use `") && index.ends_with(".json`: not a directory"), "{index}");
    let mut again = vec![0; images.size()];
    decode().read(0, &mut again).unwrap();
    assert_eq!(again, whole);
}

#[test]
fn images_that_are_called_otherwise_are_counted_and_refused_where_the_card_is_strict() {
    let folder = Folder::new();
    folder.image("a.jpg", "first.gif").image("b.jpeg", "full.jpg").image("c.bmp", "rgb.png").image("d", "rgb.png");
    folder.write("t.csv", "f\na.jpg\nb.jpeg\nc.bmp\nd\n");
    let card = "images: {table: t.csv, path: '{f}'}\n";
    let dataset = folder.open(card).unwrap();
    assert_eq!(dataset.aside.lines(), ["images of another format than their names say: 2 (a.jpg is a GIF, c.bmp is a PNG)"]);
    let again = folder.open(card).unwrap();
    assert_eq!(again.aside, dataset.aside, "what is remembered is what was found");
    let strict = folder.open(&format!("strict: true\n{card}")).unwrap_err();
    assert_eq!(
        strict,
        "the dataset `d` is strict, and 2 of its images have another format than their names say: a.jpg is a GIF, c.bmp is a PNG"
    );
}
