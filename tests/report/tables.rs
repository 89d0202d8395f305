//! Tables as people see them.

use fairgrid::report::leaderboard;
use fairgrid::report::terminal::Screen;

use super::fixture::{QUICKSTART, heading, quickstart, tables};

#[test]
fn quickstart_as_markdown() {
    insta::assert_snapshot!(leaderboard::markdown(&heading(), &tables(QUICKSTART, &heading(), &quickstart(), &[])));
}

#[test]
fn quickstart_on_a_terminal() {
    let tables = tables(QUICKSTART, &heading(), &quickstart(), &[]);
    for width in [None, Some(120), Some(80)] {
        println!("{}", leaderboard::terminal(&heading(), &tables, Screen { width, color: width.is_none() }));
    }
    panic!("{}", leaderboard::markdown(&heading(), &tables));
}
