//! The header against its mirror: a C program prints every size, offset and constant.

use std::fmt::Write as _;
use std::process::Command;

use super::fixture::{folder, root};

/// Compiles and runs a C program, and answers what it prints.
fn print_from_c(compiler: &str, name: &str, program: &str) -> String {
    let folder = folder("layout");
    let (source, binary) = (folder.join(name), folder.join(format!("{name}.out")));
    std::fs::write(&source, program).unwrap();
    let output = Command::new(compiler)
        .args(["-Wall", "-Wextra", "-Werror", "-I"])
        .arg(root().join("backends/abi"))
        .arg("-o")
        .arg(&binary)
        .arg(&source)
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(Command::new(binary).output().unwrap().stdout).unwrap()
}

fn program() -> (String, String) {
    let mut program = "#include \"fairgrid_backend.h\"\n#include <stdio.h>\nint main(void) {\n".to_owned();
    let mut expected = String::new();
    for (name, number) in fairgrid_abi::layout() {
        let expression = match name.split_once('.') {
            Some((of, field)) => format!("offsetof({of}, {field})"),
            None => format!("sizeof({name})"),
        };
        writeln!(program, "  printf(\"{name} %zu\\n\", {expression});").unwrap();
        writeln!(expected, "{name} {number}").unwrap();
    }
    for (name, number) in fairgrid_abi::CONSTANTS {
        writeln!(program, "  printf(\"{name} %d\\n\", {name});").unwrap();
        writeln!(expected, "{name} {number}").unwrap();
    }
    program.push_str("  return 0;\n}\n");
    (program, expected)
}

#[test]
fn the_mirror_has_the_headers_sizes_offsets_and_constants() {
    let (program, expected) = program();
    assert_eq!(print_from_c("cc", "layout.c", &program), expected);
}

#[test]
fn the_header_is_also_cpp() {
    let (program, expected) = program();
    assert_eq!(print_from_c("c++", "layout.cpp", &program), expected);
}

#[test]
fn every_constant_of_the_header_is_mirrored() {
    let defined = fairgrid_abi::HEADER.lines().filter_map(|line| line.strip_prefix("#define FG_")?.split_once(' '));
    // Those with a parenthesis are macros; `FG_EXPORT` is for compilers.
    let defined: Vec<_> = defined.map(|(name, _)| format!("FG_{name}")).filter(|name| !name.contains('(') && name != "FG_EXPORT").collect();
    let mirrored: Vec<_> = fairgrid_abi::CONSTANTS.iter().map(|(name, _)| (*name).to_owned()).collect();
    assert_eq!(defined, mirrored);
}

#[test]
fn the_header_is_plain_and_strict_c() {
    let output = Command::new("cc")
        .args(["-std=c11", "-Wall", "-Wextra", "-Wpedantic", "-Werror", "-fsyntax-only", "-x", "c"])
        .arg(root().join("backends/abi/fairgrid_backend.h"))
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}
