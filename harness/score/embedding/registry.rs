//! Every metric of embeddings, one small definition each.

use super::association::{attributes_dealt, concepts_dealt, ieat_effect_size, mean_cosine_association, single_category_association};
use super::draw::Draw;
use super::geometry::{centroid_distance, fisher_ratio, inter_group_cosine, intra_group_cosine, within_group_variance};
use super::neighbours::same_attribute_precision_at_k;
use super::options::Options;
use super::permutation::Chance;
use super::silhouette::silhouette_score;
use super::similarity::{Centred, Similarity, linear_cka};
use crate::score::measurement::Direction::{self, Lower, Neutral};
use crate::score::value::{Undefined, Value};

/// One metric of embeddings.
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
    /// What it reads of the vectors.
    pub reads: Reads,
    /// Which way chance is surpassed.
    pub beyond: Beyond,
    /// How it errs about the number of the population.
    pub errors: Errors,
    /// How it is computed.
    pub compute: Compute,
}

/// An option of a metric.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Opt {
    /// `metric: cosine | euclidean`, which must be given.
    Distance,
    /// `k`, which must be given.
    K,
    /// `pairs: mean | max | min | per_pair`.
    Pairs,
    /// `permutations`.
    Permutations,
    /// `alternative: greater | less | two_sided`.
    Alternative,
    /// `sd: attributes | concept`.
    Deviation,
    /// `debiased: true`.
    Debiased,
}

/// What a metric reads of the vectors.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reads {
    /// Their directions.
    Cosines,
    /// Their places.
    Distances,
    /// The one or the other, as `metric:` says.
    Either,
}

/// Which way groups that differ surpass what chance alone gives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Beyond {
    /// Upwards.
    Above,
    /// Downwards.
    Below,
}

/// How a number of some items errs about that of the population that they are from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Errors {
    /// On average not at all, or hardly.
    Centred,
    /// On average not at all, but further than resamples do, which draw the items that look for others and not those that are found: of a mean over
    /// pairs both err alike (Hoeffding 1948, The Annals of Mathematical Statistics 19), so that it errs √2 times as far.
    OfPairs,
    /// As far to one side as that of a resample errs about that of the items: it is the population's formula with items in place of the
    /// population.
    Shifted,
    /// The same, and further where the nearest of several groups is one of some that are tied, of which resamples show a part.
    OfNearest,
    /// The same, of a distance: chance alone makes one where there is none.
    OfDistance,
    /// The same, and in proportion to the number, which is above 0: on a logarithmic scale its errors are alike.
    Proportional,
    /// Skewly, being a mean over a standard deviation: on another scale, such as Fisher's z, they are alike. The replicates' percentiles are
    /// the same on every scale, which their mean is not, so that they stay where they fall.
    Skewed,
}

