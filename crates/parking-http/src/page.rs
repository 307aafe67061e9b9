//! Lists come in pages.

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use parking_domain::ids::TenantId;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use crate::{ApiError, FieldError};

/// Rows a page unless asked otherwise.
const PAGE_SIZE: i64 = 50;

/// The most rows a page holds.
const PAGE_SIZE_MAX: i64 = 500;

/// The most rows `limit` may ask for.
const LIMIT_MAX: i64 = 1_000;

/// The deepest a list can be paged into; beyond it a filter is the better question.
const OFFSET_MAX: i64 = 1_000_000;

const NULLS_LAST: &str = " nulls last";

/// Which part of a list is wanted, in which order, and what text it should hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page {
    /// The first row, from 0.
    pub offset: i64,
    /// The most rows wanted.
    pub size: i64,
    /// The text searched for.
    pub q: Option<String>,
    sort: Option<String>,
}

/// The parameters every list takes.
#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "describes what `Page` reads")]
pub struct PageParams {
    /// The page, from 1.
    #[param(minimum = 1, maximum = 1_000_000)]
    page: Option<i64>,
    /// Rows a page; 50 unless asked otherwise.
    #[param(minimum = 1, maximum = 500)]
    page_size: Option<i64>,
    /// Rows wanted, instead of `page_size`.
    #[param(minimum = 1, maximum = 1_000)]
    limit: Option<i64>,
    /// Rows to skip, instead of `page`.
    #[param(minimum = 0, maximum = 1_000_000)]
    offset: Option<i64>,
    /// The field to sort by; a dash before it turns the order round.
    sort: Option<String>,
    /// Text that must occur.
    #[param(max_length = 200, pattern = "^[^\\u0000]*$")]
    q: Option<String>,
}

/// A list's page together with the filters that only this list has.
#[derive(Clone, Debug)]
pub struct List<F> {
    /// Which part.
    pub page: Page,
    /// Of what.
    pub filter: F,
}

/// What a list takes that has no filters of its own.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NoFilter {}

impl<S: Send + Sync, F: DeserializeOwned> FromRequestParts<S> for List<F> {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, ApiError> {
        let mut pairs = crate::extract::query_pairs(parts.uri.query().unwrap_or_default())?;
        let page = Page::take_from(&mut pairs)?;
        let filter = crate::extract::from_pairs(pairs)?;
        Ok(Self { page, filter })
    }
}

impl Page {
    fn take_from(pairs: &mut Vec<(String, String)>) -> Result<Self, ApiError> {
        let mut errors = Vec::new();
        let mut take = |name: &str| {
            let at = pairs.iter().position(|(key, _)| key == name)?;
            // As everywhere in a query, an empty value is as good as none.
            Some(pairs.remove(at).1).filter(|value| !value.is_empty())
        };
        let mut number = |name: &str, value: Option<String>, min: i64, max: i64| -> Option<i64> {
            let value = value?;
            let number = value.parse().ok().filter(|n| (min..=max).contains(n));
            if number.is_none() {
                errors.push(FieldError {
                    field: name.to_owned(),
                    message: format!("must be a whole number from {min} to {max}"),
                });
            }
            number
        };
        let page = number("page", take("page"), 1, OFFSET_MAX);
        let page_size = number("page_size", take("page_size"), 1, PAGE_SIZE_MAX);
        let limit = number("limit", take("limit"), 1, LIMIT_MAX);
        let offset = number("offset", take("offset"), 0, OFFSET_MAX);
        let (sort, q) = (take("sort"), take("q"));
        if q.as_ref().is_some_and(|q| q.chars().count() > 200) {
            errors.push(FieldError {
                field: "q".into(),
                message: "must have at most 200 characters".into(),
            });
        }
        if !errors.is_empty() {
            return Err(ApiError::fields(errors));
        }
        let size = limit.or(page_size).unwrap_or(PAGE_SIZE);
        let offset = offset
            .unwrap_or_else(|| (page.unwrap_or(1) - 1) * size)
            .min(OFFSET_MAX);
        let q = q.map(|q| q.trim().to_owned()).filter(|q| !q.is_empty());
        Ok(Self {
            offset,
            size,
            q,
            sort,
        })
    }

    /// The text searched for as a pattern for `ilike`, with its wildcards made harmless.
    pub fn pattern(&self) -> Option<String> {
        let q = self.q.as_ref()?;
        let plain = q
            .replace('\\', "\\\\")
            .replace('%', "\\%")
            .replace('_', "\\_");
        Some(format!("%{plain}%"))
    }

