//! Shipped cards on files as their datasets' authors publish them, with the traps that are in them.

use super::folder::{Folder, IMAGES, labels, levels, split};
use super::real::{open, rejected};

#[test]
fn fer_plus_counts_votes_by_row() {
    let folder = Folder::new();
    let pixels = ["7"; 48 * 48].join(" ");
    let rows = ["0,Training", "3,Training", "6,PublicTest", "2,PrivateTest", "4,PrivateTest"];
    let rows: String = rows.iter().map(|row| row.replace(',', &format!(",{pixels},")) + "\n").collect();
    folder.write("fer2013.csv", format!("emotion,pixels,Usage\n{rows}")).write(
        "fer2013new.csv",
        "Usage,Image name,neutral,happiness,surprise,sadness,anger,disgust,fear,contempt,unknown,NF\n\
         Training,fer0000000.png,4,0,0,1,3,2,0,0,0,0\nTraining,fer0000001.png,0,5,5,0,0,0,0,0,0,0\n\
         PublicTest,fer0000002.png,9,0,0,0,0,0,0,0,0,1\nPrivateTest,fer0000003.png,0,0,1,0,0,0,8,1,0,0\nPrivateTest,fer0000004.png,0,0,0,2,0,0,0,0,0,8\n",
    );
    let dataset = open(&folder, "fer2013");
    assert_eq!(levels(&dataset, "expression"), ["anger", "happiness", "neutral", "fear", "sadness"]);
    assert_eq!((dataset.native, split(&dataset, "validation")), ((48, 48, 1), vec!["3"]));
    let dataset = open(&folder, "fer-plus");
    assert_eq!(
        (dataset.ids.clone(), levels(&dataset, "expression")),
        (["1", "3", "4"].map(str::to_owned).to_vec(), vec!["neutral", "neutral", "fear"])
    );
    assert_eq!(dataset.rejections, 0);
}

#[test]
fn dollar_street_lists_topics_as_python_writes_them() {
    let folder = Folder::new();
    let header = "id,country.name,country.id,region.id,type,imageRelPath,topics,place,income,imagenet_synonyms,imagenet_sysnet_id\n";
    folder
        .images(&["assets/5d4/a.jpg", "assets/5d4/b.jpg", "assets/5d4/c.jpg"])
        .write(
            "images_v2_imagenet_train.csv",
            format!(
                "{header}1,Nepal,np,as,image,assets/5d4/a.jpg,\"['Beds', \"\"Children's rooms\"\"]\",nepal-rai,684.9,\"['studio couch']\",[831]\n\
                 2,Burundi,bi,af,image,assets/5d4/b.jpg,[Beds],burundi,39,[],[]\n"
            ),
        )
        .write("images_v2_imagenet_test.csv", format!("{header}3,Sweden,se,eu,image,assets/5d4/c.jpg,['Stoves'],sweden,10098.0,[],[]\n"));
    let dataset = open(&folder, "dollar-street");
    assert_eq!(
        (labels(&dataset), levels(&dataset, "income")),
        (["Beds Children's rooms", "Stoves"].map(str::to_owned).to_vec(), vec!["lower middle", "high"])
    );
    assert_eq!((levels(&dataset, "region"), split(&dataset, "test")), (vec!["Asia", "Europe"], vec!["3"]));
    let rejected = rejected(&dataset);
    assert!(rejected.len() == 1 && rejected[0].starts_with("`images_v2_imagenet_train.csv` 3: `topics` is `[Beds]`, which is no list"));
}

#[test]
fn lfw_takes_genders_from_two_lists() {
    let folder = Folder::new();
    let people = ["Ann_Veneman", "Bob_Dole", "Cate_Blanchett", "Dan_Quayle"];
    let names: Vec<String> = people.iter().flat_map(|person| [1, 2].map(|number| format!("{person}_{number:04}.jpg"))).collect();
    for name in &names {
        folder.images(&[&format!("lfw/{}/{name}", &name[..name.len() - 9])]);
    }
    folder
        .images(&["lfw/X/X_0001.jpg"])
        .write("female_names.txt", [&names[..2], &names[4..6]].concat().join("\n"))
        .write("male_names.txt", [&names[2..4], &names[6..], &["Nobody_0001.jpg".to_owned()]].concat().join("\n"));
    let dataset = open(&folder, "lfw");
    assert_eq!(dataset.ids, names.iter().map(|name| name[..name.len() - 4].to_owned()).collect::<Vec<_>>());
    assert_eq!(levels(&dataset, "gender"), ["female", "female", "male", "male", "female", "female", "male", "male"]);
    assert_eq!(dataset.subject.as_ref().unwrap().levels, people);
    assert_eq!((split(&dataset, "test").len(), split(&dataset, "train").len()), (4, 4));
    assert_eq!(rejected(&dataset), ["`lfw/X/X_0001.jpg`: `gender` is missing, which `gender` needs"]);
}

