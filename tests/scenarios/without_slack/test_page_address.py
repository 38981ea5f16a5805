"""`POST /page`: help is called by whoever has the district's token, once, and nobody else."""

import asyncio
from collections.abc import AsyncIterator

import aiohttp
import orjson
import pytest

from modbot.web_pages.calling import PageCalls
from tests.scenarios.school import School
from tests.scenarios.without_slack.mailed import KIM, LOU, TOKEN, MailedSchool, OpenMailed

FORM = "application/x-www-form-urlencoded"


async def test_it_says_which_page_it_is_and_who_was_called(mailed: MailedSchool) -> None:
    status, said = await mailed.ask({"what": "the phones are dead"})
    assert (status, said["called"]) == (202, ["Kim Reyes"])
    assert (await mailed.page(said["page"])).what == "the phones are dead"


async def test_who_asks_and_what_for_reaches_the_on_call(mailed: MailedSchool) -> None:
    await mailed.ask({"what": "the phones are dead", "from": "front desk"})
    assert "front desk: the phones are dead" in (await mailed.office.to(KIM)).text


async def test_a_form_does_as_well(mailed: MailedSchool) -> None:
    status, said = await mailed.send(
        b"what=smoke+in+room+5&from=wall", Content_Type="application/x-www-form-urlencoded"
    )
    page = await mailed.page(said["page"])
    assert (status, page.what, page.by) == (202, "smoke in room 5", "wall")


async def test_the_team_of_the_school_is_called(open_mailed: OpenMailed) -> None:
    policy = {"steps": [{"people": [LOU], "wait_seconds": 60}]}
    paging = {"policies": {"maple": policy}, "teams": {"maple": {"policy": "maple", "schools": ["org-maple"]}}}
    mailed = await open_mailed("email", paging=paging)
    _, said = await mailed.ask({"what": "help", "school": "org-maple"})
    assert said["called"] == ["Lou Baker"]


async def test_a_school_without_a_team_calls_the_district(mailed: MailedSchool) -> None:
    _, said = await mailed.ask({"what": "help", "school": "no-such-school"})
    assert said["called"] == ["Kim Reyes"]


async def test_it_is_on_the_record_without_what_was_said(mailed: MailedSchool) -> None:
    await mailed.ask({"what": "the phones are dead"})
    await mailed.school.until_recorded(("api:page", "page", "done"))
    assert "phones" not in str([record async for record in mailed.school.app.state.audit.export()])


async def test_the_same_words_within_a_minute_are_one_page(mailed: MailedSchool) -> None:
    _, first = await mailed.ask({"what": "help"})
    _, second = await mailed.ask({"what": "help"})
    assert first["page"] == second["page"]
    assert len(mailed.office.mails) == 1


async def test_the_same_words_at_once_are_one_page(mailed: MailedSchool) -> None:
    answers = await asyncio.gather(*(mailed.ask({"what": "help"}) for _ in range(4)))
    assert len({said["page"] for _, said in answers}) == 1
    assert len(mailed.office.mails) == 1


async def test_a_repeated_request_is_one_line_of_the_record(mailed: MailedSchool) -> None:
    await mailed.ask({"what": "help"})
    await mailed.ask({"what": "help"})
    recorded = await mailed.school.recorded()
    assert recorded.count(("api:page", "page", "done")) == 1


async def test_other_words_are_another_page(mailed: MailedSchool) -> None:
    _, first = await mailed.ask({"what": "help"})
    _, second = await mailed.ask({"what": "help in room 5"})
    assert first["page"] != second["page"]


async def test_another_key_is_another_page(mailed: MailedSchool) -> None:
    _, first = await mailed.ask({"what": "help"}, Idempotency_Key="one")
    _, second = await mailed.ask({"what": "help"}, Idempotency_Key="two")
    assert first["page"] != second["page"]


async def test_the_same_key_with_other_words_is_another_page(mailed: MailedSchool) -> None:
    """A button that always sends the same key must still be able to say something new."""
    _, first = await mailed.ask({"what": "help"}, Idempotency_Key="button")
    _, second = await mailed.ask({"what": "fire"}, Idempotency_Key="button")
    assert first["page"] != second["page"]


async def test_once_a_page_is_over_the_same_key_rings_again(mailed: MailedSchool) -> None:
    _, first = await mailed.ask({"what": "help"}, Idempotency_Key="button")
    await mailed.resolve(first["page"])
    _, second = await mailed.ask({"what": "help"}, Idempotency_Key="button")
    assert first["page"] != second["page"]


