//! Facts kept from one run to the next, by what they were read from.
//!
//! A cache and nothing more: what is not in it is read again. It may be deleted, damaged, killed while it writes, used by
//! several runs at once, or written by another version; the answers are the same. Whatever goes wrong with it is therefore
//! no error but a miss.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime};

use etcetera::BaseStrategy;
use rusqlite::{Connection, ErrorCode, OpenFlags, OptionalExtension, params};
use serde::Serialize;
use serde::de::DeserializeOwned;

/// The file in the cache's folder. Its number is that of the table's layout.
const FILE: &str = "facts-1.sqlite";

/// Which reading of files this build makes: changes with every change of its code.
const READING: &str = env!("COLUMNIST_READING");

/// How large the facts that are kept may become together, in bytes. What was not asked for longest goes first.
const LARGEST: i64 = 1 << 30;

/// Facts that take more than this are not kept.
const LARGEST_VALUE: usize = 64 << 20;

/// How long a write waits for another run's.
const PATIENCE: Duration = Duration::from_millis(200);

/// What decides a value: whoever has the same key has the same value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Key([u8; 32]);

impl Key {
    /// A key made of all `parts`, in their order, and of the reading that this build makes.
    pub fn of<'a>(parts: impl IntoIterator<Item = &'a [u8]>) -> Self {
        let mut hasher = blake3::Hasher::new();
        for part in std::iter::once(READING.as_bytes()).chain(parts) {
            // Lengths keep `ab`, `c` apart from `a`, `bc`.
            hasher.update(&(part.len() as u64).to_le_bytes());
            hasher.update(part);
        }
        Self(hasher.finalize().into())
    }
}

/// Why there is no cache. The run goes on without one.
#[derive(Debug, thiserror::Error)]
#[error("no facts are kept in {}: {reason}", .folder.display())]
pub struct CacheError {
    /// The folder that was to hold it.
    pub folder: PathBuf,
    /// What is in the way.
    pub reason: String,
}

/// Facts of earlier runs, and those that this one adds.
pub struct Cache {
    path: PathBuf,
    /// Nothing when no earlier run left anything.
    kept: Option<Mutex<Connection>>,
    /// Whether what is kept turned out damaged.
    is_damaged: AtomicBool,
    added: Mutex<Vec<(Key, Vec<u8>)>>,
    /// Keys that were found, and not yet on this day.
    found: Mutex<BTreeSet<Key>>,
    /// Days since 1970-01-01.
    today: i64,
}

impl std::fmt::Debug for Cache {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Cache").field("path", &self.path).finish_non_exhaustive()
    }
}

impl Cache {
    /// The folder for what programs may lose, as the system has it: `$XDG_CACHE_HOME/columnist`, `~/.cache/columnist`.
    pub fn default_folder() -> Option<PathBuf> {
        Some(etcetera::choose_base_strategy().ok()?.cache_dir().join("columnist"))
    }

    /// The cache in a folder, which is made if need be.
    pub fn open(folder: &Path) -> Result<Self, CacheError> {
        let failed = |reason: String| CacheError { folder: folder.to_owned(), reason };
        std::fs::create_dir_all(folder).map_err(|error| failed(error.to_string()))?;
        let path = folder.join(FILE);
        let mut is_damaged = false;
        let kept = match path.exists().then(|| opened(&path, false)) {
            None => None,
            Some(Ok(kept)) => Some(Mutex::new(kept)),
            Some(Err(error)) => {
                is_damaged = speaks_of_damage(&error);
                None
            }
        };
        let day = |time: Duration| i64::try_from(time.as_secs() / 86_400).unwrap_or_default();
        Ok(Self {
            path,
            kept,
            is_damaged: AtomicBool::new(is_damaged),
            added: Mutex::default(),
            found: Mutex::default(),
            today: SystemTime::UNIX_EPOCH.elapsed().map(day).unwrap_or_default(),
        })
    }

    /// What an earlier run kept under the key.
    pub fn get<T: DeserializeOwned>(&self, key: Key) -> Option<T> {
        let row = lock(self.kept.as_ref()?).prepare_cached("select value, day from facts where key = ?1").and_then(
            |mut statement| {
                statement.query_row([key.0], |row| Ok((row.get::<_, Vec<u8>>(0)?, row.get::<_, i64>(1)?))).optional()
            },
        );
        let (sealed, day) = match row {
            Ok(row) => row?,
            Err(error) => {
                self.note(&error);
                return None;
            }
        };
        let value = unsealed(&sealed).and_then(|bytes| postcard::from_bytes(bytes).ok());
        if value.is_none() {
            self.is_damaged.store(true, Ordering::Relaxed);
        } else if day < self.today {
            lock(&self.found).insert(key);
        }
        value
    }

