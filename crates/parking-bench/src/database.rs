//! The same SQL without us: what PostgreSQL alone would answer.
//!
//! Nothing here repeats a query of the product. PostgreSQL is asked to log what one request makes
//! it execute, and exactly that becomes the script for pgbench.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};
use tokio::task::JoinSet;

use crate::client::Client;
use crate::load::Sample;
use crate::product::Folder;

/// The server's pool has so many connections; more would be another database.
const POOL: usize = 12;

/// So long a server may take to end the transaction of a request it has answered.
const AFTER_THE_ANSWER: Duration = Duration::from_secs(1);

/// So long it may take to judge what was seeded.
const SETTLED_WITHIN: Duration = Duration::from_mins(10);

/// Ends the connections there are, so that new ones behave as they are told.
const RENEW: &str =
    "select pg_terminate_backend(pid) from pg_stat_activity where usename = 'parking'";

/// How the private PostgreSQL is reached.
pub(crate) struct Server {
    programs: PathBuf,
    socket: String,
    passwords: PathBuf,
}

impl Server {
    /// The one of a data folder.
    pub(crate) fn of(folder: &Folder) -> Result<Self> {
        let pid_file = fs::read_to_string(folder.path().join("postgres/postmaster.pid"))?;
        let mut lines = pid_file.lines();
        let pid = lines.next().context("a postmaster")?.trim().to_owned();
        let socket = lines.nth(3).context("a socket")?.trim().to_owned();
        let program = fs::read_link(format!("/proc/{pid}/exe"))?;
        Ok(Self {
            programs: program.parent().context("a folder of programs")?.to_owned(),
            socket,
            passwords: folder.path().join("secrets"),
        })
    }

    /// One of PostgreSQL's own programs, logged in as a role.
    pub(crate) fn program(&self, name: &str, role: &str) -> Result<Command> {
        let file = self.passwords.join(format!("postgres-{role}.password"));
        let password = fs::read_to_string(&file).with_context(|| file.display().to_string())?;
        let mut command = Command::new(self.programs.join(name));
        command
            .args(["--host", &self.socket, "--username", role])
            .env("PGPASSWORD", password.trim())
            .env("PGDATABASE", "parking");
        Ok(command)
    }

    /// Executes something as superuser, and says what came of it.
    pub(crate) fn sql(&self, statement: &str) -> Result<String> {
        let mut psql = self.program("psql", "postgres")?;
        let done = psql
            .args(["--quiet", "--no-psqlrc", "--tuples-only", "--no-align"])
            .args(["--command", statement])
            .output()?;
        if !done.status.success() {
            bail!("{statement}: {}", String::from_utf8_lossy(&done.stderr));
        }
        Ok(String::from_utf8_lossy(&done.stdout).trim().to_owned())
    }

    /// Waits until the server has judged whatever was put before it, and PostgreSQL has written it down, as on a day
    /// long after. Neither is part of what is measured.
    pub(crate) async fn settle(&self) -> Result<()> {
        let begun = Instant::now();
        while self.sql("select exists (select from alarm_watches where due_at <= now())")? != "f" {
            if begun.elapsed() > SETTLED_WITHIN {
                bail!("what was seeded is not judged");
            }
            tokio::time::sleep(Duration::from_millis(200)).await;
        }
        self.sql("vacuum analyze").map(drop)?;
        self.sql("checkpoint").map(drop)
    }
}

/// Makes a pgbench script of what one GET makes PostgreSQL execute.
pub(crate) async fn script_of(folder: &Folder, client: &Client, path: &str) -> Result<PathBuf> {
    let overheard = Overheard::begin(folder)?;
    let mut begun = 0;
    // The first answers open connections and prepare statements; the last one is like any other.
    for _ in 0..20 {
        begun = overheard.so_far()?;
        client.get(path).await?;
    }
    let script = overheard.end(begun).await?;
    write_script(folder, "request", &script_in(&script, "parking_tenant")?)
}

/// Writes a script where pgbench finds it.
pub(crate) fn write_script(folder: &Folder, name: &str, script: &str) -> Result<PathBuf> {
    let file = folder.path().join(format!("{name}.sql"));
    fs::write(&file, script)?;
    Ok(file)
}

/// The log of a database that is told to write down each statement.
pub(crate) struct Overheard {
    server: Server,
    log: PathBuf,
}

impl Overheard {
    /// New connections log; the command line says otherwise, but what a role sets comes later.
    pub(crate) fn begin(folder: &Folder) -> Result<Self> {
        let server = Server::of(folder)?;
        server.sql("alter role parking set log_statement = 'all'")?;
        server.sql("alter role parking set log_parameter_max_length = -1")?;
        server.sql(RENEW)?;
        Ok(Self {
            server,
            log: folder.path().join("postgres.log"),
        })
    }

