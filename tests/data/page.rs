//! `fairgrid data CARD` as people read it, on mocks of shipped cards.

use crate::command::{Folder, fairgrid, root};

fn page(folder: &Folder, card: &str, columns: &str) -> String {
    let card = root().join(format!("specs/cards/{card}.yaml"));
    let made = fairgrid(["mock", card.to_str().unwrap(), "--rows", "240", "--output", "made", "--force"]).within(folder).run();
    assert_eq!(made.code, Some(0), "{made}");
    let cache = folder.path("cache");
    let call = fairgrid(["data", card.to_str().unwrap(), "--root", "made"]).env("XDG_CACHE_HOME", cache).env("COLUMNS", columns);
    let text = call.within(folder).run().ok();
    let widest = text.lines().filter(|line| !line.starts_with("license")).map(|line| line.chars().count()).max().unwrap();
    assert!(widest <= columns.parse().unwrap(), "{widest} letters: {text}");
    text
}

#[test]
fn pages_fit_80_letters_and_120() {
    let folder = Folder::new;
    let wide = page(&folder(), "fairface", "120");
    let narrow = page(&folder(), "fairface", "80");
    insta::assert_snapshot!(format!("{wide}\n---\n\n{narrow}"));
    insta::assert_snapshot!(page(&folder(), "open-images", "80"));
    insta::assert_snapshot!(page(&folder(), "adience", "80"));
}

#[test]
fn programs_get_the_same_numbers_once() {
    let folder = Folder::new();
    page(&folder, "utkface", "80");
    let card = root().join("specs/cards/utkface.yaml");
    let json = fairgrid(["data", card.to_str().unwrap(), "--root", "made", "--json"]).env("XDG_CACHE_HOME", folder.path("cache"));
    let json: serde_json::Value = serde_json::from_str(&json.within(&folder).run().ok()).unwrap();
    let test = &json["splits"]["test"];
    let sum = |counts: &serde_json::Value| counts.as_object().unwrap().values().map(|count| count.as_u64().unwrap()).sum::<u64>();
    let items = test["items"].as_u64().unwrap();
    assert_eq!((sum(&test["label"]), sum(&test["fields"]["race"]), sum(&test["fields"]["age_bin"])), (items, items, items));
    assert!(test["fields"].get("gender").is_none(), "the label is not a field beside itself");
    let by_race: u64 = test["label_by_attribute"].as_object().unwrap().values().map(sum).sum();
    assert_eq!((by_race, &json["label"], &json["provenance"]["race"]), (items, &"gender".into(), &"annotated".into()));
}
