//! The shipped cards of real datasets, each on a small tree in the dataset's documented layout.

use fairgrid::data::dataset::Dataset;
use fairgrid::spec::card::DataUse;
use fairgrid::spec::decode::Decode;
use fairgrid::spec::node::Node;
use fairgrid::spec::problem::Problems;
use fairgrid::spec::source::Source;

use super::folder::{Folder, labels, levels, split};

pub(super) fn open(folder: &Folder, card: &str) -> Dataset {
    let cards = concat!(env!("CARGO_MANIFEST_DIR"), "/specs/cards");
    let text = format!("{{card: {cards}/{card}.yaml, root: {}}}", folder.path().display());
    let mut problems = Problems::default();
    let data = DataUse::decode(&Node::parse(&Source::new("study.yaml", text)).unwrap(), &mut problems);
    let data = problems.check(data).map_err(|error| error.to_string()).unwrap();
    Dataset::open(&data.card, &folder.path().join("cache")).map_err(|error| error.to_string()).unwrap()
}

pub(super) fn rejected(dataset: &Dataset) -> Vec<String> {
    dataset.rejected.iter().map(ToString::to_string).collect()
}

const HEADER: &str = "ImageID,Source,LabelName,Confidence\n";

#[test]
fn open_images() {
    let folder = Folder::new();
    folder
        .images(&["train/000000000000000a.jpg", "validation/000000000000000b.jpg", "test/000000000000000c.jpg", "test/odd.jpg"])
        .write("oidv6-train-annotations-human-imagelabels.csv", format!("{HEADER}000000000000000a,verification,/m/01,1\n000000000000000a,verification,/m/02,0\nffffffffffffffff,verification,/m/03,1\n"))
        .write("validation-annotations-human-imagelabels.csv", format!("{HEADER}000000000000000b,crowdsource-verification,/m/02,1\n"))
        .write("test-annotations-human-imagelabels.csv", format!("{HEADER}000000000000000c,verification,/m/01,0\n"))
        .write("oidv6-class-descriptions.csv", "LabelName,DisplayName\n/m/01,Woman\n/m/02,\"Fiat 500 \"\"topolino\"\"\"\n/m/03,Tree\n");
    let dataset = open(&folder, "open-images");
    assert_eq!(dataset.classes, ["Fiat 500 \"topolino\"", "Woman"]);
    assert_eq!(split(&dataset, "validation"), ["000000000000000b"]);
    let known: std::collections::BTreeMap<&str, String> = dataset.ids.iter().map(String::as_str).zip(labels(&dataset)).collect();
    assert_eq!(known["000000000000000a"], "Woman !Fiat 500 \"topolino\"");
    assert_eq!(known["000000000000000c"], "!Woman");
    assert_eq!(rejected(&dataset), ["`test/odd.jpg`: does not match `images.path`"]);
}

#[test]
fn open_images_people() {
    let folder = Folder::new();
    let header = "ImageID,LabelName,Confidence,XMin,XMax,YMin,YMax,IsOccluded,IsTruncated,IsGroupOf,IsDepictionOf,IsInsideOf,GenderPresentation,AgePresentation\n";
    let row = |id: &str, window: &str, gender: &str, group: u8| format!("{id},/m/01g317,1,{window},0,0,{group},0,0,{gender},Middle\n");
    folder
        .images(&["train/a.jpg", "validation/b.jpg", "test/c.jpg"])
        .write(
            "open_images_extended_miap_boxes_train.csv",
            [
                header,
                &row("a", "0.0,0.5,0.0,1.0", "Predominantly Feminine", 0),
                &row("a", "0.5,1.0,0.25,0.5", "Predominantly Masculine", 0),
                &row("a", "0.5,0.5,0,1", "Predominantly Feminine", 0),
                &row("a", "0,1,0,1", "Unknown", 1),
            ]
            .concat(),
        )
        .write("open_images_extended_miap_boxes_val.csv", [header, &row("b", "0,1,0,1", "Predominantly Feminine", 0)].concat())
        .write("open_images_extended_miap_boxes_test.csv", [header, &row("c", "0,1,0,1", "Predominantly Masculine", 0)].concat());
    let dataset = open(&folder, "open-images-miap");
    assert_eq!(dataset.ids, ["train/a#1", "train/a#2", "validation/b#1", "test/c#1"]);
    assert_eq!(levels(&dataset, "gender"), ["feminine", "masculine", "feminine", "masculine"]);
    assert_eq!(dataset.native, (45, 30, 3), "the left half of 61 x 45 pixels, 30.5 rounded as Pillow does");
    assert_eq!(dataset.subject.as_ref().unwrap().level(1), Some("a"));
    assert_eq!(rejected(&dataset), ["`open_images_extended_miap_boxes_train.csv` 4: its box from 0.5, 0 to 0.5, 1 is empty"]);
}

