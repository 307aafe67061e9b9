//! What was found about reserving bays, in tables.

use std::fmt::Write as _;

use anyhow::Result;

use crate::bookings::{BAYS, CONNECTIONS};
use crate::load::Sample;
use crate::report::machine;

/// What was measured with so many reservations stored.
pub(crate) struct Round {
    pub(crate) stored: u32,
    pub(crate) rows: Vec<Row>,
}

/// One way of asking, over HTTP and as SQL alone.
pub(crate) struct Row {
    pub(crate) what: &'static str,
    pub(crate) http: Sample,
    /// How many of the answers were reservations.
    pub(crate) reserved: Option<usize>,
    pub(crate) alone: f64,
}

/// The rounds as Markdown, and how much slower the last is than the first.
pub(crate) fn report(rounds: &[Round]) -> Result<String> {
    let mut text = format!(
        "Machine: {}. {CONNECTIONS} connections, {BAYS} bays.\n\n",
        machine()?
    );
    text.push_str(
        "| stored | what | answers/s | of them reserved | p50 ms | p99 ms | the same SQL by pgbench, /s | ratio |\n|--:|---|--:|--:|--:|--:|--:|--:|\n",
    );
    for round in rounds {
        for row in &round.rows {
            let reserved = row
                .reserved
                .map_or_else(String::new, |count| count.to_string());
            let (rate, alone) = (row.http.a_second(), row.alone);
            writeln!(
                text,
                "| {} | {} | {rate:.0} | {reserved} | {:.1} | {:.1} | {alone:.0} | {:.2} |",
                round.stored,
                row.what,
                row.http.within(0.5),
                row.http.within(0.99),
                rate / alone,
            )?;
        }
    }
    if let [few, many] = rounds {
        text.push_str("\n| what | growth of p50 | growth of p99 |\n|---|--:|--:|\n");
        for (few, many) in few.rows.iter().zip(&many.rows) {
            let growth = |share| many.http.within(share) / few.http.within(share);
            writeln!(
                text,
                "| {} | {:.2} | {:.2} |",
                few.what,
                growth(0.5),
                growth(0.99)
            )?;
        }
    }
    Ok(text)
}
