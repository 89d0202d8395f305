//! Set-up and chores behind cargo xtask.
fn main() {}
