//! Writes `../src/generated/` from `../proto/`, which is ChirpStack's own description of its API.
//!
//! `cargo run --manifest-path crates/parking-chirpstack-api/generate/Cargo.toml`, then `cargo fmt`.
//! It needs neither `protoc` nor the network server, and what builds the product needs neither this
//! nor them.

use std::error::Error;
use std::fmt::Write as _;
use std::path::Path;

use prost_build::{Config, Method, Service, ServiceGenerator};

/// What describes the services that are called. Users, multicast and firmware are not ours.
const FILES: [&str; 5] = [
    "api/application.proto",
    "api/device.proto",
    "api/device_profile.proto",
    "api/gateway.proto",
    "api/tenant.proto",
];

/// What a service has that nobody here calls, and would only be compiled.
const SKIPPED: [&str; 14] = [
    "Influx", "ThingsBoard", "MyDevices", "GcpPubSub", "AwsSns", "AzureServiceBus", "PilotThings",
    "Ifttt", "Blynk", "Certificate", "Vendor", "DeviceProfileDevice", "RelayGateway", "TenantUser",
];

fn main() -> Result<(), Box<dyn Error>> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let described = protox::compile(FILES, [root.join("proto")])?;
    let out = root.join("src/generated");
    std::fs::create_dir_all(&out)?;
    Config::new()
        .out_dir(&out)
        .disable_comments(["."])
        .service_generator(Box::new(Table))
        .compile_fds(keep(described))?;
    for (name, of) in [("api", "services that are called"), ("common", "what they share")] {
        let path = out.join(format!("{name}.rs"));
        let written = std::fs::read_to_string(&path)?;
        let sum = sum(&root)?;
        let head = format!("//! ChirpStack's {of}.\n//! Of descriptions whose sum is {sum:016x}.\n\n");
        std::fs::write(&path, head + &written)?;
    }
    Ok(())
}

/// By which a test tells whether what is committed is still from these.
fn sum(root: &Path) -> Result<u64, Box<dyn Error>> {
    let mut sum: u64 = 0xcbf2_9ce4_8422_2325;
    for file in FILES {
        for byte in std::fs::read(root.join("proto").join(file))? {
            sum = (sum ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
        }
    }
    Ok(sum)
}

/// Leaves out what nobody calls, messages and methods alike.
fn keep(mut described: prost_types::FileDescriptorSet) -> prost_types::FileDescriptorSet {
    let is_skipped = |name: Option<&String>| {
        name.is_some_and(|name| SKIPPED.iter().any(|part| name.contains(part)))
    };
    described.file.retain(|file| !file.name().starts_with("google/api/"));
    for file in &mut described.file {
        file.message_type.retain(|message| !is_skipped(message.name.as_ref()));
        for service in &mut file.service {
            service.method.retain(|method| {
                let used = [&method.name, &method.input_type, &method.output_type];
                !used.into_iter().any(|name| is_skipped(name.as_ref()))
            });
        }
    }
    described
}

/// A service is a module of its methods, each with its path and types; there is nothing else to it.
struct Table;

impl ServiceGenerator for Table {
    fn generate(&mut self, service: Service, buf: &mut String) {
        let module = snake(&service.proto_name);
        let _ = writeln!(buf, "pub mod {module} {{ use crate::Method;");
        for method in &service.methods {
            self.method(&service, method, buf);
        }
        buf.push_str("}\n");
    }
}

impl Table {
    fn method(&self, service: &Service, method: &Method, buf: &mut String) {
        let nested = |name: &str| match name {
            "()" => "()".to_owned(),
            name => format!("super::{name}"),
        };
        let name = snake(&method.proto_name).to_uppercase();
        let (input, output) = (nested(&method.input_type), nested(&method.output_type));
        let (package, of, called) = (&service.package, &service.proto_name, &method.proto_name);
        let _ = writeln!(
            buf,
            "pub const {name}: Method<{input}, {output}> = Method::at(\"/{package}.{of}/{called}\");"
        );
    }
}

fn snake(name: &str) -> String {
    let mut written = String::new();
    for letter in name.chars() {
        if letter.is_uppercase() && !written.is_empty() {
            written.push('_');
        }
        written.push(letter.to_ascii_lowercase());
    }
    written
}
