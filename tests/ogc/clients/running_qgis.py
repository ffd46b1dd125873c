"""Run scripts by the Python that has QGIS, if there is one."""

import json
import os
import subprocess
from pathlib import Path
from typing import Any

from tests.missing import skip_without

PYTHON = "/usr/bin/python3"


def require_qgis() -> None:
    """Skip where there is no QGIS."""
    has_it = (
        Path(PYTHON).exists()
        and not subprocess.run(
            [PYTHON, "-c", "import qgis.core"], capture_output=True, check=False, timeout=60
        ).returncode
    )
    if not has_it:
        skip_without(f"{PYTHON} has no QGIS: apt-get install python3-qgis qgis-providers")


def run_qgis(script: Path, asked: dict[str, Any], folder: Path) -> Any:
    """Run a script with its home in a folder, and return what it printed last."""
    done = subprocess.run(
        [PYTHON, str(script)],
        env={
            **{name: value for name, value in os.environ.items() if not name.startswith("PYTHON")},
            "ASKED": json.dumps(asked),
            "HOME": str(folder),
            "QT_QPA_PLATFORM": "offscreen",
            "XDG_RUNTIME_DIR": str(folder),
        },
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1])
