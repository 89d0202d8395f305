//! The one comparison of snapshots, behind `fairgrid snapshot` and the tests alike.

use super::drift::{Drift, Move, Part, Place, Presence, Report};
use super::snapshot::{Grid, Key, Number, Snapshot};

/// What two correct builds may differ by when nothing may change: sums in another order, another library's logarithm. Added to every tolerance.
pub const FLOAT_NOISE: f64 = 1e-9;

/// Ends of intervals hang on the tails of the resamples and move farther than the value between them.
pub const END_FACTOR: f64 = 2.0;

/// Compares a run with what was accepted. Rows match by axis values; rows, columns, statuses and counts must be equal, values lie within the accepted
/// tolerance.
pub fn compare(accepted: &Snapshot, found: &Snapshot) -> Report {
    let mut report = Report::default();
    if accepted.study != found.study {
        report.drifts.push(Drift::Study { accepted: accepted.study.clone(), found: found.study.clone() });
        return report;
    }
    if accepted.mock != found.mock {
        report.drifts.push(Drift::Mock { accepted: accepted.mock });
        return report;
    }
    for table in &accepted.tables {
        match found.tables.iter().find(|other| other.name == table.name) {
            Some(other) => grids(table, other, &mut report),
            None => report.drifts.push(Drift::MissingTable(table.name.clone())),
        }
    }
    for table in &found.tables {
        if !accepted.tables.iter().any(|other| other.name == table.name) {
            report.drifts.push(Drift::ExtraTable(table.name.clone()));
        }
    }
    report
}

fn grids(accepted: &Grid, found: &Grid, report: &mut Report) {
    let mut keys = (accepted.rows.clone(), found.rows.clone());
    keys.0.sort_unstable();
    keys.1.sort_unstable();
    if keys.0 != keys.1 {
        let table = accepted.name.clone();
        report.drifts.push(Drift::Keys { table, accepted: accepted.rows.clone(), found: found.rows.clone() });
        return;
    }
    let table = || accepted.name.clone();
    let gone = accepted.columns.keys().filter(|column| !found.columns.contains_key(*column));
    report.drifts.extend(gone.map(|column| Drift::MissingColumn(table(), column.clone())));
    let new = found.columns.keys().filter(|column| !accepted.columns.contains_key(*column));
    report.drifts.extend(new.map(|column| Drift::ExtraColumn(table(), column.clone())));
    for (key, numbers) in &accepted.lines {
        let Some((_, others)) = found.lines.iter().find(|(other, _)| other == key) else {
            report.drifts.push(Drift::MissingRow(table(), key.clone()));
            continue;
        };
        for (column, direction) in &found.columns {
            if !accepted.columns.contains_key(column) {
                continue;
            }
            let place = Place { table: table(), row: key.clone(), column: column.clone() };
            match (numbers.get(column), others.get(column)) {
                (Some(number), Some(other)) => Pair { place, accepted: number, found: other, direction: *direction }.compare(report),
                (Some(_), None) => report.drifts.push(Drift::Presence(place, Presence::MissingCell)),
                (None, Some(_)) => report.drifts.push(Drift::Presence(place, Presence::ExtraCell)),
                (None, None) => {}
            }
        }
    }
    let known = |key: &Key| accepted.lines.iter().any(|(other, _)| other == key);
    report.drifts.extend(found.lines.iter().filter(|(key, _)| !known(key)).map(|(key, _)| Drift::ExtraRow(table(), key.clone())));
}

/// The same cell twice.
struct Pair<'a> {
    place: Place,
    accepted: &'a Number,
    found: &'a Number,
    direction: crate::score::measurement::Direction,
}

impl Pair<'_> {
    fn compare(self, report: &mut Report) {
        let (accepted, found) = (self.accepted, self.found);
        report.cells += 1;
        if accepted.tolerance != found.tolerance {
            let drift = Drift::Tolerance(self.place.table.clone(), self.place.column.clone(), accepted.tolerance, found.tolerance);
            if !report.drifts.contains(&drift) {
                report.drifts.push(drift);
            }
        }
        if accepted.status != found.status {
            let reason = found.reason.clone();
            report.drifts.push(Drift::Status { place: self.place, accepted: accepted.status, found: found.status, reason });
            return;
        }
        let bases = [("n", accepted.n as f64, found.n as f64), ("cells", accepted.cells as f64, found.cells as f64)]
            .into_iter()
            .chain(accepted.level.zip(found.level).map(|(accepted, found)| ("level", accepted, found)));
        for (what, old, new) in bases {
            if (old - new).abs() > FLOAT_NOISE {
                report.drifts.push(Drift::Basis { place: self.place.clone(), what, accepted: old, found: new });
            }
        }
        let ends = [(Part::Lower, accepted.lower, found.lower), (Part::Upper, accepted.upper, found.upper)];
        if ends.iter().any(|(_, old, new)| old.is_some() && new.is_none()) {
            report.drifts.push(Drift::Presence(self.place.clone(), Presence::MissingInterval));
        }
        if ends.iter().any(|(_, old, new)| old.is_none() && new.is_some()) {
            report.drifts.push(Drift::Presence(self.place.clone(), Presence::ExtraInterval));
        }
        let before = report.drifts.len();
        self.moved(Part::Value, accepted.value, found.value, report);
        if report.drifts.len() == before {
            // An interval follows its value; it is told apart only where it moved by itself.
            ends.into_iter().for_each(|(part, old, new)| self.moved(part, old, new, report));
        }
    }

    /// Tells a number that moved: too far, or as far as it may.
    fn moved(&self, part: Part, old: Option<f64>, new: Option<f64>, report: &mut Report) {
        let (Some(old), Some(new)) = (old, new) else {
            return;
        };
        let allowed = if part == Part::Value { self.accepted.tolerance } else { END_FACTOR * self.accepted.tolerance };
        let distance = (old - new).abs();
        let moved = || Move {
            place: self.place.clone(),
            part,
            accepted: old,
            found: new,
            allowed,
            interval: self.accepted.lower.zip(self.accepted.upper),
            direction: self.direction,
        };
        if distance > allowed + FLOAT_NOISE {
            report.drifts.push(Drift::Moved(moved()));
        } else if distance > FLOAT_NOISE && part == Part::Value {
            report.inside.push(moved());
        }
    }
}
