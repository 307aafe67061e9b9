//! Methods: who may call, what goes wrong on the way, and who answers.

use hyper::body::Incoming;
use hyper::{Request, Response};
use parking_chirpstack_api::Method;
use parking_chirpstack_api::api::{
    application_service, device_profile_service, device_service, gateway_service, tenant_service,
};
use prost::Message;
use tonic::body::Body;
use tonic::{Code, Status};
use tonic_prost::ProstCodec;

use super::Shared;
use super::answers::{Change, devices, gateways, keys, queue, tenants};

/// What changes something, and may be refused for no reason.
const CHANGES: [&str; 8] = [
    "/Create",
    "/Update",
    "/Delete",
    "/CreateKeys",
    "/UpdateKeys",
    "/Activate",
    "/Enqueue",
    "/FlushQueue",
];

pub(super) async fn answer(shared: &Shared, request: Request<Incoming>) -> Response<Body> {
    let faults = shared.faults();
    if !faults.thinks_for.is_zero() {
        tokio::time::sleep(faults.thinks_for).await;
    }
    if let Err(status) = let_in(shared, &request) {
        return status.into_http();
    }
    let path = request.uri().path().to_owned();
    let is_change = CHANGES.iter().any(|change| path.ends_with(change));
    if faults.refuses_half && is_change && shared.estate().refuses() {
        return Status::internal("connection pool timed out").into_http();
    }
    let answer = if path.starts_with("/api.DeviceService/") {
        device(shared, &path, request).await
    } else {
        other(shared, &path, request).await
    };
    if faults.forgets_to_answer && is_change {
        std::mem::take(&mut *shared.up()).cancel();
        // The connection is cut before this is written.
        std::future::pending::<()>().await;
    }
    answer
}

fn let_in(shared: &Shared, request: &Request<Incoming>) -> Result<(), Status> {
    let shown = request.headers().get("authorization");
    let Some(shown) = shown.and_then(|value| value.to_str().ok()) else {
        return Err(Status::unauthenticated("no authorization provided"));
    };
    let Some(token) = shown.strip_prefix("Bearer ") else {
        let said = "authorization metadata must be in format 'Bearer <TOKEN>";
        return Err(Status::unauthenticated(said));
    };
    if token == shared.options.token {
        Ok(())
    } else {
        Err(Status::unauthenticated("InvalidToken"))
    }
}

async fn device(shared: &Shared, path: &str, request: Request<Incoming>) -> Response<Body> {
    use device_service as of;
    macro_rules! called {
        ($($method:ident => $answer:path;)*) => {
            match path {
                $(at if at == of::$method.path() => {
                    told(shared, of::$method, request, $answer).await
                })*
                _ => nothing(),
            }
        };
    }
    called! {
        CREATE => devices::create;
        GET => devices::get;
        UPDATE => devices::update;
        DELETE => devices::delete;
        LIST => devices::list;
        CREATE_KEYS => keys::create;
        GET_KEYS => keys::get;
        UPDATE_KEYS => keys::update;
        GET_ACTIVATION => keys::get_activation;
        ENQUEUE => queue::enqueue;
        FLUSH_QUEUE => queue::flush;
        GET_QUEUE => queue::get;
    }
}

async fn other(shared: &Shared, path: &str, request: Request<Incoming>) -> Response<Body> {
    macro_rules! called {
        ($($service:ident::$method:ident => $answer:path;)*) => {
            match path {
                $(at if at == $service::$method.path() => {
                    told(shared, $service::$method, request, $answer).await
                })*
                _ => nothing(),
            }
        };
    }
    called! {
        tenant_service::LIST => tenants::list_tenants;
        tenant_service::GET => tenants::get_tenant;
        tenant_service::CREATE => tenants::create_tenant;
        application_service::LIST => tenants::list_applications;
        application_service::CREATE => tenants::create_application;
        device_profile_service::LIST => tenants::list_profiles;
        gateway_service::LIST => gateways::list;
        gateway_service::GET => gateways::get;
        gateway_service::CREATE => gateways::create;
        gateway_service::UPDATE => gateways::update;
        gateway_service::DELETE => gateways::delete;
    }
}

fn nothing() -> Response<Body> {
    Status::new(Code::Unimplemented, "this ChirpStack is not there").into_http()
}

/// Reads what is asked, answers it, and writes the answer.
async fn told<Q, A>(
    shared: &Shared,
    _method: Method<Q, A>,
    request: Request<Incoming>,
    answer: fn(&mut Change<'_>, Q) -> Result<A, Status>,
) -> Response<Body>
where
    Q: Message + Default + Send + 'static,
    A: Message + Send + 'static,
{
    let answers = tower::service_fn(|request: tonic::Request<Q>| {
        let now = shared.clock.now();
        let mut estate = shared.estate();
        let mut change = Change {
            estate: &mut estate,
            now,
        };
        let answer = answer(&mut change, request.into_inner()).map(tonic::Response::new);
        std::future::ready(answer)
    });
    let codec = ProstCodec::<A, Q>::default();
    tonic::server::Grpc::new(codec)
        .unary(answers, request)
        .await
}