#[test]
fn verification_sets_say_race_and_person_by_their_folders() {
    let folder = Folder::new();
    folder.images(&["asian_females/n000009/0010_01.jpg", "white_males/n000021/0002_03.jpg"]);
    let dataset = open(&folder, "bfw");
    assert_eq!((levels(&dataset, "gender"), levels(&dataset, "ethnicity")), (vec!["female", "male"], vec!["Asian", "White"]));
    let folder = Folder::new();
    folder.images(&["images/test/data/African/m.0c7mh2/m.0c7mh2_0003.jpg", "images/test/data/Indian/m.012_a/m.012_a_0001.jpg"]);
    let dataset = open(&folder, "rfw");
    assert_eq!(
        (levels(&dataset, "race"), dataset.subject.as_ref().unwrap().levels.clone()),
        (vec!["African", "Indian"], vec!["m.012_a".to_owned(), "m.0c7mh2".to_owned()])
    );
}

#[test]
fn isic_leaves_out_the_second_of_two_equal_photographs() {
    let folder = Folder::new();
    let header = "image_name,patient_id,sex,age_approx,anatom_site_general_challenge,diagnosis,benign_malignant,target\n";
    let rows: Vec<String> = (0..12).map(|at| format!("ISIC_{at:07},IP_{},female,{}.0,torso,unknown,benign,0\n", at / 3, 30 + at)).collect();
    let images: Vec<String> = (0..12).map(|at| format!("jpeg/train/ISIC_{at:07}.jpg")).collect();
    folder
        .images(&images.iter().map(String::as_str).collect::<Vec<_>>())
        .write(
            "train.csv",
            header.to_owned() + &rows.concat().replace("torso,unknown,benign,0\nISIC_0000003", ",melanoma,malignant,1\nISIC_0000003"),
        )
        .write("ISIC_2020_Training_Duplicates.csv", "image_name_1,image_name_2\nISIC_0000000,ISIC_0000001\n");
    let dataset = open(&folder, "isic-2020");
    assert_eq!((dataset.ids.len(), dataset.ids.contains(&"ISIC_0000001".to_owned()), dataset.rejections), (11, false, 0));
    assert_eq!(
        (levels(&dataset, "diagnosis")[1], levels(&dataset, "site")[1], levels(&dataset, "age")[10]),
        ("malignant", "-", "40 to 59")
    );
    let (test, train) = (split(&dataset, "test"), split(&dataset, "train"));
    let patient = |id: &str| id[5..].parse::<u32>().unwrap() / 3;
    assert!(!test.is_empty() && test.iter().all(|id| train.iter().all(|other| patient(id) != patient(other))), "{test:?} {train:?}");
}

#[test]
fn lesions_by_skin_and_by_lesion() {
    let folder = Folder::new();
    folder.images(&["images/5e82.jpg", "images/d215.jpg", "images/7f00.jpg"]).write(
        "fitzpatrick17k.csv",
        "md5hash,fitzpatrick_scale,fitzpatrick_centaur,label,nine_partition_label,three_partition_label,qc,url,url_alphanum\n\
         5e82,3,3,drug induced,inflammatory,non-neoplastic,,http://a,a\nd215,-1,1,melanoma,malignant melanoma,malignant,1 Diagnostic,http://b,b\n\
         7f00,6.0,6,nevus,benign melanocyte,benign,,http://c,c\n",
    );
    let dataset = open(&folder, "fitzpatrick17k");
    assert_eq!(
        (levels(&dataset, "skin"), levels(&dataset, "condition")),
        (vec!["III", "-", "VI"], vec!["non-neoplastic", "malignant", "benign"])
    );

    let folder = Folder::new();
    folder.images(&["000001.png", "000002.png"]).write(
        "ddi_metadata.csv",
        ",DDI_ID,DDI_file,skin_tone,malignant,disease\n0,1,000001.png,56,True,melanoma\n1,2,000002.png,12,False,nevus\n",
    );
    let dataset = open(&folder, "ddi");
    assert_eq!((levels(&dataset, "malignant"), levels(&dataset, "skin")), (vec!["malignant", "benign"], vec!["V to VI", "I to II"]));

    let folder = Folder::new();
    folder.images(&["HAM10000_images_part_1/ISIC_0024306.jpg", "HAM10000_images_part_2/ISIC_0029306.jpg", "HAM10000_images_part_2/ISIC_0029307.jpg"]).write(
        "HAM10000_metadata.csv",
        "lesion_id,image_id,dx,dx_type,age,sex,localization\nHAM_1,ISIC_0024306,nv,histo,45.0,male,back\nHAM_1,ISIC_0029306,nv,histo,45.0,male,back\n\
         HAM_2,ISIC_0029307,mel,histo,,unknown,back\n",
    );
    let dataset = open(&folder, "ham10000");
    assert_eq!((levels(&dataset, "diagnosis"), levels(&dataset, "sex")), (vec!["nevus", "nevus", "melanoma"], vec!["male", "male", "-"]));
    assert_eq!(dataset.subject.unwrap().levels, ["HAM_1", "HAM_2"]);
}

