"""Who is called when help is asked for: teams, policies, groups and schedules, down to people.

A page takes its whole policy with it, as one list of steps from the first call to the last resort. Who has a schedule's
turn is found out when a step rings, so a handover in the middle of a page calls whoever has it now.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol
from zoneinfo import ZoneInfo

from modbot.errors import CommandError, StoreUnavailable
from modbot.log import get_logger
from modbot.oncall import Handover, Rotation, Schedule, Shift
from modbot.page_state import Step, StillOnIt
from modbot.settings.paging import GROUP, SCHEDULE, OnCallPerson, PagingSettings, PolicySettings, ScheduleSettings

LAST_RESORT_WAIT = timedelta(minutes=2)
MAX_STEPS = 500  # of a page: twenty rounds of many steps, and the policies after it
DISTRICT = "district"  # the team of every school without one

log = get_logger("escalation")


class TakenShifts(Protocol):
    """Where shifts that somebody took over are kept (`modbot.store.shifts`)."""

    async def take(self, schedule: str, shift: Shift, now: datetime) -> None:
        """Overrule the schedule. Raises StoreUnavailable."""

    async def of(self, schedule: str) -> Iterable[Shift]:
        """The newest taken shifts, oldest first. Raises StoreUnavailable."""


@dataclass(frozen=True, slots=True)
class Duty:
    """One schedule now: who has it until when, and who is next."""

    schedule: str
    now: Shift
    following: Shift


class Escalation:
    """Answers from the settings, the clock, and the shifts people took."""

    def __init__(
        self, settings: PagingSettings, zone: ZoneInfo, taken: TakenShifts, now: Callable[[], datetime]
    ) -> None:
        self._settings = settings
        self._taken = taken
        self._now = now
        self._people: Mapping[str, OnCallPerson] = {one.email.casefold(): one for one in settings.people}
        self._schedules = {name: _schedule(name, given, zone) for name, given in settings.schedules.items()}
        self._teams = {
            school: name for name, team in settings.teams.items() for school in (team.schools or ("",))
        }  # "" stands for every other school

    @property
    def still(self) -> StillOnIt:
        """When whoever has a page is asked whether they still do."""
        return StillOnIt(self._settings.still_on_it_seconds, self._settings.answer_seconds)

    @property
    def last_resort(self) -> tuple[str, ...]:
        """Who is called when nobody else has answered, or a page was stuck."""
        return self._settings.last_resort

    def team_of(self, school: str) -> str:
        """The team that answers for a school; `DISTRICT` where none is named for it."""
        return self._teams.get(school) or self._teams.get("", DISTRICT)

    @property
    def teams(self) -> tuple[str, ...]:
        """Every team, the district's own steps last if there are any that no team takes the place of."""
        named = tuple(self._settings.teams)
        return named if "" in self._teams else (*named, DISTRICT)

    def steps(self, school: str = "") -> tuple[Step, ...]:
        """Every call of a page of this school, in order; none when nobody is set up to be called."""
        return self.steps_of(self.team_of(school))

    def steps_of(self, team: str) -> tuple[Step, ...]:
        """Every call of a page of this team: all rounds of its policy, of those after it, and the last resort."""
        calls = [step for policy in self._chain(team) for step in _rounds(policy)][:MAX_STEPS]
        if self._settings.last_resort:
            wait_seconds = int(LAST_RESORT_WAIT.total_seconds())
            calls.append(Step(self._settings.last_resort, wait_seconds, calls[-1].round if calls else 1))
        return tuple(calls)

    def _chain(self, team: str) -> Iterable[PolicySettings]:
        named = self._settings.teams.get(team)
        if named is None:
            yield self._default
            return
        name = named.policy
        while name:
            policy = self._settings.policies[name]
            yield policy
            name = policy.then

    @property
    def _default(self) -> PolicySettings:
        """The district's steps; with people and no steps, each person in turn."""
        steps = self._settings.steps
        if not steps and not self._settings.teams:
            given = [{"people": (person.email,)} for person in self._settings.people]
            return PolicySettings.model_validate({"steps": given, "rounds": self._settings.rounds})
        return PolicySettings(steps=steps, rounds=self._settings.rounds)

    async def people(self, named: Iterable[str]) -> tuple[str, ...]:
        """The addresses of those meant now, each once. Without a store, as the schedules stand in the settings."""
        found: dict[str, None] = {}
        for name in named:
            if name.startswith(GROUP):
                members = self._settings.groups.get(name.removeprefix(GROUP), ())
                found.update(dict.fromkeys(await self.people(members)))
            elif name.startswith(SCHEDULE):
                duty = await self._duty(name.removeprefix(SCHEDULE))
                found.update({duty.now.person: None} if duty else {})
            else:
                found[name] = None
        return tuple(found)

    async def duties(self, team: str) -> tuple[Duty, ...]:
        """Every schedule that this team's policies name, as it stands now."""
        named = dict.fromkeys(name for step in self.steps_of(team) for name in self._ungrouped(step.people))
        duties = [await self._duty(name.removeprefix(SCHEDULE)) for name in named if name.startswith(SCHEDULE)]
        return tuple(duty for duty in duties if duty is not None)

    def _ungrouped(self, named: Iterable[str]) -> Iterable[str]:
        for name in named:
            if name.startswith(GROUP):
                yield from self._settings.groups.get(name.removeprefix(GROUP), ())
            else:
                yield name

    async def _duty(self, name: str) -> Duty | None:
        schedule = self._schedules.get(name)
        if schedule is None:
            log.warning("no_such_schedule", name=name)  # of a page that is older than these settings
            return None
        now = self._now()
        try:
            taken = tuple(await self._taken.of(name))
        except StoreUnavailable as error:
            log.warning("taken_shifts_unread", detail=error.log_detail)
            taken = ()
        return Duty(name, schedule.at(now, taken), schedule.following(now, taken))

    async def take(self, email: str, wanted: str, span: timedelta) -> tuple[str, Shift]:
        """Whoever has this address takes a schedule's turn from now on; (schedule, shift).

        Raises CommandError for somebody who is not called anyway or a schedule there is not; StoreUnavailable.
        """
        person = self._people.get(email.casefold())
        if person is None:
            raise CommandError("Only people whom IT has put on call in modbot's settings can take a turn.")
        name = self._schedule_meant(wanted)
        now = self._now()
        shift = Shift(person.email, now, now + span)
        await self._taken.take(name, shift, now)
        return name, shift

    def _schedule_meant(self, wanted: str) -> str:
        if not self._schedules:
            raise CommandError("There is no schedule whose turn could be taken: the same people are always called.")
        if wanted in self._schedules:
            return wanted
        if not wanted and len(self._schedules) == 1:
            return next(iter(self._schedules))
        known = ", ".join(self._schedules)
        raise CommandError(f"Which schedule? There is: {known}. For example: /oncall take 2h {known.split(',')[0]}")

    def person(self, email: str) -> OnCallPerson:
        """Somebody on call; a bare address for one who is not in the settings any more."""
        return self._people.get(email.casefold()) or OnCallPerson(email=email)

    def name(self, email: str) -> str:
        """Somebody as staff know them."""
        return self.person(email).name or email


def _rounds(policy: PolicySettings) -> Iterable[Step]:
    for number in range(1, policy.rounds + 1):
        for step in policy.steps:
            yield Step(step.people, step.wait_seconds, number)


def _schedule(name: str, given: ScheduleSettings, zone: ZoneInfo) -> Schedule:
    rotation = Rotation(given.people, Handover.parse(given.handover), given.starts, zone, given.weeks)
    stand_ins = [Shift(one.person, _aware(one.since, zone), _aware(one.until, zone)) for one in given.overrides]
    return Schedule(name, rotation, tuple(stand_ins))


def _aware(moment: datetime, zone: ZoneInfo) -> datetime:
    return moment if moment.tzinfo else moment.replace(tzinfo=zone)
