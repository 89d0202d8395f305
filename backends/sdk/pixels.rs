//! From bytes to numbers: `(byte - mean[c]) / std[c]`.

use crate::{Failure, Images, Part};

/// In which order the values of one pixel lie.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Order {
    /// Red, green, blue.
    Rgb,
    /// Blue, green, red.
    Bgr,
    /// One value.
    Gray,
}

/// In which order a model wants the axes of a batch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Layout {
    /// Item, channel, row, column.
    Nchw,
    /// Item, row, column, channel.
    Nhwc,
}

/// What the bytes of an image are, and which numbers a model wants in their place.
#[derive(Clone, Debug, PartialEq)]
pub struct Pixels {
    /// Rows.
    pub height: usize,
    /// Columns.
    pub width: usize,
    /// Values a pixel, already in `order`.
    pub channels: usize,
    /// What the values of a pixel are.
    pub order: Order,
    /// Subtracted from a byte, one a channel.
    pub mean: Vec<f64>,
    /// Divides what is left, one a channel; never 0.
    pub std: Vec<f64>,
    /// The order of axes that [`Pixels::normalize`] writes.
    pub layout: Layout,
    /// The number type that the model wants, `float32` unless the job says otherwise.
    pub dtype: String,
}

impl Pixels {
    /// Reads the job's `input`.
    ///
    /// # Errors
    /// A member is missing, of the wrong type or out of bounds.
    pub fn read(input: &Part<'_>) -> Result<Self, Failure> {
        let size = |key: &str| {
            let part = input.at(key)?;
            match part.size()? {
                value @ 1..=65_536 => Ok(value),
                value => Err(part.fail(format_args!("`{key}` ({value}) must be from 1 to 65536"))),
            }
        };
        let (height, width, channels) = (size("height")?, size("width")?, size("channels")?);
        let order = match input.get("order") {
            None if channels == 1 => Order::Gray,
            None => Order::Rgb,
            Some(order) => match order.text()? {
                "rgb" => Order::Rgb,
                "bgr" => Order::Bgr,
                "gray" => Order::Gray,
                other => return Err(order.fail(format_args!("`order` (`{other}`) must be rgb, bgr or gray"))),
            },
        };
        let layout = match input.get("layout") {
            None => Layout::Nchw,
            Some(layout) => match layout.text()? {
                "nchw" => Layout::Nchw,
                "nhwc" => Layout::Nhwc,
                other => return Err(layout.fail(format_args!("`layout` (`{other}`) must be nchw or nhwc"))),
            },
        };
        let numbers = |key: &str| {
            let part = input.at(key)?;
            let values = part.list()?.iter().map(Part::number).collect::<Result<Vec<_>, _>>()?;
            match values.len() == channels {
                true => Ok((part, values)),
                false => Err(part.fail(format_args!("`{key}` has {} values for {channels} channels", values.len()))),
            }
        };
        let (_, mean) = numbers("mean")?;
        let (place, std) = numbers("std")?;
        if let Some(value) = std.iter().find(|value| **value <= 0.0) {
            return Err(place.fail(format_args!("`std` ({value}) must be above 0")));
        }
        let dtype = input.get("dtype").map_or(Ok("float32"), |dtype| dtype.text())?.to_owned();
        Ok(Self { height, width, channels, order, mean, std, layout, dtype })
    }

    /// How many values an image has.
    pub fn len(&self) -> usize {
        self.height * self.width * self.channels
    }

    /// Whether there is nothing in an image; never, after [`Pixels::read`].
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The numbers of a batch, in this `layout`: shape [n, channels, height, width] or [n, height, width, channels].
    ///
    /// # Errors
    /// The images have another shape than the job says.
    pub fn normalize(&self, images: &Images<'_>) -> Result<Vec<f32>, Failure> {
        let wanted = [self.height, self.width, self.channels];
        if images.shape != wanted {
            return Err(Failure::internal(format_args!("the images have the shape {:?}, the job says {wanted:?}", images.shape)));
        }
        // 256 values a channel: one division each, however many pixels there are.
        let tables: Vec<[f32; 256]> =
            (0..self.channels).map(|c| std::array::from_fn(|byte| ((byte as f64 - self.mean[c]) / self.std[c]) as f32)).collect();
        let area = self.height * self.width;
        let mut numbers = vec![0.0_f32; images.bytes.len()];
        for (image, out) in images.bytes.chunks_exact(self.len()).zip(numbers.chunks_exact_mut(self.len())) {
            match self.layout {
                Layout::Nchw => {
                    for (c, (plane, table)) in out.chunks_exact_mut(area).zip(&tables).enumerate() {
                        for (number, pixel) in plane.iter_mut().zip(image.chunks_exact(self.channels)) {
                            *number = table[usize::from(pixel[c])];
                        }
                    }
                }
                Layout::Nhwc => {
                    for (numbers, pixel) in out.chunks_exact_mut(self.channels).zip(image.chunks_exact(self.channels)) {
                        for ((number, byte), table) in numbers.iter_mut().zip(pixel).zip(&tables) {
                            *number = table[usize::from(*byte)];
                        }
                    }
                }
            }
        }
        Ok(numbers)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn layouts_differ_only_in_order() {
        let input = json!({"height": 1, "width": 2, "channels": 3, "mean": [0, 1, 2], "std": [1, 1, 2], "layout": "nhwc"});
        let mut pixels = Pixels::read(&Part::root(&input)).unwrap();
        let images = Images { bytes: &[10, 20, 30, 40, 50, 60], shape: [1, 2, 3] };
        assert_eq!(pixels.normalize(&images).unwrap(), [10.0, 19.0, 14.0, 40.0, 49.0, 29.0]);
        pixels.layout = Layout::Nchw;
        assert_eq!(pixels.normalize(&images).unwrap(), [10.0, 40.0, 19.0, 49.0, 14.0, 29.0]);
    }

    #[test]
    fn wrong_numbers_are_pointed_at() {
        let mut input = json!({"height": 1, "width": 2, "channels": 3, "mean": [0, 1], "std": [1, 1, 2]});
        assert_eq!(Pixels::read(&Part::root(&input)).unwrap_err().message, "`mean` has 2 values for 3 channels");
        input["mean"] = json!([0, 1, 2]);
        input["std"] = json!([1, 0, 1]);
        let failure = Pixels::read(&Part::root(&input)).unwrap_err();
        assert_eq!((failure.message.as_str(), failure.pointer.as_deref()), ("`std` (0) must be above 0", Some("/std")));
    }
}
