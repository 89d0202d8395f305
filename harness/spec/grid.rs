//! Axes, their levels, and the points that a part of the spec spans.

use super::decode::{Decode, Fields, canonical, meant};
use super::folds::{FOLD, Folds, fold_of};
use super::node::{Key, Node, Value};
use super::problem::{Problem, Problems, did_you_mean};
use super::reserved::{AFTER_AXES, BEFORE_AXES, OF_COMPARISONS};
use super::source::Place;

/// A named list of levels.
#[derive(Clone, Debug)]
pub struct Axis {
    /// The name that `$name` refers to.
    pub name: String,
    /// In file order.
    pub levels: Vec<Level>,
}

/// One value of an axis.
#[derive(Clone, Debug)]
pub struct Level {
    /// How tables and keys call it: the name given, or the canonical text of the value.
    pub label: String,
    /// What `$axis` stands for.
    pub value: Node,
}

/// The axes of a study and the points that are left out.
#[derive(Clone, Debug, Default)]
pub struct Grid {
    /// In file order.
    pub axes: Vec<Axis>,
    /// The splits that each fold has of its own, `dataset/split`: to name one is to mention the axis [`FOLD`].
    dealt: Vec<String>,
    /// The axes that are written wrongly: they are there, and what they hold is not known.
    unread: Vec<String>,
    /// Whether `grid:` is no map, so that not even the axes' names are known.
    nameless: bool,
    exclude: Vec<Vec<(usize, usize)>>,
}

/// A choice of one level for some axes: `(axis, level)`, sorted by axis.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Point(Vec<(usize, usize)>);

impl Point {
    /// The level of an axis, if the point has it.
    pub fn level(&self, axis: usize) -> Option<usize> {
        self.0.iter().find(|(other, _)| *other == axis).map(|(_, level)| *level)
    }

    /// The axes that the point has.
    pub fn axes(&self) -> impl Iterator<Item = usize> {
        self.0.iter().map(|(axis, _)| *axis)
    }

    /// The point, with the levels of another on the axes that it has not.
    #[must_use]
    pub fn joined(&self, other: &Self) -> Self {
        let further = other.0.iter().filter(|(axis, _)| self.level(*axis).is_none());
        let mut levels: Vec<(usize, usize)> = self.0.iter().chain(further).copied().collect();
        levels.sort_unstable();
        Self(levels)
    }

    /// The part of the point on some axes.
    #[must_use]
    pub fn onto(&self, axes: &[usize]) -> Self {
        Self(self.0.iter().filter(|(axis, _)| axes.contains(axis)).copied().collect())
    }
}

impl Grid {
    /// Reads `grid:` and `exclude:`; datasets that are dealt into folds add the axis [`FOLD`], the last and so the fastest.
    pub fn decode(grid: Option<&Node>, exclude: Option<&Node>, dealt: &[(&str, &Folds)], problems: &mut Problems) -> Self {
        let (mut axes, mut unread) = (Vec::new(), Vec::new());
        let nameless = grid.is_some_and(|node| !matches!(node.value, Value::Map(_)));
        if let Some(node) = grid {
            match &node.value {
                Value::Map(entries) => {
                    for (key, value) in entries {
                        let axis = Axis::read(key, value, problems);
                        unread.extend(axis.is_none().then(|| key.text.clone()));
                        axes.extend(axis);
                    }
                }
                _ => problems.push(Problem::at(node, format!("expected a map of axes, found {}", node.kind()))),
            }
        }
        if let (Some((_, folds)), Some(own)) = (dealt.first(), grid.and_then(|grid| grid.get(FOLD))) {
            let message = format!("the axis `{FOLD}` is that of the dataset's folds");
            problems.push(Problem::at(own, message).also(&folds.node.place, "which are dealt here").help("call this axis something else"));
            axes.retain(|axis: &Axis| axis.name != FOLD);
            unread.push(FOLD.to_owned());
        }
        axes.extend(dealt.first().map(|(_, folds)| Axis::of_folds(folds)));
        for (_, folds) in dealt.iter().filter(|(_, folds)| folds.k != dealt[0].1.k) {
            let message = format!("{} folds here, {} for another dataset: all share the axis `{FOLD}`", folds.k, dealt[0].1.k);
            problems.push(Problem::at(&folds.node, message).also(&dealt[0].1.node.place, "the others").help("deal all into as many"));
            unread.push(FOLD.to_owned());
        }
        let dealt = dealt.iter().flat_map(|(name, folds)| folds.splits().map(move |split| format!("{name}/{split}"))).collect();
        let mut grid = Self { axes, dealt, unread, nameless, exclude: Vec::new() };
        if let Some(points) = exclude.and_then(|node| Vec::<Node>::decode(node, problems)) {
            grid.exclude = points.iter().filter_map(|node| grid.excluded(node, problems)).collect();
        }
        grid
    }

