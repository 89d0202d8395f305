//! Bad input as its user meets it: `fairgrid data CARD` counts and locates what it refuses, and a strict card is refused as a whole.

use std::io::{Cursor, Write};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::symlink;

use zip::write::SimpleFileOptions;

use super::folder::IMAGES;
use crate::command::{Folder, Outcome, fairgrid};

fn image(name: &str) -> Vec<u8> {
    std::fs::read(format!("{IMAGES}/{name}")).unwrap()
}

/// What `fairgrid data` says of a card in a folder.
pub(super) fn shown(folder: &Folder, card: &str) -> Outcome {
    std::fs::write(folder.path("root/card.yaml"), format!("fairgrid_card: 1\ndataset: faces\nlicense: none\n{card}")).unwrap();
    fairgrid(["data", "root/card.yaml"]).env("XDG_CACHE_HOME", folder.path("cache")).within(folder).run()
}

/// One image that is whole, one of every kind that is not, and what only looks like an image.
fn spoilt() -> Folder {
    let (png, jpeg) = (image("rgb.png"), image("full.jpg"));
    let folder = Folder::new()
        .file("root/a/good.png", &png)
        .file("root/a/truncated.jpg", &jpeg[..jpeg.len() / 2])
        .file("root/a/text.png", "no image")
        .file("root/a/empty.jpg", "")
        .file("root/a/bomb.png", image("photo.png"))
        .file("root/a/folder.png/inside.png", &png)
        .file("outside/secret.png", &png)
        .file("outside/more/secret.png", &png);
    let place = |name: &str| folder.path("root/a").join(name);
    symlink("good.png", place("within.png")).unwrap();
    symlink("../../outside/secret.png", place("leaves.png")).unwrap();
    symlink("../../outside/more", place("more")).unwrap();
    symlink("..", place("round")).unwrap();
    symlink("itself.png", place("itself.png")).unwrap();
    symlink("nothing.png", place("lost.png")).unwrap();
    rustix::fs::mknodat(rustix::fs::CWD, place("pipe.png"), rustix::fs::FileType::Fifo, rustix::fs::Mode::RUSR, 0).unwrap();
    std::fs::write(folder.path("root/a").join(std::ffi::OsStr::from_bytes(b"caf\xe9.png")), &png).unwrap();
    folder
}

#[test]
fn what_lies_in_a_folder_and_is_no_whole_image_is_counted_and_located() {
    let folder = spoilt();
    let card = "pixel_limit: 20000\nimages: {glob: 'a/**/*.{jpg,png}'}\n";
    insta::assert_snapshot!(shown(&folder, card));
    let strict = shown(&folder, &format!("strict: true\n{card}"));
    assert_eq!(strict.code, Some(2), "{strict}");
    insta::assert_snapshot!(strict);
}

#[test]
fn what_a_table_names_and_cannot_be_read_is_counted_with_its_line() {
    let folder = spoilt();
    let table = "file,tone\n\
        a/good.png,dark\n\
        a/good.png,light\n\
        a/within.png,light\n\
        a/leaves.png,dark\n\
        a/more/secret.png,dark\n\
        ../outside/secret.png,dark\n\
        a/round/a/good.png,dark\n\
        a/itself.png,dark\n\
        a/pipe.png,dark\n\
        a/folder.png,dark\n\
        a/never.png,dark\n\
        a/text.png,dark\n\
        a/good.png\n\
        ,dark\n";
    std::fs::write(folder.path("root/faces.csv"), table).unwrap();
    let card = "images: {table: faces.csv, path: '{file}'}\nfields: {tone: {levels: [dark, light]}}\n";
    insta::assert_snapshot!(shown(&folder, card));
    let strict = shown(&folder, &format!("strict: true\n{card}"));
    assert_eq!(strict.code, Some(2), "{strict}");
}

