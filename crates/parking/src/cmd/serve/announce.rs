//! The few lines that say what is where.

use std::time::Duration;

use secrecy::ExposeSecret;

use crate::administrator::Credentials;
use crate::config::Config;
use crate::database::Database;
use crate::parts::BUILD;

/// Prints them; credentials that were generated are shown here and nowhere else.
pub(super) fn ready(
    config: &Config,
    database: &Database,
    port: u16,
    administrator: Option<&Credentials>,
    after: Duration,
) {
    let mut lines = vec![format!(
        "{} {} is ready after {:.1} s",
        config.server.app_name,
        BUILD.version,
        after.as_secs_f64()
    )];
    let mut line = |name: &str, text: String| lines.push(format!("  {name:<9} {text}"));
    line("open", config.server.base_url(port));
    match database.cluster() {
        Some(cluster) => {
            let data = cluster.data_dir().path().display();
            line("data", data.to_string());
            line(
                "database",
                format!(
                    "private PostgreSQL {}, log in {data}/postgres.log",
                    cluster.major()
                ),
            );
        }
        None => line("database", database.place()),
    }
    line("log", "standard error".to_owned());
    if let Some(Credentials {
        email,
        password,
        is_generated,
    }) = administrator
    {
        if *is_generated {
            line(
                "sign in",
                format!("{email}, password {}", password.expose_secret()),
            );
            line(
                "",
                "(shown this once; change it after signing in)".to_owned(),
            );
        } else {
            line(
                "sign in",
                format!("{email}, with the password that was configured"),
            );
        }
    }
    say!("{}", lines.join("\n"));
}
