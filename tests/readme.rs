//! The README shows what the files say: a leaderboard as its snapshot has it, a study as it is shipped.
//! `FAIRGRID_README=write cargo test readme` puts the files' text in.

use crate::command::root;

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

#[test]
fn the_readme_shows_what_the_files_say() {
    let path = root().join("README.md");
    let mut text = std::fs::read_to_string(&path).unwrap();
    for name in ["leaderboard", "claims-audit"] {
        let (open, close) = (format!("<!-- {name} -->\n"), format!("<!-- /{name} -->"));
        let start = text.find(&open).unwrap() + open.len();
        let end = text.find(&close).unwrap();
        let wanted = shown(name).map_or_else(String::new, |wanted| format!("{wanted}\n"));
        if std::env::var_os("FAIRGRID_README").is_some() {
            text.replace_range(start..end, &wanted);
        } else {
            assert_eq!(text[start..end], wanted, "`{name}` in README.md is out of date: see the top of tests/readme.rs");
        }
    }
    if std::env::var_os("FAIRGRID_README").is_some() {
        std::fs::write(path, text).unwrap();
    }
}
