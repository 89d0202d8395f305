//! The job's `output`: which numbers of a model's output are which classes' scores.

use fairgrid_sdk::{Failure, Job, Labels, Outputs, Part};
use half::f16;
use ort::session::SessionOutputs;
use ort::value::TensorElementType;

use crate::failure::runtime;
use crate::model::sizes;

/// How to read scores out of a model's output.
#[derive(Debug)]
pub(crate) struct Output {
    /// The output's name; the model's first one if there is none.
    tensor: Option<String>,
    /// What the numbers are.
    pub(crate) kind: Outputs,
    /// For each of the job's classes, the place of its score among the named ones.
    order: Vec<Column>,
    /// For each named score, its column in the output; as they come if there are none.
    columns: Option<Vec<usize>>,
    /// How many scores are named.
    named: usize,
}

/// Where a class's score comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Column {
    /// The score of this name.
    Own(usize),
    /// What is left by the one score of the other of two classes.
    Rest,
}

impl Output {
    /// Reads the job's `output`. Without one, the model's first output has the classes' logits, in their order.
    ///
    /// # Errors
    /// A member is of the wrong type, or the names are not the job's classes.
    pub(crate) fn read(job: &Job) -> Result<Self, Failure> {
        let part = job.part();
        let in_order = || (0..job.classes.len()).map(Column::Own).collect();
        let Some(output) = part.get("output") else {
            return Ok(Self { tensor: None, kind: Outputs::Logits, order: in_order(), columns: None, named: job.classes.len() });
        };
        let tensor = output.get("tensor").map(|tensor| tensor.text().map(str::to_owned)).transpose()?;
        let kinds = [Outputs::Logits, Outputs::Probabilities, Outputs::Scores];
        let mut written = kinds.into_iter().filter_map(|kind| Some((kind, output.get(kind.name())?)));
        let (kind, order, named) = match (written.next(), written.next()) {
            (None, _) => (Outputs::Logits, in_order(), job.classes.len()),
            (Some((kind, names)), None) => {
                let (order, named) = order(job, &names)?;
                (kind, order, named)
            }
            (Some((one, _)), Some((other, part))) => {
                return Err(part.fail(format_args!(
                    "`output` has both `{}` and `{}`: the numbers are one of them",
                    one.name(),
                    other.name()
                )));
            }
        };
        let columns = output.get("columns").map(|part| columns(&part, named)).transpose()?;
        Ok(Self { tensor, kind, order, columns, named })
    }

    /// The name of the output that is read, out of the model's.
    ///
    /// # Errors
    /// The model has no such output.
    pub(crate) fn tensor<'a>(&'a self, outputs: impl Iterator<Item = &'a str>) -> Result<String, Failure> {
        let names: Vec<&str> = outputs.collect();
        match (&self.tensor, names.first()) {
            (Some(name), _) if names.contains(&name.as_str()) => Ok(name.clone()),
            (Some(name), _) => {
                let failure = Failure::invalid("/output/tensor", format_args!("the model has no output `{name}`"));
                Err(failure.help(format_args!("its outputs are {}", names.join(", "))))
            }
            (None, Some(first)) => Ok((*first).to_owned()),
            (None, None) => Err(Failure::invalid("/file", "the model has no output")),
        }
    }

    /// The scores of `count` items, one for each of the job's classes, row-major.
    ///
    /// # Errors
    /// The output has another type or shape.
    pub(crate) fn scores(&self, outputs: &SessionOutputs<'_>, tensor: &str, count: usize) -> Result<Vec<f32>, Failure> {
        let (shape, values) = numbers(outputs, tensor)?;
        let axes = shape.iter().rposition(|axis| *axis != 1).map_or(1, |last| last + 1);
        // One score an item may come without an axis of its own; axes of size 1 at the end say nothing.
        let width = match shape[..] {
            [_] => 1,
            [_, width, ..] if axes <= 2 => usize::try_from(width).unwrap_or(0),
            _ => {
                return Err(Failure::invalid(
                    "/output",
                    format_args!("the model's output `{tensor}` has the shape {}, not one row of scores an item", sizes(&shape)),
                ));
            }
        };
        if width * count > values.len() {
            return Err(Failure::runtime(format_args!("the model's output `{tensor}` has the shape {} for {count} items", sizes(&shape))));
        }
        let columns = match &self.columns {
            Some(columns) => columns.clone(),
            None if width == self.named => (0..width).collect(),
            None => {
                let message = format!("the model's output `{tensor}` has {width} scores an item, and {} are named", self.named);
                return Err(Failure::invalid("/output", message).help("say which `columns` they are"));
            }
        };
        if let Some((at, column)) = columns.iter().enumerate().find(|(_, column)| **column >= width) {
            return Err(Failure::invalid(
                format!("/output/columns/{at}"),
                format_args!("there is no column {column}: the model's output `{tensor}` has {width}"),
            ));
        }
        let score = |row: &[f32], column: &Column| match column {
            Column::Own(at) => row[columns[*at]],
            Column::Rest => match self.kind {
                Outputs::Probabilities => 1.0 - row[columns[0]],
                // The softmax of (z, 0) is the sigmoid of z.
                Outputs::Logits => 0.0,
                Outputs::Scores => -row[columns[0]],
            },
        };
        Ok(values.chunks_exact(width.max(1)).take(count).flat_map(|row| self.order.iter().map(move |column| score(row, column))).collect())
    }
}