/// How a metric is computed.
#[derive(Clone, Copy, Debug)]
pub enum Compute {
    /// One number a group; the last says whether all items together have one, too.
    Group(fn(&Draw<'_>, usize, &Options) -> Value, bool),
    /// One number a pair of groups.
    Pair(fn(&Draw<'_>, (usize, usize), &Options) -> Value),
    /// One number over all groups.
    Whole(fn(&Draw<'_>, &Options) -> Value),
    /// One number a concept of `sets`, and its own null.
    Concept(fn(&Draw<'_>, usize, &Options) -> Value, fn(&Draw<'_>, usize, &Options, u64) -> Option<Chance>),
    /// One number a pair of concepts, and its own null.
    Concepts(fn(&Draw<'_>, (usize, usize), &Options) -> Value, fn(&Draw<'_>, (usize, usize), &Options, u64) -> Option<Chance>),
    /// One number of all items, and one a group, of two models: what `compare` says of them.
    Models(OfModels),
}

/// A number of the same items' vectors in two models, with their weights.
pub type OfModels = fn(&Centred, &Centred, &[f64], &Options) -> Result<Similarity, Undefined>;

impl Compute {
    /// Whether it is about `sets`.
    pub fn of_sets(&self) -> bool {
        matches!(self, Self::Concept(..) | Self::Concepts(..))
    }

    /// What it needs, in words.
    pub fn inputs(&self) -> &'static str {
        match self {
            Self::Concept(..) | Self::Concepts(..) => "embeddings; `sets:`",
            Self::Models(_) => "embeddings of two models; an entry of `compare:`, whose table column is `ENTRY.linear_cka`",
            Self::Group(..) | Self::Pair(_) | Self::Whole(_) => "embeddings; groups",
        }
    }

    /// Whether it is about two models, so that no single one has it.
    pub fn of_models(&self) -> bool {
        matches!(self, Self::Models(_))
    }
}

/// All metrics of embeddings.
pub fn metrics() -> &'static [Definition] {
    METRICS
}

const CALISKAN: &str = "Caliskan, Bryson and Narayanan (2017), Science 356; of images: Steed and Caliskan (2021), FAccT";
const EFFECT_SIZE: &str = "Caliskan, Bryson and Narayanan (2017), Science 356; of images: Steed and Caliskan (2021), FAccT; interval: expanded \
                           percentiles (Hesterberg 2015), which no change of scale moves and no bias is taken off: the effect is skew";
const PLACES: &str = "vectors as they are, or of length 1 with `embed: {normalize: l2}`";

const METRICS: &[Definition] = &[
    Definition {
        name: "intra_group_cosine",
        formula: "mean over pairs of different items x, y of a group of x.y / (|x| |y|)",
        range: (-1.0, 1.0),
        direction: Neutral,
        undefined: "of a group with fewer than two items",
        source: "by definition; from sums of vectors of length 1",
        peers: &[],
        options: &[],
        reads: Reads::Cosines,
        beyond: Beyond::Above,
        errors: Errors::Centred,
        compute: Compute::Group(intra_group_cosine, true),
    },
    Definition {
        name: "within_group_variance",
        formula: "mean over a group's items of |x - their mean|^2; vectors as they are, or of length 1 with `embed: {normalize: l2}`",
        range: (0.0, f64::INFINITY),
        direction: Neutral,
        undefined: "of a group with fewer than two items",
        source: "by definition: the trace of the group's covariance, divided by n",
        peers: &[("numpy", "numpy.var(x, axis=0).sum()")],
        options: &[],
        reads: Reads::Distances,
        beyond: Beyond::Below,
        errors: Errors::Proportional,
        compute: Compute::Group(within_group_variance, true),
    },
    Definition {
        name: "same_attribute_precision_at_k",
        formula: "mean over a group's items of the share of the group among the k other items of the largest cosine; of equally near ones a lot decides",
        range: (0.0, 1.0),
        direction: Neutral,
        undefined: "with k or fewer items",
        source: "Goyal, Soriano, Hazirbas, Sagun and Usunier (2022), Fairness Indicators for Systematic Assessments of Visual Feature \
                 Extractors: same attribute retrieval",
        peers: &[("VISSL", "fairness indicators: precision@K of same attribute retrieval")],
        options: &[Opt::K],
        reads: Reads::Cosines,
        beyond: Beyond::Above,
        errors: Errors::OfPairs,
        compute: Compute::Group(same_attribute_precision_at_k, false),
    },
    Definition {
        name: "inter_group_cosine",
        formula: "mean over items x of one group and y of another of x.y / (|x| |y|)",
        range: (-1.0, 1.0),
        direction: Neutral,
        undefined: "with fewer than two groups",
        source: "by definition; from sums of vectors of length 1",
        peers: &[],
        options: &[Opt::Pairs],
        reads: Reads::Cosines,
        beyond: Beyond::Below,
        errors: Errors::Centred,
        compute: Compute::Pair(inter_group_cosine),
    },
    Definition {
        name: "centroid_distance",
        formula: "Euclidean distance between two groups' means; vectors as they are, or of length 1 with `embed: {normalize: l2}`",
        range: (0.0, f64::INFINITY),
        direction: Lower,
        undefined: "with fewer than two groups",
        source: "by definition; larger than that of the populations, the more so the smaller the groups: see the null",
        peers: &[],
        options: &[Opt::Pairs],
        reads: Reads::Distances,
        beyond: Beyond::Above,
        errors: Errors::OfDistance,
        compute: Compute::Pair(centroid_distance),
    },
    Definition {
        name: "silhouette_score",
        formula: "mean over items of (b - a) / max(a, b); a: mean distance to the others of its group, b: to the nearest other group; \
                  0 for an item alone in its group",
        range: (-1.0, 1.0),
        direction: Lower,
        undefined: "with fewer than two groups",
        source: "Rousseeuw (1987), Journal of Computational and Applied Mathematics 20; interval and null of `metric: euclidean` for at most \
                 2048 items",
        peers: &[("scikit-learn", "silhouette_score(X, labels, metric=...)")],
        options: &[Opt::Distance],
        reads: Reads::Either,
        beyond: Beyond::Above,
        errors: Errors::OfNearest,
        compute: Compute::Whole(silhouette_score),
    },
    Definition {
        name: "fisher_ratio",
        formula: "sum over groups of n_g |m_g - m|^2 / sum over items of |x - m_g|^2: tr(S_B) / tr(S_W)",
        range: (0.0, f64::INFINITY),
        direction: Lower,
        undefined: "with fewer than two groups; where no group's items differ",
        source: PLACES,
        peers: &[],
        options: &[],
        reads: Reads::Distances,
        beyond: Beyond::Above,
        errors: Errors::Shifted,
        compute: Compute::Whole(fisher_ratio),
    },
    Definition {
        name: "mean_cosine_association",
        formula: "mean over a concept's items w of s(w) = mean_a cos(w, a) - mean_b cos(w, b), for the attributes' items a and b",
        range: (-2.0, 2.0),
        direction: Neutral,
        undefined: "never",
        source: CALISKAN,
        peers: &[],
        options: &[Opt::Permutations, Opt::Alternative],
        reads: Reads::Cosines,
        beyond: Beyond::Above,
        errors: Errors::Centred,
        compute: Compute::Concept(mean_cosine_association, attributes_dealt),
    },
    Definition {
        name: "single_category_association",
        formula: "mean_w s(w) / sd, as in mean_cosine_association; sd: that of mean_w cos(w, x) over both attributes' items x (n - 1), or, \
                  with `sd: concept`, that of s(w) over the concept's items; p: the attributes' labels permuted, as the concepts' in \
                  ieat_effect_size",
        range: (f64::NEG_INFINITY, f64::INFINITY),
        direction: Neutral,
        undefined: "with fewer than two items to take the sd of, or where they do not vary",
        source: EFFECT_SIZE,
        peers: &[("WEAT literature", "WEFAT, SC-WEAT, SC-EAT")],
        options: &[Opt::Permutations, Opt::Alternative, Opt::Deviation],
        reads: Reads::Cosines,
        beyond: Beyond::Above,
        errors: Errors::Skewed,
        compute: Compute::Concept(single_category_association, attributes_dealt),
    },
    Definition {
        name: "ieat_effect_size",
        formula: "(mean_x s(x) - mean_y s(y)) / sd of s over both concepts' items (n - 1), s as in mean_cosine_association; p: the concepts' \
                  labels permuted, over all equal partitions where those are at most `permutations`; with a `subject`, as many whole subjects \
                  a concept as there are, however many items that makes, and the items within one that has both concepts",
        range: (-2.0, 2.0),
        direction: Neutral,
        undefined: "where s does not vary; refused for concepts of unequal size",
        source: CALISKAN,
        peers: &[("ryansteed/ieat, ryansteed/weat, W4ngatang/sent-bias", "effect_size, p_val_permutation_test")],
        options: &[Opt::Permutations, Opt::Alternative],
        reads: Reads::Cosines,
        beyond: Beyond::Above,
        errors: Errors::Centred,
        compute: Compute::Concepts(ieat_effect_size, concepts_dealt),
    },
    Definition {
        name: "linear_cka",
        formula: "|X'Y|^2 / (|X'X| |Y'Y|), Frobenius norms, X and Y a group's vectors in two models less their means, from 0; with `debiased: true` \
                  HSIC1(X, Y) / sqrt(HSIC1(X, X) HSIC1(Y, Y)) of linear kernels, which is near 0 for unrelated vectors however wide",
        range: (-1.0, 1.0),
        direction: Neutral,
        undefined: "where the vectors of a model do not vary; of fewer than two items, debiased of fewer than five",
        source: "Kornblith, Norouzi, Lee and Hinton (2019), ICML; debiased: Song et al. (2012), JMLR 13, equation 4, as in Nguyen, Raghu and \
                 Kornblith (2021), ICLR; interval: influence functions on the scale of Fisher's z, \
                 of the debiased number (of the same populations) and as far as the plain one",
        peers: &[("google-research/representation_similarity", "feature_space_linear_cka(x, y, debiased=...)")],
        options: &[Opt::Debiased],
        reads: Reads::Distances,
        beyond: Beyond::Above,
        errors: Errors::Centred,
        compute: Compute::Models(linear_cka),
    },
];
