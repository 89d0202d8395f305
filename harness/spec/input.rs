//! What a model wants to see: the size and the normalization of its images.

use serde::{Deserialize, Serialize};

use super::decode::{Decode, Fields, expected, number_in, word};
use super::node::{Node, Value};
use super::problem::{Problem, Problems, did_you_mean};

/// How an image becomes a model's input. Every spelling is reduced to this; means and deviations are in byte units.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Input {
    /// Height and width in pixels; `None`: as the images are, which must all have one size.
    pub size: Option<(u32, u32)>,
    /// How an image of another shape is fitted.
    pub fit: Fit,
    /// The resampling filter.
    pub filter: Filter,
    /// Whether shrinking averages over all pixels below the filter, as Pillow does.
    pub antialias: bool,
    /// The order of the channels; `None`: grey for grey images, else red, green, blue.
    pub channels: Option<Channels>,
    /// Subtracted from each byte: one number a channel.
    pub mean: PerChannel,
    /// What the difference is divided by: one number a channel.
    pub std: PerChannel,
    /// The order of the axes that the model's own tensor has.
    pub layout: Layout,
    /// The type of the model's own tensor.
    pub dtype: Dtype,
    /// Whether an image's EXIF orientation is followed.
    pub orient: bool,
    /// Whether a JPEG may shrink while it is decoded.
    pub decode: Decoding,
}

/// One number for all channels, or one for each.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum PerChannel {
    /// The same for all.
    All(f64),
    /// In the order of the channels.
    Each(Vec<f64>),
}

impl PerChannel {
    /// One number a channel; `None` where their count is another.
    pub fn expand(&self, channels: usize) -> Option<Vec<f64>> {
        match self {
            Self::All(value) => Some(vec![*value; channels]),
            Self::Each(values) => (values.len() == channels).then(|| values.clone()),
        }
    }

    fn scaled(self, factor: f64) -> Self {
        match self {
            Self::All(value) => Self::All(value * factor),
            Self::Each(values) => Self::Each(values.into_iter().map(|value| value * factor).collect()),
        }
    }
}

/// How an image of another shape is fitted into the size.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub enum Fit {
    /// Both sides are scaled as they must be.
    Stretch,
    /// The shorter side is scaled to the size and the middle is kept.
    ShortestEdge,
    /// As the shortest edge to size divided by this fraction, rounded down; then the middle is kept.
    CropFraction(f64),
}

/// A resampling filter.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Filter {
    /// The nearest pixel.
    Nearest,
    /// Linear in both directions.
    Bilinear,
    /// Cubic in both directions, a = −0.5.
    Bicubic,
}

/// What becomes of a JPEG that is larger than a model wants it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Decoding {
    /// All of it is decoded, then resized.
    Exact,
    /// It is decoded at a half, a quarter or an eighth of its sides where that is still large enough, then resized: faster, and other pixels.
    Fast,
}

/// The order of channels.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Channels {
    /// Red, green, blue.
    Rgb,
    /// Blue, green, red.
    Bgr,
    /// Luma alone.
    Gray,
}

impl Channels {
    /// How many there are.
    pub fn count(self) -> u32 {
        match self {
            Self::Rgb | Self::Bgr => 3,
            Self::Gray => 1,
        }
    }

    /// The word in specs and jobs.
    pub fn word(self) -> &'static str {
        match self {
            Self::Rgb => "rgb",
            Self::Bgr => "bgr",
            Self::Gray => "gray",
        }
    }
}

/// The order of a model's axes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Layout {
    /// Batch, channel, height, width.
    Nchw,
    /// Batch, height, width, channel.
    Nhwc,
}

/// The type of a model's input.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Dtype {
    /// 32-bit floating point.
    Float32,
    /// 16-bit floating point.
    Float16,
    /// Bytes: nothing is subtracted or divided.
    Uint8,
}

/// An input whose size and channels are settled.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Resolved {
    /// Pixels.
    pub height: u32,
    /// Pixels.
    pub width: u32,
    /// In byte units, one a channel.
    pub mean: Vec<f64>,
    /// In byte units, one a channel.
    pub std: Vec<f64>,
    /// The order of the channels.
    pub channels: Channels,
    /// Everything else.
    pub input: Input,
}

