//! Which images are held against which: those that are listed, or all, or a draw of them.

use std::collections::BinaryHeap;

use super::list::Listed;
use crate::score::predictions::Predictions;
use crate::score::units::draw::mixed;
use crate::spec::pairs::Verification;

/// The most pairs that are scored at once; each takes about 200 bytes.
const MOST: u64 = 4_000_000;

/// What two images of impostors have to have in common.
#[derive(Default)]
pub(super) struct Alike<'a> {
    /// The levels of some fields, all of which they share; one such set of fields is enough. Empty where they need to share nothing.
    sets: Vec<Vec<&'a [Option<u32>]>>,
}

impl<'a> Alike<'a> {
    pub(super) fn new<'f, F: IntoIterator<Item = &'f String>>(images: &'a Predictions, sets: impl IntoIterator<Item = F>) -> Self {
        let codes = |name: &String| images.fields().get(name).map(|field| field.codes.as_slice());
        Self { sets: sets.into_iter().map(|fields| fields.into_iter().filter_map(codes).collect()).collect() }
    }

    fn are(&self, a: u32, b: u32) -> bool {
        let shared = |codes: &&[Option<u32>]| codes[a as usize].is_some() && codes[a as usize] == codes[b as usize];
        self.sets.is_empty() || self.sets.iter().any(|set| set.iter().all(shared))
    }
}

/// The number of a pair, and the pair as places in the order of names: impostors are drawn in this order.
pub(super) type Lot = (u64, (u32, u32));

/// Which impostors are taken of those that there are.
#[derive(Clone, Copy)]
pub(super) enum Drawn {
    All,
    /// So many, those of the least numbers.
    Most(u64),
    /// Those up to this one.
    Until(Lot),
}

/// Pairs of images.
pub(super) struct Selection {
    /// As rows, the image of the lesser name first, in the order of names.
    pub(super) pairs: Vec<(u32, u32)>,
    /// The last impostor that was drawn; `None` where none was left out.
    pub(super) last: Option<Lot>,
}

impl Selection {
    pub(super) fn of(images: &Predictions, spec: &Verification, alike: &Alike<'_>, drawn: Drawn) -> Result<Self, String> {
        let subjects = images.subject().ok_or("whose image is whose is not known: there is no `subject`")?;
        let mut order: Vec<u32> = (0..images.len() as u32).filter(|row| subjects.codes[*row as usize].is_some()).collect();
        let id = |row: u32| images.ids().get(row as usize);
        order.sort_unstable_by(|a, b| id(*a).cmp(id(*b)));
        let subject = |row: u32| subjects.codes[row as usize];
        let wanted = |a: u32, b: u32| subject(a) == subject(b) || alike.are(a, b);
        let mut taken = Taken::new(drawn, images, &order);
        match &spec.list {
            Some(list) => {
                let mut place = vec![0_u32; images.len()];
                order.iter().zip(0..).for_each(|(row, at)| place[*row as usize] = at);
                let listed = Listed::read(list, |_| true).map_err(|error| error.to_string())?.among(images.ids());
                for (a, b) in listed.into_iter().filter(|(a, b)| subject(*a).is_some() && subject(*b).is_some() && wanted(*a, *b)) {
                    let (a, b) = (place[a as usize], place[b as usize]);
                    taken.keep((a.min(b), a.max(b)));
                }
            }
            None => {
                for (at, a) in order.iter().enumerate() {
                    for (beside, b) in order.iter().enumerate().skip(at + 1).filter(|(_, b)| wanted(*a, **b)) {
                        taken.take((at as u32, beside as u32), subject(*a) == subject(*b));
                    }
                }
            }
        }
        let Self { mut pairs, last } = taken.selection()?;
        pairs.sort_unstable();
        Ok(Self { pairs: pairs.into_iter().map(|(a, b)| (order[a as usize], order[b as usize])).collect(), last })
    }
}

/// Pairs that are kept, as places in the order of names: all genuine ones, and all impostors or a draw of them that depends on nothing but
/// the names of their images.
struct Taken {
    pairs: Vec<(u32, u32)>,
    count: u64,
    drawn: Drawn,
    /// The impostors of the least numbers so far.
    least: BinaryHeap<Lot>,
    /// Whether some were left out.
    left_out: bool,
    numbers: Vec<u64>,
}

impl Taken {
    fn new(drawn: Drawn, images: &Predictions, order: &[u32]) -> Self {
        let number = |row: &u32| {
            let mut first = [0; 8];
            first.copy_from_slice(&blake3::hash(images.ids().get(*row as usize).as_bytes()).as_bytes()[..8]);
            u64::from_le_bytes(first)
        };
        let numbers = if let Drawn::All = drawn { Vec::new() } else { order.iter().map(number).collect() };
        Self { pairs: Vec::new(), count: 0, drawn, least: BinaryHeap::new(), left_out: false, numbers }
    }

    fn take(&mut self, pair: (u32, u32), genuine: bool) {
        if genuine {
            return self.keep(pair);
        }
        let lot = || (mixed(self.numbers[pair.0 as usize] ^ self.numbers[pair.1 as usize].rotate_left(32)), pair);
        match self.drawn {
            Drawn::All => self.keep(pair),
            Drawn::Until(last) if lot() <= last => self.keep(pair),
            Drawn::Until(_) => {}
            Drawn::Most(most) if (self.least.len() as u64) < most.min(MOST + 1) => self.least.push(lot()),
            Drawn::Most(_) => {
                self.left_out = true;
                let lot = lot();
                if self.least.peek().is_some_and(|worst| lot < *worst) {
                    self.least.pop();
                    self.least.push(lot);
                }
            }
        }
    }

    fn keep(&mut self, pair: (u32, u32)) {
        self.count += 1;
        // What is too much is counted, and not kept.
        if self.count <= MOST {
            self.pairs.push(pair);
        }
    }

    fn selection(mut self) -> Result<Selection, String> {
        let all = self.count + self.least.len() as u64;
        if all > MOST {
            return Err(too_many(all));
        }
        let last = self.least.peek().copied().filter(|_| self.left_out);
        self.pairs.extend(self.least.into_iter().map(|(_, pair)| pair));
        Ok(Selection { pairs: self.pairs, last })
    }
}

fn too_many(pairs: u64) -> String {
    format!("they make {pairs} pairs, and at most {MOST} are scored: draw some with `impostors: 1000000`, or name them in a `list`")
}
