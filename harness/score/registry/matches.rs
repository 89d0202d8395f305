//! Metrics of verification, in the words of biometrics (ISO/IEC 19795-1): genuine pairs are the positives, impostor pairs the negatives.

use super::*;

const ISO: &str = "ISO/IEC 19795-1:2021, Biometric performance testing and reporting";

pub(super) const MATCHES: &[Definition] = &[
    Definition {
        name: "false_match_rate",
        formula: "share of impostor pairs that are accepted: FP / (FP + TN)",
        range: (0.0, 1.0),
        direction: Lower,
        undefined: "no impostor pairs",
        source: ISO,
        peers: &[("NIST FRTE", "FMR"), ("LFW, BFW", "FAR"), ("scikit-learn", "(fpr of roc_curve)")],
        reads: Reads::Decisions,
        multi_label: false,
        parameter: None,
        compute: Compute::Class { of: Of::Share(|c| (c.false_positive, c.negatives()), Cause::NoNegatives), samples: None },
    },
    Definition {
        name: "false_non_match_rate",
        formula: "share of genuine pairs that are rejected: FN / (FN + TP)",
        range: (0.0, 1.0),
        direction: Lower,
        undefined: "no genuine pairs",
        source: ISO,
        peers: &[("NIST FRTE", "FNMR"), ("LFW, BFW", "FRR")],
        reads: Reads::Decisions,
        multi_label: false,
        parameter: None,
        compute: Compute::Class { of: Of::Share(|c| (c.false_negative, c.positives()), Cause::NoPositives), samples: None },
    },
    Definition {
        name: "true_match_rate",
        formula: "share of genuine pairs that are accepted: TP / (TP + FN)",
        range: (0.0, 1.0),
        direction: Higher,
        undefined: "no genuine pairs",
        source: ISO,
        peers: &[("LFW, BFW", "TAR, VAL, GAR"), ("FaceNet", "val_at_far (with a threshold at the overall false match rate)")],
        reads: Reads::Decisions,
        multi_label: false,
        parameter: None,
        compute: Compute::Class { of: RECALL, samples: None },
    },
    Definition {
        name: "equal_error_rate",
        formula: "FPR where it equals FNR, on straight lines between the points that distinct scores make; of pairs, FMR = FNMR",
        range: (0.0, 1.0),
        direction: Lower,
        undefined: "no positives, or no negatives",
        source: ISO,
        peers: &[("scikit-learn", "(where fpr = 1 - tpr of roc_curve, interpolated linearly)"), ("NIST FRTE", "EER")],
        reads: Reads::Roc,
        multi_label: true,
        parameter: None,
        compute: Compute::Roc(|_| Seek::EqualErrors),
    },
];
