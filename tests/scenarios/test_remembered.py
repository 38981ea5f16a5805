"""What a class teaches: who stayed and who signed in, for that class alone, readable by nobody, until its term ends."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta

from modbot.demo.roster import PUPILS, pupil_email
from modbot.model import Event, EventKind, Participant, PlatformName, Room
from modbot.store.sessions import Sessions
from modbot.store.tolerated import LONGEST, Tolerated
from tests.scenarios.conftest import OpenSchool
from tests.scenarios.enrolled import STRANGER, ZOOM, comes
from tests.scenarios.school import CHANG, School, people, shown
from tests.stores import until

LESSON = timedelta(minutes=50)
ROOM = Room(PlatformName.ZOOM, "111")
RUN = "yesterday=="
HOST = "megan.chang@example.org"
KEY = "mb:tolerated:*"
DAY = timedelta(days=1).total_seconds()


async def held(
    school: School,
    *visits: tuple[str, timedelta, timedelta],
    put_out: tuple[str, ...] = (),
    run: str = RUN,
    emails: Mapping[str, str] | None = None,
) -> None:
    """A class of Ms Chang's has ended: who was in it (from, until after its beginning), and who was put out.

    `emails`: of those who signed in, by the name they show.
    """
    state = school.app.state
    began = datetime.now(UTC) - LESSON - timedelta(minutes=5)
    events = [Event(EventKind.STARTED, ROOM, run, began, title="Science", host_email=HOST)]
    for number, (name, since, until_) in enumerate(visits):
        who = Participant(f"p{number}", name, (emails or {}).get(name, ""))
        events.append(Event(EventKind.JOINED, ROOM, run, began + since, who))
        if until_ < LESSON or number % 2:  # some platforms tell that everybody left, some only that the class ended
            events.append(Event(EventKind.LEFT, ROOM, run, began + until_, who))
    ids = [f"p{number}" for number, (name, _, _) in enumerate(visits) if name in put_out]
    if ids:
        await Tolerated(state.store, state.keyring).acted_on(f"zoom:{run}", ids)
    events.append(Event(EventKind.ENDED, ROOM, run, began + LESSON))
    await Sessions(state.store, state.keyring, keep=timedelta(hours=24)).ingest(events)


async def names_kept(school: School, many: int) -> None:
    """modbot has noted so many names."""

    async def noted() -> bool:
        found = await school.app.state.store.run("KEYS", KEY)
        return len(found) == 1 and await school.app.state.store.run("HLEN", found[0]) == many

    await until(f"{many} names are noted", noted)


def midnight_after(day: date) -> float:
    """In seconds since 1970, by UTC."""
    return datetime.combine(day + timedelta(days=1), datetime.min.time(), UTC).timestamp()


def minutes(count: int) -> timedelta:
    return timedelta(minutes=count)


async def test_a_name_that_stayed_through_a_class_is_no_stranger_in_the_next(open_school: OpenSchool) -> None:
    school = await open_school(PlatformName.ZOOM)
    await held(school, (STRANGER, minutes(2), LESSON), ("Zed Zzz", minutes(3), LESSON))
    await names_kept(school, 2)
    await school.zoom_class()
    await comes(school, ZOOM, STRANGER, "zed  zzz")
    room = await school.type(CHANG, "/room")
    assert "Not listed here: 12 on the class list, 2 remembered." in str(shown(room))


async def test_whoever_slips_in_at_the_end_leaves_early_or_is_put_out_is_not_remembered(
    open_school: OpenSchool,
) -> None:
    school = await open_school(PlatformName.ZOOM)
    await held(
        school,
        (STRANGER, minutes(2), LESSON),
        ("Late Lou", minutes(45), LESSON),
        ("Early Earl", minutes(2), minutes(30)),
        ("Put Paula", minutes(2), LESSON),
        put_out=("Put Paula",),
    )
    await names_kept(school, 1)
    await school.zoom_class()
    await comes(school, ZOOM, "Late Lou", "Early Earl", "Put Paula")
    room = await school.type(CHANG, "/room")
    assert len([row for row in people(room) if "— stranger." in row]) == 3


async def test_neither_a_device_nor_a_double_is_remembered(
    open_school: OpenSchool,
) -> None:
    school = await open_school(PlatformName.ZOOM)
    visits = [(name, minutes(2), LESSON) for name in ("Ana Duarte", "ana duarte", "iPad", STRANGER)]
    await held(school, *visits)
    await names_kept(school, 2)


async def test_nobody_can_read_the_names_and_they_go_by_themselves(open_school: OpenSchool) -> None:
    school = await open_school(PlatformName.ZOOM)
    await held(school, (STRANGER, minutes(2), LESSON))
    await names_kept(school, 1)
    store = school.app.state.store
    (key,) = await store.run("KEYS", KEY)
    kept = b" ".join([part for row in (await store.run("HGETALL", key)).items() for part in row]) + key
    assert not [word for word in STRANGER.split() if word.casefold().encode() in kept.lower()]
    section = await school.app.state.roster.section(ZOOM.section)
    assert section is not None
    assert section.ends is not None
    last = min(section.ends, datetime.now(UTC).date() + LONGEST)
    assert abs(await store.run("EXPIRETIME", key) - midnight_after(last)) <= DAY  # the district's day, not UTC's

    async def is_done_with() -> bool:
        return bool(await store.run("EXISTS", "mb:ended") == 0)

    await until("the class is done with", is_done_with)


async def test_a_class_that_has_signed_in_every_time_is_told_of_whoever_did_not(open_school: OpenSchool) -> None:
    school = await open_school(PlatformName.ZOOM)
    state = school.app.state
    visits = [(name, minutes(1), LESSON) for name in PUPILS]
    emails = {name: pupil_email(name) for name in PUPILS}
    tolerated = Tolerated(state.store, state.keyring)
    for many in range(1, 4):
        await held(school, *visits, run=f"meeting-{many}==", emails=emails)

        async def learned(many: int = many) -> bool:
            habits = (await tolerated.of(ZOOM.section)).habits.of.values()
            return len(habits) == len(PUPILS) and all(one.signed_in.bit_count() == many for one in habits)

        await until(f"{many} meetings are known", learned)
    zoom = school.district.on_zoom
    meeting = zoom.sim.start_meeting(HOST, zoom.title)
    for name in PUPILS:
        zoom.sim.join(meeting, name, emails[name] if name != PUPILS[0] else "")
    await school.settled()
    room = await school.type(CHANG, "/room")
    assert "The student with this name normally uses their own account, and this participant did not." in str(
        shown(room)
    )
