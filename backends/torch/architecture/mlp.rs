use fairgrid_sdk::{Number, Numbers};
use tch::nn::{self, ModuleT};

use super::{Architecture, Image, linear_layer};
use crate::registry::Definition;

const HIDDEN: Numbers = Numbers { name: "hidden", summary: "the width of each hidden layer, the first one first", default: Some(&[256.0]) };
const DROPOUT: Number =
    Number::new("dropout", Some(0.0), "share of each hidden layer's outputs that is dropped in training").within(0.0, 0.95);

/// The widest hidden layer allowed.
const WIDEST: f64 = 16_384.0;

pub(super) const MLP: Definition<Box<dyn Architecture>> = Definition {
    name: "mlp",
    summary: "linear layers with ReLU between them",
    settings: &[&HIDDEN, &DROPOUT],
    make: |options| {
        let hidden = options.read(&HIDDEN)?;
        if let (Some(wrong), Some(part)) =
            (hidden.iter().find(|width| width.fract() != 0.0 || !(1.0..=WIDEST).contains(*width)), options.get("hidden"))
        {
            return Err(part.fail(format_args!("a width in `hidden` ({wrong}) must be a whole number from 1 to {WIDEST}")));
        }
        Ok(Box::new(Mlp { hidden: hidden.into_iter().map(|width| width as i64).collect(), dropout: options.read(&DROPOUT)? }))
    },
};

struct Mlp {
    hidden: Vec<i64>,
    dropout: f64,
}

impl Architecture for Mlp {
    fn check(&self, _image: &Image) -> Result<(), String> {
        Ok(())
    }

    fn build(&self, store: &nn::VarStore, image: &Image, classes: i64) -> Box<dyn ModuleT> {
        let mut layers = Vec::new();
        let mut inputs = image.numbers();
        for (index, width) in self.hidden.iter().enumerate() {
            layers.push(linear_layer(store.root() / "hidden" / index, inputs, *width));
            inputs = *width;
        }
        let last = linear_layer(store.root() / "fc", inputs, classes);
        let dropout = self.dropout;
        Box::new(nn::func_t(move |images, train| {
            let hidden = layers.iter().fold(images.flatten(1, -1), |values, layer| values.apply(layer).relu().dropout(dropout, train));
            hidden.apply(&last)
        }))
    }

    fn head(&self) -> &'static [&'static str] {
        &["fc.weight", "fc.bias"]
    }
}
