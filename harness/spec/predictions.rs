//! `predictions:` (or `embeddings:`) and `columns:`: where a table of predictions (or vectors) made elsewhere holds what.

use indexmap::IndexMap;

use super::decode::{Decode, Fields, expected};
use super::node::{Node, Value};
use super::problem::{Problem, Problems};
use super::vectors::Vectors;

/// The columns of a table of predictions. Group columns are not named here: they are read by the names that evaluations use.
#[derive(Clone, Debug, PartialEq)]
pub struct Columns {
    /// Distinct names of the items; without it, items are called by their row number.
    pub id: Option<String>,
    /// What is true, where that is in the table: a dataset may know, or the evaluation's label sets. Vectors may come without.
    pub label: Option<Labels>,
    /// What was decided, where that is in the table.
    pub decision: Option<Labels>,
    /// The scores, where they are in the table.
    pub scores: Option<ScoreColumns>,
    /// The vectors; always in a table of embeddings.
    pub embedding: Option<Vectors>,
    /// The classes in order; without it, those that the scores, labels and decisions name.
    pub classes: Option<Vec<String>>,
    /// The split of each row.
    pub split: Option<String>,
    /// The person, patient or child of each row.
    pub subject: Option<String>,
    /// How much each row counts.
    pub weight: Option<String>,
    /// Where the map is written.
    pub node: Node,
}

impl Columns {
    /// Whether an item has one label, so that the probabilities of all classes sum to 1.
    pub fn is_exclusive(&self) -> bool {
        matches!(self.label, Some(Labels::Single(_)))
    }

    /// Every column that is named.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        let labels =
            [self.label.as_ref(), self.decision.as_ref()].into_iter().flatten().flat_map(|labels| -> Box<dyn Iterator<Item = &str>> {
                match labels {
                    Labels::Single(column) => Box::new(std::iter::once(column.as_str())),
                    Labels::Lists { present, absent } => Box::new(std::iter::once(present).chain(absent).map(String::as_str)),
                    Labels::Wide(map) => Box::new(map.values().map(String::as_str)),
                }
            });
        let scores = self.scores.iter().flat_map(|scores| scores.shape.names());
        let vectors = self.embedding.iter().flat_map(Vectors::names);
        let items = [&self.id, &self.split, &self.subject, &self.weight].into_iter().flatten().map(String::as_str);
        items.chain(labels).chain(scores).chain(vectors)
    }

    /// The columns that say something of every item: none of their cells may be empty.
    pub fn complete(&self) -> impl Iterator<Item = &str> {
        let scores = self.scores.iter().flat_map(|scores| scores.shape.names());
        [&self.id, &self.weight].into_iter().flatten().map(String::as_str).chain(scores)
    }

    /// The columns whose cells are numbers, one each.
    pub fn numbers(&self) -> impl Iterator<Item = &str> {
        let shapes = self.scores.iter().map(|scores| &scores.shape).filter(|shape| !matches!(shape, Shape::List(_)));
        self.weight.iter().map(String::as_str).chain(shapes.flat_map(Shape::names))
    }
}

/// Where labels (or decisions) are.
#[derive(Clone, Debug, PartialEq)]
pub enum Labels {
    /// One column of class names.
    Single(String),
    /// Two columns of lists of class names; `None` where every class that is not present is absent.
    Lists {
        /// Column of the classes that are present.
        present: String,
        /// Column of the classes that are absent.
        absent: Option<String>,
    },
    /// One column of 1, 0 or nothing (unknown) a class.
    Wide(IndexMap<String, String>),
}

/// Where scores are, and what they are.
#[derive(Clone, Debug, PartialEq)]
pub struct ScoreColumns {
    /// What they are.
    pub kind: Kind,
    /// Where they are.
    pub shape: Shape,
}

/// What scores are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// Numbers before a softmax or sigmoid.
    Logits,
    /// Numbers between 0 and 1.
    Probabilities,
    /// Anything that is larger for likelier classes.
    Scores,
}

impl Kind {
    /// The word in files.
    pub fn word(self) -> &'static str {
        match self {
            Self::Logits => "logits",
            Self::Probabilities => "probabilities",
            Self::Scores => "scores",
        }
    }
}

/// Where scores are.
#[derive(Clone, Debug, PartialEq)]
pub enum Shape {
    /// One column: the score of the positive class.
    Positive(String),
    /// One column a class.
    Wide(IndexMap<String, String>),
    /// One column of lists, a number a class; in text files written as JSON.
    List(String),
}

