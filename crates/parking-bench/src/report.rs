//! What was found, in words and tables.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::time::Duration;

use anyhow::Result;

use crate::load::Sample;
use crate::{BURST, LIST, THINGS};

/// Everything that was measured.
#[derive(Default)]
pub(crate) struct Report {
    machine: String,
    binary_size: u64,
    pub(crate) first_start: Duration,
    pub(crate) second_start: Duration,
    pub(crate) memory_idle: u64,
    pub(crate) memory_loaded: u64,
    pub(crate) memory_peak: u64,
    pub(crate) rows: Vec<Row>,
    pub(crate) logins_a_second: f64,
    pub(crate) others_alone: Sample,
    pub(crate) others_in_burst: Sample,
    pub(crate) burst: Sample,
    pub(crate) burst_memory: u64,
}

/// What was measured with so many connections.
pub(crate) struct Row {
    pub(crate) connections: usize,
    pub(crate) me: Sample,
    pub(crate) me_by_key: Sample,
    pub(crate) list: Sample,
    /// Transactions a second of PostgreSQL alone with the list's SQL.
    pub(crate) alone: f64,
}

/// What this machine is.
pub(crate) fn machine() -> Result<String> {
    let processors = fs::read_to_string("/proc/cpuinfo")?;
    let model = processors
        .lines()
        .find_map(|line| line.strip_prefix("model name")?.split_once(": "))
        .map_or("an unnamed processor", |(_, model)| model);
    let cores = std::thread::available_parallelism()?;
    let memory = fs::read_to_string("/proc/meminfo")?;
    let kibibytes = memory
        .split_whitespace()
        .nth(1)
        .and_then(|text| text.parse::<u64>().ok());
    Ok(format!(
        "{cores} cores of {model}, {} GiB",
        kibibytes.unwrap_or(0) >> 20
    ))
}

impl Report {
    /// A report about a program on this machine.
    pub(crate) fn about(binary: &Path) -> Result<Self> {
        Ok(Self {
            machine: machine()?,
            binary_size: fs::metadata(binary)?.len(),
            ..Self::default()
        })
    }

    /// The report as Markdown.
    pub(crate) fn markdown(&self) -> String {
        let mut text = format!("Machine: {}.\n\n", self.machine);
        text.push_str("| connections | what | requests/s | p50 ms | p99 ms | server CPU µs/request |\n|--:|---|--:|--:|--:|--:|\n");
        for row in &self.rows {
            for (what, sample) in [
                ("`GET /api/v6/me`, token", &row.me),
                ("`GET /api/v6/me`, API key", &row.me_by_key),
                (
                    &*format!("`GET {LIST}`, 50 of {THINGS} and more"),
                    &row.list,
                ),
            ] {
                // Writing to a String cannot fail.
                let _infallible = writeln!(
                    text,
                    "| {} | {what} | {:.0} | {:.2} | {:.2} | {:.0} |",
                    row.connections,
                    sample.a_second(),
                    sample.within(0.5),
                    sample.within(0.99),
                    sample.cost()
                );
            }
        }
        text.push_str("\n| connections | list, requests/s | the same SQL by pgbench, transactions/s | ratio |\n|--:|--:|--:|--:|\n");
        for row in &self.rows {
            let list = row.list.a_second();
            let _infallible = writeln!(
                text,
                "| {} | {list:.0} | {:.0} | {:.2} |",
                row.connections,
                row.alone,
                list / row.alone
            );
        }
        text.push_str("\n| measure | value |\n|---|--:|\n");
        for (measure, value) in self.measures() {
            let _infallible = writeln!(text, "| {measure} | {value} |");
        }
        text
    }

    fn measures(&self) -> Vec<(String, String)> {
        let seconds = |span: Duration| format!("{:.2} s", span.as_secs_f64());
        let mebibytes = |bytes: u64| format!("{} MiB", bytes >> 20);
        let p99 = |sample: &Sample| format!("{:.2} ms", sample.within(0.99));
        vec![
            (
                "first start, PostgreSQL and schema made".into(),
                seconds(self.first_start),
            ),
            ("second start".into(), seconds(self.second_start)),
            ("resident memory, idle".into(), mebibytes(self.memory_idle)),
            (
                "resident memory, after the load above".into(),
                mebibytes(self.memory_loaded),
            ),
            (
                "resident memory, the most ever".into(),
                mebibytes(self.memory_peak),
            ),
            ("size of the binary".into(), mebibytes(self.binary_size)),
            (
                "logins/s, 2 at a time".into(),
                format!("{:.1}", self.logins_a_second),
            ),
            (
                format!("logins/s, {BURST} at a time"),
                format!("{:.1}", self.burst.a_second()),
            ),
            (
                format!("p99 of a login, {BURST} at a time"),
                p99(&self.burst),
            ),
            (
                format!("logins told to come back, {BURST} at a time"),
                self.burst.put_off.to_string(),
            ),
            (
                "p99 of `GET /api/v6/me` for others, quiet".into(),
                p99(&self.others_alone),
            ),
            (
                format!("p99 of `GET /api/v6/me` for others, {BURST} logging in"),
                p99(&self.others_in_burst),
            ),
            (
                format!("memory that {BURST} parallel logins add"),
                mebibytes(self.burst_memory),
            ),
        ]
    }
}
