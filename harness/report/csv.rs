//! `results.csv`, `averages.csv` and `comparisons.csv`, one number a line, and `leaderboard.csv`, one cell of a table a line.

use crate::score::compare::transition::Transition;
use crate::score::compare::verdict::Verdict;
use crate::spec::reserved::{AFTER_AXES, BEFORE_AXES};
use crate::spec::table::Word;

use super::average::Average;
use super::comparison::Comparison;
use super::heading::Heading;
use super::number::{significance, stable};
use super::row::Row;
use super::table::Table;

/// `results.csv`: the rows must be sorted already.
pub fn results(heading: &Heading, rows: &[Row]) -> Result<Vec<u8>, csv::Error> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    let axes = heading.axes.iter().map(|axis| axis.name.as_str());
    writer.write_record(BEFORE_AXES.into_iter().chain(axes).chain(AFTER_AXES))?;
    for row in rows {
        let number = &row.measurement;
        let mut record = vec![row.study.clone(), row.model.clone()];
        record.extend(heading.axes.iter().map(|axis| row.coordinate(&axis.name).to_owned()));
        record.extend([&row.evaluation, &row.data, &number.decision, &number.metric, &number.parameters].map(Clone::clone));
        record.extend([&number.by, &number.group, &number.label, &number.item].map(Clone::clone));
        record.extend([number.value, number.lower, number.upper, number.level].map(real));
        record.push(number.n.to_string());
        record.extend([number.n_positive, number.n_negative, number.n_clusters].map(whole));
        record.extend([number.null_median, number.null_p].map(real));
        record.extend([number.status.word().to_owned(), number.reason.clone(), number.direction.word().to_owned()]);
        writer.write_record(&record)?;
    }
    finish(writer)
}

/// `averages.csv`: the means, sorted already, over the axes that `over` names.
pub fn averages(heading: &Heading, averages: &[Average]) -> Result<Vec<u8>, csv::Error> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    let axes = || heading.axes.iter().map(|axis| axis.name.as_str());
    let names = ["evaluation", "data", "decision", "metric", "parameters", "by", "group", "label", "over", "cells"];
    let numbers = ["value", "lower", "upper", "level", "sd", "variance_share", "n", "status", "reason", "direction"];
    writer.write_record(["study", "model"].into_iter().chain(axes()).chain(names).chain(numbers))?;
    for average in averages {
        let (row, number) = (&average.row, &average.row.measurement);
        let mut record = vec![row.study.clone(), row.model.clone()];
        record.extend(axes().map(|axis| row.coordinate(axis).to_owned()));
        record.extend([&row.evaluation, &row.data, &number.decision, &number.metric, &number.parameters].map(Clone::clone));
        record.extend([&number.by, &number.group, &number.label].map(Clone::clone));
        record.extend([average.over.join("*"), average.mean.cells.to_string()]);
        record.extend([number.value, number.lower, number.upper, number.level, Some(average.mean.sd), average.mean.share].map(real));
        record.push(number.n.to_string());
        record.extend([number.status.word().to_owned(), number.reason.clone(), number.direction.word().to_owned()]);
        writer.write_record(&record)?;
    }
    finish(writer)
}

/// `comparisons.csv`: the findings, sorted within each comparison already.
pub fn comparisons(heading: &Heading, comparisons: &[Comparison]) -> Result<Vec<u8>, csv::Error> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    let axes = || heading.axes.iter().map(|axis| axis.name.as_str());
    let names = ["evaluation", "data", "from", "to", "decision", "metric", "parameters", "by", "group", "label", "statistic"];
    let numbers = ["value_from", "value_to", "estimate", "lower", "upper", "level", "p", "p_adjusted", "n"];
    let header = ["study", "comparison", "model"].into_iter().chain(axes()).chain(names).chain(numbers);
    writer.write_record(header.chain(["verdict", "transition", "status", "reason", "direction"]))?;
    for (name, contrast) in comparisons.iter().flat_map(|comparison| comparison.contrasts.iter().map(|one| (&comparison.name, one))) {
        let found = &contrast.finding;
        let mut record = vec![contrast.study.clone(), name.clone(), contrast.model.clone()];
        record.extend(axes().map(|axis| contrast.axis(axis).to_owned()));
        record.extend([&contrast.evaluation, &contrast.data, &contrast.from, &contrast.to].map(Clone::clone));
        record.extend([&found.decision, &found.metric, &found.parameters, &found.by, &found.group, &found.label].map(Clone::clone));
        record.push(found.statistic.word().to_owned());
        record.extend([found.value_from, found.value_to, found.estimate, found.lower, found.upper, found.level].map(real));
        record.extend([found.p, found.p_adjusted].map(|p| p.map(significance).unwrap_or_default()));
        record.push(found.n.to_string());
        record.push(found.verdict.map_or("", Verdict::word).to_owned());
        record.push(found.transition.map_or("", Transition::word).to_owned());
        record.extend([found.status.word().to_owned(), found.reason.clone(), found.direction.word().to_owned()]);
        writer.write_record(&record)?;
    }
    finish(writer)
}

/// `leaderboard.csv`: the cells of all tables, averaged as there, unrounded.
pub fn leaderboard(heading: &Heading, tables: &[Table]) -> Result<Vec<u8>, csv::Error> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    let axes = || heading.axes.iter().map(|axis| axis.name.as_str());
    let dimensions: Vec<&str> =
        [Word::Model.text()].into_iter().chain(axes()).chain(Word::ALL[1..].iter().map(|word| word.text())).collect();
    let numbers = ["value", "sd", "lower", "upper", "level", "null_median", "n", "cells", "status", "reason", "direction"];
    let header = ["table", "line"].into_iter().chain(dimensions.iter().copied()).chain(["metric", "by", "group", "label"]).chain(numbers);
    writer.write_record(header)?;
    for table in tables {
        for (place, line) in table.lines.iter().enumerate() {
            for (column, cell) in table.columns.iter().zip(&line.cells) {
                let Some(cell) = cell else { continue };
                let level = |dimension: &&str| {
                    let pinned = column.level.as_ref().filter(|(pinned, _)| pinned == dimension).map(|(_, level)| level);
                    let keyed = table.rows.iter().position(|known| known == dimension).map(|index| &line.key[index]);
                    pinned.or(keyed).cloned().unwrap_or_default()
                };
                let mut record = vec![table.name.clone(), (place + 1).to_string()];
                record.extend(dimensions.iter().map(level));
                record.extend([&column.metric, &column.by, &column.group, &column.label].map(Clone::clone));
                record.extend([cell.value, cell.sd, cell.lower, cell.upper, cell.level, cell.null_median].map(real));
                record.extend([cell.n.to_string(), cell.cells.to_string()]);
                record.extend([cell.status.word().to_owned(), cell.reason.clone(), column.direction.word().to_owned()]);
                writer.write_record(&record)?;
            }
        }
    }
    finish(writer)
}

fn real(value: Option<f64>) -> String {
    value.map(stable).unwrap_or_default()
}

fn whole(value: Option<u64>) -> String {
    value.map(|value| value.to_string()).unwrap_or_default()
}

fn finish(writer: csv::Writer<Vec<u8>>) -> Result<Vec<u8>, csv::Error> {
    writer.into_inner().map_err(|error| csv::Error::from(std::io::Error::other(error.to_string())))
}
