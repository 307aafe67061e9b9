//! Notices when the web UI was built anew. Never builds it: that is npm's work, and a machine
//! without Node must still compile the server.

use std::path::Path;

fn main() {
    let dist = Path::new("../../ui/dist");
    // Cargo holds a watched path that does not exist for changed each time, and would compile this
    // crate and link the server anew at every build. Where the folder cannot be created, it does.
    if let Err(error) = std::fs::create_dir_all(dist) {
        println!("cargo::warning=cannot create ui/dist: {error}");
    }
    println!("cargo::rerun-if-changed=../../ui/dist");
    println!("cargo::rerun-if-changed=build.rs");
}
