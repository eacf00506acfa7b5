//! Owns the rule that `[workspace.dependencies]` is the only place with versions: a member inherits each
//! dependency, and adds features at most.

use std::fs;

use anyhow::{Context as _, Result};
use cargo_metadata::Metadata;
use toml::{Table, Value};

const KINDS: [&str; 3] = ["dependencies", "dev-dependencies", "build-dependencies"];

/// Every dependency that a member of the workspace declares by itself.
pub(super) fn breaches(metadata: &Metadata) -> Result<Vec<String>> {
    let mut found = Vec::new();
    for package in &metadata.packages {
        let manifest = fs::read_to_string(&package.manifest_path)
            .with_context(|| format!("cannot read {}", package.manifest_path))?
            .parse::<Table>()
            .with_context(|| format!("{} is no TOML", package.manifest_path))?;
        let own = own_declarations(&manifest);
        found.extend(own.into_iter().map(|name| {
            format!(
                "{} declares {name} itself; it belongs in [workspace.dependencies]",
                package.name
            )
        }));
    }
    Ok(found)
}

fn own_declarations(manifest: &Table) -> Vec<String> {
    let targets = manifest.get("target").and_then(Value::as_table);
    let of_targets = targets
        .into_iter()
        .flat_map(Table::values)
        .filter_map(Value::as_table);
    std::iter::once(manifest)
        .chain(of_targets)
        .flat_map(|place| KINDS.iter().filter_map(|kind| place.get(*kind)?.as_table()))
        .flatten()
        .filter(|(_, declared)| !inherits(declared))
        .map(|(name, _)| name.clone())
        .collect()
}

fn inherits(declared: &Value) -> bool {
    declared.get("workspace").and_then(Value::as_bool) == Some(true)
}

#[cfg(test)]
mod tests {
    use super::own_declarations;

    #[test]
    fn inherited_dependencies_pass_with_features() {
        let manifest = "[dependencies]\na.workspace = true\n\
            b = { workspace = true, features = [\"x\"], optional = true }\n[dev-dependencies]\nc.workspace = true\n";
        assert!(own_declarations(&manifest.parse().unwrap()).is_empty());
    }

    #[test]
    fn versions_paths_and_git_sources_of_a_member_are_named_wherever_they_stand() {
        let manifest = "[dependencies]\na = \"1\"\nb = { version = \"1\" }\nc = { path = \"../c\" }\n\
            [build-dependencies]\nd = { git = \"https://example.com/d\" }\n\
            [target.'cfg(unix)'.dev-dependencies]\ne = \"1\"\n";
        let mut found = own_declarations(&manifest.parse().unwrap());
        found.sort();
        assert_eq!(found, ["a", "b", "c", "d", "e"]);
    }
}
