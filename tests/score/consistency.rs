//! Whether near items are decided alike: numbers of AIF360's definition, invariances, and what stays when a rule or a model changes.

use fairgrid::score::compare::contrast::Contrast;
use fairgrid::score::compare::{Request, Side, compare};
use fairgrid::score::measurement::{Measurement, Status};
use fairgrid::score::rule::FittedRules;
use fairgrid::spec::compare::{Adjust, Test};
use fairgrid::spec::evaluation::Evaluation;
use fairgrid::spec::uncertainty::Uncertainty;

use super::{find, import, measure, spec};

const COLUMNS: &str = "{id: id, decision: said, embedding: [e0, e1]}";

/// Small whole numbers, so that many items are equally near, and some of one vector.
fn table(rows: impl Iterator<Item = usize>) -> String {
    let mut text = "id,g,who,said,score,e0,e1\n".to_owned();
    for row in rows {
        let (group, said) = (["a", "b"][row / 3 % 2], ["no", "yes"][row * row % 7 % 2]);
        text.push_str(&format!("i{row},{group},p{},{said},{},{},{}\n", row / 3, row * 5 % 9, 1 + row * 7 % 5, 1 + row * row % 4));
    }
    text
}

fn measured(text: &str, columns: &str, evaluation: &str) -> Vec<Measurement> {
    measure(&import(text, columns, &["g"]).unwrap(), evaluation).unwrap()
}

#[test]
fn neither_the_order_of_rows_nor_threads_change_a_number() {
    let evaluation = "{groups: [g], positive: yes, metrics: [consistency_score, {consistency_score: {metric: cosine, k: 3, as: angles}}, \
         consistency_score_difference]}";
    let on = |threads: usize, text: &str, columns: &str| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| measured(text, columns, evaluation))
    };
    for columns in [COLUMNS, "{id: id, decision: said, embedding: [e0, e1], subject: who}"] {
        let plain = on(1, &table(0..50), columns);
        assert_eq!(plain, on(3, &table(0..50), columns));
        assert_eq!(plain, on(2, &table((0..50).rev()), columns));
        assert_eq!(plain, on(2, &table((20..50).chain(0..20)), columns));
        assert!(plain.iter().all(|number| number.value.is_some() && number.lower < number.value && number.value < number.upper));
        let gap = find(&plain, "consistency_score_difference", "g", "", "");
        assert!(gap.null_p.is_some() && gap.null_median.is_some(), "{gap:?}");
        // What is true is not known, and not asked for.
        assert!(plain.iter().all(|number| number.n_positive.is_none() && number.n_negative.is_none()));
    }
}

#[test]
fn an_item_is_the_first_of_its_neighbours_whatever_lies_where_it_does() {
    // Six items in one place: each sees itself and the first other one by name, of which `a` is decided otherwise than all others.
    let rows: String = "abcdef".chars().map(|id| format!("{id},{},0,0\n", if id == 'a' { "yes" } else { "no" })).collect();
    let text = format!("id,said,e0,e1\n{rows}");
    let number = |k: u32| {
        let all =
            measure(&import(&text, COLUMNS, &[]).unwrap(), &format!("{{positive: yes, metrics: [{{consistency_score: {{k: {k}}}}}]}}"));
        find(&all.unwrap(), "consistency_score", "", "", "").clone()
    };
    assert_eq!(number(2).value, Some(0.5));
    // Of all six, `a` sees five that are decided otherwise and each other one `a` alone.
    assert!((number(6).value.unwrap() - (1.0 - 10.0 / 36.0)).abs() < 1e-12);
    let none = number(7);
    assert_eq!((none.status, none.n, none.reason.as_str()), (Status::Undefined, 6, "too few items to find `k` nearest ones"));
}

#[test]
fn items_without_a_decision_are_left_out_as_if_they_were_not_there() {
    let evaluation = |abstained: &str| format!("{{groups: [g], positive: yes, abstained: {abstained}, metrics: [consistency_score]}}");
    let silent = |row: &usize| row % 5 == 2;
    let text = table(0..50);
    let blanked: String = (text.lines().enumerate())
        .map(|(line, text)| match line.checked_sub(1).is_some_and(|row| silent(&row)) {
            true => format!("{}\n", text.replace(",yes,", ",,").replace(",no,", ",,")),
            false => format!("{text}\n"),
        })
        .collect();
    let without = measured(&table((0..50).filter(|row| !silent(row))), COLUMNS, &evaluation("wrong"));
    assert_eq!(measured(&blanked, COLUMNS, &evaluation("exclude")), without);
    let wrong = measured(&blanked, COLUMNS, &evaluation("wrong"));
    assert_eq!((find(&wrong, "consistency_score", "", "", "").n, find(&without, "consistency_score", "", "", "").n), (50, 40));
}

#[test]
fn every_rule_has_its_own_number_and_labels_are_not_read() {
    let columns = "{id: id, scores: {yes: score, no: e0}, embedding: [e0, e1]}";
    let evaluation = "{positive: yes, decide: [argmax, {top_k: 2}], metrics: [consistency_score]}";
    let all = measured(&table(0..50), columns, evaluation);
    let of = |rule: &str| all.iter().find(|number| number.decision == rule).unwrap().value.unwrap();
    assert!(of("argmax") < 1.0);
    // Of two classes two are decided: all items alike.
    assert_eq!(of("top_k(2)"), 1.0);
}

#[test]
fn models_are_compared_each_by_its_own_vectors() {
    let evaluation = spec::<Evaluation>("{groups: [g], positive: yes, metrics: [consistency_score, consistency_score_difference]}");
    let text = table(0..50);
    let models = [COLUMNS, "{id: id, decision: said, embedding: [e1]}"].map(|columns| import(&text, columns, &["g"]).unwrap());
    let (fitted, uncertainty) = (FittedRules::new(), Uncertainty::default().with_draws(200, 100));
    let sides = models.each_ref().map(|predictions| Side { predictions, evaluation: &evaluation, fitted: &fitted, rule: None });
    let metrics = ["consistency_score", "consistency_score_difference"].map(str::to_owned);
    let contrasts = [Contrast::Difference { from: vec![0], to: vec![1] }];
    let request =
        Request { contrasts: &contrasts, metrics: &metrics, test: Test::Bootstrap, within: None, adjust: Adjust::None, seeds: &[] };
    let findings = compare(&sides, &request, &uncertainty).unwrap();
    // Of all items, of two groups, and the gap between these.
    assert_eq!(findings.len(), 4);
    for finding in &findings {
        assert_eq!(finding.decision, "given");
        let (from, to) = (finding.value_from.unwrap(), finding.value_to.unwrap());
        assert!((finding.estimate.unwrap() - (to - from)).abs() < 1e-12, "{finding:?}");
        assert!(finding.lower.unwrap() < finding.upper.unwrap() && finding.p.is_some(), "{finding:?}");
    }
    let own = models.each_ref().map(|model| {
        let all = measure(model, "{groups: [g], positive: yes, metrics: [consistency_score]}").unwrap();
        find(&all, "consistency_score", "", "", "").value
    });
    assert_ne!(own[0], own[1]);
    assert!(findings.iter().any(|finding| [finding.value_from, finding.value_to] == own));
}
