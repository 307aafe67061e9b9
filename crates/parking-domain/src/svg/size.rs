//! How large a drawing says it is.

/// A length in pixels, by the 96 to an inch of CSS; `None` for what depends on the page.
pub(super) fn pixels(length: &str) -> Option<f64> {
    let length = length.trim();
    let digits = length.trim_end_matches(|c: char| c.is_ascii_alphabetic() || c == '%');
    let per_unit = match &length[digits.len()..] {
        "" | "px" => 1.0,
        "pt" => 96.0 / 72.0,
        "pc" => 16.0,
        "in" => 96.0,
        "mm" => 96.0 / 25.4,
        "cm" => 96.0 / 2.54,
        _ => return None,
    };
    let number: f64 = digits.trim().parse().ok()?;
    Some(number * per_unit).filter(|pixels| is_size(*pixels))
}

/// The width and height in a `viewBox`.
pub(super) fn box_size(view_box: &str) -> Option<(f64, f64)> {
    let is_space = |c: char| c == ',' || c.is_whitespace();
    let numbers = view_box.split(is_space).filter(|part| !part.is_empty());
    let numbers: Option<Vec<f64>> = numbers.map(|part| part.parse().ok()).collect();
    match numbers?.as_slice() {
        [_, _, width, height] if is_size(*width) && is_size(*height) => Some((*width, *height)),
        _ => None,
    }
}

fn is_size(pixels: f64) -> bool {
    (1e-3..=1e9).contains(&pixels)
}

/// Whole pixels of the same proportions, no more than a picture may have on either side.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "between one and six thousand after clamping"
)]
pub(super) fn whole_pixels(width: f64, height: f64) -> (u32, u32) {
    const SIDE_MAX: f64 = 6_000.0;
    let scale = (SIDE_MAX / width.max(height)).min(1.0);
    let whole = |side: f64| (side * scale).round().clamp(1.0, SIDE_MAX) as u32;
    (whole(width), whole(height))
}
