"""A drill: an invented intruder, and the time it takes to get rid of them."""

from modbot.demo.page.scene import Beat, Goal, Scenario, Scene
from modbot.demo.roster import ORTIZ
from modbot.model import PlatformName

WEBEX = PlatformName.WEBEX
INTRUDER, BACK = "Drill Intruder", "back"
SHUT, OUT = "The class is shut", "The intruder is out"


async def _comes(scene: Scene) -> None:
    scene.note("comes")
    await scene.arrive(WEBEX, INTRUDER)


async def _lock(scene: Scene) -> None:
    await scene.type(ORTIZ.slack, "/lock")


async def _eject(scene: Scene) -> None:
    await scene.type(ORTIZ.slack, f"/eject {INTRUDER}")


async def _comes_back(scene: Scene) -> None:
    await scene.arrive(WEBEX, INTRUDER, role=BACK)


def _shut(scene: Scene) -> bool:
    return INTRUDER in scene.arrivals and scene.room(WEBEX).locked is True


def _out(scene: Scene) -> bool:
    return scene.is_out(WEBEX, INTRUDER)


def _kept_out(scene: Scene) -> bool:
    return scene.was_kept_out(BACK)


def _verdict(scene: Scene) -> str:
    shut, out = (scene.seconds_between("comes", moment) for moment in (SHUT, OUT))
    return f"The class was shut after {shut:.1f} seconds, and the intruder out after {out:.1f}. Nobody here was real."


DRILL = Scenario(
    name="drill",
    title="A drill, against the clock",
    about="An invented intruder comes when they please. How long until the class is shut and they are out?",
    plays_as=ORTIZ.slack,
    needs=frozenset({WEBEX}),
    beats=(
        Beat("You are Luis Ortiz, and your class is on Webex. Somebody will come. Be ready to type.", rest_seconds=4),
        Beat(
            "There they are: Drill Intruder. The clock runs.",
            act=_comes,
            hint="Shut the class first: /lock.",
            type="/lock",
            until=_shut,
            help=_lock,
            rest_seconds=0,
        ),
        Beat("The door is shut.", hint="Now put them out.", type=f"/eject {INTRUDER}", until=_out, help=_eject),
        Beat("The intruder tries again.", act=_comes_back, rest_seconds=0.5),
    ),
    goals=(
        Goal(SHUT, _shut),
        Goal(OUT, _out),
        Goal("They cannot come back", _kept_out),
    ),
    verdict=_verdict,
)
