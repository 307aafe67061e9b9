//! Imports over HTTP.

mod change;
mod list;
mod upload;
mod wire;

use parking_domain::access::Permission;
use parking_http::{Access, ApiError, Code, Routes, sorted_by};
use utoipa_axum::routes;

use super::ImportError;
use crate::Estate;

/// The routes of imports.
pub fn routes(state: Estate) -> Routes {
    let imports = Access::Needs(Permission::ImportsManage);
    Routes::new("Imports")
        .add(imports, routes!(upload::import_template))
        .add(
            imports,
            sorted_by(list::COLUMNS, routes!(list::list_imports)),
        )
        .add(imports, routes!(upload::create_import))
        .add(imports, routes!(list::get_import))
        .add(imports, routes!(list::import_rows))
        .add(imports, routes!(list::export_import_rows))
        .add(imports, routes!(change::map_import))
        .add(imports, routes!(change::check_import))
        .add(imports, routes!(change::start_import))
        .add(imports, routes!(change::cancel_import))
        .add(imports, routes!(change::undo_import))
        .with_state(state)
}

impl From<ImportError> for ApiError {
    fn from(error: ImportError) -> Self {
        let code = match error {
            ImportError::Db(error) => return error.into(),
            ImportError::Absent => return Self::not_found(),
            ImportError::Stale => return Self::new(Code::PreconditionFailed),
            ImportError::NoSuchSite => return Self::field("site_id", "must be a site of yours"),
            ImportError::Mapping(error) => return Self::field("columns", error),
            ImportError::TooMany => Code::LimitReached,
            ImportError::RowsRefused(_) => Code::RowsRefused,
            ImportError::NotNow(_) | ImportError::NothingToDo => Code::Conflict,
        };
        Self::new(code).detail(error)
    }
}
