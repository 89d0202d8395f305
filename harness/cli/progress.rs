//! Bars on a terminal, plain lines elsewhere, or JSON lines: three ways to show events.

use std::collections::BTreeMap;
use std::io::IsTerminal;
use std::sync::Mutex;
use std::time::Instant;

use clap::ValueEnum;
use indicatif::{MultiProgress, ProgressBar, ProgressStyle};

use crate::report::number::counted;
use crate::run::event::{Event, Observer};

/// After so many seconds a rate says something.
const SETTLED: f64 = 0.5;

/// How progress is shown, on standard error.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum Style {
    /// Bars on a terminal, lines elsewhere.
    Auto,
    /// Bars.
    Bars,
    /// One line an event.
    Plain,
    /// One JSON object a line.
    Json,
    /// Nothing.
    None,
}

/// The observer for a style.
pub(super) fn observer(style: Style, quiet: bool, verbose: u8) -> Box<dyn Observer> {
    match style {
        _ if quiet => Box::new(Failures),
        Style::None => Box::new(Silent),
        Style::Json => Box::new(Json),
        Style::Plain => Box::new(Plain { verbose: verbose > 0 }),
        Style::Bars => Box::new(Bars::default()),
        Style::Auto if std::io::stderr().is_terminal() => Box::new(Bars::default()),
        Style::Auto => Box::new(Plain { verbose: verbose > 0 }),
    }
}

struct Silent;

impl Observer for Silent {
    fn event(&self, _: &Event) {}
}

/// What went wrong, and nothing else.
struct Failures;

impl Observer for Failures {
    fn event(&self, event: &Event) {
        if let (Event::CellFailed { .. } | Event::NotScored { .. }, Some(line)) = (event, line(event, false)) {
            eprintln!("{line}");
        }
    }
}

struct Json;

impl Observer for Json {
    fn event(&self, event: &Event) {
        if let Ok(line) = serde_json::to_string(event) {
            eprintln!("{line}");
        }
    }
}

struct Plain {
    verbose: bool,
}

impl Observer for Plain {
    fn event(&self, event: &Event) {
        if let Some(line) = line(event, self.verbose) {
            eprintln!("{line}");
        }
    }
}

/// The plain line of an event; most are too many to print.
fn line(event: &Event, verbose: bool) -> Option<String> {
    Some(match event {
        Event::Planned { cells, stored, tasks } => {
            format!("{}, {stored} of them stored; {} to run", counted(*tasks, "task"), counted(*cells, "cell"))
        }
        Event::CellStarted { cell } => format!("start   {cell}"),
        Event::CellFinished { cell, seconds } => format!("done    {cell} ({seconds:.1} s)"),
        Event::CellProgress { cell, step, done, total, message } if verbose => format!("        {cell}: {step} {done}/{total} {message}"),
        Event::Decoding { dataset, done, total } if done == total => format!("decoded {dataset} ({total} images)"),
        Event::Note { message } => format!("note: {message}"),
        Event::CellFailed { cell, reason, help, log, log_path } => {
            let mut text = format!("FAILED  {cell}: {reason}");
            for extra in help.iter().map(|help| format!("help: {help}")).chain(log.iter().map(|line| format!("| {line}"))) {
                text = format!("{text}\n        {extra}");
            }
            format!("{text}\n        log: {}", log_path.display())
        }
        Event::NotScored { cell, evaluation, reason } => format!("FAILED  {cell}: the evaluation `{evaluation}`: {reason}"),
        Event::Scored { .. } | Event::CellProgress { .. } | Event::Decoding { .. } | Event::Verifying { .. } => return None,
    })
}

/// One bar a running cell, one for images, one for scores.
#[derive(Default)]
struct Bars {
    screen: MultiProgress,
    bars: Mutex<BTreeMap<String, Bar>>,
}

/// A bar, and what was done when it began: what was there before took no time.
struct Bar {
    shown: ProgressBar,
    since: Instant,
    before: u64,
}

impl Bar {
    /// How many a second since it began; nothing at first, when that says little.
    fn rate(&self, done: u64) -> String {
        let seconds = self.since.elapsed().as_secs_f64();
        if seconds < SETTLED { String::new() } else { format!("{:.1}/s ", done.saturating_sub(self.before) as f64 / seconds) }
    }
}

impl Bars {
    fn update(&self, name: &str, done: u64, total: u64, message: &str) {
        let Ok(mut bars) = self.bars.lock() else { return };
        let bar = bars.entry(name.to_owned()).or_insert_with(|| {
            let shown = self.screen.add(ProgressBar::new(total).with_prefix(name.to_owned()));
            let style = ProgressStyle::with_template("{prefix:40!} {bar:24} {pos:>7}/{len:<7} {msg}");
            let shown = style.map(|style| shown.clone().with_style(style)).unwrap_or(shown);
            Bar { shown, since: Instant::now(), before: done }
        });
        bar.shown.set_length(total);
        bar.shown.set_position(done);
        bar.shown.set_message(format!("{}{message}", bar.rate(done)));
        if done == total && total > 0 && !name.contains(',') {
            bar.shown.finish_and_clear();
            bars.remove(name);
        }
    }

    fn clear(&self, name: &str) {
        if let Ok(mut bars) = self.bars.lock()
            && let Some(bar) = bars.remove(name)
        {
            bar.shown.finish_and_clear();
        }
    }
}

impl Observer for Bars {
    fn event(&self, event: &Event) {
        match event {
            Event::CellProgress { cell, step, done, total, message } => self.update(cell, *done, *total, &format!("{step} {message}")),
            Event::Verifying { dataset, done, total } => self.update(&format!("verify {dataset}"), *done, *total, "images"),
            Event::Decoding { dataset, done, total } => self.update(&format!("decode {dataset}"), *done, *total, "images"),
            Event::Scored { done, total } => self.update("score", *done as u64, *total as u64, ""),
            _ => {
                if let Event::CellFinished { cell, .. } | Event::CellFailed { cell, .. } = event {
                    self.clear(cell);
                }
                if !matches!(event, Event::CellStarted { .. })
                    && let Some(line) = line(event, false)
                {
                    self.screen.suspend(|| eprintln!("{line}"));
                }
            }
        }
    }
}
