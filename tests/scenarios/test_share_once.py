"""A class is shared once, however often and by whichever process the request is carried out; all of them agree."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

import pytest

from modbot.app import App
from modbot.audit import Audit, AuditEntry, AuditLink
from modbot.errors import StoreUnavailable
from modbot.reply import Reply
from modbot.store.answers import Answers
from tests.scenarios.conftest import QUICK, OpenSchool
from tests.scenarios.enrolled import ZOOM
from tests.scenarios.school import CHANG, School, shown
from tests.scenarios.substitutes import (
    NONE_RUNS,
    NOTHING_SHARED,
    WARD,
    announced,
    grants_of,
    shares,
    timeless,
    with_substitute,
)
from tests.stores import until

SHARED = ["1 class is shared now.", "Grade 5 Science: with Sam Ward until LATER, by Megan Chang."]


@asynccontextmanager
async def another_process(school: School) -> AsyncIterator[App]:
    """A second modbot of the same district, on the same store."""
    app = App(school.district.settings(), patience=QUICK, beside=True)
    await app.start()
    try:
        yield app
    finally:
        school.district.point_at(school.app.port)
        await app.stop()


async def test_the_same_bytes_again_give_one_grant_and_are_announced_once(open_school: OpenSchool) -> None:
    school = await with_substitute(open_school, ZOOM)
    answer = await school.slack.slash(CHANG, "/room", f"share <@{WARD}> for 1h")
    await school.until_recorded((CHANG, "room.share", "done"))
    for _ in range(3):
        assert (await school.slack.send_again(answer)).status == 200
    await school.type(CHANG, "/room", "shared")
    assert len(await grants_of(school)) == 1
    assert announced(school) == ["Megan Chang shared Grade 5 Science with Sam Ward until LATER."]
    assert await school.recorded() == [(CHANG, "room.share", "done")]


async def test_what_broke_off_before_it_was_recorded_is_carried_out_again_as_the_same_grant(
    open_school: OpenSchool, monkeypatch: pytest.MonkeyPatch
) -> None:
    school = await with_substitute(open_school, ZOOM)
    kept: list[Any] = []

    class FailsOnce(Audit):
        """An audit whose store is gone the first time that something shared is to be recorded."""

        async def append(self, entry: AuditEntry) -> AuditLink:
            if entry.action == "room.share" and not kept:
                kept.extend(await grants_of(school))
                raise StoreUnavailable("cut off by the test")
            return await super().append(entry)

    monkeypatch.setattr(school.app.state.audit, "__class__", FailsOnce)
    await school.slack.slash(CHANG, "/room", f"share <@{WARD}> for 1h")

    async def recorded() -> bool:
        return (CHANG, "room.share", "done") in await school.recorded()

    await until("it is carried out again and recorded", recorded, within=timedelta(seconds=45))
    assert await grants_of(school) == kept
    assert await school.recorded() == [(CHANG, "room.share", "done")]


async def test_what_was_ended_meanwhile_is_not_given_again_when_only_its_answer_is_still_owed(
    open_school: OpenSchool, monkeypatch: pytest.MonkeyPatch
) -> None:
    school = await with_substitute(open_school, ZOOM)
    cut: list[str] = []
    keep = Answers.keep

    async def fails_once(self: Answers, item_id: str, reply: Reply) -> None:
        if not cut:
            cut.append(item_id)
            raise StoreUnavailable("cut off by the test")
        await keep(self, item_id, reply)

    monkeypatch.setattr(Answers, "keep", fails_once)
    await school.slack.slash(CHANG, "/room", f"share <@{WARD}> for 1h")
    await school.until_recorded((CHANG, "room.share", "done"))
    await school.slack.slash(CHANG, "/room", f"unshare <@{WARD}>")
    ended = "Grade 5 Science is not shared with Sam Ward any more."
    await school.slack.wait_for(lambda m: m.only_for == CHANG and m.text == ended, "that it has ended")
    await school.slack.wait_for(lambda m: m.only_for == CHANG and m.text.startswith("You shared"), "the answer", 45)
    assert await grants_of(school) == []
    assert [timeless(said) for said in announced(school)] == [
        "Megan Chang shared Grade 5 Science with Sam Ward until LATER.",
        "Megan Chang ended it: Grade 5 Science is not shared with Sam Ward.",
    ]
    assert [action for _, action, _ in await school.recorded()] == ["room.share", "room.unshare"]


async def test_every_process_honours_what_another_gave_and_its_end_at_once(open_school: OpenSchool) -> None:
    school = await with_substitute(open_school, ZOOM)
    async with another_process(school) as other:
        for given_at, used_at in ((school.app, other), (other, school.app)):
            school.district.point_at(given_at.port)
            await shares(school, ZOOM)
            school.district.point_at(used_at.port)
            assert list(map(timeless, shown(await school.type(CHANG, "/room", "shared")))) == SHARED
            assert "Grade 5 Science" in (await school.type(WARD, "/lock")).text
            school.district.point_at(given_at.port)
            await school.type(CHANG, "/room", f"unshare <@{WARD}>")
            school.district.point_at(used_at.port)
            assert (await school.type(WARD, "/lock")).text == NONE_RUNS
            assert (await school.type(CHANG, "/room", "shared")).text == NOTHING_SHARED


async def test_nothing_readable_is_kept_and_every_key_expires(open_school: OpenSchool) -> None:
    school = await with_substitute(open_school, ZOOM)
    await shares(school, ZOOM, "for 2h")
    store = school.app.state.store
    keys = await store.run("KEYS", "mb:grants:*")
    assert len(keys) == 3
    assert all([0 < await store.run("TTL", key) <= 2 * 3600 for key in keys])
    held = b"".join([await store.run("DUMP", key) for key in keys])
    assert not [word for word in (b"ward", b"Ward", b"chang", b"Science") if word in held]

    async def is_over() -> bool:
        return not await store.run("KEYS", "mb:grants:to:*")

    await school.type(CHANG, "/room", f"unshare <@{WARD}>")
    await until("nothing of it is left", is_over)
