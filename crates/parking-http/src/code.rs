//! Every error code of the API, in one table. A code is part of the API: it never changes.

use axum::http::StatusCode;

macro_rules! codes {
    ($($variant:ident = $name:literal, $status:ident, $title:literal;)+) => {
        /// What went wrong, in a word that programs can compare.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum Code { $(#[doc = $title] $variant),+ }

        impl Code {
            /// Every code, in the order of the table.
            pub const ALL: &[Self] = &[$(Self::$variant),+];

            /// The code as it is written in answers.
            pub fn name(self) -> &'static str {
                match self { $(Self::$variant => $name),+ }
            }

            /// The status it is answered with.
            pub fn status(self) -> StatusCode {
                match self { $(Self::$variant => StatusCode::$status),+ }
            }

            /// What it means, for people.
            pub fn title(self) -> &'static str {
                match self { $(Self::$variant => $title),+ }
            }
        }
    };
}

codes! {
    MalformedRequest = "malformed_request", BAD_REQUEST, "The request cannot be read";
    Unauthenticated = "unauthenticated", UNAUTHORIZED, "Sign in, or send an API key";
    InvalidCredentials = "invalid_credentials", UNAUTHORIZED, "E-mail address or password is wrong";
    SessionEnded = "session_ended", UNAUTHORIZED, "The session has ended; sign in again";
    SignatureInvalid = "signature_invalid", UNAUTHORIZED, "The signature is not one of the tenant's credential over this body";
    SignatureStale = "signature_stale", UNAUTHORIZED, "The message was signed too long ago, or in the future";
    Forbidden = "forbidden", FORBIDDEN, "Your role or key does not allow this";
    PersonRequired = "person_required", FORBIDDEN, "Only a signed-in person can do this, not an API key";
    AddressNotAllowed = "address_not_allowed", FORBIDDEN, "The API key may not be used from this address";
    AccountDisabled = "account_disabled", FORBIDDEN, "The account is disabled";
    NoMembership = "no_membership", FORBIDDEN, "The account belongs to no active tenant";
    TenantSuspended = "tenant_suspended", FORBIDDEN, "The tenant is suspended";
    RegistrationDisabled = "registration_disabled", FORBIDDEN, "New customers cannot register themselves here";
    SelectTenant = "select_tenant", FORBIDDEN, "With the platform's tenant selected there is nothing to change; switch into the tenant first";
    RoleTooHigh = "role_too_high", FORBIDDEN, "Nobody gives or takes a role above their own";
    NotFound = "not_found", NOT_FOUND, "There is no such thing here";
    MethodNotAllowed = "method_not_allowed", METHOD_NOT_ALLOWED, "This address does not know the method";
    Conflict = "conflict", CONFLICT, "The request contradicts what is there";
    EmailTaken = "email_taken", CONFLICT, "The e-mail address is already in use";
    SlugTaken = "slug_taken", CONFLICT, "The slug is already in use";
    AlreadyMember = "already_member", CONFLICT, "This person is a member already";
    AlreadyInvited = "already_invited", CONFLICT, "An invitation to this address is open already";
    InvitationClosed = "invitation_closed", CONFLICT, "The invitation was accepted, revoked or has expired";
    LastOwner = "last_owner", CONFLICT, "A tenant keeps at least one owner";
    SiteHasSpaces = "site_has_spaces", CONFLICT, "The site has bays; move them, or delete them with it";
    CodeTaken = "code_taken", CONFLICT, "Another bay of the site has the code";
    NameTaken = "name_taken", CONFLICT, "The name is already in use";
    InUse = "in_use", CONFLICT, "Something else still needs it";
    DeviceTaken = "device_taken", CONFLICT, "The DevEUI is already in use";
    GatewayTaken = "gateway_taken", CONFLICT, "The gateway's EUI is already in use";
    AlreadyAssigned = "already_assigned", CONFLICT, "The device or the bay is already assigned";
    LifecycleRefused = "lifecycle_refused", CONFLICT, "The device cannot go from its state to that one";
    SlotTaken = "slot_taken", CONFLICT, "The bay is reserved then";
    NoSpaceFree = "no_space_free", CONFLICT, "No such bay is free then";
    SeriesClashes = "series_clashes", CONFLICT, "Not every occurrence of the series can be reserved";
    NotReservable = "not_reservable", CONFLICT, "The bay cannot be reserved";
    SpaceOutOfUse = "space_out_of_use", CONFLICT, "The bay is out of use then";
    ReservationsInTheWay = "reservations_in_the_way", CONFLICT, "Reservations are in the way";
    ReservationOver = "reservation_over", CONFLICT, "The reservation is over, and stays as it was";
    RequestIdReused = "request_id_reused", CONFLICT, "Another reservation was made under this name";
    PersonLimitReached = "person_limit_reached", CONFLICT, "The person has as many reservations as one may have";
    ReservationsAhead = "reservations_ahead", CONFLICT, "The person has reservations that are not over; have them cancelled, or wait";
    CancellationClosed = "cancellation_closed", CONFLICT, "It is too late to cancel the reservation";
    CheckInClosed = "check_in_closed", CONFLICT, "Nobody can check in for the reservation now";
    SpaceFree = "space_free", CONFLICT, "A bay is free then; reserve it instead of waiting";
    WaitlistFull = "waitlist_full", CONFLICT, "As many wait already as the tenant's list holds";
    NotOffered = "not_offered", CONFLICT, "No bay has been offered yet";
    WaitlistEntryOver = "waitlist_entry_over", CONFLICT, "The entry of the waiting list is over, and stays as it was";
    NotCheckedIn = "not_checked_in", CONFLICT, "Nobody has checked in for the reservation";
    LimitReached = "limit_reached", CONFLICT, "The tenant's limit is reached";
    RowsRefused = "rows_refused", CONFLICT, "Rows of the file are refused; correct them, or have them skipped";
    SecretExists = "secret_exists", CONFLICT, "There is an active webhook credential; rotate it instead";
    NoActiveSecret = "no_active_secret", CONFLICT, "There is no active webhook credential to rotate";
    WebhookDisabled = "webhook_disabled", CONFLICT, "The webhook is disabled; enable it first";
    ExportRequired = "export_required", CONFLICT, "Export the tenant's data within the last 24 hours first";
    PlatformTenantProtected = "platform_tenant_protected", CONFLICT, "The platform tenant cannot be changed this way";
    TenantNotActive = "tenant_not_active", CONFLICT, "The tenant is suspended or about to be deleted";
    IdempotencyKeyReused = "idempotency_key_reused", CONFLICT, "The idempotency key was used for another request";
    NonceReused = "nonce_reused", CONFLICT, "A message was signed with this nonce already; sign each attempt anew";
    ChirpStackAbsent = "chirpstack_absent", CONFLICT, "This installation is connected to no ChirpStack";
    ChirpStackUnlinked = "chirpstack_unlinked", CONFLICT, "The tenant has no part of ChirpStack yet";
    ChirpStackLinked = "chirpstack_linked", CONFLICT, "The tenant, or that part of ChirpStack, is linked already";
    ChirpStackRefused = "chirpstack_refused", CONFLICT, "ChirpStack does not do that";
    PreconditionFailed = "precondition_failed", PRECONDITION_FAILED, "Somebody changed it meanwhile; load it again";
    PayloadTooLarge = "payload_too_large", PAYLOAD_TOO_LARGE, "The body is larger than this server accepts";
    UnsupportedMediaType = "unsupported_media_type", UNSUPPORTED_MEDIA_TYPE, "The body must be application/json";
    ValidationFailed = "validation_failed", UNPROCESSABLE_ENTITY, "Some fields are not right";
    TokenInvalid = "token_invalid", UNPROCESSABLE_ENTITY, "The link is wrong, used or expired";
    RateLimited = "rate_limited", TOO_MANY_REQUESTS, "Too many requests; wait a little";
    InternalError = "internal_error", INTERNAL_SERVER_ERROR, "Something broke on our side";
    ChirpStackAway = "chirpstack_away", SERVICE_UNAVAILABLE, "ChirpStack does not answer; try again";
    Unavailable = "unavailable", SERVICE_UNAVAILABLE, "The service is busy or starting; try again";
}

#[cfg(test)]
mod tests {
    use std::fmt::Write as _;

    use super::*;

    #[test]
    fn the_codes_are_what_they_were() {
        let mut table = String::new();
        for code in Code::ALL {
            writeln!(table, "{} {}", code.status().as_u16(), code.name()).unwrap();
        }
        insta::assert_snapshot!("codes", table);
    }
}
