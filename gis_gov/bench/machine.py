"""On what the measuring was done: figures mean nothing without it."""

import os
import platform
from pathlib import Path
from typing import Any

import psycopg

_CPU_INFO = Path("/proc/cpuinfo")


def describe(conn: psycopg.Connection[Any]) -> dict[str, str]:
    """Return processor, memory, and the versions that matter."""
    row = conn.execute(
        "select current_setting('server_version'),"
        " (select extversion from pg_extension where extname = 'postgis'),"
        " current_setting('shared_buffers')"
    ).fetchone()
    server, postgis, buffers = row or ("", "", "")
    memory_gb = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return {
        "processor": f"{processor()}, {os.cpu_count()} cores",
        "memory": f"{memory_gb:.0f} GB",
        "system": f"{platform.system()} {platform.release()}",
        "python": platform.python_version(),
        "postgresql": f"{server}, PostGIS {postgis}, shared_buffers {buffers}",
    }


def processor() -> str:
    """Return the processor's name."""
    if _CPU_INFO.exists():
        for line in _CPU_INFO.read_text(encoding="utf-8", errors="replace").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()
