//! How the words of the estate look in requests and answers, for the description of the API.

use parking_domain::{bays, text};
use parking_http::wire::{line, one_of};
use parking_http::words;
use utoipa::openapi::RefOr;
use utoipa::openapi::schema::{ArrayBuilder, ObjectBuilder, Schema, SchemaType, Type};

pub(crate) use parking_http::wire::{Change, Name};

words! {
    /// [`text::Slug`].
    SiteSlug = line("A name in addresses: lower-case letters and digits, with single dashes between them.",
        text::Slug::LENGTH_MAX, "^[a-z0-9]+(-[a-z0-9]+)*$").build().into();
    /// A line of an address.
    AddressLine = line("A line of an address.", 255, r"^[^\u0000-\u001f\u007f]*$").build().into();
    /// A country.
    Country = line("A country, by its ISO 3166-1 alpha-2 code.", 2, "^[A-Z]{2}$").build().into();
    /// What is painted on the ground.
    BayCode = line("What is painted on the ground.", bays::BayCode::LENGTH_MAX, r"^[^\u0000-\u001f\u007f]*[^\u0000-\u0020\u007f][^\u0000-\u001f\u007f]*$").build().into();
    /// [`bays::BayKind`].
    BayKind = one_of("Whom a bay is for.", bays::BayKind::ALL.iter().map(|kind| kind.name()));
    /// Whatever a tenant keeps with a thing.
    Metadata = ObjectBuilder::new().schema_type(SchemaType::new(Type::Object))
        .description(Some("Whatever is worth keeping with it; at most 16 KiB.")).build().into();
    /// The outline of a bay on a plan.
    Outline = outline();
    /// How a bay is out of use.
    OverrideKind = one_of("How a bay is out of use.", ["blocked", "out_of_service"]);
    /// What a bay's state is.
    SpaceState = one_of("What state a bay is in.", ["free", "occupied", "reserved", "maintenance", "unknown"]);
}

/// Corners, each of them two parts of the plan's sides.
fn outline() -> RefOr<Schema> {
    let part = ObjectBuilder::new()
        .schema_type(SchemaType::new(Type::Number))
        .minimum(Some(0.0))
        .maximum(Some(1.0));
    let corner = ArrayBuilder::new()
        .items(part)
        .min_items(Some(2))
        .max_items(Some(2));
    ArrayBuilder::new()
        .items(corner)
        .min_items(Some(3))
        .max_items(Some(12))
        .description(Some("Corners as `[x, y]`, in parts of the plan's width and height; no edge crosses another."))
        .build()
        .into()
}
