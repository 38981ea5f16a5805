"""A OneRoster service that fails, lies or is spoilt: what is asked again, what is told, and what never gets in."""

import io
from collections.abc import AsyncIterator
from contextlib import redirect_stderr
from pathlib import Path
from tempfile import gettempdir

import pytest
import structlog

from modbot import log
from modbot.errors import (
    AuthRejected,
    Forbidden,
    MalformedAnswer,
    NotFound,
    RateLimited,
    Unreachable,
    VendorError,
    VendorFault,
)
from modbot.rosters import RosterRefused
from modbot.simulators.oneroster import PLANTED
from modbot.store import Store
from tests.rosters.syncing import District, district
from tests.rosters.test_roster_store import everything

pytestmark = pytest.mark.realstore


@pytest.fixture
async def here(store: Store, tmp_path: Path) -> AsyncIterator[District]:
    async with district(store, tmp_path / "kept") as made:
        made.page_rows = 25
        yield made


def answers(here: District, *statuses: int, only: str = "GET", headers: dict[str, str] | None = None) -> None:
    here.simulator.faults.only = only
    here.simulator.faults.fail_next.extend((status, headers or {}, b"{}") for status in statuses)


@pytest.mark.parametrize("status", [429, 423, 500, 502, 503])
async def test_a_passing_fault_is_asked_again(here: District, status: int) -> None:
    answers(here, status, status, only="GET /ims", headers={"Retry-After": "0"})
    assert (await here.sync()).roster.counts.seats == 80


async def test_half_a_page_is_asked_for_again(here: District) -> None:
    here.simulator.cut_next = 2
    assert (await here.sync()).roster.counts.seats == 80


async def test_a_page_too_large_for_the_service_is_asked_for_in_smaller_ones(here: District) -> None:
    here.page_rows, here.simulator.too_large_above = 400, 120
    assert (await here.sync()).roster.counts.seats == 80
    assert any("limit=100&" in query for query in here.asked("enrollments"))


async def test_a_token_that_ran_out_is_replaced(here: District) -> None:
    answers(here, 401, only="GET /ims/oneroster/rostering/v1p2/classes")
    assert (await here.sync()).in_force
    assert sum(seen.method == "POST" for seen in here.simulator.seen) == 2


async def test_fields_are_selected_where_the_service_can_and_not_elsewhere(here: District) -> None:
    await here.sync()
    assert "email" in here.asked("users")[0]
    assert "phone" not in here.asked("users")[0]
    here.simulator.takes_fields = False
    assert (await here.sync(everything=True)).roster.counts.students == 40


@pytest.mark.parametrize(
    ("status", "error", "says"),
    [
        (401, AuthRejected, "refuses the token"),
        (403, Forbidden, "does not let modbot read orgs"),
        (404, NotFound, "MODBOT_ONEROSTER__API_URL"),
        (418, VendorError, "HTTP 418"),
        (429, RateLimited, "no more requests"),
        (500, VendorFault, "has a fault"),
    ],
)
async def test_a_lasting_refusal_is_told_in_the_admins_words_and_changes_nothing(
    here: District, status: int, error: type[VendorError], says: str
) -> None:
    await here.sync()
    before = await here.roster.generation()
    answers(here, *[status] * 10, only="GET /ims", headers={"Retry-After": "0"})
    with pytest.raises(error, match="status=") as raised:
        await here.sync(everything=True)
    assert says in raised.value.staff_text
    assert await here.roster.generation() == before


async def test_a_service_that_wants_to_be_left_alone_for_long_is(here: District) -> None:
    answers(here, 429, only="GET /ims", headers={"Retry-After": "3600"})
    with pytest.raises(RateLimited):
        await here.sync()
    assert len(here.asked("orgs")) == 1


async def test_nothing_listening_is_told(here: District) -> None:
    here.simulator.faults.drop_connection = True
    with pytest.raises(Unreachable):
        await here.sync()


async def test_pages_that_are_lost_are_half_a_roster_and_refused(here: District) -> None:
    here.simulator.lost_from = "enrollments"
    with pytest.raises(MalformedAnswer, match="enrollments: 25 records of 90"):
        await here.sync()
    assert await here.roster.generation() == ""


async def test_a_service_that_gives_the_same_page_for_ever_is_noticed(here: District) -> None:
    here.simulator.always_first_page, here.simulator.tells_total, here.simulator.tells_next = True, False, False
    with pytest.raises(MalformedAnswer, match="the same page again"):
        await here.sync()


async def test_something_that_is_no_page_is_told(here: District) -> None:
    here.simulator.faults.malformed, here.simulator.faults.only = True, "GET /ims"
    with pytest.raises(MalformedAnswer):
        await here.sync()


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"givenName": "N" * 10_000}, "the given name is longer than 200 characters"),
        ({"givenName": "N\0"}, "the given name holds a NUL byte"),
        ({"givenName": "", "familyName": None}, "given name and family name are both empty"),
        ({"roles": [{"role": "king", "org": {"sourcedId": "org-00001"}}]}, "role is not one that OneRoster knows"),
        ({"roles": [{"role": "student", "org": {"sourcedId": "org-99999"}}]}, "has a role at the school org-99999"),
        ({"email": "nobody at all"}, "the e-mail is not an address"),
        ({"status": "perhaps"}, "status is neither active nor tobedeleted"),
    ],
)
async def test_a_person_who_does_not_fit_is_left_out_and_told_by_id(
    here: District, change: dict[str, object], says: str
) -> None:
    student = here.simulator.district.student_id(3)
    here.simulator.change("users", student, **change)
    report = await here.sync_with(left_out=0.5)
    told = [str(problem) for problem in report.roster.problems]
    assert any(student in problem and says in problem for problem in told), told
    assert not any("N" * 20 in problem for problem in told)