/// For each of the job's classes, where its name stands among `names`.
fn order(job: &Job, names: &Part<'_>) -> Result<(Vec<Column>, usize), Failure> {
    let parts = names.list()?;
    let mut places = vec![None; job.classes.len()];
    for (at, part) in parts.iter().enumerate() {
        let name = part.text()?;
        let Some(class) = job.classes.iter().position(|class| class == name) else {
            return Err(part
                .fail(format_args!("`{name}` is no class here"))
                .help(format_args!("the classes are {}", job.classes.join(", "))));
        };
        if places[class].replace(Column::Own(at)).is_some() {
            return Err(part.fail(format_args!("`{name}` is named twice")));
        }
    }
    if job.classes.len() == 2 && parts.len() == 1 && job.labels == Labels::Single {
        return Ok((places.into_iter().map(|place| place.unwrap_or(Column::Rest)).collect(), 1));
    }
    let missing = places.iter().position(Option::is_none);
    let order: Option<Vec<Column>> = places.into_iter().collect();
    order.map(|order| (order, parts.len())).ok_or_else(|| {
        let class = missing.map_or("", |at| &job.classes[at]);
        names.fail(format_args!("no score is named for the class `{class}`"))
    })
}

fn columns(part: &Part<'_>, named: usize) -> Result<Vec<usize>, Failure> {
    let columns = part.list()?.iter().map(Part::size).collect::<Result<Vec<_>, _>>()?;
    if columns.len() != named {
        return Err(part.fail(format_args!("`columns` has {} entries for {named} named scores", columns.len())));
    }
    Ok(columns)
}

/// An output's shape and its numbers.
fn numbers(outputs: &SessionOutputs<'_>, tensor: &str) -> Result<(Vec<i64>, Vec<f32>), Failure> {
    let value = outputs.get(tensor).ok_or_else(|| Failure::internal(format_args!("ONNX Runtime left the output `{tensor}` out")))?;
    match value.dtype().tensor_type() {
        Some(TensorElementType::Float32) => {
            let (shape, values) = value.try_extract_tensor::<f32>().map_err(runtime)?;
            Ok((shape.to_vec(), values.to_vec()))
        }
        Some(TensorElementType::Float16) => {
            let (shape, values) = value.try_extract_tensor::<f16>().map_err(runtime)?;
            Ok((shape.to_vec(), values.iter().map(|value| value.to_f32()).collect()))
        }
        Some(TensorElementType::Float64) => {
            let (shape, values) = value.try_extract_tensor::<f64>().map_err(runtime)?;
            Ok((shape.to_vec(), values.iter().map(|value| *value as f32).collect()))
        }
        _ => {
            let kind = value.dtype().to_string();
            Err(Failure::invalid("/output", format_args!("the model's output `{tensor}` is {kind}, not a tensor of real numbers"))
                .help("choose another `tensor`"))
        }
    }
}
