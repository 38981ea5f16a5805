"""Slack is down while somebody needs IT: telephones ring, for a teacher's last command and for a button on the wall."""

from aiohttp import ClientSession, ClientTimeout

from modbot.demo.district import INCIDENTS
from modbot.demo.page.clean_slate import slack_is
from modbot.demo.page.scene import TAKE_IT, Beat, Goal, Scenario, Scene, Seen
from modbot.demo.roster import ORTIZ, REYES
from modbot.model import PlatformName
from modbot.simulators.twilio import Call

WITHIN_SECONDS = 60
CARD = ("Grade 3 Reading", f"{REYES.name} has it.")
HINT = f"Answer your phone, listen, and press {TAKE_IT}."


async def _looks_around(scene: Scene) -> None:
    await scene.type(ORTIZ.slack, "/room")  # and modbot learns from Slack who he is


async def _last_command(scene: Scene) -> None:
    """Slack still hands over what is typed, and takes nothing any more."""
    slack_is(scene.day, up=False)
    await scene.day.district.slack.slash(ORTIZ.slack, "/page", "Shouting in my class")


async def _wall_button(scene: Scene) -> None:
    """What the button sends. Raises ClientError when modbot does not answer, or refuses."""
    scene.note("button")
    address = f"http://127.0.0.1:{scene.day.app.port}/page"
    headers = {"Authorization": f"Bearer {scene.page_token}"}
    asked = {"what": "Shouting upstairs, and nobody answers in Slack", "from": "The front office"}
    async with (
        ClientSession(timeout=ClientTimeout(total=WITHIN_SECONDS)) as client,
        client.post(address, json=asked, headers=headers) as answer,
    ):
        answer.raise_for_status()


async def _answers(scene: Scene) -> None:
    await scene.take_call(REYES.slack)


async def _mends(scene: Scene) -> None:
    slack_is(scene.day, up=True)
    scene.note("back")


def _calls_since(scene: Scene, moment: str) -> list[Call]:
    return [one for one in scene.day.district.twilio.calls if one.created_at >= scene.moments[moment]]


def _rang(scene: Scene) -> bool:
    return any(one.status != "queued" for one in _calls_since(scene, "start"))


def _taken_since(moment: str) -> Seen:
    """Whether a key was pressed in a call since then, and modbot said that it counts."""

    def taken(scene: Scene) -> bool:
        heard = [words for one in _calls_since(scene, moment) for words in one.heard] if scene.happened(moment) else []
        return any("You have it" in words for words in heard)

    return taken


def _silent(scene: Scene) -> bool:
    return scene.silent


def _caught_up(scene: Scene) -> bool:
    return scene.happened("back") and scene.posted(INCIDENTS, *CARD) is not None


BY_COMMAND, BY_BUTTON = _taken_since("start"), _taken_since("button")

SLACK_DOWN = Scenario(
    name="slack_down",
    title="Slack is down, and IT must come",
    about="Slack goes down in the middle of a call for help. Telephones ring until somebody presses 1.",
    plays_as=REYES.slack,
    needs=frozenset({PlatformName.WEBEX}),
    beats=(
        Beat(
            "A quiet morning at the help desk: you are Kim Reyes. Mr Ortiz looks at who is in his class.",
            act=_looks_around,
            until=lambda scene: scene.said(ORTIZ.slack, "Grade 3 Reading") is not None,
        ),
        Beat(
            "Slack goes down. Mr Ortiz's /page is the last thing that gets through.",
            act=_last_command,
            hint=HINT,
            until=BY_COMMAND,
            help=_answers,
            rest_seconds=0.5,
        ),
        Beat("You have it: nothing rings any more.", until=_silent),
        Beat(
            "In the front office nobody can type. They press the button on the wall.",
            act=_wall_button,
            hint=HINT,
            until=BY_BUTTON,
            help=_answers,
            rest_seconds=0.5,
        ),
        Beat("You have that one too.", until=_silent),
        Beat("Slack comes back, and within half a minute it catches up.", act=_mends, until=_caught_up),
    ),
    goals=(
        Goal("A telephone rings though Slack is down", _rang),
        Goal("You took it by pressing a key", BY_COMMAND),
        Goal("The button on the wall reached you too", BY_BUTTON),
        Goal("Nothing rings any more", lambda scene: BY_BUTTON(scene) and _silent(scene)),
        Goal("Slack, when it is back, says who has it", _caught_up),
    ),
    verdict=lambda _: "Slack is back, and #incidents says that you have it.",
)
