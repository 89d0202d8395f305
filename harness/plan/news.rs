//! What planning has to tell before it ends.

/// Something that planning tells; the core prints nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum News {
    /// Something worth knowing that stops nothing.
    Note(String),
    /// Images of a dataset are verified for the first time.
    Verifying {
        /// Its name in the study.
        dataset: String,
        /// Images verified so far.
        done: u64,
        /// Images in all.
        total: u64,
    },
}

/// Whoever hears of it, on any thread.
pub type Hear<'h> = &'h (dyn Fn(News) + Sync);
