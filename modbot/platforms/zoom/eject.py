"""Putting several people out of a running meeting, and seeing whether they are gone."""

import asyncio
from collections.abc import Iterable, Sequence

from modbot.errors import Conflict, VendorError
from modbot.model import Participant, Session
from modbot.platforms.zoom.answers import NO_PERMISSION, VENDOR
from modbot.platforms.zoom.api import SOON, ZoomApi
from modbot.platforms.zoom.people import BY_USER_ID, ids_of

AT_ONCE = 5  # calls in flight for one class: fast for a raid, far below the account's limit

NOT_LISTED = "Zoom does not list this person in the class now, so modbot cannot put them out."


async def remove_all(api: ZoomApi, session: Session, people: Sequence[Participant]) -> None:
    """Ask Zoom to put out each of `people`, and raise the first failure once all were tried.

    Only "no permission" ends it early: it will be the same for everyone else.
    """
    uuids, missing = await _removable(api, session, people)
    failures: list[VendorError] = list(missing)
    slots = asyncio.Semaphore(AT_ONCE)
    barred = asyncio.Event()

    async def remove(uuid: str) -> None:
        async with slots:
            if barred.is_set():
                return
            try:
                await api.remove(session.room.id, uuid)
            except VendorError as failure:
                failures.append(failure)
                if failure.code == NO_PERMISSION:
                    barred.set()

    await asyncio.gather(*(remove(uuid) for uuid in uuids))
    if failures:
        raise next((failure for failure in failures if failure.code == NO_PERMISSION), failures[0])


async def still_in(api: ZoomApi, session: Session, people: Iterable[Participant]) -> bool:
    """Whether Zoom's live list still has any of `people`. Raises VendorError."""
    listed: set[str] = set()
    for row in await api.live_people(session.id, urgency=SOON):
        listed.update(ids_of(row))
        listed.add(BY_USER_ID + str(row.get("user_id", "")))
    return any(person.id in listed for person in people)


async def _removable(
    api: ZoomApi, session: Session, people: Sequence[Participant]
) -> tuple[Sequence[str], Sequence[VendorError]]:
    """The uuids Zoom's removal takes. Somebody known by `user_id` only is looked up in the live list."""
    uuids = {person.id: person.id for person in people if person.id and not person.id.startswith(BY_USER_ID)}
    aliases = {person.id for person in people} - uuids.keys()
    if not aliases:
        return tuple(uuids), ()
    for row in await api.live_people(session.id, urgency=SOON):
        uuid, alias = ids_of(row)
        if alias in aliases:
            uuids[uuid] = uuid
            aliases.discard(alias)
    missing = [Conflict(VENDOR, NOT_LISTED, log_detail=f"no participant_uuid for {alias}") for alias in sorted(aliases)]
    return tuple(uuids), missing
