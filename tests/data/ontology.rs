//! What labels imply: kinds of kinds, sets of classes, and the class of what shows none.

use super::folder::{Folder, labels};

const LABELS: &str =
    "i,c,v\na,/m/dog,1\nb,/m/animal,0\nc,/m/cat,0\nc,/m/car,1\nd,/m/dog,0\nd,/m/cat,0\nd,/m/car,0\ne,/m/animal,0\ne,/m/dog,1\n";
const NAMES: &str = "/m/dog,Dog\n/m/cat,Cat\n/m/car,Car\n/m/animal,Animal\n/m/thing,Thing\n/m/boat,Boat\n";
const TREE: &str = r#"{"LabelName": "/m/thing", "Subcategory": [{"LabelName": "/m/car"},
  {"LabelName": "/m/animal", "Subcategory": [{"LabelName": "/m/dog"}, {"LabelName": "/m/cat"}], "Part": [{"LabelName": "/m/tail"}]}]}"#;

fn five() -> Folder {
    let folder = Folder::new();
    folder.images(&["a.jpg", "b.jpg", "c.jpg", "d.jpg", "e.jpg"]);
    folder.write("l.csv", LABELS).write("n.csv", NAMES).write("tree.json", TREE);
    folder
}

fn card(more: &str) -> String {
    format!(
        "images: {{glob: '*.jpg', id: '{{stem}}'}}\nlabels: {{file: l.csv, id: i, class: c, value: v, names: {{file: n.csv, columns: [code, \
         name]}}, {more}}}\n"
    )
}

#[test]
fn what_is_there_is_all_that_it_is_a_kind_of_and_what_is_not_there_has_no_kinds() {
    let folder = five();
    let dataset = folder.open(&card("hierarchy: {file: tree.json}")).unwrap();
    assert_eq!(dataset.classes, ["Animal", "Car", "Cat", "Dog", "Thing"]);
    let expected = [
        "Animal Dog Thing",
        "!Animal !Cat !Dog",
        // That it is no cat leaves open whether it is an animal.
        "Car Thing !Cat",
        "!Car !Cat !Dog",
        // What is written counts more than what would follow from it.
        "Dog Thing !Animal !Cat",
    ];
    assert_eq!(labels(&dataset), expected);

    // A table by the names of the codes says the same.
    folder.write("kinds.csv", "what,of\nDog,Animal\n/m/cat,Animal\nAnimal,/m/thing\nCar,Thing\nThing,\n");
    let table = folder.open(&card("hierarchy: {file: kinds.csv, kind: what, of: of}")).unwrap();
    assert_eq!((table.classes.clone(), labels(&table)), (dataset.classes.clone(), labels(&dataset)));

    let error = folder.write("tree.json", "[1]").open(&card("hierarchy: {file: tree.json}")).unwrap_err();
    assert!(error.contains("`tree.json` is no tree of `{LabelName, Subcategory: […]}`"), "{error}");
    let error = folder.open(&card("hierarchy: {file: ../tree.json}")).unwrap_err();
    assert!(error.contains("leaves"), "{error}");
}

#[test]
fn a_hierarchy_that_goes_round_or_fits_nothing_is_refused() {
    let folder = five();
    let refused = |table: &str| {
        folder.write("kinds.csv", table);
        folder.open(&card("hierarchy: {file: kinds.csv, kind: what, of: of}")).unwrap_err()
    };
    let error = refused("what,of\n/m/cat,/m/animal\n/m/dog,/m/animal\n/m/animal,/m/creature\n/m/creature,/m/dog\n");
    let circle = "`Animal` (/m/animal) is a kind of `/m/creature` is a kind of `Dog` (/m/dog) is a kind of `Animal` (/m/animal)";
    assert!(error.contains(&format!("the hierarchy goes round in a circle: {circle}")), "{error}");
    let error = refused("what,of\nDog,dog\ndog,Dog\n");
    assert!(error.contains("`Dog` (/m/dog) is a kind of `dog` is a kind of `Dog` (/m/dog)"), "{error}");
    let error = refused("what,of\nhound,beast\n");
    assert!(error.contains("no class of the hierarchy is one of the labels: it has `hound`, `beast`, the labels `/m/dog`"), "{error}");
}

#[test]
fn names_are_read_from_the_first_line_on_where_it_holds_a_code() {
    let folder = five();
    folder.write("n.csv", NAMES);
    let headless = |names: &str| folder.open(&card("").replace("{file: n.csv, columns: [code, name]}", names)).unwrap();
    assert_eq!(headless("{file: n.csv}").classes, ["Animal", "Car", "Cat", "Dog"]);

    folder.write("n.csv", "code,name\n/m/dog,Dog\n/m/dog,Dog\n/m/dog,Hound\n");
    let twice = headless("{file: n.csv}");
    assert_eq!(twice.classes, ["/m/animal", "/m/car", "/m/cat", "Dog"]);
    let rejected: Vec<String> = twice.rejected.iter().map(ToString::to_string).collect();
    assert_eq!(rejected, ["`n.csv` 4: `/m/dog` is called `Dog` already, and here `Hound`: the first counts"]);
}

#[test]
fn a_set_is_there_where_a_member_is_and_not_where_none_is() {
    let folder = five();
    let dataset = folder.open(&card("sets: {pet: [Dog, /m/cat], vehicle: [Car, Boat]}")).unwrap();
    assert_eq!(dataset.classes, ["Animal", "pet", "vehicle"]);
    // Nobody said whether there is a boat on d.
    assert_eq!(labels(&dataset), ["pet", "!Animal", "vehicle", "!pet", "pet !Animal"]);

    let beside = folder.open(&card("classes: [Dog, pet], sets: {pet: [Dog, Cat]}")).unwrap();
    assert_eq!(labels(&beside), ["Dog pet", "", "", "!Dog !pet", "Dog pet"]);
    let swallowed = folder.open(&card("sets: {Animal: [Animal, Dog, Cat]}")).unwrap();
    assert_eq!(
        (swallowed.classes, labels(&folder.open(&card("sets: {Animal: [Animal, Dog]}")).unwrap())[4].clone()),
        (vec!["Animal".to_owned(), "Car".to_owned()], "Animal".to_owned())
    );

    let error = folder.open(&card("sets: {pet: [Dgo]}")).unwrap_err();
    assert!(error.contains("no label of the class `Dgo` was found, which is in the set `pet`"), "{error}");
    let error = folder.open(&card("sets: {Car: [Dog]}")).unwrap_err();
    assert!(error.contains("the set `Car` is called as a class that is not in it"), "{error}");
}

#[test]
fn background_is_what_shows_none_of_the_classes() {
    let folder = five();
    let sure = folder.open(&card("classes: [Dog, Cat, Car], background: nothing")).unwrap();
    assert_eq!(sure.classes, ["Dog", "Cat", "Car", "nothing"]);
    assert_eq!(labels(&sure), ["Dog !nothing", "", "Car !Cat !nothing", "nothing !Dog !Cat !Car", "Dog !nothing"]);
    let likely = folder.open(&card("classes: [Dog], background: {class: nothing, unknown: absent}")).unwrap();
    assert_eq!(labels(&likely), ["Dog !nothing", "nothing", "nothing", "nothing !Dog", "Dog !nothing"]);
    let error = folder.open(&card("background: Dog")).unwrap_err();
    assert!(error.contains("`Dog` is a class already"), "{error}");
}
