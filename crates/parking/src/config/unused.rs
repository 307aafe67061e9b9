//! Names of the specification and the predecessors that have no effect in this version.
//!
//! They are known, so that an environment written for V5 or V6 starts; a warning says which of its
//! settings do nothing. A subsystem that arrives takes its section away from here.

use super::setting::{Section, Setting};

macro_rules! unused {
    ($section:ident = $name:literal, $sentence:literal, {
        $($setting:ident: $variable:literal, $key:literal, $reason:expr;)+
    }) => {
        $(static $setting: Setting<String> = Setting::not_used($variable, $key, $reason);)+
        pub(super) static $section: Section = Section {
            name: $name,
            doc: $sentence,
            specs: &[$(&$setting.spec),+],
        };
    };
}

const LATER: &str = "not used by this version.";
const NO_REDIS: &str = "not used by this version; nothing durable would be kept in Redis.";
const POOL: &str = "the pool has one size: DB_POOL_SIZE.";
const ALWAYS: &str = "it is always on.";

unused! { REDIS = "redis", "Shared limits and fan-out between replicas. Not used by this version.", {
    REDIS_URL: "REDIS_URL", "url", NO_REDIS;
    REDIS_POOL_SIZE: "REDIS_POOL_SIZE", "pool_size", NO_REDIS;
    REDIS_MAX_CONNECTIONS: "REDIS_MAX_CONNECTIONS", "max_connections", NO_REDIS;
    REDIS_TTL_SECONDS: "REDIS_TTL_SECONDS", "ttl_seconds", NO_REDIS;
}}

unused! { PREDECESSOR = "predecessor", "Settings of V5 and V6 that have no counterpart.", {
    APP_VERSION: "APP_VERSION", "app_version", "the binary knows its version.";
    API_WORKERS: "API_WORKERS", "api_workers", "one process uses all cores.";
    DATABASE_MAX_OVERFLOW: "DATABASE_MAX_OVERFLOW", "database_max_overflow", POOL;
    DATABASE_POOL_TIMEOUT: "DATABASE_POOL_TIMEOUT", "database_pool_timeout", POOL;
    DATABASE_POOL_RECYCLE: "DATABASE_POOL_RECYCLE", "database_pool_recycle", POOL;
    DB_POOL_MIN_SIZE: "DB_POOL_MIN_SIZE", "db_pool_min_size", POOL;
    DB_POOL_MAX_OVERFLOW: "DB_POOL_MAX_OVERFLOW", "db_pool_max_overflow", POOL;
    SCHEDULER_ENABLED: "SCHEDULER_ENABLED", "scheduler_enabled", ALWAYS;
    RECONCILIATION_INTERVAL_MINUTES: "RECONCILIATION_INTERVAL_MINUTES",
        "reconciliation_interval_minutes", LATER;
    MATERIALIZED_VIEW_REFRESH_HOURS: "MATERIALIZED_VIEW_REFRESH_HOURS",
        "materialized_view_refresh_hours", "there are no materialized views.";
    REQUIRE_API_KEY: "REQUIRE_API_KEY", "require_api_key",
        "every route states who may call it.";
    DEFAULT_TENANT_ID: "DEFAULT_TENANT_ID", "default_tenant_id",
        "a caller's tenant comes from the credential.";
    API_KEY_HEADER: "API_KEY_HEADER", "api_key_header", "the header is X-API-Key.";
    USE_V6_API: "USE_V6_API", "use_v6_api", ALWAYS;
    ENABLE_GRAPHQL: "ENABLE_GRAPHQL", "enable_graphql", "there is no GraphQL in this version.";
    ENABLE_WEBHOOKS: "ENABLE_WEBHOOKS", "enable_webhooks", LATER;
    ENABLE_DOWNLINK: "ENABLE_DOWNLINK", "enable_downlink", LATER;
    ENABLE_RESERVATIONS: "ENABLE_RESERVATIONS", "enable_reservations", LATER;
}}
