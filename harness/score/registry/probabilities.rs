//! Metrics of probabilities: scores that say how likely each class is.

use super::{Compute, Definition, Higher, Lower, Neutral, Parameter, Reads, SKLEARN, ratio};
use crate::score::interval::errors::Errors;
use crate::score::lens::probability::Bins;
use crate::score::lens::tally::{Belief, Bin};
use crate::score::value::{Cause, Value};

const GUO: &str = "Guo et al. (2017), On calibration of modern neural networks; bins [i / bins, (i + 1) / bins), the last one closed";
const KLEINBERG: &str = "Kleinberg et al. (2017), Inherent trade-offs in the fair determination of risk scores";
const BINS: Option<Parameter> = Some(Parameter { name: "bins", default: Some(15.0), range: (1.0, 1000.0), whole: true });

/// -ln 2^-52.
const LEAST_LIKELY: f64 = 52.0 * std::f64::consts::LN_2;

pub(super) const PROBABILITIES: &[Definition] = &[
    Definition {
        name: "log_loss",
        formula: "mean over items of -ln p, p the probability of the target, kept at least 2^-52 from 0 and 1",
        range: (0.0, f64::INFINITY),
        direction: Lower,
        undefined: "no items",
        source: SKLEARN,
        peers: &[("scikit-learn", "log_loss"), ("fairlearn", "log_loss_group_max"), ("fairmedfm", "bce")],
        reads: Reads::Probabilities,
        multi_label: false,
        parameter: None,
        compute: Compute::Loss { of: |tally| ratio(tally.trust.log_loss, tally.items, Cause::NoItems), most: |_| LEAST_LIKELY },
    },
    Definition {
        name: "brier_score_loss",
        formula: "two classes: mean over items of (p - y)^2; several: mean over items of the sum over classes of (p_k - y_k)^2",
        range: (0.0, 2.0),
        direction: Lower,
        undefined: "no items",
        source: SKLEARN,
        peers: &[("scikit-learn", "brier_score_loss"), ("SubpopBench", "brier")],
        reads: Reads::Probabilities,
        multi_label: false,
        parameter: None,
        compute: Compute::Loss {
            of: |tally| ratio(tally.trust.brier, tally.items, Cause::NoItems),
            most: |classes| if classes == 2 { 1.0 } else { 2.0 },
        },
    },
    Definition {
        name: "expected_calibration_error",
        formula: "sum over bins of the confidence of (n_b / n) |rate_b - confidence_b|; with `positive:`, confidence is its probability and rate its share; else the largest probability and the accuracy",
        range: (0.0, 1.0),
        direction: Lower,
        undefined: "no items",
        source: GUO,
        peers: &[("torchmetrics", "CalibrationError(norm='l1')"), ("SubpopBench", "ece"), ("MEDFAIR", "ece")],
        reads: Reads::Probabilities,
        multi_label: false,
        parameter: BINS,
        compute: Compute::Calibration { of: expected, bins: Bins::Width, each: false },
    },
    Definition {
        name: "maximum_calibration_error",
        formula: "largest |rate_b - confidence_b| of a bin that holds items; as expected_calibration_error",
        range: (0.0, 1.0),
        direction: Lower,
        undefined: "no items",
        source: GUO,
        peers: &[("torchmetrics", "CalibrationError(norm='max')")],
        reads: Reads::Probabilities,
        multi_label: false,
        parameter: BINS,
        compute: Compute::Calibration { of: |bins| error(bins, |most, gap, _| most.max(gap)), bins: Bins::Width, each: false },
    },
    Definition {
        name: "root_mean_square_calibration_error",
        formula: "sqrt(sum over bins of (n_b / n) (rate_b - confidence_b)^2); as expected_calibration_error",
        range: (0.0, 1.0),
        direction: Lower,
        undefined: "no items",
        source: "Hendrycks, Mazeika and Dietterich (2019), Deep anomaly detection with outlier exposure",
        peers: &[("torchmetrics", "CalibrationError(norm='l2')"), ("Hendrycks et al.", "RMS calibration error (bins of 100 items)")],
        reads: Reads::Probabilities,
        multi_label: false,
        parameter: BINS,
        compute: Compute::Calibration {
            of: |bins| error(bins, |sum, gap, share| sum + gap * gap * share).map(f64::sqrt),
            bins: Bins::Width,
            each: false,
        },
    },
    Definition {
        name: "adaptive_calibration_error",
        formula: "sum over bins of (n_b / n) |rate_b - confidence_b|; as expected_calibration_error, of bins that hold about equally many items: an item is in bin floor(bins s), s the share of its group's items with a larger confidence; equal ones share a bin",
        range: (0.0, 1.0),
        direction: Lower,
        undefined: "no items",
        source: "Nguyen and O'Connor (2015), Posterior calibration and exploratory analysis for natural language processing models",
        peers: &[
            ("Mukhoti et al. (2020)", "AdaECE, adaptive ECE (edges between quantiles)"),
            ("Nixon et al. (2019)", "ACE (of each class: classwise_adaptive_calibration_error)"),
        ],
        reads: Reads::Probabilities,
        multi_label: false,
        parameter: BINS,
        compute: Compute::Calibration { of: expected, bins: Bins::Mass, each: false },
    },
    Definition {
        name: "classwise_calibration_error",
        formula: "of one class: sum over bins of its probability p of (n_b / n) |share of the class in b - mean p in b|; the mean over classes is classwise ECE",
        range: (0.0, 1.0),
        direction: Lower,
        undefined: "no items",
        source: "Kull et al. (2019), Beyond temperature scaling; bins as of expected_calibration_error",
        peers: &[
            ("Kull et al. (2019)", "classwise-ECE, classwise_ece (average: macro)"),
            ("Nixon et al. (2019)", "SCE, static calibration error (average: macro)"),
        ],
        reads: Reads::Probabilities,
        multi_label: true,
        parameter: BINS,
        compute: Compute::Calibration { of: expected, bins: Bins::Width, each: true },
    },
    Definition {
        name: "classwise_adaptive_calibration_error",
        formula: "classwise_calibration_error of the bins of adaptive_calibration_error",
        range: (0.0, 1.0),
        direction: Lower,
        undefined: "no items",
        source: "Nixon et al. (2019), Measuring calibration in deep learning; weighed by n_b, which equal bins make the same",
        peers: &[("Nixon et al. (2019)", "ACE, adaptive calibration error (average: macro)")],
        reads: Reads::Probabilities,
        multi_label: true,
        parameter: BINS,
        compute: Compute::Calibration { of: expected, bins: Bins::Mass, each: true },
    },
    Definition {
        name: "mean_prediction",
        formula: "mean of p, the probability of the class",
        range: (0.0, 1.0),
        direction: Neutral,
        undefined: "no items",
        source: "fairlearn 0.15, fairlearn.metrics",
        peers: &[("fairlearn", "mean_prediction")],
        reads: Reads::Probabilities,
        multi_label: true,
        parameter: None,
        compute: Compute::Belief(|b| ratio(b.in_positives + b.in_negatives, b.positives + b.negatives, Cause::NoItems), Errors::OfShare),
    },
    Definition {
        name: "balance_for_positive_class",
        formula: "mean of p over the positives",
        range: (0.0, 1.0),
        direction: Higher,
        undefined: "no positives",
        source: KLEINBERG,
        peers: &[("AIF360", "generalized_true_positive_rate"), ("FFB", "bfp (gap of this, times 100)")],
        reads: Reads::Probabilities,
        multi_label: true,
        parameter: None,
        compute: Compute::Belief(|b: &Belief| ratio(b.in_positives, b.positives, Cause::NoPositives), Errors::OfShare),
    },
    Definition {
        name: "balance_for_negative_class",
        formula: "mean of p over the negatives",
        range: (0.0, 1.0),
        direction: Lower,
        undefined: "no negatives",
        source: KLEINBERG,
        peers: &[("AIF360", "generalized_false_positive_rate"), ("FFB", "bfn (gap of this, times 100)")],
        reads: Reads::Probabilities,
        multi_label: true,
        parameter: None,
        compute: Compute::Belief(|b| ratio(b.in_negatives, b.negatives, Cause::NoNegatives), Errors::OfShare),
    },
];

fn expected(bins: &[Bin]) -> Value {
    error(bins, |sum, gap, share| sum + gap * share)
}

/// Folds the bins' gaps, each with its share of the items.
fn error(bins: &[Bin], fold: fn(f64, f64, f64) -> f64) -> Value {
    let items: f64 = bins.iter().map(|bin| bin.weight).sum();
    if items <= 0.0 {
        return Err(Cause::NoItems.into());
    }
    let filled = bins.iter().filter(|bin| bin.weight > 0.0);
    let error = filled.fold(0.0, |error, bin| fold(error, (bin.hits - bin.confidence).abs() / bin.weight, bin.weight / items));
    Ok(error.min(1.0))
}
