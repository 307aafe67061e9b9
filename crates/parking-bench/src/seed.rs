//! A large installation, made by the database itself in a few statements.

use std::fmt::Write as _;
use std::io::Write as _;
use std::process::{Command, Stdio};

use anyhow::{Context as _, Result, bail};

/// How it is made.
const ESTATE: &str = include_str!("../sql/estate.sql");

/// Bays of one site, as they are built.
const PER_SITE: u32 = 200;

/// Bays of one site where even a small customer is to have a page of sites.
pub(crate) const PER_SMALL_SITE: u32 = 20;

/// Customers of some numbers, each with so many bays, and so many of them in a site.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Part {
    pub(crate) first: u32,
    pub(crate) last: u32,
    pub(crate) bays: u32,
    pub(crate) per_site: u32,
}

/// How large.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Size {
    pub(crate) customers: u32,
    /// Of each; there are as many devices.
    pub(crate) bays: u32,
}

impl Size {
    /// What the command line says, or a hundred thousand bays of fifty customers.
    pub(crate) fn read(words: &[&str]) -> Result<Self> {
        match words {
            [] => Ok(Self {
                customers: 50,
                bays: 2_000,
            }),
            [customers, bays] => Ok(Self {
                customers: customers.parse()?,
                bays: bays.parse()?,
            }),
            _ => bail!(crate::USAGE),
        }
    }

    /// The customers who are alike.
    pub(crate) fn part(self) -> Part {
        Part {
            first: 1,
            last: self.customers,
            bays: self.bays,
            per_site: PER_SITE,
        }
    }

    /// Bays of all customers together.
    pub(crate) fn all(self) -> u32 {
        self.customers * self.bays
    }
}

/// The tenant of a customer.
pub(crate) fn tenant(customer: u32) -> String {
    made(0, customer, 0)
}

/// The id of a thing, as the seed makes it.
pub(crate) fn made(kind: u32, customer: u32, number: u32) -> String {
    format!("{customer:08x}-{kind:04x}-7000-8000-{number:012x}")
}

/// Makes customers.
pub(crate) fn estates(psql: &mut Command, parts: &[Part]) -> Result<()> {
    let mut script = ESTATE.to_owned();
    for part in parts {
        let Part {
            first,
            last,
            bays,
            per_site,
        } = part;
        writeln!(
            script,
            "select pg_temp.make_estates({first}, {last}, {bays}, {per_site});"
        )?;
    }
    // Without it the planner knows nothing, and the first readers would do the writers' cleaning.
    script.push_str("vacuum analyze;\n");
    let mut child = psql
        .args(["--quiet", "--no-psqlrc", "--set", "ON_ERROR_STOP=1"])
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .spawn()
        .context("psql, which comes with PostgreSQL")?;
    let mut input = child.stdin.take().context("its standard input")?;
    input.write_all(script.as_bytes())?;
    drop(input);
    if !child.wait()?.success() {
        bail!("the installation could not be filled");
    }
    Ok(())
}

/// Fills an installation whose database one can reach as superuser.
pub(crate) fn into_url(url: &str, size: Size) -> Result<()> {
    let mut psql = Command::new("psql");
    psql.args(["--dbname", url]);
    estates(&mut psql, &[size.part()])
}
