"""A simulated day as files: what would be sent, and what was true."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path

import orjson

from gis_gov.simulation.bodies import body_of
from gis_gov.simulation.day import Truth, in_order
from gis_gov.simulation.phone import Phone


def write_messages(path: Path, phones: Sequence[Phone]) -> int:
    """Write JSON lines of what is sent when, in that order; return how many."""
    messages = in_order(phones)
    with path.open("wb") as file:
        for message in messages:
            at = datetime.fromtimestamp(message.at_s, UTC)
            line = {"at": at, "body": body_of(message)}
            file.write(orjson.dumps(line, option=orjson.OPT_APPEND_NEWLINE))
    return len(messages)


def write_truths(path: Path, truths: Sequence[Truth]) -> None:
    """Write JSON lines of how far each worker really went, and what was wrong with his phone."""
    with path.open("wb") as file:
        for truth in truths:
            file.write(orjson.dumps(asdict(truth), option=orjson.OPT_APPEND_NEWLINE))