#[test]
fn members_of_an_archive_that_leave_it_or_are_no_images_are_counted() {
    let (png, jpeg) = (image("rgb.png"), image("full.jpg"));
    let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
    let stored = SimpleFileOptions::default().compression_method(zip::CompressionMethod::Stored);
    let deflated = SimpleFileOptions::default().compression_method(zip::CompressionMethod::Deflated);
    for (name, bytes) in [("a/good.png", &png[..]), ("../leaves.png", &png), ("a/cut.jpg", &jpeg[..300]), ("a/empty.png", &[])] {
        zip.start_file(name, stored).unwrap();
        zip.write_all(bytes).unwrap();
    }
    // Four mebibytes of nothing in four kibibytes, where 20,000 pixels are allowed.
    zip.start_file("a/bomb.png", deflated).unwrap();
    zip.write_all(&vec![0; 4 << 20]).unwrap();
    zip.add_symlink("a/link.png", "/etc/passwd", stored).unwrap();
    let folder = Folder::new().file("root/faces.zip", zip.finish().unwrap().into_inner());
    let card = "pixel_limit: 20000\nimages: {archive: faces.zip, glob: '**/*.{jpg,png}'}\n";
    insta::assert_snapshot!(shown(&folder, card));
}

#[test]
fn nothing_that_a_name_or_a_cell_holds_reaches_the_terminal_as_a_command() {
    let png = image("rgb.png");
    let folder = Folder::new()
        .file("root/good.png", &png)
        .file("root/other.png", &png)
        .file("root/new\nline\u{1b}[31m.png", "no image")
        .file("root/turned\u{202e}gnp.png", "no image")
        .file("root/faces.csv", "file,tone,part\ngood.png,\u{1b}[2Jdark,a\nother.png,light,\u{1b}]0;title\u{7}\n\u{7f}gone.png,light,a\n")
        .file("root/heads.csv", "file,to\0ne\ngood.png,dark\n");
    let names = shown(&folder, "images: {glob: '*.png'}\n");
    insta::assert_snapshot!(names);
    let cells = shown(&folder, "images: {table: faces.csv, path: '{file}'}\nfields: {tone: tone}\nlabel: tone\nsplits: {from: part}\n");
    insta::assert_snapshot!(cells);
    let heads = shown(&folder, "images: {table: heads.csv, path: '{file}'}\nfields: {shade: shade}\nlabel: shade\n");
    assert!(heads.to_string().contains("`to\\u{0}ne`"), "{heads}");
    for outcome in [names, cells, heads] {
        let text = outcome.to_string();
        assert!(!text.contains(|letter: char| letter != '\n' && letter.is_control()), "{text:?}");
    }
}

#[test]
fn what_a_card_names_is_a_file_below_the_root_or_refused() {
    let folder =
        Folder::new().file("root/a.png", image("rgb.png")).file("root/real.csv", "file\na.png\n").file("outside.csv", "file\na.png\n");
    for pipe in ["pipe.csv", "pipe.zip", "pipe.json", "pipe.idx"] {
        rustix::fs::mknodat(rustix::fs::CWD, folder.path("root").join(pipe), rustix::fs::FileType::Fifo, rustix::fs::Mode::RUSR, 0)
            .unwrap();
    }
    symlink("real.csv", folder.path("root/within.csv")).unwrap();
    symlink("../outside.csv", folder.path("root/leaves.csv")).unwrap();
    symlink("/dev/zero", folder.path("root/endless.csv")).unwrap();
    std::fs::create_dir(folder.path("root/folder.csv")).unwrap();
    let refused = |card: &str| {
        let outcome = shown(&folder, card);
        assert_eq!(outcome.code, Some(2), "{outcome}");
        let text = outcome.to_string();
        text.lines().find_map(|line| line.split_once("error: ")).unwrap_or_else(|| panic!("{text}")).1.to_owned()
    };
    let table = |file: &str| format!("images: {{table: {file}, path: '{{file}}'}}\n");
    let joined = "images: {glob: '*.png'}\ntables: {t: {file: pipe.csv, key: file}}\nfields: {x: t.x}\n";
    let idx = "images: {arrays: {test: {images: pipe.idx, label: pipe.idx}}}\n";
    let cards = [
        table("pipe.csv"),
        table("leaves.csv"),
        table("endless.csv"),
        table("folder.csv"),
        table("gone.csv"),
        table("../outside.csv"),
        joined.to_owned(),
        "images: {glob: '*.png'}\nlabels: {file: pipe.csv, id: file, class: x}\n".to_owned(),
        "images: {archive: pipe.zip}\n".to_owned(),
        "images: {coco: pipe.json, path: '{file_name}'}\n".to_owned(),
        idx.to_owned(),
    ];
    insta::assert_snapshot!(cards.iter().map(|card| refused(card)).collect::<Vec<_>>().join("\n"));
    assert_eq!(shown(&folder, &table("within.csv")).code, Some(0));
}

