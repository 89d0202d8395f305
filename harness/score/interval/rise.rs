//! Numbers that rise with a share, and so have its limits.

/// How a number rises with a share.
#[derive(Clone, Copy, Debug)]
pub struct Rise {
    /// The number where there is so large a share.
    pub at: fn(f64) -> f64,
    /// The share where the number is so large.
    pub share: fn(f64) -> f64,
}

impl Rise {
    /// That of the share itself.
    pub const ITSELF: Self = Self { at: |share| share, share: |share| share };
}
