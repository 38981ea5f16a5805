"""`modbot page` while Slack is down: the other channels ring, and a mail's link works where modbot runs."""

from collections.abc import AsyncIterator
from typing import Any

import orjson
import pytest

from modbot.demo.district import District
from modbot.demo.roster import REYES
from tests.cli.running import modbot
from tests.pagers.post_office import PostOffice, post_office


@pytest.fixture
async def office() -> AsyncIterator[PostOffice]:
    """The district's mail server."""
    async with post_office() as opened:
        yield opened


def environment(district: District, office: PostOffice, *channels: str, **paging: Any) -> dict[str, str]:
    """The district's, with channels beside Slack and a Slack that is not there."""
    people = [{"email": REYES.email, "name": REYES.name, "channels": channels}]
    mail = {"host": "127.0.0.1", "port": office.port, "security": "none", "sender": "modbot@example.org"}
    return district.environment(port=0) | {
        "MODBOT_SLACK__API_URL": "http://127.0.0.1:1/api/",
        "MODBOT_PUBLIC_URL": "https://modbot.example.org",
        "MODBOT_EMAIL": orjson.dumps(mail).decode(),
        "MODBOT_PAGING": orjson.dumps({"people": people, **paging}).decode(),
    }


async def test_the_next_channel_rings_while_slack_is_down(district: District, office: PostOffice) -> None:
    done = await modbot("page", "The phones are dead", "--json", env=environment(district, office, "slack", "email"))
    assert (done.code, done.json()["reached"]) == (0, [REYES.email])
    assert "The phones are dead" in (await office.to(REYES.email)).text


async def test_a_channel_that_is_not_set_up_is_told_in_one_sentence(district: District, office: PostOffice) -> None:
    env = environment(district, office, "email")
    del env["MODBOT_EMAIL"]
    done = await modbot("page", "The phones are dead", env=env)
    assert done.code != 0
    assert f"{REYES.email} is to be called by email, which needs email.host and email.sender" in done.err


async def test_an_apprise_address_that_is_none_is_told_without_it(district: District, office: PostOffice) -> None:
    env = environment(district, office, "apprise:desk", apprise={"desk": "nosuchservice://secret-token"})
    done = await modbot("page", "The phones are dead", env=env)
    assert "MODBOT_PAGING__APPRISE__DESK" in done.err
    assert "secret-token" not in done.err + done.out