    /// How much there is until now.
    pub(crate) fn so_far(&self) -> Result<usize> {
        Ok(fs::read(&self.log)?.len())
    }

    /// What was logged since then; nothing more will be.
    pub(crate) async fn end(self, begun: usize) -> Result<String> {
        // A read ends by dropping its transaction, which PostgreSQL hears of after the answer was sent.
        tokio::time::sleep(AFTER_THE_ANSWER).await;
        let logged = fs::read(&self.log)?;
        self.server.sql("alter role parking reset all")?;
        self.server.sql(RENEW)?;
        Ok(String::from_utf8_lossy(logged.get(begun..).unwrap_or_default()).into_owned())
    }
}

/// The statements of the first transaction in a piece of log that took a role, as a script.
pub(crate) fn script_in(log: &str, role: &str) -> Result<String> {
    let scripts = scripts_in(log, role)?;
    scripts
        .into_iter()
        .next()
        .context("no transaction in the log")
}

/// The statements of each transaction in a piece of log that took a role, as scripts.
pub(crate) fn scripts_in(log: &str, role: &str) -> Result<Vec<String>> {
    let statements = statements(log);
    let mut scripts = Vec::new();
    for (at, (session, first)) in statements.iter().enumerate() {
        if !first.starts_with("BEGIN") || !first.contains(&format!("'{role}'")) {
            continue;
        }
        let mut script = String::new();
        // What other sessions do meanwhile stands between.
        let own = statements[at..]
            .iter()
            .filter(|(other, _)| other == session);
        for (_, statement) in own {
            // One message to PostgreSQL for us, two for pgbench, which prepares each.
            for part in statement.split("; ") {
                writeln!(script, "{part};")?;
            }
            if ["commit", "rollback"].contains(&statement.to_lowercase().as_str()) {
                scripts.push(script);
                break;
            }
        }
    }
    if scripts.is_empty() {
        bail!("no transaction as {role} in the log: {log}");
    }
    Ok(scripts)
}

/// The first statement in a piece of log that begins like this, with the places for its parameters.
pub(crate) fn executed(log: &str, begins: &str) -> Option<String> {
    let entries = entries(log);
    let mut executed = entries.iter().filter_map(|entry| {
        let (_, text) = entry.split_once("LOG:  execute ")?;
        Some(text.split_once(": ")?.1)
    });
    let statement = executed.find(|statement| statement.starts_with(begins));
    statement.map(str::to_owned)
}

/// The entries of a piece of log, each with its further lines.
fn entries(log: &str) -> Vec<String> {
    let mut entries: Vec<String> = Vec::new();
    for line in log.lines() {
        match entries.last_mut() {
            // What a statement says on further lines is indented by a tab.
            Some(entry) if line.starts_with('\t') => {
                entry.push('\n');
                entry.push_str(line.trim_start_matches('\t'));
            }
            _ => entries.push(line.to_owned()),
        }
    }
    entries
}

/// The statements in a piece of log, with their parameters in place, each with who sent it.
fn statements(log: &str) -> Vec<(String, String)> {
    let entries = entries(log);
    let mut statements: Vec<(String, String)> = Vec::new();
    for entry in &entries {
        // The number of the process in brackets is part of each line's beginning.
        let session = entry
            .split_once('[')
            .and_then(|(_, rest)| rest.split_once(']'));
        let session = session.map_or_else(String::new, |(session, _)| session.to_owned());
        let detail = ["DETAIL:  Parameters: ", "DETAIL:  parameters: "];
        if let Some((_, text)) = detail.iter().find_map(|mark| entry.split_once(mark)) {
            let mut sent = statements.iter_mut().rev();
            if let Some((_, statement)) = sent.find(|(other, _)| *other == session) {
                *statement = with_parameters(statement, text);
            }
        } else if let Some((_, text)) = entry.split_once("LOG:  statement: ") {
            statements.push((session, text.to_owned()));
        } else if let Some((_, text)) = entry.split_once("LOG:  execute ") {
            let statement = text.split_once(": ");
            statements.extend(statement.map(|(_, statement)| (session, statement.to_owned())));
        }
    }
    statements
}

/// Puts `$1 = 'a', $2 = NULL` into a statement, highest number first so that `$1` is not `$10`.
fn with_parameters(statement: &str, parameters: &str) -> String {
    let mut values = Vec::new();
    let mut rest = parameters;
    while let Some((_, after)) = rest.split_once(" = ") {
        let length = if after.starts_with('\'') {
            quoted_length(after)
        } else {
            after.find(',').unwrap_or(after.len())
        };
        values.push(&after[..length]);
        rest = &after[length..];
    }
    let mut filled = statement.to_owned();
    for (index, value) in values.iter().enumerate().rev() {
        filled = filled.replace(&format!("${}", index + 1), value);
    }
    filled
}

