//! Images that joined tables and side files name.

use super::folder::{Folder, IMAGES, labels, levels, split};
use super::packed::zip;
use super::refused::shown;
use crate::command;

/// Visual Genome: a list of images with their regions, and a table that says in which of two folders an image is.
const GENOME: &str = "root: data
images:
  table: {file: region_descriptions.json, each: regions}
  path: '{data.folder}/{id}.png'
  id: '{regions.region_id}'
  box: {left: regions.x, top: regions.y, width: regions.width, height: regions.height}
tables: {data: {file: image_data.csv, key: {column: image_id, equals: id}}}
fields: {phrase: regions.phrase, folder: data.folder}
label: phrase
attribute: folder
";

/// The fifth entry says the first region again; of the others, one image has no row, and one no file.
const REGIONS: &str = r#"[
{"id": 1, "regions": [{"region_id": 10, "x": 0, "y": 0, "width": 2, "height": 3, "phrase": "cat"}, {"region_id": 11, "x": 1, "y": 0, "width": 2, "height": 2, "phrase": "dog"}]},
{"id": 2, "regions": [{"region_id": 12, "x": 1, "y": 1, "width": 2, "height": 2, "phrase": "dog"}]},
{"id": 3, "regions": [{"region_id": 13, "x": 1, "y": 1, "width": 2, "height": 2, "phrase": "dog"}]},
{"id": 4, "regions": [{"region_id": 14, "x": 1, "y": 1, "width": 2, "height": 2, "phrase": "cat"}]},
{"id": 1, "regions": [{"region_id": 10, "x": 0, "y": 0, "width": 2, "height": 3, "phrase": "cat"}]}]"#;

fn genome() -> command::Folder {
    let image = std::fs::read(format!("{IMAGES}/rgb.png")).unwrap();
    let folder = command::Folder::new().file("root/data/VG_100K/1.png", &image).file("root/data/VG_100K_2/2.png", &image);
    folder
        .file("root/data/region_descriptions.json", REGIONS)
        .file("root/data/image_data.csv", "image_id,folder,next\n1,VG_100K,1\n2,VG_100K_2,2\n4,VG_100K,4\n")
}

#[test]
fn a_joined_table_says_where_images_are() {
    let folder = genome();
    let unmatched = GENOME.replace("equals: id}", "equals: id}, unmatched: keep");
    let misspelt = GENOME.replace("'{data.folder}", "'{data.foldr}");
    let circle = GENOME.replace("equals: id", "equals: data.next");
    let lost = GENOME.replace("column: image_id", "column: image");
    // What files are called their names tell.
    let files = "root: data\nimages: {glob: '*/*.png', name: '(?<n>.)[.]png', id: '{data.folder}'}
tables: {data: {file: image_data.csv, key: {column: image_id, equals: n}}}\n";
    let cards = [GENOME, &unmatched, &misspelt, &circle, &lost, files];
    insta::assert_snapshot!(cards.map(|card| shown(&folder, card).to_string()).join("---\n"));
    // And a mock has its images there.
    let card = folder.path("root/card.yaml");
    std::fs::write(&card, format!("fairgrid_card: 1\ndataset: d\n{GENOME}")).unwrap();
    let mocked = command::fairgrid(["mock", "root/card.yaml", "--rows", "6", "--output", "mock"]).within(&folder).run().to_string();
    assert!(mocked.contains("exit code: 0"), "{mocked}");
    let read = command::fairgrid(["data", "root/card.yaml", "--root", "mock"]).within(&folder).run().to_string();
    assert!(read.contains("6 items") && read.contains("0 rows rejected"), "{read}");
}

