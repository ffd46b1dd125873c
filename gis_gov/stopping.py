"""Hear that the process is told to end, before whoever else handles the signal.

An HTTP server that is told to end waits for its open answers first, and ends the application after
that. Answers without end have to know of it before.
"""

import asyncio
import signal
import threading
from collections.abc import Callable, Generator
from contextlib import contextmanager
from types import FrameType

_SIGNALS = (signal.SIGINT, signal.SIGTERM)


@contextmanager
def told_to_stop(handler: Callable[[], None]) -> Generator[None]:
    """Let `handler` be called in the running loop at SIGINT or SIGTERM, and the others after it.

    A loop's own handlers of signals (`add_signal_handler`) are not touched: they hang on the
    wakeup descriptor. Outside the main thread signals are not ours to hear.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    loop = asyncio.get_running_loop()
    former = {number: signal.getsignal(number) for number in _SIGNALS}

    def heard(number: int, at: FrameType | None) -> None:
        if not loop.is_closed():
            loop.call_soon_threadsafe(handler)
        following = former[signal.Signals(number)]
        if callable(following):
            following(number, at)
        elif following == signal.SIG_DFL:
            signal.signal(number, signal.SIG_DFL)
            signal.raise_signal(number)

    for number in _SIGNALS:
        _set(number, heard)
    try:
        yield
    finally:
        for number, following in former.items():
            _set(number, signal.SIG_DFL if following is None else following)


def _set(number: signal.Signals, handler: Callable[[int, FrameType | None], object] | int) -> None:
    signal.signal(number, handler)
    signal.siginterrupt(number, False)
