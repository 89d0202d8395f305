//! A backend on the SDK that panics and fails on request: by the name of the architecture.

use fairgrid_sdk::{
    Ability, Backend, Config, Description, Failure, Host, Images, Integer, Job, Level, Number, Outputs, Thing, ids, options, rows,
};

const BIAS: Number = Number::new("bias", Some(0.0), "added to every mean").within(-255.0, 255.0);
const TIMES: Integer = Integer::new("times", None, 1, 9, "how often it panics");

/// Scores an image by its mean byte, unless asked to do worse.
struct Wild {
    threads: usize,
}

impl Backend for Wild {
    fn describe() -> Description {
        fairgrid_sdk::describe!("wild").abilities(&[Ability::Predict]).architectures(vec![
            Thing::new("mean", "the mean byte", options(&[&BIAS])),
            Thing::new("panics", "with a text", options(&[&TIMES])),
            Thing::new("bursts", "panics with something that is no text", options(&[])),
            Thing::new("waits", "until it is cancelled", options(&[])),
        ])
    }

    fn open(config: &Config) -> Result<Self, Failure> {
        Ok(Self { threads: config.threads()? })
    }

    fn run(&mut self, job: &Job, host: &mut dyn Host) -> Result<(), Failure> {
        let (name, part) = job.architecture()?.ok_or_else(|| Failure::invalid("/architecture", "`architecture` is missing"))?;
        let bias = match name {
            "mean" => {
                part.only(&[&BIAS])?;
                part.read(&BIAS)? as f32
            }
            "panics" => panic!("as ordered, {} times", part.read(&TIMES)?),
            "bursts" => std::panic::panic_any(42),
            "waits" => {
                let cancel = host.cancel();
                while !cancel.is_set() {
                    std::thread::yield_now();
                }
                return Err(Failure::cancelled());
            }
            other => return Err(part.fail(format_args!("there is no architecture `{other}`")).help("there is `mean`")),
        };
        host.log(Level::Info, &format!("{} threads", self.threads));
        let classes = job.classes.len();
        let mut done = 0;
        for batch in host.open_input("predict", 0)? {
            let batch = batch?;
            let images = Images::of(&batch)?;
            let numbers = job.pixels.normalize(&images)?;
            let means = numbers.chunks_exact(job.pixels.len()).map(|image| image.iter().sum::<f32>() / image.len() as f32);
            let scores = means.flat_map(|mean| (0..classes).map(move |class| (mean + bias) * class as f32)).collect();
            host.emit("rows", rows(ids(&batch)?, Outputs::Scores, classes, scores)?)?;
            done += 1;
            host.progress(done, job.batches("predict"), "predict")?;
        }
        Ok(())
    }
}

fairgrid_sdk::export_backend!(Wild);