#[test]
fn inclusive_images() {
    let folder = Folder::new();
    folder
        .images(&["train/a.jpg", "train/b.jpg", "stage_1_test_images/x.jpg", "stage_1_test_images/y.jpg"])
        .write("train_human_labels.csv", format!("{HEADER}a,verification,/m/01,1\nb,verification,/m/01,0\n"))
        .write("class-descriptions.csv", "label_code,description\n/m/01,Bride\n/m/02,Tree\n")
        .write("tuning_labels.csv", "x,/m/01 /m/02\ny,/m/02\nz,/m/01\n");
    for index in 0..18 {
        folder.image(&format!("train/c{index:02}.jpg"), "full.jpg");
    }
    let train = open(&folder, "inclusive-images");
    assert_eq!(labels(&train)[..2], ["Bride", "!Bride"]);
    assert_eq!(split(&train, "validation").len(), 1);
    let tuning = open(&folder, "inclusive-images-tuning");
    assert_eq!(
        (labels(&tuning), tuning.ids.clone()),
        (vec!["Bride Tree".to_owned(), "Tree".to_owned()], vec!["x".to_owned(), "y".to_owned()])
    );
    assert_eq!(rejected(&tuning), ["`tuning_labels.csv` 3: there is no file `stage_1_test_images/z.jpg`"]);
}

#[test]
fn mr2_and_waterbirds_and_a_folder_of_folders() {
    let folder = Folder::new();
    folder
        .images(&["f1.jpg", "m2.jpg"])
        .write("manifest.csv", "file,race,gender,age\nf1.jpg,African,female,24\nm2.jpg,East Asian,male,30\n");
    assert_eq!(levels(&open(&folder, "mr2"), "race"), ["African", "East Asian"]);

    let folder = Folder::new();
    folder.images(&["001.A/a.jpg", "002.B/b.jpg", "002.B/c.jpg"]).write(
        "metadata.csv",
        "img_id,img_filename,y,split,place,place_filename\n1,001.A/a.jpg,0,0,1,/o/ocean/1.jpg\n2,002.B/b.jpg,1,1,0,/f/forest/2.jpg\n3,002.B/c.jpg,1,2,1,/o/ocean/3.jpg\n",
    );
    let birds = open(&folder, "waterbirds");
    assert_eq!(
        (levels(&birds, "bird"), levels(&birds, "background")),
        (vec!["landbird", "waterbird", "waterbird"], vec!["water", "land", "water"])
    );
    assert_eq!(split(&birds, "validation"), ["002.B/b.jpg"]);

    let folder = Folder::new();
    folder.images(&["train/cat/1.jpg", "train/dog/2.png", "val/cat/3.jpg"]);
    let pets = open(&folder, "image-folder");
    assert_eq!((pets.classes.clone(), split(&pets, "val")), (vec!["cat".to_owned(), "dog".to_owned()], vec!["val/cat/3.jpg"]));
}

