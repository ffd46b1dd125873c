"""A progress bar on standard error, where that is a terminal."""

from collections.abc import Callable, Generator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

Show = Callable[[str, float | None], None]
"""Show what is being done, and the share of it that is done, 0 to 1, if that is known."""


@contextmanager
def progress_bar() -> Generator[Show]:
    """Yield a function that moves the bar; the bar is gone at the end."""
    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("", total=1)

        def show(what: str, done: float | None) -> None:
            bar.update(task, description=what, total=None if done is None else 1, completed=done)

        yield show
