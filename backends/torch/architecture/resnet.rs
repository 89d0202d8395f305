use tch::nn::{self, Init, ModuleT};
use tch::vision::resnet;

use super::{Architecture, Image, pytorch_init};
use crate::registry::Definition;

pub(super) const RESNET18: Definition<Box<dyn Architecture>> = Definition {
    name: "resnet18",
    summary: "18-layer residual network (He et al., 2015), with torchvision's names of parameters",
    settings: &[],
    make: |_| Ok(Box::new(ResNet { name: "resnet18", build: |root, classes| Box::new(resnet::resnet18(root, classes)) })),
};
pub(super) const RESNET34: Definition<Box<dyn Architecture>> = Definition {
    name: "resnet34",
    summary: "34-layer residual network (He et al., 2015), with torchvision's names of parameters",
    settings: &[],
    make: |_| Ok(Box::new(ResNet { name: "resnet34", build: |root, classes| Box::new(resnet::resnet34(root, classes)) })),
};
pub(super) const RESNET50: Definition<Box<dyn Architecture>> = Definition {
    name: "resnet50",
    summary: "50-layer residual network (He et al., 2015), with torchvision's names of parameters",
    settings: &[],
    make: |_| Ok(Box::new(ResNet { name: "resnet50", build: |root, classes| Box::new(resnet::resnet50(root, classes)) })),
};

struct ResNet {
    name: &'static str,
    build: fn(&nn::Path<'_>, i64) -> Box<dyn ModuleT>,
}

impl Architecture for ResNet {
    fn check(&self, image: &Image) -> Result<(), String> {
        match image.channels {
            3 => Ok(()),
            channels => Err(format!("`{}` needs images of 3 channels, these have {channels}: set `channels: rgb` in `input`", self.name)),
        }
    }

    fn build(&self, store: &nn::VarStore, _image: &Image, classes: i64) -> Box<dyn ModuleT> {
        let network = (self.build)(&store.root(), classes);
        initialize(store);
        network
    }

    fn head(&self) -> &'static [&'static str] {
        &["fc.weight", "fc.bias"]
    }
}

/// Sets torchvision's initial values where tch has others: convolutions normal by fan-out (`kaiming_normal_(mode="fan_out", nonlinearity="relu")`),
/// batch normalization 1 and 0, the last layer's weight as in every linear layer (its bias is so already).
fn initialize(store: &nn::VarStore) {
    let mut parameters: Vec<_> =
        store.variables().into_iter().filter(|(name, tensor)| tensor.requires_grad() && name != "fc.bias").collect();
    // Drawn in the order of names, since the map's own order differs between runs.
    parameters.sort_by(|one, other| one.0.cmp(&other.0));
    tch::no_grad(|| {
        for (name, mut tensor) in parameters {
            let init = match tensor.size()[..] {
                [outputs, _, height, width] => Init::Randn { mean: 0.0, stdev: (2.0 / (outputs * height * width) as f64).sqrt() },
                [_, inputs] => pytorch_init(inputs),
                _ => Init::Const(if name.ends_with("weight") { 1.0 } else { 0.0 }),
            };
            init.set(&mut tensor);
        }
    });
}