#[test]
fn a_member_that_cannot_be_unpacked_costs_itself_alone() {
    let png = image("rgb.png");
    let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
    let deflated = SimpleFileOptions::default().compression_method(zip::CompressionMethod::Deflated);
    for name in ["a.png", "b.png"] {
        zip.start_file(name, deflated).unwrap();
        zip.write_all(&png).unwrap();
    }
    let mut bytes = zip.finish().unwrap().into_inner();
    // The first block of `b.png` gets a kind that deflate does not have.
    let second = bytes.windows(5).position(|window| window == b"b.png").unwrap() + 5;
    bytes[second] = 0xff;
    let folder = Folder::new().file("root/faces.zip", bytes);
    insta::assert_snapshot!(shown(&folder, "images: {archive: faces.zip, glob: '**/*.png'}\n"));
}

#[test]
fn entries_of_coco_that_contradict_each_other_are_counted() {
    let coco = r#"{"images": [{"id": "x1", "file_name": "a.png", "location": "coast"}, {"id": "x1", "file_name": "b.png"},
                              {"id": 2, "file_name": "../outside.png"}, {"file_name": "c.png"}],
        "annotations": [{"id": 1, "image_id": "x1", "category_id": 7, "bbox": [0, 0, 5, 5], "age": "old"},
                        {"id": 2, "image_id": "x1", "category_id": 7, "bbox": [0, 0, 0, 5]},
                        {"id": 3, "image_id": "x1", "category_id": 7},
                        {"id": 4, "image_id": "x1", "category_id": 8, "bbox": [0, 0, 5, 5]},
                        {"id": 5, "image_id": 9, "category_id": 7, "bbox": [0, 0, 5, 5]}],
        "categories": [{"id": 7, "name": "dog", "supercategory": "animal"}]}"#;
    let folder = Folder::new().file("root/a.png", image("rgb.png")).file("root/b.png", image("rgb.png")).file("root/coco.json", coco);
    let card = "images: {coco: coco.json, path: '{file_name}', items: boxes}\n\
                fields: {what: category, kind: category.supercategory, age: age, place: location}\nlabel: what\n";
    insta::assert_snapshot!(shown(&folder, card));
    insta::assert_snapshot!(shown(&folder, &card.replace("age: age", "age: aged")));
}

#[test]
fn compressed_files_that_end_early_or_go_on_too_long() {
    let gzip = |bytes: &[u8]| {
        let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        packed.write_all(bytes).unwrap();
        packed.finish().unwrap()
    };
    let table = gzip(b"file,tone\na.png,dark\n");
    let folder = Folder::new()
        .file("root/a.png", image("rgb.png"))
        .file("root/whole.csv.gz", &table)
        .file("root/cut.csv.gz", &table[..table.len() - 4])
        .file("root/labels.idx", [0, 0, 8, 1, 0, 0, 0, 1, 0])
        .file("root/flat.idx", [&[0, 0, 8, 3, 0, 0, 0, 1][..], &[0; 8]].concat())
        .file("root/endless.idx.gz", gzip(&[&[0, 0, 8, 3, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 1][..], &vec![0; 32 << 20]].concat()))
        .file("root/absurd.idx", [0, 0, 8, 3, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 0]);
    let card = |file: &str| format!("images: {{table: {file}, path: '{{file}}'}}\nfields: {{tone: tone}}\nlabel: tone\n");
    let idx =
        |file: &str| format!("images: {{arrays: {{test: {{images: {file}, label: labels.idx}}}}}}\nfields: {{what: label}}\nlabel: what\n");
    let outcomes = [card("whole.csv.gz"), card("cut.csv.gz"), idx("endless.idx.gz"), idx("absurd.idx"), idx("flat.idx")];
    insta::assert_snapshot!(outcomes.map(|card| shown(&folder, &card).to_string()).join("\n---\n"));
}

