//! Lists and maps in cells as Python writes them, where a table was saved with such in it: `['a', "b's", None]`.

use std::iter::Peekable;
use std::str::Chars;

use serde_json::{Map, Number, Value};

/// Lists lie in each other at most so deep.
const DEEPEST: usize = 32;

/// A cell that is JSON, or Python's lists, tuples, maps, texts and numbers.
pub(in crate::data) fn parse(cell: &str) -> Result<Value, serde_json::Error> {
    serde_json::from_str(cell).or_else(|error| {
        let mut letters = Letters(cell.chars().peekable());
        let value = letters.value(DEEPEST).filter(|value| value.is_array() || value.is_object());
        value.filter(|_| letters.next().is_none()).ok_or(error)
    })
}

struct Letters<'c>(Peekable<Chars<'c>>);

impl Letters<'_> {
    /// The next letter that is no blank.
    fn next(&mut self) -> Option<char> {
        self.0.find(|letter| !letter.is_whitespace())
    }

    /// Passes over a letter, and blanks before it, if it is there.
    fn pass(&mut self, wanted: char) -> bool {
        while self.0.next_if(|letter| letter.is_whitespace()).is_some() {}
        self.0.next_if_eq(&wanted).is_some()
    }

    fn value(&mut self, depth: usize) -> Option<Value> {
        let depth = depth.checked_sub(1)?;
        match self.next()? {
            '[' => self.list(']', depth),
            '(' => self.list(')', depth),
            '{' => self.map(depth),
            quote @ ('\'' | '"') => self.text(quote).map(Value::String),
            first => self.word(first),
        }
    }

    fn list(&mut self, end: char, depth: usize) -> Option<Value> {
        let mut elements = Vec::new();
        while !self.pass(end) {
            elements.push(self.value(depth)?);
            if !self.pass(',') {
                return self.pass(end).then_some(Value::Array(elements));
            }
        }
        Some(Value::Array(elements))
    }

    fn map(&mut self, depth: usize) -> Option<Value> {
        let mut entries = Map::new();
        while !self.pass('}') {
            let key = super::scalar(self.value(depth)?)?;
            let value = if self.pass(':') { self.value(depth)? } else { return None };
            entries.insert(key, value);
            if !self.pass(',') {
                return self.pass('}').then_some(Value::Object(entries));
            }
        }
        Some(Value::Object(entries))
    }

    fn text(&mut self, quote: char) -> Option<String> {
        let mut text = String::new();
        loop {
            text.push(match self.0.next()? {
                '\\' => match self.0.next()? {
                    'n' => '\n',
                    'r' => '\r',
                    't' => '\t',
                    'x' => self.code(2)?,
                    'u' => self.code(4)?,
                    'U' => self.code(8)?,
                    other => other,
                },
                letter if letter == quote => return Some(text),
                letter => letter,
            });
        }
    }

    /// A letter by its number.
    fn code(&mut self, digits: usize) -> Option<char> {
        let digits: String = self.0.by_ref().take(digits).collect();
        u32::from_str_radix(&digits, 16).ok().and_then(char::from_u32)
    }

    fn word(&mut self, first: char) -> Option<Value> {
        let mut word = String::from(first);
        while let Some(letter) = self.0.next_if(|letter| letter.is_alphanumeric() || matches!(letter, '.' | '+' | '-' | '_')) {
            word.push(letter);
        }
        match word.as_str() {
            "None" | "nan" => Some(Value::Null),
            "True" => Some(Value::Bool(true)),
            "False" => Some(Value::Bool(false)),
            number => {
                let exact = serde_json::from_str::<Number>(number).ok();
                exact.or_else(|| Number::from_f64(number.parse().ok()?)).map(Value::Number)
            }
        }
    }
}
