//! Training a model.

use std::path::PathBuf;

use fairgrid_sdk::{Checkpoint, Failure, Host, Integer, Job, Level, Part, Verdict, epoch};

use crate::batch::{Batch, Normalization};
use crate::checkpoint::{self, Progress};
use crate::device;
use crate::failure::torch;
use crate::loss::{self, Loss};
use crate::model::Model;
use crate::optimizer::{self, Optimizer};
use crate::predict::{Pass, score};
use crate::schedule::{self, Schedule};
use crate::seed::{self, Purpose};

const EPOCHS: Integer = Integer::new("epochs", None, 1, 1_000_000, "times that all items are seen");
const SEED: Integer = Integer::new("seed", Some(0), 0, u64::MAX, "where all randomness begins");

/// Does a job of the ability `train`.
///
/// # Errors
/// The job is wrong, an input fails, libtorch does, or the loss is no number.
pub(crate) fn train(job: &Job, host: &mut dyn Host) -> Result<(), Failure> {
    let mut run = Run::prepare(job, host)?;
    for index in run.progress.epochs.len() as u64..run.recipe.epochs {
        if run.progress.stopped {
            break;
        }
        run.epoch(index, host)?;
    }
    if !run.progress.kept {
        run.model.save(&run.recipe.save_weights)?;
    }
    Ok(())
}

/// What the job's `train` block says.
struct Recipe {
    loss: Box<dyn Loss>,
    schedule: Schedule,
    seed: u64,
    epochs: u64,
    steps_per_epoch: u64,
    save_weights: PathBuf,
    checkpoint: Option<Checkpoint>,
}

impl Recipe {
    fn read(job: &Job, train: &Part<'_>) -> Result<Self, Failure> {
        let written = train.get("steps_per_epoch").map(|part| part.integer()).transpose()?.unwrap_or(0);
        let steps_per_epoch = job.batches("train").max(written);
        if steps_per_epoch == 0 {
            return Err(train.fail("neither `steps_per_epoch` nor `inputs` says how many batches `train` has"));
        }
        Ok(Self {
            loss: loss::choose(&train.at("loss")?, job.labels, job.classes.len())?,
            schedule: schedule::choose(train.get("schedule").as_ref())?,
            seed: train.read(&SEED)?,
            epochs: train.read(&EPOCHS)?,
            steps_per_epoch,
            save_weights: job.path("save_weights")?.ok_or_else(|| Failure::invalid("/save_weights", "`save_weights` is missing"))?,
            checkpoint: job.checkpoint()?,
        })
    }
}

/// Training under way.
struct Run<'a> {
    job: &'a Job,
    train: Part<'a>,
    recipe: Recipe,
    device: tch::Device,
    normalization: Normalization,
    model: Model,
    optimizer: Optimizer,
    progress: Progress,
}

impl<'a> Run<'a> {
    /// Reads the whole job before anything is computed, and goes back to the checkpoint if there is one.
    fn prepare(job: &'a Job, host: &mut dyn Host) -> Result<Self, Failure> {
        let train = job.train()?;
        let recipe = Recipe::read(job, &train)?;
        let optimizer = optimizer::choose(&train.at("optimizer")?)?;
        let device = device::of(job)?;
        seed::plant(recipe.seed, Purpose::Weights, 0, 0);
        let model = Model::build(job, device)?;
        let normalization = Normalization::new(&job.pixels, device);
        let mut run = Self { job, train, recipe, device, normalization, model, optimizer, progress: Progress::default() };
        run.begin(host)?;
        Ok(run)
    }

    fn begin(&mut self, host: &mut dyn Host) -> Result<(), Failure> {
        match &self.recipe.checkpoint {
            // A job killed in its first epoch has not written any.
            Some(Checkpoint { save, resume: true }) if save.exists() => {
                self.progress = checkpoint::restore(save, self.train.value(), &self.model, &mut self.optimizer)?;
                let done = self.progress.epochs.len();
                host.log(Level::Info, &format!("going on after epoch {done} of {}", self.recipe.epochs));
                // What an earlier call emitted, the host has.
                Ok(())
            }
            _ => {
                if let Some(weights) = self.job.path("weights")?
                    && self.model.load(&weights, true)?
                {
                    host.log(Level::Info, "the last layer begins fresh: the weights have it for another number of classes");
                }
                Ok(())
            }
        }
    }

