//! Paths in specs: `${NAME}` is an environment variable; a relative path starts from the folder of the file it is written in.

use std::fs::FileType;
use std::os::unix::fs::FileTypeExt;
use std::path::{Path, PathBuf};

use super::decode::Decode;
use super::node::Node;
use super::problem::{Problem, Problems};

/// Reads a path. An unset variable is a problem that names it.
pub fn path(node: &Node, problems: &mut Problems) -> Option<PathBuf> {
    let text = String::decode(node, problems)?;
    let mut expanded = String::new();
    let mut rest = text.as_str();
    while let Some(start) = rest.find("${") {
        let Some(length) = rest[start..].find('}') else {
            problems.push(Problem::at(node, format!("`{text}` has a `${{` without its `}}`")));
            return None;
        };
        let name = &rest[start + 2..start + length];
        match std::env::var(name) {
            Ok(value) if !value.is_empty() => expanded = expanded + &rest[..start] + &value,
            _ => {
                problems.push(
                    Problem::at(node, format!("the environment variable `{name}` is not set"))
                        .help(format!("export {name}=… and run again")),
                );
                return None;
            }
        }
        rest = &rest[start + length + 1..];
    }
    expanded.push_str(rest);
    Some(node.place.source.folder().join(expanded))
}

/// Whether there is a file that can be read again and again; where not, it is a problem that says what there is.
pub fn is_file(file: &Path, node: &Node, problems: &mut Problems) -> bool {
    let message = match file.metadata() {
        Ok(metadata) if metadata.is_file() => return true,
        Ok(metadata) => format!("`{}` is {}", file.display(), no_file(metadata.file_type())),
        Err(_) => format!("there is no file `{}`", file.display()),
    };
    problems.push(Problem::at(node, message));
    false
}

/// What lies somewhere and is no file.
pub fn no_file(kind: FileType) -> String {
    let what = match kind {
        kind if kind.is_dir() => "a folder",
        kind if kind.is_fifo() => "a pipe",
        kind if kind.is_socket() => "a socket",
        _ => "a device",
    };
    format!("{what}, no file")
}
