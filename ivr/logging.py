"""Structured logs of the engine on stderr, one JSON object a line, never in the way of the event loop.

Two rules. No caller's number is ever logged. And a reader that stops reading loses lines; the engine does not wait.
"""

import logging
import os
import sys

import structlog


class _Dropping:
    """Writes whole lines to a descriptor and drops what it does not take at once."""

    def __init__(self, fd: int) -> None:
        self._fd = fd
        self.dropped = 0

    def write(self, line: str) -> None:
        try:
            os.write(self._fd, line.encode("utf-8", "replace"))
        except OSError:
            self.dropped += 1

    def flush(self) -> None:
        """Nothing is held back."""


def configure_logging(level: int = logging.INFO) -> None:
    """Log lines go to stderr as JSON; control characters are escaped, so that no text can forge a line."""
    fd = os.dup(sys.stderr.fileno())
    if not os.isatty(fd):
        os.set_blocking(fd, False)
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.PrintLoggerFactory(_Dropping(fd)),  # type: ignore[arg-type]
        cache_logger_on_first_use=True,
    )
