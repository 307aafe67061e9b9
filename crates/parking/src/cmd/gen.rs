//! `parking gen`: the reference pages that are generated from the tables in the code.

mod devices;

use clap::{CommandFactory, Subcommand, ValueEnum};
use parking_domain::access::PERMISSIONS;
use parking_http::Code;

use super::Cli;
use crate::config;
use crate::exit::Exit;

/// Which page.
#[derive(Clone, Copy, Debug, Subcommand)]
pub(super) enum Page {
    /// The command line.
    Cli,
    /// The settings.
    Config,
    /// Who may do what.
    Permissions,
    /// The error codes of the API.
    Errors,
    /// The models of devices.
    Devices,
}

/// Prints the page.
pub(super) fn run(page: Page) {
    let text = match page {
        Page::Cli => cli(),
        Page::Config => config::as_markdown(),
        Page::Permissions => permissions(),
        Page::Errors => errors(),
        Page::Devices => devices::page(),
    };
    say!("{}", text.trim_end());
}

fn permissions() -> String {
    let mut page = String::from(
        "# Permissions\n\n\
         A member may do what the role and all lower roles may. An API key needs the role and the\n\
         scope; where no scope is named, only `admin:*` will do.\n\n\
         | permission | lowest role | scope of a key | what it covers |\n|---|---|---|---|\n",
    );
    page.extend(PERMISSIONS.iter().map(|grant| {
        let scope = grant.scope.map_or("`admin:*`".to_owned(), |scope| {
            format!("`{}`", scope.name())
        });
        format!(
            "| `{}` | {} | {scope} | {} |\n",
            grant.name, grant.role, grant.about
        )
    }));
    page
}

fn errors() -> String {
    let mut page = String::from(
        "# Error codes\n\n\
         Every error is a problem document (RFC 9457) whose `code` is one of these. A code never\n\
         changes its meaning.\n\n\
         | code | status | meaning |\n|---|---|---|\n",
    );
    page.extend(Code::ALL.iter().map(|code| {
        let status = code.status().as_u16();
        format!("| `{}` | {status} | {} |\n", code.name(), code.title())
    }));
    page
}

fn cli() -> String {
    let mut command = Cli::command();
    command.build();
    let mut page = format!("# Command line\n\n{}\n", text(command.get_about()));
    describe(&command, &mut page);
    page.push_str("\n## Exit codes\n\n| code | meaning |\n|---|---|\n| 0 | all is well |\n");
    page.push_str("| 2 | the command line cannot be understood |\n");
    let row = |exit: &Exit| format!("| {} | {} |\n", *exit as u8, exit.meaning());
    page.extend(Exit::value_variants().iter().map(row));
    page
}

/// A chapter for the command and each of its visible subcommands.
fn describe(command: &clap::Command, page: &mut String) {
    let usage = command.clone().render_usage().to_string();
    page.extend(["\n```text\n", &usage, "\n```\n"]);
    let arguments: Vec<&clap::Arg> = command
        .get_arguments()
        .filter(|argument| !argument.is_hide_set())
        .collect();
    if !arguments.is_empty() {
        page.push_str("\n| option | meaning |\n|---|---|\n");
        let row =
            |argument: &clap::Arg| format!("| `{argument}` | {} |\n", text(argument.get_help()));
        page.extend(arguments.into_iter().map(row));
    }
    let visible = command.get_subcommands().filter(|sub| !sub.is_hide_set());
    for sub in visible.filter(|sub| sub.get_name() != "help") {
        let name = sub.get_bin_name().unwrap_or(sub.get_name());
        page.extend(["\n## ", name, "\n\n", &text(sub.get_about()), "\n"]);
        describe(sub, page);
    }
}

fn text(styled: Option<&clap::builder::StyledStr>) -> String {
    styled.map(ToString::to_string).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_line_is_consistent_and_every_visible_command_is_described() {
        Cli::command().debug_assert();
        let page = cli();
        for sub in Cli::command()
            .get_subcommands()
            .filter(|sub| !sub.is_hide_set())
        {
            assert!(page.contains(&format!("\n## parking {}\n", sub.get_name())));
        }
    }
}
