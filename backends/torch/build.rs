//! Tells rustc how to link with libtorch, and makes the fingerprint under which results are stored.

use std::io;

#[expect(clippy::print_stdout, reason = "cargo reads a build script's standard output")]
fn main() -> io::Result<()> {
    // Operators and devices register themselves when libtorch is loaded, without any symbol being asked for: the linker must not drop it.
    println!("cargo::rustc-link-arg-cdylib=-Wl,--no-as-needed");
    println!("cargo::rustc-link-arg-cdylib=-ltorch");
    // The plugin needs no run-time path, for the worker has loaded libtorch before it; the tests have no worker.
    if let Ok(lib) = std::env::var("DEP_TCH_LIBTORCH_LIB") {
        println!("cargo::rustc-link-arg-tests=-Wl,-rpath,{lib}");
    }
    fairgrid_sdk::fingerprint::emit(&[])
}
