//! The columns of a table: what is written in the spec, spread over the levels that the results have.

use crate::score::measurement::Direction;
use crate::spec::table::{self, Word, same_fields};

use super::heading::Heading;
use super::row::Row;

/// One column.
#[derive(Clone, Debug, PartialEq)]
pub struct Column {
    /// The metric's column name.
    pub metric: String,
    /// What the numbers are grouped by; empty for numbers of all items.
    pub by: String,
    /// The group; empty for all items and for numbers over groups.
    pub group: String,
    /// The class, where the numbers are about one.
    pub label: String,
    /// The level of an axis or a word that this column is for.
    pub level: Option<(String, String)>,
    /// Whether [`Self::by`] must be told, since the metric has more than one reading in this table.
    pub tells_by: bool,
    /// Which way is better.
    pub direction: Direction,
}

impl Column {
    /// A name that no other column of the table has: `accuracy_score`, `accuracy_score{tone=light}`, `recall{label=Coat}`.
    pub fn id(&self) -> String {
        let mut parts = Vec::new();
        if let Some((dimension, level)) = &self.level {
            parts.push(format!("{dimension}={level}"));
        }
        parts.extend(self.qualifier());
        if !self.label.is_empty() {
            parts.push(format!("label={}", self.label));
        }
        if parts.is_empty() { self.metric.clone() } else { format!("{}{{{}}}", self.metric, parts.join(", ")) }
    }

    /// What is shown below the metric's name, if anything.
    pub fn subtitle(&self) -> String {
        let level = self.level.as_ref().map(|(dimension, level)| format!("{dimension}={level}"));
        let parts = level.into_iter().chain(self.qualifier()).chain((!self.label.is_empty()).then(|| self.label.clone()));
        parts.collect::<Vec<_>>().join(", ")
    }

    fn qualifier(&self) -> Option<String> {
        match (self.group.as_str(), self.tells_by) {
            ("", false) => None,
            ("", true) => Some(format!("over {}", self.by)),
            (group, _) => Some(group.to_owned()),
        }
    }

    /// Whether a row's number belongs here.
    pub fn takes(&self, row: &Row) -> bool {
        let number = &row.measurement;
        number.metric == self.metric
            && number.by == self.by
            && number.group == self.group
            && number.label == self.label
            && self.level.as_ref().is_none_or(|(dimension, level)| row.coordinate(dimension) == level)
    }

    /// The columns of a written entry.
    pub fn expand(entry: &table::Column, heading: &Heading, rows: &[&Row]) -> Vec<Self> {
        match entry {
            table::Column::Metric(metric) => Self::readings(&metric.name, None, heading, rows),
            table::Column::Each { over, metrics } => {
                let metrics: Vec<&str> = metrics.iter().map(|metric| metric.name.as_str()).collect();
                let is_dimension = Word::of(&over.name).is_some() || heading.axes.iter().any(|axis| axis.name == over.name);
                if is_dimension {
                    Self::per_level(&over.name, &metrics, heading, rows)
                } else {
                    Self::per_group(&over.name, &metrics, heading, rows)
                }
            }
        }
    }

    /// A metric of all items, or over groups where there is none of all items.
    fn readings(metric: &str, level: Option<(&str, &str)>, heading: &Heading, rows: &[&Row]) -> Vec<Self> {
        let here: Vec<&&Row> = rows
            .iter()
            .filter(|row| row.measurement.metric == metric && row.measurement.group.is_empty())
            .filter(|row| level.is_none_or(|(dimension, level)| row.coordinate(dimension) == level))
            .collect();
        let mut bys = distinct(here.iter().map(|row| row.measurement.by.as_str()), |a, b| a.cmp(b));
        if bys.contains(&"") {
            bys = vec![""];
        }
        let tells_by = bys.len() > 1;
        if bys.is_empty() {
            bys = vec![""];
        }
        let of_by = |by: &str| {
            let numbers: Vec<&&Row> = here.iter().filter(|row| row.measurement.by == by).copied().collect();
            let mut labels = distinct(numbers.iter().map(|row| row.measurement.label.as_str()), |a, b| heading.compare_levels("", a, b));
            if labels.contains(&"") || labels.is_empty() {
                labels = vec![""];
            }
            let column = move |label: &str| Self {
                metric: metric.to_owned(),
                by: by.to_owned(),
                group: String::new(),
                label: label.to_owned(),
                level: level.map(|(dimension, level)| (dimension.to_owned(), level.to_owned())),
                tells_by,
                direction: numbers.first().map_or(Direction::Neutral, |row| row.measurement.direction),
            };
            labels.into_iter().map(column).collect::<Vec<_>>()
        };
        bys.into_iter().flat_map(of_by).collect()
    }

    fn per_level(dimension: &str, metrics: &[&str], heading: &Heading, rows: &[&Row]) -> Vec<Self> {
        let here = rows.iter().filter(|row| metrics.contains(&row.measurement.metric.as_str())).map(|row| row.coordinate(dimension));
        let levels = distinct(here.filter(|level| !level.is_empty()), |a, b| heading.compare_levels(dimension, a, b));
        levels
            .into_iter()
            .flat_map(|level| metrics.iter().map(move |metric| (level, *metric)))
            .flat_map(|(level, metric)| Self::readings(metric, Some((dimension, level)), heading, rows))
            .filter(|column| rows.iter().any(|row| column.takes(row)))
            .collect()
    }

    fn per_group(by: &str, metrics: &[&str], heading: &Heading, rows: &[&Row]) -> Vec<Self> {
        // The fields of an intersection may be written in any order; the results have one.
        let known = || rows.iter().map(|row| row.measurement.by.as_str());
        let by = known().find(|known| *known == by).or_else(|| known().find(|known| same_fields(known, by))).unwrap_or(by);
        let here: Vec<&&Row> =
            rows.iter().filter(|row| row.measurement.by == by && metrics.contains(&row.measurement.metric.as_str())).collect();
        let groups = distinct(here.iter().map(|row| row.measurement.group.as_str()), |a, b| heading.compare_levels(by, a, b));
        let mut columns = Vec::new();
        for group in groups {
            for metric in metrics {
                let numbers = here.iter().filter(|row| row.measurement.metric == *metric && row.measurement.group == group);
                // A metric with a number for each group shows those, not the number over them.
                let has_groups = here.iter().any(|row| row.measurement.metric == *metric && !row.measurement.group.is_empty());
                let labels = distinct(numbers.clone().map(|row| row.measurement.label.as_str()), |a, b| heading.compare_levels("", a, b));
                let labels = if labels.contains(&"") { vec![""] } else { labels };
                if group.is_empty() && has_groups {
                    continue;
                }
                let direction = numbers.clone().map(|row| row.measurement.direction).next();
                columns.extend(labels.into_iter().map(|label| Self {
                    metric: (*metric).to_owned(),
                    by: by.to_owned(),
                    group: group.to_owned(),
                    label: label.to_owned(),
                    level: None,
                    tells_by: true,
                    direction: direction.unwrap_or(Direction::Neutral),
                }));
            }
        }
        columns
    }
}

/// Each text once, in an order.
pub fn distinct<'a>(texts: impl Iterator<Item = &'a str>, compare: impl Fn(&str, &str) -> std::cmp::Ordering) -> Vec<&'a str> {
    let mut texts: Vec<&str> = texts.collect();
    texts.sort_unstable();
    texts.dedup();
    texts.sort_by(|a, b| compare(a, b));
    texts
}
