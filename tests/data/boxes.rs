//! Crops by boxes that columns tell, whatever the images lie in.

use std::collections::HashSet;
use std::io::{Cursor, Write};

use fairgrid::data::bitmap::Pixels;
use fairgrid::data::dataset::Dataset;
use fairgrid::data::digest::Digest;
use fairgrid::data::mock;
use fairgrid::spec::card::Card;

use super::folder::{Folder, IMAGES, levels};

/// The sizes of all items, width and height.
fn sizes(dataset: &Dataset) -> Vec<(u32, u32)> {
    let rows: Vec<u32> = (0..dataset.ids.len() as u32).collect();
    let size = |image, encoded| {
        let pixels = dataset.items.decode(image, encoded, false, &|_, _| 1)?;
        Ok((pixels.width, pixels.height))
    };
    dataset.items.visit(&rows, size).unwrap()
}

/// CelebA's `list_bbox`, joined to images that a pattern finds.
const JOINED: &str = "tables: {b: {file: list_bbox.txt, key: {column: image_id, equals: file}}}
fields: {sex: b.sex}
label: sex
where: {sex: [f, m]}
";

const COLUMNS: &str = "box: {left: b.x_1, top: b.y_1, width: b.width, height: b.height}";

const BOXES: &str = "image_id x_1 y_1 width height sex\n1.jpg 5 6 20 10 f\n2.jpg 1 2 30 300 m\n3.jpg 0 0 0 0 f\n4.jpg 90 0 9 9 f\n5.jpg x 0 9 9 m\n6.jpg 0 0 0 0 ?\n";

#[test]
fn files_are_cropped_by_joined_columns_and_what_where_leaves_out_is_not_asked() {
    let folder = Folder::new();
    let names = ["1.jpg", "2.jpg", "3.jpg", "4.jpg", "5.jpg", "6.jpg"];
    folder.images(&names).write("list_bbox.txt", BOXES);
    let card = format!("images: {{glob: '*.jpg', {COLUMNS}}}\n{JOINED}");
    let dataset = folder.open(&card).unwrap();
    assert_eq!((sizes(&dataset), dataset.aside.filtered), (vec![(20, 10), (30, 43)], 1));
    let rejected = [
        "`3.jpg`: its box from 0, 0 to 0, 0 is empty",
        "`5.jpg`: `b.x_1` is `x`: expected a number",
        "`4.jpg`: its box from 90, 0 to 99, 9 holds no pixel of the 61 x 45 that there are",
    ];
    assert_eq!(folder.rejected(&card), rejected);

    // The same images in an archive.
    let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for name in names {
        zip.start_file(name, zip::write::SimpleFileOptions::default()).unwrap();
        zip.write_all(&std::fs::read(format!("{IMAGES}/full.jpg")).unwrap()).unwrap();
    }
    folder.write("faces.zip", zip.finish().unwrap().into_inner());
    let packed = folder.open(&card.replace("glob: '*.jpg'", "archive: faces.zip")).unwrap();
    assert_eq!((sizes(&packed), packed.rejections), (sizes(&dataset), 3));

    let lost = folder.open(&card.replace("b.x_1", "left")).unwrap_err();
    assert!(lost.contains("the files' names have no group `left`"), "{lost}");

    // A mock has boxes too.
    let mocked = folder.path().join("mock");
    folder.write("card.yaml", format!("fairgrid_card: 1\ndataset: d\n{card}"));
    let read = Card::read(&folder.path().join("card.yaml")).unwrap();
    mock::write(&read, Some(9), &mocked).unwrap();
    let dataset = Dataset::open(&read.at(&mocked), &folder.path().join("cache")).unwrap();
    assert_eq!((dataset.ids.len(), dataset.items.windows.len()), (9, 9), "{:?}", dataset.rejected);
}

