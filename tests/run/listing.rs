//! What `fairgrid ls` and `fairgrid explain` print.

use std::collections::HashSet;

use fairgrid::report::terminal::{Screen, hanging};

use crate::command::fairgrid;

#[test]
fn metrics_are_listed_by_kind_and_every_name_can_be_written() {
    let listed = fairgrid(["ls", "metrics"]).run().ok();
    let titles: Vec<&str> = listed.lines().filter(|line| !line.starts_with(' ') && !line.is_empty()).collect();
    insta::assert_snapshot!(titles.join("\n"));
    let names = fairgrid(["ls", "metrics", "--names"]).run().ok();
    let names: HashSet<&str> = names.lines().collect();
    let mut sections = listed.split("\n\n");
    let own = sections.by_ref().take_while(|section| !section.starts_with("over groups")).flat_map(|section| section.lines().skip(1));
    for name in own.filter_map(|line| line.split_whitespace().next()) {
        assert!(names.contains(name), "`{name}` is listed and no name");
    }
    for name in ["recall_score_difference", "demographic_parity_ratio", "equalized_odds_difference", "sp_tv_mean", "fisher_ratio", "ndkl"] {
        assert!(names.contains(name), "`{name}` cannot be written");
    }
}

#[test]
fn what_is_explained_hangs_below_its_label() {
    let screen = Screen { width: Some(40), color: false };
    insta::assert_snapshot!(hanging("  formula    ", "share of items whose decision is right; multi-label: of all labels", screen), @r"
      formula    share of items whose
                 decision is right;
                 multi-label: of all labels
    ");
    assert_eq!(hanging("  formula    ", "TP / (TP + FN)", Screen::default()), "  formula    TP / (TP + FN)");
}
