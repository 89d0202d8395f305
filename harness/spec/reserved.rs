//! The columns of results beside the axes, as which no axis may be called.

/// The columns of `results.csv` before the axes. No axis may be called so, nor as [`AFTER_AXES`].
pub const BEFORE_AXES: [&str; 2] = ["study", "model"];

/// The columns of `results.csv` after the axes.
pub const AFTER_AXES: [&str; 22] = [
    "evaluation",
    "data",
    "decision",
    "metric",
    "parameters",
    "by",
    "group",
    "label",
    "item",
    "value",
    "lower",
    "upper",
    "level",
    "n",
    "n_positive",
    "n_negative",
    "n_clusters",
    "null_median",
    "null_p",
    "status",
    "reason",
    "direction",
];

/// The columns of `comparisons.csv` that `results.csv` does not have.
pub const OF_COMPARISONS: [&str; 11] =
    ["comparison", "from", "to", "statistic", "value_from", "value_to", "estimate", "p", "p_adjusted", "verdict", "transition"];