    /// One pass over `train`, a step a batch; then validation, the host's verdict, and the checkpoint.
    fn epoch(&mut self, index: u64, host: &mut dyn Host) -> Result<(), Failure> {
        let number = u32::try_from(index).map_err(|_| Failure::internal("more epochs than 2^32"))?;
        let parameters = self.model.parameters();
        let (mut loss_sum, mut counted, mut rate) = (0.0, 0.0, 0.0);
        let first = index * self.recipe.steps_per_epoch;
        let input = host.open_input("train", number)?;
        let mut steps = 0;
        for batch in input {
            let batch = Batch::of(&batch?, self.job, &self.normalization)?;
            rate =
                self.optimizer.learning_rate * self.recipe.schedule.share(first + steps, self.recipe.steps_per_epoch, self.recipe.epochs);
            seed::plant(self.recipe.seed, Purpose::Step, index, steps);
            let (sum, count) = self.step(&batch, &parameters, rate)?;
            if !sum.is_finite() {
                return Err(self.diverged(sum, index, steps));
            }
            loss_sum += sum;
            counted += count;
            steps += 1;
            let message = format!("epoch {} of {}, loss {:.4}", index + 1, self.recipe.epochs, loss_sum / f64::max(counted, 1.0));
            host.progress(first + steps, self.recipe.epochs * self.recipe.steps_per_epoch, &message)?;
        }
        if steps == 0 {
            return Err(Failure::invalid("/train", "the input `train` is empty"));
        }
        let loss = loss_sum / f64::max(counted, 1.0);
        host.emit("epochs", epoch(number, loss, rate, &[])?)?;
        self.progress.epochs.push([loss, rate]);
        if self.job.has_input("validation") {
            let pass = Pass { input: "validation", output: "validation", epoch: number, device: self.device };
            let (done, total) = (first + steps, self.recipe.epochs * self.recipe.steps_per_epoch);
            score(&self.model, self.job, host, pass, &mut |host| host.progress(done, total, "validating"))?;
        }
        match host.epoch_end(number)? {
            Verdict::Continue => {}
            Verdict::Keep => {
                self.model.save(&self.recipe.save_weights)?;
                self.progress.kept = true;
            }
            Verdict::Stop => self.progress.stopped = true,
        }
        match &self.recipe.checkpoint {
            Some(place) => checkpoint::save(&place.save, self.train.value(), &self.model, &self.optimizer, &self.progress),
            None => Ok(()),
        }
    }

    /// One step of the optimizer. Gives the sum of the items' losses before it, and how many items count.
    fn step(&mut self, batch: &Batch, parameters: &[(String, tch::Tensor)], rate: f64) -> Result<(f64, f64), Failure> {
        let logits = self.model.logits(&batch.images, true);
        let mut losses = self.recipe.loss.per_item(&logits, &batch.targets);
        if let Some(weights) = &batch.weights {
            losses = losses.weighted(weights);
        }
        let (sum, count) = losses.sum();
        let value = sum.f_double_value(&[]).map_err(torch)?;
        let counted = count.f_double_value(&[]).map_err(torch)?;
        if value.is_finite() {
            // A batch without a counting item has the loss 0, and the step is taken with gradients of 0.
            (sum / counted.max(1.0)).f_backward().map_err(torch)?;
            self.optimizer.step(parameters, rate).map_err(torch)?;
            for (_, parameter) in parameters {
                parameter.shallow_clone().zero_grad();
            }
        }
        Ok((value, counted))
    }

    fn diverged(&self, sum: f64, index: u64, step: u64) -> Failure {
        let failure = Failure::runtime(format_args!("the loss is {sum} in epoch {}, step {}: training has diverged", index + 1, step + 1))
            .help("lower the `learning_rate`, or let it rise with `schedule: {linear_warmup: {epochs: 1}}`");
        let optimizer = self.train.get("optimizer").and_then(|part| part.choice().ok().map(|(_, options)| options.pointer().to_owned()));
        failure.at(format!("{}/learning_rate", optimizer.unwrap_or_else(|| "/train/optimizer".to_owned())))
    }
}
