//! How an error is shown, and which exit code it gives.

use std::io::IsTerminal;

use miette::GraphicalTheme;

use super::{Color, Exit};
use crate::data::error::DataError;
use crate::data::printable::{printable, visible};
use crate::plan::make::PlanError;
use crate::spec::problem::SpecError;

/// An error of a verb.
#[derive(Debug)]
pub(super) enum Failure {
    /// The spec is wrong, or names what is not there: every place is underlined.
    Spec {
        /// The code.
        exit: Exit,
        /// The places.
        error: SpecError,
    },
    /// Something else, with its exit code.
    Other {
        /// The code.
        exit: Exit,
        /// What happened, causes included.
        error: anyhow::Error,
    },
}

impl Failure {
    /// Wrong usage.
    pub(super) fn usage(message: impl std::fmt::Display) -> Self {
        Self::Other { exit: Exit::Usage, error: anyhow::anyhow!("{message}") }
    }

    /// Something that is not there.
    pub(super) fn unavailable(message: impl std::fmt::Display) -> Self {
        Self::Other { exit: Exit::Unavailable, error: anyhow::anyhow!("{message}") }
    }

    /// Shows the error on standard error.
    pub(super) fn show(self) -> Exit {
        match self {
            Self::Spec { exit, mut error } => {
                // Names out of files are among what is known.
                for text in error.problems.iter_mut().flat_map(|problem| [Some(&mut problem.message), problem.help.as_mut()]).flatten() {
                    *text = text.split('\n').map(visible).collect::<Vec<_>>().join("\n");
                }
                let diagnostics = error.diagnostics();
                let count = diagnostics.len();
                for diagnostic in diagnostics {
                    eprintln!("{:?}", miette::Report::new(diagnostic));
                }
                eprintln!("{count} problem{} found, nothing was run", if count == 1 { "" } else { "s" });
                exit
            }
            Self::Other { error, .. } if is_broken_pipe(&error) => Exit::Ok,
            Self::Other { exit, error } => {
                // Line by line, since a reason may have several.
                let shown: Vec<_> = format!("{error:#}").lines().map(|line| printable(line).into_owned()).collect();
                eprintln!("error: {}", shown.join("\n"));
                exit
            }
        }
    }
}

/// A reader that has seen enough is no failure.
fn is_broken_pipe(error: &anyhow::Error) -> bool {
    error.chain().filter_map(|cause| cause.downcast_ref::<std::io::Error>()).any(|cause| cause.kind() == std::io::ErrorKind::BrokenPipe)
}

impl From<SpecError> for Failure {
    fn from(error: SpecError) -> Self {
        Self::Spec { exit: Exit::Usage, error }
    }
}

impl From<PlanError> for Failure {
    fn from(error: PlanError) -> Self {
        match error {
            PlanError::Spec(error) => error.into(),
            PlanError::Unavailable(error) => Self::Spec { exit: Exit::Unavailable, error },
        }
    }
}

impl From<DataError> for Failure {
    fn from(error: DataError) -> Self {
        match error {
            DataError::Card(error) => error.into(),
            error => Self::Other { exit: Exit::Usage, error: error.into() },
        }
    }
}

impl From<anyhow::Error> for Failure {
    fn from(error: anyhow::Error) -> Self {
        Self::Other { exit: Exit::Unexpected, error }
    }
}

impl From<std::io::Error> for Failure {
    fn from(error: std::io::Error) -> Self {
        anyhow::Error::from(error).into()
    }
}

impl From<serde_json::Error> for Failure {
    fn from(error: serde_json::Error) -> Self {
        anyhow::Error::from(error).into()
    }
}

/// Decides once how diagnostics are drawn.
pub(super) fn install(color: Color) {
    let colored = color.on(std::io::stderr().is_terminal());
    let theme = if colored { GraphicalTheme::unicode() } else { GraphicalTheme::unicode_nocolor() };
    // A second call would be refused; there is none.
    let _ = miette::set_hook(Box::new(move |_| {
        Box::new(miette::MietteHandlerOpts::new().graphical_theme(theme.clone()).color(colored).width(120).build())
    }));
}