@pytest.mark.parametrize(
    "given", ["", "Bearer", "Bearer ", "Bearer wrong", f"Basic {TOKEN}", TOKEN, f"Bearer {TOKEN}x", "Bearer \xff\xfe"]
)
async def test_without_the_token_nobody_is_called(mailed: MailedSchool, given: str) -> None:
    status, said = await mailed.ask({"what": "help"}, Authorization=given)
    assert (status, said) == (401, {"error": "the token is missing or wrong"})
    assert not mailed.office.mails


async def test_a_district_without_a_token_has_no_such_address(school: School) -> None:
    url = f"http://127.0.0.1:{school.app.port}/page"
    async with aiohttp.ClientSession() as client, client.post(url, json={"what": "help"}) as answer:
        assert answer.status == 404


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"", 400),
        (b"{", 400),
        (b"[]", 400),
        (b'"help"', 400),
        (b"{}", 400),
        (b'{"what": ""}', 400),
        (b'{"what": "  \\n "}', 400),
        (b'{"what": 1}', 400),
        (b'{"what": ["help"]}', 400),
        (b'{"what": null}', 400),
        (b'{"what": "help", "from": {}}', 400),
        (b'{"what": "' + b"x" * 501 + b'"}', 400),
        (b'{"what": "help", "from": "' + b"x" * 61 + b'"}', 400),
        (b'{"what": "help", "school": "' + b"x" * 65 + b'"}', 400),
        (b"\xff\xfe", 400),
        (b'{"what": "' + b"x" * 5000 + b'"}', 413),
    ],
)
async def test_what_cannot_be_read_calls_nobody_and_says_why(mailed: MailedSchool, body: bytes, status: int) -> None:
    answered, said = await mailed.send(body)
    assert (answered, set(said)) == (status, {"error"})
    assert not mailed.office.mails


async def test_a_body_without_a_length_is_bounded_too(mailed: MailedSchool) -> None:
    async def pieces() -> AsyncIterator[bytes]:
        for _ in range(10):
            yield b"x" * 1000

    headers = {"Authorization": f"Bearer {TOKEN}"}
    async with mailed.browser.post(f"{mailed.url}/page", data=pieces(), headers=headers) as answer:
        assert answer.status == 413


async def test_another_kind_of_body_is_refused(mailed: MailedSchool) -> None:
    status, _ = await mailed.send(b"help", Content_Type="text/plain")
    assert status == 415


async def test_a_form_with_too_many_fields_is_refused(mailed: MailedSchool) -> None:
    form = b"&".join(b"a%d=1" % number for number in range(30))
    status, _ = await mailed.send(form, Content_Type=FORM)
    assert status == 400


async def test_more_than_ten_a_minute_are_told_to_wait(mailed: MailedSchool) -> None:
    answers = [await mailed.ask({"what": "help"}) for _ in range(11)]
    assert [status for status, _ in answers] == [202] * 10 + [429]


async def test_strangers_do_not_use_the_district_s_ten_up(mailed: MailedSchool) -> None:
    for _ in range(12):
        await mailed.ask({"what": "help"}, Authorization="Bearer wrong")
    status, _ = await mailed.ask({"what": "help"})
    assert status == 202


async def test_whoever_asks_is_answered_while_a_slow_channel_still_calls(
    open_mailed: OpenMailed, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("modbot.web_pages.routes.PageCalls", PageCalls)
    mailed = await open_mailed("email")
    mailed.office.held["DATA"] = asyncio.Event()
    status, said = await mailed.ask({"what": "help"})
    assert (status, said["called"]) == (202, "calling")
    mailed.office.held["DATA"].set()
    assert (await mailed.office.to(KIM)).link


async def test_with_nobody_on_call_it_says_so(open_mailed: OpenMailed) -> None:
    mailed = await open_mailed(paging={"people": [], "steps": []})
    status, said = await mailed.ask({"what": "help"})
    assert (status, said["page"], said["called"]) == (503, None, [])
    assert said["said"] == "Nobody is set up to be called here. Phone your help desk."


async def test_hostile_words_stay_on_one_line_of_the_mail(mailed: MailedSchool) -> None:
    await mailed.send(orjson.dumps({"what": "help\u202e\r\n\r\nhttps://evil.example.org/", "from": "x\ny"}))
    lines = (await mailed.office.to(KIM)).text.splitlines()
    assert "  x y: help https://evil.example.org/" in lines
