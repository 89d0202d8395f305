//! The archives that images are in.

use super::layout::{Pattern, by_split};
use crate::spec::decode::Decode;
use crate::spec::node::{Node, Value};
use crate::spec::problem::{Problem, Problems};

/// Zip or tar archives (also compressed, `.tar.gz`) that hold the files of a pattern, below the root.
#[derive(Clone, Debug)]
pub struct Archives {
    /// One, or all that a pattern finds; or as much a split, which is then the item's column `split`.
    pub files: Vec<(Option<String>, String)>,
    /// The splits that have their own.
    pub(super) names: Vec<String>,
    /// Where they are written.
    pub node: Node,
}

impl Archives {
    /// Whether there may be several, so that their files are known by both paths, `train.zip/images/1.png`.
    pub fn are_several(&self) -> bool {
        self.files.len() > 1 || self.files.iter().any(|(_, file)| file.contains(['*', '?', '[', '{']))
    }
}

impl Decode for Archives {
    fn decode(node: &Node, problems: &mut Problems) -> Option<Self> {
        let files = match node.value {
            Value::Map(_) => by_split(node, problems, String::decode)?,
            Value::List(_) => {
                problems.push(
                    Problem::at(node, "several archives are a pattern, or one a split, and no list")
                        .help("`archive: \"{a,b}.zip\"`, or `archive: {train: a.zip, test: b.zip}`"),
                );
                return None;
            }
            _ => vec![(None, String::decode(node, problems)?)],
        };
        for (index, (_, file)) in files.iter().enumerate() {
            if files[..index].iter().any(|(_, other)| other == file) {
                problems.push(Problem::at(node, format!("`{file}` is the archive of two splits")).help("name each archive once"));
                return None;
            }
        }
        Some(Self { names: files.iter().filter_map(|(split, _)| split.clone()).collect(), files, node: node.clone() })
    }
}

/// The archives that the rows of tables find their images in: one, or all that a pattern finds.
pub(super) fn of_rows(node: &Node, problems: &mut Problems) -> Option<String> {
    if let Value::Map(_) | Value::List(_) = node.value {
        let message = "tables and COCO take one `archive`, or all that a pattern finds: which of them an image is in, `path` says";
        problems.push(Problem::at(node, message).help("`archive: \"{train,test}.zip\"` and `path: \"{split}.zip/images/{file}\"`"));
        return None;
    }
    String::decode(node, problems)
}

/// Refuses groups of a pattern, written at `node`, that are called as columns which the files have whatever their names are: an item would
/// have two values of one. What a file's `stem` is, its pattern may say.
pub(super) fn check_groups(pattern: &Pattern, node: &Node, archives: Option<&Archives>, problems: &mut Problems) -> bool {
    let own = |group: &str| match group {
        "path" => Some("the file's path"),
        "file" => Some("the file's name"),
        "archive" if archives.is_some() => Some("the archive that the file is in"),
        "split" if archives.is_some_and(|archives| !archives.names.is_empty()) => Some("the key of its archive in `archive`"),
        _ => None,
    };
    let groups = pattern.regex().capture_names().flatten();
    let taken: Vec<(&str, &str)> = groups.filter_map(|group| Some((group, own(group)?))).collect();
    for (group, what) in &taken {
        let message = format!("files have a column `{group}` already, {what}: no group can be called so");
        problems.push(Problem::at(node, message).help(format!("call the group otherwise, as in `(?<{group}_in_name>…)`")));
    }
    taken.is_empty()
}
