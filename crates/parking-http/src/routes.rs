//! Registering routes, each with the access it needs.

use axum::extract::Request;
use axum::middleware::{Next, from_fn};
use axum::response::{IntoResponse as _, Response};
use parking_domain::access::Permission;
use utoipa::openapi::extensions::ExtensionsBuilder;
use utoipa::openapi::path::{Operation, PathItem};
use utoipa::openapi::schema::{ObjectBuilder, Schema, SchemaType, Type};
use utoipa::openapi::security::SecurityRequirement;
use utoipa::openapi::{ContentBuilder, OpenApi, Ref, RefOr, ResponseBuilder};
use utoipa_axum::router::{OpenApiRouter, UtoipaMethodRouter};

use crate::caller::Seen;
use crate::extract::BodyLimit;
use crate::{ApiError, Code};

/// The largest body of a route that is open to everybody: what is read of it is held for strangers.
const PUBLIC_BODY_MAX: usize = 16 * 1024;

/// What a caller needs to be let through to a route.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// Nothing: anybody may ask.
    Public,
    /// To be somebody: any person or key of any tenant.
    Authenticated,
    /// To be a signed-in person.
    Person,
    /// A permission in the tenant.
    Needs(Permission),
    /// The same, and to be a signed-in person: what a key may not do whatever its scopes.
    PersonWith(Permission),
}

impl Access {
    /// The name in the API description, which the access matrix is made from.
    pub fn name(self) -> &'static str {
        match self {
            Self::Public => "public",
            Self::Authenticated => "authenticated",
            Self::Person => "person",
            Self::Needs(permission) | Self::PersonWith(permission) => permission.name(),
        }
    }

    fn check(self, seen: Option<&Seen>) -> Result<(), ApiError> {
        let caller = match (self, seen) {
            (Self::Public, _) => return Ok(()),
            (_, Some(Seen::Known(caller))) => caller,
            (_, Some(Seen::Refused(error))) => return Err(ApiError::clone(error)),
            _ => return Err(ApiError::new(Code::Unauthenticated)),
        };
        match self {
            Self::Public | Self::Authenticated => Ok(()),
            Self::Person => caller.person().map(|_| ()),
            Self::Needs(permission) => caller.require(permission),
            Self::PersonWith(permission) => {
                caller.person()?;
                caller.require(permission)
            }
        }
    }
}

/// The routes of a slice and their description.
pub struct Routes<S = ()> {
    tag: &'static str,
    router: OpenApiRouter<S>,
}

impl<S: Clone + Send + Sync + 'static> Routes<S> {
    /// No routes yet; `tag` groups the ones to come in the documentation.
    pub fn new(tag: &'static str) -> Self {
        Self {
            tag,
            router: OpenApiRouter::new(),
        }
    }

    /// Adds the handlers of one path, all with the same access.
    #[must_use]
    pub fn add(mut self, access: Access, handlers: UtoipaMethodRouter<S>) -> Self {
        let (schemas, mut paths, methods) = handlers;
        let described = self.router.get_openapi().components.as_ref();
        let known = |name: &str| described.and_then(|all| all.schemas.get(name));
        for (name, schema) in &schemas {
            must_be_one(name, known(name), schema);
        }
        for (path, item) in &mut paths.paths {
            distinguish(item);
            for operation in operations(item) {
                describe(operation, access, self.tag, path);
            }
        }
        let methods =
            methods.route_layer(from_fn(move |request: Request, next: Next| async move {
                guard(access, request, next).await
            }));
        self.router = self.router.routes((schemas, paths, methods));
        self
    }

    /// Gives the handlers what they work with.
    pub fn with_state(self, state: S) -> Routes {
        Routes {
            tag: self.tag,
            router: self.router.with_state(state),
        }
    }
}

impl Routes {
    /// Puts the routes of another slice beside these.
    #[must_use]
    pub fn merge(self, other: Self) -> Self {
        expect_distinct(self.router.get_openapi(), other.router.get_openapi());
        Self {
            tag: self.tag,
            router: self.router.merge(other.router),
        }
    }

    /// The router and its description.
    pub fn into_parts(self) -> (axum::Router, OpenApi) {
        self.router.split_for_parts()
    }
}

/// Of two descriptions that are put together, the schemas of one name must be one schema: the second
/// would silently take the place of the first. Tests build every description, so they find out.
pub fn expect_distinct(one: &OpenApi, other: &OpenApi) {
    let schemas = |api: &OpenApi| {
        let components = api.components.clone();
        components.map(|all| all.schemas).unwrap_or_default()
    };
    let known = schemas(one);
    for (name, schema) in schemas(other) {
        must_be_one(&name, known.get(&name), &schema);
    }
}

