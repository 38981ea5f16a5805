"""Plays one scenario at a time: its people act, the visitor is waited for, goals are ticked when they are seen."""

import asyncio
from collections.abc import Callable, Mapping
from enum import StrEnum
from typing import Any

from modbot.demo.day import SchoolDay
from modbot.demo.page.clean_slate import clean_slate
from modbot.demo.page.hands import CannotDo, Hands
from modbot.demo.page.pacing import Pace
from modbot.demo.page.scenarios import SCENARIOS
from modbot.demo.page.scene import Act, Beat, Scenario, Scene
from modbot.demo.page.stopwatch import Stopwatch
from modbot.log import get_logger

LOOK_EVERY_SECONDS = 0.05
LAST_GOALS_WITHIN_SECONDS = 20.0
HELP_AGAIN_AFTER_SECONDS = 4.0

log = get_logger("demo")


class State(StrEnum):
    """What a scenario is doing."""

    RUNNING = "running"
    PAUSED = "paused"
    DONE = "done"
    STOPPED = "stopped"


class Player:
    """The scenario on show, if any. `look` is cheap and may be called at any time."""

    def __init__(self, day: SchoolDay, hands: Hands, stopwatch: Stopwatch, page_token: str) -> None:
        self.pace = Pace()
        self._day = day
        self._hands = hands
        self._stopwatch = stopwatch
        self._page_token = page_token
        self._known: Mapping[str, Scenario] = {
            one.name: one for one in SCENARIOS if one.needs <= day.district.stand_ins.keys()
        }
        self._scenario: Scenario | None = None
        self._scene: Scene | None = None
        self._task: asyncio.Task[None] | None = None
        self._state = State.STOPPED
        self._beat: Beat | None = None
        self._says = ""
        self._met: set[int] = set()
        self._helped = False
        self._changing = asyncio.Lock()

    # What the page asks for.

    async def start(self, name: str) -> None:
        """Begin a scenario on a clean slate, ending a running one. Raises CannotDo."""
        scenario = self._known.get(name)
        if scenario is None:
            raise CannotDo(404, "There is no such scenario here.")
        async with self._changing:
            await self._end()
            self._scenario, self._scene, self._beat = scenario, None, None
            self._state, self._says, self._met, self._helped = (
                State.RUNNING,
                "Everybody takes their place …",
                set(),
                False,
            )
            self.pace.paused = False
            self._task = asyncio.get_running_loop().create_task(self._play(scenario))

    async def control(self, do: str) -> None:
        """Pause, resume, restart, stop or help. Raises CannotDo when there is nothing to do it to."""
        if self._scenario is None:
            raise CannotDo(409, "No scenario has been started.")
        if do == "restart":
            await self.start(self._scenario.name)
            return
        acts: Mapping[str, Callable[[], None]] = {"pause": self._pause, "resume": self._resume, "help": self._help}
        if do == "stop":
            async with self._changing:
                await self._end()
        elif do not in acts:
            raise CannotDo(400, "That cannot be done with a scenario.")
        elif self._state not in (State.RUNNING, State.PAUSED):
            raise CannotDo(409, "The scenario is over. Start it again.")
        else:
            acts[do]()

    async def close(self) -> None:
        """End what runs."""
        await self._end()

    def look(self, *_: object) -> None:
        """Tick the goals that are met now. One that was met stays so."""
        scenario, scene = self._scenario, self._scene
        if scenario is not None and scene is not None and self._state in (State.RUNNING, State.PAUSED):
            for number, goal in enumerate(scenario.goals):
                if number not in self._met and goal.met(scene):
                    self._met.add(number)
                    scene.note(goal.text)

    # What the page shows.

    @property
    def offered(self) -> list[dict[str, Any]]:
        """The scenarios that can be played here."""
        return [
            {"name": one.name, "title": one.title, "about": one.about, "as": one.plays_as}
            for one in self._known.values()
        ]

    @property
    def shown(self) -> dict[str, Any] | None:
        """The scenario on show; None before the first."""
        scenario = self._scenario
        if scenario is None:
            return None
        waits = self._beat if self._state in (State.RUNNING, State.PAUSED) else None
        return {
            "name": scenario.name,
            "title": scenario.title,
            "state": str(self._state),
            "says": self._says,
            "hint": waits.hint if waits else "",
            "type": self._typeable(waits) if waits else "",
            "goals": [{"text": goal.text, "met": number in self._met} for number, goal in enumerate(scenario.goals)],
        }

    def _typeable(self, beat: Beat) -> str:
        if isinstance(beat.type, str):
            return beat.type
        return beat.type(self._scene) if self._scene is not None else ""

    # How it goes on.

    async def _play(self, scenario: Scenario) -> None:
        try:
            await clean_slate(self._day, self._hands)
            self._stopwatch.forget()
            scene = self._scene = Scene(self._day, self._hands, self.pace, self._stopwatch, self._page_token)
            for beat in scenario.beats:
                await self._play_beat(beat, scene)
            await self._last_goals(scenario)
            self._says = scenario.verdict(scene) if scenario.verdict else self._says
            self._state = State.DONE
        except Exception as error:
            self._state, self._says = State.STOPPED, "The scenario could not go on. Start it again."
            log.critical("scenario_broke", scenario=scenario.name, detail=type(error).__name__, exc_info=True)

    async def _play_beat(self, beat: Beat, scene: Scene) -> None:
        await self.pace.rest(0)
        self._beat, self._says = beat, beat.says
        if beat.act is not None:
            await beat.act(scene)
        async with asyncio.TaskGroup() as both:
            if beat.meanwhile is not None:
                both.create_task(_run(beat.meanwhile, scene))
            both.create_task(self._visitor(beat, scene))
        await self.pace.rest(beat.rest_seconds)

    async def _visitor(self, beat: Beat, scene: Scene) -> None:
        """Wait for the visitor; when help was asked for, do it in their place, and again when it had no effect."""
        loop = asyncio.get_running_loop()
        help_at = loop.time()
        while beat.until is not None and not beat.until(scene):
            if self._helped and not self.pace.paused and beat.help is not None and loop.time() >= help_at:
                await beat.help(scene)
                help_at = loop.time() + HELP_AGAIN_AFTER_SECONDS
            await asyncio.sleep(LOOK_EVERY_SECONDS)

    async def _last_goals(self, scenario: Scenario) -> None:
        """What was done may take a moment to be seen."""
        loop = asyncio.get_running_loop()
        until = loop.time() + LAST_GOALS_WITHIN_SECONDS
        while True:
            self.look()
            if len(self._met) == len(scenario.goals) or loop.time() > until:
                return
            await asyncio.sleep(LOOK_EVERY_SECONDS)

    async def _end(self) -> None:
        task, self._task = self._task, None
        if task is not None:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
        if self._state in (State.RUNNING, State.PAUSED):
            self._state = State.STOPPED
        self.pace.paused = False

    def _pause(self) -> None:
        self._state, self.pace.paused = State.PAUSED, True

    def _resume(self) -> None:
        self._state, self.pace.paused = State.RUNNING, False

    def _help(self) -> None:
        self._helped = True


async def _run(act: Act, scene: Scene) -> None:
    await act(scene)
