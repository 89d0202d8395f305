//! What is refused, and in which words.

use fairgrid::spec::problem::Problem;

use super::{import, measure};

#[test]
fn bad_rows_are_named() {
    let refused = |csv: &str, columns: &str, fields: &[&str]| import(csv, columns, fields).unwrap_err();
    let columns = "{id: id, label: y, scores: s}";
    let message = refused("id,y,s\na,1,0.2\nb,0,nan\nc,0,NaN\n", columns, &[]);
    assert_eq!(message, "`predictions.csv` cannot be scored: a score that is not a number (NaN) (lines 3, 4)");
    let message = refused("id,y,s\na,1,0.2\na,0,0.1\n", columns, &[]);
    assert_eq!(message, "`predictions.csv` cannot be scored: duplicate ids: every item may occur once (line 3)");
    let message = refused("id,y,s\na,1,0.2\nb,2,0.1\n", "{id: id, label: y, scores: s, classes: [0, 1]}", &[]);
    assert_eq!(message, "`predictions.csv` cannot be scored: the label `2` is not in the list of 2 classes (line 3)");
    let message = refused("id,y,s,race\na,1,0.2,x\n", columns, &["rcae"]);
    assert!(message.contains("`rcae`") && message.contains("`race`"), "{message}");
    let message = refused("id,y,s\na,1,0.2\nb,0,\n", columns, &[]);
    assert!(message.contains("line 3"), "{message}");
}

#[test]
fn ambiguous_readings_are_listed() {
    let predictions = import("y,p,g\na,a,x\nb,c,x\nc,c,y\n", "{label: y, decision: p}", &["g"]).unwrap();
    let refused = |metrics: &str| {
        let error = measure(&predictions, &format!("{{groups: [g], metrics: [{metrics}]}}")).unwrap_err();
        let fairgrid::score::ScoreError::Spec(error) = error else { panic!("{error}") };
        let line = |problem: &Problem| format!("{}\n    {}", problem.message, problem.help.clone().unwrap_or_default());
        let shown: Vec<String> = error.problems.iter().map(line).collect();
        shown.join("\n")
    };
    insta::assert_snapshot!(refused(
        "recall_score, recall_score_difference, equalized_odds_difference, {acuracy_score: {}}, {accuracy_score: {avrage: macro}}, \
         {recall_at_k: {k: 9, average: micro}}, {precision_score: {average: samples}}, roc_auc_score"
    ));
}

#[test]
fn every_name_is_explained() {
    for name in fairgrid::score::metric::list() {
        assert!(fairgrid::score::explain(&name).unwrap().contains("formula"), "{name}");
        assert!(!fairgrid::score::explain::summary(&name).is_empty(), "{name}");
    }
    assert_eq!(fairgrid::score::explain("acuracy_score").unwrap_err(), "unknown metric `acuracy_score`: did you mean `accuracy_score`?");
    insta::assert_snapshot!(fairgrid::score::explain("equalized_odds_difference").unwrap());
}
