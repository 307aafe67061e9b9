//! Breaking samples.

use parking_sim::chance::Chance;

/// Numbers at which arithmetic goes wrong, in both orders of their bytes.
const EDGES: [u64; 8] = [
    0,
    1,
    0x7f,
    0xff,
    0x7fff_ffff,
    0xffff_ffff,
    i64::MAX.unsigned_abs(),
    u64::MAX,
];

/// Pieces that mean something to some reader.
const PIECES: [&[u8]; 18] = [
    b"null",
    b"-1",
    b"1e999",
    b"\"\"",
    b"{}",
    b"[[[[[[[[",
    b"}}}}",
    b"\\ud800",
    b"\xff\xfe",
    b"\xef\xbb\xbf",
    b"\0",
    b",,,,,,,,",
    b"\"",
    b"\r\n",
    b";",
    b":",
    b"999999999999999999999",
    b"\xe2\x80\x8b",
];

/// A sample, changed a few times.
pub(super) fn of(samples: &[Vec<u8>], bytes_max: usize, chance: &mut Chance) -> Vec<u8> {
    let mut input = samples[chance.below(samples.len())].clone();
    for _ in 0..=chance.below(5) {
        change(&mut input, samples, chance);
    }
    input.truncate(bytes_max);
    input
}

fn change(input: &mut Vec<u8>, samples: &[Vec<u8>], chance: &mut Chance) {
    let at = chance.below(input.len() + 1);
    // Short pieces are more telling, long ones are needed now and then.
    let most = if chance.happens(0.1) { 4_096 } else { 16 };
    let end = (at + 1 + chance.below(most)).min(input.len());
    match chance.below(9) {
        0 if at < input.len() => input[at] ^= 1_u8 << chance.below(8),
        1 if at < input.len() => input[at] = chance.byte(),
        2 => input.insert(at, chance.byte()),
        3 if at < end => drop(input.drain(at..end)),
        4 => input.truncate(at),
        5 if at < end => {
            let piece = input[at..end].to_vec();
            let most = if chance.happens(0.05) { 2_000 } else { 4 };
            let again = piece.repeat(1 + chance.below(most));
            input.splice(end..end, again);
        }
        6 => {
            let piece = PIECES[chance.below(PIECES.len())];
            input.splice(at..at, piece.iter().copied());
        }
        7 => {
            let number = EDGES[chance.below(EDGES.len())];
            let bytes = if chance.happens(0.5) {
                number.to_be_bytes()
            } else {
                number.to_le_bytes()
            };
            let width = 1_usize << chance.below(4);
            let end = (at + width).min(input.len());
            input.splice(at..end, bytes[..width].iter().copied());
        }
        _ => {
            let other = &samples[chance.below(samples.len())];
            let from = chance.below(other.len() + 1);
            let to = (from + chance.below(256)).min(other.len());
            input.splice(at..end.max(at), other[from..to].iter().copied());
        }
    }
}
