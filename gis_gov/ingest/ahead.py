"""Work ahead: make the next items of an iterator while the last one is being used."""

from collections.abc import Iterable, Iterator
from queue import Queue
from threading import Event, Thread
from typing import TypeVar

Item = TypeVar("Item")
_END = object()


def ahead(items: Iterable[Item], depth: int = 1) -> Iterator[Item]:
    """Yield the items, of which up to `depth` are made ahead in another thread.

    What the iterator raises is raised here. Leaving early stops the thread after its item.
    """
    made: Queue[object] = Queue(depth)
    stopped = Event()

    def work() -> None:
        try:
            for item in items:
                made.put(item)
                if stopped.is_set():
                    return
            made.put(_END)
        except BaseException as error:
            made.put(_Raised(error))

    thread = Thread(target=work, name="ahead", daemon=True)
    thread.start()
    try:
        while (item := made.get()) is not _END:
            if isinstance(item, _Raised):
                raise item.error
            yield item  # type: ignore[misc]
    finally:
        stopped.set()
        while thread.is_alive():
            if not made.empty():
                made.get()
            thread.join(timeout=0.01)


class _Raised:
    """What the iterator raised."""

    def __init__(self, error: BaseException) -> None:
        self.error = error
