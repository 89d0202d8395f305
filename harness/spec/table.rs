//! What a study says about its tables: `tables:`, `average:`, `pool:`, `spread:`, `snapshot:`.
//!
//! Plain data. What the names in it mean is known elsewhere; [`Layout::check`] is told and pushes a problem for every name that means nothing.

use indexmap::IndexMap;

use super::decode::{Decode, Fields, expected, meant, one_or_many, word};
use super::node::{Key, Node, Value};
use super::problem::{Problem, Problems};
use super::source::{Place, Source};

/// A name that is defined elsewhere, and where it is mentioned.
#[derive(Clone, Debug, PartialEq)]
pub struct Mention {
    /// The name.
    pub name: String,
    /// Where.
    pub node: Node,
}

impl Mention {
    /// A name that stands in no file.
    pub fn unwritten(name: &str) -> Self {
        let place = Place { source: Source::new("", ""), start: 0, end: 0 };
        Self { name: name.to_owned(), node: Node { value: Value::Text(name.to_owned()), place, via: None } }
    }

    /// Whether it is the name of a level, however that is written.
    pub(super) fn means(&self, level: &str) -> bool {
        meant(&self.node, [level]).is_some()
    }

    fn of_key(key: &Key, map: &Node) -> Self {
        let node = Node { value: Value::Text(key.text.clone()), place: key.place.clone(), via: map.via.clone() };
        Self { name: key.text.clone(), node }
    }
}

impl Decode for Mention {
    fn decode(node: &Node, problems: &mut Problems) -> Option<Self> {
        String::decode(node, problems).map(|name| Self { name, node: node.clone() })
    }
}

/// What stands behind a value in a table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Spread {
    /// ± the standard deviation over the averaged cells.
    Sd,
    /// The interval, its ends averaged over the averaged cells.
    Interval,
}

impl Decode for Spread {
    fn decode(node: &Node, problems: &mut Problems) -> Option<Self> {
        word(node, problems, &[("sd", Self::Sd), ("interval", Self::Interval)])
    }
}

/// One entry of `columns`.
#[derive(Clone, Debug, PartialEq)]
pub enum Column {
    /// A metric's column name: one column.
    Metric(Mention),
    /// `{over: [metrics]}`: one column per metric and level of a grouping (`tone`, `gender*race`), an axis or one of [`Word`].
    Each {
        /// What is spread.
        over: Mention,
        /// The metrics' column names.
        metrics: Vec<Mention>,
    },
}

/// Whether two names are of one grouping: `race*age` is `age*race`.
pub fn same_fields(a: &str, b: &str) -> bool {
    let fields = |name: &str| {
        let mut fields: Vec<String> = name.split('*').map(str::to_owned).collect();
        fields.sort_unstable();
        fields
    };
    fields(a) == fields(b)
}

impl Column {
    /// The metrics' column names.
    pub fn metrics(&self) -> &[Mention] {
        match self {
            Self::Metric(metric) => std::slice::from_ref(metric),
            Self::Each { metrics, .. } => metrics,
        }
    }

    fn decode_entry(node: &Node, problems: &mut Problems) -> Option<Vec<Self>> {
        match &node.value {
            Value::Map(entries) => {
                let columns: Vec<Option<Self>> = entries
                    .iter()
                    .map(|(key, value)| {
                        let metrics = one_or_many(value, problems)?;
                        Some(Self::Each { over: Mention::of_key(key, node), metrics })
                    })
                    .collect();
                columns.into_iter().collect()
            }
            Value::List(_) | Value::Null => expected(node, problems, "a metric's column name, or a map of a group or an axis to metrics"),
            _ => Mention::decode(node, problems).map(|metric| vec![Self::Metric(metric)]),
        }
    }
}

/// The order of a table's rows.
#[derive(Clone, Debug, PartialEq)]
pub struct Sort {
    /// The metric's column name.
    pub metric: Mention,
    /// The written order; `None`: the best first.
    pub order: Option<Order>,
}

/// A written order of rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Order {
    /// Small values first.
    Ascending,
    /// Large values first.
    Descending,
}

