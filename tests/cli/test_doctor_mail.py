"""`modbot doctor` signs in to the mail server and reads addresses: nothing is sent, and what is wrong is told."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from modbot.http import Http
from tests.cli.looking import looked
from tests.pagers import certificates
from tests.pagers.post_office import PASSWORD, USER, PostOffice, post_office


@pytest.fixture
async def office(tmp_path: Path) -> AsyncIterator[tuple[PostOffice, dict[str, Any]]]:
    """A mail server that asks for TLS and a password, and the settings that fit."""
    trusted, server = certificates.make(tmp_path)
    async with post_office(starttls=server, password=True) as opened:
        yield (
            opened,
            {
                "host": "127.0.0.1",
                "port": opened.port,
                "ca_file": str(trusted),
                "user": USER,
                "password": PASSWORD,
                "sender": "modbot@example.org",
            },
        )


Office = tuple[PostOffice, dict[str, Any]]


async def test_a_mail_server_is_signed_in_to_and_sent_nothing(http: Http, office: Office) -> None:
    opened, email = office
    found = (await looked(http, {"email": email}))["mail server"]
    assert (found.ok, "encrypted (starttls), signed in" in found.found, opened.mails) == (True, True, [])
    assert "MAIL" not in opened.asked


async def test_a_wrong_password_is_told(http: Http, office: Office) -> None:
    found = (await looked(http, {"email": {**office[1], "password": "wrong"}}))["mail server"]
    assert (found.ok, "MODBOT_EMAIL__PASSWORD" in found.fix, "wrong" in found.found) == (False, True, False)


async def test_a_certificate_that_is_not_trusted_is_told(http: Http, office: Office) -> None:
    assert not (await looked(http, {"email": {**office[1], "ca_file": ""}}))["mail server"].ok


async def test_a_mail_server_without_encryption_is_told(http: Http) -> None:
    async with post_office() as plain:
        email = {"host": "127.0.0.1", "port": plain.port, "sender": "modbot@example.org"}
        found = (await looked(http, {"email": email}))["mail server"]
    assert (found.ok, "email.security" in found.fix) == (False, True)


async def test_a_mail_server_that_cannot_be_reached_is_told(http: Http) -> None:
    email = {"host": "127.0.0.1", "port": 1, "sender": "modbot@example.org"}
    found = (await looked(http, {"email": email}))["mail server"]
    assert (found.ok, found.found.startswith("127.0.0.1:1: ")) == (False, True)


async def test_a_sender_without_a_server_is_told(http: Http) -> None:
    assert not (await looked(http, {"email": {"sender": "modbot@example.org"}}))["mail server"].ok


@pytest.mark.filterwarnings("ignore:'imghdr' is deprecated:DeprecationWarning")  # Apprise's own
async def test_an_address_that_apprise_does_not_understand_hides_no_other(http: Http) -> None:
    apprise = {"desk": "nonsense://somewhere", "wall": "ntfys://ntfy.example.org/classes"}
    checks = await looked(http, {"paging": {"apprise": apprise}})
    assert checks["apprise:desk"].found == "Apprise does not understand this address"
    assert checks["apprise:wall"].ok


@pytest.mark.parametrize(("token", "ok"), [("ab" * 12, False), ("0f3b9c1d77e24a58b6d0c9e1", True)])
async def test_a_token_that_can_be_guessed_is_told(http: Http, token: str, ok: bool) -> None:
    assert (await looked(http, {"page_token": token}))["token of POST /page"].ok is ok


@pytest.mark.parametrize(
    ("url", "ok"), [("https://monitor.example.org/x1", True), ("http://monitor.example.org/x1", False), ("x1", False)]
)
async def test_a_heartbeat_address_that_is_no_https_address_is_told(http: Http, url: str, ok: bool) -> None:
    assert (await looked(http, {"paging": {"heartbeat_url": url}}))["heartbeat"].ok is ok
