//! Where things are: the work tree, the build directory, the project's own tools.

use std::cell::OnceCell;
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::shell;

/// The work tree this program was built from.
pub(crate) struct Repo {
    root: PathBuf,
    target: PathBuf,
    lints: OnceCell<Lints>,
}

/// Clippy as the compiler of the workspace's own crates.
struct Lints {
    driver: PathBuf,
    arguments: String,
}

impl Repo {
    /// The work tree that `cargo xtask` was called in.
    pub(crate) fn find() -> Result<Self> {
        // Set by cargo at run time; the compiled-in path serves a binary started by hand.
        let manifest = shell::var("CARGO_MANIFEST_DIR")
            .filter(|path| path.ends_with("xtask"))
            .unwrap_or_else(|| env!("CARGO_MANIFEST_DIR").to_owned());
        let root = Path::new(&manifest)
            .parent()
            .context("xtask has no parent folder")?
            .to_owned();
        let target = match shell::var("CARGO_TARGET_DIR") {
            Some(path) => root.join(path),
            None => root.join("target"),
        };
        Ok(Self {
            root,
            target,
            lints: OnceCell::new(),
        })
    }

    /// A path inside the work tree.
    pub(crate) fn path(&self, relative: &str) -> PathBuf {
        self.root.join(relative)
    }

    /// Whether a file or folder of the work tree exists.
    pub(crate) fn has(&self, relative: &str) -> bool {
        self.path(relative).exists()
    }

    /// Cargo's build directory.
    pub(crate) fn target(&self) -> &Path {
        &self.target
    }

    /// A folder for this program's own notes; deleting it costs time, never correctness.
    pub(crate) fn notes(&self) -> Result<PathBuf> {
        let path = self.target.join("xtask");
        fs::create_dir_all(&path).with_context(|| format!("creating {}", path.display()))?;
        Ok(path)
    }

    /// A program, started in the root of the work tree, that finds the project's own tools first.
    pub(crate) fn command(&self, program: &str) -> Command {
        self.start(&self.find_program(program).unwrap_or_else(|| program.into()))
    }

    /// The same cargo that runs this program.
    pub(crate) fn cargo(&self) -> Command {
        let mut cargo = self.start(Path::new(
            &shell::var("CARGO").unwrap_or_else(|| "cargo".to_owned()),
        ));
        if let Some(Lints { driver, arguments }) = self.lints.get() {
            cargo
                .env("RUSTC_WORKSPACE_WRAPPER", driver)
                .env("CLIPPY_ARGS", arguments);
        }
        cargo
    }

    /// From now on cargo compiles the workspace's own crates with clippy, which lints what it compiles.
    ///
    /// `cargo clippy` only looks and leaves nothing that could be run: whoever builds afterwards compiles every
    /// dependency a second time.
    pub(crate) fn lint_what_is_built(&self, arguments: &[String]) -> Result<()> {
        let mut rustc = self.command("rustc");
        let compiler = shell::output(rustc.args(["--print", "sysroot"]))?;
        let lints = Lints {
            driver: Path::new(compiler.trim()).join("bin/clippy-driver"),
            // Clippy's own way to hand arguments to the program it starts.
            arguments: arguments.join("__CLIPPY_HACKERY__"),
        };
        if self.lints.set(lints).is_err() {
            bail!("the lints of this run are settled already");
        }
        Ok(())
    }

    /// `npm`, in a folder of the work tree.
    pub(crate) fn npm(&self, folder: &str) -> Command {
        let mut command = self.command("npm");
        command.current_dir(self.path(folder));
        command
    }

    /// Where a program is, looking at the project's own tools first.
    pub(crate) fn find_program(&self, name: &str) -> Option<PathBuf> {
        shell::find_in(&self.search_path(), name)
    }

    fn start(&self, program: &Path) -> Command {
        let mut command = Command::new(program);
        command
            .current_dir(&self.root)
            .env("PATH", self.search_path());
        // Cargo tells us which package we are. Passed on, that would make every build script that
        // watches it run again, and ring with all that stands on it compile again.
        for name in shell::variables_of_this_package() {
            command.env_remove(name);
        }
        command
    }

    fn search_path(&self) -> OsString {
        let inherited = shell::var("PATH").unwrap_or_default();
        let mut folders = vec![self.path(".venv/bin")];
        folders.extend(std::env::split_paths(&inherited));
        std::env::join_paths(folders).unwrap_or_else(|_| inherited.into())
    }
}
