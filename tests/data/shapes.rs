//! The shapes that datasets come in: joined tables, IDX, splits by column, and what is done to images while training.

use std::sync::Arc;

use arrow::array::AsArray;
use arrow::datatypes::UInt8Type;
use fairgrid::data::batches::{Batches, Extra, Order};
use fairgrid::data::dataset::Dataset;
use fairgrid::data::images::Images;
use fairgrid::data::mock;
use fairgrid::spec::augment::{Augment, Step};
use fairgrid::spec::card::Card;
use fairgrid::spec::input::Input;

use super::folder::{Folder, IMAGES, levels, split, tar_header};

#[test]
fn joined_tables_find_their_rows_by_a_pattern_and_keep_the_unmatched() {
    let folder = Folder::new();
    folder
        .images(&["6281/3-happy.jpg", "6281/4-sad.jpg", "6290/9-sad.jpg"])
        .write("people.csv", b"Export of the year\n\nID;Gr\xf6\xdfe\n0006281;klein\n6300;gro\xdf\nx;y\n006281;zwei\n");
    let card = "images: {glob: '*/*.jpg', path: '(?<subject>\\d+)/\\d+-(?<emotion>[a-z]+)\\.jpg'}\n\
                tables: {p: {file: people.csv, encoding: windows-1252, delimiter: ';', skip_rows: 1, key: {column: ID, match: '0*(?<subject>\\d+)'}, unmatched: keep}}\n\
                fields: {height: {from: p.Größe}, emotion: emotion}\nlabel: emotion\nsubject: subject\n";
    let dataset = folder.open(card).unwrap();
    assert_eq!(levels(&dataset, "height"), ["klein", "klein", "-"]);
    assert_eq!(dataset.subject.as_ref().unwrap().levels, ["6281", "6290"]);
    let rejected: Vec<String> = dataset.rejected.iter().map(ToString::to_string).collect();
    assert_eq!(rejected, ["`people.csv` 6: the key `x` does not match `p.key.match`", "`people.csv` 7: the key `006281` is there already"]);
    let strict = folder.rejected(&card.replace(", unmatched: keep", ""));
    assert_eq!(strict.last().unwrap(), "`6290/9-sad.jpg`: the table `p` has no row for `6290`");
    // Of rows that no item asks for nothing is kept: they may say what they like.
    folder.write("people.csv", b"\n\n\nID;Gr\xf6\xdfe\n7;a\n7;b\n6281;c\n7;d\n6290;e\n6281;f\n");
    assert_eq!(levels(&folder.open(card).unwrap(), "height"), ["c", "c", "e"]);
    assert_eq!(folder.rejected(card), ["`people.csv` 10: the key `6281` is there already"]);
}

#[test]
fn idx_pairs_are_splits() {
    let folder = Folder::new();
    let images = |pixels: &[u8]| [&[0, 0, 8, 3, 0, 0, 0, (pixels.len() / 4) as u8, 0, 0, 0, 2, 0, 0, 0, 2], pixels].concat();
    let labels = |labels: &[u8]| [&[0, 0, 8, 1, 0, 0, 0, labels.len() as u8], labels].concat();
    folder
        .write("a-images", images(&[1, 2, 3, 4, 5, 6, 7, 8]))
        .write("a-labels", labels(&[1, 0]))
        .write("b-images", images(&[9, 9, 9, 9]))
        .write("b-labels", labels(&[1]));
    let card = "images: {arrays: {train: {images: a-images, label: a-labels}, test: {images: b-images, label: b-labels}}}\n\
                fields: {digit: {from: label, map: {0: zero, 1: one}}}\nlabel: digit\n";
    let dataset = folder.open(card).unwrap();
    assert_eq!((split(&dataset, "train"), split(&dataset, "test")), (vec!["train-000000", "train-000001"], vec!["test-000000"]));
    assert_eq!(levels(&dataset, "digit"), ["one", "zero", "one"]);
    let mut pixels = [0; 4];
    decoded(&dataset, &folder).read(1, &mut pixels).unwrap();
    assert_eq!(pixels, [5, 6, 7, 8]);
    folder.write("b-images", &images(&[9, 9, 9, 9])[..18]);
    assert_eq!(folder.open(card).unwrap_err(), "`b-images` is truncated: 18 bytes, and its header says 20");
}

