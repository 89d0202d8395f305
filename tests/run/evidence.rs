//! `insufficient_evidence: fail`: too little of it ends with an exit code of its own.

use crate::command::{Folder, fairgrid};

fn study(key: &str) -> Folder {
    let row = |row: usize| format!("i{row},1,{},{}\n", u8::from(!row.is_multiple_of(3)), if row < 20 { "a" } else { "b" });
    let spec = format!(
        "fairgrid: 1\nstudy: evidence\nmodels: {{m: {{predictions: m.csv, columns: {{id: id, label: y, decision: p, classes: [0, 1]}}}}}}\nevaluate:\n  \
         audit: {{groups: [g], positive: 1, min_count: 10, undefined: exclude, {key}metrics: [{{accuracy_score_difference: {{as: gap}}}}]}}\n"
    );
    Folder::new().file("m.csv", format!("id,y,p,g\n{}", (0..23).map(row).collect::<String>())).file("evidence.yaml", spec)
}

#[test]
fn too_little_evidence_fails_where_the_spec_says_so() {
    let folder = study("insufficient_evidence: fail, ");
    insta::assert_snapshot!(fairgrid(["run", "evidence.yaml", "--quiet"]).within(&folder).run());
    assert!(folder.read("results/evidence/results.csv").contains("insufficient_evidence"));
    for key in ["", "insufficient_evidence: report, "] {
        fairgrid(["run", "evidence.yaml", "--quiet"]).within(&study(key)).run().ok();
    }
}
