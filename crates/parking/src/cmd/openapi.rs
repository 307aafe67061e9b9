//! `parking openapi`: the description of the API, without a database or a configuration.

use crate::config::{Environment, Keys, load};
use crate::{database, parts};

/// Prints the description.
pub(super) fn run() -> anyhow::Result<()> {
    // The description depends on the program alone, so it is made with nothing but defaults.
    let config = load(&Environment::default(), None)?.config;
    let described = super::block_on(async {
        let db = database::nowhere();
        parts::hasher(&config)
            .and_then(|hasher| parts::server(&config, db, &Keys::blank(), hasher, (0, None)))
            .map(|server| server.openapi_json())
    })??;
    say!("{}", described.trim_end());
    Ok(())
}
