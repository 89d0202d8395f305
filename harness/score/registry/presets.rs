//! Names that others gave to what is here a call with options.

/// A name that stands for a call.
#[derive(Debug)]
pub struct Preset {
    /// The name.
    pub name: &'static str,
    /// The name of what it calls.
    pub calls: &'static str,
    /// The options that it fixes.
    pub fixed: &'static [(&'static str, &'static str)],
    /// The options that must be given.
    pub needs: &'static [&'static str],
    /// Where it comes from.
    pub source: &'static str,
    /// What others call it: names with commas between, notes in parentheses.
    pub peers: &'static [(&'static str, &'static str)],
}

impl Preset {
    /// The call that it stands for: `equalized_odds_difference(agg=mean, reference=…)`.
    pub fn call(&self) -> String {
        let fixed = self.fixed.iter().map(|(option, word)| format!("{option}={word}"));
        let needed = self.needs.iter().map(|option| format!("{option}=…"));
        let options: Vec<String> = fixed.chain(needed).collect();
        if options.is_empty() { self.calls.to_owned() } else { format!("{}({})", self.calls, options.join(", ")) }
    }
}

const PLAIN: Preset = Preset { name: "", calls: "", fixed: &[], needs: &[], source: "", peers: &[] };

pub(super) const PRESETS: &[Preset] = &[
    Preset {
        name: "dp_ovr_diff_mean",
        calls: "selection_rate_difference",
        fixed: &[("classes", "mean")],
        source: "demographic parity, a class against the rest: fairlearn's difference, averaged over classes",
        ..PLAIN
    },
    Preset {
        name: "dp_ovr_ratio_mean",
        calls: "selection_rate_ratio",
        fixed: &[("classes", "mean")],
        source: "demographic parity, a class against the rest: fairlearn's ratio, averaged over classes",
        ..PLAIN
    },
    Preset {
        name: "dp_cm",
        calls: "column_mass_difference",
        fixed: &[("classes", "mean")],
        source: "Putzel and Lee (2022): demographic parity freed from how frequent classes are, not normalized",
        peers: &[("Biased-Heritage", "m_dem_parity")],
        ..PLAIN
    },
    Preset {
        name: "class_wise_equalized_odds",
        calls: "class_wise_odds_difference",
        fixed: &[("agg", "mean"), ("classes", "mean")],
        source: "Putzel and Lee (2022): recalls, and how wrong decisions fall on classes",
        peers: &[("Biased-Heritage", "cm_eq_odds")],
        ..PLAIN
    },
    Preset {
        name: "conditional_demographic_disparity",
        calls: "demographic_disparity_weighted_mean",
        source: "Wachter, Mittelstadt and Russell (2021), Why fairness cannot be automated, over the groups as AIF360 has it",
        peers: &[("AIF360", "conditional_demographic_disparity"), ("OxonFair", "conditional_group_metrics.pos_pred_rate")],
        ..PLAIN
    },
    Preset {
        name: "multi_class_equal_opportunity",
        calls: "recall_score_difference",
        fixed: &[("classes", "mean")],
        source: "Putzel and Lee (2022), Blackbox post-processing for multiclass fairness",
        peers: &[("Biased-Heritage", "m_eq_opportunity"), ("FACET", "recall_disparity (of two groups, a class)")],
        ..PLAIN
    },
    Preset {
        name: "intraclass_disparity",
        calls: "recall_score_shortfall",
        fixed: &[("classes", "per_class")],
        source: "Dominguez-Catena et al. (2022), Assessing demographic bias transfer from dataset to model",
        peers: &[("Biased-Heritage", "intraclass_disparity")],
        ..PLAIN
    },
    Preset {
        name: "overall_disparity",
        calls: "recall_score_shortfall",
        fixed: &[("classes", "mean")],
        source: "Dominguez-Catena et al. (2022), Assessing demographic bias transfer from dataset to model",
        peers: &[("Biased-Heritage", "overall_disparity")],
        ..PLAIN
    },
    Preset {
        name: "equalized_odds_sum",
        calls: "equalized_odds_difference",
        fixed: &[("agg", "sum")],
        source: "Han et al. (2023), FFB: the sum of both gaps",
        peers: &[("FFB", "eodd (times 100)"), ("OxonFair", "equalized_odds (half of this, of two groups)")],
        ..PLAIN
    },
    Preset {
        name: "garbe",
        calls: "match_errors_corrected_gini",
        fixed: &[("agg", "mean")],
        source: "Howard et al. (2022): Gini aggregation rate for biometric equitability, with α = 0.5",
        peers: &[("ISO/IEC 19795-10", "GARBE, gini_aggregation")],
        ..PLAIN
    },
    Preset {
        name: "statistical_parity_difference",
        calls: "demographic_parity_difference",
        needs: &["reference"],
        source: "AIF360: the selection rate of a group minus that of the reference, signed",
        peers: &[
            ("AIF360", "statistical_parity_difference, mean_difference (unprivileged minus privileged, the reference)"),
            ("holisticai", "statistical_parity (group_a minus group_b, the reference)"),
        ],
        ..PLAIN
    },
    Preset {
        name: "disparate_impact",
        calls: "demographic_parity_disparity",
        needs: &["reference"],
        source: "AIF360: the selection rate of a group over that of the reference, not folded; the four-fifths rule asks for 0.8 or more",
        peers: &[
            ("AIF360", "disparate_impact, disparate_impact_ratio"),
            (
                "OxonFair",
                "disparate_impact (mean over pairs of groups of the smaller rate over the larger: of two groups demographic_parity_ratio)",
            ),
            ("holisticai", "disparate_impact"),
            ("Aequitas", "pprev_disparity"),
        ],
        ..PLAIN
    },
    Preset {
        name: "average_odds_difference",
        calls: "equalized_odds_difference",
        fixed: &[("agg", "mean")],
        needs: &["reference"],
        source: "AIF360: half of (FPR_g - FPR_r) + (TPR_g - TPR_r), signed, so that the two can cancel",
        peers: &[("AIF360", "average_odds_difference (unprivileged minus privileged, the reference)")],
    },
    Preset {
        name: "average_predictive_value_difference",
        calls: "predictive_value_difference",
        fixed: &[("agg", "mean")],
        needs: &["reference"],
        source: "AIF360: half of (PPV_g - PPV_r) + (FOR_g - FOR_r), signed, so that the two can cancel",
        peers: &[("AIF360", "average_predictive_value_difference")],
    },
];
