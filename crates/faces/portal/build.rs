//! The web app is put into the binary: when it was built anew, so must this crate be.

fn main() {
    println!("cargo:rerun-if-changed=../../../web/dist");
}