async def test_dangling_rows_and_ids_that_cannot_be_are_left_out(here: District) -> None:
    there = here.simulator.district
    here.simulator.put("enrollments", there.seat("seat-x1", "class-none", there.student_id(1), "student"))
    here.simulator.put("enrollments", there.seat("seat-x2", "class-0000001", "user-none", "student"))
    here.simulator.put("enrollments", there.seat("seat-x3", "class-0000001", "u" * 10_000, "student"))
    here.simulator.put("enrollments", there.seat("seat-x4", "class-0000001", "user\u202e", "student"))
    report = await here.sync_with(left_out=0.5)
    told = " | ".join(map(str, report.roster.problems))
    assert "seat-x1 names a class that is not in sections" in told
    assert "seat-x2 names a user who is not in people" in told
    assert "seat-x3: the person of a seat is longer than 255 characters" in told
    assert "seat-x4: the person of a seat holds a control character" in told
    assert report.roster.counts.seats == 80


async def test_rows_that_come_again_because_pages_shift_are_no_problem(here: District) -> None:
    there = here.simulator.district
    report = await here.sync()
    here.simulator.put("enrollments", {**there.collections["enrollments"].get("seat-000000003"), "sourcedId": "seat-x"})
    again = await here.sync(everything=True)
    assert again.roster.counts.seats == report.roster.counts.seats
    assert not again.roster.problems


async def test_names_in_any_script_arrive_as_they_were_written(here: District) -> None:
    student = here.simulator.district.student_id(0)
    here.simulator.change(
        "users", student, givenName="\u200fليلى\u200e", familyName="陳\u202e大文", preferredGivenName="Zoë 🦊"
    )
    await here.sync()
    member = next(one for one in await here.roster.members("class-0000000") if one.id == student)
    assert (member.given, member.family, member.preferred_given) == ("\u200fليلى\u200e", "陳\u202e大文", "Zoë 🦊")


async def test_a_section_without_students_is_a_section(here: District) -> None:
    for number in range(1, 9):
        here.simulator.remove("enrollments", f"seat-{number:09}")
    assert (await here.sync()).in_force
    assert await here.roster.section("class-0000000") is not None
    assert await here.roster.members("class-0000000") == ()


async def test_more_than_a_hundredth_that_does_not_fit_refuses_the_roster(here: District) -> None:
    here.simulator.change("users", here.simulator.district.student_id(3), givenName="", familyName="")
    with pytest.raises(RosterRefused, match="in people 1 of 43 rows do not fit"):
        await here.sync()


async def test_no_trace_of_what_modbot_has_no_use_for_is_kept_anywhere(
    here: District, store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    scratch = tmp_path / "temporary"
    scratch.mkdir()
    monkeypatch.setenv("TMPDIR", str(scratch))
    monkeypatch.setattr("tempfile.tempdir", None)
    assert gettempdir() == str(scratch)
    here.simulator.takes_fields = False  # so that the service sends everything
    here.simulator.change("users", here.simulator.district.student_id(3), email="no address planted-lunch")
    logged = io.StringIO()
    with redirect_stderr(logged):
        log.configure("debug")
        report = await here.sync_with(left_out=0.5)
        here.simulator.faults.malformed, here.simulator.faults.only = True, "GET /ims"
        with pytest.raises(MalformedAnswer) as raised:
            await here.sync(everything=True)
    structlog.reset_defaults()
    sent = b"".join([part async for part in everything(store)])
    kept = files_under(tmp_path)
    said = (
        f"{report.to_json()} {raised.value!r} {raised.value.log_detail} {raised.value.__cause__!r} {logged.getvalue()}"
    )
    assert kept
    assert not here.asked("demographics")
    for word in PLANTED:
        assert word.encode() not in sent, word
        assert word.encode() not in kept, word
        assert word not in said, word


def files_under(folder: Path) -> bytes:
    """Everything that lies in any file."""
    return b"".join(one.read_bytes() for one in folder.rglob("*") if one.is_file())


@pytest.mark.parametrize("status", [400, 401, 403])
async def test_credentials_that_are_refused_are_told_and_not_tried_again(here: District, status: int) -> None:
    answers(here, status, only="POST /oauth/token")
    with pytest.raises(AuthRejected) as raised:
        await here.sync()
    assert "MODBOT_ONEROSTER__CLIENT_SECRET" in raised.value.staff_text


async def test_a_scope_that_was_taken_away_ends_the_sync_and_leaves_the_roster(here: District) -> None:
    await here.sync()
    before = await here.roster.generation()
    here.simulator.gate.granted = {"roster-demographics.readonly"}
    with pytest.raises(Forbidden) as raised:
        await here.sync(everything=True)
    assert "Allow roster-core.readonly for modbot" in raised.value.staff_text
    assert await here.roster.generation() == before


async def test_a_scope_that_was_taken_away_is_told_by_the_probes(here: District) -> None:
    here.simulator.gate.granted = {"roster-demographics.readonly"}
    (token,) = await here.source.probe()
    assert "does not grant the scope" in token.said


async def test_probes_name_each_list_that_may_not_be_read(here: District) -> None:
    answers(here, 403, only="GET /ims/oneroster/rostering/v1p2/classes")
    probes = await here.source.probe()
    assert [probe.what for probe in probes if not probe.ok] == ["classes"]
    assert len(probes) == 6