#[test]
fn arrays_and_records_that_are_not_what_they_say() {
    let given = |name: &str| std::fs::read(crate::command::root().join("tests/data/arrays").join(name)).unwrap();
    let (planes, batch) = (given("planes.npy"), given("batch_1.bin"));
    let header = |shape: &str| {
        let text = format!("{{'descr': '|u1', 'fortran_order': False, 'shape': {shape}, }}\n");
        [b"\x93NUMPY\x01\x00", &(text.len() as u16).to_le_bytes()[..], text.as_bytes()].concat()
    };
    let folder = Folder::new()
        .file("root/faces.npz", given("faces.npz"))
        .file("root/cut.npz", &given("faces.npz")[..700])
        .file("root/cut.npy", &planes[..planes.len() - 1])
        .file("root/longer.npy", [&planes[..], b"x"].concat())
        .file("root/short.npy", &planes[..40])
        .file("root/absurd.npy", header("(18446744073709551615, 18446744073709551615, 2)"))
        .file("root/nothing.npy", [&header("(4, 4000000000000)")[..21], b"|S0", &header("(4, 4000000000000)")[24..]].concat())
        .file("root/flat.npy", [header("(2, 3)"), vec![0; 6]].concat())
        .file("root/large.npy", [header("(1, 300, 400)"), vec![0; 120_000]].concat())
        .file("root/none.npy", header("(0, 3, 2)"))
        .file("root/planes.npy", &planes)
        .file("root/fortran.npy", given("fortran.npy"))
        .file("root/unit.npy", given("unit.npy"))
        .file("root/objects.npy", given("objects.npy"))
        .file("root/wide.npy", given("wide.npy"))
        .file("root/cut.bin", &batch[..50])
        .file("root/empty.bin", "");
    let arrays = |images: &str| format!("pixel_limit: 100000\nimages: {{arrays: {{images: {images}}}}}\n");
    let records = |file: &str| format!("images: {{records: {file}, header: [a, b], size: [3, 2], channels: 3}}\nfields: {{a: a}}\n");
    let cards = [
        arrays("cut.npz/train_images"),
        arrays("cut.npy"),
        arrays("longer.npy"),
        arrays("short.npy"),
        arrays("absurd.npy"),
        arrays("flat.npy"),
        arrays("large.npy"),
        arrays("none.npy"),
        arrays("planes.npy"),
        arrays("fortran.npy"),
        arrays("unit.npy"),
        arrays("objects.npy"),
        arrays("wide.npy"),
        arrays("faces.npz"),
        arrays("faces.npz/test_images"),
        arrays("faces.npz/train_images, age: faces.npz/shorter"),
        arrays("faces.npz/train_images, age: nothing.npy"),
        format!("{}fields: {{age: ages}}\n", arrays("faces.npz/train_images, age: faces.npz/ages")),
        records("cut.bin"),
        format!("strict: true\n{}", records("cut.bin")),
        records("empty.bin"),
        "images: {records: cut.bin, size: [3, 0], channels: 4}\n".to_owned(),
    ];
    let shown = cards.map(|card| {
        let written = card.lines().filter(|line| !line.starts_with("pixel_limit")).collect::<Vec<_>>().join("; ");
        format!("{written}\n{}", shown(&folder, &card))
    });
    insta::assert_snapshot!(shown.join("---\n"));
}

