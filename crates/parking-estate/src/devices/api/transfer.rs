//! Handing a device to another tenant, for those who run the installation.

use axum::extract::State;
use axum::response::Response;
use parking_db::{PlatformTx, Reason};
use parking_domain::ids::TenantId;
use parking_http::{Answer, ApiError, Caller, Code, Id, Once};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::super::transfer::{Blocker, TransferDraft, transfer};
use super::assign::reason_of;
use super::bodies::DeviceBody;
use super::list::read_one;
use crate::{Estate, Maker, wire};

/// A wish to hand a device to another tenant.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct TransferRequest {
    /// To whom.
    tenant_id: Uuid,
    /// Only to be told what stands in the way.
    #[serde(default)]
    #[schema(required = false)]
    dry_run: bool,
    #[schema(value_type = Option<wire::Name>)]
    reason: Option<String>,
}

/// What stands in the way of a transfer.
#[derive(Debug, Serialize, ToSchema)]
struct BlockerBody {
    /// `assigned`, `same_tenant`, `platform_tenant`, `no_such_tenant`, `tenant_not_active` or `limit_reached`.
    code: &'static str,
    message: String,
}

/// What became of a wish to hand a device to another tenant.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct TransferBody {
    dry_run: bool,
    /// Whether it was handed over.
    success: bool,
    from_tenant_id: Uuid,
    to_tenant_id: Uuid,
    /// What stands in the way; a dry run that finds nothing can be followed by the transfer.
    blockers: Vec<BlockerBody>,
    /// The device as the other tenant has it; with another id, because what the old tenant kept with
    /// it stays with them.
    device: Option<DeviceBody>,
}

/// Hands a device to another tenant, with its key and its model of the catalogue. Its history, its
/// name and its notes stay behind with the old tenant, as an archived device. An `Idempotency-Key`
/// repeats the answer of an earlier request.
#[utoipa::path(post, path = "/api/v6/devices/{id}/transfer", params(("id" = Uuid, Path)), request_body = TransferRequest,
    responses((status = 200, body = TransferBody),
        (status = 409, description = "`conflict`: something stands in the way; `limit_reached`, `idempotency_key_reused`", body = parking_http::Problem, content_type = "application/problem+json")))]
pub(super) async fn transfer_device(
    State(estate): State<Estate>,
    caller: Caller,
    Id(id): Id,
    request: Once<TransferRequest>,
) -> Result<Response, ApiError> {
    let (maker, now) = (Maker::caller(&caller), estate.clock.now());
    let tx = estate
        .db
        .platform(Reason::Worker("hand a device from one tenant to another"))
        .await?;
    let operate = async |tx: &mut PlatformTx, wanted: TransferRequest| {
        let draft = TransferDraft {
            device: id,
            to: TenantId(wanted.tenant_id),
            is_dry_run: wanted.dry_run,
            reason: reason_of(wanted.reason)?,
        };
        let outcome = transfer(tx, &maker, &draft, now).await?;
        if !wanted.dry_run && !outcome.blockers.is_empty() {
            let all: Vec<String> = outcome.blockers.iter().map(Blocker::to_string).collect();
            return Err(ApiError::new(Code::Conflict).detail(all.join("; ")));
        }
        let device = match outcome.device {
            Some(id) => Some(read_one(tx.conn(), id).await?.1),
            None => None,
        };
        Answer::ok(&TransferBody {
            dry_run: wanted.dry_run,
            success: device.is_some(),
            from_tenant_id: outcome.from,
            to_tenant_id: wanted.tenant_id,
            blockers: outcome.blockers.iter().map(BlockerBody::of).collect(),
            device,
        })
    };
    request.run_across(tx, &caller, now, operate).await
}

impl BlockerBody {
    fn of(blocker: &Blocker) -> Self {
        Self {
            code: blocker.code(),
            message: blocker.to_string(),
        }
    }
}
