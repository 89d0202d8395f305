//! Numbers of all groups at once: ties, weights, chance, and names that do not matter. Values are held against numpy in `catalogue.rs`.

use super::{find, import, measure};

const NDKL: &str = "{groups: [g], positive: a, metrics: [{ndkl: {desired: uniform}}, {skew_at_k: {k: 2, desired: uniform}}]}";

#[test]
fn items_of_one_score_share_their_ranks() {
    // Of four items at the top, two are of each group: whoever is drawn first, the expected shares are even.
    let tied = import("id,y,s,g\n1,a,0.9,x\n2,b,0.9,y\n3,a,0.9,x\n4,b,0.9,y\n", "{id: id, label: y, scores: s}", &["g"]).unwrap();
    let measured = measure(&tied, NDKL).unwrap();
    assert_eq!(find(&measured, "ndkl", "g", "", "").value, Some(0.0));
    assert_eq!(find(&measured, "skew_at_k", "g", "g=x", "").value, Some(0.0));
    // One rank of x above all others, by hand: KL = ln 2, then 0, ln(4/3) 2/3 + ln(2/3) / 3.
    let led = import("id,y,s,g\n1,a,0.9,x\n2,b,0.8,y\n3,a,0.7,x\n", "{id: id, label: y, scores: s}", &["g"]).unwrap();
    let measured = measure(&led, NDKL).unwrap();
    let (ln, log2) = (f64::ln, f64::log2);
    let kl = ln(2.0) + (2.0 / 3.0 * ln(4.0 / 3.0) + ln(2.0 / 3.0) / 3.0) / log2(4.0);
    let expected = kl / (1.0 + 1.0 / log2(3.0) + 1.0 / log2(4.0));
    let value = find(&measured, "ndkl", "g", "", "").value.unwrap();
    assert!((value - expected).abs() < 1e-12, "{value} {expected}");
}

#[test]
fn neither_the_order_of_rows_nor_the_names_of_groups_matter() {
    let row = |item: usize| {
        let (label, guess) = (["a", "b"][item * 7 % 5 % 2], ["a", "b"][item * 3 % 7 % 2]);
        (item, label, guess, item * 13 % 11, ["x", "y"][item % 3 % 2])
    };
    let written = |rows: &mut dyn Iterator<Item = usize>, names: [&str; 2]| {
        let lines = rows.map(row).map(|(id, y, d, s, g)| format!("{id},{y},{d},0.{s:02},{}\n", names[usize::from(g == "y")]));
        let csv = format!("id,y,d,s,g\n{}", lines.collect::<String>());
        import(&csv, "{id: id, label: y, decision: d, scores: s}", &["g"]).unwrap()
    };
    let evaluation = "{groups: [g], positive: a, metrics: [{directional_bias_amplification: {direction: attribute_to_task}}, {max_skew_at_k: \
                      {k: 9, desired: dataset}}, {ndkl: {desired: dataset}}]}";
    let numbers = |predictions| {
        let measured = measure(&predictions, evaluation).unwrap();
        measured.iter().map(|m| (m.value, m.lower, m.upper, m.null_p)).collect::<Vec<_>>()
    };
    let first = numbers(written(&mut (0..60), ["x", "y"]));
    assert!(first.iter().all(|(value, lower, upper, _)| value.is_some() && lower.is_some() && upper > lower), "{first:?}");
    assert_eq!(first, numbers(written(&mut (0..60).rev(), ["x", "y"])));
    assert_eq!(first, numbers(written(&mut (0..60), ["zebra", "ant"])));
}

#[test]
fn decisions_that_repeat_the_labels_amplify_nothing() {
    let csv: String = (0..50).map(|item| format!("{item},{0},{0},{1}\n", ["a", "b"][item % 5 % 2], ["x", "y"][item % 2])).collect();
    let predictions = import(&format!("id,y,d,g\n{csv}"), "{id: id, label: y, decision: d}", &["g"]).unwrap();
    let evaluation = "{groups: [g], metrics: [{directional_bias_amplification: {direction: attribute_to_task}}]}";
    let measured = measure(&predictions, evaluation).unwrap();
    assert_eq!(find(&measured, "directional_bias_amplification", "g", "", "").value, Some(0.0));
}
