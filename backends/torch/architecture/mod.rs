//! Architectures.

mod linear;
mod mlp;
mod resnet;
mod small_cnn;

use fairgrid_sdk::{Failure, Part, Pixels};
use tch::nn::{self, Init, ModuleT};

use crate::registry::{self, Definition};

/// All architectures.
pub(crate) const ARCHITECTURES: &[Definition<Box<dyn Architecture>>] =
    &[small_cnn::SMALL_CNN, linear::LINEAR, mlp::MLP, resnet::RESNET18, resnet::RESNET34, resnet::RESNET50];

/// A network that can be built for images of a size and a number of classes.
pub(crate) trait Architecture {
    /// Whether it can take such images; if not, why not.
    fn check(&self, image: &Image) -> Result<(), String>;

    /// Adds its parameters to `store`, with fresh values from libtorch's generator. The network maps float32 of shape `[n, channels, height, width]`
    /// to logits of shape `[n, classes]`.
    fn build(&self, store: &nn::VarStore, image: &Image, classes: i64) -> Box<dyn ModuleT>;

    /// The names of the last layer's parameters, which depend on the number of classes.
    fn head(&self) -> &'static [&'static str];
}

/// The size of an image as a network gets it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Image {
    pub(crate) channels: i64,
    pub(crate) height: i64,
    pub(crate) width: i64,
}

impl Image {
    pub(crate) fn of(pixels: &Pixels) -> Self {
        // The SDK has checked that each is at most 65536.
        let [channels, height, width] = [pixels.channels, pixels.height, pixels.width].map(|size| size as i64);
        Self { channels, height, width }
    }

    /// Numbers in an image.
    fn numbers(self) -> i64 {
        self.channels * self.height * self.width
    }
}

/// The architecture that the job's `architecture` names.
///
/// # Errors
/// No such architecture or option, an option out of bounds, or images that it can't take.
pub(crate) fn choose(part: &Part<'_>, image: &Image) -> Result<Box<dyn Architecture>, Failure> {
    let architecture = registry::make("architecture", part, ARCHITECTURES)?;
    architecture.check(image).map_err(|message| Failure::invalid("/input", message))?;
    Ok(architecture)
}

/// PyTorch's own initial values of a linear or convolutional layer, weight and bias alike: uniform within 1/sqrt(fan_in) of 0.
fn pytorch_init(fan_in: i64) -> Init {
    let bound = 1.0 / (fan_in as f64).sqrt();
    Init::Uniform { lo: -bound, up: bound }
}

/// A linear layer with PyTorch's initial values.
fn linear_layer(path: nn::Path<'_>, inputs: i64, outputs: i64) -> nn::Linear {
    let init = pytorch_init(inputs);
    nn::linear(path, inputs, outputs, nn::LinearConfig { ws_init: init, bs_init: Some(init), bias: true })
}