    fn excluded(&self, node: &Node, problems: &mut Problems) -> Option<Vec<(usize, usize)>> {
        let Value::Map(entries) = &node.value else {
            problems.push(Problem::at(node, format!("expected a map of axes to levels, found {}", node.kind())));
            return None;
        };
        entries
            .iter()
            .map(|(key, value)| {
                let axis = self.axis(&key.text);
                if self.lacks(&key.text) {
                    problems.push(
                        Problem::at_place(&key.place, format!("unknown axis `{}`", key.text)).help(did_you_mean(&key.text, self.names())),
                    );
                }
                let axis = axis?;
                let labels = self.axes[axis].levels.iter().map(|level| level.label.as_str());
                let level = meant(value, labels.clone());
                if level.is_none() {
                    let label = canonical(value);
                    problems.push(
                        Problem::at(value, format!("the axis `{}` has no level `{label}`", key.text)).help(did_you_mean(&label, labels)),
                    );
                }
                Some((axis, level?))
            })
            .collect()
    }

    /// The position of an axis.
    pub fn axis(&self, name: &str) -> Option<usize> {
        self.axes.iter().position(|axis| axis.name == name)
    }

    /// Whether all axes are known, and what they hold.
    pub fn is_read(&self) -> bool {
        self.unread.is_empty() && !self.nameless
    }

    /// Counts the axis of the folds as one that is written wrongly, as a dataset is that may be dealt into some.
    pub fn miss_folds(&mut self) {
        self.unread.push(FOLD.to_owned());
    }

    /// Whether there is no such axis, not even one that is written wrongly.
    pub fn lacks(&self, name: &str) -> bool {
        self.axis(name).is_none() && !self.nameless && !self.unread.iter().any(|unread| unread == name)
    }

