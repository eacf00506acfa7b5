//! Owns which tools of which version Sealpost is built and tested with. `tools/` holds how each kind is
//! found and installed. Nothing here needs the network when everything is there.

mod cargo;
mod debian;
mod node;
mod python;
mod rust;

use std::path::PathBuf;

use anyhow::Result;

pub(crate) use cargo::CargoTool;
pub(crate) use debian::DebianPackage;
pub(crate) use node::npm_ci;

/// Bundles the web app.
pub(crate) const TRUNK: CargoTool = CargoTool {
    name: "trunk",
    package: "trunk",
    version: "0.21.14",
    locked: true,
};

/// Makes the JavaScript side of the WebAssembly module; its version must equal the crate's (`Cargo.toml`).
/// Its own lock file names crates that are gone, so it is installed without.
pub(crate) const WASM_BINDGEN: CargoTool = CargoTool {
    name: "wasm-bindgen",
    package: "wasm-bindgen-cli",
    version: "0.2.130",
    locked: false,
};

/// An independent Tink to test the stream against (the version is in its requirements file, too).
pub(crate) const TINK_VERSION: &str = "1.16.1";
const TINK_REQUIREMENTS: &str = "shared/crypto/tests/tink/requirements.txt";

/// First version of Node.js that the end-to-end tests run on.
const NODE_MAJOR: u32 = 20;

/// What Debian gives for the end-to-end tests: three browser engines, a mail server, certificates.
pub(crate) const BROWSERS_AND_SERVERS: [DebianPackage; 9] = [
    DebianPackage {
        name: "chromium",
        brings: &["/usr/bin/chromium"],
    },
    DebianPackage {
        name: "firefox-esr",
        brings: &["/usr/bin/firefox-esr"],
    },
    DebianPackage {
        name: "webkit2gtk-driver",
        brings: &["/usr/bin/WebKitWebDriver"],
    },
    DebianPackage {
        name: "xvfb",
        brings: &["/usr/bin/Xvfb"],
    },
    DebianPackage {
        name: "postfix",
        brings: &["/usr/sbin/postfix"],
    },
    DebianPackage {
        name: "openssl",
        brings: &["/usr/bin/openssl"],
    },
    DebianPackage {
        name: "python3",
        brings: &["/usr/bin/python3"],
    },
    DebianPackage {
        name: "fonts-dejavu-core",
        brings: &["/usr/share/fonts/truetype/dejavu"],
    },
    DebianPackage {
        name: "fonts-noto-core",
        brings: &["/usr/share/fonts/truetype/noto"],
    },
];

/// Python with `venv`, for Tink.
const PYTHON: [DebianPackage; 1] = [DebianPackage {
    name: "python3-venv",
    brings: &["/usr/bin/python3"],
}];

/// Everything the web bundle needs. Returns the folders that Trunk must find first on its PATH.
pub(crate) fn for_web() -> Result<Vec<PathBuf>> {
    rust::ensure()?;
    let wasm_opt = npm_ci("frontend")?.join(".bin");
    let folders = [TRUNK.ensure()?, WASM_BINDGEN.ensure()?]
        .into_iter()
        .flatten();
    Ok(folders.chain([wasm_opt]).collect())
}

/// Everything the end-to-end tests need besides the bundle and the binaries.
pub(crate) fn for_end_to_end() -> Result<()> {
    debian::ensure(&BROWSERS_AND_SERVERS)?;
    npm_ci("e2e").map(drop)
}

/// The Python that has Tink, installed in a folder of its own.
pub(crate) fn tink_python() -> Result<PathBuf> {
    python::ensure("tink", TINK_VERSION, TINK_REQUIREMENTS, &PYTHON)
}

/// What `cargo clippy`, `cargo fmt` and the WebAssembly target need.
pub(crate) fn for_rust() -> Result<()> {
    rust::ensure()
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;
    use crate::checkout;

    fn says(file: &str, line: &str) -> bool {
        fs::read_to_string(checkout::path(file))
            .unwrap()
            .lines()
            .any(|found| found.starts_with(line))
    }

    #[test]
    fn wasm_bindgen_has_one_version_everywhere() {
        let version = WASM_BINDGEN.version;
        assert!(says(
            "Cargo.toml",
            &format!("wasm-bindgen = \"={version}\"")
        ));
        assert!(says("Trunk.toml", &format!("wasm_bindgen = \"{version}\"")));
    }

    #[test]
    fn tink_has_one_version_everywhere() {
        assert!(says(TINK_REQUIREMENTS, &format!("tink=={TINK_VERSION}")));
    }
}
