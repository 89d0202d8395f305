//! Every metric of all groups at once, one small definition each.

use crate::score::measurement::Direction::{self, Lower, Neutral};

/// One metric of all groups at once.
#[derive(Clone, Copy, Debug)]
pub struct Definition {
    /// Its name.
    pub name: &'static str,
    /// Its formula, in words and symbols.
    pub formula: &'static str,
    /// Its least and largest value.
    pub range: (f64, f64),
    /// Which way is better.
    pub direction: Direction,
    /// When it has no value.
    pub undefined: &'static str,
    /// Where the definition comes from.
    pub source: &'static str,
    /// What others call it: names with commas between, notes in parentheses.
    pub peers: &'static [(&'static str, &'static str)],
    /// The options that it takes.
    pub options: &'static [Opt],
    /// What it is computed from.
    pub compute: Compute,
}

/// An option of a metric.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Opt {
    /// `reference: dataset/split`, which may have to be given.
    Reference {
        /// Whether it has to.
        required: bool,
    },
    /// `direction: attribute_to_task | task_to_attribute`, which must be given.
    Direction,
    /// `predicted: FIELD`.
    Predicted,
    /// `k`, which must be given.
    K,
    /// `desired: uniform | dataset`, which must be given.
    Desired,
    /// `classes: mean | max | per_class`.
    Classes,
    /// `from: scores | decisions`, which must be given.
    From,
    /// `folds: N | FIELD`.
    Folds,
    /// `degraded: true`.
    Degraded,
    /// `draws`: how many times labels are degraded.
    Draws,
    /// `permutations`: how many times groups are dealt out by chance.
    Permutations,
}

/// What a metric is computed from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Compute {
    /// Decisions beside the labels of a reference.
    Mals,
    /// Decisions beside labels.
    Directional,
    /// Rankings: one number a group, or the largest or smallest of them.
    Skew(Pick),
    /// Rankings, down to the last item.
    Ndkl,
    /// What an attacker makes of items.
    Leakage(Source),
}

/// What an attacker looks at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source {
    /// Labels.
    Labels,
    /// What a model says.
    Model,
    /// Both: how much more the model gives away than labels that are as often wrong.
    Both,
    /// Where a model's encoder places the items.
    Embeddings,
}

/// Which of the groups' numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pick {
    /// Each.
    Each,
    /// The largest.
    Max,
    /// The smallest.
    Min,
}

impl Compute {
    /// What is read, in words.
    pub fn inputs(self) -> &'static str {
        match self {
            Self::Mals | Self::Directional => "labels, decisions; groups",
            Self::Skew(_) | Self::Ndkl => "scores; groups",
            Self::Leakage(Source::Labels) => "labels (degraded: and decisions); groups",
            Self::Leakage(Source::Model) => "scores or decisions; groups",
            Self::Leakage(Source::Embeddings) => "embeddings; groups",
            Self::Leakage(Source::Both) => "labels, decisions, and scores where those are asked for; groups",
        }
    }

    /// Whether embeddings are read, and nothing else of a model.
    pub fn of_embeddings(self) -> bool {
        self == Self::Leakage(Source::Embeddings)
    }

    /// Whether there is one number a group.
    pub fn per_group(self) -> bool {
        self == Self::Skew(Pick::Each)
    }
}

const GEYIK: &str = "Geyik, Ambler and Kenthapadi (2019), Fairness-aware ranking in search and recommendation systems";
const RANKED: &str = "Geyik, Ambler and Kenthapadi (2019), KDD; interval: percentiles about the number, 1.3 times as far, since resamples hold copies of an \
                      item side by side, and the first ranks weigh most";
const WANG: &str = "Wang, Zhao, Yatskar, Chang and Ordonez (2019), Balanced datasets are not enough: their attacker is a network of several layers, and groups are sampled in equal numbers";
const LEAKS: &str = "fewer than two groups; a group that lies in one fold alone, as that of one subject does, so that an attacker who is asked about it has never seen it";
const SKEW: &[Opt] = &[Opt::K, Opt::Desired, Opt::Classes];
const SKEW_PEERS: &[(&str, &str)] = &[("debias-vision-lang", "skew, maxskew, minskew (uniform: eq_opp; dataset: dem_par)")];