impl Default for Input {
    /// The images as they are, bytes scaled to 0…1.
    fn default() -> Self {
        Self {
            size: None,
            fit: Fit::Stretch,
            filter: Filter::Bilinear,
            antialias: true,
            channels: None,
            mean: PerChannel::All(0.0),
            std: PerChannel::All(255.0),
            layout: Layout::Nchw,
            dtype: Dtype::Float32,
            orient: true,
            decode: Decoding::Exact,
        }
    }
}

impl Input {
    /// Settles size and channels for images of a native height, width and channel count.
    ///
    /// # Errors
    /// When `mean` or `std` has another number of channels than the images.
    pub fn resolve(&self, native: (u32, u32, u32)) -> Result<Resolved, String> {
        let (height, width) = self.size.unwrap_or((native.0, native.1));
        let channels = self.channels.unwrap_or(if native.2 == 1 { Channels::Gray } else { Channels::Rgb });
        let expand = |values: &PerChannel, name: &str| {
            values.expand(channels.count() as usize).ok_or_else(|| {
                format!(
                    "`{name}` has another number of values than the {} of `{}` images: give one, or one a channel",
                    channels.count(),
                    channels.word()
                )
            })
        };
        Ok(Resolved { height, width, mean: expand(&self.mean, "mean")?, std: expand(&self.std, "std")?, channels, input: self.clone() })
    }

    fn preset(name: &str) -> Option<Self> {
        let photographs = Self { size: Some((224, 224)), channels: Some(Channels::Rgb), ..Self::default() };
        let unit = |values: [f64; 3]| PerChannel::Each(values.map(|value| value * 255.0).to_vec());
        Some(match name {
            "imagenet" => {
                Self { fit: Fit::CropFraction(0.875), mean: unit([0.485, 0.456, 0.406]), std: unit([0.229, 0.224, 0.225]), ..photographs }
            }
            "clip" => Self {
                fit: Fit::ShortestEdge,
                filter: Filter::Bicubic,
                mean: unit([0.481_454_66, 0.457_827_5, 0.408_210_73]),
                std: unit([0.268_629_54, 0.261_302_58, 0.275_777_11]),
                ..photographs
            },
            "arcface" => Self { size: Some((112, 112)), mean: PerChannel::All(127.5), std: PerChannel::All(127.5), ..photographs },
            "raw" => Self { std: PerChannel::All(1.0), ..Self::default() },
            _ => return None,
        })
    }
}

impl Resolved {
    /// The `input` of a job: everything in byte units.
    pub fn to_job(&self) -> serde_json::Value {
        serde_json::json!({
            "height": self.height,
            "width": self.width,
            "channels": self.channels.count(),
            "order": self.channels.word(),
            "mean": self.mean,
            "std": self.std,
            "layout": match self.input.layout { Layout::Nchw => "nchw", Layout::Nhwc => "nhwc" },
            "dtype": match self.input.dtype { Dtype::Float32 => "float32", Dtype::Float16 => "float16", Dtype::Uint8 => "uint8" },
        })
    }

    /// What the pixels depend on: equal for inputs that decode to equal bytes.
    pub fn geometry(&self) -> String {
        let fit = match self.input.fit {
            Fit::Stretch => "stretch".to_owned(),
            Fit::ShortestEdge => "shortest_edge".to_owned(),
            Fit::CropFraction(fraction) => format!("crop_fraction={fraction}"),
        };
        let sized = if self.input.size.is_some() { fit } else { "native".to_owned() };
        format!(
            "{}x{} {} {sized} {:?} antialias={} orient={} decode={:?}",
            self.height,
            self.width,
            self.channels.word(),
            self.input.filter,
            self.input.antialias,
            self.input.orient,
            self.input.decode
        )
    }
}

const PRESETS: [&str; 4] = ["imagenet", "clip", "arcface", "raw"];

fn decode_preset(node: &Node, problems: &mut Problems) -> Option<Input> {
    let name = String::decode(node, problems)?;
    let preset = Input::preset(&name);
    if preset.is_none() {
        problems.push(Problem::at(node, format!("unknown input `{name}`")).help(did_you_mean(&name, PRESETS)));
    }
    preset
}

