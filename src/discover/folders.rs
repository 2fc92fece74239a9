//! Files and folders that are not read because of what they are called: dependencies, build output, lock
//! files, pictures.
//!
//! A folder's name alone is often not enough: `vendor`, `build` and `dist` are also words of business. Where a name is
//! ambiguous, the folder must also look the part.

use std::path::Path;

use super::SkipReason;

/// Folders of dependencies by their name alone.
const VENDORED: &[&str] = &[
    "node_modules",
    "bower_components",
    "jspm_packages",
    "site-packages",
    "__pypackages__",
    "third_party",
    "third-party",
    "thirdparty",
    "Pods",
    "Carthage",
];

/// Folders that tools fill, by their name alone.
const TOOL_OUTPUT: &[&str] = &[
    "__pycache__",
    ".next",
    ".nuxt",
    ".svelte-kit",
    ".turbo",
    ".parcel-cache",
    ".gradle",
    ".terraform",
    ".tox",
    ".mypy_cache",
    ".pytest_cache",
    ".ruff_cache",
    ".nyc_output",
    ".pnpm-store",
];

/// Version control's own folders: no files of the project.
pub(super) const VERSION_CONTROL: &[&str] = &[".git", ".hg", ".svn", ".jj", ".bzr", "CVS"];

/// Folders that are `reason` when one of `beside` stands next to them or one of `inside` in them.
struct Ambiguous {
    names: &'static [&'static str],
    beside: &'static [&'static str],
    inside: &'static [&'static str],
    reason: SkipReason,
}

const AMBIGUOUS: &[Ambiguous] = &[
    Ambiguous {
        names: &["vendor"],
        beside: &["composer.json", "go.mod", "Gemfile"],
        inside: &["autoload.php", "modules.txt", "bundle"],
        reason: SkipReason::Vendored,
    },
    Ambiguous { names: &["venv", ".venv", "env"], beside: &[], inside: &["pyvenv.cfg"], reason: SkipReason::Vendored },
    Ambiguous {
        names: &[".yarn"],
        beside: &["yarn.lock", ".yarnrc.yml"],
        inside: &["releases", "cache", "plugins"],
        reason: SkipReason::Vendored,
    },
    Ambiguous {
        names: &["target"],
        beside: &[],
        inside: &["CACHEDIR.TAG", "classes", "test-classes", "maven-status"],
        reason: SkipReason::Generated,
    },
    Ambiguous {
        names: &["build", "out", "bin", "obj"],
        beside: &[],
        inside: &["classes", "libs", "tmp/compileJava", "asset-manifest.json", "_next", "Debug", "Release"],
        reason: SkipReason::Generated,
    },
    Ambiguous {
        names: &["dist", "build", "out"],
        beside: &[],
        inside: &["index.js.map", "main.js.map", "bundle.js", "index.d.ts", "index.min.js", "static/js"],
        reason: SkipReason::Generated,
    },
    Ambiguous {
        names: &["coverage"],
        beside: &[],
        inside: &["lcov.info", "lcov-report"],
        reason: SkipReason::Generated,
    },
];

/// Endings of files that are never text.
const BINARY: &[&str] = &[
    "7z", "a", "avi", "avif", "bmp", "bz2", "class", "db", "dll", "doc", "docx", "dylib", "eot", "exe", "flac", "gif",
    "gz", "heic", "ico", "jar", "jks", "jpeg", "jpg", "keystore", "lib", "mov", "mp3", "mp4", "o", "odt", "ogg", "otf",
    "p12", "parquet", "pdf", "png", "ppt", "pptx", "psd", "pyc", "rar", "so", "sqlite", "sqlite3", "tar", "tgz", "tif",
    "tiff", "ttf", "war", "wasm", "wav", "webm", "webp", "woff", "woff2", "xls", "xlsx", "xz", "zip", "zst",
];

/// Files that a package manager writes.
const LOCK_FILES: &[&str] = &[
    "package-lock.json",
    "npm-shrinkwrap.json",
    "yarn.lock",
    "pnpm-lock.yaml",
    "bun.lock",
    "bun.lockb",
    "Cargo.lock",
    "composer.lock",
    "poetry.lock",
    "uv.lock",
    "Pipfile.lock",
    "Gemfile.lock",
    "go.sum",
    "gradle.lockfile",
    "flake.lock",
];

/// Endings of what bundlers write.
const BUNDLED: &[&str] =
    &[".min.js", ".min.mjs", ".min.css", ".js.map", ".mjs.map", ".cjs.map", ".css.map", ".bundle.js"];

/// Why everything in the folder at `path` is skipped, if it is. Looks into the folder only when its name asks for it.
pub(super) fn skip_folder(path: &Path) -> Option<SkipReason> {
    let name = path.file_name()?.to_str()?;
    if VENDORED.contains(&name) {
        return Some(SkipReason::Vendored);
    }
    if TOOL_OUTPUT.contains(&name) {
        return Some(SkipReason::Generated);
    }
    AMBIGUOUS
        .iter()
        .filter(|rule| rule.names.contains(&name))
        .find(|rule| {
            rule.beside.iter().any(|other| path.with_file_name(other).exists())
                || rule.inside.iter().any(|other| path.join(other).exists())
        })
        .map(|rule| rule.reason)
}

/// Why the file called `name` is skipped, if its name is enough to tell.
pub(super) fn skip_file(name: &str) -> Option<SkipReason> {
    let ending = name.rsplit_once('.').map_or("", |(_, ending)| ending);
    if ending.len() <= 8 && BINARY.binary_search(&ending.to_ascii_lowercase().as_str()).is_ok() {
        return Some(SkipReason::Binary);
    }
    (LOCK_FILES.contains(&name) || BUNDLED.iter().any(|end| name.ends_with(end))).then_some(SkipReason::Generated)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_decide() {
        let table = [
            ("logo.PNG", Some(SkipReason::Binary)),
            ("app.jar", Some(SkipReason::Binary)),
            ("yarn.lock", Some(SkipReason::Generated)),
            ("jquery.min.js", Some(SkipReason::Generated)),
            ("main.3f2a.js.map", Some(SkipReason::Generated)),
            ("min.js", None),
            ("png", None),
            ("users.sql", None),
            ("a.b.c.sql", None),
        ];
        for (name, expected) in table {
            assert_eq!(skip_file(name), expected, "{name}");
        }
        assert!(BINARY.is_sorted(), "binary search needs the list sorted");
    }

    #[test]
    fn ambiguous_folders_must_look_the_part() {
        let dir = tempfile::tempdir().expect("a scratch folder");
        let make = |path: &str| {
            let path = dir.path().join(path);
            std::fs::create_dir_all(path.parent().expect("a parent")).expect("folders");
            std::fs::write(path, "").expect("a file");
        };
        for path in [
            "shop/vendor/VendorService.java",
            "php/composer.json",
            "php/vendor/x/y.php",
            "web/dist/index.js.map",
            "tools/build/webpack.config.js",
            "gradle/build/libs/x",
        ] {
            make(path);
        }
        let table = [
            ("shop/vendor", None),
            ("php/vendor", Some(SkipReason::Vendored)),
            ("web/dist", Some(SkipReason::Generated)),
            ("tools/build", None),
            ("gradle/build", Some(SkipReason::Generated)),
            ("x/node_modules", Some(SkipReason::Vendored)),
        ];
        for (path, expected) in table {
            assert_eq!(skip_folder(&dir.path().join(path)), expected, "{path}");
        }
    }
}
