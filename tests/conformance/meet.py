"""Google Meet for the conformance suite."""

import copy
import json
from collections.abc import Mapping
from typing import ClassVar

from pydantic import SecretStr

from modbot.model import Operation, PlatformName
from modbot.platforms import Means, Platform
from modbot.platforms.meet import build
from modbot.settings.meet import MeetSettings
from modbot.simulators.meet import Meeting, MeetSimulator
from tests.conformance.simulated import SimulatedStage, flat
from tests.conformance.stage import TEACHER, TITLE, Picture, Settings, Where

LINK = "PATCH /v2/spaces/"
WHERE = {"joined": Where.IN, "knocking": Where.WAITS, "refused": Where.REFUSED}
HOSTS_ONLY = {
    f"moderationRestrictions.{name}": "HOSTS_ONLY"
    for name in ("presentRestriction", "chatRestriction", "reactionRestriction")
}


class MeetStage(SimulatedStage):
    """The class link was made by modbot, so that the call may be ended. Events come by Pub/Sub."""

    name = PlatformName.MEET
    host = "Ada Reyes"
    sim: MeetSimulator
    meeting: Meeting
    tokens_at = "/token"
    asked: ClassVar[Mapping[Operation, Settings]] = {
        Operation.LOCK: {"accessType": "RESTRICTED"},
        Operation.HARDEN: {"accessType": "RESTRICTED", "moderation": "ON", **HOSTS_ONLY},
    }
    call: ClassVar[Mapping[Operation, str]] = {
        Operation.LOCK: LINK,
        Operation.UNLOCK: LINK,
        Operation.HARDEN: LINK,
        Operation.RESTORE: LINK,
        Operation.END: "POST /v2/spaces/",
    }

    async def start(self, means: Means) -> Platform:
        """Every scope is delegated, and Pub/Sub pushes to modbot."""
        self.sim = MeetSimulator(means.now)
        self.sim.people.add(TEACHER)
        self.sim.default_access = "OPEN"
        await self.power_up(self.sim)
        self.sim.webhook_url = f"{means.public_url}/webhooks/meet"
        settings = MeetSettings(
            service_account=SecretStr(json.dumps(self.sim.service_account)),
            directory_admin=self.sim.admin_email,
            create_rooms=True,
            pubsub_topic=self.sim.topic,
            push_account=self.sim.push_email,
            api_url=self.wire.url,
            token_url=self.sim.token_url,
            events_url=self.sim.events_url,
            directory_url=self.sim.directory_url,
            certs_url=self.sim.certs_url,
        )
        return build(settings, means)

    async def open_class(self) -> None:
        """Whoever has the link comes straight in, and everyone may present and write."""
        self.meeting = self.sim.start_meeting(TEACHER, TITLE, created_by_app=True)

    async def join(self, name: str, email: str = "", *, invited: bool = False) -> Where:
        """By the link, signed in who has an address."""
        return WHERE[self.sim.join(self.meeting, name, email, invited=invited).state]

    async def leave(self, name: str) -> None:
        """By the red button."""
        people = self.meeting.conference.people.values()
        self.sim.leave(self.meeting, next(one.id for one in people if one.name == name and one.inside))

    async def begin_again(self) -> None:
        """By the same link."""
        self.sim.end(self.meeting)
        self.meeting = self.sim.start_meeting(TEACHER, space=self.meeting.space)

    async def knock(self, name: str) -> None:
        """Somebody comes while access is restricted for a moment."""
        before = copy.deepcopy(self.meeting.space.config)
        await self.put(self.asked[Operation.LOCK])
        await self.join(name)
        await self.put(flat(before))

    async def put(self, settings: Settings) -> None:
        """In the host controls. What moderation restricts holds only while it is on."""
        config = self.meeting.space.config
        for name, value in settings.items():
            outer, _, inner = name.partition(".")
            if not inner:
                config[outer] = value
            elif settings.get("moderation", config["moderation"]) == "ON":
                config[outer][inner] = value

    async def picture(self) -> Picture:
        """From the call."""
        state = self.sim.state(self.meeting)
        return Picture(
            settings=flat(self.meeting.space.config),
            inside=frozenset(state.joined),
            waiting=frozenset(state.knocking),
            muted=frozenset(),
            running=state.live,
        )

    def expire_tokens(self) -> None:
        """As Google does after an hour."""
        self.sim.tokens._grants.clear()
