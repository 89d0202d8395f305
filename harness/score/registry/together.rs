//! Metrics of all groups together, and of one group against all items: functions of their sums, not of one number a group.

use super::*;
use crate::score::breakdown::combine::Combine;
use crate::score::lens::together::Together;
use crate::score::value::Undefined;

const MULTI: &str = "several classes; the spec names each reading of demographic parity, of which there are five";
const FOULDS: &str = "Foulds et al. (2018), An intersectional definition of fairness";
const BLAKENEY: &str = "Blakeney et al. (2022), Measuring bias and fairness in multiclass classification";
const PUTZEL: &str = "Putzel and Lee (2022), Blackbox post-processing for multiclass fairness";
const SPEICHER: &str = "Speicher et al. (2018), A unified approach to quantifying algorithmic unfairness";
const CONCENTRATION: Option<Parameter> = Some(Parameter { name: "concentration", default: Some(1.0), range: (0.0, 1e6), whole: false });
const ALPHA: Option<Parameter> = Some(Parameter { name: "alpha", default: Some(2.0), range: (-100.0, 100.0), whole: false });

/// What most of them have in common.
const GAP: Definition = Definition {
    name: "",
    formula: "",
    range: (0.0, 1.0),
    direction: Lower,
    undefined: "a group without items; fewer than two groups",
    source: MULTI,
    peers: &[],
    reads: Reads::Decisions,
    multi_label: false,
    parameter: None,
    compute: Compute::Whole(|_| Err(Cause::FewGroups.into())),
};

