//! The table as a whole, and what stops a start; each test brings its own environment.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU32, Ordering};

use secrecy::ExposeSecret;

use super::setting::{Fallback, Role};
use super::source::specs;
use super::*;

const KEY: &str = "kD8vQ2xW7mZp4Rt9Ls3Hn6Yb1Gc5Jf0Ea";
const URL: &str = "postgres://parking@db.example.org/parking";

fn loaded<const N: usize>(pairs: [(&str, &str); N]) -> Loaded {
    load(&Environment::from(pairs), None).expect("this configuration is sound")
}

fn problems<const N: usize>(pairs: [(&str, &str); N]) -> Vec<String> {
    match load(&Environment::from(pairs), None) {
        Ok(_) => Vec::new(),
        Err(problems) => problems.0.iter().map(ToString::to_string).collect(),
    }
}

#[track_caller]
fn refuses<const N: usize>(pairs: [(&str, &str); N], needle: &str) {
    let found = problems(pairs);
    assert!(
        found.len() == 1 && found[0].contains(needle),
        "wanted {needle}, got {found:#?}"
    );
}

/// A path of its own that is gone with the test.
struct Scratch(PathBuf);

impl Scratch {
    fn path() -> Self {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let name = format!("parking-config-{}-{number}", std::process::id());
        Self(std::env::temp_dir().join(name))
    }

    fn file(content: &str) -> Self {
        let scratch = Self::path();
        std::fs::write(&scratch.0, content).unwrap();
        scratch
    }

    fn as_str(&self) -> &str {
        self.0.to_str().unwrap()
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        drop(std::fs::remove_file(&self.0).or_else(|_| std::fs::remove_dir_all(&self.0)));
    }
}

#[test]
fn an_empty_environment_is_a_sound_configuration() {
    let config = loaded([]).config;
    assert_eq!(config.server.listen.to_string(), "127.0.0.1:8000");
    assert_eq!(config.server.base_url(8000), "http://localhost:8000");
    assert_eq!(config.auth.access_token_for.as_secs(), 900);
    assert!(config.database.url.is_none() && config.mail.is_none());
    assert_eq!(config.telemetry.log_filter, "info");
}

#[test]
fn names_keys_and_aliases_are_unique() {
    let mut names = BTreeSet::new();
    for name in specs().flat_map(Spec::names) {
        assert!(names.insert(name), "{name} is declared twice");
        assert!(
            !name.ends_with("_FILE"),
            "{name} would hide the file form of another setting"
        );
    }
    for section in SECTIONS {
        let keys: BTreeSet<&str> = section.specs.iter().map(|spec| spec.key).collect();
        assert_eq!(
            keys.len(),
            section.specs.len(),
            "a key of [{}] is declared twice",
            section.name
        );
    }
}

#[test]
fn every_setting_that_is_declared_is_read_and_every_default_parses() {
    let environment = Environment::default();
    let mut reader = Reader::new(source::gather(&environment, None));
    // Reading a setting without a value parses its default, so this also proves the defaults.
    read(&mut reader, &environment);
    let read: BTreeSet<&str> = reader.read().iter().copied().collect();
    let declared: BTreeSet<&str> = specs()
        .filter(|spec| spec.role == Role::Read)
        .map(|spec| spec.name)
        .collect();
    assert_eq!(read, declared);
}

#[test]
fn sentences_are_sentences() {
    for spec in specs().filter(|spec| spec.role == Role::Read) {
        assert!(
            spec.doc.ends_with('.') && spec.doc.len() < 160,
            "{}: {}",
            spec.name,
            spec.doc
        );
        assert!(
            !spec.doc.contains('|') && !spec.form.contains('|'),
            "{} breaks a table",
            spec.name
        );
        if let Fallback::Text(text) = spec.fallback {
            assert_eq!(text, text.trim());
        }
    }
}

