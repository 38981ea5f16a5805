"""The simulated Slack is as strict as Slack, so that what passes here passes there."""

import hashlib
import hmac
import logging
from collections.abc import AsyncIterator, Callable
from typing import Any
from urllib.parse import parse_qs

import aiohttp
import orjson
import pytest
from aiohttp import web
from slack_sdk.errors import SlackApiError
from slack_sdk.signature import SignatureVerifier
from slack_sdk.web.async_client import AsyncWebClient

from modbot.messages import Message, Modal, Option, button, buttons, entry, plain, preview, select, text, text_input
from modbot.simulators.slack import SlackSimulator
from modbot.slack.client import SlackClient
from tests.slack.conftest import Clock


class App:
    """An app that keeps what it hears and answers as told."""

    def __init__(self) -> None:
        self.heard: list[tuple[dict[str, str], bytes]] = []
        self.answer: Callable[[], web.Response] = web.Response
        self.url = ""

    async def receive(self, request: web.Request) -> web.Response:
        headers = {name.lower(): value for name, value in request.headers.items()}
        self.heard.append((headers, await request.read()))
        return self.answer()

    @property
    def payload(self) -> dict[str, Any]:
        found = orjson.loads(parse_qs(self.heard[-1][1].decode())["payload"][0])
        assert isinstance(found, dict)
        return found


