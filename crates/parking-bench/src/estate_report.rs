//! What was found about the estate, in tables.

use std::fmt::Write as _;
use std::time::Duration;

use anyhow::Result;

use crate::load::Sample;
use crate::report::machine;
use crate::seed::Size;

/// Everything that was measured.
pub(crate) struct EstateReport {
    machine: String,
    size: Size,
    pub(crate) seeded_in: Duration,
    pub(crate) rows: Vec<Measured>,
    pub(crate) growth: Vec<Growth>,
}

/// One operation, over HTTP and as SQL alone.
pub(crate) struct Measured {
    pub(crate) what: String,
    /// What the specification asks for.
    pub(crate) ceiling_ms: Option<u32>,
    pub(crate) http: Sample,
    pub(crate) alone: Option<Sample>,
}

/// The same question about a small and a large estate.
pub(crate) struct Growth {
    pub(crate) path: String,
    pub(crate) small: Sample,
    pub(crate) large: Sample,
}

impl EstateReport {
    /// A report about this machine.
    pub(crate) fn about(size: Size) -> Result<Self> {
        Ok(Self {
            machine: machine()?,
            size,
            seeded_in: Duration::ZERO,
            rows: Vec::new(),
            growth: Vec::new(),
        })
    }

    /// The report as Markdown.
    pub(crate) fn markdown(&self) -> String {
        let Size { customers, bays } = self.size;
        let (small, large) = ((self.size.all() / 100).max(1), self.size.all());
        let mut text = format!(
            "Machine: {}. {customers} customers of {bays} bays and as many devices, beside one of {small} and one of {large}, \
             made in {:.0} s. 16 connections.\n\n",
            self.machine,
            self.seeded_in.as_secs_f64()
        );
        text.push_str("| what | answers | p50 ms | p95 ms | asked for, ms | the same SQL by pgbench, p95 ms | ratio of p95 |\n|---|--:|--:|--:|--:|--:|--:|\n");
        for row in &self.rows {
            let (p50, p95) = (row.http.within(0.5), row.http.within(0.95));
            let ceiling = row.ceiling_ms.map_or_else(String::new, |ms| ms.to_string());
            let beside = row.alone.as_ref().map(|alone| alone.within(0.95));
            let beside = beside.map_or_else(
                || " | |".to_owned(),
                |alone| format!(" {alone:.2} | {:.1} |", p95 / alone),
            );
            // Writing to a String cannot fail.
            let _infallible = writeln!(
                text,
                "| {} | {} | {p50:.2} | {p95:.2} | {ceiling} |{beside}",
                row.what,
                row.http.answers(),
            );
        }
        let _infallible = writeln!(
            text,
            "\n| list | {small} bays: p50, p95 ms | {large} bays: p50, p95 ms | growth of p50 | growth of p95 |\n|---|--:|--:|--:|--:|"
        );
        for Growth { path, small, large } in &self.growth {
            let [s50, s95, l50, l95] = [
                small.within(0.5),
                small.within(0.95),
                large.within(0.5),
                large.within(0.95),
            ];
            let _infallible = writeln!(
                text,
                "| `{path}` | {s50:.2}, {s95:.2} | {l50:.2}, {l95:.2} | {:.2} | {:.2} |",
                l50 / s50,
                l95 / s95
            );
        }
        text
    }
}
