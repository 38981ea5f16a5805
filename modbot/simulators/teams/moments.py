"""Times as Graph writes and reads them."""

from datetime import UTC, datetime

from modbot.simulators.teams.refusal import Refused


def wire(moment: datetime) -> str:
    """As Graph writes a time: seven digits of a second, and Z."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%f0Z")


def read(text: object, name: str) -> datetime:
    """A time with its offset; without one it is in UTC. Raises Refused (400)."""
    try:
        moment = datetime.fromisoformat(str(text))
    except ValueError as error:
        raise Refused(400, "BadRequest", f"{name} is not a date and time.") from error
    return moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)
