//! Cargo learns of a changed migration by itself, and of a new one only here.

fn main() {
    println!("cargo:rerun-if-changed=../../migrations");
}