    /// Keeps a value for later runs: written by [`Self::save`], or when the cache is let go.
    pub fn put<T: Serialize>(&self, key: Key, value: &T) {
        let Ok(bytes) = postcard::to_stdvec(value) else { return };
        if bytes.len() <= LARGEST_VALUE {
            lock(&self.added).push((key, sealed(bytes)));
        }
    }

    /// Writes what was added and not yet written. What another run is writing at the moment stays unwritten: somebody will find it again.
    pub fn save(&self) {
        let added = std::mem::take(&mut *lock(&self.added));
        let found = std::mem::take(&mut *lock(&self.found));
        let is_damaged = self.is_damaged.load(Ordering::Relaxed);
        if added.is_empty() && found.is_empty() && !is_damaged {
            return;
        }
        if is_damaged {
            // Whoever has it open keeps the old file.
            let _ = std::fs::remove_file(&self.path);
        }
        // Nothing is lost that cannot be read again.
        let _ = opened(&self.path, true).and_then(|mut kept| self.write(&mut kept, &added, &found));
    }

    fn write(&self, kept: &mut Connection, added: &[(Key, Vec<u8>)], found: &BTreeSet<Key>) -> rusqlite::Result<()> {
        let transaction = kept.transaction_with_behavior(rusqlite::TransactionBehavior::Immediate)?;
        {
            let mut add = transaction.prepare("insert or replace into facts (key, day, value) values (?1, ?2, ?3)")?;
            for (key, value) in added {
                add.execute(params![key.0, self.today, value])?;
            }
            let mut renew = transaction.prepare("update facts set day = ?2 where key = ?1")?;
            for key in found {
                renew.execute(params![key.0, self.today])?;
            }
        }
        forget_oldest(&transaction, LARGEST)?;
        transaction.commit()
    }

    fn note(&self, error: &rusqlite::Error) {
        if speaks_of_damage(error) {
            self.is_damaged.store(true, Ordering::Relaxed);
        }
    }
}

impl Drop for Cache {
    fn drop(&mut self) {
        self.save();
    }
}

/// Takes away what was not asked for longest, until what is left takes no more than half of `largest` bytes.
fn forget_oldest(kept: &Connection, largest: i64) -> rusqlite::Result<()> {
    let number = |name: &str| kept.pragma_query_value(None, name, |row| row.get::<_, i64>(0));
    let size =
        || Ok::<i64, rusqlite::Error>((number("page_count")? - number("freelist_count")?) * number("page_size")?);
    if size()? <= largest {
        return Ok(());
    }
    while size()? > largest / 2 {
        if kept.execute("delete from facts where day = (select min(day) from facts)", [])? == 0 {
            break;
        }
    }
    Ok(())
}

fn opened(path: &Path, writes: bool) -> rusqlite::Result<Connection> {
    let flags = if writes {
        OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE
    } else {
        // Not read-only: what a killed run left half-written is rolled back by the next that reads.
        OpenFlags::SQLITE_OPEN_READ_WRITE
    };
    let kept = Connection::open_with_flags(path, flags | OpenFlags::SQLITE_OPEN_NO_MUTEX)?;
    kept.busy_timeout(PATIENCE)?;
    // A crash of the machine may damage it, which is noticed; a killed process does not.
    kept.pragma_update(None, "synchronous", "off")?;
    if writes {
        kept.execute_batch(
            "create table if not exists facts (key blob primary key, day integer not null, value blob not null);
             create index if not exists facts_by_day on facts (day);",
        )?;
    } else {
        // Asks for the table, so that a file that is no such cache is told at once.
        kept.query_row("select 1 from facts limit 1", [], |_| Ok(())).optional()?;
    }
    Ok(kept)
}

/// Whether the file is not what it should be, rather than busy or out of reach.
fn speaks_of_damage(error: &rusqlite::Error) -> bool {
    match error {
        rusqlite::Error::SqliteFailure(failure, _) => matches!(
            failure.code,
            // Without the table it is another program's, or one that was never finished.
            ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase | ErrorCode::Unknown
        ),
        _ => true,
    }
}

/// A value behind its checksum: the store itself has none.
fn sealed(bytes: Vec<u8>) -> Vec<u8> {
    let mut sealed = blake3::hash(&bytes).as_bytes()[..16].to_vec();
    sealed.extend(bytes);
    sealed
}

