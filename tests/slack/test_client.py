"""modbot's Slack client, against a Slack that answers over real HTTP."""

import asyncio
import logging

import pytest
from pydantic import SecretStr

from modbot.errors import (
    AuthRejected,
    ConfigError,
    Conflict,
    Forbidden,
    MalformedAnswer,
    NotFound,
    RateLimited,
    Unreachable,
    VendorError,
    VendorFault,
)
from modbot.http import Http
from modbot.messages import Message, Modal, button, buttons, entry, plain, preview, text, text_input
from modbot.settings import SlackSettings
from modbot.simulators.slack import SlackSimulator
from modbot.slack.client import SlackClient
from tests.slack.conftest import Clock

NEWS = Message(preview("A class was locked."), [text("*{room}* is locked.", room="Room 12")])
LATER = Message(preview("A class is open again."), [text("*{room}* is open.", room="Room 12")])


async def test_a_post_arrives_and_an_update_replaces_it(client: SlackClient, slack: SlackSimulator) -> None:
    ts = await client.post("C0INC", NEWS)
    await client.update("C0INC", ts, LATER)
    [card] = slack.messages
    assert (card.ts, card.text, len(card.edits)) == (ts, "A class is open again.", 1)


async def test_an_update_without_blocks_takes_the_old_blocks_away(client: SlackClient, slack: SlackSimulator) -> None:
    ts = await client.post("C0INC", NEWS)
    await client.update("C0INC", ts, Message(preview("All clear.")))
    assert (slack.messages[0].blocks, slack.messages[0].text) == ([], "All clear.")


async def test_a_post_can_go_to_a_thread(client: SlackClient, slack: SlackSimulator) -> None:
    ts = await client.post("C0INC", NEWS)
    await client.post("C0INC", LATER, thread_ts=ts)
    assert [message.thread_ts for message in slack.messages] == ["", ts]


async def test_a_private_message_opens_the_conversation_once(client: SlackClient, slack: SlackSimulator) -> None:
    first, second = await client.dm("U0TEACH", NEWS), await client.dm("U0TEACH", LATER)
    assert first[0] == second[0] == slack.world.im_with("U0TEACH").id
    assert sum("conversations.open" in seen.path for seen in slack.seen) == 1


async def test_an_ephemeral_message_is_for_one_person(client: SlackClient, slack: SlackSimulator) -> None:
    await client.ephemeral("C0INC", "U0TECH", NEWS)
    assert [message.only_for for message in slack.messages] == ["U0TECH"]


async def test_a_modal_opens_and_is_updated(client: SlackClient, slack: SlackSimulator) -> None:
    modal = Modal("Put out", "modbot_eject", [entry("Why?", text_input("why"), "why")], submit="Put out")
    view_id = await client.open_view(slack.world.new_trigger("U0TEACH"), modal)
    await client.update_view(view_id, Modal("Done", "modbot_eject", [text("Done.")]))
    assert slack.world.views[view_id].payload["title"]["text"] == "Done"


async def test_a_modal_after_three_seconds_is_refused_as_too_late(
    client: SlackClient, slack: SlackSimulator, clock: Clock
) -> None:
    trigger = slack.world.new_trigger("U0TEACH")
    clock.seconds += 3.1
    with pytest.raises(Conflict) as refused:
        await client.open_view(trigger, Modal("Put out", "x", [text("Who?")]))
    assert refused.value.code == "expired_trigger_id"
    assert "too old" in refused.value.staff_text


async def test_a_person_is_known_by_confirmed_email_only(client: SlackClient, slack: SlackSimulator) -> None:
    slack.world.add_user("U0NEW", "new@example.org", "New Person", confirmed=False)
    slack.world.add_user("U0GONE", "gone@example.org", "Gone Person", deleted=True)
    slack.world.add_user("U0BOT", "bot@example.org", "Some Bot", bot=True)
    slack.world.add_user("U0OUT", "principal@example.org", "Not Ours", stranger=True)
    assert (await client.user_info("U0TEACH")).email == "ana.ruiz@example.org"
    for stranger in ("U0NEW", "U0GONE", "U0BOT", "U0OUT"):
        assert (await client.user_info(stranger)).email == ""
    assert (await client.user_info("U0OUT")).is_outsider


