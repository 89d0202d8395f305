//! A model file and what it wants of an image.

use std::fmt::Display;
use std::path::Path;

use fairgrid_sdk::{Failure, Images, Job, Layout, Pixels, Status};
use half::f16;
use ort::environment::Environment;
use ort::session::builder::GraphOptimizationLevel;
use ort::session::{RunOptions, Session, SessionOutputs};
use ort::value::{DynValue, Outlet, Tensor, TensorElementType, ValueType};

use crate::failure::{runtime, unloadable};

/// The number types of an input that are served.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Dtype {
    Float32,
    Float16,
    /// The bytes as they are.
    Uint8,
}

impl Dtype {
    fn of(pixels: &Pixels) -> Result<Self, Failure> {
        match pixels.dtype.as_str() {
            "float32" => Ok(Self::Float32),
            "float16" => Ok(Self::Float16),
            "uint8" => Ok(Self::Uint8),
            other => Err(Failure::invalid("/input/dtype", format_args!("`dtype` (`{other}`) must be float32, float16 or uint8"))),
        }
    }

    fn element(self) -> TensorElementType {
        match self {
            Self::Float32 => TensorElementType::Float32,
            Self::Float16 => TensorElementType::Float16,
            Self::Uint8 => TensorElementType::Uint8,
        }
    }
}

/// Bytes of the tensors that a model gets at once: eight of 224 x 224. More of them drive each other's activations out of the processor's
/// caches, and take memory that is new each time.
const FAST: usize = 5 << 20;

/// A loaded model whose input fits the job.
pub(crate) struct Model {
    session: Session,
    input: String,
    dtype: Dtype,
    /// How many images the model takes at once; any number if none.
    batch: Option<usize>,
}

impl Model {
    /// Loads the job's `file`.
    ///
    /// # Errors
    /// There is no such file, it is no model, or it wants other images than the job has; the failure names both shapes.
    pub(crate) fn load(environment: &Environment, job: &Job) -> Result<Self, Failure> {
        let path = job.path("file")?;
        let path = path.ok_or_else(|| {
            Failure::invalid("/file", "`file` is missing").help("this backend predicts with a model file: `file: model.onnx`")
        })?;
        if !path.is_file() {
            return Err(Failure::new(Status::File, format_args!("there is no file `{}`", path.display())).at("/file"));
        }
        let session = session(environment, &path, job.threads)?;
        let [input] = session.inputs() else {
            let names: Vec<String> = session.inputs().iter().map(|input| format!("`{}`", input.name())).collect();
            let message = format!(
                "`{}` has {} inputs ({}), and this backend feeds exactly one, the images",
                path.display(),
                names.len(),
                names.join(", ")
            );
            return Err(Failure::new(Status::Unsupported, message).at("/file"));
        };
        let dtype = Dtype::of(&job.pixels)?;
        let batch = fit(input, &job.pixels, dtype)?;
        Ok(Self { input: input.name().to_owned(), dtype, batch, session })
    }

    /// The outputs' names, in the model's order.
    pub(crate) fn outputs(&self) -> impl Iterator<Item = &str> {
        self.session.outputs().iter().map(Outlet::name)
    }

    /// How many images to give at once: those that the model wants, or as many as are fast.
    pub(crate) fn chunk(&self, pixels: &Pixels) -> usize {
        self.batch.unwrap_or(FAST / (size_of::<f32>() * pixels.len()).max(1)).max(1)
    }

    /// Runs the model on images, at most [`Self::chunk`] of them. Where the model takes a fixed number, black images fill it up, and their rows come
    /// last.
    ///
    /// # Errors
    /// ONNX Runtime fails, or was told to end.
    pub(crate) fn run<'a>(
        &'a mut self,
        pixels: &Pixels,
        images: &Images<'_>,
        options: &'a RunOptions,
    ) -> Result<SessionOutputs<'a>, Failure> {
        let count = self.batch.unwrap_or(images.len());
        let shape = shape(pixels, count as i64);
        let filled = count * pixels.len();
        let value: DynValue = match self.dtype {
            Dtype::Float32 => Tensor::from_array((shape, padded(pixels.normalize(images)?, filled, 0.0))).map_err(runtime)?.into_dyn(),
            Dtype::Float16 => {
                let halves = pixels.normalize(images)?.into_iter().map(f16::from_f32).collect();
                Tensor::from_array((shape, padded(halves, filled, f16::ZERO))).map_err(runtime)?.into_dyn()
            }
            Dtype::Uint8 => Tensor::from_array((shape, padded(arranged(pixels, images), filled, 0))).map_err(runtime)?.into_dyn(),
        };
        self.session.run_with_options(ort::inputs![self.input.as_str() => value], options).map_err(runtime)
    }
}