#[test]
fn a_column_names_the_splits() {
    let folder = Folder::new();
    folder.images(&["a.jpg", "b.jpg", "c.jpg"]).write("t.csv", "f,part,y\na.jpg,0,x\nb.jpg,2,x\nc.jpg,1,y\n");
    let dataset = folder
        .open("images: {table: t.csv, path: '{f}'}\nfields: {y: y}\nlabel: y\nsplits: {from: part, map: {0: train, 1: val, 2: test}}\n")
        .unwrap();
    assert_eq!((split(&dataset, "train"), split(&dataset, "val"), split(&dataset, "test")), (vec!["a.jpg"], vec!["c.jpg"], vec!["b.jpg"]));
}

#[test]
fn shards_are_one_table_in_the_order_of_their_names() {
    let folder = Folder::new();
    folder.images(&["a.jpg", "b.jpg", "c.jpg", "d.jpg"]);
    folder.write("train-1.csv", "f,y\nc.jpg,x\n").write("train-0.csv", "f,y\na.jpg,x\nb.jpg,y\n").write("test-0.csv", "f,y\nd.jpg,x\n");
    let card = |train: &str| {
        format!("images: {{table: {{files: {{train: '{train}', test: 'test-?.csv'}}}}, path: '{{f}}'}}\nfields: {{y: y}}\nlabel: y\n")
    };
    let dataset = folder.open(&card("train-*.csv")).unwrap();
    assert_eq!((split(&dataset, "train"), split(&dataset, "test")), (vec!["a.jpg", "b.jpg", "c.jpg"], vec!["d.jpg"]));
    let refused = folder.open(&card("tain-*.csv")).unwrap_err().to_string();
    assert!(refused.contains("tain-*.csv") && refused.contains("no file matches"), "{refused}");
}

#[test]
fn rows_know_the_table_that_they_are_in() {
    let folder = Folder::new();
    let subjects = ["s01", "s02"];
    folder.images(&["s01/0.png", "s01/1.png", "s02/0.png", "s02/1.png", "2.png"]);
    folder.write("s01/labels.csv", "frame,label\n0,a\n1,b\n").write("s02/labels.csv", "frame,label\n0,b\n1,c\n");
    let rows = "images: {table: '*/labels.csv', path: '{table_folder}/{frame}.png'}\nfields: {y: label}\nlabel: y\nsubject: table_folder\n";
    let glob =
        "images: {glob: '*/*.png', path: '(?<s>[^/]+)/(?<frame>.+)[.]png'}\nfields: {y: l.label, t: l.table}\nlabel: y\nsubject: s\n";
    let joined = format!(
        "{glob}tables: {{l: {{file: '*/labels.csv', key: {{column: '{{table_folder}}/{{frame}}', equals: '{{s}}/{{frame}}'}}}}}}\n"
    );
    for card in [rows, &joined] {
        let dataset = folder.open(card).unwrap();
        assert_eq!((levels(&dataset, "y"), dataset.rejected.len()), (vec!["a", "b", "b", "c"], 0), "{card}");
        assert_eq!(dataset.subject.unwrap().levels, subjects);
    }
    assert_eq!(levels(&folder.open(&joined).unwrap(), "t")[1..3], ["s01/labels.csv", "s02/labels.csv"]);
    // In the root itself; and what the file says goes first.
    folder.write("top.csv", "frame,label,table\n2,a,kitchen\n");
    let top = rows.replace("*/labels.csv", "top.csv").replace("y: label", "y: label, t: table").replace("subject: table_folder\n", "");
    let dataset = folder.open(&top).unwrap();
    assert_eq!((dataset.ids[0].as_str(), levels(&dataset, "t")), ("2.png", vec!["kitchen"]));
}

fn decoded(dataset: &Dataset, folder: &Folder) -> Images {
    let rows: Vec<u32> = (0..dataset.items.len() as u32).collect();
    Images::decode(dataset, &rows, &dataset.resolve(&Input::default()).unwrap(), folder.path(), &|_, _| {}).unwrap()
}

