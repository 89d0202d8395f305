//! What comparisons will say, for tables to show.

use super::admits;
use crate::plan::make::Planner;
use crate::spec::compare::{Apart, Comparison, Over, Sides};
use crate::spec::problem::Problem;
use crate::spec::study::Study;
use crate::spec::table::Word;
use crate::spec::vocabulary::{MetricColumn, Scored as Told};

impl Planner<'_> {
    /// What the comparisons will say, for the tables to show; a table cannot show two numbers in one cell.
    pub(in crate::plan) fn compared(&mut self, study: &Study) -> Vec<Told> {
        let mut told = Vec::new();
        for (name, spec) in &study.compare {
            if spec.over.apart() == Apart::Pair {
                self.refuse_pairs(study, name);
                continue;
            }
            let here: Vec<Told> = (self.scored.iter())
                .filter(|said| admits(spec, &said.evaluation) && !is_baseline(spec, &said.model))
                .map(|said| of_comparison(name, spec, said))
                .collect();
            for said in here.into_iter().filter(|said| !said.metrics.is_empty()) {
                if !told.contains(&said) {
                    told.push(said);
                }
            }
        }
        told
    }

    fn refuse_pairs(&mut self, study: &Study, name: &str) {
        let columns = study.layout.tables.values().flat_map(|table| &table.columns).flat_map(|column| column.metrics());
        for column in columns.filter(|column| column.name.strip_prefix(name).is_some_and(|rest| rest.starts_with('.'))) {
            let message = format!("`{name}` compares all pairs, and a cell of a table has one number");
            self.problems.push(Problem::at(&column.node, message).help("compare with a `baseline`, or from one level to another"));
        }
    }
}

/// Whether a model is the one that others are set against: findings are about those.
fn is_baseline(spec: &Comparison, model: &str) -> bool {
    matches!(&spec.over, Over::Axis { name, sides: Sides::Baseline(baseline) } if name.value == "model" && baseline.value == model)
}

/// What a comparison will say of what an evaluation says.
fn of_comparison(name: &str, spec: &Comparison, said: &Told) -> Told {
    let apart = spec.over.apart() == Apart::To;
    let over = match &spec.over {
        Over::Axis { name, .. } | Over::Trend(name) => name.value.as_str(),
        Over::Models(..) => "model",
    };
    let of_groups = |column: &MetricColumn| column.per_group.iter().any(|by| by == over);
    let is_axis = over == "model" || over == Word::Decision.text() || said.axes.iter().any(|axis| axis == over);
    let columns = said.metrics.iter().filter(|column| spec.metrics.iter().any(|metric| metric.value == column.name));
    let columns = columns.filter(|column| is_axis || of_groups(column)).map(|column| {
        let own = vec![over.to_owned()];
        let mut column = MetricColumn { name: format!("{name}.{}", column.name), of_models: false, ..column.clone() };
        if !is_axis {
            // Of groups there is a difference for each, or one over them.
            (column.per_group, column.over_groups) = if apart { (own, Vec::new()) } else { (Vec::new(), own) };
            column.overall = false;
        }
        column
    });
    let gone = |axis: &String| (*axis == over && !apart) || spec.average.iter().any(|averaged| averaged.value == *axis);
    Told {
        model: if over == "model" && !apart { String::new() } else { said.model.clone() },
        axes: said.axes.iter().filter(|axis| !gone(axis)).cloned().collect(),
        metrics: columns.collect(),
        ..said.clone()
    }
}
