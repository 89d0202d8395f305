use tch::nn::{self, ModuleT};

use super::{Architecture, Image, linear_layer};
use crate::registry::Definition;

pub(super) const LINEAR: Definition<Box<dyn Architecture>> = Definition {
    name: "linear",
    summary: "one linear layer on the image's numbers: multinomial logistic regression",
    settings: &[],
    make: |_| Ok(Box::new(Linear)),
};

struct Linear;

impl Architecture for Linear {
    fn check(&self, _image: &Image) -> Result<(), String> {
        Ok(())
    }

    fn build(&self, store: &nn::VarStore, image: &Image, classes: i64) -> Box<dyn ModuleT> {
        let layer = linear_layer(store.root() / "fc", image.numbers(), classes);
        Box::new(nn::func_t(move |images, _| images.flatten(1, -1).apply(&layer)))
    }

    fn head(&self) -> &'static [&'static str] {
        &["fc.weight", "fc.bias"]
    }
}