async def test_somebody_of_another_workspace_has_no_email_even_if_slack_does_not_say_stranger(
    client: SlackClient, slack: SlackSimulator
) -> None:
    slack.world.add_user("U0OUT", "principal@example.org", "Not Ours", stranger=True).stranger = False
    assert (await client.user_info("U0OUT")).email == ""
    assert await client.lookup_by_email("principal@example.org") is None


async def test_looking_up_an_email_finds_the_person_or_nobody(client: SlackClient, slack: SlackSimulator) -> None:
    slack.world.add_user("U0NEW", "new@example.org", "New Person", confirmed=False)
    assert await client.lookup_by_email("Ana.Ruiz@example.org") == "U0TEACH"
    assert await client.lookup_by_email("nobody@example.org") is None
    assert await client.lookup_by_email("new@example.org") is None


async def test_a_channel_says_whether_outsiders_share_it(client: SlackClient, slack: SlackSimulator) -> None:
    slack.world.add_channel("C0OPEN", "with-partners", shared=True, invite_bot=False)
    info = await client.channel_info("C0OPEN")
    assert (info.is_shared, info.is_member, info.is_private) == (True, False, False)
    assert (await client.channel_info("C0INC")).is_private


async def test_twenty_calls_use_one_connection(client: SlackClient, slack: SlackSimulator) -> None:
    for _ in range(20):
        await client.post("C0INC", NEWS)
    assert len(slack.messages) == 20
    assert len(slack.web_api.connections) == 1


async def test_a_rate_limit_is_waited_out_as_long_as_slack_says(
    client: SlackClient, slack: SlackSimulator, clock: Clock
) -> None:
    slack.faults.fail_next.extend([(429, {"Retry-After": "7"}, b'{"ok":false,"error":"ratelimited"}')] * 2)
    await client.post("C0INC", NEWS)
    assert clock.slept == [7.0, 7.0]
    assert len(slack.messages) == 1


async def test_a_rate_limit_beyond_a_minute_in_all_is_an_error_with_slacks_wish(
    client: SlackClient, slack: SlackSimulator, clock: Clock
) -> None:
    slack.faults.fail_next.extend([(429, {"Retry-After": "40"}, b"slow down")] * 2)
    with pytest.raises(RateLimited) as limited:
        await client.post("C0INC", NEWS)
    assert limited.value.retry_after is not None
    assert limited.value.retry_after.total_seconds() == 40
    assert clock.slept == [40.0]


async def test_slacks_own_limit_of_a_post_a_second_is_kept_by_waiting(
    client: SlackClient, slack: SlackSimulator, clock: Clock
) -> None:
    slack.web_api.limits.on = True
    for _ in range(3):
        await client.post("C0INC", NEWS)
    assert clock.slept == [1.0, 1.0]


async def test_a_missing_scope_is_named_in_the_log(client: SlackClient, slack: SlackSimulator) -> None:
    slack.web_api.scopes.discard("im:write")
    with pytest.raises(Forbidden) as forbidden:
        await client.dm("U0TEACH", NEWS)
    assert "missing scope im:write" in forbidden.value.log_detail


async def test_a_channel_without_modbot_says_how_to_invite_it(client: SlackClient, slack: SlackSimulator) -> None:
    slack.world.add_channel("C0OTHER", "other", invite_bot=False)
    for channel, code in (("C0OTHER", "not_in_channel"), ("C0NONE", "channel_not_found")):
        with pytest.raises(NotFound) as missing:
            await client.post(channel, NEWS)
        assert missing.value.code == code
        assert "/invite @modbot" in missing.value.staff_text


@pytest.mark.parametrize("token", ["xoxb-wrong", ""])
async def test_a_wrong_token_is_told_apart(http: Http, slack: SlackSimulator, token: str) -> None:
    wrong = SlackClient(http, SlackSettings(bot_token=SecretStr(token), api_url=slack.api_url))
    with pytest.raises(AuthRejected):
        await wrong.auth_test()


