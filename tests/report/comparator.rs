//! Leaderboards inside insta: the comparison that users get, behind `assert_snapshot!`.

use std::path::Path;

use fairgrid::report::compare::compare;
use fairgrid::report::snapshot::Snapshot;
use insta::internals::SnapshotContents;

/// Compares two leaderboards as `fairgrid snapshot check` does; what is no leaderboard does not match.
pub(crate) struct Leaderboards;

impl insta::Comparator for Leaderboards {
    fn matches(&self, reference: &insta::Snapshot, test: &insta::Snapshot) -> bool {
        let parsed = |snapshot: &insta::Snapshot| match snapshot.contents() {
            SnapshotContents::Text(text) => Snapshot::parse(&text.to_string()).ok(),
            SnapshotContents::Binary(_) => None,
        };
        match (parsed(reference), parsed(test)) {
            (Some(accepted), Some(found)) => compare(&accepted, &found).agrees(),
            _ => false,
        }
    }

    fn dyn_clone(&self) -> Box<dyn insta::Comparator> {
        Box::new(Self)
    }
}

/// Holds a leaderboard against `<folder>/<study>.snap`, which `fairgrid snapshot` reads and writes too.
pub(crate) fn assert_leaderboard(folder: &Path, found: &Snapshot) {
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path(folder);
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.set_comparator(Box::new(Leaderboards));
    settings.bind(|| insta::assert_snapshot!(found.study.as_str(), found.body()));
}
