"""What a process does that a server's process starts for its work: it knows when to end."""

import ctypes
import os
import signal
from collections.abc import Callable, Sequence
from typing import Any, Final

_PR_SET_PDEATHSIG: Final = 1


def begin(idle_s: float) -> None:
    """Make this process one that ends with its parent, and that Ctrl-C is not for."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    signal.setitimer(signal.ITIMER_REAL, idle_s)
    # Before NumPy is loaded: BLAS would take all processors, which have other work.
    os.environ |= {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}


def work(limit_s: float, idle_s: float, job: Callable[..., Any], given: Sequence[object]) -> Any:
    """Do a job; where it takes too long, the timer's signal ends the process, be it in a C library.

    So it does where no other job follows.
    """
    signal.setitimer(signal.ITIMER_REAL, limit_s)
    try:
        return job(*given)
    finally:
        signal.setitimer(signal.ITIMER_REAL, idle_s)