/// How far a quoted text reaches; quotes inside are doubled.
fn quoted_length(text: &str) -> usize {
    let bytes = text.as_bytes();
    let mut at = 1;
    while at < bytes.len() {
        match (bytes[at], bytes.get(at + 1)) {
            (b'\'', Some(b'\'')) => at += 2,
            (b'\'', _) => return at + 1,
            _ => at += 1,
        }
    }
    text.len()
}

/// Transactions a second of the script with as many clients as the server's pool would let in.
pub(crate) fn pgbench(
    folder: &Folder,
    script: &Path,
    connections: usize,
    span: Duration,
) -> Result<f64> {
    let server = Server::of(folder)?;
    let clients = connections.min(POOL).to_string();
    let mut pgbench = server.program("pgbench", "parking")?;
    let done = pgbench
        .args([
            "--no-vacuum",
            "--protocol",
            "prepared",
            "--client",
            &clients,
        ])
        .args(["--time", &span.as_secs().max(1).to_string()])
        .arg("--file")
        .arg(script)
        .output()
        .context("pgbench, which comes with PostgreSQL")?;
    let said = String::from_utf8_lossy(&done.stdout);
    let tps = said
        .lines()
        .find_map(|line| line.strip_prefix("tps = "))
        .and_then(|rest| rest.split_whitespace().next());
    let Some(tps) = tps.filter(|_| done.status.success()) else {
        bail!("pgbench: {said}{}", String::from_utf8_lossy(&done.stderr));
    };
    Ok(tps.parse()?)
}

/// Runs scripts side by side, each over one connection, and says how long each round of one took.
pub(crate) async fn pgbench_all(
    folder: &Folder,
    scripts: &[PathBuf],
    span: Duration,
) -> Result<Sample> {
    let server = Server::of(folder)?;
    let (mut started, mut prefixes) = (JoinSet::new(), Vec::new());
    for (number, script) in scripts.iter().enumerate() {
        let prefix = folder.path().join(format!("rounds-{number}"));
        let mut pgbench = tokio::process::Command::from(server.program("pgbench", "parking")?);
        pgbench
            .args([
                "--no-vacuum",
                "--protocol",
                "prepared",
                "--client",
                "1",
                "--log",
            ])
            .args(["--time", &span.as_secs().max(1).to_string()])
            .arg("--log-prefix")
            .arg(&prefix)
            .arg("--file")
            .arg(script);
        prefixes.push(prefix);
        started.spawn(async move { pgbench.output().await });
    }
    for done in started.join_all().await {
        let done = done.context("pgbench, which comes with PostgreSQL")?;
        if !done.status.success() {
            bail!(
                "pgbench: {}: {}",
                done.status,
                String::from_utf8_lossy(&done.stderr)
            );
        }
    }
    let mut took = Vec::new();
    for prefix in prefixes {
        took.extend(rounds(&prefix)?);
    }
    Ok(Sample::of(took, span))
}

/// How long the rounds in pgbench's own logs took; the third column is microseconds.
fn rounds(prefix: &Path) -> Result<Vec<Duration>> {
    let folder = prefix.parent().context("a folder")?;
    let name = prefix.file_name().context("a name")?.to_string_lossy();
    let mut took = Vec::new();
    for file in fs::read_dir(folder)? {
        let file = file?;
        if !file
            .file_name()
            .to_string_lossy()
            .starts_with(&format!("{name}."))
        {
            continue;
        }
        for line in fs::read_to_string(file.path())?.lines() {
            let column = line.split_whitespace().nth(2).context("a time")?;
            took.push(Duration::from_micros(column.parse()?));
        }
        fs::remove_file(file.path())?;
    }
    Ok(took)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_log_becomes_the_script_of_its_transaction() {
        let log = "2026 [1] parking@parking LOG:  statement: BEGIN; SELECT set_config('role', 'parking_tenant', true)\n\
            2026 [1] parking@parking LOG:  execute sqlx_s_1: select a\n\tfrom b where c = $1 and d = $10 and e = $2\n\
            2026 [1] parking@parking DETAIL:  Parameters: $1 = 'it''s', $2 = NULL, $3 = '3', $4 = '4', $5 = '5', \
            $6 = '6', $7 = '7', $8 = '8', $9 = '9', $10 = 'ten, or = so'\n\
            2026 [1] parking@parking LOG:  statement: COMMIT\n\
            2026 [1] parking@parking LOG:  statement: BEGIN\n";
        assert_eq!(
            script_in(log, "parking_tenant").unwrap(),
            "BEGIN;\nSELECT set_config('role', 'parking_tenant', true);\n\
             select a\nfrom b where c = 'it''s' and d = 'ten, or = so' and e = NULL;\nCOMMIT;\n"
        );
    }
}