#[test]
fn augmentation_depends_on_seed_epoch_and_item_alone() {
    let folder = Folder::new();
    let names: Vec<String> = (0..40).map(|index| format!("{index:02}.jpg")).collect();
    folder.images(&names.iter().map(String::as_str).collect::<Vec<_>>());
    let dataset = Arc::new(folder.open("images: {glob: '*.jpg'}\n").unwrap());
    let images = Arc::new(decoded(&dataset, &folder));
    let mut whole = vec![0; images.size()];
    images.read(0, &mut whole).unwrap();
    let read = |steps: Vec<Step>, rows: &[u32], epoch: u32| -> Vec<Vec<u8>> {
        let extra = Extra { augment: Augment { steps }, ..Extra::default() };
        let mut batches = Batches::new(dataset.clone(), images.clone(), rows, 64, Order::Shuffled { seed: 1, epoch }, extra);
        let batch = batches.next().unwrap().unwrap();
        let ids = batch.column(0).as_string::<i32>();
        let bytes = batch.column(1).as_fixed_size_list().values().as_primitive::<UInt8Type>().values().to_vec();
        let mut read: Vec<(String, Vec<u8>)> =
            ids.iter().map(|id| id.unwrap().to_owned()).zip(bytes.chunks_exact(whole.len()).map(<[u8]>::to_vec)).collect();
        read.sort();
        read.into_iter().map(|(_, bytes)| bytes).collect()
    };
    let all: Vec<u32> = (0..40).collect();
    let flip = vec![Step::HorizontalFlip { probability: 0.5 }];
    let first = read(flip.clone(), &all, 0);
    assert_eq!(first[20..], read(flip.clone(), &all[20..], 0), "what else is in the batch does not matter");
    assert_ne!(first, read(flip.clone(), &all, 1));
    let flipped: Vec<u8> =
        whole.chunks_exact(61 * 3).flat_map(|line| line.chunks_exact(3).rev().flatten().copied().collect::<Vec<_>>()).collect();
    let count = first.iter().filter(|image| **image == flipped).count();
    assert!((10..=30).contains(&count) && first.iter().all(|image| *image == flipped || *image == whole), "{count}");

    // Of a crop, every pixel is black or the one that was moved there.
    let cropped = read(vec![Step::RandomCrop { padding: 4 }], &all, 0);
    let at = |image: &[u8], y: isize, x: isize| match (0..45).contains(&y) && (0..61).contains(&x) {
        true => image[(y as usize * 61 + x as usize) * 3..][..3].to_vec(),
        false => vec![0; 3],
    };
    let moved =
        |image: &[u8], down: isize, across: isize| (0..45).all(|y| (0..61).all(|x| at(image, y, x) == at(&whole, y + down, x + across)));
    for image in &cropped {
        assert!((-4..=4).any(|down| (-4..=4).any(|across| moved(image, down, across))));
    }
}