async def test_a_revoked_token_is_told_apart(client: SlackClient, slack: SlackSimulator) -> None:
    slack.web_api.revoked = True
    with pytest.raises(AuthRejected, match="token_revoked"):
        await client.post("C0INC", NEWS)


ODD_ANSWERS: list[tuple[int, bytes, str, type[VendorError]]] = [
    (200, b'{"ok":false,"error":"fatal_error"}', "application/json", VendorFault),
    (503, b"<html>unavailable</html>", "text/html", VendorFault),
    (500, b"oops", "text/plain", VendorFault),
    (502, b"", "application/json", VendorFault),
    (200, b"<html>log in to the school network</html>", "text/html", MalformedAnswer),
    (200, b"ok", "text/plain", MalformedAnswer),
    (200, b"{}", "application/json", MalformedAnswer),
    (200, b"[1]", "application/json", MalformedAnswer),
    (200, b"", "application/json", MalformedAnswer),
    (200, b'{"half": ', "application/json", MalformedAnswer),
    (200, b'{"ok":true}', "application/json", MalformedAnswer),
    (200, b'"\xff"', "application/json", MalformedAnswer),
    (404, b"", "text/html", VendorError),
    (200, b'{"ok":false,"error":"some_new_error"}', "application/json", VendorError),
]


@pytest.mark.parametrize(("status", "body", "kind", "error"), ODD_ANSWERS)
async def test_an_odd_answer_becomes_one_of_our_errors(
    client: SlackClient, slack: SlackSimulator, status: int, body: bytes, kind: str, error: type[VendorError]
) -> None:
    slack.faults.fail_next.append((status, {"Content-Type": kind}, body))
    with pytest.raises(VendorError) as raised:
        await client.post("C0INC", NEWS)
    assert type(raised.value) is error
    assert raised.value.staff_text


async def test_a_lost_connection_may_have_posted_and_is_not_repeated(
    client: SlackClient, slack: SlackSimulator
) -> None:
    slack.faults.drop_connection = True
    with pytest.raises(Unreachable) as lost:
        await client.post("C0INC", NEWS)
    assert lost.value.maybe_applied
    assert len(slack.seen) == 1


async def test_a_slack_that_is_not_there_has_done_nothing(http: Http, slack: SlackSimulator) -> None:
    gone = SlackClient(http, SlackSettings(bot_token=SecretStr("xoxb-simulated"), api_url=slack.api_url))
    await slack.stop()
    with pytest.raises(Unreachable) as lost:
        await gone.post("C0INC", NEWS)
    assert not lost.value.maybe_applied


async def test_a_hostile_name_reaches_slack_only_as_plain_text(client: SlackClient, slack: SlackSimulator) -> None:
    name = "<!channel> \u202eevil \ud800 *x*"
    await client.post("C0INC", Message(preview("Someone was put out."), [plain(name), buttons(button(name, "undo"))]))
    [message] = slack.messages
    assert "evil" not in message.text
    assert message.blocks[0]["text"]["type"] == "plain_text"


async def test_no_token_is_a_setting_to_mend(http: Http) -> None:
    with pytest.raises(ConfigError, match="MODBOT_SLACK__BOT_TOKEN"):
        SlackClient(http, SlackSettings())


async def test_the_sdk_never_logs_what_is_sent(
    client: SlackClient, slack: SlackSimulator, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG):
        await client.user_info("U0TEACH")
        await client.lookup_by_email("ana.ruiz@example.org")
    assert "ana" not in caplog.text.lower()
    assert slack.bot_token not in caplog.text


async def test_calls_at_once_do_not_disturb_each_other(client: SlackClient, slack: SlackSimulator) -> None:
    stamps = await asyncio.gather(*(client.post("C0INC", NEWS) for _ in range(30)))
    assert len(set(stamps)) == len(slack.messages) == 30