fn unsealed(sealed: &[u8]) -> Option<&[u8]> {
    let (seal, bytes) = sealed.split_at_checked(16)?;
    (blake3::hash(bytes).as_bytes()[..16] == *seal).then_some(bytes)
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(name: &str) -> Key {
        Key::of([name.as_bytes()])
    }

    /// Keeps `value` under its own name.
    fn keep(folder: &Path, values: &[&str]) {
        let cache = Cache::open(folder).expect("a folder of the test's own");
        for value in values {
            cache.put(key(value), value);
        }
        cache.save();
    }

    fn found(folder: &Path, value: &str) -> Option<String> {
        Cache::open(folder).expect("a folder of the test's own").get(key(value))
    }

    #[test]
    fn what_is_kept_is_found_by_the_next_run_alone() {
        let folder = tempfile::tempdir().expect("a scratch folder");
        let cache = Cache::open(folder.path()).expect("an empty folder");
        cache.put(key("a"), &"a");
        assert_eq!(cache.get::<String>(key("a")), None);
        cache.save();
        assert_eq!(found(folder.path(), "a").as_deref(), Some("a"));
        assert_eq!(found(folder.path(), "b"), None);
        assert_ne!(Key::of([b"ab".as_slice(), b"c"]), Key::of([b"a".as_slice(), b"bc"]));
    }

    #[test]
    fn several_runs_add_to_one_cache() {
        let folder = tempfile::tempdir().expect("a scratch folder");
        let (one, other) = (Cache::open(folder.path()).expect("opened"), Cache::open(folder.path()).expect("opened"));
        one.put(key("a"), &"a");
        other.put(key("b"), &"b");
        one.save();
        other.save();
        assert!(found(folder.path(), "a").is_some() && found(folder.path(), "b").is_some());
    }

    #[test]
    fn what_is_damaged_is_read_again_and_then_kept_again() {
        for name in ["half", "holes", "other", "nothing"] {
            let folder = tempfile::tempdir().expect("a scratch folder");
            let values: Vec<String> = (0..200).map(|at| format!("{at}").repeat(100)).collect();
            let values: Vec<&str> = values.iter().map(String::as_str).collect();
            keep(folder.path(), &values);
            let path = folder.path().join(FILE);
            let mut bytes = std::fs::read(&path).expect("it was written");
            match name {
                "half" => bytes.truncate(bytes.len() / 2),
                "holes" => bytes.iter_mut().skip(100).step_by(7).for_each(|byte| *byte ^= 0x55),
                "other" => bytes = b"a file of somebody else".to_vec(),
                _ => bytes.clear(),
            }
            std::fs::write(&path, bytes).expect("writable");
            // Whatever is found is true.
            let cache = Cache::open(folder.path()).expect("opened");
            for value in &values {
                let found: Option<String> = cache.get(key(value));
                assert!(found.is_none_or(|found| found == **value), "{name}");
                cache.put(key(value), value);
            }
            cache.save();
            assert!(values.iter().all(|value| found(folder.path(), value).is_some()), "{name}");
        }
    }

    #[test]
    fn a_value_of_another_shape_is_not_found() {
        let folder = tempfile::tempdir().expect("a scratch folder");
        keep(folder.path(), &["text that is no list of texts"]);
        let cache = Cache::open(folder.path()).expect("opened");
        assert_eq!(cache.get::<Vec<String>>(key("text that is no list of texts")), None);
    }

    #[test]
    fn what_nobody_asks_for_goes_first() {
        let folder = tempfile::tempdir().expect("a scratch folder");
        keep(folder.path(), &["old", "new"]);
        let kept = opened(&folder.path().join(FILE), true).expect("opened");
        kept.execute("update facts set day = 1 where key = ?1", [key("old").0]).expect("a row");
        // Filled with more than may stay.
        kept.execute("insert into facts values (x'00', 2, zeroblob(1000000))", []).expect("added");
        forget_oldest(&kept, 200_000).expect("forgotten");
        drop(kept);
        assert_eq!(found(folder.path(), "old"), None);
        assert_eq!(found(folder.path(), "new").as_deref(), Some("new"));
    }

    #[test]
    fn a_folder_that_cannot_be_made_is_told() {
        let folder = tempfile::tempdir().expect("a scratch folder");
        let file = folder.path().join("file");
        std::fs::write(&file, "").expect("writable");
        let error = Cache::open(&file.join("below")).expect_err("it lies below a file");
        assert!(error.to_string().starts_with("no facts are kept in "));
    }
}