#[test]
fn pedestrians_and_radiographs_have_several_labels() {
    let folder = Folder::new();
    let header = "Image,Female,AgeOver60,Age18-60,AgeLess18,Front,Side,Back,Hat,Glasses,HandBag,ShoulderBag,Backpack,HoldObjectsInFront,\
                  ShortSleeve,LongSleeve,UpperStride,UpperLogo,UpperPlaid,UpperSplice,LowerStripe,LowerPattern,LongCoat,Trousers,Shorts,Skirt&Dress,boots\n";
    let row = |image: &str, female: u8| format!("{image},{female},0,1,0,1,0,0,1,0,0,0,0,0,0,1,0,0,0,0,0,0,0,0,0,1,0\n");
    folder
        .images(&["data/000001.jpg", "data/080001.jpg", "data/090001.jpg"])
        .write("train.csv", header.to_owned() + &row("000001.jpg", 1))
        .write("val.csv", header.to_owned() + &row("080001.jpg", 0))
        .write("test.csv", header.to_owned() + &row("090001.jpg", 1));
    let dataset = open(&folder, "pa-100k");
    assert!(labels(&dataset)[0].starts_with("Hat LongSleeve Skirt&Dress !Glasses"), "{:?}", labels(&dataset));
    assert_eq!(
        (levels(&dataset, "gender"), levels(&dataset, "age")[0], levels(&dataset, "view")[0]),
        (vec!["female", "male", "female"], "18 to 60", "front")
    );

    let folder = Folder::new();
    let header = "Path,Sex,Age,Frontal/Lateral,AP/PA,No Finding,Enlarged Cardiomediastinum,Cardiomegaly,Lung Opacity,Lung Lesion,Edema,\
                  Consolidation,Pneumonia,Atelectasis,Pneumothorax,Pleural Effusion,Pleural Other,Fracture,Support Devices\n";
    let train = "CheXpert-v1.0-small/train/patient00001/study1/view1_frontal.jpg";
    let lateral = "CheXpert-v1.0-small/train/patient00001/study1/view2_lateral.jpg";
    let valid = "CheXpert-v1.0-small/valid/patient64541/study1/view1_frontal.jpg";
    folder
        .images(&[train, lateral, valid])
        .write(
            "CheXpert-v1.0-small/train.csv",
            format!("{header}{train},Female,68,Frontal,AP,1.0,,,,,,-1.0,,0.0,,1.0,,,1.0\n{lateral},Female,68,Lateral,,,,,,,,,,,,,,,\n"),
        )
        .write("CheXpert-v1.0-small/valid.csv", format!("{header}{valid},Unknown,90,Frontal,PA,0.0,0.0,1.0,0,0,0,0,0,0,0,0,0,0,0\n"));
    let dataset = open(&folder, "chexpert");
    assert_eq!(
        labels(&dataset),
        ["Pleural Effusion !Atelectasis !Cardiomegaly !Edema", "Cardiomegaly !Atelectasis !Consolidation !Edema !Pleural Effusion"]
    );
    assert_eq!((levels(&dataset, "sex"), levels(&dataset, "age")), (vec!["female", "-"], vec!["60 to 79", "80 and above"]));

    let folder = Folder::new();
    let (jpeg, table) = (std::fs::read(format!("{IMAGES}/full.jpg")).unwrap(), "mimic-cxr-2.0.0");
    for path in [
        "files/p10/p10000032/s50414267/02aa804e.jpg",
        "files/p10/p10000032/s50414267/174413ec.jpg",
        "files/p19/p19999987/s58971208/1a1fe7e3.jpg",
        "files/p11/p11000001/s51111111/22222222.jpg",
    ] {
        folder.write(path, &jpeg);
    }
    let people = "subject_id,gender,anchor_age,anchor_year\n10000032,F,52,2180\n";
    folder
        .write(&format!("{table}-split.csv.gz"), "dicom_id,study_id,subject_id,split\n02aa804e,50414267,10000032,train\n174413ec,50414267,10000032,train\n1a1fe7e3,58971208,19999987,test\n22222222,51111111,11000001,validate\n")
        .write(&format!("{table}-metadata.csv.gz"), "dicom_id,subject_id,study_id,ViewPosition\n02aa804e,10000032,50414267,PA\n174413ec,10000032,50414267,LATERAL\n1a1fe7e3,19999987,58971208,AP\n22222222,11000001,51111111,AP\n")
        .write(&format!("{table}-chexpert.csv.gz"), "subject_id,study_id,Atelectasis,Cardiomegaly,Edema,Pneumonia\n10000032,50414267,,1.0,-1.0,0.0\n19999987,58971208,1.0,,,\n11000001,51111111,,,,1.0\n")
        .write("patients.csv.gz", people);
    let dataset = open(&folder, "mimic-cxr");
    assert_eq!(
        labels(&dataset),
        [
            "Cardiomegaly !Atelectasis !Pneumonia",
            "Pneumonia !Atelectasis !Cardiomegaly !Edema",
            "Atelectasis !Cardiomegaly !Edema !Pneumonia"
        ]
    );
    assert_eq!((levels(&dataset, "sex"), split(&dataset, "test")), (vec!["female", "-", "-"], vec!["1a1fe7e3"]));
}