#[test]
fn compressed_archives_that_fill_the_disk_or_end_early() {
    let gzip = |bytes: &[u8]| {
        let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
        packed.write_all(bytes).unwrap();
        packed.finish().unwrap()
    };
    let archive = std::fs::read(crate::command::root().join("tests/data/arrays/photos.tgz")).unwrap();
    let folder = Folder::new()
        .file("root/bomb.tar.gz", gzip(&vec![0; 96 << 20]))
        .file("root/cut.tgz", &archive[..archive.len() - 20])
        .file("root/text.tgz", gzip(b"no archive"))
        .file("root/twice.tgz", gzip(&gzip(b"no archive")));
    let outcomes = ["bomb.tar.gz", "cut.tgz", "text.tgz", "twice.tgz"]
        .map(|archive| shown(&folder, &format!("images: {{archive: {archive}, glob: '**/*.jpg'}}\n")).to_string());
    insta::assert_snapshot!(outcomes.join("---\n"));
    let left = std::fs::read_dir(folder.path("cache/fairgrid/unpacked")).unwrap();
    let left: u64 = left.map(|entry| entry.unwrap().metadata().unwrap().len()).sum();
    assert!(left < 1 << 20, "of what cannot be unpacked nothing is left: {left}");
}

#[test]
fn millions_of_rejected_rows_are_counted_and_each_reason_has_examples() {
    let folder = super::folder::Folder::new();
    folder.images(&["a.jpg", "b.jpg"]);
    let lost: String = (0..12_000).map(|row| format!("gone/{row}.jpg,x\n")).collect();
    let late: String = (0..30).map(|_| "a.jpg,z\n").collect();
    folder.write("t.csv", format!("f,y\n{lost}a.jpg,x\n{late}"));
    let card = "images: {table: t.csv, path: '{f}', id: '{row}'}\nfields: {y: {levels: [x]}}\nlabel: y\n";
    let dataset = folder.open(card).unwrap();
    assert_eq!((dataset.ids.len(), dataset.rejections), (1, 12_030));
    let counts: Vec<u64> = dataset.reasons.iter().map(|(_, count)| *count).collect();
    assert_eq!(counts, [12_000, 30], "{:?}", dataset.reasons);
    assert_eq!(dataset.rejected.len(), 10_010);
    assert_eq!(dataset.rejected.last().unwrap().to_string(), "`t.csv` 12012: `y` is `z`, which `y` does not know");
}

#[test]
fn rows_that_say_the_same_again_are_told_while_they_are_read() {
    let folder = super::folder::Folder::new();
    folder.images(&["a.jpg", "b.jpg"]).write("t.csv", "f,i,y\na.jpg,1,x\ngone.jpg,2,x\na.jpg,1,x\nb.jpg,2,x\nb.jpg,1,x\na.jpg,1,z\n");
    let card = "images: {table: t.csv, path: '{f}', id: '{i}'}\nfields: {y: {levels: [x]}}\nlabel: y\n";
    assert_eq!(folder.open(card).unwrap().ids, ["1", "2"]);
    assert_eq!(
        folder.rejected(card),
        [
            "`t.csv` 4: the id `1` is there already, at `t.csv` 2",
            "`t.csv` 7: the id `1` is there already, at `t.csv` 2",
            "`t.csv` 3: there is no file `gone.jpg`",
            "`t.csv` 6: the id `1` is there already, at `t.csv` 2",
        ]
    );
}

#[test]
fn what_a_card_asks_for_and_is_not_there_is_underlined_with_what_there_is() {
    let folder = Folder::new().file("root/a.png", image("rgb.png")).file("root/b.png", image("rgb.png"));
    let folder = folder.file("root/people.csv", "stem,age,tone\na,117,dark\nb,30,light\n").file("root/l.csv", "i,c\na,Dog\nb,Cat\n");
    let images = "images: {glob: '*.png', id: '{stem}'}\n";
    let joined = format!("{images}tables: {{people: {{file: people.csv, key: stem}}}}\n");
    let cards = [
        format!("{joined}fields: {{tone: peple.tone}}\nlabel: tone\n"),
        format!("{joined}fields: {{age: {{from: people.age, bins: [0, 20, 117]}}}}\nlabel: age\n"),
        format!("{images}labels: {{file: l.csv, id: i, class: c, classes: [Cat, Dogg]}}\n"),
    ];
    insta::assert_snapshot!(cards.map(|card| shown(&folder, &card).to_string()).join("\n"));
}
