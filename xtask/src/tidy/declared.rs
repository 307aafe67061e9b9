//! The declared order: what each crate is a fence for, and which slice stands below which.
//!
//! ARCHITECTURE.md says why; this file is what holds. The two change together.

/// Each crate with the crates of ours it may name.
pub(super) const CRATES: &[(&str, &[&str])] = &[
    ("parking-domain", &[]),
    ("parking-db", &["parking-domain"]),
    // Generated from ChirpStack's own description; both sides are made from it.
    ("parking-chirpstack-api", &[]),
    (
        "parking-chirpstack",
        &["parking-domain", "parking-chirpstack-api"],
    ),
    ("parking-http", &["parking-domain", "parking-db"]),
    (
        "parking-access",
        &["parking-domain", "parking-db", "parking-http"],
    ),
    (
        "parking-estate",
        &[
            "parking-domain",
            "parking-db",
            "parking-http",
            "parking-access",
        ],
    ),
    (
        "parking-flow",
        &[
            "parking-domain",
            "parking-db",
            "parking-chirpstack",
            "parking-http",
            "parking-access",
            "parking-estate",
        ],
    ),
    ("parking-ui", &[]),
    (
        "parking-server",
        &[
            "parking-domain",
            "parking-db",
            "parking-chirpstack",
            "parking-http",
            "parking-access",
            "parking-estate",
            "parking-flow",
            "parking-ui",
        ],
    ),
    // Plays the other side, and shares no code with what reads its messages.
    ("parking-sim", &["parking-domain", "parking-chirpstack-api"]),
    // Measures the finished program from outside; the simulator plays what the program talks to.
    ("parking-bench", &["parking-domain", "parking-sim"]),
    ("xtask", &[]),
];

/// These may name any crate of ours: the binary ties everything together, the test kit drives it.
pub(super) const CRATES_AT_THE_TOP: [&str; 2] = ["parking", "parking-testkit"];

/// A dependency and the crates that exist to fence it in.
pub(super) const FENCES: &[(&str, &[&str])] = &[
    (
        "axum",
        &[
            "parking-http",
            "parking-access",
            "parking-estate",
            "parking-flow",
            "parking-server",
            // Hands out its files as responses.
            "parking-ui",
            // Calls routes without a server.
            "parking-testkit",
        ],
    ),
    (
        "sqlx",
        &[
            "parking-db",
            "parking-http",
            "parking-access",
            "parking-estate",
            "parking-flow",
            "parking-server",
            "parking-testkit",
            // Embeds the migrations.
            "parking",
        ],
    ),
    ("tonic", &["parking-chirpstack", "parking-sim"]),
    ("tonic-prost", &["parking-chirpstack", "parking-sim"]),
    ("rumqttc", &["parking-chirpstack", "parking-sim"]),
    (
        "prost",
        &[
            "parking-chirpstack",
            "parking-chirpstack-api",
            "parking-sim",
        ],
    ),
    ("prost-types", &["parking-chirpstack-api"]),
    (
        "parking-chirpstack-api",
        &["parking-chirpstack", "parking-sim"],
    ),
    ("rust-embed", &["parking-ui"]),
    ("clap", &["parking"]),
    ("anyhow", &["parking", "parking-bench", "xtask"]),
];

/// A crate cut into slices, which stand in one order across all of them.
pub(super) struct District {
    pub(super) krate: &'static str,
    pub(super) slices: &'static [&'static str],
}

/// Lowest first.
pub(super) const DISTRICTS: [District; 4] = [
    District {
        krate: "parking_access",
        slices: &[
            "audit",
            "tenants",
            "accounts",
            "members",
            "registrations",
            "invitations",
            "api_keys",
            "webhook_secrets",
            "webhooks",
        ],
    },
    District {
        krate: "parking_estate",
        slices: &[
            "sites", "spaces", "models", "devices", "gateways", "orphans", "alarms", "imports",
        ],
    },
    District {
        krate: "parking_flow",
        slices: &[
            "applications",
            "chirpstack",
            "occupancy",
            "reservations",
            "calendar_feeds",
            "waitlist",
            "tickets",
            "people",
            "letters",
            "overrides",
            "display_policies",
            "displays",
            "ingest",
            "uplinks",
            "evidence",
        ],
    },
    District {
        krate: "parking_server",
        slices: &["live", "dashboard", "platform"],
    },
];

/// The parts of a slice nobody outside may name.
pub(super) const PRIVATE_PARTS: [&str; 4] = ["api", "store", "jobs", "tests"];
