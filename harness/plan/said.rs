//! What the evaluations will say, for the tables to show.

use crate::score::breakdown::Grouping;
use crate::score::embedding;
use crate::score::joint;
use crate::score::metric::Input;
use crate::score::scheme::Scheme;
use crate::spec::cell::CellEvaluation;
use crate::spec::study::Study;
use crate::spec::table::Dimension;
use crate::spec::vocabulary::{MetricColumn, Scored, ShareOf};

/// What hangs on other items: two models cannot exchange one without the others.
const TOGETHER: &str = "is a number of items together";

/// The axes of a study as tables know them.
pub fn dimensions(study: &Study) -> Vec<Dimension> {
    let axes = study.grid.axes.iter();
    axes.map(|axis| Dimension { name: axis.name.clone(), levels: axis.levels.iter().map(|level| level.label.clone()).collect() }).collect()
}

/// What one evaluation will say of one cell.
pub fn scored(study: &Study, evaluation: &CellEvaluation, scheme: &Scheme) -> Scored {
    let column = |(metric, breakdowns): &(crate::score::metric::Metric, Vec<usize>)| {
        let lists = || breakdowns.iter().map(|index| &scheme.breakdowns[*index]);
        let overall = metric.over.is_none() && lists().any(|grouping| grouping.fields.is_empty());
        let (per_group, over_groups): (Vec<_>, Vec<_>) =
            lists().filter(|grouping| !grouping.fields.is_empty()).partition(|grouping| metric.has_groups(grouping));
        let names = |groupings: Vec<&Grouping>| groupings.into_iter().map(Grouping::name).collect();
        let (per_group, over_groups) = (names(per_group), names(over_groups));
        MetricColumn {
            name: metric.name.clone(),
            decided: metric.input.of_rule(),
            unexchanged: match metric.input {
                Input::Neighbours { .. } => Some(TOGETHER),
                Input::Crossings => Some("sets scores of groups against each other"),
                _ => None,
            },
            effect: metric.no_effect().is_some(),
            of_models: false,
            overall,
            per_group,
            over_groups,
            share: metric.share_of(),
        }
    };
    let of_embedding = |(metric, breakdowns): &(embedding::metric::Metric, Vec<usize>)| {
        let lists = || breakdowns.iter().map(|index| &scheme.breakdowns[*index]);
        let names: Vec<String> = lists().filter(|grouping| !grouping.fields.is_empty()).map(Grouping::name).collect();
        let overall = metric.definition.compute.of_sets() || lists().any(|grouping| grouping.fields.is_empty());
        let (per_group, over_groups) = if metric.per_group() { (names, Vec::new()) } else { (Vec::new(), names) };
        MetricColumn {
            name: metric.name.clone(),
            decided: false,
            unexchanged: Some("is a number of vectors together"),
            effect: metric.definition.range.0 < 0.0 || !metric.per_group(),
            of_models: metric.definition.compute.of_models(),
            overall,
            per_group,
            over_groups,
            share: ShareOf::Nothing,
        }
    };
    let of_joint = |(metric, breakdowns): &(joint::metric::Metric, Vec<usize>)| {
        // Within the levels of what is held fixed there is a number a level.
        let has_groups = |grouping: &&Grouping| metric.definition.compute.per_group() || grouping.control > 0;
        let (per_group, over_groups): (Vec<_>, Vec<_>) = breakdowns.iter().map(|index| &scheme.breakdowns[*index]).partition(has_groups);
        let names = |groupings: Vec<&Grouping>| groupings.into_iter().map(Grouping::name).collect();
        let (per_group, over_groups) = (names(per_group), names(over_groups));
        MetricColumn {
            name: metric.name.clone(),
            decided: metric.decided(),
            unexchanged: Some(TOGETHER),
            // Of all groups at once: signed, or told from chance.
            effect: true,
            of_models: false,
            overall: false,
            per_group,
            over_groups,
            share: ShareOf::Nothing,
        }
    };
    let columns = scheme.metrics.iter().map(column).chain(scheme.embedding.iter().map(of_embedding));
    Scored {
        model: study.cells[evaluation.cell()].model.clone(),
        evaluation: evaluation.name.clone(),
        data: evaluation.data(),
        decisions: scheme.decide.iter().map(|decide| decide.name.clone()).collect(),
        axes: study.grid.coordinates(&evaluation.point).into_iter().map(|(axis, _)| axis).collect(),
        metrics: columns.chain(scheme.joint.iter().map(of_joint)).collect(),
    }
}
