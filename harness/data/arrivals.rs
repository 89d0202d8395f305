//! Which rows of the image cache are there, for those who wait for them.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

use super::error::DataError;

/// How a fill ended.
type End = Result<(), Arc<DataError>>;

/// What has arrived so far. Once the end is said, nothing more will.
#[derive(Debug)]
pub(super) struct Arrivals {
    there: Vec<AtomicBool>,
    end: Mutex<Option<End>>,
    changed: Condvar,
}

impl Arrivals {
    /// None of `rows` rows is there yet.
    pub(super) fn of(rows: usize) -> Self {
        Self { there: (0..rows).map(|_| AtomicBool::new(false)).collect(), end: Mutex::default(), changed: Condvar::new() }
    }

    /// Whether a row is there: what was written before [`Self::arrive`] is then to be seen.
    pub(super) fn has(&self, row: u32) -> bool {
        self.there.get(row as usize).is_some_and(|there| there.load(Ordering::Acquire))
    }

    /// Some rows are there.
    pub(super) fn arrive(&self, rows: &[u32]) {
        rows.iter().filter_map(|row| self.there.get(*row as usize)).for_each(|there| there.store(true, Ordering::Release));
        // Who looked before is asleep by the time the lock is free, and so hears of it.
        drop(self.locked());
        self.changed.notify_all();
    }

    /// No more will arrive. The first end counts.
    pub(super) fn end(&self, end: End) {
        self.locked().get_or_insert(end);
        self.changed.notify_all();
    }

    /// Waits for a row; answers whether it is there.
    ///
    /// # Errors
    /// Why it will not arrive.
    pub(super) fn wait(&self, row: u32) -> Result<bool, Arc<DataError>> {
        if self.has(row) {
            return Ok(true);
        }
        let end = self.changed.wait_while(self.locked(), |end| end.is_none() && !self.has(row)).unwrap_or_else(PoisonError::into_inner);
        match &*end {
            Some(Err(error)) if !self.has(row) => Err(Arc::clone(error)),
            _ => Ok(self.has(row)),
        }
    }

    /// Waits for the end.
    ///
    /// # Errors
    /// Why not all arrived.
    pub(super) fn whole(&self) -> End {
        let end = self.changed.wait_while(self.locked(), |end| end.is_none()).unwrap_or_else(PoisonError::into_inner);
        end.clone().unwrap_or(Ok(()))
    }

    /// Why not all will arrive, if that is known by now.
    pub(super) fn failure(&self) -> Option<Arc<DataError>> {
        self.locked().clone().and_then(Result::err)
    }

    fn locked(&self) -> MutexGuard<'_, Option<End>> {
        self.end.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
