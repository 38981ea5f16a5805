"""Only the page itself, on this machine, is answered; and nothing it answers lets anything foreign in."""

from typing import Any

import pytest
from yarl import URL

from modbot.demo.page.guard import HEADERS, POLICY
from tests.demo.page.visiting import Visitor

JSON = {"Content-Type": "application/json"}


async def posted(visitor: Visitor, body: bytes = b"{}", path: str = "api/pace", **headers: str) -> tuple[int, Any]:
    """A POST with headers of one's own."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    async with visitor.client.post(f"{visitor.url}{path}", data=body, headers=JSON | named) as answer:
        return answer.status, await answer.json(content_type=None)


@pytest.mark.parametrize("host", ["example.org", "127.0.0.1", "localhost.example.org:{port}", "127.0.0.1:1", ""])
async def test_a_name_that_is_pointed_at_this_machine_is_refused(visitor: Visitor, host: str) -> None:
    named = {"Host": host.format(port=URL(visitor.url).port)}
    async with visitor.client.get(f"{visitor.url}api/state", headers=named) as answer:
        assert answer.status == 403


async def test_localhost_is_this_machine(visitor: Visitor) -> None:
    named = {"Host": f"localhost:{URL(visitor.url).port}"}
    async with visitor.client.get(f"{visitor.url}api/state", headers=named) as answer:
        assert answer.status == 200


@pytest.mark.parametrize("origin", ["https://example.org", "null", "http://127.0.0.1:1"])
async def test_another_site_may_do_nothing(visitor: Visitor, origin: str) -> None:
    status, said = await posted(visitor, b'{"factor": 2}', Origin=origin)
    assert (status, said) == (403, {"ok": False, "error": "Another site may not do this."})
    assert (await visitor.state())["pace"] == 4


async def test_the_page_s_own_origin_may(visitor: Visitor) -> None:
    own = visitor.url.rstrip("/")
    assert await posted(visitor, b'{"factor": 2}', Origin=own) == (200, {"ok": True})


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data"])
async def test_what_a_foreign_form_could_send_is_refused(visitor: Visitor, kind: str) -> None:
    status, said = await posted(visitor, b'{"factor": 2}', Content_Type=kind)
    assert (status, said["error"]) == (415, "Send application/json.")


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        (b"", "The body is not JSON."),
        (b"{", "The body is not JSON."),
        (b"[]", "The body is not a JSON object."),
        (b"{}", "factor: a number is needed."),
        (b'{"factor": true}', "factor: a number is needed."),
        (b'{"factor": 40}', "the pace must be from 0.25 to 4."),
    ],
)
async def test_what_cannot_be_read_is_refused_in_a_sentence(visitor: Visitor, body: bytes, sentence: str) -> None:
    assert await posted(visitor, body) == (400, {"ok": False, "error": sentence})


async def test_a_body_is_bounded(visitor: Visitor) -> None:
    status, _ = await posted(visitor, b'{"text": "' + b"a" * 100_000 + b'"}', "api/slash")
    assert status == 413


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "", 200),
        ("GET", "api/state", 200),
        ("GET", "api/events", 200),
        ("GET", "assets/app.js", 200),
        ("GET", "assets/../guard.py", 404),
        ("GET", "assets/%2e%2e/guard.py", 404),
        ("GET", "nothing", 404),
        ("GET", "api/slash", 405),
        ("POST", "api/press", 400),
    ],
)
async def test_every_answer_is_kept_by_nobody_and_runs_nothing_foreign(
    visitor: Visitor, method: str, path: str, status: int
) -> None:
    where = URL(visitor.url + path, encoded=True)
    async with visitor.client.request(method, where, json={} if method == "POST" else None) as answer:
        assert answer.status == status
        assert {name: answer.headers.get(name) for name in HEADERS} == HEADERS


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("", "text/html"),
        ("assets/app.js", "text/javascript"),
        ("assets/mark.svg", "image/svg+xml"),
        ("assets/style/look.css", "text/css"),
        ("assets/vendor/inter-latin.woff2", "font/woff2"),
    ],
)
async def test_a_file_says_what_it_is(visitor: Visitor, path: str, kind: str) -> None:
    async with visitor.client.get(visitor.url + path) as answer:
        assert (answer.status, answer.content_type) == (200, kind)


def test_the_policy_names_no_outside_address_and_no_inline_script() -> None:
    assert "unsafe" not in POLICY
    assert "http" not in POLICY
    assert POLICY.startswith("default-src 'none';")