pub(super) const TOGETHER: &[Definition] = &[
    Definition {
        name: "sp_tv_mean",
        formula: "mean over pairs of groups of the total variation between their decisions: half the sum over classes of |P(decided c | g) - P(decided c | h)|",
        source: "holisticai, multiclass_statistical_parity",
        peers: &[("holisticai", "multiclass_statistical_parity (aggregation_fun='mean')")],
        compute: Compute::Groups { of: |groups| groups.mean_over_pairs(total_variation), gap: true, binary: false },
        ..GAP
    },
    Definition {
        name: "sp_tv_max",
        formula: "largest over pairs of groups of the total variation between their decisions: half the sum over classes of |P(decided c | g) - P(decided c | h)|",
        source: "holisticai, multiclass_statistical_parity",
        peers: &[("holisticai", "multiclass_statistical_parity (aggregation_fun='max')"), ("AIF360", "total_variation (of two groups)")],
        compute: Compute::Groups { of: |groups| groups.max_over_pairs(total_variation), gap: true, binary: false },
        ..GAP
    },
    Definition {
        name: "sp_kl_max",
        formula: "largest over ordered pairs of groups of the Kullback-Leibler divergence of their decisions: sum over classes of P(c | g) ln (P(c | g) / P(c | h))",
        range: (0.0, f64::INFINITY),
        undefined: "a group without items; a class that one group is given and another never; fewer than two groups",
        source: "Kullback and Leibler (1951), On information and sufficiency",
        peers: &[("AIF360", "kl_divergence (of the reference from the other of two groups)")],
        compute: Compute::Groups { of: |groups| groups.max_over_pairs(kullback_leibler), gap: true, binary: false },
        ..GAP
    },
    Definition {
        name: "sp_js_max",
        formula: "largest over pairs of groups of the Jensen-Shannon divergence of their decisions, in nats: the mean of both divergences from their mean",
        range: (0.0, std::f64::consts::LN_2),
        source: "Lin (1991), Divergence measures based on the Shannon entropy",
        peers: &[("scipy", "jensenshannon (the square root of this)")],
        compute: Compute::Groups { of: |groups| groups.max_over_pairs(jensen_shannon), gap: true, binary: false },
        ..GAP
    },
    Definition {
        name: "term_by_term_equalized_odds",
        formula: "mean over true classes y and decided classes c of max_g P(decided c | y, g) - min_g P(decided c | y, g)",
        undefined: "a class without items in a group; fewer than two groups",
        source: PUTZEL,
        peers: &[("Biased-Heritage", "ttm_eq_odds (0 where a group lacks a class)")],
        reads: Reads::Confusions,
        compute: Compute::Groups { of: term_by_term, gap: true, binary: false },
        ..GAP
    },
    Definition {
        name: "smoothed_empirical_differential_fairness",
        formula: "largest over classes and pairs of groups of |ln P(decided c | g) - ln P(decided c | h)|, P(decided c | g) = (n_gc + concentration / C) / (n_g + concentration)",
        range: (0.0, f64::INFINITY),
        undefined: "a group without items; with concentration 0, a class that a group is never given; fewer than two groups",
        source: FOULDS,
        peers: &[("AIF360", "smoothed_empirical_differential_fairness, smoothed_edf")],
        parameter: CONCENTRATION,
        compute: Compute::Groups { of: |groups| differential_fairness(groups, Confusion::selected), gap: true, binary: false },
        ..GAP
    },
    Definition {
        name: "differential_fairness_bias_amplification",
        formula: "smoothed_empirical_differential_fairness of the decisions minus that of the labels",
        range: (f64::NEG_INFINITY, f64::INFINITY),
        undefined: "a group without items; with concentration 0, a class that a group lacks; fewer than two groups",
        source: FOULDS,
        peers: &[("AIF360", "differential_fairness_bias_amplification, df_bias_amplification")],
        parameter: CONCENTRATION,
        compute: Compute::Groups {
            of: |groups| Ok(differential_fairness(groups, Confusion::selected)? - differential_fairness(groups, Confusion::positives)?),
            gap: false,
            binary: false,
        },
        ..GAP
    },
    Definition {
        name: "between_group_generalized_entropy_index",
        formula: "sum over groups of n_g / n of ((b_g / mean b)^alpha - 1) / (alpha (alpha - 1)), b_g the mean over the group of decision - truth + 1; alpha 1: (b_g / mean b) ln (b_g / mean b); alpha 0: -ln (b_g / mean b)",
        range: (0.0, f64::INFINITY),
        undefined: "every item is a miss; where alpha is not above 0, every item of a group is",
        source: SPEICHER,
        peers: &[(
            "AIF360",
            "between_group_generalized_entropy_index, between_all_groups_generalized_entropy_index, between_group_generalized_entropy_error",
        )],
        parameter: ALPHA,
        compute: Compute::Groups { of: |groups| between_groups(groups, groups.parameter), gap: true, binary: true },
        ..GAP
    },
    Definition {
        name: "between_group_theil_index",
        formula: "between_group_generalized_entropy_index with alpha 1",
        range: (0.0, f64::INFINITY),
        undefined: "every item is a miss",
        source: SPEICHER,
        peers: &[("AIF360", "between_group_theil_index, between_all_groups_theil_index")],
        compute: Compute::Groups { of: |groups| between_groups(groups, 1.0), gap: true, binary: true },
        ..GAP
    },
    Definition {
        name: "between_group_coefficient_of_variation",
        formula: "sqrt(2 between_group_generalized_entropy_index with alpha 2)",
        range: (0.0, f64::INFINITY),
        undefined: "every item is a miss",
        source: SPEICHER,
        peers: &[("AIF360", "between_group_coefficient_of_variation, between_all_groups_coefficient_of_variation")],
        compute: Compute::Groups { of: |groups| Ok((2.0 * between_groups(groups, 2.0)?).sqrt()), gap: true, binary: true },
        ..GAP
    },
    Definition {
        name: "class_imbalance",
        formula: "largest over pairs of groups of |n_g - n_h| / (n_g + n_h)",
        source: "AIF360, class_imbalance",
        peers: &[("AIF360", "class_imbalance (signed)"), ("OxonFair", "(gives this name to a base-rate gap, base_rate_difference)")],
        compute: Compute::Groups {
            of: |groups| groups.max_over_pairs(|a, b| Ok((a.items - b.items).abs() / (a.items + b.items))),
            gap: false,
            binary: false,
        },
        ..GAP
    },
    Definition {
        name: "abcc",
        formula: "largest over pairs of groups of the integral over t of |F_g(t) - F_h(t)|, F_g the share of the group's items with a score of at most t: the first Wasserstein distance, in units of the scores",
        range: (0.0, f64::INFINITY),
        source: "Han et al. (2023), FFB: area between the cumulative distribution curves",
        peers: &[("FFB", "abcc (times 100)"), ("scipy", "wasserstein_distance"), ("AIF360", "ot_distance (another transport cost)")],
        reads: Reads::Crossings,
        compute: Compute::Groups { of: |groups| groups.largest(|a, b| a.apart[b].area), gap: true, binary: true },
        ..GAP
    },
    Definition {
        name: "ks_difference",
        formula: "largest over pairs of groups and t of |F_g(t) - F_h(t)|, F_g the share of the group's items with a score of at most t",
        source: "Kolmogorov and Smirnov's two-sample statistic",
        peers: &[("scipy", "ks_2samp().statistic")],
        reads: Reads::Crossings,
        compute: Compute::Groups { of: |groups| groups.largest(|a, b| a.apart[b].most), gap: true, binary: true },
        ..GAP
    },
    Definition {
        name: "bpsn_auc",
        formula: "P(score of a positive of the other groups > score of a negative of the group) + P(equal) / 2",
        direction: Higher,
        undefined: "no negatives in the group, or no positives in the others",
        source: "Borkan et al. (2019), Nuanced metrics for measuring unintended bias: background positive, subgroup negative",
        peers: &[("WILDS", "bpsn_auc"), ("Jigsaw", "BPSN AUC, xauc")],
        reads: Reads::Crossings,
        compute: Compute::Outside(|tally| {
            if tally.cross.negatives <= 0.0 {
                return Err(Cause::NoNegatives.into());
            }
            ratio(tally.cross.above_negatives, tally.cross.negatives * tally.cross.other_positives, Cause::NoOtherPositives)
        }),
        ..GAP
    },
    Definition {
        name: "bnsp_auc",
        formula: "P(score of a positive of the group > score of a negative of the other groups) + P(equal) / 2",
        direction: Higher,
        undefined: "no positives in the group, or no negatives in the others",
        source: "Borkan et al. (2019), Nuanced metrics for measuring unintended bias: background negative, subgroup positive",
        peers: &[("WILDS", "bnsp_auc"), ("Jigsaw", "BNSP AUC, xauc")],
        reads: Reads::Crossings,
        compute: Compute::Outside(|tally| {
            if tally.cross.positives <= 0.0 {
                return Err(Cause::NoPositives.into());
            }
            ratio(tally.cross.below_positives, tally.cross.positives * tally.cross.other_negatives, Cause::NoOtherNegatives)
        }),
        ..GAP
    },
    Definition {
        name: "demographic_disparity",
        formula: "the group's share of all that are decided negative minus its share of all that are decided positive",
        range: (-1.0, 1.0),
        direction: Neutral,
        undefined: "nothing decided positive, or nothing decided negative, of all items",
        source: "Wachter, Mittelstadt and Russell (2021), Why fairness cannot be automated",
        peers: &[("AIF360", "conditional_demographic_disparity (weighted_mean of this)")],
        compute: Compute::Against {
            of: |group, all, class| {
                let (of_group, of_all) = (&group.cells[class], &all.cells[class]);
                let rejected = ratio(of_group.rejected(), of_all.rejected(), Cause::NothingRejected)?;
                Ok(rejected - ratio(of_group.selected(), of_all.selected(), Cause::NothingSelected)?)
            },
            binary: true,
        },
        ..GAP
    },
    Definition {
        name: "combined_error_variance",
        formula: "mean over classes of the squared distance of (d FPR_c, d FNR_c) from their mean over classes, d x = (x_g - x) / x, x that of all items",
        range: (0.0, f64::INFINITY),
        undefined: "a class without positives or negatives in a group, or without false positives or negatives among all items",
        source: BLAKENEY,
        peers: &[("Biased-Heritage", "combined_error_variance")],
        // Of one class it would be 0, whatever the class.
        compute: Compute::Changes { of: combined_error_variance, least: 2 },
        ..GAP
    },
    Definition {
        name: "symmetric_distance_error",
        formula: "mean over classes of |d FNR_c - d FPR_c|, d x = (x_g - x) / x, x that of all items",
        range: (0.0, f64::INFINITY),
        undefined: "a class without positives or negatives in a group, or without false positives or negatives among all items",
        source: BLAKENEY,
        peers: &[("Biased-Heritage", "symmetric_distance_error")],
        compute: Compute::Changes {
            of: |changes| changes.iter().map(|(positive, negative)| (negative - positive).abs()).sum::<f64>() / changes.len() as f64,
            least: 1,
        },
        ..GAP
    },
    Definition {
        name: "column_mass",
        formula: "sum over true classes y of P(decided c | y): a selection rate freed from how frequent classes are, times their number",
        range: (0.0, f64::INFINITY),
        direction: Neutral,
        undefined: "a class without items",
        source: PUTZEL,
        peers: &[("Biased-Heritage", "m_dem_parity (`dp_cm`)")],
        reads: Reads::Confusions,
        compute: Compute::ClassOf(|tally, class| (0..tally.cells.len()).map(|truth| given(tally, truth, class)).sum()),
        ..GAP
    },
    Definition {
        name: "false_decision_share",
        formula: "off-diagonal sum over true classes y of P(decided c | y), over that of all classes",
        direction: Neutral,
        undefined: "a class without items; no wrong decision",
        source: PUTZEL,
        peers: &[("Biased-Heritage", "cm_eq_odds (half of it)")],
        reads: Reads::Confusions,
        compute: Compute::ClassOf(|tally, class| {
            let classes = tally.cells.len();
            let wrong =
                |class: usize| -> Value { (0..classes).filter(|truth| *truth != class).map(|truth| given(tally, truth, class)).sum() };
            ratio(wrong(class)?, (0..classes).map(wrong).sum::<Value>()?, Cause::NoErrors)
        }),
        ..GAP
    },
];

