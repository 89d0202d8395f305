//! Running a part of a study.

use crate::command::{Folder, fairgrid};

#[test]
fn a_part_of_a_study_without_tables_has_the_table_of_what_ran() {
    let study = "fairgrid: 1\nstudy: part\nmodels: {m: {predictions: p.csv, columns: {id: id, label: y, decision: p}}}\nevaluate:\n  \
                 all: {metrics: [accuracy_score]}\n  by: {groups: [g], metrics: [accuracy_score]}\n";
    let folder = Folder::new().file("part.yaml", study).file("p.csv", "id,y,p,g\n1,a,a,x\n2,a,b,y\n3,b,b,x\n4,b,b,y\n");
    fairgrid(["run", "part.yaml", "--quiet", "--only", "evaluation=all"]).within(&folder).run().ok();
    let table = folder.read("results/part/leaderboard.csv");
    let value = table.lines().nth(1).map(|line| line.contains("0.75"));
    assert_eq!((table.lines().count(), value), (2, Some(true)), "{table}");
}
