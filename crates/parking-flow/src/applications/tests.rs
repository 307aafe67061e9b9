//! Giving applications to tenants, over a real database.

use parking_access::audit::By;
use parking_domain::ids::TenantId;
use parking_testkit::TestDb;

use super::{ApplicationError, Applications, give, list, take_away};
use crate::tests::tenant;

const APPLICATION: &str = "deb86e58-f3b2-43fc-b5cb-3e10d825b9f5";

#[tokio::test]
async fn an_application_is_one_tenants_until_it_is_taken_away() {
    let test = TestDb::new().await;
    let (db, clock, by) = (test.db(), test.clock(), By::system("test"));
    let harbour = tenant(&db, &clock, "Harbour").await;
    tenant(&db, &clock, "Station").await;
    let owner = async || {
        // Nobody waits for what was known a moment ago to be forgotten.
        let applications = Applications::new(db.clone());
        applications
            .owner(Some(APPLICATION))
            .await
            .expect("an owner")
    };
    assert_eq!(owner().await, TenantId::PLATFORM);
    for _ in 0..2 {
        give(&db, (APPLICATION, "harbour"), &by, clock.now())
            .await
            .expect("given");
    }
    assert_eq!(owner().await, harbour);
    let taken = give(&db, (APPLICATION, "station"), &by, clock.now()).await;
    assert!(matches!(taken, Err(ApplicationError::Taken(by)) if by == "harbour"));
    let nobody = give(&db, ("other", "nobody"), &by, clock.now()).await;
    assert!(matches!(nobody, Err(ApplicationError::NoTenant)));
    let nameless = give(&db, ("", "harbour"), &by, clock.now()).await;
    assert!(matches!(nameless, Err(ApplicationError::Name)));
    assert_eq!(list(&db).await.expect("a list").len(), 1);
    take_away(&db, APPLICATION, &by, clock.now())
        .await
        .expect("taken away");
    assert_eq!(owner().await, TenantId::PLATFORM);
    let again = take_away(&db, APPLICATION, &by, clock.now()).await;
    assert!(matches!(again, Err(ApplicationError::Absent)));
    let mut admin = test.superuser().await;
    let written: Vec<String> = sqlx::query_scalar(
        "select action from audit_log where tenant_id = $1 and action like 'application.%' order by seq",
    )
    .bind(harbour.0)
    .fetch_all(&mut admin)
    .await
    .expect("a log");
    assert_eq!(written, ["application.given", "application.taken_away"]);
}