fn must_be_one(name: &str, known: Option<&RefOr<Schema>>, schema: &RefOr<Schema>) {
    debug_assert!(
        known.is_none_or(|known| known == schema),
        "two schemas are called {name}"
    );
}

/// Describes what a list can be sorted by: the columns that it gives to
/// [`Page::order_by`](crate::Page::order_by).
pub fn sorted_by<S>(
    columns: &[(&str, &str)],
    handlers: UtoipaMethodRouter<S>,
) -> UtoipaMethodRouter<S> {
    let names: Vec<_> = columns
        .iter()
        .map(|(name, _)| name.trim_start_matches('-'))
        .collect();
    let pattern = format!("^-?({})$", names.join("|"));
    let schema = ObjectBuilder::new()
        .schema_type(SchemaType::new(Type::String))
        .pattern(Some(pattern))
        .build();
    let (schemas, mut paths, methods) = handlers;
    paths
        .paths
        .values_mut()
        .filter_map(|item| item.get.as_mut()?.parameters.as_mut())
        .flatten()
        .filter_map(|parameter| match parameter {
            RefOr::T(parameter) => Some(parameter),
            RefOr::Ref(_) => None,
        })
        .filter(|parameter| parameter.name == "sort")
        .for_each(|parameter| parameter.schema = Some(schema.clone().into()));
    (schemas, paths, methods)
}

async fn guard(access: Access, mut request: Request, next: Next) -> Response {
    if access == Access::Public {
        let BodyLimit(limit) = request.extensions().get().copied().unwrap_or_default();
        let limit = BodyLimit(limit.min(PUBLIC_BODY_MAX));
        request.extensions_mut().insert(limit);
    }
    match access.check(request.extensions().get::<Seen>()) {
        Ok(()) => next.run(request).await,
        Err(error) => error.into_response(),
    }
}

fn operations(item: &mut PathItem) -> impl Iterator<Item = &mut Operation> {
    [
        &mut item.get,
        &mut item.put,
        &mut item.post,
        &mut item.delete,
        &mut item.patch,
    ]
    .into_iter()
    .filter_map(Option::as_mut)
}

/// A handler of both PATCH and PUT is two operations, and no two may have the same name.
fn distinguish(item: &mut PathItem) {
    if let (Some(patch), Some(put)) = (&item.patch, &mut item.put)
        && patch.operation_id == put.operation_id
    {
        put.operation_id = put.operation_id.take().map(|id| format!("{id}_by_put"));
    }
}

/// Completes an operation with what holds for all: its access and the errors anybody can get.
fn describe(operation: &mut Operation, access: Access, tag: &str, path: &str) {
    operation.tags = Some(vec![tag.to_owned()]);
    operation.extensions = Some(
        ExtensionsBuilder::new()
            .add("x-access", access.name())
            .build(),
    );
    operation.security = Some(match access {
        Access::Public => vec![],
        Access::Person | Access::PersonWith(_) => {
            vec![SecurityRequirement::new::<_, [&str; 0], &str>("bearer", [])]
        }
        Access::Authenticated | Access::Needs(_) => ["bearer", "api_key", "signature"]
            .into_iter()
            .filter(|scheme| {
                *scheme != "signature" || access == Access::Needs(Permission::TelemetryIngest)
            })
            .map(|scheme| SecurityRequirement::new::<_, [&str; 0], &str>(scheme, []))
            .collect(),
    });
    let has_input = operation.request_body.is_some()
        || operation.parameters.as_ref().is_some_and(|p| !p.is_empty());
    let mut add = |status: &str, about: &str| {
        let body = ContentBuilder::new()
            .schema(Some(Ref::from_schema_name("Problem")))
            .build();
        let response = ResponseBuilder::new()
            .description(about)
            .content("application/problem+json", body)
            .build();
        operation
            .responses
            .responses
            .entry(status.to_owned())
            .or_insert(RefOr::T(response));
    };
    if access != Access::Public {
        add("401", "No credentials, or they are not good (any more)");
        add(
            "403",
            "The role, the scope or the state of the account does not allow it",
        );
    }
    if path.contains('{') {
        add("404", "There is no such thing in this tenant");
    }
    if has_input {
        add("400", "The request cannot be read");
        add("413", "The body is too large");
        add("415", "The body is not JSON");
        add("422", "Some fields are not right");
    }
    add(
        "429",
        "Too many requests; `Retry-After` says when to come back",
    );
    add(
        "503",
        "The database is away or the server is stopping; `Retry-After` says when to come back",
    );
}
