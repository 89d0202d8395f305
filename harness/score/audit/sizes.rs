//! How many items and clusters each group has, and whether that is enough.

use std::collections::HashSet;

use crate::score::OUTSIDE;
use crate::score::breakdown::Breakdown;
use crate::score::breakdown::reference::Anchor;
use crate::score::sheet::Spot;
use crate::score::units::clusters::Clusters;
use crate::spec::evaluation::{MinCount, Policy};

/// The sizes of a breakdown's groups.
pub(in crate::score) struct Sizes {
    /// The items of each group, as much as they weigh.
    pub(in crate::score) weights: Vec<f64>,
    /// Of each group: why it is too small, if it is.
    pub(in crate::score) small: Vec<Option<String>>,
    /// Distinct clusters of each group; `None` where items are not clustered.
    clusters: Option<Vec<u64>>,
    /// Every cluster of every group.
    members: HashSet<(u32, u32)>,
    policy: Policy,
}

impl Sizes {
    /// Counts the items whose pattern is not [`OUTSIDE`], each as often as it stands for copies, and with its weight.
    pub(super) fn of(
        breakdown: &Breakdown,
        patterns: &[u32],
        (copies, weight): (Option<&[u64]>, Option<&[f64]>),
        clusters: Option<&Clusters>,
        (min_count, policy): (Option<MinCount>, Policy),
    ) -> Self {
        let groups = breakdown.groups.len();
        let (mut items, mut weights) = (vec![0u64; groups], vec![0.0; groups]);
        let mut members = HashSet::new();
        let counting = breakdown.of_row.iter().zip(patterns).enumerate();
        for (row, (group, _)) in counting.filter(|(_, (group, pattern))| breakdown.has(**group) && **pattern != OUTSIDE) {
            let copies = copies.map_or(1, |copies| copies[row]);
            items[*group as usize] += copies;
            weights[*group as usize] += copies as f64 * weight.map_or(1.0, |weight| weight[row]);
            members.extend(clusters.iter().flat_map(|clusters| clusters.of(row)).map(|cluster| (*group, cluster)));
        }
        let mut subjects = vec![0u64; groups];
        members.iter().for_each(|(group, _)| subjects[*group as usize] += 1);
        let (counts, least, what) = match (min_count, clusters) {
            (Some(MinCount::Rows(least)), _) => (&items, least, "item"),
            (Some(MinCount::Subjects(least)), Some(_)) => (&subjects, least, "subject"),
            _ => (&items, 0, "item"),
        };
        let small = |group: usize| {
            let name = &breakdown.groups[group];
            let there = if name.is_empty() { String::new() } else { format!(" in {name}") };
            let plural = if counts[group] == 1 { "" } else { "s" };
            (counts[group] < least).then(|| format!("{} {what}{plural}{there}, fewer than `min_count` ({least})", counts[group]))
        };
        let small = (0..groups).map(small).collect();
        Self { weights, small, clusters: clusters.map(|_| subjects), members, policy }
    }

    /// The groups that reductions look at: those that are too small take part only where that makes the whole as untrustworthy as they are.
    pub(in crate::score) fn kept(&self) -> Vec<bool> {
        self.small.iter().map(|small| small.is_none() || self.policy == Policy::Propagate).collect()
    }

    /// Distinct clusters in some groups; `None` where items are not clustered.
    pub(in crate::score) fn clusters(&self, groups: &[usize]) -> Option<u64> {
        let counts = self.clusters.as_ref()?;
        if let [group] = groups {
            return Some(counts[*group]);
        }
        let mut wanted = vec![false; counts.len()];
        groups.iter().for_each(|group| wanted[*group] = true);
        let within = self.members.iter().filter(|(group, _)| wanted[*group as usize]).map(|(_, cluster)| *cluster);
        Some(within.collect::<HashSet<u32>>().len() as u64)
    }

    /// Why a number is not to be trusted: its group is too small, or that which it is set against, or one of those that it is over.
    pub(in crate::score) fn small(&self, spot: &Spot, breakdown: &Breakdown, anchors: &[Anchor]) -> Option<String> {
        let anchor = match anchors.get(spot.panel) {
            Some(Anchor::Group(group)) => self.small[*group].clone(),
            _ => None,
        };
        match spot.group {
            Some(group) => self.small[group].clone().or(anchor),
            None if self.policy == Policy::Propagate => self.left_out(spot, breakdown).into_iter().next(),
            None => None,
        }
    }

    /// Why each of the groups that are too small, among those that a number is over, is so: they are left out of it, where the policy says that.
    pub(in crate::score) fn left_out(&self, spot: &Spot, breakdown: &Breakdown) -> Vec<String> {
        let of_panel = breakdown.panels[spot.panel].groups.clone();
        if spot.group.is_some() { Vec::new() } else { self.small[of_panel].iter().flatten().cloned().collect() }
    }
}
