//! Owns the question whether the web app is there to be embedded.

use std::path::Path;

fn main() {
    println!("cargo::rustc-check-cfg=cfg(web_app_missing)");
    println!("cargo::rerun-if-changed=migrations");
    println!("cargo::rerun-if-changed=../dist");
    if !Path::new("../dist/index.html").exists() {
        println!("cargo::rustc-cfg=web_app_missing");
    }
}
