"""Webex answers success and changes nothing: modbot looks again, and says so."""

from modbot.demo.page.scene import Beat, Goal, Scenario, Scene
from modbot.demo.roster import ORTIZ
from modbot.model import PlatformName

WEBEX = PlatformName.WEBEX
STRANGER, LATE = "zzz", "qqq"
UNCONFIRMED = ("could not lock Grade 3 Reading", "Lock")


async def _lies(scene: Scene) -> None:
    scene.on(WEBEX).lie()
    await scene.arrive(WEBEX, STRANGER)


async def _lock(scene: Scene) -> None:
    await scene.type(ORTIZ.slack, "/lock")


async def _by_hand(scene: Scene) -> None:
    await scene.click_lock(WEBEX)
    await scene.click_remove(WEBEX, STRANGER)
    scene.on(WEBEX).lie(lying=False)


async def _comes_late(scene: Scene) -> None:
    await scene.arrive(WEBEX, LATE)


def _told(scene: Scene) -> bool:
    return scene.said(ORTIZ.slack, *UNCONFIRMED) is not None


def _no_false_word(scene: Scene) -> bool:
    return _told(scene) and scene.said(ORTIZ.slack, "Grade 3 Reading is locked.") is None


def _late_one_waits(scene: Scene) -> bool:
    return scene.was_kept_out(LATE)


LYING_PLATFORM = Scenario(
    name="lying_platform",
    title="A platform that lies",
    about="Webex says that it locked the class, and did not. modbot believes what it reads back, not what it is told.",
    plays_as=ORTIZ.slack,
    needs=frozenset({WEBEX}),
    beats=(
        Beat("Mr Ortiz teaches Grade 3 Reading on Webex. Something is wrong at Webex today."),
        Beat(
            "A stranger is in the class. Webex answers “done” to everything from now on, and does nothing.", act=_lies
        ),
        Beat(
            "The teacher wants the door shut.",
            hint="Type /lock, and read closely what modbot answers.",
            type="/lock",
            until=_told,
            help=_lock,
        ),
        Beat("modbot did not see it locked, and says which clicks do it. Mr Ortiz makes them.", act=_by_hand),
        Beat("The next stranger comes no further than the lobby.", act=_comes_late, rest_seconds=0.5),
    ),
    goals=(
        Goal("modbot never says that the class is locked", _no_false_word),
        Goal("It says what to do by hand", _told),
        Goal("The class is locked, by the teacher's own click", lambda scene: scene.room(WEBEX).locked is True),
        Goal("The next stranger waits outside", _late_one_waits),
    ),
)
