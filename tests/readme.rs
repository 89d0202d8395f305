//! The READMEs show what the files say: a leaderboard as its snapshot has it, a study as it is shipped, what a card makes of a dataset.
//! `FAIRGRID_README=write cargo test readme` puts the files' text in.

use crate::command::{Folder, fairgrid, root};

/// What stands between two marks of the README, and what should.
fn shown(name: &str) -> Option<String> {
    let read = |path: &str| std::fs::read_to_string(root().join(path)).ok();
    match name {
        // Everything above the numbers of the snapshot, without its header.
        "leaderboard" => {
            let snapshot = read("specs/snapshots/fashion-tone.snap")?;
            let table = snapshot.splitn(3, "---\n").nth(2)?.split("~~~numbers").next()?.trim();
            Some(table.replacen("# ", "**", 1).replacen("\n", "**\n", 1))
        }
        name => Some(format!("```yaml\n{}\n```", read(&format!("specs/{name}.yaml"))?.trim())),
    }
}

/// Holds what stands between two marks of a file against what should, or puts it there.
fn check(file: &str, name: &str, wanted: &str) {
    let path = root().join(file);
    let mut text = std::fs::read_to_string(&path).unwrap();
    let (open, close) = (format!("<!-- {name} -->\n"), format!("<!-- /{name} -->"));
    let start = text.find(&open).unwrap() + open.len();
    let end = text.find(&close).unwrap();
    if std::env::var_os("FAIRGRID_README").is_some() {
        text.replace_range(start..end, wanted);
        std::fs::write(path, text).unwrap();
    } else {
        assert_eq!(text[start..end], *wanted, "`{name}` in {file} is out of date: see the top of tests/readme.rs");
    }
}

#[test]
fn the_readme_shows_what_the_files_say() {
    for name in ["leaderboard", "claims-audit"] {
        check("README.md", name, &shown(name).map_or_else(String::new, |wanted| format!("{wanted}\n")));
    }
}

#[test]
fn the_card_that_takes_five_minutes_works_as_it_is_printed() {
    let text = std::fs::read_to_string(root().join("specs/README.md")).unwrap();
    let card = text.split("<!-- five-minutes-card -->\n```yaml\n").nth(1).unwrap().split("```").next().unwrap();
    let photo = std::fs::read(root().join("tests/data/images/full.jpg")).unwrap();
    let mut people = String::from("person;sex;skin\n");
    let mut folder = Folder::new().file("my-faces.yaml", card).file("my-faces/photos/contact-sheet.jpg", &photo);
    for person in 1..=40 {
        // Of one, nobody wrote down who it is; another did not say.
        match person {
            13 => {}
            27 => people += "p27;?;2\n",
            _ => people += &format!("p{person:02};{};{}\n", if person % 3 == 0 { "M" } else { "F" }, 1 + person % 6),
        }
        for (expression, number) in [("smile", 1), ("neutral", 1), ("neutral", 2)] {
            folder = folder.file(&format!("my-faces/photos/p{person:02}-{expression}-{number}.jpg"), &photo);
        }
    }
    let folder = folder.file("my-faces/people.csv", people).file("my-faces/photos/p07-wink-1.jpg", &photo);
    let cache = folder.path("cache");
    let page = fairgrid(["data", "my-faces.yaml"]).env("XDG_CACHE_HOME", &cache).env("COLUMNS", "100").within(&folder).run().ok();
    check("specs/README.md", "five-minutes-page", &format!("```console\n$ fairgrid data my-faces.yaml\n{page}```\n"));
    let made = fairgrid(["mock", "my-faces.yaml", "--output", "made"]).env("XDG_CACHE_HOME", &cache).within(&folder).run();
    assert_eq!(made.code, Some(0), "{made}");
}
