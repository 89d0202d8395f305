//! How much each training item counts: `weights: {inverse_frequency: [label, attribute], clip: 10}`.

use indexmap::IndexMap;

use super::card::Name;
use super::decode::{Decode, Fields, number_in, one_or_many};
use super::node::Node;
use super::problem::{Problem, Problems};

/// How much each item counts; before anything is cut, the mean is 1.
#[derive(Clone, Debug)]
pub struct Weights {
    /// Where the weights come from.
    pub source: WeightSource,
    /// The largest weight, in units of the mean; every larger one is cut to it.
    pub clip: Option<f64>,
    /// Where it is written.
    pub node: Node,
}

/// Where weights come from.
#[derive(Clone, Debug)]
pub enum WeightSource {
    /// All combinations of these fields' levels count alike. `label` and `attribute` are what the card calls so.
    InverseFrequency(Vec<Name>),
    /// A field whose levels are numbers.
    Field(Name),
    /// One over the relative probability with which an item of this level came into the dataset; fields multiply, and a level that is
    /// not named has 1.
    Biasing(Vec<(Name, IndexMap<String, f64>)>),
}

impl Decode for Weights {
    fn decode(node: &Node, problems: &mut Problems) -> Option<Self> {
        let mut fields = Fields::of(node, problems, "`weights`")?;
        let inverse = fields.optional_with("inverse_frequency", problems, one_or_many).map(WeightSource::InverseFrequency);
        let field = fields.optional("field", problems).map(WeightSource::Field);
        let biasing = fields.optional_with("biasing", problems, decode_biasing).map(WeightSource::Biasing);
        let clip = fields.optional_with("clip", problems, |node, problems| number_in(node, problems, 1.0, 1e9));
        fields.finish(problems);
        // What is wrong with it has been said.
        if ["inverse_frequency", "field", "biasing"].iter().filter(|key| node.get(key).is_some()).count() == 1
            && inverse.is_none()
            && field.is_none()
            && biasing.is_none()
        {
            return None;
        }
        let mut sources = [inverse, field, biasing].into_iter().flatten();
        match (sources.next(), sources.next()) {
            (Some(source), None) => Some(Self { source, clip, node: node.clone() }),
            _ => {
                problems.push(Problem::at(node, "`weights` needs one of `inverse_frequency`, `field` and `biasing`"));
                None
            }
        }
    }
}

fn decode_biasing(node: &Node, problems: &mut Problems) -> Option<Vec<(Name, IndexMap<String, f64>)>> {
    let fields: IndexMap<String, Node> = IndexMap::decode(node, problems)?;
    let one = |(field, levels): (String, Node)| {
        let probabilities: IndexMap<String, Node> = IndexMap::decode(&levels, problems)?;
        let probabilities: Option<IndexMap<String, f64>> = probabilities
            .into_iter()
            .map(|(level, value)| number_in(&value, problems, 1e-9, 1.0).map(|probability| (level, probability)))
            .collect();
        Some((Name { text: field, node: levels }, probabilities?))
    };
    fields.into_iter().map(one).collect()
}