@pytest.fixture
async def app(slack: SlackSimulator) -> AsyncIterator[App]:
    app = App()
    server = web.Application()
    server.router.add_post("/slack/events", app.receive)
    runner = web.AppRunner(server, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    slack.webhook_url = app.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    yield app
    await runner.cleanup()


@pytest.fixture
def sdk(slack: SlackSimulator) -> AsyncWebClient:
    log = logging.getLogger("test.sdk")
    log.setLevel(logging.ERROR)
    client = AsyncWebClient(slack.bot_token, slack.api_url, logger=log)
    client.proxy = None
    return client


CARD = Message(
    preview("A class was locked."),
    [
        text("Locked."),
        plain("Jaden Cole", accessory=button("Put out", "eject", "participant-7")),
        buttons(
            button("Undo", "undo", "act-1"),
            select("Who?", "who", [Option("Mia", "p1"), Option("Leo", "p2")]),
            block_id="row",
        ),
    ],
)
MODAL = Modal(
    "Put out",
    "modbot_eject",
    [
        entry("Who?", select("Choose", "person", [Option("Mia", "p1")]), "who"),
        entry("Why?", text_input("words"), "why", optional=True),
    ],
    private_metadata="act-9",
)


async def test_slacks_own_client_can_work_with_it(sdk: AsyncWebClient, slack: SlackSimulator) -> None:
    posted = await sdk.chat_postMessage(channel="C0INC", text="Hello")
    await sdk.chat_update(channel="C0INC", ts=posted["ts"], text="Hello again")
    assert (await sdk.auth_test())["user_id"] == "U0MODBOT"
    assert (await sdk.users_info(user="U0TEACH"))["user"]["profile"]["email"] == "ana.ruiz@example.org"
    assert (await sdk.users_lookupByEmail(email="sam.oakes@example.org"))["user"]["id"] == "U0TECH"
    opened = await sdk.conversations_open(users=["U0TEACH"])
    assert opened["channel"]["id"] == slack.world.im_with("U0TEACH").id
    assert [message.text for message in slack.messages] == ["Hello again"]


SECTION = {"type": "section", "text": {"type": "mrkdwn", "text": "x"}}
BUTTON = {"type": "button", "action_id": "a", "text": {"type": "plain_text", "text": "A"}}
REFUSED: dict[str, list[dict[str, Any]]] = {
    "unknown block": [{"type": "sectoin", "text": {"type": "mrkdwn", "text": "x"}}],
    "unknown field": [SECTION | {"colour": "red"}],
    "51 blocks": [SECTION] * 51,
    "empty text": [{"type": "section", "text": {"type": "mrkdwn", "text": ""}}],
    "3001 characters": [{"type": "section", "text": {"type": "mrkdwn", "text": "x" * 3001}}],
    "1501 wide characters": [{"type": "section", "text": {"type": "plain_text", "text": "💥" * 1501}}],
    "mrkdwn in a header": [{"type": "header", "text": {"type": "mrkdwn", "text": "x"}}],
    "a header of 151": [{"type": "header", "text": {"type": "plain_text", "text": "x" * 151}}],
    "section without text": [{"type": "section"}],
    "no buttons": [{"type": "actions", "elements": []}],
    "a button twice": [{"type": "actions", "elements": [BUTTON, BUTTON]}],
    "26 buttons": [{"type": "actions", "elements": [BUTTON | {"action_id": f"a{n}"} for n in range(26)]}],
    "a label of 76": [{"type": "actions", "elements": [BUTTON | {"text": {"type": "plain_text", "text": "x" * 76}}]}],
    "a value of 2001": [{"type": "actions", "elements": [BUTTON | {"value": "x" * 2001}]}],
    "a wrong style": [{"type": "actions", "elements": [BUTTON | {"style": "default"}]}],
    "a confirm without words": [{"type": "actions", "elements": [BUTTON | {"confirm": {}}]}],
    "a menu without options": [{"type": "actions", "elements": [{"type": "static_select", "options": []}]}],
    "a block_id twice": [SECTION | {"block_id": "same"}] * 2,
    "an input in a message": [
        {"type": "input", "label": {"type": "plain_text", "text": "x"}, "element": {"type": "plain_text_input"}}
    ],
    "a text that is a string": [{"type": "section", "text": "x"}],
}


@pytest.mark.parametrize("blocks", REFUSED.values(), ids=REFUSED.keys())
async def test_bad_blocks_are_refused_and_nothing_is_posted(
    sdk: AsyncWebClient, slack: SlackSimulator, blocks: list[dict[str, Any]]
) -> None:
    with pytest.raises(SlackApiError) as refused:
        await sdk.chat_postMessage(channel="C0INC", text="x", blocks=blocks)
    assert refused.value.response["error"] == "invalid_blocks"
    assert refused.value.response["response_metadata"]["messages"]
    assert slack.messages == []


async def test_empty_and_overlong_messages_are_refused(sdk: AsyncWebClient) -> None:
    long = [{"type": "section", "text": {"type": "mrkdwn", "text": "x" * 2900}}] * 5
    for blocks, words, error in (
        ([], "", "no_text"),
        (long, "x", "msg_blocks_too_long"),
        ([], "x" * 40_001, "msg_too_long"),
    ):
        with pytest.raises(SlackApiError) as refused:
            await sdk.api_call("chat.postMessage", json={"channel": "C0INC", "text": words, "blocks": blocks})
        assert refused.value.response["error"] == error


async def test_a_trigger_is_good_once_and_for_three_seconds(
    sdk: AsyncWebClient, slack: SlackSimulator, clock: Clock
) -> None:
    trigger = slack.world.new_trigger("U0TEACH")
    await sdk.views_open(trigger_id=trigger, view=MODAL.to_payload())
    late = slack.world.new_trigger("U0TEACH")
    clock.seconds += 3.01
    for used, error in ((trigger, "exchanged_trigger_id"), (late, "expired_trigger_id"), ("x", "invalid_trigger_id")):
        with pytest.raises(SlackApiError) as refused:
            await sdk.views_open(trigger_id=used, view=MODAL.to_payload())
        assert refused.value.response["error"] == error


async def test_calls_without_a_token_or_to_an_unknown_method_are_refused(slack: SlackSimulator) -> None:
    async with aiohttp.ClientSession() as session:
        async with session.post(slack.api_url + "auth.test") as answer:
            assert (await answer.json())["error"] == "not_authed"
        async with session.post(slack.api_url + "no.such", data={"token": slack.bot_token}) as answer:
            assert (await answer.json())["error"] == "unknown_method"


async def test_a_form_with_json_blocks_is_taken_too(slack: SlackSimulator) -> None:
    fields = {"token": slack.bot_token, "channel": "C0INC", "text": "x", "blocks": orjson.dumps([SECTION]).decode()}
    async with aiohttp.ClientSession() as session, session.post(slack.api_url + "chat.postMessage", data=fields) as got:
        assert (await got.json())["ok"] is True
    assert slack.messages[0].blocks == [SECTION]


async def test_a_lie_answers_success_and_posts_nothing(client: SlackClient, slack: SlackSimulator) -> None:
    slack.faults.lie = True
    assert await client.post("C0INC", CARD)
    assert slack.messages == []


async def test_a_typed_command_arrives_signed_and_in_slacks_form(slack: SlackSimulator, app: App, clock: Clock) -> None:
    app.answer = lambda: web.json_response({"text": "Locking."})
    answer = await slack.slash("U0TEACH", "/lock", "Room 12 & “more”", channel="C0INC")
    headers, body = app.heard[0]
    signed = f"v0:{headers['x-slack-request-timestamp']}:{body.decode()}".encode()
    expected = hmac.new(slack.signing_secret.encode(), signed, hashlib.sha256).hexdigest()
    assert headers["x-slack-signature"] == f"v0={expected}"
    assert SignatureVerifier(slack.signing_secret, clock=_sdk_clock(clock)).is_valid_request(body, headers)
    fields = {name: value[0] for name, value in parse_qs(body.decode()).items()}
    assert (fields["command"], fields["text"], fields["user_id"]) == ("/lock", "Room 12 & “more”", "U0TEACH")
    assert fields["response_url"].startswith(slack.url)
    assert answer.json() == {"text": "Locking."}
    shown = await slack.wait_for(lambda message: message.text == "Locking.", "the answer")
    assert (shown.only_for, shown.channel) == ("U0TEACH", "C0INC")


async def test_an_answer_slack_would_not_show_is_kept_as_refused(slack: SlackSimulator, app: App) -> None:
    app.answer = lambda: web.json_response({"text": "x", "blocks": [{"type": "nonsense"}]})
    await slack.slash("U0TEACH", "/lock")
    assert [refused["error"] for refused in slack.refused] == ["invalid_blocks"]
    assert slack.messages == []


async def test_the_same_bytes_can_be_sent_again(slack: SlackSimulator, app: App) -> None:
    first = await slack.slash("U0TEACH", "/lock")
    await slack.send_again(first)
    assert app.heard[0][1] == app.heard[1][1]
    assert app.heard[0][0]["x-slack-signature"] == app.heard[1][0]["x-slack-signature"]


async def test_a_button_is_pressed_by_its_id_or_its_words(client: SlackClient, slack: SlackSimulator, app: App) -> None:
    await client.post("C0INC", CARD)
    [card] = slack.messages
    await slack.press("U0TECH", card, "Undo")
    assert app.payload["actions"][0]["value"] == "act-1"
    assert app.payload["message"]["ts"] == card.ts
    await slack.press("U0TECH", card, "eject")
    assert app.payload["actions"][0]["value"] == "participant-7"
    await slack.choose("U0TECH", card, "who", "Leo")
    assert app.payload["actions"][0]["selected_option"]["value"] == "p2"
    assert app.payload["actions"][0]["block_id"] == "row"
    with pytest.raises(LookupError, match="eject"):
        await slack.press("U0TECH", card, "Nothing")


async def test_a_press_can_replace_its_message(client: SlackClient, slack: SlackSimulator, app: App) -> None:
    await client.post("C0INC", CARD)
    await slack.press("U0TECH", slack.messages[0], "undo")
    await client.respond(app.payload["response_url"], Message(preview("Undone.")), replace=True)
    assert [message.text for message in slack.messages] == ["Undone."]


async def test_a_modal_is_filled_in_and_closes(client: SlackClient, slack: SlackSimulator, app: App) -> None:
    await client.open_view(slack.world.new_trigger("U0TEACH"), MODAL)
    view = await slack.wait_for_view(lambda view: view.user_id == "U0TEACH", "the modal")
    with pytest.raises(LookupError, match="required"):
        await slack.submit(view)
    await slack.submit(view, {"who": "Mia", "why": "Shouting"})
    values = app.payload["view"]["state"]["values"]
    assert values["who"]["person"]["selected_option"]["value"] == "p1"
    assert values["why"]["words"]["value"] == "Shouting"
    assert app.payload["view"]["private_metadata"] == "act-9"
    assert not view.open


async def test_a_modal_the_app_finds_fault_with_stays_open(
    client: SlackClient, slack: SlackSimulator, app: App
) -> None:
    await client.open_view(slack.world.new_trigger("U0TEACH"), MODAL)
    [view] = slack.world.views.values()
    app.answer = lambda: web.json_response({"response_action": "errors", "errors": {"why": "Say why."}})
    await slack.submit(view, {"who": "p1"})
    assert (view.open, view.errors) == (True, {"why": "Say why."})


async def test_shortcuts_arrive_with_and_without_a_message(
    client: SlackClient, slack: SlackSimulator, app: App
) -> None:
    await slack.shortcut("U0TEACH", "modbot_panic")
    assert (app.payload["type"], app.payload["callback_id"]) == ("shortcut", "modbot_panic")
    await client.post("C0INC", CARD)
    await slack.shortcut("U0TEACH", "modbot_page_message", slack.messages[0])
    assert (app.payload["type"], app.payload["message_ts"]) == ("message_action", slack.messages[0].ts)


async def test_an_event_is_sent_again_until_it_is_acknowledged(slack: SlackSimulator, app: App) -> None:
    answers = [503, 500, 200]
    app.answer = lambda: web.Response(status=answers.pop(0))
    sent = await slack.home_opened("U0TEACH")
    assert [answer.status for answer in sent] == [503, 500, 200]
    assert [headers.get("x-slack-retry-num") for headers, _ in app.heard] == [None, "1", "2"]
    assert len({orjson.loads(body)["event_id"] for _, body in app.heard}) == 1


async def test_an_app_can_ask_for_no_more_retries(slack: SlackSimulator, app: App) -> None:
    app.answer = lambda: web.Response(status=500, headers={"X-Slack-No-Retry": "1"})
    assert len(await slack.home_opened("U0TEACH")) == 1


async def test_an_app_that_is_away_has_not_acknowledged(slack: SlackSimulator) -> None:
    async with SlackSimulator() as elsewhere:
        slack.webhook_url = elsewhere.url
    assert not (await slack.slash("U0TEACH", "/lock")).acknowledged


async def test_an_app_slower_than_slack_waits_has_not_acknowledged(slack: SlackSimulator) -> None:
    async with SlackSimulator() as slow:
        slow.faults.lag_seconds = 30
        slack.webhook_url = slow.url
        slack.delivery.ack_seconds = 0.05
        assert not (await slack.slash("U0TEACH", "/lock")).acknowledged


async def test_the_address_is_verified_with_a_challenge(slack: SlackSimulator, app: App) -> None:
    await slack.challenge()
    assert orjson.loads(app.heard[0][1])["type"] == "url_verification"


async def test_waiting_for_what_does_not_come_says_what_is_there(client: SlackClient, slack: SlackSimulator) -> None:
    await client.post("C0INC", CARD)
    with pytest.raises(TimeoutError, match=r"the all clear did not come.*A class was locked"):
        await slack.wait_for(lambda message: "clear" in message.text, "the all clear", deadline_seconds=0.02)


def _sdk_clock(clock: Clock) -> Any:
    class _Now:
        def now(self) -> float:
            return clock()

    return _Now()
