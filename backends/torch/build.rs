//! Tells rustc how to link with libtorch, and makes the fingerprint under which results are stored.

use std::io;

fn main() -> io::Result<()> {
    // Operators and devices register themselves when libtorch is loaded, without any symbol being asked for: the linker must not drop it.
    println!("cargo::rustc-link-arg-cdylib=-Wl,--no-as-needed");
    println!("cargo::rustc-link-arg-cdylib=-ltorch");
    // A released plugin needs no run-time path, for the worker has loaded libtorch before it. Tests have no worker; and `cargo test NAME` runs the
    // library's own test binary too, however empty, which only a path for every target reaches.
    if let Ok(lib) = std::env::var("DEP_TCH_LIBTORCH_LIB") {
        let targets = if std::env::var("PROFILE").is_ok_and(|profile| profile == "debug") { "" } else { "-tests" };
        println!("cargo::rustc-link-arg{targets}=-Wl,-rpath,{lib}");
    }
    fairgrid_sdk::fingerprint::emit(&[])
}
