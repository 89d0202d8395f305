//! Tables, annotations, arrays and images inside of archives.

use std::io::{Cursor, Read, Write};
use std::path::Path;

use fairgrid::data::dataset::Dataset;
use fairgrid::data::mock;
use fairgrid::spec::card::Card;

use super::folder::{Folder, IMAGES, levels, split, tar_header};

/// A zip archive, deflated.
pub(super) fn zip(members: &[(&str, &[u8])]) -> Vec<u8> {
    let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in members {
        zip.start_file(*name, zip::write::SimpleFileOptions::default()).unwrap();
        zip.write_all(bytes).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

/// Two grey images of 4 x 4 pixels.
fn npy() -> Vec<u8> {
    let mut bytes = b"\x93NUMPY\x01\x00\x76\x00".to_vec();
    bytes.extend(format!("{:<117}\n", "{'descr': '|u1', 'fortran_order': False, 'shape': (2, 4, 4), }").bytes());
    bytes.extend([128; 32]);
    bytes
}

/// A zip archive of which the middle of each member is damaged, as long as it can still be unpacked.
fn damaged(members: &[(&str, &[u8])]) -> Vec<u8> {
    let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in members {
        zip.start_file(*name, zip::write::SimpleFileOptions::default().compression_method(zip::CompressionMethod::Stored)).unwrap();
        zip.write_all(bytes).unwrap();
    }
    let mut bytes = zip.finish().unwrap().into_inner();
    for (_, member) in members {
        let at = bytes.windows(member.len()).position(|window| window == *member).unwrap();
        bytes[at + member.len() / 2] ^= 1;
    }
    bytes
}

#[test]
fn a_member_whose_checksum_is_another_is_refused() {
    let jpeg = std::fs::read(format!("{IMAGES}/full.jpg")).unwrap();
    let png = std::fs::read(format!("{IMAGES}/rgb.png")).unwrap();
    let folder = Folder::new();
    folder.write("faces.zip", damaged(&[("a.jpg", &jpeg), ("a.json", b"{\"tone\": 18}")])).write("a.jpg", &jpeg).write("b.png", &png);
    folder.write("tables.zip", damaged(&[("t.csv", b"file,tone\na.jpg,18\n")])).write("x.npz", damaged(&[("x.npy", &npy())]));
    let told = |error: String| {
        let at = error.find("checksum").unwrap_or_else(|| panic!("{error}"));
        error[..at].trim_end().to_owned()
    };
    let error = folder.open("images: {archive: faces.zip, glob: '*.jpg'}\n").unwrap_err();
    assert_eq!(told(error), "the dataset `d` has no image that can be read: `a.jpg`: cannot be unpacked: its bytes have the");
    let error = folder.open("images: {table: tables.zip/t.csv, path: '{file}'}\n").unwrap_err();
    assert_eq!(told(error), "`tables.zip` cannot be unpacked: `t.csv`: its bytes have the");
    let error = folder.open("images: {arrays: {test: {images: x.npz/x}}}\n").unwrap_err();
    assert_eq!(told(error), "`x.npz` cannot be read: `x.npy`: its bytes have the");
    let whole = zip(&[("b.png", &png), ("b.json", b"{\"tone\": 18}")]);
    let at = whole.windows(4).position(|window| window == b"PK\x01\x02").unwrap();
    let mut wrong = whole.clone();
    wrong[at + 16] ^= 1;
    let card = "images: {archive: whole.zip, glob: '*.png'}\nsidecar: {file: '{stem}.json', fields: {tone: /tone}}\nfields: {tone: tone}\n";
    assert_eq!(folder.write("whole.zip", &whole).open(card).unwrap().ids, ["b.png"]);
    assert_eq!(
        told(folder.write("whole.zip", wrong).open(card).unwrap_err()),
        "the dataset `d` has no image that can be read: `b.png`: cannot be unpacked: its bytes have the"
    );
    let mut beside = whole.clone();
    let at = beside.windows(4).rposition(|window| window == b"PK\x01\x02").unwrap();
    beside[at + 16] ^= 1;
    let error = folder.write("whole.zip", beside).open(card).unwrap_err();
    assert_eq!(
        told(error),
        "the dataset `d` has no item that can be used: `b.png`: the side file `b.json` cannot be unpacked: its bytes have the"
    );
}

#[test]
fn tables_in_an_archive_are_named_by_their_way_through_it() {
    let png = std::fs::read(format!("{IMAGES}/rgb.png")).unwrap();
    let inner = zip(&[("kinds.csv", b"tone,kind\ndark,1\nlight,2\n")]);
    let folder = Folder::new();
    folder.write(
        "faces.zip",
        zip(&[
            ("photos/a.png", &png),
            ("photos/b.png", &png),
            ("photos/c.png", &png),
            ("tables/items.csv", b"file,person\na.png,1\nb.png,2\nb.png\nlost.png,1\nc.png,3\n"),
            ("tables/people-1.csv", b"person,tone\n1,dark\n"),
            ("tables/people-2.csv", b"person,tone\n2,light\n3,dark\n"),
            ("more.zip", &inner),
        ]),
    );
    let card = "
images: {archive: faces.zip, table: faces.zip/tables/items.csv, path: 'photos/{file}'}
tables: {people: {file: 'faces.zip/tables/people-*.csv', key: person}, kinds: {file: faces.zip/more.zip/kinds.csv, key: {column: tone, equals: people.tone}}}
fields: {tone: {from: people.tone}, kind: {from: kinds.kind}}
";
    let dataset = folder.open(card).unwrap();
    assert_eq!(dataset.ids, ["photos/a.png", "photos/b.png", "photos/c.png"]);
    assert_eq!(levels(&dataset, "tone"), ["dark", "light", "dark"]);
    assert_eq!(levels(&dataset, "kind"), ["1", "2", "1"]);
    assert_eq!(
        folder.rejected(card),
        [
            "`faces.zip/tables/items.csv` 4: 1 cell where the header has 2",
            "`faces.zip/tables/items.csv` 5: the archive has no member `photos/lost.png`"
        ]
    );
    for (from, to, told) in [
        ("tables/items.csv", "tables/item.csv", "`faces.zip/tables/item.csv` is not in the archive (did you mean `tables/items.csv`?)"),
        ("people-*", "persons-*", "`faces.zip/tables/persons-*.csv` is a pattern that no member of the archive matches"),
        ("tables/items.csv", "../items.csv", "`faces.zip/../items.csv` cannot be used: the path `../items.csv` leaves the root"),
        ("faces.zip/tables/items.csv", "other.zip/items.csv", "`other.zip` is not there"),
        ("table: faces.zip/tables/items.csv", "table: {file: faces.zip, format: csv}", "name the table in it, as in `data.zip/labels.csv`"),
    ] {
        let error = folder.open(&card.replace(from, to)).unwrap_err();
        assert!(error.contains(told), "{error}");
    }
    let inside = folder.open("images: {glob: 'faces.zip/photos/*.png'}\n").unwrap_err();
    assert!(inside.contains("a `glob` that leads into `faces.zip`: write `archive: faces.zip` and `glob: \"photos/*.png\"`"), "{inside}");
    // A folder may be called as archives are.
    folder.write("plain.zip/items.csv", "file,person\na.png,1\n");
    assert_eq!(folder.open(&card.replace("faces.zip/tables/items.csv", "plain.zip/items.csv")).unwrap().ids, ["photos/a.png"]);
}

/// A zip archive whose second member has the name of the first.
fn repeated(first: (&str, &[u8]), second: (&str, &[u8])) -> Vec<u8> {
    let mut bytes = zip(&[first, second]);
    let (from, to) = (second.0.as_bytes(), first.0.as_bytes());
    for at in 0..bytes.len() - from.len() {
        if bytes[at..].starts_with(from) {
            bytes[at..at + to.len()].copy_from_slice(to);
        }
    }
    bytes
}

#[test]
fn members_of_one_name_are_told() {
    let png = std::fs::read(format!("{IMAGES}/rgb.png")).unwrap();
    let folder = Folder::new();
    folder.write("faces.zip", repeated(("a/0.png", b"no image"), ("a/1.png", &png))).write("a/0.png", &png);
    folder.write("dots.zip", zip(&[("./a/0.png", b"no image"), ("a/0.png", &png), ("a/1.png", &png)]));
    folder.write("t.zip", repeated(("t.csv", b"file\na/0.png\n"), ("u.csv", b"file\na/1.png\n")));
    folder.write("x.npz", repeated(("x.npy", &npy()), ("y.npy", &npy())));
    let images = |archive: &str| format!("images: {{archive: {archive}, glob: '**/*.png'}}\n");
    assert_eq!(folder.open(&images("faces.zip")).unwrap().ids, ["a/0.png"]);
    for archive in ["faces.zip", "dots.zip"] {
        let told = format!("`{archive}/a/0.png`: is there more than once, and the last one counts");
        assert_eq!(folder.rejected(&images(archive)), [told]);
    }
    let member = |bytes: &[u8]| {
        let mut member = [&tar_header("a/0.png", bytes.len(), b'0'), bytes].concat();
        member.resize(member.len().next_multiple_of(512), 0);
        member
    };
    folder.write("faces.tar", [member(b"no image"), member(&png), vec![0; 1024]].concat());
    assert_eq!(folder.open(&images("faces.tar")).unwrap().ids, ["a/0.png"]);
    assert_eq!(folder.rejected(&images("faces.tar")), ["`faces.tar/a/0.png`: is there more than once, and the last one counts"]);
    let strict = folder.open(&format!("strict: true\n{}", images("faces.zip"))).unwrap_err();
    assert!(strict.contains("is strict, and 1 of its rows or files cannot be used"), "{strict}");
    for (card, told) in [
        ("images: {table: t.zip/t.csv, path: '{file}'}\n", "`t.zip/t.csv` is there more than once, and the last one counts"),
        ("images: {table: 't.zip/*.csv', path: '{file}'}\n", "`t.zip/t.csv` is there more than once, and the last one counts"),
        ("images: {arrays: {test: {images: x.npz/x}}}\n", "`x.npz/x.npy` is there more than once, and the last one counts"),
    ] {
        assert_eq!(folder.open(card).unwrap_err(), told);
    }
}

#[test]
fn what_a_system_leaves_beside_the_files_is_passed_over_unless_it_is_named() {
    let png = std::fs::read(format!("{IMAGES}/rgb.png")).unwrap();
    let folder = Folder::new();
    folder.write("faces.zip", zip(&[("a/0.png", &png), ("a/._0.png", b"Mac OS X"), ("__MACOSX/a/._0.png", b"Mac OS X")]));
    let found = |glob: &str| {
        let card = format!("images: {{archive: faces.zip, glob: '{glob}'}}\n");
        folder.open(&card).map(|dataset| (dataset.ids.join(" "), dataset.rejections))
    };
    assert_eq!(found("**/*.png").unwrap(), ("a/0.png".to_owned(), 0));
    assert_eq!(found("**/{0,._0}.png").unwrap(), ("a/0.png".to_owned(), 0));
    let named = found("**/._*.png").unwrap_err();
    assert!(named.contains("not an image: its first bytes are of no known format"), "{named}");
}

#[test]
fn members_of_a_zip_archive_that_share_their_bytes_are_refused() {
    let png = std::fs::read(format!("{IMAGES}/rgb.png")).unwrap();
    let mut bytes = zip(&[("a/0.png", &png), ("a/1.png", &png), ("a/2.png", &png)]);
    // In its list of files, each names the place of its bytes.
    let listed: Vec<usize> = (0..bytes.len() - 4).filter(|at| bytes[*at..].starts_with(b"PK\x01\x02")).collect();
    bytes[listed[1] + 42..listed[1] + 46].fill(0);
    let folder = Folder::new();
    folder.write("faces.zip", bytes);
    let card = "images: {archive: faces.zip, glob: '**/*.png'}\n";
    assert_eq!(folder.open(card).unwrap().ids, ["a/0.png", "a/2.png"]);
    assert_eq!(folder.rejected(card), ["`faces.zip/a/1.png`: shares its bytes with `a/0.png`"]);
}

#[test]
fn several_archives_say_what_is_in_which() {
    let photo = |name: &str| std::fs::read(format!("{IMAGES}/{name}")).unwrap();
    let folder = Folder::new();
    let members = |tone: &'static [u8]| -> Vec<u8> {
        zip(&[
            ("a/0.png", &photo("rgb.png")),
            ("a/0.json", tone),
            ("b/1.png", &photo("rgb.png")),
            ("b/1.json", tone),
            ("b/cut.png", b"cut"),
        ])
    };
    folder.write("d/train.zip", members(br#"{"tone": "dark"}"#)).write("d/test.zip", members(br#"{"tone": "light"}"#));
    let by_split = "images: {archive: {train: d/train.zip, test: d/test.zip}, glob: '**/*.png', path: '(?<l>[^/]+)/.*'}
sidecar: {file: '{l}/{stem}.json', fields: {tone: /tone}}
fields: {l: l, tone: tone}
label: l
";
    let pattern = by_split
        .replace("{train: d/train.zip, test: d/test.zip}", "'d/{train,test}.zip'")
        .replace("label: l", "label: l\nsplits: {from: archive, map: {d/train.zip: train, d/test.zip: test}}");
    let matched = by_split
        .replace("{train: d/train.zip, test: d/test.zip}", "'d/*.zip'")
        .replace("tone: tone}", "tone: tone, part: {from: archive, match: 'd/(.*)[.]zip'}}\nsplits: {from: part}");
    for card in [by_split, &pattern, &matched] {
        let dataset = folder.open(card).unwrap();
        assert_eq!(split(&dataset, "train"), ["d/train.zip/a/0.png", "d/train.zip/b/1.png"], "{card}");
        assert_eq!(split(&dataset, "test"), ["d/test.zip/a/0.png", "d/test.zip/b/1.png"], "{card}");
        let mut tones = levels(&dataset, "tone");
        tones.sort_unstable();
        assert_eq!(tones, ["dark", "dark", "light", "light"]);
        let mut rejected = folder.rejected(card);
        rejected.sort();
        assert_eq!(rejected.len(), 2);
        assert!(rejected[0].starts_with("`d/test.zip/b/cut.png`: ") && !rejected[0].contains("`b/cut.png`"), "{rejected:?}");

        // A mock is packed alike.
        let read = Card::read(&folder.path().join("card.yaml")).unwrap();
        let root = folder.path().join("mock");
        let written = mock::write(&read, Some(40), &root).unwrap();
        let dataset = Dataset::open(&read.at(&root), &folder.path().join("cache")).unwrap();
        assert_eq!((dataset.ids.len(), dataset.rejections), (40, 0), "{card}: {written:?}, {:?}", dataset.rejected);
        assert!(dataset.splits["train"].len() > 4 && dataset.splits["test"].len() > 4, "{card}");
        std::fs::remove_dir_all(&root).unwrap();
    }
    let named = folder.open(&by_split.replace("path: ", "id: '{split}-{stem}', path: ")).unwrap();
    assert_eq!(named.ids, ["train-0", "train-1", "test-0", "test-1"]);
    // Names that say nothing of the archive are the same twice.
    let twice =
        folder.rejected(&by_split.replace("path: ", "id: '{stem}', path: ").replace("{train: d/train.zip, test: d/test.zip}", "'d/*.zip'"));
    assert!(twice.iter().any(|rejected| rejected.contains("the id `0` is there already, at `d/test.zip/a/0.png`")), "{twice:?}");
}

#[test]
fn whatever_a_card_reads_may_lie_in_an_archive() {
    let fields = "fields: {tone: {levels: [dark, light]}}\nlabel: tone\n";
    let joined = "fields: {tone: {from: more.tone, levels: [dark, light]}}\nlabel: tone\n";
    let cards = [
        format!("images: {{table: A/items.parquet, bytes: image}}\n{fields}"),
        format!("images: {{table: A/faces.csv, pixels: {{from: pixels, size: [8, 8]}}}}\n{fields}"),
        format!("images: {{archive: A, glob: 'images/*.png'}}\ntables: {{more: {{file: A/more.jsonl, key: stem}}}}\n{joined}"),
        format!("images: {{arrays: {{all: {{images: A/faces.npz/images, tone: A/faces.npz/tone}}}}}}\n{}", fields.replace("[dark, light]", "[0, 1]")),
        format!("images: {{records: {{all: A/faces.bin}}, header: [tone], size: [8, 8]}}\n{}", fields.replace("[dark, light]", "[0, 1]")),
        "images: {coco: A/instances.json, path: 'photos/{file_name}', archive: A}\nlabels: {from: categories, classes: [cat, dog], others: absent}\n"
            .to_owned(),
        "images: {glob: '*.png'}\nlabels: {file: A/labels.csv, id: id, class: class, value: value, names: A/names.csv, classes: [cat, dog]}\n"
            .to_owned(),
    ];
    for archive in ["all.zip", "all.tar", "all.tar.gz"] {
        for card in &cards {
            let folder = Folder::new();
            let open = |way: &str| -> Dataset {
                let card = card.replace("A/", way).replace("archive: A", &format!("archive: {archive}"));
                folder.write("card.yaml", format!("fairgrid_card: 1\ndataset: d\n{card}"));
                let read = Card::read(&folder.path().join("card.yaml")).unwrap();
                let root = folder.path().join(format!("mock-{}", way.len()));
                mock::write(&read, Some(40), &root).unwrap();
                Dataset::open(&read.at(&root), &folder.path().join("cache")).unwrap_or_else(|error| panic!("{card}: {error}"))
            };
            let (packed, plain) = (open(&format!("{archive}/")), open(""));
            assert!(packed.rejected.is_empty() && packed.ids.len() == 40, "{card}: {:?}", packed.rejected);
            let rows: Vec<u32> = (0..40).collect();
            let bytes = |dataset: &Dataset| {
                dataset.items.visit(&rows, |image, encoded| dataset.items.decode(image, encoded, false, &|_, _| 1)).unwrap()
            };
            assert_eq!(bytes(&packed), bytes(&plain), "{card}");
            assert_eq!(format!("{:?}", packed.targets), format!("{:?}", plain.targets), "{card}");
        }
    }
}

#[test]
fn what_a_card_calls_compressed_may_be_unpacked() {
    let folder = Folder::new();
    let png = std::fs::read(format!("{IMAGES}/rgb.png")).unwrap();
    folder.write("a.png", &png).write("t.csv", "file,tone\na.png,dark\n");
    let card = "images: {table: t.csv.gz, path: '{file}'}\nfields: {tone: tone}\nlabel: tone\n";
    assert_eq!(levels(&folder.open(card).unwrap(), "tone"), ["dark"]);
    let member = card.replace("t.csv.gz", "t.tsv.gz");
    let error = folder.open(&member).unwrap_err();
    assert!(error.contains("`t.tsv.gz` is not there"), "{error}");

    // MNIST's own names, unpacked.
    let folder = Folder::new();
    let cards = Path::new(env!("CARGO_MANIFEST_DIR")).join("specs/cards/mnist.yaml");
    mock::write(&Card::read(&cards).unwrap(), Some(40), folder.path()).unwrap();
    for entry in std::fs::read_dir(folder.path()).unwrap() {
        let path = entry.unwrap().path();
        let mut plain = Vec::new();
        flate2::read::GzDecoder::new(std::fs::File::open(&path).unwrap()).read_to_end(&mut plain).unwrap();
        std::fs::write(path.with_extension(""), plain).unwrap();
        std::fs::remove_file(path).unwrap();
    }
    let dataset = Dataset::open(&Card::read(&cards).unwrap().at(folder.path()), &folder.path().join("cache")).unwrap();
    assert_eq!(dataset.ids.len(), 40);
}

#[test]
fn an_archive_without_its_end_and_a_png_that_is_too_large_are_told() {
    let folder = Folder::new();
    let png = std::fs::read(format!("{IMAGES}/rgb.png")).unwrap();
    let mut tar = [tar_header("a.png", png.len(), b'0'), png.clone()].concat();
    tar.resize(tar.len().next_multiple_of(512), 0);
    folder.write("cut.tar", &tar).write("whole.tar", [tar, vec![0; 1024]].concat());
    let card = "images: {archive: cut.tar, glob: '*.png'}\n";
    assert_eq!(folder.rejected(card), ["`cut.tar/its end`: the mark that ends an archive is not there: is it whole?"]);
    assert!(folder.rejected(&card.replace("cut", "whole")).is_empty());
    let mut damaged = std::fs::read(folder.path().join("whole.tar")).unwrap();
    damaged[0] = b'b';
    let error = folder.write("whole.tar", damaged).open(&card.replace("cut", "whole")).unwrap_err();
    assert!(error.ends_with("cannot be read as a tar archive: the header at byte 0 is damaged: its checksum is another"), "{error}");
    let mut png = png;
    png[16..24].fill(0x7f);
    folder.write("p/huge.png", png).image("p/good.png", "rgb.png");
    let rejected = folder.rejected("images: {glob: 'p/*.png'}\n");
    assert!(rejected[0].ends_with("pixels are more than the `pixel_limit` of 200000000"), "{rejected:?}");
}
