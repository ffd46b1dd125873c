"""A server starts without what first answers need, and has it soon after."""

import subprocess
import sys
from pathlib import Path

from tests.cli.process import clean_environment

ROOT = Path(__file__).resolve().parents[1]
CODE = """
import asyncio, sys
import gis_gov.app
from gis_gov.heatmaps.hexagons import Hexagons, write_arrow
from gis_gov.warming import warm

print("pandas" in sys.modules)
asyncio.run(warm(0))
before = set(sys.modules)
write_arrow(Hexagons(8, {0x884118B6B5FFFFF: 3}))
print("pandas" in sys.modules, [name for name in set(sys.modules) - before if "pandas" in name])
"""


def test_pandas_is_there_for_the_first_arrow_stream_not_for_the_start() -> None:
    done = subprocess.run(
        [sys.executable, "-c", CODE],
        env=clean_environment(PYTHONPATH=ROOT),
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    before, after = done.stdout.splitlines()
    assert before == "False"
    assert after in {"True []", "True ['pyarrow.pandas_compat']"}
