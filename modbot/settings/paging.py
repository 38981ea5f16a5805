"""Who is called when help is asked for: people, schedules, groups, policies and teams. See docs/paging.md.

Whoever a step or group names is an e-mail of `people`, `schedule:NAME` or `group:NAME`. All of it is checked at the
start: a policy that would call nobody must not be found out at 10:14 on a Tuesday.
"""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Self

from pydantic import Field, SecretStr, field_validator, model_validator

from modbot.oncall import Handover
from modbot.settings.block import Block
from modbot.settings.channels import APPRISE, BY_PHONE, CHANNELS, SLACK, known
from modbot.settings.phone import is_phone

SCHEDULE, GROUP = "schedule:", "group:"


class OnCallPerson(Block):
    """Someone who can be called. `channels` are tried in this order; each further round begins one channel later."""

    email: str
    name: str = ""
    slack: str = ""  # Slack user id; looked up by e-mail when empty
    phone: str = ""  # +15555550100
    channels: tuple[str, ...] = (SLACK,)

    @model_validator(mode="after")
    def _can_be_reached(self) -> Self:
        if not self.channels:
            raise ValueError(f"{self.email} has no channel: name at least one of {', '.join(CHANNELS)}")
        for channel in self.channels:
            if not known(channel):
                raise ValueError(f"{self.email} has a channel {channel!r}: use {', '.join(CHANNELS)} or apprise:NAME")
        if len(set(self.channels)) < len(self.channels):
            raise ValueError(f"{self.email} has a channel twice")
        if self.phone and not is_phone(self.phone):
            raise ValueError(f"the phone number of {self.email} is not like +15555550100")
        if not self.phone and BY_PHONE & set(self.channels):
            raise ValueError(f"{self.email} is to be called by phone and has no phone number")
        return self


class StandIn(Block):
    """Someone has a schedule's turn from `since` to `until`; times without a zone are the district's."""

    person: str
    since: datetime
    until: datetime

    @model_validator(mode="after")
    def _lasts(self) -> Self:
        if (self.since.tzinfo is None) != (self.until.tzinfo is None) or self.until <= self.since:
            raise ValueError(f"the stand-in of {self.person} ends before it begins")
        return self


class ScheduleSettings(Block):
    """People in turn, week by week."""

    people: tuple[str, ...] = ()
    handover: str = "mon 08:00"
    starts: date
    weeks: int = Field(default=1, ge=1, le=26)
    overrides: tuple[StandIn, ...] = ()

    @field_validator("handover")
    @classmethod
    def _readable(cls, value: str) -> str:
        Handover.parse(value)
        return value


class PageStep(Block):
    """One step of an escalation policy: whom, and how long to wait for an answer before the next."""

    people: tuple[str, ...]
    wait_seconds: int = Field(default=120, ge=5, le=3600)


class PolicySettings(Block):
    """Steps gone through `rounds` times; then the policy called `then`, or the last resort."""

    steps: tuple[PageStep, ...] = ()
    rounds: int = Field(default=3, ge=1, le=20)
    then: str = ""


class TeamSettings(Block):
    """Whose policy it is: that of these schools, or without any of the whole district."""

    policy: str
    schools: tuple[str, ...] = ()


class PagingSettings(Block):
    """Who is paged. `steps` and `rounds` are the district's policy where no team has one of its own."""

    people: tuple[OnCallPerson, ...] = ()
    schedules: dict[str, ScheduleSettings] = Field(default_factory=dict)
    groups: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    policies: dict[str, PolicySettings] = Field(default_factory=dict)
    teams: dict[str, TeamSettings] = Field(default_factory=dict)
    steps: tuple[PageStep, ...] = ()
    rounds: int = Field(default=3, ge=1, le=20)
    still_on_it_seconds: int = Field(default=1200, ge=0, le=86_400)  # then whoever has a page is asked; 0: never
    answer_seconds: int = Field(default=600, ge=1, le=14_400)  # to answer that in; else it rings again
    last_resort: tuple[str, ...] = ()  # called when nobody else has answered, and told when a page was stuck
    heartbeat_url: SecretStr | None = None  # called each minute while every page has its next step; silence is alarm
    apprise: dict[str, SecretStr] = Field(default_factory=dict)  # name → address, for channels "apprise:NAME"

    @model_validator(mode="after")
    def _names_are_known(self) -> Self:
        self._apprise_addresses_are_known()
        self._schedules_have_people()
        self._groups_have_people()
        for where, steps in self._all_steps():
            for number, step in enumerate(steps, 1):
                if not step.people:
                    raise ValueError(f"step {number} of {where} calls nobody")
                self._know(step.people, f"step {number} of {where}")
        self._know(self.last_resort, "paging.last_resort")
        self._teams_have_policies()
        self._policies_end()
        return self

    def _apprise_addresses_are_known(self) -> None:
        for person in self.people:
            for channel in person.channels:
                if channel.startswith(APPRISE) and channel.removeprefix(APPRISE) not in self.apprise:
                    raise ValueError(f"{person.email} has a channel {channel!r}, which is not in paging.apprise")

    def _all_steps(self) -> Iterable[tuple[str, tuple[PageStep, ...]]]:
        yield "paging.steps", self.steps
        for name, policy in self.policies.items():
            if not policy.steps:
                raise ValueError(f"policy {name!r} has no steps")
            yield f"policy {name!r}", policy.steps

    def _schedules_have_people(self) -> None:
        for name, schedule in self.schedules.items():
            if not schedule.people:
                raise ValueError(f"schedule {name!r} has nobody on it")
            self._know_people(schedule.people, f"schedule {name!r}")
            self._know_people([one.person for one in schedule.overrides], f"an override of schedule {name!r}")

    def _groups_have_people(self) -> None:
        for name, members in self.groups.items():
            if not members:
                raise ValueError(f"group {name!r} has nobody in it")
            if any(member.startswith(GROUP) for member in members):
                raise ValueError(f"group {name!r} names another group: name people and schedules")
            self._know(members, f"group {name!r}")

    def _know(self, named: Iterable[str], where: str) -> None:
        for name in named:
            if name.startswith(SCHEDULE):
                self._known(name.removeprefix(SCHEDULE), self.schedules, where, "schedule")
            elif name.startswith(GROUP):
                self._known(name.removeprefix(GROUP), self.groups, where, "group")
            else:
                self._know_people([name], where)

    def _know_people(self, emails: Iterable[str], where: str) -> None:
        known = {person.email.casefold() for person in self.people}
        for email in emails:
            if email.casefold() not in known:
                raise ValueError(f"{where} names {email}, who is not in paging.people")

    def _known(self, name: str, names: Iterable[str], where: str, kind: str) -> None:
        if name not in set(names):
            raise ValueError(f"{where} names the {kind} {name!r}, which there is not")

    def _teams_have_policies(self) -> None:
        taken: dict[str, str] = {}
        for name, team in self.teams.items():
            self._known(team.policy, self.policies, f"team {name!r}", "policy")
            for school in team.schools or ("",):
                if school in taken:
                    whose = f"school {school!r}" if school else "the whole district"
                    raise ValueError(f"teams {taken[school]!r} and {name!r} both answer for {whose}")
                taken[school] = name

    def _policies_end(self) -> None:
        for name, policy in self.policies.items():
            if policy.then:
                self._known(policy.then, self.policies, f"policy {name!r}", "policy")
        for name in self.policies:
            passed = [name]
            while following := self.policies[passed[-1]].then:
                if following in passed:
                    raise ValueError(f"policies go round in a circle: {' → '.join([*passed, following])}")
                passed.append(following)
