"""Programs of Node that tests run, each installed by its lock beside its script."""

import hashlib
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

from gis_gov.db.cluster_lock import try_lock
from tests.missing import skip_without

INSTALL_S = 240
_STOP_S = 30


def program(name: str) -> str | None:
    """Find one of Node's programs, which come as a Python package."""
    beside = Path(sys.executable).parent
    return shutil.which(name, path=f"{beside}{os.pathsep}{os.environ.get('PATH', '')}")


def install(folder: Path) -> None:
    """Install a folder's locked packages, once for all workers; skip where they can't be had."""
    npm = program("npm")
    if npm is None:
        skip_without(f"npm is missing: {folder.name} cannot be run")
    stamp = folder / "node_modules" / ".gis-gov-lock"
    wanted = hashlib.sha256((folder / "package-lock.json").read_bytes()).hexdigest()
    stamp.parent.mkdir(exist_ok=True)
    with (folder / "package.json").open() as lock:
        assert try_lock(lock.fileno(), wait_s=INSTALL_S + _STOP_S)
        if stamp.is_file() and stamp.read_text() == wanted:
            return
        said = _failure_of([npm, "ci"], folder)
        if said is not None:
            skip_without(f"{folder.name} could not be installed: {said[-300:]}")
        stamp.write_text(wanted)


def _failure_of(command: list[str], folder: Path) -> str | None:
    """Run a program beside the script; return what it said if it failed."""
    with tempfile.TemporaryFile("w+") as said:
        process = subprocess.Popen(
            command, cwd=folder, stdout=said, stderr=said, start_new_session=True
        )
        try:
            failed = process.wait(timeout=INSTALL_S) != 0
        except subprocess.TimeoutExpired:
            # The whole group: what is called npm may be a script that runs it.
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
            failed = True
        said.seek(0)
        return said.read() if failed else None
