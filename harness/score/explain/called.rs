//! What a name that others use stands for here.

use crate::score::compare::terms::TERMS;
use crate::score::metric::meaning;
use crate::score::registry::{COMPLEMENT, Elsewhere, SHORT, Suffix, criteria, elsewhere, metrics, presets, suffixes};
use crate::score::rule::rulebook::RULES;
use crate::score::{embedding, joint};

/// Who calls what by which names: a list with commas between names, and notes in parentheses.
pub(super) type Peers = &'static [(&'static str, &'static str)];

/// What stands before the reduction where one is explained that others have for any metric.
pub(super) const ANY: &str = "METRIC_";

/// What a name of others stands for here.
pub(super) struct Called {
    /// The name here.
    pub ours: String,
    /// Who uses the other, and how: `AIF360: average_abs_odds_difference (mean)`.
    pub theirs: String,
}

/// Everything here that others call by a name, or by a name of theirs with a reduction of theirs.
pub(super) fn called(name: &str) -> Vec<Called> {
    let whole = named(name);
    if !whole.is_empty() || absent(name).is_some() {
        return whole;
    }
    let reduced = reduced(name);
    if reduced.is_empty() { of_task(name) } else { reduced }
}

/// What torchmetrics has by the kind of task: `MulticlassAccuracy`, `BinaryAUROC`.
fn of_task(name: &str) -> Vec<Called> {
    let base = ["Binary", "Multiclass", "Multilabel"].into_iter().find_map(|task| name.strip_prefix(task));
    let of = |called: Called| Called { theirs: format!("torchmetrics: {}", base.unwrap_or_default()), ..called };
    base.map(named).unwrap_or_default().into_iter().map(of).collect()
}

/// All names that others use, of metrics and criteria.
pub(super) fn others() -> impl Iterator<Item = &'static str> {
    let listed = known().flat_map(|(_, peers)| peers).flat_map(|(_, list)| names(list));
    let criteria = criteria().iter().map(|criterion| criterion.name);
    listed.chain(criteria).chain(elsewhere().iter().map(|entry| entry.name)).filter(|name| !name.contains([' ', '.']))
}

/// Everything here that others call by a name; what is short for a metric first.
fn named(name: &str) -> Vec<Called> {
    let written = |entry: &Elsewhere| Called {
        ours: entry.here.to_owned(),
        theirs: if entry.note.is_empty() { entry.peer.to_owned() } else { format!("{}: {}", entry.peer, entry.note) },
    };
    let (short, others): (Vec<&Elsewhere>, Vec<&Elsewhere>) =
        elsewhere().iter().filter(|entry| entry.means(name) && !entry.here.is_empty()).partition(|entry| entry.peer == SHORT);
    let listed = known().filter_map(|(ours, peers)| Some(Called { theirs: among(name, peers)?, ours }));
    let criterion = criteria().iter().filter(|criterion| criterion.name == name).map(|criterion| Called {
        ours: format!("{}_difference", criterion.name),
        theirs: "a criterion, as `_difference`, `_ratio` or `_disparity`".to_owned(),
    });
    together(short.into_iter().map(written).chain(criterion).chain(listed).chain(others.into_iter().map(written)))
}

/// A reduction, in anybody's words, of a metric that others have a name for: `recall.diff`, `fpr_disparity`.
fn reduced(name: &str) -> Vec<Called> {
    let name = name.replace(' ', "_");
    let of = |ending: Ending| {
        let start = name.len().checked_sub(ending.theirs.len()).and_then(|length| name.split_at_checked(length));
        let base = start.filter(|(base, end)| !base.is_empty() && end.eq_ignore_ascii_case(&ending.theirs)).map(|(base, _)| base);
        let same = base.into_iter().flat_map(bases).map(|base| (format!("{base}{}", ending.ours), ""));
        let turned = complement(&ending.ours);
        let lacking = turned.into_iter().flat_map(|(ours, note)| {
            let bases = base.into_iter().flat_map(|base| elsewhere().iter().filter(|entry| entry.means(base) && entry.note == COMPLEMENT));
            bases.map(move |entry| (format!("{}{ours}", entry.here), note))
        });
        let ours: Vec<(String, &str)> = same.chain(lacking).filter(|(ours, _)| meaning(ours).is_some()).collect();
        let theirs = |note: &str| format!("{}{}{note}", ending.whose, if note.is_empty() { "" } else { ": " });
        ours.into_iter().map(|(ours, note)| Called { ours, theirs: theirs(note) }).collect::<Vec<_>>()
    };
    together(endings().flat_map(of))
}

/// The reduction of a number that is, of 1 minus the number, the one with this ending, and how they differ; `None` where there is none.
fn complement(ending: &str) -> Option<(&str, &'static str)> {
    match ending {
        "_group_min" => Some(("_group_max", COMPLEMENT)),
        "_group_max" => Some(("_group_min", COMPLEMENT)),
        "_mean_over_groups" | "_weighted_mean" | "" => Some((ending, COMPLEMENT)),
        // Distances do not change, but with a reference their sign does.
        "_difference" => Some((ending, "with a reference, of the other sign")),
        "_mean_abs_difference" | "_group_std" => Some((ending, "")),
        _ => None,
    }
}

