"""Slack fails while modbot answers: the answer takes another way, or comes later, and the act is done once."""

from collections import deque

from modbot.simulators import Faults
from modbot.simulators.slack import PostedMessage
from modbot.simulators.slack.world import RESPONSE_URL_USES, ResponseUrl
from tests.scenarios.hostile.conftest import SOON, OpenWithLimits
from tests.scenarios.hostile.wire import ORTIZ, answers_to, outcomes, until_idle
from tests.scenarios.school import School
from tests.stores import until

Canned = tuple[int, dict[str, str], bytes]
JSON_TYPE = {"Content-Type": "application/json"}


class UsedUp(dict[str, ResponseUrl]):
    """Addresses that have been used as often as Slack lets them be, from the moment they are given."""

    def __setitem__(self, key: str, url: ResponseUrl) -> None:
        url.uses = RESPONSE_URL_USES
        super().__setitem__(key, url)


async def until_told(school: School, user: str, words: str) -> PostedMessage:
    """The person has an answer that begins so."""
    await until(f"{user} reads {words!r}", lambda: any(m.text.startswith(words) for m in told(school, user)))
    return next(message for message in told(school, user) if message.text.startswith(words))


def told(school: School, user: str) -> list[PostedMessage]:
    """The answers a person got, acknowledgements left out."""
    return [message for message in answers_to(school, user) if message.blocks]


async def test_an_answer_that_the_command_s_address_does_not_take_comes_as_a_direct_message(school: School) -> None:
    school.district.open_webex_class()
    await school.settled()
    for number, status in enumerate((404, 410, 500, 200), 1):
        school.slack.faults = Faults(only="/response/", fail_next=deque([(status, {}, b'{"ok": false}')]))
        await school.slack.slash(ORTIZ, "/lock")
        await until_idle(school)
        direct = [message for message in told(school, ORTIZ) if not message.only_for]
        assert [message.text for message in direct] == ["Grade 3 Reading is locked."] * number, status


async def test_an_address_that_is_used_up_is_followed_by_a_direct_message(school: School) -> None:
    school.district.open_webex_class()
    await school.settled()
    school.slack.world.response_urls = UsedUp()
    await school.slack.slash(ORTIZ, "/lock")
    answer = await until_told(school, ORTIZ, "Grade 3 Reading is locked.")
    assert not answer.only_for


async def test_the_answer_comes_when_slack_is_back_and_the_act_was_done_once(open_with: OpenWithLimits) -> None:
    school = await open_with(SOON)
    school.district.open_webex_class()
    await school.settled()
    await school.type(ORTIZ, "/modbot", "whoami")
    school.slack.faults = Faults(only="POST", fail_next=deque([(500, {}, b"")] * 4))
    await school.slack.slash(ORTIZ, "/lock")
    await until_told(school, ORTIZ, "Grade 3 Reading is locked.")
    await until_idle(school)
    assert await outcomes(school) == [("lock", "done")]


async def test_the_late_answer_about_somebody_put_out_says_what_was_done_then(open_with: OpenWithLimits) -> None:
    school = await open_with(SOON)
    meeting = school.district.open_webex_class()
    school.district.webex.join(meeting, "Zed Intruder")
    await school.settled()
    await school.type(ORTIZ, "/modbot", "whoami")
    school.slack.faults = Faults(only="POST", fail_next=deque([(503, {}, b"")] * 6))
    await school.slack.slash(ORTIZ, "/eject", "zed")
    answer = await until_told(school, ORTIZ, "1 person out of Grade 3 Reading.")
    assert "Zed Intruder" in answer.everything


async def test_cut_connections_to_slack_are_tried_again_later(open_with: OpenWithLimits) -> None:
    school = await open_with(SOON)
    school.district.open_webex_class()
    await school.settled()
    await school.type(ORTIZ, "/modbot", "whoami")
    school.slack.faults = Faults(only="POST", drop_connection=True)
    await school.slack.slash(ORTIZ, "/lock")
    await until("two tries were cut off", lambda: len([s for s in school.slack.seen if "/response/" in s.path]) >= 2)
    school.slack.faults = Faults()
    await until_told(school, ORTIZ, "Grade 3 Reading is locked.")


async def test_a_message_slack_finds_wrong_is_followed_by_its_first_sentence(school: School) -> None:
    school.district.open_webex_class()
    await school.settled()
    await school.type(ORTIZ, "/modbot", "whoami")
    place = school.slack.world.im_with(ORTIZ).id
    refused: Canned = (200, JSON_TYPE, b'{"ok": false, "error": "invalid_blocks"}')
    opened: Canned = (200, JSON_TYPE, b'{"ok": true, "channel": {"id": "%b"}}' % place.encode())
    school.slack.faults = Faults(only="POST", fail_next=deque([refused, opened, refused]))
    await school.slack.slash(ORTIZ, "/lock")
    await until_idle(school)
    posted = [seen.body for seen in school.slack.seen if "chat.postMessage" in seen.path]
    assert b"Grade 3 Reading is locked." in posted[-1]
    assert b"could not be shown" in posted[-1]


async def test_somebody_who_cannot_be_told_is_not_tried_for_ever(school: School) -> None:
    school.slack.world.add_user("U0GONE", "", "Was Here", deleted=True)
    school.slack.faults = Faults(only="/response/", fail_next=deque([(404, {}, b"{}")]))
    await school.slack.slash("U0GONE", "/lock")
    await until_idle(school)
    assert told(school, "U0GONE") == []


async def test_slack_asking_to_slow_down_delays_the_answer_and_loses_nothing(school: School) -> None:
    school.district.open_webex_class()
    await school.settled()
    await school.type(ORTIZ, "/modbot", "whoami")
    slower = (429, {"Retry-After": "0"}, b'{"ok": false, "error": "ratelimited"}')
    school.slack.faults = Faults(only="POST", fail_next=deque([slower, slower, slower]))
    await school.slack.slash(ORTIZ, "/lock")
    await until_told(school, ORTIZ, "Grade 3 Reading is locked.")
