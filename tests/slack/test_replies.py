"""Answers to a command: at its response_url while that is good, else as a private message."""

import pytest

from modbot.errors import Forbidden, NotFound, Unreachable
from modbot.messages import Message, preview, text
from modbot.simulators.slack import SlackSimulator
from modbot.simulators.slack.world import ResponseUrl
from modbot.slack.client import SlackClient
from modbot.slack.replies import Route
from tests.slack.conftest import Clock

DONE = Message(preview("Your class is locked."), [text("Locked.")])


def url_of(slack: SlackSimulator, key: str = "k1") -> str:
    slack.world.response_urls[key] = ResponseUrl("U0TEACH", "C0INC", None, slack.world.now())
    return f"{slack.url}/response/{key}"


async def test_an_answer_is_seen_by_the_person_alone(client: SlackClient, slack: SlackSimulator) -> None:
    assert await client.reply(url_of(slack), "U0TEACH", DONE) is Route.RESPONSE_URL
    assert [(each.only_for, each.channel) for each in slack.messages] == [("U0TEACH", "C0INC")]


async def test_an_answer_can_replace_the_message_whose_button_was_pressed(
    client: SlackClient, slack: SlackSimulator
) -> None:
    ts = await client.post("C0INC", DONE)
    url = url_of(slack)
    slack.world.response_urls["k1"].message = slack.world.message("C0INC", ts)
    await client.respond(url, Message(preview("Undone.")), replace=True)
    assert [each.text for each in slack.messages] == ["Undone."]


async def test_the_sixth_answer_is_a_private_message_without_trying_slack(
    client: SlackClient, slack: SlackSimulator
) -> None:
    url = url_of(slack)
    routes = [await client.reply(url, "U0TEACH", DONE) for _ in range(6)]
    assert routes == [Route.RESPONSE_URL] * 5 + [Route.DM]
    assert sum("/response/" in seen.path for seen in slack.seen) == 5


async def test_after_half_an_hour_it_is_a_private_message(
    client: SlackClient, slack: SlackSimulator, clock: Clock
) -> None:
    url = url_of(slack)
    client.heard(url)
    clock.seconds += 1799
    assert await client.reply(url, "U0TEACH", DONE) is Route.RESPONSE_URL
    clock.seconds += 1
    assert await client.reply(url, "U0TEACH", DONE) is Route.DM


async def test_respond_itself_raises_when_used_up(client: SlackClient, slack: SlackSimulator) -> None:
    url = url_of(slack)
    for _ in range(5):
        await client.respond(url, DONE)
    with pytest.raises(NotFound, match="used_url"):
        await client.respond(url, DONE)


async def test_an_address_slack_has_forgotten_falls_back(client: SlackClient, slack: SlackSimulator) -> None:
    assert await client.reply(f"{slack.url}/response/unknown", "U0TEACH", DONE) is Route.DM
    assert len(slack.messages) == 1


async def test_without_an_address_it_is_a_private_message(client: SlackClient, slack: SlackSimulator) -> None:
    assert await client.reply("", "U0TEACH", DONE) is Route.DM


async def test_a_fault_of_slack_falls_back(client: SlackClient, slack: SlackSimulator) -> None:
    slack.faults.fail_next.append((500, {}, b""))
    assert await client.reply(url_of(slack), "U0TEACH", DONE) is Route.DM


async def test_a_200_that_does_not_say_ok_is_not_taken_for_success(client: SlackClient, slack: SlackSimulator) -> None:
    slack.faults.fail_next.append((200, {}, b"<html>log in first</html>"))
    assert await client.reply(url_of(slack), "U0TEACH", DONE) is Route.DM


async def test_when_both_ways_fail_the_caller_is_told(client: SlackClient, slack: SlackSimulator) -> None:
    url = url_of(slack)
    slack.faults.drop_connection = True
    with pytest.raises(Unreachable):
        await client.reply(url, "U0TEACH", DONE)


FOREIGN = [
    "http://hooks.slack.com/commands/T0/1/x",
    "https://hooks.slack.com.evil.example.org/x",
    "https://hooks.slack.com:8443/x",
    "https://hooks.slack.com@evil.example.org/x",
    "https://user@hooks.slack.com/x",
    "https://user:pass@hooks.slack.com/x",
    "https://evil.example.org/?https://hooks.slack.com/",
    "https://evil.example.org\\@hooks.slack.com/x",
    "https://hooks.slack.com\n.evil.example.org/x",
    "https://hooks.sląck.com/x",
    "http://169.254.169.254/latest/meta-data",
    "http://127.0.0.1:1/x",
    "file:///etc/passwd",
    "//hooks.slack.com/x",
    "https://hooks.slack.com:port/x",
    "",
]


@pytest.mark.parametrize("url", FOREIGN)
async def test_an_address_that_is_not_slacks_is_never_called(
    client: SlackClient, slack: SlackSimulator, url: str
) -> None:
    with pytest.raises(Forbidden, match="response_url_refused"):
        await client.respond(url, DONE)
    assert slack.seen == []