impl Decode for Sort {
    fn decode(node: &Node, problems: &mut Problems) -> Option<Self> {
        match &node.value {
            Value::Map(entries) => match entries.as_slice() {
                [(key, value)] => {
                    let order = word(value, problems, &[("asc", Order::Ascending), ("desc", Order::Descending)])?;
                    Some(Self { metric: Mention::of_key(key, node), order: Some(order) })
                }
                _ => expected(node, problems, "one column name, or a map of one to `asc` or `desc`"),
            },
            _ => Mention::decode(node, problems).map(|metric| Self { metric, order: None }),
        }
    }
}

/// Which cells a table shows: for an axis or a [`Word`], its levels.
#[derive(Clone, Debug, PartialEq)]
pub struct Condition {
    /// The axis or word.
    pub of: Mention,
    /// The levels.
    pub levels: Vec<Mention>,
    /// Whether the cells with these levels are the ones left out.
    pub negated: bool,
}

impl Condition {
    /// Whether a cell with this level (`None`: with none) is shown.
    pub fn admits(&self, level: Option<&str>) -> bool {
        level.is_some_and(|level| self.levels.iter().any(|known| known.means(level))) != self.negated
    }

    fn decode_map(node: &Node, problems: &mut Problems) -> Option<Vec<Self>> {
        let Value::Map(entries) = &node.value else {
            return expected(node, problems, "a map of axes to levels");
        };
        let conditions: Vec<Option<Self>> = entries
            .iter()
            .map(|(key, value)| {
                let (negated, levels) = match &value.value {
                    Value::Map(_) => {
                        let mut fields = Fields::of(value, problems, "a condition")?;
                        let levels = fields.required_with("not_in", problems, one_or_many);
                        fields.finish(problems);
                        (true, levels?)
                    }
                    _ => (false, one_or_many(value, problems)?),
                };
                Some(Self { of: Mention::of_key(key, node), levels, negated })
            })
            .collect();
        conditions.into_iter().collect()
    }
}

/// One table.
#[derive(Clone, Debug, PartialEq)]
pub struct Table {
    /// Axes and [`Word`]s: one row per combination of their levels that there is.
    pub rows: Vec<Mention>,
    /// The columns.
    pub columns: Vec<Column>,
    /// The order of the rows; none: the order of the axes' levels.
    pub sort: Option<Sort>,
    /// What ± is; none: as the study says.
    pub spread: Option<Spread>,
    /// Whether the best value of a column is bold.
    pub best: bool,
    /// Axes to average over, besides the study's.
    pub average: Vec<Mention>,
    /// Which cells are shown; all conditions must hold.
    pub conditions: Vec<Condition>,
    /// Whether all that says what it shows is read without a mistake.
    pub read: bool,
}

impl Decode for Table {
    fn decode(node: &Node, problems: &mut Problems) -> Option<Self> {
        let before = problems.len();
        let mut fields = Fields::of(node, problems, "a table")?;
        let rows = fields.required("rows", problems);
        let columns = fields.required_with("columns", problems, |node, problems| {
            let Value::List(items) = &node.value else {
                return expected(node, problems, "a list of columns");
            };
            if items.is_empty() {
                problems.push(Problem::at(node, "a table needs at least one column"));
                return None;
            }
            let columns: Vec<Option<Vec<Column>>> = items.iter().map(|item| Column::decode_entry(item, problems)).collect();
            let columns: Option<Vec<Vec<Column>>> = columns.into_iter().collect();
            columns.map(|columns| columns.into_iter().flatten().collect())
        });
        let sort = fields.optional("sort", problems);
        let spread = fields.optional("spread", problems);
        let average = fields.optional("average", problems).unwrap_or_default();
        let conditions = fields.optional_with("where", problems, Condition::decode_map).unwrap_or_default();
        // What is bold changes nothing that is shown.
        let mut aside = Problems::default();
        let best = fields.optional_with("best", &mut aside, |node, problems| word(node, problems, &[("bold", true)]));
        fields.finish(problems);
        let read = problems.len() == before;
        aside.into_iter().for_each(|problem| problems.push(problem));
        Some(Self { rows: rows?, columns: columns?, sort, spread, best: best.unwrap_or(false), average, conditions, read })
    }
}

