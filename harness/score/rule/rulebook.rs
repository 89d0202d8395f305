//! Every decision rule and calibration, in words.

/// A rule as people are told of it.
#[derive(Clone, Copy, Debug)]
pub struct RuleDefinition {
    /// Its key in `decide:`, or its `method` in `calibrate:`.
    pub name: &'static str,
    /// What it does, in a line.
    pub what: &'static str,
    /// How it is written.
    pub write: &'static str,
    /// What else there is to know.
    pub details: &'static str,
    /// Where it is from.
    pub source: &'static str,
    /// What others call it: names with commas between, notes in parentheses.
    pub peers: &'static [(&'static str, &'static str)],
}

const DRAWN: &str = "where it draws, an item's lot hangs on the seed and the item's id alone: the same in every order, split and model; a group that \
                     the split lacks, and items in no group, have the best threshold of all items";

/// All, in the order in which they grow.
pub const RULES: [RuleDefinition; 13] = [
    RuleDefinition {
        name: "given",
        what: "the decisions that came with the predictions",
        write: "decide: given",
        details: "",
        source: "",
        peers: &[],
    },
    RuleDefinition {
        name: "argmax",
        what: "the class with the largest score; the first of several",
        write: "decide: argmax",
        details: "",
        source: "",
        peers: &[],
    },
    RuleDefinition {
        name: "top_k",
        what: "the k classes with the largest scores",
        write: "{top_k: 5}",
        details: "",
        source: "",
        peers: &[],
    },
    RuleDefinition {
        name: "threshold",
        what: "positive from a score on, given or fitted",
        write: "{threshold: 0.5}, {threshold: {maximize | minimize: METRIC, split: DATASET/SPLIT, by: FIELD}}, {threshold: {at: {METRIC: VALUE}, split: …}}",
        details: "fitted, it lies halfway between two scores; of equally good ones the largest; `at` takes, of those that keep the metric there, the smallest \
                  where it bounds how much is selected (of precision: the one of most recall), the largest where it demands that; `of: sigmoid | softmax` \
                  turns logits into probabilities",
        source: "",
        peers: &[
            ("Aequitas Flow", "group_threshold (with `by` and `at`)"),
            ("MEDFAIR", "sens_at_spec (with `at`)"),
            ("torchmetrics", "BinaryRecallAtFixedPrecision (with `at: {precision_score: …}`)"),
        ],
    },
    RuleDefinition {
        name: "thresholds",
        what: "one threshold a class, where items may have several labels",
        write: "{thresholds: {CLASS: 0.5, …}}, {thresholds: {maximize: f1_score, split: DATASET/SPLIT}}",
        details: "a class without a threshold is never decided; where the split tells none of it, the `reason` of its numbers says so",
        source: "",
        peers: &[],
    },
    RuleDefinition {
        name: "threshold_optimizer",
        what: "a threshold a group, or a draw between two, with one rate in common",
        write: "{threshold_optimizer: {constraint: demographic_parity | equal_opportunity | false_positive_rate_parity | equalized_odds, \
                maximize: accuracy_score | balanced_accuracy_score, by: FIELD, split: DATASET/SPLIT, seed: 0}}",
        details: DRAWN,
        source: "Hardt, Price and Srebro 2016, section 4; the best point is found exactly, not on a grid",
        peers: &[("fairlearn", "ThresholdOptimizer")],
    },
    RuleDefinition {
        name: "equalized_odds",
        what: "equal true and false positive rates, from scores or from decisions that are kept or reversed by chance",
        write: "{equalized_odds: {by: FIELD, split: DATASET/SPLIT, decisions: 0.5 | given, seed: 0}}; without `decisions`, from scores",
        details: DRAWN,
        source: "Hardt, Price and Srebro 2016",
        peers: &[
            ("AIF360", "EqOddsPostprocessing (with `decisions`)"),
            ("fairlearn", "ThresholdOptimizer(constraints=\"equalized_odds\")"),
        ],
    },
    RuleDefinition {
        name: "levelling_up",
        what: "a rate of at least so much in every group, at the least loss",
        write: "{levelling_up: {metric: true_positive_rate, at_least: 0.8, maximize: accuracy_score, by: FIELD, split: DATASET/SPLIT}}",
        details: "each group has the best of its own thresholds that reach the bar; nothing is drawn",
        source: "Mittelstadt, Wachter and Russell 2023",
        peers: &[("OxonFair", "(fit(objective, group_metric.min, value))")],
    },
    RuleDefinition {
        name: "reject_option",
        what: "in a band around the threshold, positive for the unprivileged groups and negative for the others",
        write: "{reject_option: {unprivileged: LEVEL, at_most: {selection_rate: 0.05}, maximize: balanced_accuracy_score, by: FIELD, split: DATASET/SPLIT}}",
        details: "threshold and width are the best of 100 by 50 that keep the metrics of the two sides within `at_most` of each other; scores lie in [0, 1]",
        source: "Kamiran, Karim and Zhang 2012",
        peers: &[("AIF360", "RejectOptionClassification")],
    },
    RuleDefinition {
        name: "platt",
        what: "calibration: a logistic curve of the score",
        write: "calibrate: {method: platt, by: FIELD, split: DATASET/SPLIT}",
        details: "of two logits, the curve is of their difference",
        source: "Platt 1999",
        peers: &[("scikit-learn", "CalibratedClassifierCV(method=\"sigmoid\")")],
    },
    RuleDefinition {
        name: "isotonic",
        what: "calibration: the rising line nearest to the labels",
        write: "calibrate: {method: isotonic, by: FIELD, split: DATASET/SPLIT}",
        details: "",
        source: "Zadrozny and Elkan 2002",
        peers: &[("scikit-learn", "CalibratedClassifierCV(method=\"isotonic\")")],
    },
    RuleDefinition {
        name: "histogram",
        what: "calibration: the share of positives in bins of equal weight",
        write: "calibrate: {method: histogram, bins: 10, by: FIELD, split: DATASET/SPLIT}",
        details: "equal scores share a bin",
        source: "Zadrozny and Elkan 2001",
        peers: &[],
    },
    RuleDefinition {
        name: "temperature",
        what: "calibration: logits over one number, then a softmax",
        write: "calibrate: {method: temperature, by: FIELD, split: DATASET/SPLIT}",
        details: "of any number of classes; no decision of `argmax` changes",
        source: "Guo, Pleiss, Sun and Weinberger 2017",
        peers: &[("scikit-learn", "CalibratedClassifierCV(method=\"temperature\")")],
    },
];
