//! Whatever dies, nothing stays behind and nothing is lost.

use super::*;

#[test]
fn a_killed_server_leaves_no_postgres_behind_and_loses_no_commit() {
    let scratch = Scratch::new();
    let data_dir = scratch.data();
    let mut server = Server::spawn(&data_dir);
    let (address, pid) = server.ready();
    run_superuser(
        &address,
        "create table kept as select 'first'::text as answer",
    );
    server.kill();
    wait_until("postgres has followed its server", || !is_alive(pid));

    // Started again at once, as a supervisor would.
    let mut server = Server::spawn(&data_dir);
    server.ready();
    server.kill();
    let mut server = Server::spawn(&data_dir);
    let (address, pid) = server.ready();

    run_superuser(&address, "update kept set answer = 'second'");
    kill(pid);
    server.kill();
    let cluster = start(&data_dir);
    assert_eq!(
        ask_superuser(cluster.address(), "select answer from kept"),
        "second"
    );
}

#[test]
fn a_postgres_that_dies_is_noticed_and_can_be_started_again() {
    let scratch = Scratch::new();
    let mut cluster = start(&scratch.data());
    kill(cluster.pid());
    wait_until("the death is noticed", || !cluster.is_running());
    let status = cluster.try_wait().expect("can be told").expect("has ended");
    assert!(!status.success());
    drop(cluster);
    let cluster = start(&scratch.data());
    assert_eq!(ask_superuser(cluster.address(), "select 'back'"), "back");
}

#[test]
fn a_creation_that_was_killed_leaves_nothing_in_the_way() {
    let scratch = Scratch::new();
    let data_dir = scratch.data();
    let mut server = Server::spawn(&data_dir);
    wait_until("initdb is at work", || {
        unfinished(&data_dir).is_some_and(|dir| dir.join("cluster/PG_VERSION").exists())
    });
    server.kill();
    assert!(
        !data_dir.join("postgres").exists(),
        "initdb was quicker than the kill"
    );

    let cluster = start(&data_dir);
    assert_eq!(ask_superuser(cluster.address(), "select 'whole'"), "whole");
    assert_eq!(unfinished(&data_dir), None);
}

#[test]
fn a_stranger_with_the_number_of_a_dead_postmaster_is_named() {
    let scratch = Scratch::new();
    let cluster = start(&scratch.data());
    let pid_file = cluster.data_dir().path().join("postgres/postmaster.pid");
    let text = fs::read_to_string(&pid_file).expect("a pid file");
    let content = cluster.data_dir().content().expect("can be told");
    let account = Account::choose(cluster.data_dir(), &content, None).expect("an account");
    cluster.stop().expect("the cluster stops");

    let mut stranger = account
        .command(Path::new("/bin/sleep"))
        .arg("60")
        .spawn()
        .expect("sleeps");
    let (_, rest) = text.split_once('\n').expect("several lines");
    fs::write(&pid_file, format!("{}\n{rest}", stranger.id())).expect("a stale pid file");
    account.own(&pid_file).expect("it is handed over");
    let mut impatient = options(&scratch.data());
    impatient.start_timeout = Duration::from_secs(3);
    let refusal = Cluster::start(&impatient).expect_err("postgres refuses");
    stranger.kill().expect("it is killed");
    stranger.wait().expect("it is gone");
    let found = stranger.id();
    assert!(
        matches!(refusal, ClusterError::StalePidFile { pid, .. } if pid == found),
        "{refusal}"
    );
    drop(start(&scratch.data()));
}
