"""Structured logs: one JSON line an event, ids and figures only.

A field may be logged only if it is on the list below: a name, an e-mail or what somebody typed cannot slip in (P10).
"""

import logging
import sys
from collections.abc import MutableMapping
from typing import Any

import structlog
from structlog.tracebacks import ExceptionDictTransformer

LOGGABLE = frozenset(
    """
    act actor address attempt channel code command component consumer count deadline deliveries detail elapsed_ms
    entries error_id event exception host_alias how incident item job kind known leg level method operation outcome
    page path phase platform port process reason record recorded room round school section session setting state
    status step subscription timestamp token url used vendor version wait_seconds
    """.split()  # noqa: SIM905 - read as a list of words
)


def _allow_listed(_: Any, __: str, fields: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    for name in [name for name in fields if name not in LOGGABLE]:
        fields[name] = "…"
    return fields


def configure(level: str = "info") -> None:
    """Log JSON lines to standard error from `level` up."""
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.ExceptionRenderer(ExceptionDictTransformer(show_locals=False)),
            _allow_listed,
            structlog.processors.JSONRenderer(),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[level.upper()]),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=False,
    )
    logging.getLogger("docket").setLevel(
        logging.CRITICAL
    )  # modbot.jobs reports each failure itself, without tracebacks
    logging.basicConfig(level=logging.WARNING, stream=sys.stderr, format="%(levelname)s %(name)s %(message)s")


def get_logger(name: str) -> Any:
    """A logger whose lines carry `component=name`."""
    return structlog.get_logger(component=name)