const METRICS: &[Definition] = &[
    Definition {
        name: "mals_bias_amplification",
        formula: "(1 / |O|) sum over classes o and groups g with b*(o, g) > 1/G of b(o, g) - b*(o, g); b is the share of what is decided as o that is of g, b* the share of what is o in the reference",
        range: (-1.0, 1.0),
        direction: Neutral,
        undefined: "fewer than two groups, or nothing decided of what is in the reference; a class that is not decided adds nothing",
        source: "Zhao et al. (2017), Men also like shopping: reducing gender bias amplification using corpus-level constraints",
        peers: &[
            ("reducingbias", "bias amplification"),
            ("Wang and Russakovsky (2021)", "BiasAmp_MALS"),
            ("directional-bias-amp", "bog_mals (its b* is the table that is passed)"),
        ],
        options: &[Opt::Reference { required: true }],
        compute: Compute::Mals,
    },
    Definition {
        name: "directional_bias_amplification",
        formula: "mean over groups a and classes t of y (P(decided t | a) - P(t | a)), both of the items of which it is known whether they are t, or of y (P(taken for a | t) - P(a | t)); y = sign(P(a, t) - P(a) P(t)) in the reference, else in the labels",
        range: (-1.0, 1.0),
        direction: Neutral,
        undefined: "no items; pairs whose condition does not occur are left out",
        source: "Wang and Russakovsky (2021), Directional bias amplification",
        peers: &[
            ("directional-bias-amp", "biasamp_attribute_to_task, biasamp_task_to_attribute"),
            ("Wang and Russakovsky (2021)", "BiasAmp"),
            ("OxonFair", "directed_bias_amplification (of another value)"),
        ],
        options: &[Opt::Direction, Opt::Predicted, Opt::Reference { required: false }],
        compute: Compute::Directional,
    },
    Definition {
        name: "skew_at_k",
        formula: "ln(share of the group among the k items of the largest score / its desired share); a group of which there is less than one item in k among them counts as one of k; items of one score share their ranks; of weighted items the first are still k, and shares are of their weight",
        range: (f64::NEG_INFINITY, f64::INFINITY),
        direction: Neutral,
        undefined: "no items in the group; fewer than k items in all",
        source: GEYIK,
        peers: SKEW_PEERS,
        options: SKEW,
        compute: Compute::Skew(Pick::Each),
    },
    Definition {
        name: "max_skew_at_k",
        formula: "largest skew_at_k of a group",
        range: (f64::NEG_INFINITY, f64::INFINITY),
        direction: Lower,
        undefined: "fewer than two groups with items; fewer than k items in all",
        source: GEYIK,
        peers: SKEW_PEERS,
        options: SKEW,
        compute: Compute::Skew(Pick::Max),
    },
    Definition {
        name: "min_skew_at_k",
        formula: "smallest skew_at_k of a group",
        range: (f64::NEG_INFINITY, f64::INFINITY),
        direction: Direction::Higher,
        undefined: "fewer than two groups with items; fewer than k items in all",
        source: GEYIK,
        peers: SKEW_PEERS,
        options: SKEW,
        compute: Compute::Skew(Pick::Min),
    },
    Definition {
        name: "ndkl",
        formula: "(1/Z) sum over ranks i of KL(groups among the first i items || desired) / log2(i + 1), Z = sum of 1 / log2(i + 1); items of one score share their ranks; of weighted items shares are of their weight",
        range: (0.0, f64::INFINITY),
        direction: Lower,
        undefined: "no items",
        source: RANKED,
        peers: &[("debias-vision-lang", "ndkl (uniform: eq_opp; dataset: dem_par)")],
        options: &[Opt::Desired, Opt::Classes],
        compute: Compute::Ndkl,
    },
    Definition {
        name: "dataset_leakage",
        formula: "mean over groups of the share of the group's items whose group is told from their labels (one number a class: 1 where it is present) by a logistic regression (features of mean 0 and variance 1, L2 penalty of C = 1, groups weighted alike) that was fitted on the items of all other folds; 1/G by chance; its interval is of the items, with 1 + k / (k - 1) times their variance for what other items would make of the attackers of k folds (Nadeau and Bengio 2003, Machine Learning 52), or with `refit: true` of attackers fitted to every resample; its null deals groups out among the subjects of each fold and fits attackers to that; degraded: of labels with as many misses and false alarms of each class as the decisions, dealt out by chance",
        range: (0.0, 1.0),
        direction: Lower,
        undefined: LEAKS,
        source: WANG,
        peers: &[("Balanced-Datasets-Are-Not-Enough", "dataset_leakage.py, natural_leakage.py (degraded)")],
        options: &[Opt::Degraded, Opt::Draws, Opt::Folds, Opt::Permutations],
        compute: Compute::Leakage(Source::Labels),
    },
    Definition {
        name: "model_leakage",
        formula: "dataset_leakage with the model's scores, or one number a class (1 where it is decided), in place of labels",
        range: (0.0, 1.0),
        direction: Lower,
        undefined: LEAKS,
        source: WANG,
        peers: &[("Balanced-Datasets-Are-Not-Enough", "attacker.py (of logits)")],
        options: &[Opt::From, Opt::Folds, Opt::Permutations],
        compute: Compute::Leakage(Source::Model),
    },
    Definition {
        name: "linear_probe",
        formula: "dataset_leakage with embeddings in place of labels: balanced accuracy of telling groups from them (of length 1 with `embed: {normalize: l2}`); with `permutations`, \
                  the control task: `null_median` is what the same probe makes of groups dealt out by chance, selectivity what the value exceeds it by",
        range: (0.0, 1.0),
        direction: Neutral,
        undefined: LEAKS,
        source: "Alain and Bengio (2017), Understanding intermediate layers using linear classifier probes; control tasks: Hewitt and Liang \
                 (2019), EMNLP",
        peers: &[(
            "scikit-learn",
            "cross_val_predict(make_pipeline(StandardScaler(), LogisticRegression(class_weight='balanced')), X, group)",
        )],
        options: &[Opt::Folds, Opt::Permutations],
        compute: Compute::Leakage(Source::Embeddings),
    },
    Definition {
        name: "leakage_amplification",
        formula: "model_leakage - dataset_leakage(degraded: true); of decisions those about classes alone of which it is known whether they are present",
        range: (-1.0, 1.0),
        direction: Lower,
        undefined: LEAKS,
        source: WANG,
        peers: &[("Balanced-Datasets-Are-Not-Enough", "bias amplification (model leakage less dataset leakage at its F1)")],
        options: &[Opt::From, Opt::Draws, Opt::Folds],
        compute: Compute::Leakage(Source::Both),
    },
];

/// All of them.
pub fn metrics() -> &'static [Definition] {
    METRICS
}
