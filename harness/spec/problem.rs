//! What is wrong with a spec: a message, a remedy, and the places to underline.

use std::fmt;
use std::sync::Arc;

use miette::{Diagnostic, LabeledSpan, NamedSource, SourceCode};

use super::node::Node;
use super::source::Place;

/// One mistake.
#[derive(Clone, Debug, PartialEq)]
pub struct Problem {
    /// A lower-case fragment naming the thing in backticks with its value and bound.
    pub message: String,
    /// What to do about it.
    pub help: Option<String>,
    /// Where it is written, the cause first, each with a few words (possibly none).
    pub labels: Vec<(Place, String)>,
}

impl Problem {
    /// A problem at a node: its value is underlined first and, if it came through `$axis`, the use second.
    pub fn at(node: &Node, message: impl Into<String>) -> Self {
        Self::at_part(node, &node.place, message)
    }

    fn at_part(node: &Node, place: &Place, message: impl Into<String>) -> Self {
        let mut labels = vec![(place.clone(), String::new())];
        if let Some(via) = &node.via {
            labels.push((via.clone(), "used here".to_owned()));
        }
        Self { message: message.into(), help: None, labels }
    }

    /// A problem with a text that is written somewhere in a node: that is underlined, or all of the node where it is nowhere in there.
    pub fn with(text: &str, node: &Node, message: impl Into<String>) -> Self {
        Self::at_part(node, node.place_of(text), message)
    }

    /// A problem at a place.
    pub fn at_place(place: &Place, message: impl Into<String>) -> Self {
        Self { message: message.into(), help: None, labels: vec![(place.clone(), String::new())] }
    }

    /// Whether this is where it is written.
    pub fn is_at(&self, place: &Place) -> bool {
        self.labels.first().is_some_and(|(first, _)| first == place)
    }

    /// Whether another is written at the same place.
    pub fn is_where(&self, other: &Self) -> bool {
        other.labels.first().is_some_and(|(place, _)| self.is_at(place))
    }

    /// The same, with a remedy.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// The same, with one more place and what is to be seen there.
    #[must_use]
    pub fn also(mut self, place: &Place, note: impl Into<String>) -> Self {
        self.labels.push((place.clone(), note.into()));
        self
    }
}

/// All problems found so far. Decoding goes on after a problem so that one run shows every mistake.
#[derive(Debug, Default)]
pub struct Problems(Vec<Problem>);

impl Problems {
    /// Adds a problem, unless the very same one is known (a template is decoded once a cell).
    pub fn push(&mut self, problem: Problem) {
        if !self.0.contains(&problem) {
            self.0.push(problem);
        }
    }

    /// Takes a problem back, as it follows from another one.
    pub fn withdraw(&mut self, problem: &Problem) {
        self.0.retain(|known| known != problem);
    }

    /// All of them.
    pub fn iter(&self) -> std::slice::Iter<'_, Problem> {
        self.0.iter()
    }

    /// Whether nothing is wrong so far.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// `value` if nothing is wrong, all problems otherwise.
    pub fn check<T>(self, value: Option<T>) -> Result<T, SpecError> {
        match value {
            Some(value) if self.0.is_empty() => Ok(value),
            _ => Err(SpecError { problems: self.0 }),
        }
    }
}

/// Everything that is wrong with a study or a card.
#[derive(Clone, Debug)]
pub struct SpecError {
    /// In the order of the text.
    pub problems: Vec<Problem>,
}

impl IntoIterator for Problems {
    type Item = Problem;
    type IntoIter = std::vec::IntoIter<Problem>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

impl From<Problems> for SpecError {
    fn from(problems: Problems) -> Self {
        Self { problems: problems.0 }
    }
}

impl From<Problem> for SpecError {
    fn from(problem: Problem) -> Self {
        Self { problems: vec![problem] }
    }
}

impl fmt::Display for SpecError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, problem) in self.problems.iter().enumerate() {
            if index > 0 {
                writeln!(f)?;
            }
            if let Some((place, _)) = problem.labels.first() {
                write!(f, "{place}: ")?;
            }
            write!(f, "{}", problem.message)?;
        }
        Ok(())
    }
}

impl std::error::Error for SpecError {}

impl SpecError {
    /// One miette diagnostic a problem, in the order of the text.
    pub fn diagnostics(&self) -> Vec<ProblemDiagnostic> {
        let mut problems: Vec<&Problem> = self.problems.iter().collect();
        problems.sort_by_key(|problem| problem.labels.first().map(|(place, _)| (place.source.path.clone(), place.start)));
        problems.into_iter().map(ProblemDiagnostic::new).collect()
    }
}

/// A [`Problem`] as miette draws it: labels of the first label's file; places in other files are told as further diagnostics.
#[derive(Debug)]
pub struct ProblemDiagnostic {
    message: String,
    help: Option<String>,
    source: Option<NamedSource<Arc<str>>>,
    labels: Vec<LabeledSpan>,
    elsewhere: Vec<ProblemDiagnostic>,
}