/// Rows know the archive of their image from a table, and side files lie beside it there.
#[test]
fn a_joined_table_says_in_which_archive_an_image_is() {
    let folder = Folder::new();
    let image = std::fs::read(format!("{IMAGES}/rgb.png")).unwrap();
    let side = |age: u8| format!(r#"{{"age": {age}}}"#).into_bytes();
    folder
        .write("a.zip", zip(&[("1.png", &image), ("1.json", &side(20))]))
        .write("b.zip", zip(&[("1.png", &image), ("1.json", &side(70))]));
    folder.write("t.csv", "n,who,split\n1,p,train\n1,q,test\n1,p,train\n").write("people.csv", "who,from\np,a\nq,b\n");
    folder.write("y.csv", "id,class\na.zip/1.png,cat\nb.zip/1.png,dog\nc.zip/1.png,dog\n");
    let card = "images: {table: t.csv, path: '{people.from}.zip/{n}.png', archive: '?.zip'}
tables: {people: {file: people.csv, key: who}}
sidecar: {file: '{n}.json', fields: {age: {at: /age}}}
fields: {age: age}
labels: {file: y.csv, id: id, class: class}
splits: {from: split}
";
    let dataset = folder.open(card).unwrap();
    assert_eq!((split(&dataset, "train"), split(&dataset, "test")), (vec!["a.zip/1.png"], vec!["b.zip/1.png"]));
    assert_eq!((levels(&dataset, "age"), labels(&dataset)), (vec!["20", "70"], vec!["cat".to_owned(), "dog".to_owned()]));
    assert_eq!(folder.rejected(card), ["`t.csv` 4: the id `a.zip/1.png` is there already, at `t.csv` 2"]);
    assert_eq!((dataset.aside.strangers.count, dataset.aside.strangers.examples), (1, vec!["c.zip/1.png".to_owned()]));
}

/// A side file says where an image is, and so may a table that is found by what it says.
#[test]
fn side_files_and_what_they_lead_to_say_where_images_are() {
    let folder = Folder::new();
    folder.images(&["x/1.png", "y/2.png"]).write("m/a.json", r#"{"site": 7, "file": "1.png"}"#);
    folder.write("m/b.json", r#"{"site": 8, "file": "2.png"}"#).write("sites.csv", "site,folder\n7,x\n8,y\n");
    folder.write("t.csv", "n,y\na,cat\nb,dog\n");
    let card = "images: {table: t.csv, path: '{sites.folder}/{file}', id: '{n}'}
sidecar: {file: 'm/{n}.json', fields: {site: {at: /site}, file: {at: /file}}}
tables: {sites: {file: sites.csv, key: site}}
fields: {y: y}
label: y
";
    let dataset = folder.open(card).unwrap();
    assert_eq!((dataset.ids, dataset.rejections), (vec!["a".to_owned(), "b".to_owned()], 0));
}

/// COCO's boxes, each in an image of a folder that a table tells.
#[test]
fn a_joined_table_says_where_images_of_annotations_are() {
    let folder = Folder::new();
    folder.images(&["x/1.png", "y/1.png"]).write("folders.csv", "site,folder\n7,x\n8,y\n");
    let coco = r#"{"images": [{"id": 1, "file_name": "1.png", "site": 7}, {"id": 2, "file_name": "1.png", "site": 8}],
        "categories": [{"id": 1, "name": "cat"}], "annotations": [{"id": 5, "image_id": 2, "category_id": 1, "bbox": [0, 0, 2, 3]},
        {"id": 6, "image_id": 1, "category_id": 1, "bbox": [1, 1, 2, 2]}]}"#;
    folder.write("coco.json", coco);
    let card = "images: {coco: coco.json, path: '{sites.folder}/{file_name}'}
tables: {sites: {file: folders.csv, key: site}}
";
    assert_eq!(folder.open(card).unwrap().ids, ["x/1.png", "y/1.png"]);
    let boxes = folder.open(&card.replace("path", "items: boxes, path")).unwrap();
    assert_eq!((boxes.ids, boxes.items.windows.len()), (vec!["y/1.png#5".to_owned(), "x/1.png#6".to_owned()], 2));
}