impl Decode for Input {
    fn decode(node: &Node, problems: &mut Problems) -> Option<Self> {
        if matches!(node.value, Value::Text(_)) {
            return decode_preset(node, problems);
        }
        let mut fields = Fields::of(node, problems, "an input")?;
        let base = match fields.node("preset") {
            Some(node) => decode_preset(node, problems),
            None => Some(Self::default()),
        };
        let size = fields.optional_with("size", problems, decode_size);
        let fit = fields.optional_with("fit", problems, decode_fit);
        let filter = fields.optional_with("filter", problems, |node, problems| {
            word(node, problems, &[("nearest", Filter::Nearest), ("bilinear", Filter::Bilinear), ("bicubic", Filter::Bicubic)])
        });
        let antialias = fields.optional("antialias", problems);
        let channels = fields.optional_with("channels", problems, |node, problems| {
            word(node, problems, &[("rgb", Channels::Rgb), ("bgr", Channels::Bgr), ("gray", Channels::Gray)])
        });
        let unit: Option<bool> = fields.optional("unit", problems);
        let mean = fields.optional_with("mean", problems, decode_channels);
        let std = fields.optional_with("std", problems, |node, problems| {
            let values = decode_channels(node, problems)?;
            let positive = match &values {
                PerChannel::All(value) => *value > 0.0,
                PerChannel::Each(values) => values.iter().all(|value| *value > 0.0),
            };
            if !positive {
                problems.push(Problem::at(node, "`std` divides: every value must be above 0"));
            }
            positive.then_some(values)
        });
        let layout = fields
            .optional_with("layout", problems, |node, problems| word(node, problems, &[("nchw", Layout::Nchw), ("nhwc", Layout::Nhwc)]));
        let dtype = fields.optional_with("dtype", problems, |node, problems| {
            word(node, problems, &[("float32", Dtype::Float32), ("float16", Dtype::Float16), ("uint8", Dtype::Uint8)])
        });
        let orient = fields.optional("orient", problems);
        let decode = fields.optional_with("decode", problems, decode_decoding);
        fields.finish(problems);
        let base = base?;
        let scale = if unit == Some(true) { 255.0 } else { 1.0 };
        Some(Self {
            size: size.or(base.size),
            fit: fit.unwrap_or(base.fit),
            filter: filter.unwrap_or(base.filter),
            antialias: antialias.unwrap_or(base.antialias),
            channels: channels.or(base.channels),
            mean: mean.map_or(base.mean, |mean| mean.scaled(scale)),
            std: std.map_or(base.std, |std| std.scaled(scale)),
            layout: layout.unwrap_or(base.layout),
            dtype: dtype.unwrap_or(base.dtype),
            orient: orient.unwrap_or(base.orient),
            decode: decode.unwrap_or(base.decode),
        })
    }
}

fn decode_size(node: &Node, problems: &mut Problems) -> Option<(u32, u32)> {
    let side = |node: &Node, problems: &mut Problems| number_in(node, problems, 1.0, 8192.0).and_then(|_| u32::decode(node, problems));
    match &node.value {
        Value::List(sides) if sides.len() == 2 => {
            let (height, width) = (side(&sides[0], problems), side(&sides[1], problems));
            Some((height?, width?))
        }
        Value::Integer(_) => side(node, problems).map(|side| (side, side)),
        _ => expected(node, problems, "a side in pixels, or `[height, width]`"),
    }
}

fn decode_fit(node: &Node, problems: &mut Problems) -> Option<Fit> {
    if matches!(node.value, Value::Map(_)) {
        let mut fields = Fields::of(node, problems, "a fit")?;
        let fraction = fields.required_with("crop_fraction", problems, |node, problems| number_in(node, problems, 0.1, 1.0));
        fields.finish(problems);
        return fraction.map(Fit::CropFraction);
    }
    word(node, problems, &[("stretch", Fit::Stretch), ("shortest_edge", Fit::ShortestEdge)])
}

fn decode_decoding(node: &Node, problems: &mut Problems) -> Option<Decoding> {
    word(node, problems, &[("exact", Decoding::Exact), ("fast", Decoding::Fast)])
}

fn decode_channels(node: &Node, problems: &mut Problems) -> Option<PerChannel> {
    match &node.value {
        Value::List(_) => Vec::decode(node, problems).map(PerChannel::Each),
        _ => f64::decode(node, problems).map(PerChannel::All),
    }
}
