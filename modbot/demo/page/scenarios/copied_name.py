"""A stranger comes into Ms Chang's Zoom class under the name of a pupil who is there."""

from modbot.demo.page.scene import Beat, Goal, Scenario, Scene
from modbot.demo.roster import CHANG, PUPILS
from modbot.demo.stand_ins.picture import How
from modbot.model import PlatformName

ZOOM = PlatformName.ZOOM
PUPIL = PUPILS[0]
STRANGER, BACK = "the stranger", "the stranger, back"


async def _comes(scene: Scene) -> None:
    await scene.arrive(ZOOM, PUPIL, role=STRANGER)
    scene.share(ZOOM, STRANGER)


async def _is_put_out(scene: Scene) -> None:
    question = scene.said(CHANG.slack, "Which of them?")
    if question is None:
        await scene.type(CHANG.slack, f"/eject {PUPIL}")
    else:
        await scene.pick(CHANG.slack, question, scene.arrivals[STRANGER].id)


async def _comes_back(scene: Scene) -> None:
    await scene.arrive(ZOOM, PUPIL, role=BACK)


def _out(scene: Scene) -> bool:
    return scene.is_out(ZOOM, STRANGER)


def _pupil_stays(scene: Scene) -> bool:
    real = [one for one in scene.room(ZOOM).named(PUPIL) if one.pupil]
    return _out(scene) and bool(real)


def _kept_out(scene: Scene) -> bool:
    return scene.was_kept_out(BACK)


def _removed(scene: Scene) -> bool:
    return any((one.name, one.how) == (PUPIL, How.REMOVED) for one in scene.room(ZOOM).gone)


COPIED_NAME = Scenario(
    name="copied_name",
    title="A stranger with a classmate's name",
    about=(
        f"{PUPIL} is in class. Somebody joins with the leaked link, calls themselves {PUPIL} too, and shares a screen. "
        "Put out the right one."
    ),
    plays_as=CHANG.slack,
    needs=frozenset({ZOOM}),
    beats=(
        Beat("Ms Chang teaches Grade 5 Science on Zoom. Everybody is there."),
        Beat(f"Somebody joins as {PUPIL}, and shares a screen. Now there are two.", act=_comes),
        Beat(
            f"Two people are called {PUPIL}. One of them is no pupil.",
            hint=f"Type /eject {PUPIL}. modbot asks which one: choose the one with no e-mail.",
            type=f"/eject {PUPIL}",
            until=_out,
            help=_is_put_out,
        ),
        Beat("The stranger is out, and tries to come back by the same link.", act=_comes_back, rest_seconds=1),
        Beat("The class goes on.", until=_kept_out, rest_seconds=0.5),
    ),
    goals=(
        Goal("The stranger is put out", lambda scene: _out(scene) and _removed(scene)),
        Goal(f"{PUPIL}, the pupil, is still in class", _pupil_stays),
        Goal("The stranger cannot come back", _kept_out),
    ),
)
