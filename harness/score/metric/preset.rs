//! A call by the name of a preset.

use super::{Metric, Task, parameters, resolve};
use crate::score::lens::truth::LabelSets;
use crate::score::registry::Preset;
use crate::spec::evaluation::MetricCall;
use crate::spec::node::{Key, Node, Value as Content};
use crate::spec::problem::{Problem, Problems};

/// Resolves the call that a name stands for.
pub(super) fn of_preset(preset: &Preset, call: &MetricCall, task: Task, sets: &LabelSets, problems: &mut Problems) -> Option<Metric> {
    let Content::Map(entries) = &call.choice.options.value else { return None };
    let before = problems.len();
    for (key, _) in entries {
        if let Some((option, word)) = preset.fixed.iter().find(|(option, _)| *option == key.text) {
            let problem = Problem::at_place(&key.place, format!("`{option}` of `{}` is always `{word}`", preset.name));
            problems.push(problem.help(format!("leave it out, or call `{}`", preset.calls)));
        }
    }
    for option in preset.needs.iter().filter(|option| call.choice.options.get(option).is_none()) {
        let problem = Problem::at(&call.choice.name_node, format!("`{}` needs `{option}`", preset.name));
        problems.push(problem.help(format!("write `{{{}: {{{option}: …}}}}`; see `fairgrid explain {}`", preset.name, preset.calls)));
    }
    if problems.len() > before {
        return None;
    }
    let mut called = call.clone();
    called.choice.name = preset.calls.to_owned();
    let Node { place, via, .. } = &call.choice.name_node;
    let fixed = preset.fixed.iter().map(|(option, word)| {
        let node = Node { value: Content::Text((*word).to_owned()), place: place.clone(), via: via.clone() };
        (Key { text: (*option).to_owned(), place: place.clone() }, node)
    });
    called.choice.options.value = Content::Map(entries.iter().cloned().chain(fixed).collect());
    let metric = resolve(&called, task, sets, problems)?;
    Some(Metric { name: call.name.clone().unwrap_or_else(|| preset.name.to_owned()), parameters: parameters(call), ..metric })
}
