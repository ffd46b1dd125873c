"""Choose PostgreSQL's settings for the memory and processors of this machine."""

import os
from pathlib import Path

_MIB = 1024 * 1024
_CGROUP_LIMIT = Path("/sys/fs/cgroup/memory.max")

CONFIGURATION = """\
# Written by gis-gov at each start, for {memory} MB of memory. Change a setting with
# `gis-gov db psql -- -c "alter system set ..."`: that stands above this file.
max_connections = 200
shared_buffers = {shared_buffers}MB
effective_cache_size = {effective_cache_size}MB
maintenance_work_mem = {maintenance_work_mem}MB
work_mem = {work_mem}MB
max_worker_processes = {workers}
max_parallel_workers = {processors}
max_parallel_maintenance_workers = {processors}
max_parallel_workers_per_gather = {processors}
random_page_cost = 1.1
effective_io_concurrency = 200
jit = off
wal_compression = on
min_wal_size = 80MB
max_wal_size = 2GB
checkpoint_timeout = 15min
checkpoint_completion_target = 0.9
timezone = 'UTC'
log_timezone = 'UTC'
log_line_prefix = '%m [%p] %u@%d '
log_checkpoints = off
log_lock_waits = on
"""


def machine_memory_mb() -> int:
    """Return the memory that this machine, or this container, has in MiB."""
    total = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    try:
        limit = int(_CGROUP_LIMIT.read_text())
    except (OSError, ValueError):
        limit = total
    return min(total, limit) // _MIB


def configuration(memory_mb: int, processors: int) -> str:
    """Return a postgresql.conf for `memory_mb`; other programs keep at least half of it."""
    parallel = max(1, min(processors, 8))
    return CONFIGURATION.format(
        memory=memory_mb,
        shared_buffers=_between(64, memory_mb // 6, 4096),
        effective_cache_size=_between(128, memory_mb // 2, 65536),
        maintenance_work_mem=_between(64, memory_mb // 24, 1024),
        work_mem=_between(8, memory_mb // 384, 64),
        workers=parallel + 8,
        processors=parallel,
    )


def _between(least: int, value: int, most: int) -> int:
    return max(least, min(value, most))