impl ProblemDiagnostic {
    fn new(problem: &Problem) -> Self {
        let Some((first, _)) = problem.labels.first() else {
            return Self {
                message: problem.message.clone(),
                help: problem.help.clone(),
                source: None,
                labels: Vec::new(),
                elsewhere: Vec::new(),
            };
        };
        let (here, other): (Vec<_>, Vec<_>) = problem.labels.iter().partition(|(place, _)| Arc::ptr_eq(&place.source, &first.source));
        let label = |(place, note): &(Place, String)| {
            LabeledSpan::new((!note.is_empty()).then(|| note.clone()), place.start, place.end.max(place.start + 1) - place.start)
        };
        let elsewhere = other
            .into_iter()
            .map(|(place, note)| Self::new(&Problem { message: note.clone(), help: None, labels: vec![(place.clone(), String::new())] }))
            .collect();
        Self {
            message: problem.message.clone(),
            help: problem.help.clone(),
            source: Some(NamedSource::new(first.source.path.display().to_string(), Arc::from(first.source.text.as_str()))),
            labels: here.into_iter().map(label).collect(),
            elsewhere,
        }
    }
}

impl fmt::Display for ProblemDiagnostic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for ProblemDiagnostic {}

impl Diagnostic for ProblemDiagnostic {
    fn help<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        self.help.as_ref().map(|help| Box::new(help) as Box<dyn fmt::Display>)
    }

    fn source_code(&self) -> Option<&dyn SourceCode> {
        self.source.as_ref().map(|source| source as &dyn SourceCode)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        Some(Box::new(self.labels.iter().cloned()))
    }

    fn related<'a>(&'a self) -> Option<Box<dyn Iterator<Item = &'a dyn Diagnostic> + 'a>> {
        (!self.elsewhere.is_empty()).then(|| Box::new(self.elsewhere.iter().map(|diagnostic| diagnostic as &dyn Diagnostic)) as Box<_>)
    }
}

/// A list of names that is longer is not shown whole.
const LISTED: usize = 24;
/// How many are shown of a longer one.
const NEAREST: usize = 5;

fn quoted(names: &[&str]) -> String {
    names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
}

/// ` (did you mean …?)`-style help: the nearest of the known names; where none is near, the whole list, or of a long one what is like the name. A
/// name in other letters of case is nearest, then one that is a few letters off, then the only one that begins with it.
pub fn did_you_mean<'a>(name: &str, known: impl IntoIterator<Item = &'a str>) -> String {
    let mut known: Vec<&str> = known.into_iter().collect();
    known.sort_unstable();
    known.dedup();
    let lower = name.to_lowercase();
    let in_case = || known.iter().find(|other| other.to_lowercase() == lower);
    let apart = |other: &str| strsim::damerau_levenshtein(name, other);
    let near = || known.iter().filter(|other| is_near(name, other)).min_by_key(|other| apart(other));
    let mut longer = known.iter().filter(|other| lower.len() >= 3 && other.to_lowercase().starts_with(&lower));
    let only = || longer.next().filter(|_| longer.next().is_none());
    if let Some(other) = in_case().or_else(near).or_else(only) {
        return format!("did you mean `{other}`?");
    }
    match known.len() {
        0 => "none is defined".to_owned(),
        all if all > LISTED => {
            let apart = |other: &str| {
                let other = other.to_lowercase();
                (!other.starts_with(&lower), !other.contains(&lower), strsim::damerau_levenshtein(&lower, &other))
            };
            known.retain(|other| is_like(&lower, &other.to_lowercase()));
            known.sort_by_cached_key(|other| apart(other));
            known.truncate(NEAREST);
            let near = match known.as_slice() {
                [] => "none is near it".to_owned(),
                [one] => format!("the nearest is `{one}`"),
                several => format!("the nearest are {}", quoted(several)),
            };
            format!("of {all} that are known, {near}")
        }
        _ => format!("known: {}", quoted(&known)),
    }
}

/// How many letters differ in what two names do not have in common, equal words at either end aside; and how many letters either has there.
fn unlike(name: &str, other: &str) -> (usize, usize, usize) {
    let (mut one, mut two): (Vec<&str>, Vec<&str>) = (name.split('_').collect(), other.split('_').collect());
    let same = one.iter().zip(&two).take_while(|(one, two)| one == two).count();
    one.drain(..same);
    two.drain(..same);
    let same = one.iter().rev().zip(two.iter().rev()).take_while(|(one, two)| one == two).count();
    one.truncate(one.len() - same);
    two.truncate(two.len() - same);
    let (one, two) = (one.join("_"), two.join("_"));
    (strsim::damerau_levenshtein(&one, &two), one.chars().count(), two.chars().count())
}

/// Whether one name may be a slip for another: a few letters differ, not all.
pub fn is_near(name: &str, other: &str) -> bool {
    let (apart, one, two) = unlike(name, other);
    apart <= (one / 3).max(1) && apart < one.max(two)
}

/// Whether one name is part of the other, or fewer than half the letters differ.
fn is_like(name: &str, other: &str) -> bool {
    let (apart, one, two) = unlike(name, other);
    (name.len() >= 3 && other.contains(name)) || 2 * apart < one.max(two)
}
