//! The same SQL without us: what PostgreSQL alone would answer.
//!
//! Nothing here repeats a query of the product. PostgreSQL is asked to log what one request makes
//! it execute, and exactly that becomes the script for pgbench.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use anyhow::{Context as _, Result, bail};
use hyper::Method;

use crate::client::Client;
use crate::product::{Folder, Product};

/// The server's pool has so many connections; more would be another database.
const POOL: usize = 12;

/// So long a server may take to end the transaction of a request it has answered.
const AFTER_THE_ANSWER: Duration = Duration::from_secs(1);

/// How the private PostgreSQL is reached.
struct Server {
    programs: PathBuf,
    socket: String,
    passwords: PathBuf,
}

impl Server {
    fn of(folder: &Folder) -> Result<Self> {
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
    fn program(&self, name: &str, role: &str) -> Result<Command> {
        let file = self.passwords.join(format!("postgres-{role}.password"));
        let password = fs::read_to_string(&file).with_context(|| file.display().to_string())?;
        let mut command = Command::new(self.programs.join(name));
        command
            .args(["--host", &self.socket, "--username", role])
            .env("PGPASSWORD", password.trim())
            .env("PGDATABASE", "parking");
        Ok(command)
    }

    /// Does something as superuser.
    fn administer(&self, statement: &str) -> Result<()> {
        let mut psql = self.program("psql", "postgres")?;
        let done = psql
            .args(["--quiet", "--no-psqlrc", "--command", statement])
            .output()?;
        if !done.status.success() {
            bail!("{statement}: {}", String::from_utf8_lossy(&done.stderr));
        }
        Ok(())
    }
}

/// Makes a pgbench script of what one GET makes PostgreSQL execute.
pub(crate) async fn script_of(
    product: &Product,
    folder: &Folder,
    client: &Client,
    path: &str,
) -> Result<PathBuf> {
    let server = Server::of(folder)?;
    let renew = "select pg_terminate_backend(pid) from pg_stat_activity where usename = 'parking'";
    // New connections log; the command line says otherwise, but what a role sets comes later.
    server.administer("alter role parking set log_statement = 'all'")?;
    server.administer("alter role parking set log_parameter_max_length = -1")?;
    server.administer(renew)?;
    let log = folder.path().join("postgres.log");
    let mut begun = 0;
    // The first answers open connections and prepare statements; the last one is like any other.
    for _ in 0..20 {
        begun = fs::read_to_string(&log)?.len();
        let mut connection = Client::connect(client).await?;
        connection
            .send(client.request(Method::GET, path, "")?)
            .await?;
    }
    // A read ends by dropping its transaction, which PostgreSQL hears of after the answer was sent.
    tokio::time::sleep(AFTER_THE_ANSWER).await;
    let logged = fs::read_to_string(&log)?;
    server.administer("alter role parking reset all")?;
    server.administer(renew)?;
    // So that no measurement pays for the connections that were just ended.
    product.memory()?;
    let script = script(logged.get(begun..).unwrap_or_default())?;
    let file = folder.path().join("request.sql");
    fs::write(&file, &script)?;
    Ok(file)
}

/// The statements of the one transaction in a piece of log that set a tenant, as a script.
fn script(log: &str) -> Result<String> {
    let mut script = String::new();
    let statements = statements(log);
    let begin = statements
        .iter()
        .position(|statement| statement.contains("parking_tenant"))
        .with_context(|| format!("no transaction of a tenant in the log: {log}"))?;
    for statement in &statements[begin..] {
        // One message to PostgreSQL for us, two for pgbench, which prepares each.
        for part in statement.split("; ") {
            writeln!(script, "{part};")?;
        }
        if statement.eq_ignore_ascii_case("commit") || statement.eq_ignore_ascii_case("rollback") {
            return Ok(script);
        }
    }
    bail!("a transaction without an end in the log: {log}")
}

/// The statements in a piece of log, with their parameters in place.
fn statements(log: &str) -> Vec<String> {
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
    let mut statements: Vec<String> = Vec::new();
    for entry in &entries {
        let detail = ["DETAIL:  Parameters: ", "DETAIL:  parameters: "];
        if let Some((_, text)) = detail.iter().find_map(|mark| entry.split_once(mark)) {
            if let Some(statement) = statements.last_mut() {
                *statement = with_parameters(statement, text);
            }
        } else if let Some((_, text)) = entry.split_once("LOG:  statement: ") {
            statements.push(text.to_owned());
        } else if let Some((_, text)) = entry.split_once("LOG:  execute ") {
            statements.extend(
                text.split_once(": ")
                    .map(|(_, statement)| statement.to_owned()),
            );
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
            script(log).unwrap(),
            "BEGIN;\nSELECT set_config('role', 'parking_tenant', true);\n\
             select a\nfrom b where c = 'it''s' and d = 'ten, or = so' and e = NULL;\nCOMMIT;\n"
        );
    }
}