    /// The `order by` clause: one of `columns` (name in the API, SQL), then `tie` so that pages
    /// never overlap. The first column is the order when none is asked for; one that begins
    /// with a dash is descending by default. SQL of a column that may be null ends with
    /// ` nulls last`; on others that would keep PostgreSQL from walking their index.
    pub fn order_by(
        &self,
        columns: &[(&'static str, &'static str)],
        tie: &'static str,
    ) -> Result<String, ApiError> {
        let (sql, ascends) = self.order(columns)?;
        let direction = if ascends { "asc" } else { "desc" };
        Ok(match sql.strip_suffix(NULLS_LAST) {
            Some(sql) => format!("{sql} {direction}{NULLS_LAST}, {tie} {direction}"),
            None => format!("{sql} {direction}, {tie} {direction}"),
        })
    }

    /// The SQL of the column that was asked for, and whether its order ascends.
    pub fn order(
        &self,
        columns: &[(&'static str, &'static str)],
    ) -> Result<(&'static str, bool), ApiError> {
        let by_default = columns.first().map_or("", |(name, _)| *name);
        let wanted = self.sort.as_deref().unwrap_or(by_default);
        let plain = |name: &'static str| name.trim_start_matches('-');
        let name = wanted.strip_prefix('-').unwrap_or(wanted);
        let mut found = columns.iter().filter(|(column, _)| plain(column) == name);
        let (_, sql) = found.next().ok_or_else(|| {
            let names: Vec<_> = columns.iter().map(|(name, _)| plain(name)).collect();
            ApiError::field("sort", format!("must be one of: {}", names.join(", ")))
        })?;
        Ok((sql, name == wanted))
    }
}

/// How a page lies in its list, and whose list it is.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct PageExtent {
    /// Rows in the whole list, after the filters.
    pub total: i64,
    /// This page, from 1.
    pub page: i64,
    /// Rows a page.
    pub page_size: i64,
    /// Pages in the whole list.
    pub total_pages: i64,
    /// The tenant whose list it is.
    pub tenant_id: Uuid,
    /// `tenant` for one tenant's list, `all` for one that spans tenants.
    pub tenant_scope: TenantScope,
    /// Whether the list spans tenants.
    pub is_cross_tenant: bool,
}

/// Whether a list is one tenant's or spans them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum TenantScope {
    /// One tenant's.
    Tenant,
    /// All tenants'.
    All,
}

impl PageExtent {
    /// Describes a page of one tenant's list.
    pub fn of_tenant(page: &Page, total: i64, tenant: TenantId) -> Self {
        Self {
            total,
            page: page.offset / page.size + 1,
            page_size: page.size,
            total_pages: (total + page.size - 1) / page.size,
            tenant_id: tenant.0,
            tenant_scope: TenantScope::Tenant,
            is_cross_tenant: false,
        }
    }

    /// Describes a page of a list that spans tenants.
    pub fn of_all(page: &Page, total: i64, tenant: TenantId) -> Self {
        Self {
            tenant_scope: TenantScope::All,
            is_cross_tenant: true,
            ..Self::of_tenant(page, total, tenant)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn page(query: &[(&str, &str)]) -> Result<Page, ApiError> {
        Page::take_from(
            &mut query
                .iter()
                .map(|(k, v)| ((*k).to_owned(), (*v).to_owned()))
                .collect(),
        )
    }

    #[test]
    fn pages_and_offsets_name_the_same_rows() {
        assert_eq!(page(&[]).unwrap().size, 50);
        let third = page(&[("page", "3"), ("page_size", "20")]).unwrap();
        let same = page(&[("offset", "40"), ("limit", "20")]).unwrap();
        assert_eq!((third.offset, third.size), (same.offset, same.size));
        assert_eq!(
            PageExtent::of_tenant(&third, 41, TenantId::PLATFORM).total_pages,
            3
        );
    }

    #[test]
    fn a_page_out_of_bounds_is_refused_by_name() {
        for (name, value) in [
            ("page", "0"),
            ("page_size", "501"),
            ("limit", "1001"),
            ("offset", "-1"),
            ("page", "x"),
        ] {
            let error = page(&[(name, value)]).unwrap_err();
            assert_eq!(error.errors[0].field, name);
        }
    }

    #[test]
    fn only_listed_columns_reach_the_order_clause() {
        let columns = &[
            ("-created_at", "created_at"),
            ("name", "lower(name)"),
            ("seen", "seen_at nulls last"),
        ];
        let order = |sort: &str| page(&[("sort", sort)]).unwrap().order_by(columns, "id");
        assert_eq!(
            page(&[]).unwrap().order_by(columns, "id").unwrap(),
            "created_at desc, id desc"
        );
        assert_eq!(order("name").unwrap(), "lower(name) asc, id asc");
        assert_eq!(order("-seen").unwrap(), "seen_at desc nulls last, id desc");
        assert!(order("name; drop table users").is_err());
    }

    #[test]
    fn wildcards_in_a_search_are_letters() {
        assert_eq!(
            page(&[("q", r"50%_\")]).unwrap().pattern().unwrap(),
            r"%50\%\_\\%"
        );
    }
}