#[test]
fn names_that_are_codes() {
    let folder = Folder::new();
    folder.images(&["KDEF/AF01/AF01ANS.JPG", "KDEF/AF01/AF01ANFL.JPG", "KDEF/BM31/BM31SUS.JPG", "KDEF/AF09/AF09.JPG"]);
    let dataset = open(&folder, "kdef");
    assert_eq!((levels(&dataset, "expression"), levels(&dataset, "gender")), (vec!["anger", "surprise"], vec!["female", "male"]));
    assert_eq!(dataset.subject.as_ref().unwrap().levels, ["F01", "M31"]);
    assert_eq!(rejected(&dataset), ["`KDEF/AF09/AF09.JPG`: does not match `images.name`"]);

    let folder = Folder::new();
    let faces = ["a", "b", "c", "d", "e"];
    let lines: String = faces.iter().map(|image| format!("{image}.jpg 0 3 4 30 20 47.6 3\n")).collect();
    folder.images(&faces.map(|image| format!("image/origin/{image}.jpg")).each_ref().map(String::as_str));
    folder.write("label/label.lst", lines + "a.jpg 1 3 4 30 20 12.0 9\n");
    let dataset = open(&folder, "expw");
    assert_eq!((dataset.ids[4].as_str(), dataset.native), ("e.jpg#0", (17, 26, 3)));
    assert_eq!(rejected(&dataset), ["`label/label.lst` 6: `code` is `9`, which `expression` does not know"]);
}

#[test]
fn frames_of_films_are_told_by_files_beside_them() {
    let folder = Folder::new();
    folder
        .images(
            &["S005/001/S005_001_00000001.png", "S005/001/S005_001_00000011.png", "S010/004/S010_004_00000019.png"]
                .map(|frame| format!("cohn-kanade-images/{frame}"))
                .each_ref()
                .map(String::as_str),
        )
        .write("Emotion/S005/001/S005_001_00000011_emotion.txt", "   3.0000000e+00\n")
        .write("Emotion/S010/004/S010_004_00000019_emotion.txt", "   7.0000000e+00\n");
    let dataset = open(&folder, "ck-plus");
    assert_eq!((levels(&dataset, "emotion"), dataset.rejections, dataset.aside.filtered), (vec!["disgust", "surprise"], 0, 1));

    let folder = Folder::new();
    let frame = "ccv2-frames-part-1/0000/0000_portuguese_nonscripted_1_raw_frame";
    folder.images(&[
        &format!("{frame}00000381.jpg"),
        &format!("{frame}00000425.jpg"),
        "ccv2-frames-part-2/1114/1114_hindi_scripted_1_raw_frame00000001.jpg",
    ]);
    let video =
        |name: &str, subject: &str, more: &str| format!("{{\"video_name\": \"{name}.mp4\", \"subject_id\": \"{subject}\", {more}}}");
    let first = "\"gender\": \"cis man\", \"age\": 30, \"monk_skin_tone\": {\"scale\": \"scale 5\", \"confidence\": \"medium\"}";
    let second = "\"gender\": \"cis woman\", \"age\": \"prefer not to say\", \"monk_skin_tone\": {\"scale\": \"scale 10\", \"confidence\": \"high\"}";
    let videos = [video("0000_portuguese_nonscripted_1", "0000", first), video("1114_hindi_scripted_1", "1114", second)];
    folder.write("CasualConversationsV2.json", format!("[{}]", videos.join(", ")));
    let dataset = open(&folder, "casual-conversations-v2");
    assert_eq!(
        (levels(&dataset, "gender"), levels(&dataset, "age"), levels(&dataset, "skin")),
        (vec!["cis man", "cis man", "cis woman"], vec!["18 to 30", "18 to 30", "-"], vec!["medium", "medium", "dark"])
    );
}

