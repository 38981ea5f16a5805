"""Strangers raid four classes of one school in the same minute, each on another platform; the principal answers."""

from modbot.demo.district import INCIDENTS
from modbot.demo.page.scene import TAKE_IT, Beat, Goal, Scenario, Scene
from modbot.demo.roster import BAKER, BROOK, CHANG, REYES
from modbot.model import PlatformName

FOUR = (PlatformName.ZOOM, PlatformName.WEBEX, PlatformName.MEET, PlatformName.TEAMS)
BY_HAND = PlatformName.MEET  # Google lets nobody but the host put somebody out
STRANGER, LATE = "zzz", "qqq"


async def _come(scene: Scene) -> None:
    for platform in FOUR:
        await scene.arrive(platform, STRANGER, role=f"{STRANGER} {platform}")


async def _panic(scene: Scene) -> None:
    for platform in FOUR:
        if not _asked(scene, platform):
            await scene.type(BROOK.slack, f"/panic {scene.on(platform).title}")


def _next_panic(scene: Scene) -> str:
    left = [platform for platform in FOUR if not _asked(scene, platform)]
    return f"/panic {scene.on(left[0]).title}" if left else ""


def _asked(scene: Scene, platform: PlatformName) -> bool:
    """The platform was changed: on Zoom it is the waiting room that is on, for a running class perhaps too late."""
    return scene.room(platform).locked is not False


def _all_asked(scene: Scene) -> bool:
    return all(_asked(scene, platform) for platform in FOUR)


async def _teacher_locks(scene: Scene) -> None:
    """modbot says that it cannot lock Zoom, and which click does."""
    await scene.click_lock(PlatformName.ZOOM)


async def _come_late(scene: Scene) -> None:
    for platform in FOUR:
        await scene.arrive(platform, LATE, role=f"{LATE} {platform}")


async def _teachers_eject(scene: Scene) -> None:
    for platform in FOUR:
        if platform is BY_HAND:
            await scene.click_remove(platform, f"{STRANGER} {platform}")
        elif scene.is_in(platform, f"{STRANGER} {platform}"):
            await scene.type(scene.on(platform).teacher.slack, f"/eject {STRANGER}")


def _all_out(scene: Scene) -> bool:
    return all(scene.is_out(platform, f"{STRANGER} {platform}") for platform in FOUR)


def _all_shut(scene: Scene) -> bool:
    return all(scene.room(platform).locked is True for platform in FOUR)


def _late_ones_wait(scene: Scene) -> bool:
    return all(scene.was_kept_out(f"{LATE} {platform}") for platform in FOUR)


async def _it_answers(scene: Scene) -> None:
    for person in (REYES, BAKER):
        await scene.take_call(person.slack)


def _it_has_it(scene: Scene) -> bool:
    cards = [scene.posted(INCIDENTS, scene.on(platform).title, "has it.") for platform in FOUR]
    return all(card is not None for card in cards) and scene.silent


def _four_cards(scene: Scene) -> bool:
    return all(scene.posted(INCIDENTS, scene.on(platform).title) is not None for platform in FOUR)


FOUR_CLASSES = Scenario(
    name="four_classes",
    title="A raid on four classes at once",
    about="Zoom, Webex, Google Meet and Teams, in the same minute. Shut all four from one place, and get IT to answer.",
    plays_as=BROOK.slack,
    needs=frozenset(FOUR),
    beats=(
        Beat("Four classes of Maple Street Elementary are live. Ada Brook, the principal, hears shouting from one."),
        Beat("The same stranger is in all four.", act=_come),
        Beat(
            "Four teachers call for help at once.",
            hint="Type /panic and the name of a class, four times. You may: it is your school.",
            type=_next_panic,
            until=_all_asked,
            help=_panic,
        ),
        Beat(
            f"Zoom lets nobody but the host lock a class. {CHANG.name} makes the click that modbot named.",
            act=_teacher_locks,
        ),
        Beat("More strangers try all four links.", act=_come_late),
        Beat(
            "Each teacher puts the stranger out: by /eject, and on Google Meet by hand, as modbot says.",
            act=_teachers_eject,
            until=_all_out,
        ),
        Beat("#incidents has a card for each class.", until=_four_cards),
        Beat(
            "IT was called in Slack when you typed, and does not look there: a telephone rings.",
            hint=f"Under “IT on call”, answer the phone that rings, listen, and press {TAKE_IT}.",
            until=_it_has_it,
            help=_it_answers,
            rest_seconds=0.5,
        ),
    ),
    goals=(
        Goal("All four classes are shut", _all_shut),
        Goal("Whoever came later is not in", _late_ones_wait),
        Goal("The stranger is out of all four", _all_out),
        Goal("#incidents has a card for each class", _four_cards),
        Goal("IT has it, and nothing rings any more", _it_has_it),
    ),
    verdict=lambda _: "Four classes are shut, and #incidents says who has it.",
)