/// The share of a group's items that are given a class.
fn chosen(tally: &Tally, class: usize) -> f64 {
    tally.cells[class].selected() / tally.items
}

fn total_variation(a: &Tally, b: &Tally) -> Value {
    Ok((0..a.cells.len()).map(|class| (chosen(a, class) - chosen(b, class)).abs()).sum::<f64>() / 2.0)
}

/// In both directions, the larger.
fn kullback_leibler(a: &Tally, b: &Tally) -> Value {
    let (mut forth, mut back) = (0.0, 0.0);
    for class in 0..a.cells.len() {
        match (chosen(a, class), chosen(b, class)) {
            (p, q) if p > 0.0 && q > 0.0 => {
                forth += p * (p / q).ln();
                back += q * (q / p).ln();
            }
            (p, q) if p > 0.0 || q > 0.0 => return Err(Undefined::from(Cause::NeverGiven).in_class(class)),
            _ => {}
        }
    }
    Ok(forth.max(back).max(0.0))
}

fn jensen_shannon(a: &Tally, b: &Tally) -> Value {
    let part = |p: f64, middle: f64| if p > 0.0 { p * (p / middle).ln() } else { 0.0 };
    let of_class = |class: usize| {
        let (p, q) = (chosen(a, class), chosen(b, class));
        (part(p, f64::midpoint(p, q)) + part(q, f64::midpoint(p, q))) / 2.0
    };
    Ok((0..a.cells.len()).map(of_class).sum::<f64>().max(0.0))
}