impl Shape {
    /// Every column that is named.
    fn names(&self) -> Box<dyn Iterator<Item = &str> + '_> {
        match self {
            Self::Positive(column) | Self::List(column) => Box::new(std::iter::once(column.as_str())),
            Self::Wide(map) => Box::new(map.values().map(String::as_str)),
        }
    }
}

impl Decode for Columns {
    /// Those of a table of predictions.
    fn decode(node: &Node, problems: &mut Problems) -> Option<Self> {
        let before = problems.len();
        let mut fields = Fields::of(node, problems, "`columns`")?;
        let label = fields.optional("label", problems);
        let decision = fields.optional("decision", problems);
        let kinds = [("scores", Kind::Scores), ("logits", Kind::Logits), ("probabilities", Kind::Probabilities)];
        let mut scores = Vec::new();
        for (key, kind) in kinds {
            if let Some(shape) = fields.optional(key, problems) {
                scores.push(ScoreColumns { kind, shape });
            }
        }
        let embedding = fields.optional("embedding", problems);
        let items = Self::of_items(&mut fields, node, problems);
        fields.finish(problems);
        if scores.len() > 1 {
            return expected(node, problems, "only one of `scores`, `logits` and `probabilities`");
        }
        // A column that is not known would be missed wherever it is needed.
        if problems.len() > before {
            return None;
        }
        let columns = Self { label, decision, scores: scores.pop(), embedding, ..items? };
        if columns.decision.is_none() && columns.scores.is_none() {
            problems.push(
                Problem::at(node, "`columns` names neither decisions nor scores")
                    .help("add `decision`, `scores`, `logits` or `probabilities`"),
            );
            return None;
        }
        Some(columns)
    }
}

impl Columns {
    /// Those of a table of embeddings.
    pub fn of_embeddings(node: &Node, problems: &mut Problems) -> Option<Self> {
        let mut fields = Fields::of(node, problems, "`columns` of embeddings")?;
        let embedding = fields.required("embedding", problems);
        let label = fields.optional("label", problems);
        let items = Self::of_items(&mut fields, node, problems);
        fields.finish(problems);
        Some(Self { embedding: Some(embedding?), label, ..items? })
    }

    /// What every table may say of its items.
    fn of_items(fields: &mut Fields<'_>, node: &Node, problems: &mut Problems) -> Option<Self> {
        let items = Self {
            id: fields.optional("id", problems),
            label: None,
            decision: None,
            scores: None,
            embedding: None,
            classes: fields.optional("classes", problems),
            split: fields.optional("split", problems),
            subject: fields.optional("subject", problems),
            weight: fields.optional("weight", problems),
            node: node.clone(),
        };
        let classes = items.classes.as_deref().unwrap_or_default();
        if let Some((_, twice)) = classes.iter().enumerate().find(|(index, name)| classes[..*index].contains(name)) {
            problems.push(Problem::at(node, format!("the class `{twice}` is named twice in `classes`")));
            return None;
        }
        Some(items)
    }
}

impl Decode for Labels {
    fn decode(node: &Node, problems: &mut Problems) -> Option<Self> {
        match &node.value {
            Value::Text(column) => Some(Self::Single(column.clone())),
            Value::Map(_) if node.get("present").is_some() => {
                let mut fields = Fields::of(node, problems, "a multi-label column")?;
                let present = fields.required("present", problems);
                let absent: Option<String> = fields.required("absent", problems);
                fields.finish(problems);
                Some(Self::Lists { present: present?, absent: absent.filter(|absent| absent != "rest") })
            }
            Value::Map(_) => IndexMap::decode(node, problems).map(Self::Wide),
            _ => expected(node, problems, "a column, `{present: COLUMN, absent: COLUMN or rest}`, or a map from classes to columns"),
        }
    }
}

impl Decode for Shape {
    fn decode(node: &Node, problems: &mut Problems) -> Option<Self> {
        match &node.value {
            Value::Text(column) => Some(Self::Positive(column.clone())),
            Value::Map(entries) if entries.len() == 1 && matches!(entries[0].0.text.as_str(), "json" | "list") => {
                String::decode(&entries[0].1, problems).map(Self::List)
            }
            Value::Map(_) => IndexMap::decode(node, problems).map(Self::Wide),
            _ => expected(node, problems, "a column, `{json: COLUMN}`, or a map from classes to columns"),
        }
    }
}
