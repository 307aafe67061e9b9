//! Hashing passwords without delaying anybody else.
//!
//! A hash takes tens of milliseconds and 19 MiB on purpose. A few threads of lower priority do
//! nothing else, each with its own memory that it keeps, and a short queue feeds them: when it is
//! full, the next login is told to come back, and everybody else's requests never notice.
//! The predecessor's bcrypt hashes verify and are reported as outdated, so that a login replaces
//! them.

use std::fmt;
use std::num::NonZeroUsize;
use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use argon2::password_hash::phc::{Output, ParamsString, PasswordHash, Salt};
use argon2::{Algorithm, Argon2, Block, Params, Version};
use parking_http::{ApiError, Code};
use secrecy::{ExposeSecret as _, SecretString};
use subtle::ConstantTimeEq as _;
use thiserror::Error;
use tokio::sync::oneshot;
use tracing::{debug, error};

/// How hard hashing is, and how much of the machine it may take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HashOptions {
    /// Memory of one hash.
    pub memory_kib: u32,
    /// Passes over that memory.
    pub passes: u32,
    /// Threads that hash; each keeps the memory of one hash.
    pub threads: usize,
    /// Hashes that may wait for a thread.
    pub queue_length_max: usize,
}

impl Default for HashOptions {
    /// OWASP's first choice for argon2id, on half of the cores.
    fn default() -> Self {
        let cores = std::thread::available_parallelism().map_or(1, NonZeroUsize::get);
        Self {
            memory_kib: 19_456,
            passes: 2,
            threads: (cores / 2).max(1),
            queue_length_max: 64,
        }
    }
}

/// Too many passwords wait to be hashed.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
#[error("too many logins at once")]
pub struct Busy;

impl From<Busy> for ApiError {
    fn from(_: Busy) -> Self {
        Self::new(Code::Unavailable)
            .detail("too many people are signing in at this moment")
            .retry_after(Duration::from_secs(2))
    }
}

/// What comparing a password with a hash told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Verdict {
    /// It is the password.
    pub is_right: bool,
    /// The hash was made in a way we no longer make them.
    pub is_outdated: bool,
}

/// The threads that hash. Clones share them; the last one to go lets them end.
#[derive(Clone)]
pub struct Hasher(SyncSender<Work>);

impl fmt::Debug for Hasher {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Hasher")
    }
}

/// One password on its way to a thread, and where the answer is awaited.
enum Work {
    Hash(SecretString, oneshot::Sender<String>),
    Verify(SecretString, Option<String>, oneshot::Sender<Verdict>),
}

impl Hasher {
    /// Starts the threads.
    pub fn start(options: HashOptions) -> std::io::Result<Self> {
        let params = Params::new(options.memory_kib, options.passes, 1, None)
            .map_err(|error| std::io::Error::other(error.to_string()))?;
        let (sender, receiver) = sync_channel(options.queue_length_max);
        let receiver = Arc::new(Mutex::new(receiver));
        for number in 0..options.threads.max(1) {
            let bench = Bench {
                params: params.clone(),
                memory: Vec::new(),
            };
            let receiver = Arc::clone(&receiver);
            std::thread::Builder::new()
                .name(format!("hasher-{number}"))
                .spawn(move || bench.work(&receiver))?;
        }
        Ok(Self(sender))
    }

    /// Hashes a password for keeping.
    pub async fn hash(&self, password: &SecretString) -> Result<String, Busy> {
        let (answer, awaited) = oneshot::channel();
        self.send(Work::Hash(password.clone(), answer))?;
        awaited.await.map_err(|_| Busy)
    }

    /// Compares a password with a hash. Without one it does the work all the same and says no, so
    /// that an account that does not exist takes as long as one that does.
    pub async fn verify(
        &self,
        password: &SecretString,
        hash: Option<&str>,
    ) -> Result<Verdict, Busy> {
        let (answer, awaited) = oneshot::channel();
        self.send(Work::Verify(
            password.clone(),
            hash.map(str::to_owned),
            answer,
        ))?;
        awaited.await.map_err(|_| Busy)
    }