/// P(decided `class` | true `truth`).
fn given(tally: &Tally, truth: usize, class: usize) -> Value {
    let share = ratio(tally.given[truth * tally.cells.len() + class], tally.cells[truth].positives(), Cause::NoPositives);
    share.map_err(|undefined| undefined.in_class(truth))
}

fn term_by_term(groups: &Together<'_>) -> Value {
    let classes = groups.classes();
    let terms = (0..classes).flat_map(|truth| (0..classes).map(move |class| (truth, class)));
    let term = |(truth, class)| groups.range(|tally| given(tally, truth, class)).map(|(low, high)| high - low);
    Combine::Mean.of(terms.map(term), groups.policy)
}

/// The largest distance of logarithms is that of the largest share to the smallest.
fn differential_fairness(groups: &Together<'_>, count: fn(&Confusion) -> f64) -> Value {
    let (classes, concentration) = (groups.classes(), groups.parameter);
    let mut worst = 0.0_f64;
    for class in 0..classes {
        let smoothed = |tally: &Tally| (count(&tally.cells[class]) + concentration / classes as f64) / (tally.items + concentration);
        let (low, high) = groups.range(|tally| Ok(smoothed(tally)))?;
        if high > 0.0 && low <= 0.0 {
            return Err(Undefined::from(Cause::NeverGiven).in_class(class));
        }
        worst = if high > 0.0 { worst.max((high / low).ln()) } else { worst };
    }
    Ok(worst)
}

fn between_groups(groups: &Together<'_>, alpha: f64) -> Value {
    let benefit = |tally: &Tally| {
        let cell = &tally.cells[groups.class];
        tally.items + cell.false_positive - cell.false_negative
    };
    let items: f64 = groups.tallies().map(|tally| tally.items).sum();
    let mean = groups.tallies().map(benefit).sum::<f64>() / items;
    let parts = groups.tallies().map(|tally| (benefit(tally) / tally.items, tally.items));
    super::inequality::generalized(parts, mean, items, alpha)
}

/// How much the rates of false positives and negatives of each class differ from those of all items, as a share of these.
pub fn changes(group: &Tally, all: &Tally) -> Vec<Result<(f64, f64), Undefined>> {
    let change = |of: fn(&Confusion) -> (f64, f64), none: Cause, class: usize| {
        let rate = |tally: &Tally| {
            let (part, whole) = of(&tally.cells[class]);
            ratio(part, whole, none)
        };
        let (own, general) = (rate(group)?, rate(all)?);
        ratio(own - general, general, Cause::ZeroOverall)
    };
    let of_class = |class: usize| {
        let positive = change(|c| (c.false_positive, c.negatives()), Cause::NoNegatives, class);
        let negative = change(|c| (c.false_negative, c.positives()), Cause::NoPositives, class);
        positive.and_then(|positive| Ok((positive, negative?))).map_err(|undefined| undefined.in_class(class))
    };
    (0..all.cells.len()).map(of_class).collect()
}

fn combined_error_variance(changes: &[(f64, f64)]) -> f64 {
    let classes = changes.len() as f64;
    let mean = |of: fn(&(f64, f64)) -> f64| changes.iter().map(of).sum::<f64>() / classes;
    let middle = (mean(|change| change.0), mean(|change| change.1));
    let squares = changes.iter().map(|(positive, negative)| (positive - middle.0).powi(2) + (negative - middle.1).powi(2));
    squares.sum::<f64>() / classes
}
