"""Run PostgreSQL's programs on a data folder, as the user that owns it.

PostgreSQL refuses to run as root. For root, its programs run as the owner of the data folder (the
system's `postgres` for a new one), and get that folder as an open descriptor: so a home works
below folders that only root may enter.
"""

import os
import pwd
import subprocess
from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path

from gis_gov.db.cluster_programs import Programs

_ENVIRONMENT = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL": "C.UTF-8"}


class ProcessError(Exception):
    """A program of PostgreSQL failed, or can't be run; the message is its last line."""


def give_to_server(folder: Path) -> None:
    """Make a new, empty folder the property of the user that PostgreSQL will run as.

    Raises:
        ProcessError: we are root, and the system has no user postgres.

    """
    if os.geteuid() != 0:
        return
    try:
        account = pwd.getpwnam("postgres")
    except KeyError:
        raise ProcessError(
            "PostgreSQL does not run as root, and there is no user postgres; run: "
            "adduser --system --group postgres"
        ) from None
    os.chown(folder, account.pw_uid, account.pw_gid)


def initdb(programs: Programs, folder: Path, user: str, password: str, *, sync: bool) -> None:
    """Make a cluster in an empty folder: C.UTF-8, checksums, SCRAM passwords.

    Raises:
        ProcessError: initdb fails.

    """
    with ExitStack() as stack:
        secret = os.memfd_create("password")
        stack.callback(os.close, secret)
        os.write(secret, password.encode())
        seen, descriptors = _as_seen_by_server(folder, stack)
        done = subprocess.run(
            [
                *_as_owner(folder),
                programs.path("initdb"),
                f"--pgdata={seen}",
                f"--username={user}",
                f"--pwfile=/proc/self/fd/{secret}",
                "--auth=scram-sha-256",
                "--encoding=UTF8",
                "--locale=C.UTF-8",
                "--data-checksums",
                *([] if sync else ["--no-sync"]),
            ],
            cwd="/",
            env=_ENVIRONMENT,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
            pass_fds=(*descriptors, secret),
        )
    if done.returncode:
        raise ProcessError(f"initdb failed: {last_complaint(done.stderr)}")


def launch(
    programs: Programs,
    data: Path,
    settings: Mapping[str, str],
    *,
    log: Path,
    lock: int,
    outlives: bool,
) -> subprocess.Popen[bytes] | None:
    """Start a server on `data`; it keeps the descriptor `lock` open for as long as it lives.

    It is stopped when this process ends, however that ends, unless it `outlives` it: then it is
    nobody's child, and None is returned.
    """
    with ExitStack() as stack:
        output = stack.enter_context(log.open("ab"))
        seen, descriptors = _as_seen_by_server(data, stack)
        process = subprocess.Popen(
            [
                *(["setsid", "--fork"] if outlives else []),
                *_as_owner(data, *([] if outlives else ["--pdeathsig", "INT"])),
                *(programs.path("postgres"), "-D", seen),
                *(f"--{name}={value}" for name, value in settings.items()),
            ],
            cwd="/",
            env=_ENVIRONMENT,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            pass_fds=(*descriptors, lock),
            start_new_session=True,
        )
    if not outlives:
        return process
    process.wait()
    return None


def last_complaint(text: str) -> str:
    """Return the last line of a program's output that tells what went wrong."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    grave = [line for line in lines if any(word in line for word in ("FATAL:", "PANIC:", "error:"))]
    return (grave or lines or ["it says nothing"])[-1]


def _as_owner(folder: Path, *options: str) -> list[str]:
    owner = folder.stat()
    if os.geteuid() == 0:
        options = (f"--reuid={owner.st_uid}", f"--regid={owner.st_gid}", "--clear-groups", *options)
    return ["setpriv", *options, "--"] if options else []


def _as_seen_by_server(folder: Path, stack: ExitStack) -> tuple[str, tuple[int, ...]]:
    if os.geteuid() != 0 or not Path("/proc/self/fd").is_dir():
        return str(folder), ()
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    stack.callback(os.close, descriptor)
    return f"/proc/self/fd/{descriptor}", (descriptor,)
