"""What guards and audit add to a request: one empty answer, with each of them and without."""

import os
import sys
from collections.abc import Callable, Generator, Mapping
from contextlib import AsyncExitStack, ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import uvloop

from gis_gov.bench import empty_app
from gis_gov.bench.contenders import HttpContender
from gis_gov.bench.http import Broken
from gis_gov.bench.key import bench_key
from gis_gov.bench.measure import Speed, compare
from gis_gov.bench.scratch import KEYS, scratch_database
from gis_gov.bench.servers import free_port, running
from gis_gov.db.migrate import migrate

GUARDED, UNGUARDED = "guarded", "unguarded"
NEITHER: Final = "neither"
_BUILDS: Final = {
    "guards, an entry an answer": (GUARDED, empty_app.AUDITED),
    "guards, an entry a minute": (GUARDED, empty_app.COUNTED),
    "guards alone": (GUARDED, empty_app.UNAUDITED),
    "an entry an answer alone": (UNGUARDED, empty_app.AUDITED),
    "an entry a minute alone": (UNGUARDED, empty_app.COUNTED),
    NEITHER: (UNGUARDED, empty_app.UNAUDITED),
}
# Far above what is asked: the guard counts, and refuses nothing.
_RATE: Final = "1000000"


@dataclass(frozen=True, slots=True)
class Added:
    """How fast the empty answer came with some parts, and how that compares with neither."""

    parts: str
    speed: Speed
    ratio: float

    def as_json(self) -> dict[str, Any]:
        """Return the figures as a JSON object."""
        return {
            "parts": self.parts,
            "p50_ms": round(self.speed.percentile_ms(0.5), 3),
            "p95_ms": round(self.speed.percentile_ms(0.95), 3),
            "per_second": round(self.speed.rate, 1),
            "ratio": round(self.ratio, 3),
        }


def measure_guards(
    url: str, folder: Path, seconds: float, progress: Callable[[str, float | None], None]
) -> list[Added]:
    """Ask for `seconds` each, in turns and one at a time, in a database made for it.

    What is asked leaves entries in an audit, which is no one's afterwards.
    """
    with scratch_database(url) as own, ExitStack() as stack:
        progress("making a database", None)
        migrate(own)
        key = stack.enter_context(bench_key(own))
        progress("starting the servers", None)
        ports = {
            build: stack.enter_context(_server(build, own, folder))
            for build in (GUARDED, UNGUARDED)
        }
        progress("asking", None)
        speeds = uvloop.run(_measure(ports, key, seconds))
    bare_ms = speeds[NEITHER].percentile_ms(0.5)
    return [
        Added(parts, speed, speed.percentile_ms(0.5) / bare_ms) for parts, speed in speeds.items()
    ]


async def _measure(ports: Mapping[str, int], key: str, seconds: float) -> dict[str, Speed]:
    async with AsyncExitStack() as stack:
        contenders: dict[str, HttpContender] = {}
        for parts, (build, path) in _BUILDS.items():
            contenders[parts] = await HttpContender.open(
                ports[build], [path], 1, headers=f"authorization: Bearer {key}\r\n"
            )
            stack.push_async_callback(contenders[parts].close)
        speeds, failures = await compare(contenders, 1, seconds)
    if failures:
        raise Broken("; ".join(failures.values()))
    return speeds


@contextmanager
def _server(build: str, url: str, folder: Path) -> Generator[int]:
    """Run one of the applications with one process; yield its port."""
    port = free_port()
    command = [sys.executable, "-m", "granian", "--interface", "asgi", "--factory"]
    options = ["--host", "127.0.0.1", "--port", str(port), "--log-level", "warning"]
    environment = {
        **os.environ,
        "GIS_GOV_DATABASE_URL": url,
        "GIS_GOV_SECRETS": KEYS,
        "GIS_GOV_AUDIT_ANCHOR_FILE": str(folder / f"{build}.anchor"),
        "GIS_GOV_RATE_ACTOR_PER_S": _RATE,
        "GIS_GOV_RATE_ACTOR_BURST": _RATE,
        "GIS_GOV_RATE_ADDRESS_PER_S": _RATE,
        "GIS_GOV_RATE_ADDRESS_BURST": _RATE,
    }
    for name in (
        "DATABASE_URL_FILE",
        "SERVER_DATABASE_URL",
        "SERVER_DATABASE_URL_FILE",
        "SECRETS_FILE",
    ):
        environment.pop(f"GIS_GOV_{name}", None)
    log = folder / f"{build}.log"
    application = f"gis_gov.bench.empty_app:{build}"
    with running([*command, *options, application], environment, port, "/readyz", log):
        yield port
