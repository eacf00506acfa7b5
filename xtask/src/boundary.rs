//! Owns `cargo xtask boundary`: what the portal may depend on, and where versions are declared. It reads what
//! is declared, not what is resolved, so that an edge nobody has switched on yet counts, too.

mod versions;

use std::{
    collections::{BTreeMap, BTreeSet},
    path::Path,
};

use anyhow::{Context as _, Result, bail};
use cargo_metadata::{Metadata, MetadataCommand};

use crate::checkout;

const PORTAL: &str = "sealpost-portal";
/// All of our own that the portal may reach (docs/design.md, "Parts, and who may depend on whom").
const ALLOWED: [&str; 1] = ["sealpost-api"];

/// Fails when a rule is broken; every breach is named.
pub(crate) fn run() -> Result<()> {
    let metadata = declared(checkout::root())?;
    let mut breaches = portal_breaches(&metadata)?;
    breaches.extend(versions::breaches(&metadata)?);
    if !breaches.is_empty() {
        bail!("the boundary is broken:\n  {}", breaches.join("\n  "));
    }
    println!(
        "The portal's only workspace dependency is {}.",
        ALLOWED.join(", ")
    );
    println!("No member of the workspace declares a version of its own.");
    Ok(())
}

fn declared(workspace: &Path) -> Result<Metadata> {
    MetadataCommand::new()
        .manifest_path(workspace.join("Cargo.toml"))
        .no_deps()
        .exec()
        .context("cannot read the workspace's declarations")
}

/// Every way by which the portal reaches more, or less, of the workspace than it may.
fn portal_breaches(metadata: &Metadata) -> Result<Vec<String>> {
    let edges = local_edges(metadata);
    if !edges.contains_key(PORTAL) {
        bail!("no package {PORTAL} in the workspace");
    }
    // Breadth first, so that the way told is a shortest one.
    let mut ways = BTreeMap::from([(PORTAL, PORTAL.to_owned())]);
    let mut open = vec![PORTAL];
    while !open.is_empty() {
        let mut next = Vec::new();
        for from in open {
            for (to, how) in edges.get(from).into_iter().flatten() {
                if !ways.contains_key(to.as_str()) {
                    let way = format!("{} -{how}-> {to}", ways[from]);
                    ways.insert(to, way);
                    next.push(to.as_str());
                }
            }
        }
        open = next;
    }
    ways.remove(PORTAL);
    let allowed = BTreeSet::from(ALLOWED);
    let too_many = ways
        .iter()
        .filter(|(name, _)| !allowed.contains(*name))
        .map(|(_, way)| way.clone());
    let missing = ALLOWED
        .iter()
        .filter(|name| !ways.contains_key(*name))
        .map(|name| format!("{PORTAL} does not depend on {name}"));
    Ok(too_many.chain(missing).collect())
}

