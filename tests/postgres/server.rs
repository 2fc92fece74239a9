//! A real `PostgreSQL` of our own for the length of a test: a fresh data directory, a socket in it, no network.

use std::io::Write as _;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// A running server; it stops and its data goes away when it is dropped.
pub(crate) struct Server {
    folder: tempfile::TempDir,
    binaries: PathBuf,
    runs_as: Option<(u32, u32)>,
}

/// Programs of the newest version that is installed.
fn installed() -> Option<PathBuf> {
    let mut found: Vec<(u32, PathBuf)> = std::fs::read_dir("/usr/lib/postgresql")
        .into_iter()
        .flatten()
        .filter_map(|entry| {
            let path = entry.ok()?.path();
            let version = path.file_name()?.to_str()?.parse().ok()?;
            let binaries = path.join("bin");
            binaries.join("initdb").exists().then_some((version, binaries))
        })
        .collect();
    found.sort();
    found.pop().map(|(_, path)| path)
}

fn is_root() -> bool {
    std::fs::metadata("/proc/self").is_ok_and(|own| own.uid() == 0)
}

fn install() {
    for arguments in [&["update", "-q"][..], &["install", "-y", "-q", "--no-install-recommends", "postgresql"]] {
        let _ = Command::new("apt-get")
            .args(arguments)
            .env("DEBIAN_FRONTEND", "noninteractive")
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status();
    }
}

/// Ids of the user that a server of root's runs as: it refuses to run as root.
fn unprivileged() -> Option<(u32, u32)> {
    let users = std::fs::read_to_string("/etc/passwd").ok()?;
    ["postgres", "nobody"].iter().find_map(|name| {
        let line = users.lines().find(|line| line.split(':').next() == Some(name))?;
        let mut fields = line.split(':').skip(2);
        Some((fields.next()?.parse().ok()?, fields.next()?.parse().ok()?))
    })
}

impl Server {
    /// Starts one. The error says why there is none, which is no failure of the test.
    pub(crate) fn start() -> Result<Self, String> {
        if installed().is_none() && is_root() {
            install();
        }
        let binaries = installed().ok_or("PostgreSQL is not installed (Debian: apt-get install postgresql)")?;
        let runs_as = if is_root() { Some(unprivileged().ok_or("no user to run PostgreSQL as")?) } else { None };
        let folder = tempfile::tempdir().map_err(|error| error.to_string())?;
        if let Some((user, group)) = runs_as {
            std::os::unix::fs::chown(folder.path(), Some(user), Some(group)).map_err(|error| error.to_string())?;
        }
        let server = Self { folder, binaries, runs_as };
        let data = server.data();
        let data = data.to_str().ok_or("the temporary folder has no plain name")?;
        let made = ["-D", data, "-U", "postgres", "-A", "trust", "--no-sync", "--locale=C", "--encoding=UTF8"];
        server.run("initdb", &made)?;
        let options = format!(
            "-k {} -c listen_addresses='' -c fsync=off -c full_page_writes=off -c synchronous_commit=off \
             -c autovacuum=off -c jit=off -c log_min_messages=panic",
            server.folder.path().display()
        );
        let log = server.folder.path().join("log").display().to_string();
        server.run("pg_ctl", &["start", "-w", "-t", "120", "-D", data, "-l", &log, "-o", &options])?;
        Ok(server)
    }

    fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    fn command(&self, program: &str) -> Command {
        use std::os::unix::process::CommandExt as _;
        let mut command = Command::new(self.binaries.join(program));
        command.current_dir("/").stdin(Stdio::null());
        if let Some((user, group)) = self.runs_as {
            command.gid(group).uid(user);
        }
        command
    }

    fn run(&self, program: &str, arguments: &[&str]) -> Result<(), String> {
        // A server that stays keeps its output open: nothing may wait for the end of it.
        let report = self.folder.path().join(format!("{program}.err"));
        let file = std::fs::File::create(&report).map_err(|error| error.to_string())?;
        let status = self
            .command(program)
            .args(arguments)
            .stdout(Stdio::null())
            .stderr(file)
            .status()
            .map_err(|error| format!("{program}: {error}"))?;
        if status.success() {
            return Ok(());
        }
        Err(format!("{program} failed: {}", std::fs::read_to_string(&report).unwrap_or_default()))
    }

    /// Runs a script in one session; a statement that fails does not stop the others. Gives what goes to standard
    /// output and to standard error.
    pub(crate) fn psql(&self, script: &str) -> (String, String) {
        let file = |name: &str| self.folder.path().join(name);
        std::fs::File::create(file("script.sql"))
            .and_then(|mut script_file| script_file.write_all(script.as_bytes()))
            .expect("the script can be written");
        let create = |path: &Path| std::fs::File::create(path).expect("the output can be written");
        let (out, err) = (file("out"), file("err"));
        let _ = Command::new(self.binaries.join("psql"))
            .args(["-X", "-q", "-A", "-t", "-U", "postgres", "-d", "postgres", "-h"])
            .arg(self.folder.path())
            .arg("-f")
            .arg(file("script.sql"))
            .env("PGOPTIONS", "-c client_min_messages=warning")
            .stdin(Stdio::null())
            .stdout(create(&out))
            .stderr(create(&err))
            .status()
            .expect("psql can be run");
        let read = |path: &Path| String::from_utf8_lossy(&std::fs::read(path).unwrap_or_default()).into_owned();
        (read(&out), read(&err))
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let data = self.data().display().to_string();
        let _ = self.run("pg_ctl", &["stop", "-w", "-m", "immediate", "-D", &data]);
    }
}
