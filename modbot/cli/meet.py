"""`modbot meet`: class links that modbot makes in a teacher's name, and so may end."""

import uuid
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime

import typer

from modbot.audit import AuditEntry
from modbot.cli import printing
from modbot.cli.opening import quiet_settings, who, with_state
from modbot.doctor.meetings import looking
from modbot.errors import ConfigError, StoreUnavailable, VendorError
from modbot.http import Http
from modbot.platforms.meet import RoomMade, build
from modbot.settings.meet import MeetSettings
from modbot.state import State
from modbot.store.budget import SharedBudget
from modbot.store.vault import Vault

meet = typer.Typer(no_args_is_help=True, help="Google Meet: class links that modbot makes, and so may end.")

HOST = typer.Argument(help="The teacher's address: who owns the link.", show_default=False)
COHOST = typer.Option([], "--cohost", help="Somebody who comes in without knocking, as co-host. May be repeated.")
JSON = typer.Option(False, "--json", help="Print link, code, room, co-hosts and who could not be added.")


def add(app: typer.Typer) -> None:
    """Register the commands."""
    app.add_typer(meet, name="meet")


@meet.callback()
def _group() -> None:
    """Keeps `create-room` a word to type while it is the only command."""


@meet.command(epilog="Example: modbot meet create-room ada.reyes@example.org --cohost ben.ochoa@example.org")
def create_room(host: str = HOST, cohost: list[str] = COHOST, json_: bool = JSON) -> None:
    """Make a class link in this teacher's name. Exit code 1 when a co-host could not be added, 2 when there is no link.

    Put the link into the calendar or the classroom instead of one that Calendar makes: Google lets modbot end only
    the calls of links it made.
    """
    settings = quiet_settings().meet
    _must_be_set_up(settings)
    with printing.progress("Making the class link") as tell:
        made = _made(settings, host, cohost, tell)
    if json_:
        printing.as_json(_to_json(made, host))
    else:
        _for_people(made, host)
    raise typer.Exit(1 if made.failed else 0)


def _must_be_set_up(settings: MeetSettings) -> None:
    if not settings.configured:
        raise ConfigError("MODBOT_MEET__SERVICE_ACCOUNT", "is not set: see docs/platforms/meet.md")
    if not settings.create_rooms:
        raise ConfigError(
            "MODBOT_MEET__CREATE_ROOMS",
            "is off: set it once meetings.space.created is delegated (docs/platforms/meet.md)",
        )


def _made(settings: MeetSettings, host: str, cohosts: list[str], tell: Callable[[int, int], None] | None) -> RoomMade:
    async def work(state: State) -> RoomMade:
        http = Http()
        kept = Vault(state.store, state.keyring)
        means = replace(looking(http, _now), vault=kept, budget=SharedBudget(state.store))
        try:
            made = await build(settings, means).create_room(host, cohosts, tell)
        finally:
            await http.close()
        await _record(state, made)
        return made

    try:
        return with_state(work)
    except VendorError as error:
        printing.note(f"modbot: no link was made. {error.staff_text} ({error.log_detail})")
        raise typer.Exit(2) from error


async def _record(state: State, made: RoomMade) -> None:
    """The link is there: it is told even when the record cannot be written."""
    try:
        await state.audit.append(_entry(made))
    except StoreUnavailable as error:
        printing.note(f"modbot: this could not be recorded: {error.log_detail}")


def _now() -> datetime:
    return datetime.now(UTC)


def _entry(made: RoomMade) -> AuditEntry:
    outcome = "partial" if made.failed else "done"
    counted = {"cohosts": len(made.cohosts), "not_added": len(made.failed)}
    act, platform = f"room:{uuid.uuid4()}", made.room.platform
    return AuditEntry(
        _now(), act, who(), "room.create", room=made.room.key, platform=platform, outcome=outcome, extra=counted
    )


def _to_json(made: RoomMade, host: str) -> dict[str, object]:
    failed = [{"email": email, "why": why} for email, why in made.failed]
    return {
        "link": made.link,
        "code": made.code,
        "room": made.room.key,
        "host": host,
        "cohosts": list(made.cohosts),
        "not_added": failed,
    }


def _for_people(made: RoomMade, host: str) -> None:
    printing.say(f"Class link of {host}: {made.link}")
    if made.cohosts:
        printing.say(f"Co-hosts, who come in without knocking: {', '.join(made.cohosts)}")
    for email, why in made.failed:
        printing.say(f"Not added as co-host: {email}. {why}")
    printing.say("To say which section it belongs to, add this to the settings file:")
    printing.say(f'\n[rooms]\n"{made.room.key}" = "SECTION ID"')
