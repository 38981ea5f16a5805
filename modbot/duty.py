"""Who is on call, as commands see it: shown per team, and a turn that somebody takes."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from modbot.audit import Audit, AuditEntry
from modbot.chat import Chat
from modbot.errors import CommandError, VendorError
from modbot.escalation import DISTRICT, Duty, Escalation
from modbot.log import get_logger
from modbot.model import Actor
from modbot.oncall import Shift
from modbot.page_state import Step
from modbot.reply import Reply
from modbot.settings.paging import GROUP, SCHEDULE

NOBODY = "Nobody is set up to be called here. Phone your help desk."

log = get_logger("duty")


class DutyDesk:
    """Answers /oncall."""

    def __init__(self, *, escalation: Escalation, audit: Audit, chat: Chat, channel: str, zone: ZoneInfo) -> None:
        """`channel` is where a turn that is taken is announced, "" for nowhere."""
        self._escalation = escalation
        self._audit = audit
        self._chat = chat
        self._channel = channel
        self._zone = zone

    async def on_call(self) -> Reply:
        """For each team: who has each schedule now and who is next, and who would be called in which order."""
        teams = [team for team in self._escalation.teams if self._escalation.steps_of(team)]
        if not teams:
            return Reply(NOBODY)
        lines: list[str] = []
        for team in teams:
            if teams != [DISTRICT]:
                lines.append(f"Team {team}:")
            lines += [self._on_duty(duty) for duty in await self._escalation.duties(team)]
            lines += self._calls(self._escalation.steps_of(team))
        return Reply("On call now, in this order:", lines=tuple(lines))

    def _on_duty(self, duty: Duty) -> str:
        name = self._escalation.name
        until, following = self._local(duty.now.until), duty.following
        after = f", then {name(following.person)}" if following.person != duty.now.person else ""
        return f"{duty.schedule}: {name(duty.now.person)} until {until}{after}."

    def _calls(self, steps: Iterable[Step]) -> list[str]:
        """The first round: further ones repeat it."""
        first = [step for step in steps if step.round == 1]
        return [
            f"{number}. {self._names(step.people)}, then after {step.wait_seconds} s"
            for number, step in enumerate(first, 1)
        ]

    def _names(self, named: Iterable[str]) -> str:
        return ", ".join(self._name(name) for name in named)

    def _name(self, name: str) -> str:
        if name.startswith(SCHEDULE):
            return f"whoever has {name.removeprefix(SCHEDULE)}"
        return f"group {name.removeprefix(GROUP)}" if name.startswith(GROUP) else self._escalation.name(name)

    async def take(self, request_id: str, actor: Actor, schedule: str, span: timedelta) -> Reply:
        """Take a schedule's turn, recorded and announced. Raises CommandError, StoreUnavailable."""
        if actor.staff is None:
            raise CommandError("modbot does not know you as a staff member.")
        name, shift = await self._escalation.take(actor.staff.email, schedule, span)
        await self._audit.append(
            AuditEntry(
                at=datetime.now(UTC),
                id=request_id,
                actor=actor.id,
                action="oncall.take",
                room="",
                platform="",
                phase="outcome",
                outcome="done",
                reason="",
                elapsed_ms=None,
                extra={"schedule": name, "until": shift.until.isoformat()},
            )
        )
        await self._announce(actor, name, shift)
        return Reply(f"You are on call for {name} until {self._local(shift.until)}.")

    async def _announce(self, actor: Actor, name: str, shift: Shift) -> None:
        if not self._channel:
            return
        try:
            await self._chat.post(
                self._channel, Reply(f"{actor.name} is on call for {name} until {self._local(shift.until)}.")
            )
        except VendorError as error:
            log.warning("turn_not_announced", detail=error.log_detail)

    def _local(self, moment: datetime) -> str:
        return moment.astimezone(self._zone).strftime("%a %d %b %H:%M")