    fn send(&self, work: Work) -> Result<(), Busy> {
        self.0.try_send(work).map_err(|refused| {
            if let TrySendError::Disconnected(_) = refused {
                error!("the hashing threads are gone");
            }
            Busy
        })
    }
}

/// One thread's tools.
struct Bench {
    params: Params,
    memory: Vec<Block>,
}

impl Bench {
    fn work(mut self, queue: &Mutex<Receiver<Work>>) {
        // On Linux this is the priority of the calling thread alone.
        if let Err(refused) = rustix::process::setpriority_process(None, 10) {
            debug!(error = %refused, "hashing runs at the usual priority");
        }
        loop {
            let work = queue.lock().unwrap_or_else(PoisonError::into_inner).recv();
            match work {
                // Whoever gave up waiting is not worth 40 ms.
                Ok(Work::Hash(_, answer)) if answer.is_closed() => {}
                Ok(Work::Verify(_, _, answer)) if answer.is_closed() => {}
                Ok(Work::Hash(password, answer)) => {
                    if let Some(hash) = self.hash(&password) {
                        drop(answer.send(hash));
                    }
                }
                Ok(Work::Verify(password, hash, answer)) => {
                    let verdict = self.verify(&password, hash.as_deref());
                    if answer.send(verdict).is_err() {
                        debug!("nobody waits for the verdict any more");
                    }
                }
                Err(_) => return,
            }
        }
    }

    fn hash(&mut self, password: &SecretString) -> Option<String> {
        let salt = Salt::generate();
        let output = self.argon2id(password, &salt, &self.params.clone())?;
        let hash = PasswordHash {
            algorithm: Algorithm::Argon2id.ident(),
            version: Some(Version::V0x13.into()),
            params: ParamsString::try_from(&self.params).ok()?,
            salt: Some(salt),
            hash: Some(output),
        };
        Some(hash.to_string())
    }

    fn verify(&mut self, password: &SecretString, hash: Option<&str>) -> Verdict {
        let verified = match hash {
            Some(hash) if hash.starts_with("$2") => Self::verify_bcrypt(password, hash),
            Some(hash) => self.verify_argon2(password, hash),
            None => None,
        };
        verified.unwrap_or_else(|| {
            let salt = Salt::generate();
            std::hint::black_box(self.argon2id(password, &salt, &self.params.clone()));
            Verdict {
                is_right: false,
                is_outdated: false,
            }
        })
    }

    fn verify_bcrypt(password: &SecretString, hash: &str) -> Option<Verdict> {
        let is_right = bcrypt::verify(password.expose_secret(), hash).ok()?;
        Some(Verdict {
            is_right,
            is_outdated: true,
        })
    }

    fn verify_argon2(&mut self, password: &SecretString, hash: &str) -> Option<Verdict> {
        let kept = PasswordHash::new(hash).ok()?;
        let is_ours = kept.algorithm == Algorithm::Argon2id.ident()
            && kept.version == Some(Version::V0x13.into());
        let params = Params::try_from(&kept).ok()?;
        if !is_ours || params.m_cost() > 1024 * 1024 || params.t_cost() > 32 {
            return None;
        }
        let (salt, expected) = (kept.salt?, kept.hash?);
        let output = self.argon2id(password, &salt, &params)?;
        let is_current = [params.m_cost(), params.t_cost(), params.p_cost()]
            == [
                self.params.m_cost(),
                self.params.t_cost(),
                self.params.p_cost(),
            ];
        Some(Verdict {
            is_right: output.as_bytes().ct_eq(expected.as_bytes()).into(),
            is_outdated: !is_current,
        })
    }