/// How others say that a metric is reduced over groups.
struct Ending {
    /// What their name ends with.
    theirs: String,
    /// What the name here ends with.
    ours: String,
    /// Whose it is.
    whose: String,
}

fn endings() -> impl Iterator<Item = Ending> {
    let ending = |theirs: &str, ours: &str, whose: String| Ending { theirs: theirs.to_owned(), ours: ours.to_owned(), whose };
    let of_suffix = move |suffix: &Suffix| {
        let ours = format!("_{}", suffix.name);
        let listed = suffix.peers.iter().flat_map(|(peer, list)| names(list).map(move |name| (name, format!("{peer}: {list}"))));
        let mut all: Vec<Ending> =
            listed.filter(|(name, _)| name.starts_with(['_', '.'])).map(|(name, whose)| ending(name, &ours, whose)).collect();
        if all.iter().all(|known| known.theirs != ours) {
            all.push(ending(&ours, &ours, SHORT.to_owned()));
        }
        all
    };
    let whole = [".overall", ".per_group"].map(|name| ending(name, "", format!("OxonFair: {name}")));
    let of_average = |average| ending(&format!("_{average}"), "", format!("scikit-learn: `average: {average}`"));
    let averages = ["macro", "micro", "weighted", "samples"].map(of_average).into_iter();
    let averages = averages.chain([ending("_ovr", "", "scikit-learn: `average: macro`".to_owned())]);
    suffixes().iter().flat_map(of_suffix).chain(averages).chain(whole).chain([ending("_gap", "_difference", SHORT.to_owned())])
}

/// What may be reduced: what a name is here, and what others call by it that means the very same.
fn bases(name: &str) -> Vec<String> {
    let noted = |ours: &str| elsewhere().iter().any(|entry| entry.means(name) && entry.here == ours && !entry.note.is_empty());
    let theirs = named(name).into_iter().map(|called| called.ours).filter(|ours| !noted(ours));
    theirs.chain([name.to_owned()]).collect()
}

/// The same, each name here once.
fn together(called: impl Iterator<Item = Called>) -> Vec<Called> {
    let mut all: Vec<Called> = Vec::new();
    for one in called {
        match all.iter_mut().find(|known| known.ours == one.ours) {
            Some(known) if known.theirs == one.theirs => {}
            Some(known) => known.theirs = format!("{}; {}", known.theirs, one.theirs),
            None => all.push(one),
        }
    }
    all
}

/// Something of others that is not here.
pub(super) fn absent(name: &str) -> Option<&'static Elsewhere> {
    elsewhere().iter().find(|entry| entry.means(name) && entry.here.is_empty())
}

/// What is to be done about a metric's name that only others use; `None` where nobody is known to.
pub(in crate::score) fn called_here(name: &str) -> Option<String> {
    let metric = |called: &Called| called.ours.starts_with(ANY) || meaning(&called.ours).is_some();
    let ours: Vec<String> = called(name).into_iter().filter(metric).map(|Called { ours, theirs }| format!("`{ours}` ({theirs})")).collect();
    let absent = || absent(name).map(|Elsewhere { peer, note, .. }| format!("{peer}'s `{name}` {note}"));
    if ours.is_empty() { absent() } else { Some(format!("it is called {} here", ours.join(" or "))) }
}

/// Everything here that others have names for: metrics, criteria, presets, reductions, rules and words of comparisons.
fn known() -> impl Iterator<Item = (String, Peers)> {
    let own = |name: &str, peers: Peers| (name.to_owned(), peers);
    let of_metrics = metrics().iter().map(move |one| own(one.name, one.peers));
    let of_embeddings = embedding::registry::metrics().iter().map(move |one| own(one.name, one.peers));
    let of_joint = joint::registry::metrics().iter().map(move |one| own(one.name, one.peers));
    let of_criteria = criteria().iter().map(|one| (format!("{}_difference", one.name), one.peers));
    let of_presets = presets().iter().map(move |one| own(one.name, one.peers));
    let of_suffixes = suffixes().iter().map(|one| (format!("{ANY}{}", one.name), one.peers));
    let of_rules = RULES.iter().chain(&TERMS).map(move |one| own(one.name, one.peers));
    of_metrics.chain(of_embeddings).chain(of_joint).chain(of_criteria).chain(of_presets).chain(of_suffixes).chain(of_rules)
}

/// Who of these uses a name; `None` where nobody does.
fn among(name: &str, peers: Peers) -> Option<String> {
    let uses =
        peers.iter().filter(|(_, theirs)| names(theirs).any(|one| one.replace(' ', "_").eq_ignore_ascii_case(&name.replace(' ', "_"))));
    let all: Vec<String> = uses.map(|(peer, theirs)| format!("{peer}: {theirs}")).collect();
    (!all.is_empty()).then(|| all.join("; "))
}

/// The names of a list, without the notes.
fn names(list: &str) -> impl Iterator<Item = &str> {
    let mut depth = 0;
    let apart = move |letter: char| {
        depth += i32::from(letter == '(') - i32::from(letter == ')');
        letter == ',' && depth == 0
    };
    // What is but a note has no name.
    list.split(apart).map(|one| one.split('(').next().unwrap_or_default().trim()).filter(|name| !name.is_empty())
}
