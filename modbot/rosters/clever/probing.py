"""Whether Clever can be asked, tried with a few small requests, for an admin who sets it up."""

from collections.abc import Awaitable, Callable, Sequence

from modbot.errors import VendorError
from modbot.rosters import Probe
from modbot.rosters.clever import shapes
from modbot.rosters.clever.api import CleverApi

_HELD = frozenset({"paused", "error", "pending"})


async def probes(api: CleverApi) -> Sequence[Probe]:
    """The credentials, the district, and each kind of record modbot needs. Stops at what all the rest depends on."""
    token = await _tried("credentials", _find_token, api)
    if not token.ok:
        return [token]
    district = await _tried("district", _district, api)
    if not district.ok:
        return [token, district]
    rest = [
        await _tried(what, ask, api)
        for what, ask in (
            ("schools", _schools),
            ("terms", _terms),
            ("teachers", _teachers),
            ("students", _students),
            ("sections", _sections),
            ("changes", _changes),
        )
    ]
    return [token, district, *rest]


async def _tried(what: str, ask: Callable[[CleverApi], Awaitable[tuple[bool, str]]], api: CleverApi) -> Probe:
    try:
        ok, said = await ask(api)
    except VendorError as error:
        return Probe(what, ok=False, said=error.staff_text)
    return Probe(what, ok, said)


async def _find_token(api: CleverApi) -> tuple[bool, str]:
    await api.find_token()
    return True, "Clever gave the district's token."


async def _district(api: CleverApi) -> tuple[bool, str]:
    found = await api.district()
    if found.state in _HELD:
        return True, f"Clever's copy of the district stands still (state: {found.state}); its records may be old."
    return True, f"The token is this district's. Clever last heard from it: {(found.last_sync or 'not told')[:10]}."


async def _schools(api: CleverApi) -> tuple[bool, str]:
    return _shared("schools", await api.some("schools", shapes.SCHOOLS))


async def _terms(api: CleverApi) -> tuple[bool, str]:
    await api.some("terms", shapes.TERMS)  # a district need not have any
    return True, "Clever shares terms."


async def _teachers(api: CleverApi) -> tuple[bool, str]:
    return _shared("teachers", await api.some("users", shapes.USERS, "teacher"))


async def _students(api: CleverApi) -> tuple[bool, str]:
    return _shared("students", await api.some("users", shapes.USERS, "student"))


async def _sections(api: CleverApi) -> tuple[bool, str]:
    return _shared("sections", await api.some("sections", shapes.SECTIONS))


async def _changes(api: CleverApi) -> tuple[bool, str]:
    if await api.newest_event():
        return True, "Clever tells of changes, so a sync asks for these only; once a week for everything."
    return True, (
        "Clever tells of no changes: each sync reads everything. To spare that, switch events on in Clever's dashboard "
        "under Settings, Integrations."
    )


def _shared(what: str, found: Sequence[object]) -> tuple[bool, str]:
    if found:
        return True, f"Clever shares {what}."
    return False, f"Clever shares no {what}. In the district's Clever dashboard, share them with the app."