/// For each package, what it declares of our own: normal, dev, build, optional and for any target alike.
fn local_edges(metadata: &Metadata) -> BTreeMap<&str, Vec<(String, String)>> {
    let members: BTreeSet<&str> = metadata
        .packages
        .iter()
        .map(|package| package.name.as_str())
        .collect();
    metadata
        .packages
        .iter()
        .map(|package| {
            let local = package
                .dependencies
                .iter()
                .filter(|edge| edge.path.is_some() || members.contains(edge.name.as_str()))
                .map(|edge| {
                    let optional = if edge.optional { ", optional" } else { "" };
                    (edge.name.clone(), format!("{}{optional}", edge.kind))
                })
                .collect();
            (package.name.as_str(), local)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    /// A workspace on disk with the parts that matter, and lines added to some manifests.
    fn breaches(additions: &[(&str, &str)]) -> Vec<String> {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path();
        fs::write(
            root.join("Cargo.toml"),
            "[workspace]\nresolver = \"3\"\nmembers = [\"*\"]\nexclude = [\"outside\"]\n",
        )
        .unwrap();
        let packages = [
            ("api", "sealpost-api", ""),
            ("crypto", "sealpost-crypto", ""),
            (
                "sealer",
                "sealpost",
                "[dependencies]\nsealpost-crypto = { path = \"../crypto\" }\n",
            ),
            (
                "portal",
                PORTAL,
                "[dependencies]\nsealpost-api = { path = \"../api\" }\n",
            ),
            ("outside", "outside", ""),
        ];
        for (place, name, declared) in packages {
            let added: String = additions
                .iter()
                .filter(|(to, _)| *to == place)
                .map(|(_, lines)| *lines)
                .collect();
            let manifest = format!(
                "[package]\nname = \"{name}\"\nversion = \"0.1.0\"\nedition = \"2024\"\n{declared}{added}"
            );
            fs::create_dir_all(root.join(place).join("src")).unwrap();
            fs::write(root.join(place).join("Cargo.toml"), manifest).unwrap();
            fs::write(root.join(place).join("src/lib.rs"), "").unwrap();
        }
        portal_breaches(&declared(root).unwrap()).unwrap()
    }

    const TO_CRYPTO: &str = "sealpost-crypto = { path = \"../crypto\" }\n";

    #[test]
    fn the_portal_with_api_alone_passes() {
        assert_eq!(breaches(&[]), Vec::<String>::new());
    }

    #[test]
    fn a_normal_edge_is_refused() {
        assert_eq!(
            breaches(&[("portal", TO_CRYPTO)]),
            ["sealpost-portal -normal-> sealpost-crypto"]
        );
    }

    #[test]
    fn a_dev_edge_is_refused() {
        let lines = format!("[dev-dependencies]\n{TO_CRYPTO}");
        assert_eq!(
            breaches(&[("portal", &lines)]),
            ["sealpost-portal -dev-> sealpost-crypto"]
        );
    }

    #[test]
    fn a_build_edge_is_refused() {
        let lines = format!("[build-dependencies]\n{TO_CRYPTO}");
        assert_eq!(
            breaches(&[("portal", &lines)]),
            ["sealpost-portal -build-> sealpost-crypto"]
        );
    }

    #[test]
    fn an_optional_edge_is_refused_though_nobody_switches_it_on() {
        assert_eq!(
            breaches(&[(
                "portal",
                "sealpost-crypto = { path = \"../crypto\", optional = true }\n"
            )]),
            ["sealpost-portal -normal, optional-> sealpost-crypto"]
        );
    }

    #[test]
    fn an_edge_for_another_target_is_refused() {
        let lines = format!("[target.'cfg(windows)'.dependencies]\n{TO_CRYPTO}");
        assert_eq!(
            breaches(&[("portal", &lines)]),
            ["sealpost-portal -normal-> sealpost-crypto"]
        );
    }

    #[test]
    fn a_renamed_edge_is_refused() {
        let lines = "sums = { path = \"../crypto\", package = \"sealpost-crypto\" }\n";
        assert_eq!(
            breaches(&[("portal", lines)]),
            ["sealpost-portal -normal-> sealpost-crypto"]
        );
    }

    #[test]
    fn indirect_edges_are_refused_through_api_of_every_kind_and_through_the_sealer() {
        for (table, kind) in [
            ("dependencies", "normal"),
            ("dev-dependencies", "dev"),
            ("build-dependencies", "build"),
        ] {
            assert_eq!(
                breaches(&[("api", &format!("[{table}]\n{TO_CRYPTO}"))]),
                [format!(
                    "sealpost-portal -normal-> sealpost-api -{kind}-> sealpost-crypto"
                )]
            );
        }
        assert_eq!(
            breaches(&[("portal", "sealpost = { path = \"../sealer\" }\n")]),
            [
                "sealpost-portal -normal-> sealpost",
                "sealpost-portal -normal-> sealpost -normal-> sealpost-crypto"
            ]
        );
    }

    #[test]
    fn an_edge_to_a_crate_outside_the_workspace_is_refused() {
        assert_eq!(
            breaches(&[("portal", "outside = { path = \"../outside\" }\n")]),
            ["sealpost-portal -normal-> outside"]
        );
    }

    #[test]
    fn this_workspace_passes() {
        run().unwrap();
    }
}
