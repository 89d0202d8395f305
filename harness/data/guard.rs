//! Decoders of files that anybody may have made: a file on which one panics costs itself, never the process.

use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind, set_hook, take_hook};
use std::sync::Once;

thread_local! {
    /// Whether a panic of this thread is caught, so that nobody need be told of it.
    static GUARDED: Cell<bool> = const { Cell::new(false) };
}

/// What `decode` gives; `None` where it panicked. It must leave nothing behind that others go on with.
pub(super) fn guarded<T>(decode: impl FnOnce() -> T) -> Option<T> {
    static QUIET: Once = Once::new();
    QUIET.call_once(|| {
        let told = take_hook();
        set_hook(Box::new(move |panic| {
            if !GUARDED.get() {
                told(panic);
            }
        }));
    });
    let outer = GUARDED.replace(true);
    let outcome = catch_unwind(AssertUnwindSafe(decode)).ok();
    GUARDED.set(outer);
    outcome
}

#[cfg(test)]
mod tests {
    use super::guarded;

    #[test]
    fn a_panic_within_ends_there() {
        let nested = guarded(|| {
            assert_eq!(guarded(|| -> u8 { panic!("within") }), None);
            7
        });
        assert_eq!(nested, Some(7));
    }
}