#[test]
fn all_reasons_are_given_at_once() {
    let found = problems([
        ("DATABASE_URL", "mysql://x"),
        ("DB_POOL_SIZE", "many"),
        ("ENABLE_RLS", "false"),
        ("ENABLE_AUDIT_LOG", "off"),
        ("PARKING_LISTN", "127.0.0.1:1"),
    ]);
    assert_eq!(
        found,
        [
            "PARKING_LISTN: there is no such setting; did you mean PARKING_LISTEN?",
            "DATABASE_URL: must be a URL such as postgres://parking@db.example.org:5432/parking",
            "DB_POOL_SIZE: must be a whole number from 4 to 200, not \"many\"",
            "SECRET_KEY: is missing: with DATABASE_URL set, give 32 random characters or more \
             (try: openssl rand -base64 48)",
            "ENABLE_RLS: must be true or unset: there is no switch for it, not \"false\"",
            "ENABLE_AUDIT_LOG: must be true or unset: there is no switch for it, not \"off\"",
        ]
    );
}

#[test]
fn weak_secrets_are_refused_and_never_repeated() {
    refuses([("SECRET_KEY", "short")], "at least 32 characters");
    refuses(
        [("SECRET_KEY", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa")],
        "fewer than 10",
    );
    refuses(
        [("SECRET_KEY", "your-secret-key-change-in-production-0123")],
        "as sample files do",
    );
    refuses([("PARKING_ADMIN_PASSWORD", "hunter2")], "at least 10");
    let found = problems([("SECRET_KEY", "sesame-open-the-door")]).concat();
    assert!(!found.contains("sesame"));
}

#[test]
fn contradictions_are_refused() {
    refuses(
        [("SECRET_KEY", KEY), ("SECRET_KEY_FILE", "/dev/null")],
        "are both set",
    );
    refuses(
        [("SECRET_KEY", KEY), ("JWT_SECRET_KEY", "other")],
        "two names for one setting",
    );
    refuses(
        [("PARKING_LISTEN", "0.0.0.0:80"), ("API_PORT", "80")],
        "keep one of the two forms",
    );
    refuses(
        [("JWT_EXPIRY_HOURS", "2"), ("JWT_EXPIRY_MINUTES", "15")],
        "keep one",
    );
    refuses(
        [("JAEGER_ENABLED", "true")],
        "OTEL_EXPORTER_OTLP_ENDPOINT is not set",
    );
    refuses([("DB_PASSWORD", "x")], "DATABASE_URL is not");
    refuses([("DATABASE_MIGRATION_URL", URL)], "migrates itself");
    refuses([("METRICS_LISTEN", "127.0.0.1:8000")], "must differ");
    refuses([("CORS_ORIGINS", "*")], "by name");
    refuses(
        [("PLATFORM_TENANT_ID", "11111111-1111-1111-1111-111111111111")],
        "fixes",
    );
    refuses([("JWT_ALGORITHM", "none")], "HS256");
}

#[test]
fn tiles_for_the_map_come_from_one_host_by_their_numbers() {
    for wrong in [
        "https://tiles.example.org/map.png",
        "tiles.example.org/{z}/{x}/{y}.png",
        "https://{x}.example.org/{z}/{x}/{y}.png",
        "https://key@tiles.example.org/{z}/{x}/{y}.png",
    ] {
        refuses(
            [("MAP_TILES_URL", wrong)],
            "with {z}, {x} and {y} in its path",
        );
    }
    let url = "https://tiles.example.org:8443/osm/{z}/{x}/{y}.png?key=1";
    let server = loaded([("MAP_TILES_URL", url)]).config.server;
    let tiles = server.map_tiles_url.unwrap();
    assert_eq!(tiles.template, url);
    assert_eq!(tiles.origin, "https://tiles.example.org:8443");
}

#[test]
fn half_a_mail_server_is_refused() {
    let from = ("SMTP_FROM", "Parking <noreply@example.org>");
    let host = ("SMTP_HOST", "mail.example.org");
    let address = ("PUBLIC_URL", "https://parking.example.org/");
    refuses(
        [host, from, address, ("SMTP_USER", "parking")],
        "SMTP_PASSWORD: is missing",
    );
    refuses(
        [host, from, address, ("SMTP_PASSWORD", "x")],
        "SMTP_USER: is missing",
    );
    refuses([host, address], "SMTP_FROM: is missing");
    refuses([host, from], "PUBLIC_URL: is missing");
    refuses(
        [from, address, ("SMTP_PORT", "25")],
        "SMTP_HOST: is missing",
    );
    refuses(
        [host, from, address, ("SMTP_URL", "smtp://mail.example.org")],
        "keep one form",
    );
    let mail = loaded([host, from, address]).config.mail.unwrap();
    assert_eq!(
        (mail.port, mail.tls, mail.login.is_none()),
        (587, Tls::Upgraded, true)
    );
}

#[test]
fn a_mail_url_says_everything_in_one_line() {
    let mail = loaded([
        ("SMTP_URL", "smtps://u%40x:p+a%2Fss@mail.example.org"),
        ("SMTP_FROM", "noreply@example.org"),
        ("ENVIRONMENT", "development"),
    ]);
    let mail = mail.config.mail.unwrap();
    let (user, password) = mail.login.unwrap();
    assert_eq!((user.as_str(), password.expose_secret()), ("u@x", "p+a/ss"));
    assert_eq!(
        (mail.host.as_str(), mail.port, mail.tls),
        ("mail.example.org", 465, Tls::Implicit)
    );
}

#[test]
fn predecessors_names_are_understood() {
    let config = loaded([
        ("DATABASE_URL", "postgresql+asyncpg://parking@db/parking"),
        ("JWT_SECRET_KEY", KEY),
        ("DATABASE_POOL_SIZE", "20"),
        ("ACCESS_TOKEN_EXPIRE_MINUTES", "60"),
        ("REFRESH_TOKEN_EXPIRE_DAYS", "7"),
        ("API_HOST", "0.0.0.0"),
        ("API_PORT", "9000"),
        (
            "CORS_ORIGINS",
            "[\"https://a.example.org\", \"https://b.example.org:8443/\"]",
        ),
        ("LOG_LEVEL", "WARNING"),
        ("REQUEST_TIMEOUT", "30"),
        ("MAX_REQUEST_SIZE", "10485760"),
        ("PROMETHEUS_ENABLED", "False"),
    ])
    .config;
    assert_eq!(config.database.pool_size, 20);
    assert_eq!(
        config.database.url.unwrap().expose_secret(),
        "postgresql://parking@db/parking"
    );
    assert_eq!(config.auth.access_token_for.as_secs(), 3600);
    assert_eq!(config.auth.refresh_token_for.as_secs(), 7 * 86_400);
    assert_eq!(config.server.listen.to_string(), "0.0.0.0:9000");
    let origins = ["https://a.example.org", "https://b.example.org:8443"];
    assert_eq!(config.server.cors_origins, origins);
    assert_eq!(config.telemetry.log_filter, "warn");
    assert!(!config.telemetry.has_metrics);
}

#[test]
fn names_without_effect_start_with_a_warning() {
    let loaded = loaded([("ENABLE_WEBHOOKS", "true")]);
    assert_eq!(
        loaded.warnings,
        [
            "ENABLE_WEBHOOKS (environment ENABLE_WEBHOOKS) has no effect: \
             not used by this version.",
        ]
    );
}

#[test]
fn the_broker_is_one_url_whose_password_is_not_shown() {
    let given = loaded([
        ("MQTT_URL", "mqtts://parking:hush@broker.example"),
        ("MQTT_GROUP", "replicas"),
    ]);
    let printed = as_toml(&given.effective);
    assert!(!printed.contains("hush"), "{printed}");
    let broker = given.config.broker.unwrap();
    assert_eq!(
        (broker.broker.to_string(), broker.client_id, broker.group),
        (
            "mqtts://broker.example:8883".to_owned(),
            "parking".to_owned(),
            Some("replicas".to_owned())
        )
    );
    assert!(loaded([]).config.broker.is_none());
}

#[test]
fn chirpstack_is_a_host_with_a_key_and_neither_alone() {
    let given = loaded([
        ("CHIRPSTACK_HOST", "chirpstack.example"),
        ("CHIRPSTACK_API_TOKEN", "hush-hush"),
        ("CHIRPSTACK_SYNC_INTERVAL", "60"),
    ]);
    assert!(!as_toml(&given.effective).contains("hush"));
    assert_eq!(given.warnings.len(), 1, "{:?}", given.warnings);
    let chirpstack = given.config.chirpstack.unwrap();
    assert_eq!(chirpstack.api.place(), "http://chirpstack.example:8080");
    assert_eq!(chirpstack.sync_every.as_secs(), 60);
    assert!(loaded([]).config.chirpstack.is_none());
    refuses([("CHIRPSTACK_HOST", "chirpstack.example")], "API_KEY");
    refuses([("CHIRPSTACK_API_KEY", "hush-hush")], "CHIRPSTACK_HOST");
    refuses(
        [
            ("CHIRPSTACK_HOST", "http://chirpstack.example"),
            ("CHIRPSTACK_API_KEY", "hush-hush"),
        ],
        "without scheme",
    );
}

#[test]
fn commands_go_by_a_path_that_is_there() {
    let api = [
        ("CHIRPSTACK_HOST", "localhost"),
        ("CHIRPSTACK_API_KEY", "hush-hush"),
    ];
    let by = |by| {
        loaded([
            api[0],
            api[1],
            ("DOWNLINK_BY", by),
            ("MQTT_URL", "mqtt://b"),
        ])
    };
    assert_eq!(by("mqtt").config.commands_by, Some(CommandsBy::Mqtt));
    assert_eq!(by("api").config.commands_by, Some(CommandsBy::Api));
    assert_eq!(loaded(api).config.commands_by, None);
    refuses([("DOWNLINK_BY", "mqtt")], "MQTT_URL is not set");
    refuses(
        [("DOWNLINK_BY", "api"), ("MQTT_URL", "mqtt://b")],
        "CHIRPSTACK_HOST is not set",
    );
    refuses([("DOWNLINK_BY", "pigeon")], "api or mqtt");
}

#[test]
fn strangers_are_left_alone_and_slips_are_noticed() {
    let strangers = loaded([
        ("PATH", "/bin"),
        ("PARKING_PORT", "tcp://10.0.0.1:80"),
        ("CHIRPSTACK_PORT", "tcp://10.0.0.1:8080"),
        ("PARKING_TEST_DATABASE_URL", "x"),
        ("DEBUG", "express:*"),
        ("DATABASE_URL", ""),
        ("VITE_API_URL", "http://x"),
    ]);
    assert_eq!(strangers.warnings, Vec::<String>::new());
    let slip = loaded([("SECRET_KEYS", "x")]);
    assert_eq!(
        slip.warnings,
        ["SECRET_KEYS is not a setting and is ignored; did you mean SECRET_KEY?"]
    );
}

#[test]
fn a_value_may_lie_in_a_file() {
    let secret = Scratch::file(&format!("{KEY}\n"));
    let password = Scratch::file("p@ss/word");
    let config = load(
        &Environment::from([
            ("DATABASE_URL", URL),
            ("SECRET_KEY_FILE", secret.as_str()),
            ("DB_PASSWORD_FILE", password.as_str()),
        ]),
        None,
    )
    .unwrap()
    .config;
    assert_eq!(config.auth.secret_key.unwrap().expose_secret(), KEY);
    let url = config.database.url.unwrap();
    assert_eq!(
        url.expose_secret(),
        "postgres://parking:p%40ss%2Fword@db.example.org/parking"
    );
    refuses([("SECRET_KEY_FILE", "/no/such/file")], "cannot be read");
}

#[test]
fn the_environment_wins_over_the_file_and_the_file_over_the_default() {
    let path = Scratch::file(
        "[database]\npool_size = 20\n[server]\napp_name = \"From file\"\n\
         trusted_proxies = [\"10.0.0.0/8\", \"192.0.2.1\"]\n[limits]\nenabled = false\n",
    );
    let loaded = load(&Environment::from([("DB_POOL_SIZE", "8")]), Some(&path.0)).unwrap();
    assert_eq!(loaded.config.database.pool_size, 8);
    assert_eq!(loaded.config.server.app_name, "From file");
    assert_eq!(loaded.config.server.trusted_proxies.len(), 2);
    assert!(!loaded.config.limits.is_enabled);
    let origin = |name: &str| {
        let entry = loaded
            .effective
            .iter()
            .find(|entry| entry.spec.name == name)
            .unwrap();
        entry.origin.clone()
    };
    assert_eq!(
        origin("DB_POOL_SIZE"),
        Origin::Environment("DB_POOL_SIZE".to_owned())
    );
    assert_eq!(origin("APP_NAME"), Origin::ConfigFile(path.0.clone()));
    assert_eq!(origin("RATE_LIMIT_WRITES_PER_MINUTE"), Origin::Default);
}

#[test]
fn mistakes_in_the_file_are_named() {
    let path = Scratch::file("[databse]\nurl = 1\n[server]\nlistn = \"x\"\n[auth.secret_key]\n");
    let Err(problems) = load(&Environment::default(), Some(&path.0)) else {
        panic!("three mistakes went unnoticed")
    };
    let text = problems.to_string();
    assert!(
        text.contains("there is no section [databse]; did you mean database?"),
        "{text}"
    );
    assert!(
        text.contains("server.listn: there is no such setting; did you mean listen?"),
        "{text}"
    );
    assert!(text.contains("auth.secret_key: must be a text"), "{text}");
    let path = Scratch::file("[server]\napp_name = \"a\"\napp_name = \"b\"\n");
    let problems = load(&Environment::default(), Some(&path.0)).unwrap_err();
    assert!(problems.to_string().contains("line 3"), "{problems}");
}

#[test]
fn what_is_printed_can_be_loaded_again_and_holds_no_secret() {
    let environment = Environment::from([
        (
            "DATABASE_URL",
            "postgres://parking:open-sesame@db.example.org/parking",
        ),
        ("SECRET_KEY", KEY),
        ("APP_NAME", "Tom's \"lots\" \\ more"),
        ("TRUSTED_PROXIES", "10.0.0.0/8"),
        ("RATE_LIMIT_PER_MINUTE", "500"),
    ]);
    let printed = as_toml(&load(&environment, None).unwrap().effective);
    assert!(
        !printed.contains("open-sesame") && !printed.contains(KEY),
        "{printed}"
    );
    assert!(printed.contains("# url = \"postgres://parking:***@db.example.org/parking\""));
    let again = load(&Environment::default(), Some(&Scratch::file(&printed).0))
        .unwrap()
        .config;
    assert_eq!(again.server.app_name, "Tom's \"lots\" \\ more");
    assert_eq!(again.limits.per_minute, 500);
    assert_eq!(again.server.trusted_proxies.len(), 1);
}

#[test]
fn the_reference_page_has_every_name() {
    let page = as_markdown();
    for name in names::all_names() {
        assert!(page.contains(&format!("`{name}`")), "{name} is missing");
    }
}

#[test]
fn a_private_installation_makes_its_secrets_once() {
    let folder = Scratch::path();
    let environment = Environment::from([("PARKING_DATA_DIR", folder.as_str())]);
    let config = load(&environment, None).unwrap().config;
    let (first, second) = (config.keys().unwrap(), config.keys().unwrap());
    assert_eq!(
        first.signing.expose_secret(),
        second.signing.expose_secret()
    );
    assert_eq!(
        first.encryption.expose_secret(),
        second.encryption.expose_secret()
    );
    let mode = |path: &Path| {
        use std::os::unix::fs::PermissionsExt;
        std::fs::metadata(path).unwrap().permissions().mode() & 0o777
    };
    assert_eq!(mode(&config.secrets_dir()), 0o700);
    assert_eq!(mode(&config.secrets_dir().join("secret_key")), 0o600);
    std::fs::write(config.secrets_dir().join("secret_key"), "cut").unwrap();
    assert!(format!("{:#}", config.keys().unwrap_err()).contains("restore it"));
}

#[test]
fn one_secret_is_enough_to_begin_with() {
    let config = loaded([("DATABASE_URL", URL), ("SECRET_KEY", KEY)]).config;
    assert_eq!(config.keys().unwrap().encryption.expose_secret(), KEY);
}
