//! A cluster on good days.

use super::*;

#[test]
fn a_cluster_is_private_outlives_the_thread_that_started_it_and_stops() {
    let scratch = Scratch::new();
    let data_dir = scratch.data();
    let starter = thread::spawn(move || start(&data_dir));
    let mut cluster = starter.join().expect("the thread ends");
    let address = cluster.address().clone();

    assert_eq!(
        ask_superuser(&address, "select current_database()::text"),
        DATABASE
    );
    assert_eq!(ask_superuser(&address, "show listen_addresses"), "");
    assert_eq!(ask_superuser(&address, "show timezone"), "UTC");
    assert_eq!(ask_superuser(&address, "show data_checksums"), "on");
    assert!(cluster.is_running());
    assert!((OLDEST_MAJOR..=NEWEST_MAJOR).contains(&cluster.major()));
    assert!(cluster.bin_dir().join("initdb").is_file());

    let mode_of = |path: &Path| fs::metadata(path).expect("it is there").mode() & 0o777;
    let data_dir = cluster.data_dir().path().to_path_buf();
    assert_eq!(mode_of(address.socket_dir()), 0o700);
    assert_eq!(mode_of(&data_dir.join("postgres")), 0o700);
    assert_eq!(mode_of(&data_dir.join("postgres.log")), 0o600);
    assert_eq!(mode_of(&data_dir.join("secrets")), 0o700);
    assert_eq!(
        mode_of(&data_dir.join("secrets/postgres-postgres.password")),
        0o600
    );
    assert_eq!(unfinished(&data_dir), None);
    let owner = fs::metadata(data_dir.join("postgres"))
        .expect("it is there")
        .uid();
    assert_eq!(owner != geteuid().as_raw(), geteuid().is_root());

    let superuser = address.superuser().expect("a password is kept");
    let refused = ask(&superuser.clone().password("guessed"), "select 'in'");
    assert!(refused.is_err(), "a wrong password was let in");

    let served = cluster.data_dir().wait_until_unserved(Duration::ZERO);
    let pid = cluster.pid();
    assert!(matches!(served, Err(ClusterError::InUse { pid: Some(found), .. }) if found == pid));

    cluster.stop().expect("the cluster stops");
    assert!(!is_alive(pid));
    assert!(
        Address::of_running(&data_dir)
            .expect("can be told")
            .is_none()
    );
}

#[test]
fn a_restart_keeps_the_data_and_lost_passwords_are_replaced() {
    let scratch = Scratch::new();
    let data_dir = scratch.data();
    let cluster = start(&data_dir);
    run_superuser(
        cluster.address(),
        "create table kept as select 'yes'::text as answer",
    );
    let first = cluster
        .address()
        .password(SUPERUSER)
        .expect("a password is kept");
    cluster.stop().expect("the cluster stops");

    let cluster = start(&data_dir);
    assert_eq!(
        ask_superuser(cluster.address(), "select answer from kept"),
        "yes"
    );
    assert_eq!(
        cluster
            .address()
            .password(SUPERUSER)
            .expect("a password is kept"),
        first
    );
    cluster.stop().expect("the cluster stops");

    fs::remove_dir_all(data_dir.join("secrets")).expect("the passwords go");
    let cluster = start(&data_dir);
    assert_eq!(
        ask_superuser(cluster.address(), "select answer from kept"),
        "yes"
    );
    assert_ne!(
        cluster
            .address()
            .password(SUPERUSER)
            .expect("a password is kept"),
        first
    );
    cluster.stop().expect("the cluster stops");

    fs::write(data_dir.join("postgres/PG_VERSION"), "14\n").expect("another version");
    let refusal = refusal(&data_dir);
    assert!(
        matches!(refusal, ClusterError::MajorMismatch { found: 14, .. }),
        "{refusal}"
    );
    assert!(refusal.to_string().contains("pg_dumpall"), "{refusal}");
}

#[test]
fn a_login_role_gets_a_password_that_is_kept_for_it() {
    let scratch = Scratch::new();
    let cluster = start(&scratch.data());
    let address = cluster.address();
    let password = address.password("parking_app").expect("a password is made");
    assert_eq!(
        address.password("parking_app").expect("a password is kept"),
        password
    );
    let sql = format!("create role parking_app login password '{password}'");
    run_superuser(address, Box::leak(sql.into_boxed_str()));

    let login = address.login("parking_app").expect("a password is kept");
    assert_eq!(
        ask(&login, "select session_user::text").expect("is let in"),
        "parking_app"
    );
    for name in ["", "../x", "Parking", "a b"] {
        let refusal = address.password(name).expect_err("is no role name");
        assert!(
            matches!(refusal, ClusterError::RoleName { .. }),
            "{refusal}"
        );
    }
}

#[test]
fn a_data_directory_with_a_long_path_has_its_socket_elsewhere() {
    let scratch = Scratch::new();
    let data_dir = scratch.0.join("d".repeat(100)).join("data, \"quoted\"");
    let cluster = start(&data_dir);
    let socket_dir = cluster.address().socket_dir().to_path_buf();
    assert!(!socket_dir.starts_with(&scratch.0));
    assert_eq!(
        fs::metadata(&socket_dir).expect("it is there").mode() & 0o777,
        0o700
    );
    assert_eq!(ask_superuser(cluster.address(), "select 'here'"), "here");
    let other = Address::of_running(&data_dir)
        .expect("can be told")
        .expect("is running");
    assert_eq!(ask_superuser(&other, "select 'here too'"), "here too");
    cluster.stop().expect("the cluster stops");
    assert!(!socket_dir.exists());
}

#[test]
fn a_claimed_directory_may_hold_other_things_and_is_claimed_once() {
    let scratch = Scratch::new();
    let data_dir = DataDir::claim(&scratch.data()).expect("a new directory can be claimed");
    fs::write(data_dir.path().join("jwt.key"), "").expect("a file");
    let error = DataDir::claim(&scratch.data()).expect_err("is claimed");
    let ourselves = std::process::id();
    assert!(
        matches!(error, ClusterError::InUse { pid: Some(pid), .. } if pid == ourselves),
        "{error}"
    );
    drop(data_dir);
    DataDir::claim(&scratch.data()).expect("is free again");
}