/// `snapshot:`: how far a value may move before it counts as drift.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Tolerances {
    /// For every column that has none of its own; `None`: by where the model's predictions come from.
    pub default: Option<f64>,
    /// By metric's column name.
    pub columns: Vec<(Mention, f64)>,
}

impl Tolerances {
    /// The written tolerance of a column, or of all that have none of their own, if one is written.
    pub fn of(&self, column: &str) -> Option<f64> {
        self.written(column).or(self.default)
    }

    /// The tolerance of a column itself, if one is written.
    pub fn written(&self, column: &str) -> Option<f64> {
        self.columns.iter().find(|(known, _)| known.name == column).map(|(_, bound)| *bound)
    }
}

impl Decode for Tolerances {
    fn decode(node: &Node, problems: &mut Problems) -> Option<Self> {
        let mut fields = Fields::of(node, problems, "`snapshot`")?;
        let tolerance = fields.optional_with("tolerance", problems, |node, problems| {
            let Value::Map(entries) = &node.value else {
                return expected(node, problems, "a map of `default` and column names to numbers");
            };
            let mut read = Self::default();
            for (key, value) in entries {
                match f64::decode(value, problems) {
                    Some(bound) if bound >= 0.0 => match key.text.as_str() {
                        "default" => read.default = Some(bound),
                        _ => read.columns.push((Mention::of_key(key, node), bound)),
                    },
                    Some(_) => expected(value, problems, "a tolerance of 0 or more").unwrap_or_default(),
                    None => {}
                }
            }
            Some(read)
        });
        fields.finish(problems);
        Some(tolerance.unwrap_or_default())
    }
}

/// All that a study says about how its results are laid out.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Layout {
    /// Axes over which tables show means: scored first, averaged after.
    pub average: Vec<Mention>,
    /// Axes whose predictions are joined before scoring.
    pub pool: Vec<Mention>,
    /// What ± is, where a table does not say.
    pub spread: Option<Spread>,
    /// The tables, in file order; `main` is the leaderboard.
    pub tables: IndexMap<String, Table>,
    /// How far a value may move.
    pub tolerances: Tolerances,
}

impl Layout {
    /// Reads the keys `average`, `pool`, `spread`, `tables` and `snapshot` of a study. Wrong ones are problems and count as missing; those of the
    /// last, which change no table, stand `aside`.
    pub fn take(fields: &mut Fields<'_>, problems: &mut Problems, aside: &mut Problems) -> Self {
        let mut of_tables = Problems::default();
        let tables = fields.optional("tables", &mut of_tables);
        // A table that is written wrongly hides nothing of the others.
        of_tables.into_iter().for_each(|problem| if tables.is_some() { &mut *aside } else { &mut *problems }.push(problem));
        Self {
            average: fields.optional("average", problems).unwrap_or_default(),
            pool: fields.optional("pool", problems).unwrap_or_default(),
            spread: fields.optional("spread", problems),
            tables: tables.unwrap_or_default(),
            tolerances: fields.optional("snapshot", aside).unwrap_or_default(),
        }
    }
}

/// What a cell has besides its axes; each may stand in `rows`, spread columns, and be a condition.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Word {
    /// The model's name.
    Model,
    /// The evaluation's name.
    Evaluation,
    /// The split that was scored.
    Data,
    /// The decision rule.
    Decision,
}

impl Word {
    /// All of them, in the order of the results' columns.
    pub const ALL: [Self; 4] = [Self::Model, Self::Evaluation, Self::Data, Self::Decision];

    /// The word as written in specs and results.
    pub fn text(self) -> &'static str {
        match self {
            Self::Model => "model",
            Self::Evaluation => "evaluation",
            Self::Data => "data",
            Self::Decision => "decision",
        }
    }

    /// The word that is written so.
    pub fn of(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|word| word.text() == text)
    }
}

/// Something with named levels: an axis of the grid, a grouping.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dimension {
    /// `loss`, `gender*race`.
    pub name: String,
    /// The labels of its levels, in the order in which they are shown.
    pub levels: Vec<String>,
}

/// Where a model's numbers come from; decides how far they may move between two machines.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Origin {
    /// Predictions from a file: nothing is computed but scores.
    Imported,
    /// A fixed model runs.
    Inferred,
    /// A model is trained.
    Trained,
}
