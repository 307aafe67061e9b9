//! The account PostgreSQL runs under.

use std::{
    fs, io,
    os::unix::{
        fs::{MetadataExt, chown},
        process::CommandExt,
    },
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use rustix::process::{getegid, geteuid};

use super::{
    ClusterError, command,
    data_dir::{Content, DataDir},
};

/// Whom to be when we are root, in order: the distribution's own account for it, that of this
/// service, and the one that owns nothing.
const CANDIDATES: [&str; 3] = ["postgres", "parking", "nobody"];

/// Who runs the cluster's programs and owns its files.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Account {
    name: String,
    uid: u32,
    gid: u32,
    is_ourselves: bool,
}

impl Account {
    /// Ourselves; or, when we are root, whoever owns the cluster already, the account asked for,
    /// or the first of the usual ones.
    pub(super) fn choose(
        data_dir: &DataDir,
        content: &Content,
        asked_for: Option<&str>,
    ) -> Result<Self, ClusterError> {
        let account = if geteuid().is_root() {
            Self::for_root(content, asked_for)?
        } else {
            let (uid, gid) = (geteuid().as_raw(), getegid().as_raw());
            Self {
                name: uid.to_string(),
                uid,
                gid,
                is_ourselves: true,
            }
        };
        match *content {
            Content::Cluster { uid, .. } if uid != account.uid => Err(ClusterError::WrongOwner {
                dir: data_dir.cluster(),
                owner: uid,
                account: account.name,
            }),
            _ => Ok(account),
        }
    }

    fn for_root(content: &Content, asked_for: Option<&str>) -> Result<Self, ClusterError> {
        let passwd = fs::read_to_string("/etc/passwd").unwrap_or_default();
        // The files decide: an account that appears later must not lock the cluster out.
        if let Content::Cluster { uid, gid, .. } = *content
            && uid != 0
        {
            return Ok(Self {
                name: name_of(&passwd, uid),
                uid,
                gid,
                is_ourselves: false,
            });
        }
        let names = asked_for.map_or(CANDIDATES.to_vec(), |name| vec![name]);
        names
            .iter()
            .find_map(|name| Self::named(&passwd, name))
            .ok_or_else(|| ClusterError::NoAccount {
                tried: names.join(", "),
            })
    }

    fn named(passwd: &str, name: &str) -> Option<Self> {
        let (_, uid, gid) = users(passwd).find(|(known, uid, _)| *known == name && *uid != 0)?;
        Some(Self {
            name: name.to_owned(),
            uid,
            gid,
            is_ourselves: false,
        })
    }

    pub(super) fn uid(&self) -> u32 {
        self.uid
    }

    /// A command that runs under this account and dies with us.
    pub(super) fn command(&self, program: &Path) -> Command {
        let mut command = command::detached(program);
        if !self.is_ourselves {
            // The standard library drops root's supplementary groups along with it.
            command.uid(self.uid).gid(self.gid);
        }
        command
    }

    /// Hands `path` over to this account.
    pub(super) fn own(&self, path: &Path) -> Result<(), ClusterError> {
        if self.is_ourselves {
            return Ok(());
        }
        chown(path, Some(self.uid), Some(self.gid)).map_err(ClusterError::io("hand over", path))
    }

    /// Checks that the account can enter the data directory, by entering it: mode bits alone
    /// would miss access-control lists.
    pub(super) fn check_reach(&self, dir: &Path, postgres: &Path) -> Result<(), ClusterError> {
        if self.is_ourselves {
            return Ok(());
        }
        let outcome = self
            .command(postgres)
            .arg("--version")
            .current_dir(dir)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status();
        match outcome {
            Ok(_) => Ok(()),
            Err(error) if error.kind() == io::ErrorKind::PermissionDenied => {
                let closed = [dir, postgres]
                    .iter()
                    .find_map(|path| self.first_closed(path));
                Err(ClusterError::Untraversable {
                    dir: closed.unwrap_or_else(|| dir.to_path_buf()),
                    account: self.name.clone(),
                })
            }
            Err(error) => Err(ClusterError::io("run", postgres)(error)),
        }
    }

    /// The outermost directory on the way to `path` whose mode bits keep this account out.
    fn first_closed(&self, path: &Path) -> Option<PathBuf> {
        let way: Vec<&Path> = path.ancestors().collect();
        let is_closed = |dir: &&&Path| {
            fs::metadata(dir).is_ok_and(|metadata| {
                let execute = match (metadata.uid() == self.uid, metadata.gid() == self.gid) {
                    (true, _) => 0o100,
                    (_, true) => 0o010,
                    _ => 0o001,
                };
                metadata.mode() & execute == 0
            })
        };
        way.iter()
            .rev()
            .find(is_closed)
            .map(|dir| dir.to_path_buf())
    }
}

/// Name, user and group of each line.
fn users(passwd: &str) -> impl Iterator<Item = (&str, u32, u32)> {
    passwd.lines().filter_map(|line| {
        let mut fields = line.split(':');
        let name = fields.next()?;
        let uid = fields.nth(1)?.parse().ok()?;
        let gid = fields.next()?.parse().ok()?;
        Some((name, uid, gid))
    })
}

fn name_of(passwd: &str, uid: u32) -> String {
    users(passwd)
        .find(|(_, known, _)| *known == uid)
        .map_or_else(|| uid.to_string(), |(name, ..)| name.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    const PASSWD: &str = "root:x:0:0:root:/root:/bin/bash\n\
        broken line\n\
        nobody:x:65534:65533:nobody:/:/usr/sbin/nologin\n\
        parking:x:998:997::/var/lib/parking:/usr/sbin/nologin\n";

    #[test]
    fn an_account_is_looked_up_by_name_and_root_is_never_one() {
        let parking = Account::named(PASSWD, "parking").expect("is listed");
        assert_eq!((parking.uid, parking.gid), (998, 997));
        assert_eq!(Account::named(PASSWD, "root"), None);
        assert_eq!(Account::named(PASSWD, "postgres"), None);
        assert_eq!(name_of(PASSWD, 65534), "nobody");
        assert_eq!(name_of(PASSWD, 42), "42");
    }
}
