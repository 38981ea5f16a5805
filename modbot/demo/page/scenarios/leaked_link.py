"""The link to Mr Ortiz's Webex class is posted in public, and twenty strangers join within ten seconds."""

from modbot.demo.page.scene import Beat, Goal, Scenario, Scene
from modbot.demo.roster import ORTIZ, PUPILS
from modbot.model import PlatformName

WEBEX = PlatformName.WEBEX
STRANGERS = (
    "zzz", "qqq", "xxx", "wwww", "hahaha", "lololol", "raid1", "raid2", "raid3", "raid4", "raid5", "bruh", "yeet",
    "skrrt", "no_one", "who_dis", "gotcha", "banana77", "potato88", "pickle99",
)  # fmt: skip
SWEEP = "/eject strangers"
SECONDS_BETWEEN = 0.5
ENOUGH_TO_SEE_SECONDS = 3.0


async def _pour_in(scene: Scene) -> None:
    for name in STRANGERS:
        await scene.arrive(WEBEX, name)
        await scene.pace.rest(SECONDS_BETWEEN)


async def _lock(scene: Scene) -> None:
    await scene.pace.rest(ENOUGH_TO_SEE_SECONDS)
    if not _locked(scene):
        await scene.type(ORTIZ.slack, "/lock")


async def _sweep(scene: Scene) -> None:
    asked = scene.said(ORTIZ.slack, "Nothing has been done yet", "out of Grade 3 Reading?")
    if asked is None:
        await scene.type(ORTIZ.slack, SWEEP)
    else:
        await scene.press(ORTIZ.slack, asked, "Put out all", "Put out")


def _locked(scene: Scene) -> bool:
    return scene.room(WEBEX).locked is True


def _all_out(scene: Scene) -> bool:
    return set(STRANGERS) <= scene.arrivals.keys() and not scene.room(WEBEX).outsiders


def _class_goes_on(scene: Scene) -> bool:
    return _all_out(scene) and sum(1 for one in scene.room(WEBEX).people if one.pupil) == len(PUPILS)


LEAKED_LINK = Scenario(
    name="leaked_link",
    title="A leaked link, and twenty strangers in ten seconds",
    about="Somebody posts the class link, and twenty strangers join. Shut the door, then clear the room.",
    plays_as=ORTIZ.slack,
    needs=frozenset({WEBEX}),
    beats=(
        Beat("Mr Ortiz teaches Grade 3 Reading on Webex. His link was posted in public a minute ago."),
        Beat(
            "Strangers pour in, two every second.",
            meanwhile=_pour_in,
            hint="Type /lock: whoever comes after that waits outside.",
            type="/lock",
            until=_locked,
            help=_lock,
        ),
        Beat(
            "The door is shut. Some strangers are still inside.",
            hint=f"Type {SWEEP}: modbot shows whom it means, and asks once. Or /eject and names.",
            type=SWEEP,
            until=_all_out,
            help=_sweep,
        ),
        Beat("The class has its room back.", rest_seconds=0.5),
    ),
    goals=(
        Goal("Nobody new can come in", _locked),
        Goal("All strangers are out of the class", _all_out),
        Goal("Every pupil is still in class", _class_goes_on),
    ),
)
