//! What checks of a library said.

use std::fmt;

use serde::{Deserialize, Serialize};

/// How a check ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// As the contract says.
    Passed,
    /// Against the contract; how.
    Failed(String),
    /// Not tried; why.
    Skipped(String),
}

/// What happens during [`super::exercise`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Event {
    /// A check begins.
    Started(String),
    /// It ended.
    Ended(Outcome),
}

/// One promise of the contract.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Check {
    /// What was tried.
    pub name: String,
    /// How it ended.
    pub outcome: Outcome,
}

/// All checks of a library.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// In the order in which they were tried.
    pub checks: Vec<Check>,
}

impl Report {
    /// A report from what was heard. `death` says how the process ended if not in peace: then the check that was running has failed.
    pub fn of(events: impl IntoIterator<Item = Event>, death: Option<&str>) -> Self {
        let mut checks = Vec::new();
        let mut running = None;
        for event in events {
            match event {
                Event::Started(name) => running = Some(name),
                Event::Ended(outcome) => checks.extend(running.take().map(|name| Check { name, outcome })),
            }
        }
        let death = death.or_else(|| running.as_ref().map(|_| "the process ended in the middle of it"));
        if let Some(death) = death {
            let name = running.unwrap_or_else(|| "leave the process in peace".to_owned());
            checks.push(Check { name, outcome: Outcome::Failed(death.to_owned()) });
        }
        Self { checks }
    }

    /// Whether nothing failed.
    pub fn passed(&self) -> bool {
        !self.checks.is_empty() && !self.checks.iter().any(|check| matches!(check.outcome, Outcome::Failed(_)))
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for check in &self.checks {
            match &check.outcome {
                Outcome::Passed => writeln!(f, "ok       {}", check.name)?,
                Outcome::Failed(how) => writeln!(f, "FAILED   {}: {how}", check.name)?,
                Outcome::Skipped(why) => writeln!(f, "skipped  {}: {why}", check.name)?,
            }
        }
        let count = |wanted: fn(&Outcome) -> bool| self.checks.iter().filter(|check| wanted(&check.outcome)).count();
        let (passed, failed) = (count(|outcome| *outcome == Outcome::Passed), count(|outcome| matches!(outcome, Outcome::Failed(_))));
        write!(f, "{passed} passed, {failed} failed, {} skipped", self.checks.len() - passed - failed)
    }
}