#[test]
fn cafe() {
    let folder = Folder::new();
    folder.images(&[
        "sessions/6280/9977-angry_F-AA-01.jpg",
        "sessions/6280/9978-neutralopen_F-AA-01.jpg",
        "sessions/6282/10960-sad_F-AS-03.jpg",
        "sessions/6282/10961-bored_F-AS-03.jpg",
        "sessions/6282/notes.jpg",
    ]);
    let dataset = open(&folder, "cafe");
    assert_eq!(levels(&dataset, "emotion"), ["angry", "neutral", "sad"]);
    assert_eq!(dataset.subject.as_ref().unwrap().levels, ["6280", "6282"]);
    assert_eq!(dataset.rejections, 2);
    assert!(rejected(&dataset).iter().any(|reason| reason.contains("`pose` is `bored`, and the `match` of `emotion`, `(angry|")));
}

#[test]
fn affectnet_with_tables() {
    let folder = Folder::new();
    let header = "subDirectory_filePath,face_x,face_y,face_width,face_height,facial_landmarks,expression,valence,arousal\n";
    folder
        .images(&["Manually_Annotated_Images/689/a.jpg", "Manually_Annotated_Images/7/b.jpg"])
        .write(
            "Manually_Annotated_file_lists/training.csv",
            format!("{header}689/a.jpg,10,5,20,30,1.0;2.0,1,0.78,0.1\n689/a.jpg,0,0,20,30,1;2,10,-2,-2\n689/a.jpg,NULL,NULL,NULL,NULL,NULL,2,0,0\n"),
        )
        .write("Manually_Annotated_file_lists/validation.csv", format!("{header}7/b.jpg,0,0,61,45,1;2,7,-0.5,0\n"));
    let dataset = open(&folder, "affectnet");
    assert_eq!((levels(&dataset, "expression"), levels(&dataset, "valence")), (vec!["happy", "contempt"], vec!["positive", "negative"]));
    assert_eq!(dataset.native, (30, 20, 3));
    assert_eq!(dataset.classes.len(), 8);
    assert!(rejected(&dataset).iter().any(|reason| reason.ends_with("`face_x` is `NULL`: expected a number")), "{:?}", rejected(&dataset));
}

/// A NumPy file of one text or number.
fn npy(kind: &str, bytes: &[u8]) -> Vec<u8> {
    let mut header = format!("{{'descr': '{kind}', 'fortran_order': False, 'shape': (), }}");
    header += &" ".repeat(117 - header.len());
    header.push('\n');
    [b"\x93NUMPY\x01\x00".as_slice(), &(header.len() as u16).to_le_bytes(), header.as_bytes(), bytes].concat()
}

#[test]
fn affectnet_with_numpy_files() {
    let folder = Folder::new();
    let wide = |text: &str| text.chars().flat_map(|letter| (letter as u32).to_le_bytes()).collect::<Vec<u8>>();
    folder
        .images(&[
            "train_set/images/12.jpg",
            "val_set/images/3.jpg",
            "val_set/images/4.jpg",
            "val_set/images/5.jpg",
            "val_set/images/6.jpg",
        ])
        .write("val_set/annotations/6_exp.npy", npy("<i8", &2_i64.to_le_bytes()))
        .write("val_set/annotations/6_val.npy", npy("<f8", &f64::NAN.to_le_bytes()))
        .write("train_set/annotations/12_exp.npy", npy("<U1", &wide("6")))
        .write("train_set/annotations/12_val.npy", npy("<U9", &wide("-0.512345")))
        .write("val_set/annotations/3_exp.npy", npy("<i8", &2_i64.to_le_bytes()))
        .write("val_set/annotations/3_val.npy", npy(">f4", &0.5_f32.to_be_bytes()))
        .write("val_set/annotations/4_exp.npy", "no array")
        .write("val_set/annotations/4_val.npy", npy("<f8", &[]));
    let dataset = open(&folder, "affectnet-2021");
    assert_eq!(levels(&dataset, "expression"), ["anger", "sad", "sad"]);
    assert_eq!(levels(&dataset, "valence"), ["negative", "positive", "-"]);
    assert_eq!(split(&dataset, "validation"), ["val_set/images/3.jpg", "val_set/images/6.jpg"]);
    assert_eq!(
        rejected(&dataset),
        [
            "`val_set/images/4.jpg`: the side file `val_set/annotations/4_exp.npy` is no NumPy array",
            "`val_set/images/5.jpg`: there is no side file `val_set/annotations/5_exp.npy`",
        ]
    );
}

