use fairgrid_sdk::{Integer, Number};
use tch::nn::{self, Init, ModuleT};

use super::{Architecture, Image, linear_layer, pytorch_init};
use crate::registry::Definition;

const WIDTH: Integer = Integer::new("width", Some(32), 1, 1024, "channels of the first convolution; the second has twice as many");
const DROPOUT: Number = Number::new("dropout", Some(0.0), "share of the last layer's inputs that is dropped in training").within(0.0, 0.95);

/// The side of the grid to which the last maps are averaged, so that any image size gives the same number of features.
const GRID: i64 = 4;

pub(super) const SMALL_CNN: Definition<Box<dyn Architecture>> = Definition {
    name: "small_cnn",
    summary: "two 3x3 convolutions, each with batch normalization, ReLU and 2x2 max pooling, averaged to 4x4 maps, and a linear layer",
    settings: &[&WIDTH, &DROPOUT],
    make: |options| Ok(Box::new(SmallCnn { width: options.read(&WIDTH)?.cast_signed(), dropout: options.read(&DROPOUT)? })),
};

struct SmallCnn {
    width: i64,
    dropout: f64,
}

impl Architecture for SmallCnn {
    fn check(&self, image: &Image) -> Result<(), String> {
        if image.height.min(image.width) < GRID {
            return Err(format!("`small_cnn` needs images of at least {GRID}x{GRID}, these are {}x{}", image.height, image.width));
        }
        Ok(())
    }

    fn build(&self, store: &nn::VarStore, image: &Image, classes: i64) -> Box<dyn ModuleT> {
        let (width, dropout) = (self.width, self.dropout);
        let block = |index: i64, inputs: i64, outputs: i64| {
            // Batch normalization has a bias of its own.
            let config = nn::ConvConfig { padding: 1, bias: false, ws_init: pytorch_init(inputs * 9), ..Default::default() };
            let norm = nn::BatchNormConfig { ws_init: Init::Const(1.0), ..Default::default() };
            (
                nn::conv2d(store.root() / format!("conv{index}"), inputs, outputs, 3, config),
                nn::batch_norm2d(store.root() / format!("bn{index}"), outputs, norm),
            )
        };
        let blocks = [block(1, image.channels, width), block(2, width, 2 * width)];
        let fc = linear_layer(store.root() / "fc", 2 * width * GRID * GRID, classes);
        Box::new(nn::func_t(move |images, train| {
            let maps = blocks
                .iter()
                .fold(images.shallow_clone(), |maps, (conv, norm)| maps.apply(conv).apply_t(norm, train).relu().max_pool2d_default(2));
            maps.adaptive_avg_pool2d([GRID, GRID]).flatten(1, -1).dropout(dropout, train).apply(&fc)
        }))
    }

    fn head(&self) -> &'static [&'static str] {
        &["fc.weight", "fc.bias"]
    }
}
