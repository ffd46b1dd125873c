"""How a server process logs: one stream, one level, and no secrets."""

import logging
import re
import sys
from collections.abc import MutableMapping
from typing import Any, Final

import structlog
from structlog.typing import WrappedLogger

# To the last @: a password may hold one.
_PASSWORD: Final = re.compile(r"(?<=://)([^:/@\s]*):[^\s'\"]*@")
_QUOTED: Final = re.compile(r"(?i)((?:password|passwd|secret)['\"]?\s*[=:]\s*(['\"]))(?:(?!\2).)*")
_TOKEN: Final = re.compile(
    r"(?i)(\bbearer +|\bauthorization\W{1,5}basic +|\bgis_gov_(?:session|oidc)="
    r"|\b[a-z_-]*(?:password|passwd|secret)=)"
    r"[^\s;,&'\"]+|\bgg_[A-Za-z0-9_-]{20,}"
)
_QUERY_VALUE: Final = re.compile(r"(?<=[?&])([\w.\[\]%-]+)=[^\s&\"'#<>]*")


def without_secrets(text: str) -> str:
    """Leave passwords, keys and the tokens of sessions and sign-ins out of a text."""
    text = _QUOTED.sub(r"\1***", _PASSWORD.sub(r"\1:***@", text))
    return _TOKEN.sub(r"\1***", text)


def as_logged(text: str) -> str:
    """Leave secrets out of a text, and the values of query strings, whatever they are."""
    return _QUERY_VALUE.sub(r"\1=***", without_secrets(text))


class Redacted(logging.Formatter):
    """Writes the lines of whoever logs by `logging`, the HTTP server among them, as ours."""

    def format(self, record: logging.LogRecord) -> str:
        """Write a record, its exception included."""
        return as_logged(super().format(record))


def configure(level: str) -> None:
    """Log from `level` on, to standard error; of a failure where it arose, but no values there."""
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            # The usual tracebacks show local variables: headers with keys, URLs with passwords.
            structlog.dev.ConsoleRenderer(
                colors=False, exception_formatter=structlog.dev.plain_traceback
            ),
            _redact,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )


def _redact(_logger: WrappedLogger, _method: str, event: MutableMapping[str, Any] | str) -> str:
    return as_logged(str(event))
