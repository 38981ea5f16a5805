"""A pupil of Ms Chang's class shares a screen that nobody should see."""

from modbot.demo.district import INCIDENTS
from modbot.demo.page.scene import Beat, Goal, Scenario, Scene
from modbot.demo.roster import CHANG, PUPILS
from modbot.model import PlatformName

ZOOM = PlatformName.ZOOM
PUPIL = PUPILS[10]
BACK = "back"
TITLE = "Grade 5 Science"
OVER = "/resolve the screen is gone"


async def _shares(scene: Scene) -> None:
    there = scene.on(ZOOM)
    for one in there.picture().named(PUPIL):
        there.share(one.id)
    scene.note("shares")


async def _eject(scene: Scene) -> None:
    await scene.type(CHANG.slack, f"/eject {PUPIL}")


async def _comes_back(scene: Scene) -> None:
    await scene.arrive(ZOOM, PUPIL, pupil=True, role=BACK)


def _nobody_shares(scene: Scene) -> bool:
    return scene.happened("shares") and not any(one.sharing for one in scene.room(ZOOM).people)


def _out(scene: Scene) -> bool:
    return scene.happened("shares") and not scene.room(ZOOM).named(PUPIL)


def _stays_out(scene: Scene) -> bool:
    return scene.was_kept_out(BACK)


def _on_record(scene: Scene) -> bool:
    return scene.posted(INCIDENTS, TITLE) is not None


async def _close(scene: Scene) -> None:
    if not _closed(scene):
        await scene.type(CHANG.slack, OVER)


def _closed(scene: Scene) -> bool:
    return scene.posted(INCIDENTS, f"Resolved: {TITLE}") is not None


PUPIL_SHARES = Scenario(
    name="pupil_shares",
    title="A pupil shares a screen",
    about=f"{PUPIL} belongs to the class, and shares something that nobody should see. End it, on the record.",
    plays_as=CHANG.slack,
    needs=frozenset({ZOOM}),
    beats=(
        Beat(f"Ms Chang teaches {TITLE} on Zoom. Everybody is there."),
        Beat(f"{PUPIL} shares a screen.", act=_shares),
        Beat(
            "Everybody sees it.",
            hint=f"Type /eject {PUPIL}, or /room to see who shares.",
            type=f"/eject {PUPIL}",
            until=_out,
            help=_eject,
        ),
        Beat(f"The screen is gone. {PUPIL} tries to come back before anybody has talked to them.", act=_comes_back),
        Beat(
            "The principal reads in #incidents what was done, and by whom. It is over: close it.",
            hint="Press Resolve on the card in #incidents, or type /resolve and what it was. The card turns green.",
            type=OVER,
            until=_closed,
            help=_close,
            rest_seconds=0.5,
        ),
    ),
    goals=(
        Goal("Nobody shares a screen", _nobody_shares),
        Goal(f"{PUPIL} is out of the class", _out),
        Goal(f"{PUPIL} stays out until the teacher allows it", _stays_out),
        Goal("The principal has it on record", _on_record),
        Goal("The incident is closed, and its card is green", _closed),
    ),
    verdict=lambda _: "The incident is closed. Its card in #incidents is green, and keeps what was done.",
)