#[test]
fn files_are_cropped_by_groups_of_their_names() {
    let folder = Folder::new();
    folder.images(&["a-1,2,31,22.jpg", "b-0.1,0.2,0.5,0.6.jpg"]);
    let card = |name: &str, more: &str| {
        format!("images: {{glob: '{name}-*.jpg', name: '{name}-(?<at>.*)\\.jpg', box: {{from: at, format: xyxy{more}}}}}\n")
    };
    assert_eq!(sizes(&folder.open(&card("a", "")).unwrap()), [(30, 20)]);
    assert_eq!(sizes(&folder.open(&card("b", ", relative: true")).unwrap()), [(24, 18)]);
    let error = folder.open(&card("b", "")).unwrap_err();
    assert!(error.contains("edges that are shares of the sides need `relative: true`"), "{error}");
}

#[test]
fn side_files_and_annotations_tell_boxes() {
    let folder = Folder::new();
    folder.images(&["a.jpg", "b.jpg"]);
    folder.write("a.json", r#"{"face": [1, 2, 30, 20]}"#).write("b.json", r#"{"face": {"left": 1}}"#).write("t.csv", "f\na.jpg\n");
    let side = "sidecar: {file: '{stem}.json', fields: {face: {at: /face}}}\n";
    let card = format!("images: {{glob: '*.jpg', box: {{from: face, format: xywh}}}}\n{side}");
    assert_eq!(sizes(&folder.open(&card).unwrap()), [(30, 20)]);
    assert_eq!(folder.rejected(&card), ["`b.jpg`: the side file `b.json` has no single value at `/face`"]);
    let rows =
        format!("images: {{table: t.csv, path: '{{f}}', box: {{from: face, format: xywh}}}}\n{}", side.replace("{stem}.json", "a.json"));
    assert_eq!(sizes(&folder.open(&rows).unwrap()), [(30, 20)]);

    let coco = r#"{"images": [{"id": 1, "file_name": "a.jpg", "face": "[4, 4, 8, 9]"}], "categories": [{"id": 1, "name": "x"}],
        "annotations": [{"id": 1, "image_id": 1, "category_id": 1, "bbox": [0, 0, 5, 5], "iscrowd": 0}]}"#;
    folder.write("coco.json", coco);
    let card = "images: {coco: coco.json, path: '{file_name}', box: {from: face, format: xyxy}}\n";
    assert_eq!(sizes(&folder.open(card).unwrap()), [(4, 5)]);
    let twice = folder.open(&card.replace("box:", "items: boxes, box:")).unwrap_err();
    assert!(twice.contains("with `items: boxes` every item is cropped by its own box"), "{twice}");
}

#[test]
fn boxes_are_rounded_as_pillow_rounds_and_lie_in_the_image_as_it_is_shown() {
    let folder = Folder::new();
    folder.image("a.png", "rgb.png").image("t.jpg", "turned.jpg");
    folder.write("t.csv", "f,l,t,r,b\na.png,0.5,1.5,2.5,3.5\nt.jpg,1,46,9,60\nt.jpg,46,1,60,9\n");
    let card = "images: {table: t.csv, path: '{f}', id: '{f}{l}', box: {left: l, top: t, right: r, bottom: b}}\n";
    let dataset = folder.open(card).unwrap();
    assert_eq!(dataset.ids, ["a.png0.5", "t.jpg1"]);
    let decoded = |image: u32, orient| {
        let pixels = dataset.items.visit(&[image], |image, encoded| dataset.items.decode(image, encoded, orient, &|_, _| 1));
        pixels.map(|pixels| (pixels[0].width, pixels[0].height)).map_err(|error| error.to_string())
    };
    assert_eq!(decoded(0, true), Ok((2, 2)), "0 to 2 across, 2 to 4 down");
    assert_eq!(decoded(1, true), Ok((8, 14)), "in the picture as it is shown");
    let lying = "the image `t.jpg` cannot be decoded: its box holds no pixel of the 61 x 45 that there are";
    assert_eq!(decoded(1, false), Err(lying.to_owned()));
    assert_eq!(folder.rejected(card), ["`t.csv` 4: `t.jpg`: its box from 46, 1 to 60, 9 holds no pixel of the 45 x 61 that there are"]);
}