    /// The names of all axes.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.axes.iter().map(|axis| axis.name.as_str())
    }

    /// Which axes a part of the spec mentions, sorted. An unknown name is a problem.
    pub fn mentions(&self, node: &Node, problems: &mut Problems) -> Vec<usize> {
        let mut found = Vec::new();
        self.look(node, problems, &mut found);
        found.sort_unstable();
        found.dedup();
        found
    }

    fn look(&self, node: &Node, problems: &mut Problems, found: &mut Vec<usize>) {
        match &node.value {
            Value::Text(text) => {
                if let Some((name, _)) = reference(text) {
                    match self.axis(name) {
                        Some(axis) => found.push(axis),
                        None if !self.lacks(name) => {}
                        None => {
                            let help = did_you_mean(name, self.names());
                            problems.push(Problem::at(node, format!("`{text}` names no axis of `grid`")).help(help));
                        }
                    }
                }
                if self.dealt(text).is_some() {
                    found.extend(self.axis(FOLD));
                }
            }
            Value::List(items) => items.iter().for_each(|item| self.look(item, problems, found)),
            Value::Map(entries) => {
                for (key, value) in entries {
                    if reference(&key.text).is_some() {
                        let key = Node { value: Value::Text(key.text.clone()), place: key.place.clone(), via: None };
                        self.look(&key, problems, found);
                    }
                    self.look(value, problems, found);
                }
            }
            _ => {}
        }
    }

    /// Whether every point over all axes is excluded.
    pub fn is_empty(&self) -> bool {
        self.points(&(0..self.axes.len()).collect::<Vec<_>>()).is_empty()
    }

    /// Every point over some axes that is not excluded, the last axis running fastest.
    pub fn points(&self, axes: &[usize]) -> Vec<Point> {
        self.extend(&Point::default(), axes)
    }

    /// Every point that has the levels of `from` and one of each further axis, and is not excluded.
    pub fn extend(&self, from: &Point, axes: &[usize]) -> Vec<Point> {
        let mut points = vec![from.clone()];
        for &axis in axes.iter().filter(|axis| from.level(**axis).is_none()) {
            let mut longer = Vec::with_capacity(points.len() * self.axes[axis].levels.len());
            for point in &points {
                for level in 0..self.axes[axis].levels.len() {
                    let mut point = point.clone();
                    point.0.push((axis, level));
                    point.0.sort_unstable();
                    longer.push(point);
                }
            }
            points = longer;
        }
        points.retain(|point| !self.exclude.iter().any(|dropped| dropped.iter().all(|&(axis, level)| point.level(axis) == Some(level))));
        points
    }

    /// Axis names and level labels of a point.
    pub fn coordinates(&self, point: &Point) -> Vec<(String, String)> {
        point.0.iter().map(|&(axis, level)| (self.axes[axis].name.clone(), self.axes[axis].levels[level].label.clone())).collect()
    }

    /// Whether an axis is that of the folds.
    pub fn is_of_folds(&self, axis: usize) -> bool {
        !self.dealt.is_empty() && self.axis(FOLD) == Some(axis)
    }

    /// The dataset and the split of a text that names one which each fold has of its own.
    fn dealt<'t>(&self, text: &'t str) -> Option<(&'t str, &'t str)> {
        text.split_once('/').filter(|_| self.dealt.iter().any(|dealt| dealt == text))
    }

    /// The part of the spec with every `$axis` replaced by the point's level, and the splits of folds by those of the point's fold. The
    /// level's place is kept, and the place of its use beside it.
    pub fn substitute(&self, node: &Node, point: &Point, problems: &mut Problems) -> Node {
        let value = match &node.value {
            Value::Text(text) => match reference(text) {
                Some((name, path)) => return self.resolve(node, name, path, point, problems).unwrap_or_else(|| node.clone()),
                None => match (self.dealt(text), self.axis(FOLD).and_then(|axis| point.level(axis))) {
                    (Some((dataset, split)), Some(fold)) => Value::Text(format!("{}/{split}", fold_of(dataset, fold))),
                    _ => node.value.clone(),
                },
            },
            Value::List(items) => Value::List(items.iter().map(|item| self.substitute(item, point, problems)).collect()),
            Value::Map(entries) => Value::Map(
                entries
                    .iter()
                    .map(|(key, value)| (self.substitute_key(key, point, problems), self.substitute(value, point, problems)))
                    .collect(),
            ),
            other => other.clone(),
        };
        Node { value, place: node.place.clone(), via: node.via.clone() }
    }

    fn substitute_key(&self, key: &Key, point: &Point, problems: &mut Problems) -> Key {
        let Some((name, path)) = reference(&key.text) else { return key.clone() };
        let written = Node { value: Value::Text(key.text.clone()), place: key.place.clone(), via: None };
        match self.resolve(&written, name, path, point, problems) {
            Some(level) => Key { text: canonical(&level), place: level.place },
            None => key.clone(),
        }
    }

    fn resolve(&self, used: &Node, name: &str, path: Option<&str>, point: &Point, problems: &mut Problems) -> Option<Node> {
        let axis = self.axis(name)?;
        let level = &self.axes[axis].levels[point.level(axis)?];
        let mut value = &level.value;
        for key in path.into_iter().flat_map(|path| path.split('.')) {
            match value.get(key) {
                Some(node) => value = node,
                None => {
                    problems.push(
                        Problem::at(used, format!("the level `{}` of `{name}` has no key `{key}`", level.label))
                            .also(&value.place, "this level"),
                    );
                    return None;
                }
            }
        }
        Some(used_at(value, used))
    }
}

