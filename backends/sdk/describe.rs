//! What a backend says about itself.

use crate::{Failure, Job};
use serde_json::{Map, Value, json};

/// What a backend can be asked to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ability {
    /// Make or change a model.
    Train,
    /// Score images with a model.
    Predict,
}

impl Ability {
    /// The name in descriptions and jobs.
    pub fn name(self) -> &'static str {
        match self {
            Self::Train => "train",
            Self::Predict => "predict",
        }
    }
}

/// Something that a spec can name: an architecture, a loss, an optimizer, a schedule.
#[derive(Clone, Debug, PartialEq)]
pub struct Thing {
    name: String,
    summary: String,
    options: Value,
}

impl Thing {
    /// A thing with a one-line summary and the JSON Schema of its options; see [`crate::options`].
    pub fn new(name: impl Into<String>, summary: impl Into<String>, options: Value) -> Self {
        Self { name: name.into(), summary: summary.into(), options }
    }
}

/// What a backend says about itself. [`crate::describe!`] begins one with the crate's version and fingerprint.
#[derive(Clone, Debug, PartialEq)]
pub struct Description {
    name: String,
    version: String,
    fingerprint: Option<String>,
    runtime: Option<(String, String)>,
    devices: Vec<String>,
    abilities: Vec<Ability>,
    kinds: Map<String, Value>,
}

impl Description {
    /// A backend that can do nothing yet, on the CPU. `fingerprint` changes whenever the code does.
    pub fn new(name: impl Into<String>, version: impl Into<String>, fingerprint: Option<&str>) -> Self {
        Self {
            name: name.into(),
            version: version.into(),
            fingerprint: fingerprint.map(str::to_owned),
            runtime: None,
            devices: vec!["cpu".to_owned()],
            abilities: Vec::new(),
            kinds: Map::new(),
        }
    }

    /// The native library that the backend needs.
    #[must_use]
    pub fn runtime(mut self, name: impl Into<String>, version: impl Into<String>) -> Self {
        self.runtime = Some((name.into(), version.into()));
        self
    }

    /// What it can compute on, in place of `cpu`.
    #[must_use]
    pub fn devices(mut self, devices: &[&str]) -> Self {
        self.devices = devices.iter().map(|device| (*device).to_owned()).collect();
        self
    }

    /// What it can do.
    #[must_use]
    pub fn abilities(mut self, abilities: &[Ability]) -> Self {
        self.abilities = abilities.to_vec();
        self
    }

    /// What it can train.
    #[must_use]
    pub fn architectures(self, things: Vec<Thing>) -> Self {
        self.kind("architectures", things)
    }

    /// What it can minimize.
    #[must_use]
    pub fn losses(self, things: Vec<Thing>) -> Self {
        self.kind("losses", things)
    }

    /// How it can take steps.
    #[must_use]
    pub fn optimizers(self, things: Vec<Thing>) -> Self {
        self.kind("optimizers", things)
    }

    /// How its steps can change over time.
    #[must_use]
    pub fn schedules(self, things: Vec<Thing>) -> Self {
        self.kind("schedules", things)
    }

    /// Things of any other kind.
    #[must_use]
    pub fn kind(mut self, kind: &str, things: Vec<Thing>) -> Self {
        let things = things
            .into_iter()
            .map(|thing| json!({"name": thing.name, "summary": thing.summary, "options": thing.options}))
            .collect::<Vec<_>>();
        self.kinds.insert(kind.to_owned(), Value::Array(things));
        self
    }

    /// Refuses what no backend with this description can do, so that none need ask: another ability, another device, weights that do
    /// not exist.
    pub(crate) fn admit(&self, job: &Job) -> Result<(), Failure> {
        let part = job.part();
        if !self.abilities.contains(&job.ability) {
            let known = self.abilities.iter().map(|ability| ability.name()).collect::<Vec<_>>().join(", ");
            let message = format!("`{}` has not the ability `{}`", self.name, job.ability.name());
            return Err(Failure::unsupported(message).at("/ability").help(format_args!("it can {known}")));
        }
        if !self.devices.contains(&job.device) {
            let message = format!("`{}` has no device `{}` here", self.name, job.device);
            return Err(Failure::unsupported(message).at("/device").help(format_args!("it has {}", self.devices.join(", "))));
        }
        for key in ["weights", "file"] {
            if let Some(path) = part.get(key) {
                let place = path.path()?;
                std::fs::File::open(&place).map_err(|cause| Failure::file(&place, cause).at(path.pointer()))?;
            }
        }
        Ok(())
    }

    /// The JSON document of the header.
    pub fn to_json(&self) -> Value {
        let mut json = json!({
            "name": self.name,
            "version": self.version,
            "runtime": self.runtime.as_ref().map(|(name, version)| json!({"name": name, "version": version})),
            "devices": self.devices,
            "abilities": self.abilities.iter().map(|ability| ability.name()).collect::<Vec<_>>(),
            "kinds": self.kinds,
        });
        if let Some(fingerprint) = &self.fingerprint {
            json["fingerprint"] = json!(fingerprint);
        }
        json
    }
}

/// Begins a [`Description`]: `describe!("torch")` has the version of the crate that it stands in, and the fingerprint that its
/// build script made with `fairgrid_sdk::fingerprint::emit`.
#[macro_export]
macro_rules! describe {
    ($name:expr) => {
        $crate::Description::new($name, env!("CARGO_PKG_VERSION"), option_env!("FAIRGRID_FINGERPRINT"))
    };
}
