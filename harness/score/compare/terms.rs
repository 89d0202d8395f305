//! Every word that `compare:` is written with, in words.

use crate::score::rule::rulebook::RuleDefinition;

const MARGIN: &str = "equivalent: the interval of level 1 - 2 α lies within ±δ, where α is 1 - `level`; different: not equivalent, and the interval \
                      of level 1 - α leaves 0 out; inconclusive: neither. `adjust` does not change these intervals";

const BECAME: &str = "an effect is how far a number is from 0, or a ratio of groups from 1: a gap, a signed difference, an association; there before and after, it is flipped (another sign), amplified or attenuated (the p of its change, adjusted where that is \
                      asked, is at most α = 1 - `level`) or retained; there before only, removed; after only, introduced; else none. A number is \
                      there where its interval leaves that out; a gap, where its p under shuffled group labels is at most α";

/// All: what is set against what, where p comes from, what many tests do to it, and what is said of two sides.
pub const TERMS: [RuleDefinition; 13] = [
    RuleDefinition {
        name: "all_pairs",
        what: "every two levels of an axis, models or groups: the later in the file minus the earlier",
        write: "{model: all_pairs, metrics: [METRIC]}",
        details: "always of the same items in the same resamples, which hang on the two alone; `{baseline: LEVEL}` and `{from: LEVEL, to: LEVEL}` take fewer",
        source: "",
        peers: &[],
    },
    RuleDefinition {
        name: "trend",
        what: "the least-squares slope of a number along an axis of numbers",
        write: "{trend: AXIS, each: [AXIS], average: [AXIS], metrics: [METRIC]}",
        details: "every level counts alike; all levels are drawn in the same resamples",
        source: "",
        peers: &[],
    },
    RuleDefinition {
        name: "bootstrap",
        what: "p: twice the share of resamples on whose side of 0 the number is rarer, with one added",
        write: "test: bootstrap",
        details: "widened for few items as intervals are; where those are Tango's or Newcombe's, or of calibration errors, p is 1 less the level at which they reach 0",
        source: "Davison and Hinkley (1997), Bootstrap Methods and their Application, section 4.4",
        peers: &[],
    },
    RuleDefinition {
        name: "permutation",
        what: "p: the share of random exchanges whose difference is at least as far from 0, with one added",
        write: "test: permutation",
        details: "two models exchange what they said of an item (or of all items of a subject), two groups their labels; as often as \
                  `null: {permutations: …}` says; scores that are read in their order are exchanged as ranks among the model's own; of pairs of \
                  verification, all that count in a number and are linked by their subjects are exchanged as one, so that rates of all \
                  impostors have no p (rates of genuine pairs have), and two groups' subjects exchange their labels; `reason` says why there \
                  is none",
        source: "Good (2005), Permutation, Parametric and Bootstrap Tests of Hypotheses; ranks: Bandos, Rockette and Gur (2005), Statistics in \
                 Medicine 24",
        peers: &[],
    },
    RuleDefinition {
        name: "mcnemar",
        what: "p: of the items that one side alone has right, a binomial test of one half, mid-P",
        write: "test: mcnemar",
        details: "for shares of items that are the same whatever is decided, as accuracy and recall; independent items that count alike",
        source: "Fagerland, Lydersen and Laake (2013), The McNemar test for binary matched-pairs data",
        peers: &[("statsmodels", "mcnemar (exact=True, less the probability of the observed split)")],
    },
    RuleDefinition {
        name: "mcnemar_exact",
        what: "p: as `mcnemar`, exact: never too small and often too large",
        write: "test: mcnemar_exact",
        details: "",
        source: "McNemar (1947)",
        peers: &[("statsmodels", "mcnemar(exact=True)")],
    },
    RuleDefinition {
        name: "fisher",
        what: "p: the probability of all tables of two groups that are no more probable than the observed one",
        write: "{GROUP: all_pairs, metrics: [METRIC], test: fisher}",
        details: "for shares of items; independent items that count alike",
        source: "Fisher (1935)",
        peers: &[("SciPy", "fisher_exact"), ("R", "fisher.test")],
    },
    RuleDefinition {
        name: "holm",
        what: "p adjusted for all findings of an entry: the chance of any false one",
        write: "adjust: holm",
        details: "",
        source: "Holm (1979), A simple sequentially rejective multiple test procedure",
        peers: &[("statsmodels", "multipletests(method='holm')")],
    },
    RuleDefinition {
        name: "bh",
        what: "p adjusted for all findings of an entry: the expected share of false ones",
        write: "adjust: bh",
        details: "",
        source: "Benjamini and Hochberg (1995), Controlling the false discovery rate",
        peers: &[("statsmodels", "multipletests(method='fdr_bh')")],
    },
    RuleDefinition {
        name: "equivalence",
        what: "whether two numbers lie within a margin of each other: equivalent, different or inconclusive",
        write: "equivalence: {within: 0.05}",
        details: MARGIN,
        source: "Schuirmann (1987), two one-sided tests; Lakens (2017) for the outcomes",
        peers: &[],
    },
    RuleDefinition {
        name: "transition",
        what: "what became of an effect: retained, amplified, attenuated, flipped, removed, introduced or none",
        write: "{models: [A, B], report: [difference, transition], metrics: [METRIC]}",
        details: BECAME,
        source: "",
        peers: &[],
    },
    RuleDefinition {
        name: "retention_rate",
        what: "the share of the effects before that are there after with the same sign, with Wilson's interval",
        write: "{models: [A, B], match: [AXIS], report: [retention_rate], metrics: [METRIC]}",
        details: "over the axes in `match`, groups and classes; what is there is told by `fairgrid explain transition`",
        source: "",
        peers: &[],
    },
    RuleDefinition {
        name: "correlation",
        what: "Pearson's and Spearman's correlation of the numbers before and after",
        write: "{models: [A, B], match: [AXIS], report: [correlation], metrics: [METRIC]}",
        details: "over the axes in `match`, groups and classes, taken to be independent; intervals by Fisher's transformation",
        source: "Bonett and Wright (2000) for the variance of Spearman's",
        peers: &[("SciPy", "pearsonr, spearmanr")],
    },
];
