//! The style sheet, the script and the islands: where cargo-leptos put them, under names that change with their content.

use std::path::{Path, PathBuf};

/// The public names of the built files.
#[derive(Clone, Debug)]
pub struct Assets {
    /// The folder cargo-leptos filled.
    pub folder: PathBuf,
    pub css: String,
    pub js: String,
    pub wasm: String,
    /// Whether the files are there at all; `lectern doctor` says when not.
    pub found: bool,
}

impl Assets {
    /// Looks into `site_dir/pkg` for `lectern.<hash>.css` and its kin; in watch mode the names carry no hash. Of several,
    /// the newest is the one that was built last.
    pub fn find(site_dir: &Path) -> Self {
        let mut files: Vec<_> = std::fs::read_dir(site_dir.join("pkg"))
            .map(|entries| {
                entries
                    .flatten()
                    .filter_map(|entry| {
                        Some((entry.metadata().ok()?.modified().ok()?, entry.file_name().into_string().ok()?))
                    })
                    .collect()
            })
            .unwrap_or_default();
        files.sort_unstable_by(|one, other| other.cmp(one));
        let find = |ending: &str| {
            files
                .iter()
                .find(|(_, name)| name.starts_with("lectern") && name.ends_with(ending))
                .map(|(_, name)| format!("/pkg/{name}"))
        };
        let (css, js, wasm) = (find(".css"), find(".js"), find(".wasm"));
        Self {
            folder: site_dir.to_owned(),
            found: css.is_some() && js.is_some() && wasm.is_some(),
            css: css.unwrap_or_else(|| "/pkg/lectern.css".to_owned()),
            js: js.unwrap_or_else(|| "/pkg/lectern.js".to_owned()),
            wasm: wasm.unwrap_or_else(|| "/pkg/lectern.wasm".to_owned()),
        }
    }
}
