//! What became of effects between before and after.

use super::comparing::{number, rows, rows_of, vendors};
use crate::command::{Folder, fairgrid};

/// 400 people, grouped in four ways. Before, groups of `s` and `t` differ; after, those of `s` (the other way round) and `u`.
fn before_and_after() -> Folder {
    let wrong = |row: usize, after: bool| {
        let [s, t, u] = [row, row / 2, row / 4].map(|part| part.is_multiple_of(2));
        let share = match after {
            false => 2 * usize::from(s) + 3 * usize::from(t),
            true => 3 * usize::from(!s) + 4 * usize::from(u),
        };
        row / 16 % 10 < share + 1
    };
    let said = |after: bool| {
        let row = |row: usize| {
            let groups = [row, row / 2, row / 4, row / 8].map(|part| ["x", "y"][part % 2]).join(",");
            format!("p{row},1,{},{groups}\n", u8::from(!wrong(row, after)))
        };
        format!("id,truth,guess,s,t,u,v\n{}", (0..400).map(row).collect::<String>())
    };
    let model = |name: &str| format!("{{predictions: {name}.csv, columns: {{id: id, label: truth, decision: guess, classes: [0, 1]}}}}");
    Folder::new().file("before.csv", said(false)).file("after.csv", said(true)).file(
        "change.yaml",
        format!(
            "fairgrid: 1\nstudy: change\ngrid: {{parted: [s, t, u, v]}}\nmodels: {{before: {}, after: {}}}\nevaluate:\n  \
             audit: {{metrics: [{{accuracy_score_difference: {{by: $parted, as: gap}}}}]}}\nuncertainty: {{bootstrap: 400, null: {{permutations: 400}}}}\n\
             compare: {{change: {{models: [before, after], match: [parted], report: [difference, transition, retention_rate, correlation], \
             metrics: gap, adjust: holm}}}}\n",
            model("before"),
            model("after")
        ),
    )
}

#[test]
fn what_became_of_gaps_is_told_of_each_and_of_all() {
    let folder = before_and_after();
    fairgrid(["run", "change.yaml", "--quiet"]).within(&folder).run().ok();
    insta::assert_snapshot!(folder.read("results/change/leaderboard.md"));
    let rows = rows_of(&folder, "change");
    let told: Vec<[&str; 3]> = rows.iter().map(|row| ["parted", "statistic", "transition"].map(|column| row[column].as_str())).collect();
    assert_eq!(
        told,
        [
            ["s", "difference", "retained"],
            ["t", "difference", "removed"],
            ["u", "difference", "introduced"],
            ["v", "difference", "none"],
            ["", "retention_rate", ""],
            ["", "pearson", ""],
            ["", "spearman", ""],
        ]
    );
    let rate = rows.iter().find(|row| row["statistic"] == "retention_rate").unwrap();
    assert_eq!((number(rate, "estimate"), rate["n"].as_str()), (0.5, "2"));
}

#[test]
fn ratios_and_differences_of_groups_become_the_same() {
    let text = "compare:\n  less: {models: [a, c], report: [difference, transition], metrics: [gap, ratio, to_all]}\n  \
                more: {models: [c, a], report: [difference, transition], metrics: [gap, ratio, to_all]}\n";
    let folder = vendors(text);
    let metrics = "{accuracy_score_ratio: {as: ratio}}, {accuracy_score_ratio: {method: to_overall, as: to_all}}, \
                   {accuracy_score_difference";
    let study = folder.read("vendors.yaml").replace("{accuracy_score_difference", metrics).replace("permutations: 0", "permutations: 200");
    std::fs::write(folder.path("vendors.yaml"), study).unwrap();
    fairgrid(["run", "vendors.yaml", "--quiet"]).within(&folder).run().ok();
    // Half of the dark are right, and then two thirds; always all of the light.
    for row in rows(&folder) {
        let wanted = if row["comparison"] == "less" { "attenuated" } else { "amplified" };
        assert_eq!(row["transition"], wanted, "{row:?}");
    }
}
