"""What was measured is kept as a file, so that it can be compared with what is measured later."""

import os
from datetime import UTC, datetime
from pathlib import Path


def write_record(folder: Path, command: str, told: bytes, at: datetime) -> Path:
    """Write the JSON of a measurement to a new file for its owner's eyes, and return its path."""
    folder.mkdir(parents=True, exist_ok=True)
    stem = f"{at.astimezone(UTC):%Y%m%dT%H%M%SZ}-{command.replace(' ', '-')}"
    for number in range(1, 1000):
        path = folder / (f"{stem}.json" if number == 1 else f"{stem}-{number}.json")
        try:
            opened = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except FileExistsError:
            continue  # of the same second
        with os.fdopen(opened, "wb") as file:
            file.write(told)
        return path
    raise FileExistsError(f"{folder / stem}.json and a thousand beside it are there")