#[test]
fn fairface() {
    let folder = Folder::new();
    folder
        .images(&["train/1.jpg", "val/1.jpg"])
        .write("fairface_label_train.csv", "file,age,gender,race,service_test\ntrain/1.jpg,more than 70,Male,Latino_Hispanic,True\n")
        .write(
            "fairface_label_val.csv",
            "file,age,gender,race,service_test\nval/1.jpg,10-19,Female,White,False\nval/1.jpg,10-19,Female,White,False\n",
        );
    let dataset = open(&folder, "fairface");
    assert_eq!((levels(&dataset, "age"), levels(&dataset, "race")), (vec!["70+", "10-19"], vec!["Latino_Hispanic", "White"]));
    assert_eq!(dataset.classes, ["Male", "Female"]);
    assert!(rejected(&dataset)[0].contains("the id `val/1.jpg` is there already"));
}

#[test]
fn utkface() {
    let folder = Folder::new();
    folder.images(&[
        "UTKFace/26_1_2_20170116191739142.jpg",
        "UTKFace/1_0_4_20161219205356789.jpg.chip.jpg",
        "UTKFace/39_1_20170116174525125.jpg.chip.jpg",
        "UTKFace/70_0_0_20170116174525125.jpg",
        "UTKFace/8_0_0_20170116174525126.jpg",
        "UTKFace/9_0_0_20170116174525127.jpg",
    ]);
    let dataset = open(&folder, "utkface");
    assert_eq!(levels(&dataset, "race"), ["Others", "Asian", "White", "White", "White"]);
    assert_eq!(levels(&dataset, "age_bin"), ["[0, 3)", "[20, 30)", "[70, 117)", "[3, 10)", "[3, 10)"]);
    assert_eq!(rejected(&dataset), ["`UTKFace/39_1_20170116174525125.jpg.chip.jpg`: does not match `images.name`"]);
}

#[test]
fn celeba_in_text_and_csv() {
    let folder = Folder::new();
    folder
        .images(&["img_align_celeba/000001.jpg", "img_align_celeba/000002.jpg", "img_align_celeba/000003.jpg"])
        .write(
            "list_attr_celeba.txt",
            "3\nBlond_Hair Male Smiling Young \n000001.jpg -1  1  1  1\n000002.jpg  1 -1 -1  1\n000003.jpg -1 -1  1 -1\n",
        )
        .write("list_eval_partition.txt", "000001.jpg 0\n000002.jpg 1\n000003.jpg 2\n")
        .write("identity_CelebA.txt", "000001.jpg 2880\n000002.jpg 2937\n000003.jpg 8692\n");
    let dataset = open(&folder, "celeba");
    assert_eq!(
        (levels(&dataset, "gender"), levels(&dataset, "hair")),
        (vec!["male", "female", "female"], vec!["not blond", "blond", "not blond"])
    );
    assert_eq!(split(&dataset, "test"), ["000003.jpg"]);
    assert_eq!(dataset.subject.as_ref().unwrap().level(1), Some("2937"));

    let folder = Folder::new();
    folder
        .images(&[
            "img_align_celeba/img_align_celeba/000001.jpg",
            "img_align_celeba/img_align_celeba/000002.jpg",
            "img_align_celeba/img_align_celeba/000003.jpg",
        ])
        .write(
            "list_attr_celeba.csv",
            "image_id,Blond_Hair,Male,Smiling,Young\n000001.jpg,-1,1,1,1\n000002.jpg,1,-1,-1,1\n000003.jpg,1,-1,1,1\n",
        )
        .write("list_eval_partition.csv", "image_id,partition\n000001.jpg,0\n000002.jpg,2\n000003.jpg,1\n");
    let dataset = open(&folder, "celeba-csv");
    assert_eq!((levels(&dataset, "smile"), split(&dataset, "test")), (vec!["smiling", "not smiling", "smiling"], vec!["000002.jpg"]));
}

