"""A pupil's name is typed to call for help, and is in the class: it reaches no telephone, no PagerDuty, no Apprise."""

import base64
import re
from collections.abc import AsyncIterator, Iterable
from urllib.parse import unquote_plus

import pytest
from aiohttp import web

from modbot.demo.roster import BROOK, PUPILS
from modbot.pagers.twilio import words
from modbot.simulators import Seen, SimServer
from modbot.simulators.twilio import PhoneState
from tests.project.tree import read
from tests.scenarios.by_phone.conftest import people
from tests.scenarios.by_phone.exchange import KIM, LOU, OpenPhones, Phones
from tests.scenarios.hostile.names import marks
from tests.scenarios.school import ORTIZ
from tests.stores import until

pytestmark = pytest.mark.filterwarnings("ignore:'imghdr' is deprecated:DeprecationWarning")  # Apprise's own
PUPIL = PUPILS[0]
TYPED = f"{PUPIL} weeps, phone her mother on 3035550142"
DESK, WALL = "desk@example.org", "wall@example.org"
_WORDS_IN_CODE = re.compile(r"[A-Za-z0-9_-]{24,}")
_DIGITS = re.compile(r"Reply \d\d")


class Wall(SimServer):
    """A service that takes whatever Apprise sends as JSON."""

    def routes(self, router: web.UrlDispatcher) -> None:
        """POST /"""
        router.add_post("/", self.taken)

    async def taken(self, _: web.Request) -> web.Response:
        """It is good."""
        return web.Response()


@pytest.fixture
async def wall() -> AsyncIterator[Wall]:
    async with Wall() as opened:
        assert isinstance(opened, Wall)
        yield opened


async def story(open_phones: OpenPhones, wall: Wall) -> Phones:
    """Everybody is called at once by a way of their own; a key that means nothing, the right one, a text, an end."""
    kim, lou = people("voice")[0], people("sms")[1]
    phones = await open_phones(
        people=[
            kim,
            lou,
            {"email": DESK, "channels": ["pagerduty"]},
            {"email": WALL, "name": "The wall", "channels": ["apprise:wall"]},
            {"email": BROOK.email, "channels": ["slack"]},
        ],
        steps=[{"people": [KIM, LOU, DESK, WALL, BROOK.email], "wait_seconds": 60}],
        apprise={"wall": wall.url.replace("http://", "json://")},
        still_on_it_seconds=1,
    )
    phones.kim.state = PhoneState.UNANSWERED
    meeting = await phones.school.webex_class()
    phones.school.district.webex.join(meeting, f"{PUPIL} ")  # somebody else, by her name
    await phones.school.settled()
    await phones.school.type(ORTIZ, "/page", TYPED)
    await until("Kim's phone rings", lambda: phones.kim.ringing)
    await until("Lou has a text", lambda: bool(phones.lou.texts))
    await until("the wall was told", lambda: bool(wall.seen))
    incident = await phones.incident()
    phones.kim.pick_up()
    await phones.kim.press("5")
    await phones.kim.press("1")
    await until("PagerDuty is acknowledged", lambda: incident.status == "acknowledged")
    await phones.lou.reply("thanks")
    await until("Kim is asked", lambda: len(phones.twilio.calls) == 2)
    phones.duty.resolve(incident, phones.ivo)
    await phones.duty.flush()
    return phones


def as_read(seen: Iterable[Seen]) -> str:
    """Requests as whoever gets them can read them: what is escaped or in base64 too."""
    raw = "\n".join(f"{one.path}\n{one.headers}\n{one.body.decode()}" for one in seen)
    plain = unquote_plus(raw)
    return "\n".join([raw, plain, *map(_decoded, _WORDS_IN_CODE.findall(plain))])


def _decoded(code: str) -> str:
    whole = code[: len(code) - (len(code) % 4 == 1)]
    return base64.urlsafe_b64decode(whole + "=" * (-len(whole) % 4)).decode(errors="replace")


def given_away(text: str) -> list[str]:
    """What would tell of a pupil, or of what was typed."""
    folded = text.casefold()
    return [mark for mark in (*marks(PUPILS), "weeps", "3035550142") if mark.casefold() in folded]


async def test_no_pupil_and_nothing_typed_leaves_by_telephone_pagerduty_or_apprise(
    open_phones: OpenPhones, wall: Wall
) -> None:
    phones = await story(open_phones, wall)
    heard = [*phones.kim.heard, *(text.body for text in phones.lou.texts)]
    assert given_away("\n".join(heard)) == []
    assert given_away(as_read([*phones.twilio.seen, *phones.duty.seen, *wall.seen])) == []
    assert given_away(as_read(phones.school.slack.seen))  # the search finds it where it may stand


async def test_what_leaves_is_what_the_privacy_page_quotes(open_phones: OpenPhones, wall: Wall) -> None:
    phones = await story(open_phones, wall)
    quoted = read("docs/privacy.md")
    heard = [*phones.kim.heard, *(_DIGITS.sub("Reply 42", text.body) for text in phones.lou.texts)]
    assert [said for said in heard if said not in quoted] == []
    assert (await phones.incident()).title in quoted


def test_the_privacy_page_quotes_every_sentence_there_is_for_telephones() -> None:
    quoted = read("docs/privacy.md")
    sentences = [said for name, said in vars(words).items() if name.isupper() and str(said).endswith(".")]
    assert len(sentences) > 10
    assert [said for said in sentences if said not in quoted] == []