#[test]
fn archives_are_read_in_place() {
    use std::io::Write;
    let photo = std::fs::read(format!("{IMAGES}/full.jpg")).unwrap();
    let folder = Folder::new();
    let mut zip = zip::ZipWriter::new(std::fs::File::create(folder.path().join("faces.zip")).unwrap());
    let deflated = zip::write::SimpleFileOptions::default();
    let stored = deflated.compression_method(zip::CompressionMethod::Stored);
    let members: [(&str, &[u8], _); 5] = [
        ("7/a.jpg", &photo, deflated),
        ("7/a.json", br#"{"raters": ["sad", "happy", "sad"]}"#, deflated),
        ("8/b.jpeg", &photo, stored),
        ("8/b.json", br#"{"raters": ["sad", "happy"]}"#, stored),
        ("8/cut.jpg", &photo[..300], stored),
    ];
    for (name, bytes, options) in members {
        zip.start_file(name, options).unwrap();
        zip.write_all(bytes).unwrap();
    }
    zip.finish().unwrap();
    let card = "images: {archive: faces.zip, glob: '**/*.{jpg,jpeg}', path: '(?<subject>[^/]+)/(?<stem>[^/]+)\\.jpe?g'}\n\
                sidecar: {file: '{subject}/{stem}.json', fields: {emotion: {at: /raters, vote: majority, ties: missing}}, unmatched: keep}\n\
                fields: {emotion: {missing: {level: unclear}}}\nlabel: emotion\nsubject: subject\n";
    let dataset = folder.open(card).unwrap();
    assert_eq!(
        (dataset.ids.clone(), levels(&dataset, "emotion")),
        (vec!["7/a.jpg".to_owned(), "8/b.jpeg".to_owned()], vec!["sad", "unclear"])
    );
    assert_eq!(dataset.rejected[0].to_string(), "`8/cut.jpg`: a truncated JPEG");
    let images = decoded(&dataset, &folder);
    let (mut packed, mut plain) = (vec![0; images.size()], vec![0; images.size()]);
    images.read(0, &mut packed).unwrap();
    let unpacked = Folder::new();
    unpacked.images(&["x.jpg"]);
    decoded(&unpacked.open("images: {glob: '*.jpg'}\n").unwrap(), &unpacked).read(0, &mut plain).unwrap();
    assert_eq!(packed, plain);
    let rejected = folder.rejected(&card.replace("ties: missing", "ties: reject"));
    assert_eq!(rejected[0], "`8/b.jpeg`: the side file `8/b.json` has as many votes for `sad` as for `happy` at `/raters`");

    // A tar archive, with a table that names its members, one of them by a long name.
    let long = format!("{}/c.jpg", "deep".repeat(40));
    let member = |name: &str, bytes: &[u8], kind: u8| {
        [tar_header(name, bytes.len(), kind), bytes.to_vec(), vec![0; bytes.len().next_multiple_of(512) - bytes.len()]].concat()
    };
    let tar = [
        member("././@LongLink", long.as_bytes(), b'L'),
        member(&long, &photo, b'0'),
        member("d/d.jpg", &photo, b'0'),
        member("../e.jpg", &photo, b'0'),
        vec![0; 1024],
    ]
    .concat();
    folder.write("photos.tar", &tar).write("t.csv", format!("f,y\n{long},1\nd/d.jpg,2\ngone.jpg,3\n"));
    let card = "images: {archive: photos.tar, table: t.csv, path: '{f}'}\nfields: {y: y}\nlabel: y\n";
    let dataset = folder.open(card).unwrap();
    assert_eq!((dataset.ids.clone(), levels(&dataset, "y")), (vec![long, "d/d.jpg".to_owned()], vec!["1", "2"]));
    let rejected: Vec<String> = dataset.rejected.iter().map(ToString::to_string).collect();
    assert_eq!(rejected, ["`photos.tar/../e.jpg`: the path `../e.jpg` leaves the root", "`t.csv` 4: the archive has no member `gone.jpg`"]);
    decoded(&dataset, &folder).read(0, &mut packed).unwrap();
    assert_eq!(packed, plain);

    folder.write("photos.tar", &tar[..2000]);
    assert!(folder.open(card).unwrap_err().contains("it is truncated"));
    folder.write("photos.tar", "hello");
    assert_eq!(
        folder.open(card).unwrap_err(),
        "`photos.tar` is neither a zip nor a tar archive, plain or gzip: unpack it, or make it one of these"
    );
}

#[test]
fn distortions_grow_with_their_severity_and_are_the_same_each_time() {
    use fairgrid::spec::distort::{DISTORTIONS, Distort};
    let folder = Folder::new();
    folder.images(&["a.jpg", "b.jpg"]);
    let dataset = Arc::new(folder.open("images: {glob: '*.jpg'}\n").unwrap());
    let images = Arc::new(decoded(&dataset, &folder));
    let read = |distort: Option<Distort>, rows: &[u32]| -> Vec<u8> {
        let extra = Extra { distort, ..Extra::default() };
        let batch = Batches::new(dataset.clone(), images.clone(), rows, 2, Order::Given, extra).next().unwrap().unwrap();
        batch.column(1).as_fixed_size_list().values().as_primitive::<UInt8Type>().values().to_vec()
    };
    let whole = read(None, &[0]);
    for (word, kind) in DISTORTIONS {
        let at = |severity: u32| read(Some(Distort { kind, severity, seed: 1 }), &[0]);
        let far = |severity: u32| at(severity).iter().zip(&whole).map(|(a, b)| f64::from(a.abs_diff(*b)).powi(2)).sum::<f64>();
        assert_eq!(at(0), whole, "{word}");
        assert_eq!(at(3), at(3), "{word}");
        assert_eq!(
            read(Some(Distort { kind, severity: 3, seed: 1 }), &[1, 0])[whole.len()..],
            at(3),
            "{word}: what else is in the batch does not matter"
        );
        let distances: Vec<f64> = (1..=5).map(far).collect();
        assert!(distances[0] > 0.0 && distances[0] < distances[2] && distances[2] < distances[4], "{word}: {distances:?}");
    }
}

#[test]
fn rows_are_numbered_from_one_by_row_and_from_zero_by_index() {
    let folder = Folder::new();
    folder
        .images(&["i/000.png", "i/001.png", "i/002.png"])
        .write("t.csv", "kind,code\nairport,0\nzoo,2\nbarn,1\n")
        .write("n.txt", "ant\nbee\ncat\n");
    let card = "images: {table: t.csv, path: 'i/{index:03}.png', id: '{row}/{index}'}\n\
                tables: {n: {file: n.txt, columns: [name], key: {column: index, equals: code}}, m: {file: n.txt, columns: [name], key: row}}\n\
                fields: {kind: kind, name: n.name, other: m.name, at: index}\nlabel: kind\n";
    let dataset = folder.open(card).unwrap();
    assert_eq!(dataset.ids, ["1/0", "2/1", "3/2"]);
    assert_eq!(levels(&dataset, "name"), ["ant", "cat", "bee"]);
    assert_eq!(levels(&dataset, "other"), ["ant", "bee", "cat"]);
    assert_eq!(levels(&dataset, "at"), ["0", "1", "2"]);

    // A column of that name counts more.
    folder.write("t.csv", "kind,code,index\nairport,0,2\nzoo,2,1\nbarn,1,0\n");
    assert_eq!(folder.open(card).unwrap().ids, ["1/2", "2/1", "3/0"]);

    let plain = "images: {table: t.csv, path: 'i/{index:03}.png', id: '{row}/{index}'}\n\
                 tables: {m: {file: n.txt, columns: [name], key: index}}\nfields: {kind: kind, other: m.name}\nlabel: kind\n";
    folder.open(plain).unwrap();
    let read = Card::read(&folder.path().join("card.yaml")).unwrap();
    let root = folder.path().join("mock");
    mock::write(&read, Some(20), &root).unwrap();
    let dataset = Dataset::open(&read.at(&root), &folder.path().join("cache")).unwrap();
    assert_eq!((dataset.ids.len(), dataset.rejections), (20, 0), "{:?}", dataset.rejected);
}

#[test]
fn keys_of_joined_tables_are_patterns_of_the_numbers_of_rows() {
    let folder = Folder::new();
    folder.images(&["v_0001.png", "v_0002.png", "v_0003.png"]).write("truth.txt", "4\n7\n4\n");
    let card = |key: &str| {
        format!(
            "images: {{glob: '*.png', name: 'v_(?<n>\\d+)[.]png'}}\n\
             tables: {{t: {{file: truth.txt, columns: [y], key: {key}, unmatched: keep}}}}\nfields: {{y: t.y}}\n"
        )
    };
    for (key, expected) in [
        ("{column: '{row:04}', equals: n}", ["4", "7", "4"]),
        ("{column: 'v{row:04}', equals: 'v{n}'}", ["4", "7", "4"]),
        ("{column: '{row}-{y}', equals: '{n}-7'}", ["-", "-", "-"]),
        ("{column: '{row:04}-{y}', equals: '{n}-7'}", ["-", "7", "-"]),
        ("{column: row, match: '(?<n>.+)'}", ["-", "-", "-"]),
    ] {
        assert_eq!(levels(&folder.open(&card(key)).unwrap(), "y"), expected, "{key}");
    }
    let lost = folder.open(&card("{column: '{row}-{z}', equals: n}")).unwrap_err();
    assert!(lost.contains("`truth.txt` has no column `z`"), "{lost}");
}

#[test]
fn a_table_may_have_a_column_found_of_its_own() {
    let folder = Folder::new();
    folder.images(&["0.png", "1.png", "2.png"]).write("p.csv", "stem,found,sex\n0,1,f\n1,0,m\n").write("q.csv", "stem,sex\n0,f\n");
    let dataset = folder
        .open(
            "images: {glob: '*.png'}\n\
             tables: {p: {file: p.csv, key: stem, unmatched: keep}, q: {file: q.csv, key: stem, unmatched: keep}}\n\
             fields: {face: p.found, there: q.found}\n",
        )
        .unwrap();
    assert_eq!((levels(&dataset, "face"), levels(&dataset, "there")), (vec!["1", "0", "-"], vec!["1", "0", "0"]));
}

#[test]
fn side_files_are_found_by_joined_tables_and_tables_by_side_files() {
    let folder = Folder::new();
    folder.images(&["0.png", "1.png"]).write("f.csv", "stem,folder\n0,a\n1,b\n").write("people.csv", "id,tone\nx,dark\ny,light\n");
    folder.write("side/a/0.json", "{\"who\": \"x\"}").write("side/b/1.json", "{\"who\": \"y\"}");
    let card = "images: {glob: '*.png'}\n\
                tables: {p: {file: people.csv, key: {column: id, equals: who}}, f: {file: f.csv, key: stem}}\n\
                sidecar: {file: 'side/{f.folder}/{stem}.json', fields: {who: {at: /who}}}\nfields: {who: {}, tone: p.tone}\n";
    let dataset = folder.open(card).unwrap();
    assert_eq!((levels(&dataset, "who"), levels(&dataset, "tone")), (vec!["x", "y"], vec!["dark", "light"]));
    let circle = folder.open(&card.replace("f.csv, key: stem", "f.csv, key: {column: stem, equals: who}")).unwrap_err();
    assert!(circle.contains("the side file `side/{f.folder}/{stem}.json` can only be read after `p`, `f`, and so in a circle"), "{circle}");
}