fn session(environment: &Environment, path: &Path, threads: usize) -> Result<Session, Failure> {
    let builder = Session::builder(environment).map_err(runtime)?;
    let builder = builder.with_optimization_level(GraphOptimizationLevel::All).map_err(runtime)?;
    // Results depend on the number of threads, so that it is the job's and never the machine's.
    let builder = builder.with_intra_threads(threads).map_err(runtime)?.with_inter_threads(1).map_err(runtime)?;
    let mut builder = builder.with_deterministic_compute(true).map_err(runtime)?;
    builder.commit_from_file(path).map_err(|error| unloadable(path, error))
}

/// Compares what the model wants with what the job has. Gives the number of images that the model takes at once, if it is fixed.
fn fit(input: &Outlet, pixels: &Pixels, dtype: Dtype) -> Result<Option<usize>, Failure> {
    let name = input.name();
    let ValueType::Tensor { ty, shape: wanted, .. } = input.dtype() else {
        return Err(Failure::unsupported(format_args!("the model's input `{name}` is no tensor")).at("/file"));
    };
    if *ty != dtype.element() {
        let message = format!("the model's input `{name}` is of {}, and `input` gives {}", shown(*ty), pixels.dtype);
        return Err(Failure::invalid("/input/dtype", message).help(format_args!("set `dtype: {}` in `input`", shown(*ty))));
    }
    if dtype == Dtype::Uint8 && (pixels.mean.iter().any(|mean| *mean != 0.0) || pixels.std.iter().any(|std| *std != 1.0)) {
        let message = format!("the model's input `{name}` takes the bytes as they are, and `input` has a `mean` or `std`");
        return Err(Failure::invalid("/input/mean", message).help("use the preset `raw`, or `mean: 0` and `std: 1`"));
    }
    let given = shape(pixels, -1);
    let complaint = |pointer: &str, help: &dyn Display| {
        let message = format!("the model's input `{name}` has the shape {}, and `input` gives {}", sizes(wanted), sizes(&given));
        Err(Failure::invalid(pointer, message).help(help))
    };
    if wanted.len() != given.len() {
        return complaint("/input", &"images have four axes: item, channel, row and column");
    }
    let matches = |given: &[i64]| wanted.iter().zip(given).skip(1).all(|(wanted, given)| *wanted < 0 || wanted == given);
    if !matches(&given) {
        let mut other = pixels.clone();
        other.layout = if pixels.layout == Layout::Nchw { Layout::Nhwc } else { Layout::Nchw };
        let (channels, rows, columns) = if pixels.layout == Layout::Nchw { (1, 2, 3) } else { (3, 1, 2) };
        if matches(&shape(&other, -1)) {
            let layout = if other.layout == Layout::Nhwc { "nhwc" } else { "nchw" };
            return complaint("/input/layout", &format_args!("set `layout: {layout}` in `input`"));
        }
        if wanted[channels] >= 0 && wanted[channels] != given[channels] {
            return complaint("/input/channels", &"set `channels` in `input`: rgb and bgr have 3, gray has 1");
        }
        let size = |axis: usize| if wanted[axis] < 0 { given[axis] } else { wanted[axis] };
        return complaint("/input/size", &format_args!("set `size: [{}, {}]` in `input`", size(rows), size(columns)));
    }
    Ok(usize::try_from(wanted[0]).ok().filter(|batch| *batch > 0))
}

/// The shape of a batch, in the job's layout.
fn shape(pixels: &Pixels, count: i64) -> [i64; 4] {
    // The SDK has checked that each is at most 65536.
    let [channels, height, width] = [pixels.channels, pixels.height, pixels.width].map(|size| size as i64);
    match pixels.layout {
        Layout::Nchw => [count, channels, height, width],
        Layout::Nhwc => [count, height, width, channels],
    }
}

/// The bytes of images in the job's layout.
fn arranged(pixels: &Pixels, images: &Images<'_>) -> Vec<u8> {
    match pixels.layout {
        Layout::Nhwc => images.bytes.to_vec(),
        Layout::Nchw => {
            let planes = |image: &[u8]| {
                (0..pixels.channels)
                    .flat_map(|c| image.iter().skip(c).step_by(pixels.channels).copied().collect::<Vec<_>>())
                    .collect::<Vec<_>>()
            };
            images.bytes.chunks_exact(pixels.len()).flat_map(planes).collect()
        }
    }
}

fn padded<T: Clone>(mut values: Vec<T>, length: usize, filler: T) -> Vec<T> {
    values.resize(length, filler);
    values
}

/// A shape as people write it; sizes that are left open as `?`.
pub(crate) fn sizes(shape: &[i64]) -> String {
    let axes: Vec<String> = shape.iter().map(|axis| if *axis < 0 { "?".to_owned() } else { axis.to_string() }).collect();
    format!("[{}]", axes.join(", "))
}

fn shown(element: TensorElementType) -> String {
    format!("{element:?}").to_lowercase()
}
