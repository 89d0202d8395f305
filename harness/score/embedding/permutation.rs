//! Whether two sets of numbers differ more than the same numbers dealt out to two such sets anew.

use std::collections::HashMap;

use rand::RngExt;

use crate::score::interval::quantile;
use crate::score::units::draw::{Purpose, generator};

/// Which differences count against chance.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Alternative {
    /// Those at least as large.
    #[default]
    Greater,
    /// Those at most as large.
    Less,
    /// Those at least as far from 0.
    TwoSided,
}

/// What chance alone gives.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Chance {
    /// The observed difference of the means.
    pub observed: f64,
    /// The median difference of the means.
    pub median: f64,
    /// The share of partitions that are at least as far out as the observed one, which is one of them.
    pub p: f64,
}

/// A number of an item, and the subject that it is of, where items are of subjects.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Item {
    /// The number.
    pub number: f64,
    /// The subject; `None` for an item that is like no other.
    pub subject: Option<u32>,
}

/// The difference of the means of `first` and `second`, against that of partitions of both into two such sets: of all of them where those
/// are at most `permutations`, else of the observed one and `permutations - 1` at random. A subject whose items are all in one set goes as a
/// whole, so many to each set as there are; of one that is in both, the items do. Differences that only rounding tells apart are equal, and
/// equal ones count as further out. `None` where a set is empty.
pub fn test(first: &[Item], second: &[Item], permutations: u32, alternative: Alternative, key: (u64, u64)) -> Option<Chance> {
    if first.is_empty() || second.is_empty() {
        return None;
    }
    let (decks, observed, both) = (decks(first, second), Card::of(first), Card::of(&[first, second].concat()));
    let difference = |dealt: Card| dealt.sum / dealt.items as f64 - (both.sum - dealt.sum) / (both.items - dealt.items) as f64;
    let dealt: Vec<Card> = match partitions(&decks, u64::from(permutations)) {
        Some(_) => all(&decks),
        None => (1..permutations).map(|replicate| one(&decks, key, u64::from(replicate))).chain([observed]).collect(),
    };
    let mut drawn: Vec<f64> = dealt.into_iter().map(difference).collect();
    let observed = difference(observed);
    let slack = 1e-12 * first.iter().chain(second).map(|item| item.number.abs()).sum::<f64>();
    let further = |drawn: &f64| match alternative {
        Alternative::Greater => *drawn >= observed - slack,
        Alternative::Less => *drawn <= observed + slack,
        Alternative::TwoSided => drawn.abs() >= observed.abs() - slack,
    };
    let p = drawn.iter().filter(|drawn| further(drawn)).count() as f64 / drawn.len() as f64;
    drawn.sort_unstable_by(f64::total_cmp);
    Some(Chance { observed, median: quantile(&drawn, 0.5), p })
}

/// What is dealt out together.
#[derive(Clone, Copy, Default)]
struct Card {
    sum: f64,
    items: usize,
}

impl Card {
    fn of(items: &[Item]) -> Self {
        Self { sum: items.iter().map(|item| item.number).sum(), items: items.len() }
    }

    fn with(self, other: Self) -> Self {
        Self { sum: self.sum + other.sum, items: self.items + other.items }
    }

    fn together<'a>(cards: impl Iterator<Item = &'a Self>) -> Self {
        cards.fold(Self::default(), |all, card| all.with(*card))
    }
}

/// Cards that any of which may go to the first set, so many at a time.
struct Deck {
    cards: Vec<Card>,
    first: usize,
}

/// One deck of all that is in one set, and one of each subject that is in both.
fn decks(first: &[Item], second: &[Item]) -> Vec<Deck> {
    let mut of_subject: HashMap<u32, usize> = HashMap::new();
    let mut subjects: Vec<[Vec<Item>; 2]> = Vec::new();
    for (side, items) in [first, second].into_iter().enumerate() {
        for item in items {
            let new = subjects.len();
            let place = item.subject.map_or(new, |subject| *of_subject.entry(subject).or_insert(new));
            if place == new {
                subjects.push([Vec::new(), Vec::new()]);
            }
            subjects[place][side].push(*item);
        }
    }
    let (shared, whole): (Vec<[Vec<Item>; 2]>, Vec<_>) = subjects.into_iter().partition(|sides| sides.iter().all(|side| !side.is_empty()));
    let whole = Deck {
        cards: whole.iter().map(|sides| Card::of(&sides.concat())).collect(),
        first: whole.iter().filter(|[first, _]| !first.is_empty()).count(),
    };
    let of_one =
        |sides: [Vec<Item>; 2]| Deck { cards: sides.iter().flatten().map(|item| Card::of(&[*item])).collect(), first: sides[0].len() };
    [whole].into_iter().chain(shared.into_iter().map(of_one)).collect()
}

/// How many ways there are to deal; `None` where more than `most`.
fn partitions(decks: &[Deck], most: u64) -> Option<u64> {
    decks.iter().try_fold(1u64, |ways, deck| {
        let size = deck.first.min(deck.cards.len() - deck.first) as u64;
        // Each product is a binomial coefficient times the next factor, so that the division leaves nothing.
        let own = (1..=size).try_fold(1u64, |count, taken| {
            let next = count.checked_mul(deck.cards.len() as u64 - size + taken)? / taken;
            (next <= most).then_some(next)
        })?;
        ways.checked_mul(own).filter(|ways| *ways <= most)
    })
}

/// What the first set has in every way to deal.
fn all(decks: &[Deck]) -> Vec<Card> {
    decks.iter().fold(vec![Card::default()], |so_far, deck| {
        let here = subsets(deck);
        so_far.iter().flat_map(|card| here.iter().map(|other| card.with(*other))).collect()
    })
}

/// Every subset of a deck that may go to the first set, in lexicographic order.
fn subsets(deck: &Deck) -> Vec<Card> {
    let mut chosen: Vec<usize> = (0..deck.first).collect();
    let mut subsets = Vec::new();
    loop {
        subsets.push(Card::together(chosen.iter().map(|place| &deck.cards[*place])));
        // The last place that can move on, and all after it right behind.
        let Some(last) = (0..deck.first).rfind(|place| chosen[*place] < deck.cards.len() - deck.first + place) else { return subsets };
        let next = chosen[last] + 1;
        chosen[last..].iter_mut().zip(next..).for_each(|(place, next)| *place = next);
    }
}

/// What the first set has in a way at random.
fn one(decks: &[Deck], (seed, index): (u64, u64), replicate: u64) -> Card {
    let mut generator = generator(seed, Purpose::Permutation, replicate, index);
    let mut of_deck = |deck: &Deck| {
        let mut left = deck.cards.clone();
        for place in 0..deck.first {
            let other = generator.random_range(place..left.len());
            left.swap(place, other);
        }
        Card::together(left[..deck.first].iter())
    };
    decks.iter().fold(Card::default(), |all, deck| all.with(of_deck(deck)))
}
