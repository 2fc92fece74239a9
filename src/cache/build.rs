//! Says which reading of files this build makes: facts that another one kept are not its facts.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::Path;
use std::{fs, io};

/// What decides how a file is read: our code, our descriptions of libraries, and the grammars' versions.
const DECIDES: [&str; 3] = ["src", "queries", "Cargo.lock"];

fn main() -> io::Result<()> {
    let mut hasher = DefaultHasher::new();
    for path in DECIDES {
        println!("cargo::rerun-if-changed={path}");
        add(Path::new(path), &mut hasher)?;
    }
    println!("cargo::rustc-env=COLUMNIST_READING={:016x}", hasher.finish());
    Ok(())
}

fn add(path: &Path, hasher: &mut DefaultHasher) -> io::Result<()> {
    if path.is_dir() {
        let mut inside = fs::read_dir(path)?.map(|entry| Ok(entry?.path())).collect::<io::Result<Vec<_>>>()?;
        inside.sort();
        return inside.iter().try_for_each(|path| add(path, hasher));
    }
    // A build from another folder reads files in the same way: paths are relative. Without a lock file the versions are
    // whatever is newest.
    path.hash(hasher);
    match fs::read(path) {
        Ok(bytes) => bytes.hash(hasher),
        Err(error) if error.kind() == io::ErrorKind::NotFound => {}
        Err(error) => return Err(error),
    }
    Ok(())
}