/// YOLO: a text file an image, a line a box, by its middle and in shares of the image's sides; one image has none.
#[test]
fn boxes_by_their_middle_are_four_columns() {
    let folder = Folder::new();
    folder.image("images/a.png", "rgb.png").image("images/b.png", "rgb.png").image("images/c.png", "rgb.png");
    let whole = "images: {glob: 'images/*.png'}\n";
    let pixels = |card: &str, row: u32| {
        let dataset = folder.open(card).unwrap();
        let decoded = dataset.items.visit(&[row], |image, encoded| dataset.items.decode(image, encoded, true, &|_, _| 1));
        decoded.unwrap().remove(0)
    };
    let full = pixels(whole, 0);
    let (width, height, channels) = (full.width as usize, full.height as usize, full.channels as usize);
    // 3 by 2 pixels from the second across and the third down.
    let wanted: Vec<u8> =
        full.bytes.chunks_exact(width * channels).skip(2).take(2).flat_map(|line| &line[channels..4 * channels]).copied().collect();
    let shares = [2.5 / width as f64, 3.0 / height as f64, 3.0 / width as f64, 2.0 / height as f64].map(|share| share.to_string());
    folder.write("labels/a.txt", format!("0 0.5 0.5 1 1\n1 {}\n", shares.join(" "))).write("labels/b.txt", "1 0.5 0.5 0.5 0.5\n");
    folder.write("labels/c.txt", "");
    let yolo = "images:
  table: {file: 'labels/*.txt', columns: [class, x, y, w, h]}
  path: images/{table_stem}.png
  id: '{table_stem}#{row}'
  box: {center_x: x, center_y: y, width: w, height: h, relative: true}
fields: {class: {map: {0: cat, 1: dog}}}
label: class
";
    let dataset = folder.open(yolo).unwrap();
    assert_eq!(
        (dataset.ids.as_slice(), levels(&dataset, "class")),
        (["a#1", "a#2", "b#1"].map(str::to_owned).as_slice(), vec!["cat", "dog", "dog"])
    );
    assert_eq!(dataset.rejections, 0, "{:?}", dataset.rejected);
    assert_eq!(pixels(yolo, 1), Pixels { width: 3, height: 2, channels: full.channels, bytes: wanted.clone() });

    // The same box in pixels.
    folder.write("t.csv", "f,x,y,w,h\nimages/a.png,2.5,3,3,2\n");
    let absolute = "images: {table: t.csv, path: '{f}', box: {center_x: x, center_y: y, width: w, height: h}}\n";
    assert_eq!(pixels(absolute, 0).bytes, wanted);
    let shares = folder.open(&absolute.replace("height: h", "height: h, relative: true")).unwrap_err();
    assert!(shares.contains("lies far beyond the image: with `relative: true` edges are shares of its sides"), "{shares}");
    // A corner says nothing beside the middle.
    for (written, wrong) in [("center_y: y", "top: y"), ("width: w, height: h", "right: w, bottom: h"), ("center_x: x, ", "")] {
        let refused = folder.open(&absolute.replace(written, wrong)).unwrap_err();
        assert!(refused.contains("either these two or `center_x` and `center_y`"), "{refused}");
    }

    // A mock lies around the middle too, with a table an image where its name is the image's.
    for (card, of) in [(absolute, "absolute"), (yolo, "yolo")] {
        folder.write("card.yaml", format!("fairgrid_card: 1\ndataset: d\n{card}"));
        let read = Card::read(&folder.path().join("card.yaml")).unwrap();
        let mocked = folder.path().join(of);
        mock::write(&read, Some(5), &mocked).unwrap();
        let dataset = Dataset::open(&read.at(&mocked), &folder.path().join("cache")).unwrap();
        let images: HashSet<Digest> = dataset.items.digests.iter().copied().collect();
        assert_eq!((dataset.ids.len(), images.len()), (5, 5), "{:?}", dataset.rejected);
    }
}
