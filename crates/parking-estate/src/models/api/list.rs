//! Looking at models.

use axum::extract::State;
use axum::extract::rejection::PathRejection;
use parking_domain::models::CATALOGUE;
use parking_http::page::{List, PageParams};
use parking_http::{ApiError, Caller, Tagged};
use serde::Deserialize;
use utoipa::IntoParams;

use super::super::{AnyModel, find, store};
use super::wire::{ModelBody, ModelPage};
use crate::view::View;
use crate::wire::DeviceType;
use crate::{Estate, wire};

/// What the list can be sorted by.
pub(super) const COLUMNS: &[(&str, &str)] =
    &[("vendor", "vendor"), ("name", "name"), ("slug", "slug")];

/// Which models are wanted.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct ModelFilter {
    /// Only those of tenants' own, or only those of the catalogue.
    is_own: Option<bool>,
    /// Only those that can be a bay's sensor, or its display.
    #[param(value_type = Option<wire::DeviceTypeName>, inline)]
    device_type: Option<DeviceType>,
}

/// The catalogue and the tenant's own models by vendor; with the platform tenant selected, all
/// tenants' own ones. `q` looks in vendor, name and slug.
#[utoipa::path(get, path = "/api/v6/device-models", params(PageParams, ModelFilter), responses((status = 200, body = ModelPage)))]
pub(super) async fn list_models(
    State(estate): State<Estate>,
    caller: Caller,
    List { page, filter }: List<ModelFilter>,
) -> Result<axum::Json<ModelPage>, ApiError> {
    let (column, ascends) = page.order(COLUMNS)?;
    let mut view = View::of(&estate.db, &caller).await?;
    let own = store::list(view.conn()).await?;
    let catalogue = CATALOGUE.iter().map(ModelBody::of_catalogue);
    let mut models: Vec<ModelBody> = catalogue.chain(own.iter().map(ModelBody::of_own)).collect();
    let q = page.q.as_deref().map(str::to_lowercase);
    models.retain(|model| {
        let text = format!("{} {} {}", model.vendor, model.name, model.slug);
        q.as_ref().is_none_or(|q| text.to_lowercase().contains(q))
            && filter.is_own.is_none_or(|is_own| model.is_own == is_own)
            && match filter.device_type {
                None => true,
                Some(DeviceType::Sensor) => model.is_sensor,
                Some(DeviceType::Display) => model.is_display,
            }
    });
    models.sort_by_key(|model| {
        let first = match column {
            "name" => &model.name,
            "slug" => &model.slug,
            _ => &model.vendor,
        };
        (
            first.to_lowercase(),
            model.name.to_lowercase(),
            model.id.clone(),
        )
    });
    if !ascends {
        models.reverse();
    }
    let total = i64::try_from(models.len()).unwrap_or(i64::MAX);
    let (skipped, size) = (
        usize::try_from(page.offset).unwrap_or(usize::MAX),
        usize::try_from(page.size).unwrap_or(0),
    );
    Ok(axum::Json(ModelPage {
        models: models.into_iter().skip(skipped).take(size).collect(),
        page: view.extent(&page, total),
    }))
}

/// One model: of the catalogue by its slug, of the tenant's own by its id.
#[utoipa::path(get, path = "/api/v6/device-models/{id}", params(("id" = String, Path)), responses((status = 200, body = ModelBody)))]
pub(super) async fn get_model(
    State(estate): State<Estate>,
    caller: Caller,
    id: Result<axum::extract::Path<String>, PathRejection>,
) -> Result<Tagged<ModelBody>, ApiError> {
    let axum::extract::Path(id) = id.map_err(|_| ApiError::not_found())?;
    if id.contains('\0') {
        return Err(ApiError::not_found());
    }
    let mut view = View::of(&estate.db, &caller).await?;
    let model = find(view.conn(), &id)
        .await?
        .ok_or_else(ApiError::not_found)?;
    let version = match &model {
        AnyModel::Catalogue(_) => 1,
        AnyModel::Own(model) => model.version,
    };
    Ok(Tagged(version, ModelBody::of(&model)))
}
