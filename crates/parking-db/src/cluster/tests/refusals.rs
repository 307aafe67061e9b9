//! What is refused, and in which words.

use super::*;

#[test]
fn a_second_server_is_refused_by_the_process_id_of_the_first() {
    let scratch = Scratch::new();
    let mut first = Server::spawn(&scratch.data());
    first.ready();
    let refusal = refusal(&scratch.data());
    let pid = first.process.id();
    assert!(
        matches!(refusal, ClusterError::InUse { pid: Some(found), .. } if found == pid),
        "{refusal}"
    );
    assert!(
        refusal.to_string().contains(&format!("process {pid}")),
        "{refusal}"
    );
}

#[test]
fn a_directory_of_somebody_else_is_refused_and_left_alone() {
    let scratch = Scratch::new();
    let data_dir = scratch.data();
    fs::create_dir(&data_dir).expect("a folder");
    fs::write(data_dir.join("thesis.tex"), "").expect("a file");
    let error = refusal(&data_dir);
    assert!(
        matches!(error, ClusterError::ForeignDirectory { .. }),
        "{error}"
    );
    assert!(error.to_string().contains("thesis.tex"), "{error}");
    assert_eq!(fs::read_dir(&data_dir).expect("is there").count(), 1);

    let other = scratch.0.join("other");
    drop(DataDir::claim(&other).expect("a new directory can be claimed"));
    fs::create_dir(other.join("postgres")).expect("a folder");
    fs::write(other.join("postgres/base"), "").expect("a file");
    let error = refusal(&other);
    assert!(
        matches!(error, ClusterError::ForeignDirectory { .. }),
        "{error}"
    );
}

#[test]
fn a_closed_parent_directory_is_named() {
    // Only root has to become somebody else who may not be let in.
    if !geteuid().is_root() {
        return;
    }
    let scratch = Scratch::new();
    let closed = scratch.0.join("closed");
    fs::create_dir(&closed).expect("a folder");
    fs::set_permissions(&closed, fs::Permissions::from_mode(0o700)).expect("its mode");
    let refusal = refusal(&closed.join("data"));
    assert!(
        matches!(&refusal, ClusterError::Untraversable { dir, .. } if *dir == closed),
        "{refusal}"
    );
}

#[test]
fn a_missing_account_or_program_is_named() {
    let scratch = Scratch::new();
    let mut with_programs = options(&scratch.data());
    with_programs.bin_dir = Some(scratch.0.clone());
    let refusal = Cluster::start(&with_programs).expect_err("there are no programs");
    assert!(
        matches!(refusal, ClusterError::UnusableBinaries { .. }),
        "{refusal}"
    );

    let mut with_account = options(&scratch.data());
    with_account.run_as = Some("nobody_of_this_name".to_owned());
    if geteuid().is_root() {
        let refusal = Cluster::start(&with_account).expect_err("there is no such account");
        assert!(
            matches!(refusal, ClusterError::NoAccount { .. }),
            "{refusal}"
        );
    }
}

#[test]
fn a_start_that_fails_quotes_what_postgres_said() {
    let scratch = Scratch::new();
    let mut options = options(&scratch.data());
    options
        .settings
        .push(("shared_buffers".to_owned(), "many".to_owned()));
    let refusal = Cluster::start(&options).expect_err("the setting is wrong");
    assert!(
        matches!(refusal, ClusterError::StartFailed { .. }),
        "{refusal}"
    );
    let text = refusal.to_string();
    assert!(
        text.contains("shared_buffers") && !text.contains('\n'),
        "{text}"
    );
    drop(start(&scratch.data()));
}