    fn argon2id(
        &mut self,
        password: &SecretString,
        salt: &Salt,
        params: &Params,
    ) -> Option<Output> {
        let blocks = params.block_count();
        if self.memory.len() < blocks {
            self.memory.resize(blocks, Block::new());
        }
        let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, params.clone());
        let mut output = [0; 32];
        let length = params.output_len().unwrap_or(output.len());
        let output = output.get_mut(..length)?;
        argon2
            .hash_password_into_with_memory(
                password.expose_secret().as_bytes(),
                salt,
                output,
                &mut self.memory[..blocks],
            )
            .ok()?;
        Output::new(output).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn quick() -> HashOptions {
        HashOptions {
            memory_kib: 64,
            passes: 1,
            threads: 1,
            queue_length_max: 4,
        }
    }

    fn password(text: &str) -> SecretString {
        SecretString::from(text)
    }

    #[tokio::test]
    async fn a_hash_knows_its_password_and_no_other() {
        let hasher = Hasher::start(quick()).unwrap();
        let hash = hasher.hash(&password("correct horse")).await.unwrap();
        assert!(hash.starts_with("$argon2id$v=19$m=64,t=1,p=1$"), "{hash}");
        let verify = async |text| hasher.verify(&password(text), Some(&hash)).await.unwrap();
        assert_eq!(
            verify("correct horse").await,
            Verdict {
                is_right: true,
                is_outdated: false
            }
        );
        assert!(!verify("correct house").await.is_right);
        let nobody = hasher
            .verify(&password("correct horse"), None)
            .await
            .unwrap();
        assert!(!nobody.is_right);
    }

    #[tokio::test]
    async fn hashes_of_the_predecessor_and_of_weaker_settings_verify_and_are_outdated() {
        let old = Hasher::start(quick()).unwrap();
        let weaker = old.hash(&password("correct horse")).await.unwrap();
        let hasher = Hasher::start(HashOptions {
            passes: 2,
            ..quick()
        })
        .unwrap();
        let outdated = Verdict {
            is_right: true,
            is_outdated: true,
        };
        let bcrypt = bcrypt::hash("correct horse", 4).unwrap();
        for hash in [weaker, bcrypt] {
            let verdict = hasher
                .verify(&password("correct horse"), Some(&hash))
                .await
                .unwrap();
            assert_eq!(verdict, outdated, "{hash}");
            let wrong = hasher
                .verify(&password("wrong horse"), Some(&hash))
                .await
                .unwrap();
            assert!(!wrong.is_right);
        }
    }

    #[tokio::test]
    async fn a_hash_from_elsewhere_is_read_and_nonsense_is_wrong() {
        // From the argon2 crate's own simple interface, as other tools write it.
        let params = Params::new(64, 1, 1, Some(32)).unwrap();
        let elsewhere = {
            use argon2::password_hash::PasswordHasher as _;
            Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
                .hash_password(b"correct horse")
                .unwrap()
                .to_string()
        };
        let hasher = Hasher::start(quick()).unwrap();
        let verify = async |hash: &str| {
            hasher
                .verify(&password("correct horse"), Some(hash))
                .await
                .unwrap()
                .is_right
        };
        assert!(verify(&elsewhere).await);
        for nonsense in [
            "",
            "x",
            "$2b$",
            "$argon2id$v=19$m=64,t=1,p=1$",
            "$argon2id$v=19$m=4294967295,t=1,p=1$c2FsdHNhbHQ$aGFzaGhhc2g",
        ] {
            assert!(!verify(nonsense).await, "{nonsense}");
        }
    }

    #[tokio::test]
    async fn a_full_queue_is_said_at_once() {
        let slow = HashOptions {
            memory_kib: 32 * 1024,
            passes: 8,
            ..quick()
        };
        let hasher = Hasher::start(slow).unwrap();
        let horse = password("correct horse");
        let all = futures_util::future::join_all((0..32).map(|_| hasher.hash(&horse))).await;
        let refused = all.iter().filter(|hashed| hashed.is_err()).count();
        assert!(refused >= 26, "{refused} of 32 were refused");
        assert!(all.iter().any(Result::is_ok));
    }
}
