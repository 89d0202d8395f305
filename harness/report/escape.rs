//! Names as they may be printed: what a spec or a dataset calls things must not reach a terminal or a page as a command.

/// One line without control characters or characters that change the direction of writing.
pub fn plain(text: &str) -> String {
    text.chars().map(harmless).collect()
}

fn harmless(character: char) -> char {
    match character {
        '\n' | '\r' | '\t' => ' ',
        '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{2028}' | '\u{2029}' => '\u{fffd}',
        character if character.is_control() => '\u{fffd}',
        character => character,
    }
}

/// The same for Markdown, as GitHub and others read it: the text shows as it is, in a table too.
pub fn markdown(text: &str) -> String {
    let characters: Vec<char> = text.chars().map(harmless).collect();
    let mut escaped = String::with_capacity(text.len());
    for (index, character) in characters.iter().enumerate() {
        match character {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '\\' | '`' | '*' | '[' | ']' | '|' | '~' | '$' => escaped.extend(['\\', *character]),
            // Inside a word an underscore is an underscore; at its edge it may start emphasis.
            '_' if !(word(index.checked_sub(1).and_then(|before| characters.get(before))) && word(characters.get(index + 1))) => {
                escaped.push_str("\\_");
            }
            character => escaped.push(*character),
        }
    }
    escaped
}

fn word(neighbour: Option<&char>) -> bool {
    neighbour.is_some_and(|character| character.is_alphanumeric() || *character == '_')
}

/// A name as code in Markdown, outside tables, with a fence that the name does not hold.
pub fn code(text: &str) -> String {
    let plain = plain(text);
    let longest = plain.split(|character| character != '`').map(str::len).max().unwrap_or(0);
    let fence = "`".repeat(longest + 1);
    if longest == 0 { format!("`{plain}`") } else { format!("{fence} {plain} {fence}") }
}
