"""`--since`: a day or a moment, the same for every command that reads the record."""

from datetime import UTC, datetime

import typer

from modbot.errors import ConfigError

SINCE = typer.Option("", help="Leave out what is older than this day or moment (UTC unless it says otherwise).")


def moment_of(text: str) -> datetime:
    """The moment meant. Raises ConfigError."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise ConfigError("--since", f"{text!r} is not a day such as 2026-09-01, nor a moment") from None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
