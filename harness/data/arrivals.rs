//! Which rows of the image cache are there, for those who wait for them, and how far their reading is behind.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

use super::error::DataError;

/// How a fill ended.
type End = Result<(), Arc<DataError>>;

/// So many rows ahead of the readers, one decoder is enough: a batch of predictions.
const ENOUGH: usize = 64;

/// What has arrived so far. Once the end is said, nothing more will.
#[derive(Debug)]
pub(super) struct Arrivals {
    there: Vec<AtomicBool>,
    arrived: AtomicUsize,
    read: AtomicUsize,
    /// Decoders that stand back.
    standing: AtomicUsize,
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Debug, Default)]
struct State {
    end: Option<End>,
    /// Those who wait for a row, or for the end.
    waiting: usize,
}

impl Arrivals {
    /// None of `rows` rows is there yet.
    pub(super) fn of(rows: usize) -> Self {
        Self {
            there: (0..rows).map(|_| AtomicBool::new(false)).collect(),
            arrived: AtomicUsize::new(0),
            read: AtomicUsize::new(0),
            standing: AtomicUsize::new(0),
            state: Mutex::default(),
            changed: Condvar::new(),
        }
    }

    /// Whether a row is there: what was written before [`Self::arrive`] is then to be seen.
    pub(super) fn has(&self, row: u32) -> bool {
        self.there.get(row as usize).is_some_and(|there| there.load(Ordering::Acquire))
    }

    /// Some rows are there.
    pub(super) fn arrive(&self, rows: &[u32]) {
        rows.iter().filter_map(|row| self.there.get(*row as usize)).for_each(|there| there.store(true, Ordering::Release));
        self.arrived.fetch_add(rows.len(), Ordering::SeqCst);
        self.tell();
    }

    /// No more will arrive. The first end counts.
    pub(super) fn end(&self, end: End) {
        self.locked().end.get_or_insert(end);
        self.changed.notify_all();
    }

    /// Waits for a row that is to be read; answers whether it is there.
    ///
    /// # Errors
    /// Why it will not arrive.
    pub(super) fn wait(&self, row: u32) -> Result<bool, Arc<DataError>> {
        self.read.fetch_add(1, Ordering::SeqCst);
        if self.has(row) {
            if self.standing.load(Ordering::SeqCst) > 0 && !self.are_ahead() {
                self.tell();
            }
            return Ok(true);
        }
        let state = self.until(|state| state.end.is_some() || self.has(row));
        match &state.end {
            Some(Err(error)) if !self.has(row) => Err(Arc::clone(error)),
            _ => Ok(self.has(row)),
        }
    }

    /// Waits for the end.
    ///
    /// # Errors
    /// Why not all arrived.
    pub(super) fn whole(&self) -> End {
        self.until(|state| state.end.is_some()).end.clone().unwrap_or(Ok(()))
    }

    /// Keeps a decoder from the processors that a model could use, as long as what was decoded lies far ahead of those who read it and none
    /// of them waits. Before the first has come, nothing is known of them.
    pub(super) fn stand_back(&self) {
        if self.are_ahead() {
            // Before it looks again: a reader who comes after that sees that somebody stands here.
            self.standing.fetch_add(1, Ordering::SeqCst);
            let idle = |state: &mut State| state.waiting == 0 && state.end.is_none() && self.are_ahead();
            drop(self.changed.wait_while(self.locked(), idle));
            self.standing.fetch_sub(1, Ordering::SeqCst);
        }
    }

    /// Why not all will arrive, if that is known by now.
    pub(super) fn failure(&self) -> Option<Arc<DataError>> {
        self.locked().end.clone().and_then(Result::err)
    }

    fn are_ahead(&self) -> bool {
        let read = self.read.load(Ordering::SeqCst);
        read > 0 && self.arrived.load(Ordering::SeqCst) >= read + ENOUGH
    }

    /// Waits, and calls those who stand back.
    fn until(&self, there: impl Fn(&State) -> bool) -> MutexGuard<'_, State> {
        let mut state = self.locked();
        state.waiting += 1;
        self.changed.notify_all();
        state = self.changed.wait_while(state, |state| !there(state)).unwrap_or_else(PoisonError::into_inner);
        state.waiting -= 1;
        state
    }

    /// Something changed that is not under the lock: who looked before is asleep by the time it is free, and so hears of it.
    fn tell(&self) {
        drop(self.locked());
        self.changed.notify_all();
    }

    fn locked(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