fn used_at(level: &Node, used: &Node) -> Node {
    let value = match &level.value {
        Value::List(items) => Value::List(items.iter().map(|item| used_at(item, used)).collect()),
        Value::Map(entries) => Value::Map(entries.iter().map(|(key, value)| (key.clone(), used_at(value, used))).collect()),
        other => other.clone(),
    };
    Node { value, place: level.place.clone(), via: Some(used.place.clone()) }
}

/// The places of every `$axis` that is still there after substitution.
pub fn unresolved(node: &Node) -> Vec<Place> {
    match &node.value {
        Value::Text(text) if reference(text).is_some() => vec![node.place.clone()],
        Value::List(items) => items.iter().flat_map(unresolved).collect(),
        Value::Map(entries) => entries.iter().flat_map(|(_, value)| unresolved(value)).collect(),
        _ => Vec::new(),
    }
}

/// `$axis` or `$axis.key`, whole; `${NAME}` is not one.
fn reference(text: &str) -> Option<(&str, Option<&str>)> {
    let name = text.strip_prefix('$')?;
    if name.is_empty() || name.starts_with('{') {
        return None;
    }
    match name.split_once('.') {
        Some((name, path)) => Some((name, Some(path))),
        None => Some((name, None)),
    }
}

impl Axis {
    fn read(key: &Key, node: &Node, problems: &mut Problems) -> Option<Self> {
        if BEFORE_AXES.iter().chain(&AFTER_AXES).chain(&OF_COMPARISONS).any(|column| *column == key.text) {
            let message = format!("an axis cannot be called `{}`: that is a column of the results", key.text);
            problems.push(Problem::at_place(&key.place, message).help("choose another name"));
            return None;
        }
        if !key.text.starts_with(|first: char| first.is_ascii_alphabetic())
            || !key.text.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
        {
            problems.push(Problem::at_place(&key.place, format!("`{}` is not a name: letters, digits and `_`, a letter first", key.text)));
            return None;
        }
        let levels: Vec<Level> = match &node.value {
            Value::List(items) => items.iter().map(|item| Level { label: canonical(item), value: item.clone() }).collect(),
            Value::Map(entries) => entries.iter().map(|(key, value)| Level { label: key.text.clone(), value: value.clone() }).collect(),
            _ => {
                problems.push(Problem::at(node, format!("expected a list of levels or a map of named levels, found {}", node.kind())));
                return None;
            }
        };
        if levels.is_empty() {
            problems.push(Problem::at(node, format!("the axis `{}` has no level", key.text)));
            return None;
        }
        for (index, level) in levels.iter().enumerate() {
            if let Some(earlier) = levels[..index].iter().find(|earlier| earlier.label == level.label) {
                problems.push(
                    Problem::at(&level.value, format!("the axis `{}` has the level `{}` twice", key.text, level.label))
                        .also(&earlier.value.place, "first written here"),
                );
            }
        }
        Some(Self { name: key.text.clone(), levels })
    }

    fn of_folds(folds: &Folds) -> Self {
        let level = |fold: u32| Node { value: Value::Integer(fold.into()), place: folds.node.place.clone(), via: None };
        let levels = (0..folds.k).map(|fold| Level { label: fold.to_string(), value: level(fold) });
        Self { name: FOLD.to_owned(), levels: levels.collect() }
    }
}

/// Refuses `fairgrid: N` of a language that this program does not speak.
pub fn check_version(fields: &mut Fields<'_>, key: &'static str, problems: &mut Problems) {
    let Some(node) = fields.required::<Node>(key, problems) else { return };
    if node.value != Value::Integer(1) {
        problems
            .push(Problem::at(&node, format!("the language version {} is not known", node.kind())).help("this program speaks version `1`"));
    }
}
