//! Numbers as text.

/// How many digits after the point a column shows: three for rates, fewer for large numbers, the same in every line.
pub fn decimals(values: impl Iterator<Item = f64>) -> usize {
    let largest = values.map(f64::abs).fold(0.0, f64::max);
    match largest {
        largest if largest < 10.0 => 3,
        largest if largest < 100.0 => 2,
        largest if largest < 1000.0 => 1,
        _ => 0,
    }
}

/// A number with a fixed number of digits after the point; never a negative zero.
pub fn fixed(value: f64, decimals: usize) -> String {
    let text = format!("{value:.decimals$}");
    let is_zero = text.bytes().all(|byte| matches!(byte, b'-' | b'0' | b'.'));
    if is_zero { text.trim_start_matches('-').to_owned() } else { text }
}

/// An interval: `[0.1, 0.4]`, or `[0.1, ∞)` of what may be as large as anything.
pub fn interval(lower: f64, upper: f64, decimals: usize) -> String {
    let from = if lower.is_finite() { format!("[{}", fixed(lower, decimals)) } else { "(−∞".to_owned() };
    let to = if upper.is_finite() { format!("{}]", fixed(upper, decimals)) } else { "∞)".to_owned() };
    format!("{from}, {to}")
}

/// The shortest text that reads back as the same number; never a negative zero.
pub fn exact(value: f64) -> String {
    let value = if value == 0.0 { 0.0 } else { value };
    format!("{value:?}")
}

/// A whole number in small raised digits.
pub fn raised(number: usize) -> String {
    const DIGITS: [char; 10] = ['⁰', '¹', '²', '³', '⁴', '⁵', '⁶', '⁷', '⁸', '⁹'];
    number.to_string().bytes().map(|byte| DIGITS[usize::from(byte - b'0')]).collect()
}

/// So many of something: `1 cell`, `2 cells`.
pub fn counted(number: usize, what: &str) -> String {
    if number == 1 { format!("1 {what}") } else { format!("{number} {what}s") }
}

/// A share as a percentage: `95%`, `97.5%`.
pub fn percent(share: f64) -> String {
    let percent = share * 100.0;
    let rounded = (percent * 1e6).round() / 1e6;
    format!("{rounded}%")
}

/// A p for such files as [`stable`] is for; where nine digits would make it 0, its first three: `1.27e-12`.
pub fn significance(p: f64) -> String {
    if p > 0.0 && p < 5e-10 { format!("{p:.2e}") } else { stable(p) }
}

/// A number for files that are compared byte by byte: at most nine digits after the point, so that the last bits of a sum do not show.
pub fn stable(value: f64) -> String {
    let text = fixed(value, 9);
    if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.').to_owned() } else { text }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_p_but_0_is_written_as_0() {
        assert_eq!([0.0, 0.05, 0.000_999_001, 1.274e-12].map(significance), ["0", "0.05", "0.000999001", "1.27e-12"]);
    }
}
