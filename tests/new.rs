//! `fairgrid new` writes what its user can go on from.

use crate::command::{Folder, fairgrid};

const PREDICTIONS: &str = "id,y_true,y_pred,gender,race\na,1,1,f,x\nb,0,1,m,x\nc,1,0,m,y\nd,0,0,f,y\ne,1,1,m,x\ng,0,0,f,x\n";

#[test]
fn an_audit_starts_as_a_study_that_runs() {
    let folder = Folder::new().file("predictions.csv", PREDICTIONS);
    insta::assert_snapshot!(fairgrid(["new", "first.yaml"]).within(&folder).run());
    let table = fairgrid(["run", "first.yaml", "--quiet"]).within(&folder).run().ok();
    assert!(table.contains("For whom is it worse?"), "{table}");
}

#[test]
fn a_study_that_trains_starts_with_its_data_missing_only() {
    let folder = Folder::new();
    fairgrid(["new", "losses.yaml", "--kind", "train"]).within(&folder).run().ok();
    insta::assert_snapshot!(fairgrid(["validate", "losses.yaml"]).within(&folder).run());
}

#[test]
fn nothing_is_overwritten() {
    let folder = Folder::new().file("mine.yaml", "precious");
    insta::assert_snapshot!(fairgrid(["new", "mine.yaml"]).within(&folder).run());
    assert_eq!(folder.read("mine.yaml"), "precious");
    insta::assert_snapshot!(fairgrid(["new", "mine.txt"]).within(&folder).run());
}
