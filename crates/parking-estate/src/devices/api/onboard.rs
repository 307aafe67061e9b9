//! From the label on a device to the device: what its code says is read here, and not in a browser.

use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use parking_db::TenantTx;
use parking_domain::onboarding::{Checksum, CodeForm, DeviceCode, read};
use parking_http::{Answer, ApiError, Caller, Once, Tagged, Wrong};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::super::{AssignmentDraft, DeviceDraft, DeviceFields, create};
use super::assign::reason_of;
use super::bodies::DeviceBody;
use super::list::read_one;
use super::wire::{AppKey, named_model};
use crate::wire::{self, a_line};
use crate::{Estate, Maker, view};

/// The longest name of a device, and the longest serial number.
const LINES_MAX: (usize, usize) = (255, 100);

/// What was scanned off a device's label, and what else is known.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Label {
    /// The text of the QR code, as it was scanned or typed.
    #[schema(min_length = 1, max_length = 1024)]
    code: String,
    /// The slug of a model of the catalogue, or the id of one of the tenant's own.
    #[schema(max_length = 63)]
    model: Option<String>,
    #[schema(value_type = Option<wire::Name>)]
    name: Option<String>,
    /// The bay it is to serve at once.
    space_id: Option<Uuid>,
    #[schema(value_type = Option<wire::Name>)]
    reason: Option<String>,
    /// 32 hexadecimal digits; kept sealed and never shown.
    #[schema(value_type = Option<String>, max_length = 64, write_only)]
    app_key: Option<AppKey>,
    /// Only to be told what the code says, and whether a device could be made of it.
    #[serde(default)]
    #[schema(required = false)]
    dry_run: bool,
}

/// What a code says. A secret in it is not repeated.
#[derive(Debug, Serialize, ToSchema)]
struct LabelReading {
    /// `tr005`, `tr005_draft2`, `tr005_draft3`, or `bare` for a text with an identifier in it.
    #[schema(value_type = String)]
    form: CodeForm,
    dev_eui: String,
    join_eui: Option<String>,
    /// Who made it, by the alliance's numbers, in hexadecimal.
    vendor_id: Option<String>,
    /// What it is, by the maker's numbers, in hexadecimal.
    profile_id: Option<String>,
    serial_number: Option<String>,
    proprietary: Option<String>,
    /// Whether the code proves that one owns the device.
    has_owner_token: bool,
    /// Extensions nobody has defined, as they stand.
    unread: Vec<String>,
    /// `absent`, `right`, or `wrong`: something was misread or mistyped.
    #[schema(value_type = String)]
    checksum: Checksum,
}

/// Why no device could be made.
#[derive(Debug, Serialize, ToSchema)]
struct Hindrance {
    code: &'static str,
    detail: String,
}

/// What a code said, and what became of it.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct OnboardBody {
    reading: LabelReading,
    dry_run: bool,
    /// The device that was made, or would be.
    device: Option<DeviceBody>,
    /// Why a dry run made none.
    hindrance: Option<Hindrance>,
}

impl From<&DeviceCode> for LabelReading {
    fn from(code: &DeviceCode) -> Self {
        let hex = |number: Option<u16>| number.map(|number| format!("{number:04X}"));
        Self {
            form: code.form,
            dev_eui: code.dev_eui.to_string(),
            join_eui: code.join_eui.map(|eui| eui.to_string()),
            vendor_id: hex(code.vendor_id),
            profile_id: hex(code.profile_id),
            serial_number: code.serial.clone(),
            proprietary: code.proprietary.clone(),
            has_owner_token: code.owner_token.is_some(),
            unread: code.unread.clone(),
            checksum: code.checksum,
        }
    }
}

/// Makes a device of the code on its label, and puts it to work if a bay is named: both or neither. An
/// `Idempotency-Key` repeats the answer of an earlier request.
#[utoipa::path(post, path = "/api/v6/devices/onboard", request_body = Label,
    responses((status = 200, body = OnboardBody, description = "What a dry run found"),
        (status = 201, body = OnboardBody, headers(("Location" = String, description = "Where the device is"))),
        (status = 409, description = "`device_taken`, `already_assigned`, `limit_reached`, `idempotency_key_reused`", body = parking_http::Problem, content_type = "application/problem+json")))]
pub(super) async fn onboard_device(
    State(estate): State<Estate>,
    caller: Caller,
    request: Once<Label>,
) -> Result<Response, ApiError> {
    view::must_own(&caller)?;
    let (maker, now) = (Maker::caller(&caller), estate.clock.now());
    if request.body.dry_run {
        return try_out(&estate, &caller, request.body).await;
    }
    let operate = async |tx: &mut TenantTx, label: Label| {
        let code = scanned(&label)?;
        let Tagged(version, device) = make(tx, &estate, &maker, (label, &code)).await?;
        let location = format!("/api/v6/devices/{}", device.id());
        let body = OnboardBody {
            reading: LabelReading::from(&code),
            dry_run: false,
            device: Some(device),
            hindrance: None,
        };
        Answer::created(location, version, &body)
    };
    request.run(&estate.db, &caller, now, operate).await
}

/// Makes the device and takes everything back.
async fn try_out(estate: &Estate, caller: &Caller, label: Label) -> Result<Response, ApiError> {
    let code = scanned(&label)?;
    let mut tx = view::change(&estate.db, caller).await?;
    let made = make(&mut tx, estate, &Maker::caller(caller), (label, &code)).await;
    drop(tx);
    let (device, hindrance) = match made {
        Ok(Tagged(_, device)) => (Some(device), None),
        Err(error) if error.code.status() == axum::http::StatusCode::CONFLICT => {
            let detail = error.detail.unwrap_or_else(|| error.code.title().into());
            let code = error.code.name();
            (None, Some(Hindrance { code, detail }))
        }
        Err(error) => return Err(error),
    };
    let body = OnboardBody {
        reading: LabelReading::from(&code),
        dry_run: true,
        device,
        hindrance,
    };
    Ok(Answer::ok(&body)?.into_response())
}

fn scanned(label: &Label) -> Result<DeviceCode, ApiError> {
    read(&label.code).map_err(|error| ApiError::field("code", error))
}

async fn make(
    tx: &mut TenantTx,
    estate: &Estate,
    maker: &Maker,
    (label, code): (Label, &DeviceCode),
) -> Result<Tagged<DeviceBody>, ApiError> {
    let now = estate.clock.now();
    let mut wrong = Wrong::default();
    let fields = DeviceFields {
        name: a_line(&mut wrong, "name", label.name, LINES_MAX.0),
        join_eui: code.join_eui,
        serial_number: a_line(&mut wrong, "code", code.serial.clone(), LINES_MAX.1),
        ..DeviceFields::default()
    };
    let fields = wrong.settle(Some(fields))?;
    let reason = reason_of(label.reason)?;
    let sealed = label
        .app_key
        .map(|key| key.sealed(&estate.vault, code.dev_eui));
    let draft = DeviceDraft {
        dev_eui: code.dev_eui,
        model: match label.model {
            Some(model) => Some(named_model(tx.conn(), &model).await?),
            None => None,
        },
        sealed_app_key: sealed.transpose()?,
        fields,
    };
    let assignment = label.space_id.map(|space| AssignmentDraft {
        space,
        role: None,
        reason,
    });
    let device = create(tx, maker, (&draft, assignment.as_ref()), now).await?;
    read_one(tx.conn(), device.id).await
}