#[test]
fn people_in_photographs_have_attributes_by_number() {
    let folder = Folder::new();
    folder.images(&["Image/train/0--Parade/a.jpg", "Image/val/1--Riot/b.jpg", "Image/test/2--Meeting/c.jpg"]);
    let person =
        |first: i32| format!("{{\"attribute\": [{first}, 1, -1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, -1], \"bbox\": [2.5, 3.0, 10.0, 12.0]}}");
    let image = |name: &str, people: &[i32]| {
        let people: Vec<String> = people.iter().map(|first| person(*first)).collect();
        format!("{{\"file_name\": \"{name}\", \"scene_id\": 0, \"targets\": [{}]}}", people.join(", "))
    };
    let document = |images: &[String]| format!("{{\"attribute_id_map\": {{\"0\": \"Male\"}}, \"images\": [{}]}}", images.join(", "));
    folder
        .write(
            "Anno/wider_attribute_trainval.json",
            document(&[image("train/0--Parade/a.jpg", &[1, -1]), image("val/1--Riot/b.jpg", &[0])]),
        )
        .write("Anno/wider_attribute_test.json", document(&[image("test/2--Meeting/c.jpg", &[1])]));
    let dataset = open(&folder, "wider-attribute");
    let mut genders = levels(&dataset, "gender");
    genders.sort_unstable();
    assert_eq!((genders, dataset.rejections, dataset.native), (vec!["-", "female", "male", "male"], 0, (12, 10, 3)));
    assert_eq!(labels(&dataset)[0], "long hair !sunglasses !stripe");
    assert_eq!(["train", "validation", "test"].map(|part| split(&dataset, part).len()), [2, 1, 1]);
}

#[test]
fn folders_that_say_groups_by_initials_and_contexts_in_brackets() {
    let folder = Folder::new();
    let person = "10011748@N08_identity_0/867465917_0.jpg";
    folder.images(&[&format!("4K_120/HA4K_120/{person}"), "4K_120/MN4K_120/2@N01_identity_3/1_0.jpg"]);
    let dataset = open(&folder, "diveface");
    assert_eq!(
        (levels(&dataset, "gender"), levels(&dataset, "ethnicity")),
        (vec!["male", "female"], vec!["East Asian", "Sub-Saharan and South Indian"])
    );

    let folder = Folder::new();
    folder.images(&["test/dog/dog(indoor)/2300.jpg", "train/cat/cat(indoor)/1.jpg", "train/dog/dog(outdoor)/2.jpg"]);
    let dataset = open(&folder, "metashift");
    assert_eq!((levels(&dataset, "class"), levels(&dataset, "context")), (vec!["dog", "cat", "dog"], vec!["indoor", "indoor", "outdoor"]));

    let folder = Folder::new();
    folder.images(&[
        "Train/Train_Aligned_Faces/Angry/Airheads_000519240_00000005.png",
        "Val_Aligned_Faces_new/Sad/21_000848360_00000014.png",
    ]);
    let dataset = open(&folder, "sfew");
    assert_eq!((levels(&dataset, "expression"), split(&dataset, "validation").len()), (vec!["Angry", "Sad"], 1));

    let folder = Folder::new();
    folder.images(&["race_per_7000/African/m.01abc/000001_1@en.jpg", "race_per_7000/Indian/m.02xyz/000002_0@en.jpg"]);
    assert_eq!(levels(&open(&folder, "bupt-balancedface"), "race"), ["African", "Indian"]);
}
