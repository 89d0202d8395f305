//! The part of a study that `--only` leaves.

use crate::spec::grid::Point;
use crate::spec::problem::{Problem, Problems, SpecError, did_you_mean};
use crate::spec::study::Study;

/// The cells and evaluations that `--only` leaves.
pub(super) fn choose(study: &Study, only: &[(String, String)]) -> Result<(Vec<usize>, Vec<usize>), SpecError> {
    let mut problems = Problems::default();
    for (name, level) in only {
        if study.layout.pool.iter().any(|pooled| pooled.name == *name) {
            problems.push(Problem {
                message: format!("`--only {name}={level}`: the levels of `{name}` are pooled, so that one alone has no result"),
                help: Some("choose by another axis, or leave out `pool`".to_owned()),
                labels: Vec::new(),
            });
            continue;
        }
        let known: Vec<&str> = match name.as_str() {
            "model" => study.cells.iter().map(|cell| cell.model.as_str()).collect(),
            "evaluation" => study.evaluations.iter().map(|evaluation| evaluation.name.as_str()).collect(),
            name => match study.grid.axis(name) {
                Some(axis) => study.grid.axes[axis].levels.iter().map(|level| level.label.as_str()).collect(),
                None => {
                    let help = did_you_mean(name, study.grid.names().chain(["model", "evaluation"]));
                    problems.push(Problem {
                        message: format!("`--only {name}={level}`: there is no axis `{name}`"),
                        help: Some(help),
                        labels: Vec::new(),
                    });
                    continue;
                }
            },
        };
        if !known.contains(&level.as_str()) {
            let message = format!("`--only {name}={level}`: there is no level `{level}`");
            problems.push(Problem { message, help: Some(did_you_mean(level, known)), labels: Vec::new() });
        }
    }
    problems.check(Some(()))?;
    let admits = |model: &str, evaluation: Option<&str>, point: &Point| {
        // Several levels of one axis are alternatives; an axis that the point lacks does not count.
        only.iter().all(|(name, _)| {
            let levels = only.iter().filter(|(other, _)| other == name).map(|(_, level)| level.as_str());
            let mut levels = levels.peekable();
            let actual = match name.as_str() {
                "model" => Some(model),
                "evaluation" => evaluation,
                name => {
                    study.grid.axis(name).and_then(|axis| point.level(axis).map(|level| study.grid.axes[axis].levels[level].label.as_str()))
                }
            };
            actual.is_none_or(|actual| levels.any(|level| level == actual))
        })
    };
    let evaluations: Vec<usize> = (0..study.evaluations.len())
        .filter(|&index| {
            let evaluation = &study.evaluations[index];
            admits(&study.cells[evaluation.cell()].model, Some(&evaluation.name), &evaluation.point)
        })
        .collect();
    let mut used = vec![false; study.cells.len()];
    for part in evaluations.iter().flat_map(|index| &study.evaluations[*index].parts) {
        used[part.cell] = true;
    }
    let cells =
        (0..study.cells.len()).filter(|&index| used[index] && admits(&study.cells[index].model, None, &study.cells[index].point)).collect();
    Ok((cells, evaluations))
}
