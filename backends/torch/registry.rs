//! Things that a spec can name, each defined once: name, options and how to make it.

use fairgrid_sdk::{Failure, Part, Setting, Thing, options};

/// One architecture, loss, optimizer or schedule. Adding one means writing its definition and naming it in its table.
pub(crate) struct Definition<T: 'static> {
    /// What specs call it.
    pub(crate) name: &'static str,
    /// One line about it, with its formula or source.
    pub(crate) summary: &'static str,
    /// Its options.
    pub(crate) settings: &'static [&'static dyn Setting],
    /// Makes it from its options, whose names have been checked.
    pub(crate) make: fn(&Part<'_>) -> Result<T, Failure>,
}

/// The table as `describe` lists it.
pub(crate) fn things<T>(table: &[Definition<T>]) -> Vec<Thing> {
    table.iter().map(|definition| Thing::new(definition.name, definition.summary, options(definition.settings))).collect()
}

/// Makes what `part` names: `{"focal": {"gamma": 2.0}}` or `"focal"`.
///
/// # Errors
/// There is no such name in the table, no such option, or an option is out of bounds; the failure points there.
pub(crate) fn make<T>(kind: &str, part: &Part<'_>, table: &[Definition<T>]) -> Result<T, Failure> {
    let (name, given) = part.choice()?;
    let Some(definition) = table.iter().find(|definition| definition.name == name) else {
        let names: Vec<&str> = table.iter().map(|definition| definition.name).collect();
        return Err(given.fail(format_args!("`{name}` is no {kind} of this backend")).help(format_args!("there are {}", names.join(", "))));
    };
    given.only(definition.settings)?;
    (definition.make)(&given)
}
