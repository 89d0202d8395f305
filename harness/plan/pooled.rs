//! Predictions that are scored as one, checked before anything runs.

use indexmap::IndexSet;
use std::sync::Arc;

use super::imported::Taken;
use super::make::Planner;
use crate::score::predictions::pool::pooled;
use crate::score::schema::Schema;
use crate::score::scheme::Scheme;
use crate::spec::cell::{CellEvaluation, Part};
use crate::spec::evaluation::Evaluation;
use crate::spec::problem::{Problem, Problems};
use crate::spec::study::Study;

/// What else there is where predictions cannot be pooled.
const AFTER: &str = "means over levels, taken after scoring, are `average`";

impl Planner<'_> {
    /// What is pooled must be of one kind. `imported` says whether it is from files.
    pub(super) fn check_kinds(&mut self, study: &Study, evaluation: &CellEvaluation, schemas: &[Schema], imported: bool) -> Option<()> {
        let parts = &evaluation.parts;
        if parts.len() < 2 {
            return Some(());
        }
        if let Some((differ, whole)) = differing_classes(parts, schemas) {
            let help = match imported {
                false => "give all the same classes, in one order".to_owned(),
                true => format!("say in `columns` which classes there are, for all alike: `classes: [{}]`", whole.join(", ")),
            };
            return self.unpooled(study, &differ, help);
        }
        if schemas.iter().any(|schema| schema.embeddings.is_some()) && reads_vectors(&evaluation.spec, &schemas[0]) {
            let reason = "the vectors of one encoder say nothing beside those of another, and the evaluation reads them";
            return self.unpooled(study, reason, AFTER.to_owned());
        }
        Some(())
    }

    /// What is pooled must be about different items.
    pub(super) fn check_pool(&mut self, study: &Study, evaluation: &CellEvaluation, taken: &[Taken]) -> Option<()> {
        let parts = &evaluation.parts;
        if parts.len() < 2 {
            return Some(());
        }
        let same = |part: &Part| parts.iter().filter(|other| other.split == part.split).count() > 1;
        let reason = if taken.is_empty() {
            let split = parts.iter().find(|part| same(part)).and_then(|part| part.split.as_ref());
            split.map(|split| format!("its levels predict the same items, those of `{}`", split.value))
        } else {
            let named = parts.iter().map(|part| part.fold.clone()).zip(taken.iter().map(|taken| Arc::clone(&taken.scored)));
            pooled(named.collect()).err().map(|error| error.to_string())
        };
        reason.map_or(Some(()), |reason| self.unpooled(study, &reason, AFTER.to_owned()))
    }

    /// Says where `pool` is written why it cannot be.
    fn unpooled(&mut self, study: &Study, reason: &str, help: String) -> Option<()> {
        let mentions: Vec<_> = study.layout.pool.iter().filter(|mention| study.grid.axis(&mention.name).is_some()).collect();
        let axes: Vec<String> = mentions.iter().map(|mention| format!("`{}`", mention.name)).collect();
        let message = format!("{} cannot be pooled: {reason}", axes.join(" and "));
        self.problems.push(Problem::at(&mentions.first()?.node, message).help(help));
        None
    }
}

/// How parts differ in their classes, and all of these; `None` where they do not.
fn differing_classes(parts: &[Part], schemas: &[Schema]) -> Option<(String, Vec<String>)> {
    const TOLD: usize = 3;
    let first = schemas.first()?;
    let (other, part) = schemas.iter().zip(parts).find(|(schema, _)| schema.classes != first.classes)?;
    let whole: IndexSet<&String> = schemas.iter().flat_map(|schema| &schema.classes).collect();
    let lacked: Vec<String> = (parts.iter().zip(schemas))
        .filter_map(|(part, schema)| {
            let lacking: Vec<String> =
                whole.iter().filter(|class| !schema.classes.contains(class)).map(|class| format!("`{class}`")).collect();
            let more = lacking.len().saturating_sub(TOLD);
            let more = if more > 0 { format!(" and {more} more") } else { String::new() };
            (!lacking.is_empty()).then(|| format!("{} lacks {}{more}", part.fold, lacking[..lacking.len().min(TOLD)].join(", ")))
        })
        .collect();
    let differ = match lacked.len() {
        0 => {
            let (here, there) = (first.classes.join(", "), other.classes.join(", "));
            format!("its levels have their classes in different orders: {here} ({}) and {there} ({})", parts[0].fold, part.fold)
        }
        count => {
            let others = if count > TOLD { format!("; and so on, {count} in all") } else { String::new() };
            format!("its levels have different classes: {}{others}", lacked[..count.min(TOLD)].join("; "))
        }
    };
    Some((differ, whole.into_iter().cloned().collect()))
}

/// Whether an evaluation fits predictions with vectors, and those without them not.
fn reads_vectors(evaluation: &Evaluation, schema: &Schema) -> bool {
    let fits = |schema: &Schema| {
        let mut problems = Problems::default();
        let scheme = Scheme::of(evaluation, schema, &mut problems);
        problems.check(scheme).is_ok()
    };
    fits(schema) && !fits(&Schema { embeddings: None, ..schema.clone() })
}
