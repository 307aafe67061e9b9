//! The platform view through its routes.

use axum::http::StatusCode;
use parking_domain::access::Role;
use parking_domain::tenancy::LimitOverrides;

use crate::tests::Stage;

const USAGE: &str = "/api/v6/platform/usage";

#[tokio::test]
async fn tenants_stand_beside_their_limits_and_the_fullest_comes_first() {
    let stage = Stage::set().await;
    let limits = LimitOverrides {
        sites: Some(5),
        ..LimitOverrides::default()
    };
    let roomy = stage.admin("Roomy").await;
    roomy.makes_site("One").await;
    let full = stage.tenant("Full", limits).await;
    let full = stage.person(full, Role::Admin);
    for name in ["One", "Two", "Three", "Four"] {
        full.makes_site(name).await;
    }
    let platform = stage.platform();
    let page = platform.reads(USAGE).await;
    assert_eq!(
        [
            &page["tenants"][0]["tenant_name"],
            &page["tenants"][1]["tenant_name"]
        ],
        ["Full", "Roomy"]
    );
    assert_eq!(
        (&page["total"], &page["is_cross_tenant"]),
        (&2.into(), &true.into())
    );
    let first = &page["tenants"][0];
    assert_eq!(first["fullness"], 80.0);
    let resources = first["resources"].as_array().expect("resources");
    let words: Vec<_> = resources
        .iter()
        .map(|one| format!("{} {}/{}", one["resource"], one["used"], one["near_limit"]))
        .collect();
    assert_eq!(words[1], "\"sites\" 4/true");
    assert_eq!(words.len(), 5);

    let near = platform.reads(&format!("{USAGE}?near_limit=true")).await;
    assert_eq!(
        (&near["total"], &near["tenants"][0]["tenant_name"]),
        (&1.into(), &"Full".into())
    );
    let found = platform.reads(&format!("{USAGE}?q=room&sort=name")).await;
    assert_eq!(found["total"], 1);
    assert_eq!(full.get(USAGE).await.status, StatusCode::FORBIDDEN);
}