#[test]
fn raf_db() {
    let folder = Folder::new();
    let points = "1.0 2.0\n3\t4\n5 6\n7 8\n9 10\n";
    folder
        .images(&["Image/aligned/train_00001_aligned.jpg", "Image/aligned/test_0001_aligned.jpg", "Image/aligned/test_0002_aligned.jpg"])
        .write("EmoLabel/list_patition_label.txt", "train_00001.jpg 5\ntest_0001.jpg 1\n")
        .write("Annotation/manual/train_00001_manu_attri.txt", format!("{points}1\n2\n3\n"))
        .write("Annotation/manual/test_0001_manu_attri.txt", format!("{points}2\r\n0\r\n0\r\n"))
        .write("Annotation/manual/test_0002_manu_attri.txt", format!("{points}0\n0\n0\n"));
    let dataset = open(&folder, "raf-db");
    assert_eq!(dataset.ids, ["test_0001", "train_00001"]);
    assert_eq!(
        (levels(&dataset, "expression"), levels(&dataset, "gender"), levels(&dataset, "race")),
        (vec!["surprise", "sadness"], vec!["-", "female"], vec!["Caucasian", "Asian"])
    );
    assert_eq!(split(&dataset, "test"), ["test_0001"]);
    assert_eq!(rejected(&dataset), ["`Image/aligned/test_0002_aligned.jpg`: the table `list` has no row for `test, 0002`"]);
}

#[test]
fn coco() {
    let folder = Folder::new();
    let instances = |id: u64, file: &str| {
        format!(
            r#"{{"info": {{}}, "images": [{{"id": {id}, "file_name": "{file}", "height": 45, "width": 61, "license": 3}}],
                "annotations": [{{"id": 1, "image_id": {id}, "category_id": 18, "bbox": [1, 2, 10, 20], "segmentation": [[1.5, 2]], "iscrowd": 0, "area": 3}},
                                {{"id": 2, "image_id": {id}, "category_id": 1, "bbox": [0, 0, 5, 5], "segmentation": {{"counts": [1], "size": [1, 2]}}, "iscrowd": 1}}],
                "categories": [{{"id": 1, "name": "person", "supercategory": "person"}}, {{"id": 18, "name": "dog"}}]}}"#
        )
    };
    let captions = |id: u64, text: &str| {
        format!(
            r#"{{"images": [], "annotations": [{{"id": 9, "image_id": {id}, "caption": "{text}"}}, {{"id": 10, "image_id": {id}, "caption": "A dog"}}]}}"#
        )
    };
    folder
        .images(&["train2014/t.jpg", "val2014/v.jpg"])
        .write("annotations/instances_train2014.json", instances(7, "t.jpg"))
        .write("annotations/captions_train2014.json", captions(7, "A Man's dog."))
        .write("annotations/instances_val2014.json", instances(8, "v.jpg"))
        .write("annotations/captions_val2014.json", captions(8, "A woman and a boy walk."))
        .write("images_val2014.csv", "id,bb_gender,bb_skin\n8,Female,Darker\n");
    let dataset = open(&folder, "coco");
    assert_eq!((labels(&dataset), levels(&dataset, "gender")), (vec!["dog person".to_owned(); 2], vec!["man", "both"]));
    assert_eq!(split(&dataset, "val"), ["8"]);
    assert_eq!(levels(&open(&folder, "coco-people"), "skin"), ["Darker"]);
    let boxes = folder
        .open("images: {coco: annotations/instances_val2014.json, path: 'val2014/{file_name}', items: boxes}\nfields: {what: category}\nlabel: what\n")
        .unwrap();
    assert_eq!((boxes.ids.clone(), boxes.native), (vec!["val2014/v.jpg#1".to_owned(), "val2014/v.jpg#2".to_owned()], (20, 10, 3)));
    assert_eq!(levels(&boxes, "what"), ["dog", "person"]);
}
