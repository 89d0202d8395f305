//! Items that are parts of their images, by boxes that columns tell.

use super::Sheet;
use crate::data::window::Window;
use crate::spec::card::{BoxAt, BoxFormat, Edges};

impl Sheet {
    /// Why the boxes of some items cannot be read, by row.
    pub(in crate::data) fn unboxed(&self, columns: &BoxAt) -> Vec<(usize, String)> {
        (0..self.len()).filter_map(|row| Some((row, self.window(columns, row).err()?))).collect()
    }

    /// Reads the boxes of items that all have one.
    pub(in crate::data) fn read_windows(&mut self, columns: &BoxAt) {
        self.windows = (0..self.len()).filter_map(|row| self.window(columns, row).ok()).collect();
    }

    fn window(&self, columns: &BoxAt, row: usize) -> Result<Window, String> {
        edges_of(columns, |name| self.columns.get(name).and_then(|column| column.get(row)))
    }
}

/// The box of a row, grown by its margin.
pub(super) fn edges_of<'v>(columns: &BoxAt, value: impl Fn(&str) -> Option<&'v str>) -> Result<Window, String> {
    let number = |name: &String| {
        let cell = value(name).ok_or_else(|| format!("`{name}` is empty"))?;
        cell.trim().parse::<f64>().ok().filter(|edge| edge.is_finite()).ok_or_else(|| format!("`{name}` is `{cell}`: expected a number"))
    };
    let [x, y, across, down] = match &columns.edges {
        Edges::Columns([x, y, across, down]) => [number(x)?, number(y)?, number(across)?, number(down)?],
        Edges::Cell(name) => {
            let cell = value(name).ok_or_else(|| format!("`{name}` is empty"))?;
            four(cell).ok_or_else(|| format!("`{name}` is `{cell}`: expected four numbers"))?
        }
    };
    let [left, top, right, bottom] = match columns.format {
        BoxFormat::Xyxy => [x, y, across, down],
        BoxFormat::Xywh => [x, y, x + across, y + down],
        BoxFormat::Cxcywh => [x - across / 2.0, y - down / 2.0, x + across / 2.0, y + down / 2.0],
    };
    if left >= right || top >= bottom {
        return Err(format!("its box from {left}, {top} to {right}, {bottom} is empty"));
    }
    let shown = format!("its box from {left}, {top} to {right}, {bottom}");
    if columns.relative && (left < -1.0 || top < -1.0 || right > 2.0 || bottom > 2.0) {
        return Err(format!("{shown} lies far beyond the image: with `relative: true` edges are shares of its sides, not pixels"));
    }
    if !columns.relative && left >= 0.0 && top >= 0.0 && right <= 1.0 && bottom <= 1.0 {
        return Err(format!("{shown} lies within one pixel: edges that are shares of the sides need `relative: true`"));
    }
    let (wide, high) = ((right - left) * columns.margin, (bottom - top) * columns.margin);
    Ok(Window { left: left - wide, top: top - high, right: right + wide, bottom: bottom + high, relative: columns.relative })
}

/// The numbers of a cell that has four, whatever stands between them.
fn four(cell: &str) -> Option<[f64; 4]> {
    let between = |letter: char| !(letter.is_ascii_alphanumeric() || matches!(letter, '.' | '-' | '+'));
    let numbers = cell.split(between).filter(|text| !text.is_empty()).map(|text| text.parse::<f64>().ok().filter(|edge| edge.is_finite()));
    numbers.collect::<Option<Vec<f64>>>()?.try_into().ok()
}
