//! One cell of a table: a number, or the mean of several, and whether it may be used.

use crate::score::measurement::{Measurement, Status};

/// What a table says at one place.
#[derive(Clone, Debug, PartialEq)]
pub struct Cell {
    /// The value; `None` where the status allows none.
    pub value: Option<f64>,
    /// The standard deviation over the averaged cells (n − 1), where there are at least two.
    pub sd: Option<f64>,
    /// The interval's lower end; of a mean, the mean of the lower ends, unless it is [`Self::whole`].
    pub lower: Option<f64>,
    /// The interval's upper end, likewise.
    pub upper: Option<f64>,
    /// Whether the interval of a mean knows how much the averaged cells vary.
    pub whole: bool,
    /// The interval's level, where all agree.
    pub level: Option<f64>,
    /// The median of a gap when group labels are permuted; of a mean, the mean of the medians.
    pub null_median: Option<f64>,
    /// The items behind the number; of a mean, the fewest in one cell.
    pub n: u64,
    /// How many cells were averaged.
    pub cells: usize,
    /// Whether the value may be used: of a mean, the worst of all.
    pub status: Status,
    /// Why not; of one that may be used, what there is to know of it.
    pub reason: String,
}

/// One contribution to a cell: a number, or the news that there is none.
#[derive(Clone, Debug)]
pub struct Part<'a> {
    /// Which of the averaged cells this is (`seed=1`); empty where nothing is averaged.
    pub place: String,
    /// The number.
    pub outcome: Outcome<'a>,
}

/// A number or none.
#[derive(Clone, Copy, Debug)]
pub enum Outcome<'a> {
    /// There is a measurement.
    Measured(&'a Measurement),
    /// The cell has none.
    Missing(Status, &'a str),
}

impl Outcome<'_> {
    /// The status, with a value that is not finite counted as undefined.
    fn status(&self) -> Status {
        match self {
            Self::Measured(number) if matches!(number.status, Status::Ok | Status::Small) && finite(number.value).is_none() => {
                Status::Undefined
            }
            Self::Measured(number) => number.status,
            Self::Missing(status, _) => *status,
        }
    }

    fn reason(&self) -> &str {
        match self {
            Self::Measured(number) if number.reason.is_empty() && number.value.is_some_and(|value| !value.is_finite()) => {
                "not a finite number"
            }
            Self::Measured(number) => &number.reason,
            Self::Missing(_, reason) => reason,
        }
    }
}

impl Cell {
    /// The mean of the parts: a number only where each part has one, since a mean over what happens to be defined compares unlike things.
    /// `None` where there is no part.
    pub fn mean(mut parts: Vec<Part<'_>>) -> Option<Self> {
        parts.sort_by(|a, b| a.place.cmp(&b.place));
        let status = parts.iter().map(|part| part.outcome.status()).max_by_key(|status| severity(*status))?;
        let numbers: Vec<&Measurement> = parts
            .iter()
            .filter_map(|part| match part.outcome {
                Outcome::Measured(number) => Some(number),
                Outcome::Missing(..) => None,
            })
            .collect();
        let usable = matches!(status, Status::Ok | Status::Small);
        let all = |get: fn(&Measurement) -> Option<f64>| -> Option<Vec<f64>> {
            numbers.iter().map(|number| finite(get(number))).collect::<Option<Vec<f64>>>().filter(|values| usable && !values.is_empty())
        };
        let values = all(|number| number.value);
        // An end may be infinite, and so is the mean of such.
        let end = |get: fn(&Measurement) -> Option<f64>| -> Option<f64> {
            let ends = numbers.iter().map(|number| get(number)).collect::<Option<Vec<f64>>>();
            ends.filter(|_| values.is_some()).as_deref().map(mean).filter(|end| !end.is_nan())
        };
        let level = all(|number| number.level).filter(|levels| levels.iter().all(|level| *level == levels[0]));
        Some(Self {
            sd: values.as_deref().and_then(deviation),
            value: values.as_deref().map(mean),
            lower: end(|number| number.lower),
            upper: end(|number| number.upper),
            whole: false,
            level: level.map(|levels| levels[0]),
            null_median: all(|number| number.null_median).as_deref().map(mean),
            n: numbers.iter().map(|number| number.n).min().unwrap_or(0),
            cells: parts.len(),
            status,
            reason: reason(&parts, status),
        })
    }

    /// Whether the cell takes part in rankings.
    pub fn ranked(&self) -> Option<f64> {
        self.value.filter(|_| self.status == Status::Ok)
    }
}

/// The reasons of the parts that have the cell's status, each once, with the places where only some have it.
fn reason(parts: &[Part<'_>], status: Status) -> String {
    let mut reasons: Vec<(&str, Vec<&str>)> = Vec::new();
    for part in parts.iter().filter(|part| part.outcome.status() == status) {
        let reason = part.outcome.reason();
        if reason.is_empty() && status == Status::Ok {
            continue;
        }
        match reasons.iter_mut().find(|(known, _)| *known == reason) {
            Some((_, places)) => places.push(&part.place),
            None => reasons.push((reason, vec![&part.place])),
        }
    }
    let told: Vec<String> = reasons
        .into_iter()
        .map(|(reason, places)| if places.len() == parts.len() { reason.to_owned() } else { format!("{}: {reason}", places.join(", ")) })
        .collect();
    told.join("; ")
}

/// Which of several statuses a mean has.
fn severity(status: Status) -> u8 {
    match status {
        Status::Ok => 0,
        Status::Small => 1,
        Status::InsufficientEvidence => 2,
        Status::Undefined => 3,
        Status::Infeasible => 4,
        Status::Failed => 5,
    }
}

fn finite(value: Option<f64>) -> Option<f64> {
    value.filter(|value| value.is_finite())
}

fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len() as f64
}

fn deviation(values: &[f64]) -> Option<f64> {
    let centre = mean(values);
    let squares: f64 = values.iter().map(|value| (value - centre).powi(2)).sum();
    (values.len() > 1).then(|| (squares / (values.len() - 1) as f64).sqrt())
}
