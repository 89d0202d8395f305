//! `fairgrid plan`: the cells and tasks of a study, without running it.

use clap::Args;
use serde_json::json;

use super::progress::{Style, observer};
use super::study::StudyArgs;
use super::{Exit, Failure};
use crate::plan::task::tasks;
use crate::report::number::counted;

/// Show the cells and tasks of a study without running it.
#[derive(Debug, Args)]
pub(super) struct Plan {
    #[command(flatten)]
    study: StudyArgs,
    /// As JSON.
    #[arg(long)]
    json: bool,
}

impl Plan {
    pub(super) fn run(self) -> Result<Exit, Failure> {
        let plan = self.study.plan(&*observer(Style::Auto, self.json, 0), false)?;
        let tasks = tasks(&plan);
        if self.json {
            let cells: Vec<_> = plan
                .cells
                .iter()
                .map(|planned| {
                    let cell = &plan.study.cells[planned.cell];
                    let axes: serde_json::Map<_, _> =
                        plan.study.grid.coordinates(&cell.point).into_iter().map(|(axis, level)| (axis, json!(level))).collect();
                    let mut shown = json!({"name": cell.name, "model": cell.model, "axes": axes});
                    match plan.draws().find(|(name, _)| *name == cell.name) {
                        Some((_, Ok(draw))) => shown["draw"] = json!(draw.rows.len()),
                        Some((_, Err(infeasible))) => shown["infeasible"] = json!(infeasible.to_string()),
                        None => {}
                    }
                    shown
                })
                .collect();
            println!("{}", serde_json::to_string_pretty(&json!({"study": plan.study.name, "cells": cells, "tasks": tasks}))?);
            return Ok(Exit::Ok);
        }
        println!("{}: {}, {}", plan.study.name, counted(plan.cells.len(), "cell"), counted(tasks.len(), "task"));
        for task in tasks {
            println!("  {:<8} {}  {}", task.kind, task.key.short(), task.name);
        }
        for (cell, draw) in plan.draws() {
            match draw {
                Ok(draw) => println!("  draw     {cell}: {} items", draw.rows.len()),
                Err(infeasible) => println!("  draw     {cell}: infeasible, {infeasible}"),
            }
        }
        Ok(Exit::Ok)
    }
}
