"""What a scenario does: type, press, read; and what it looks at: the class, the wire, the record."""

from dataclasses import dataclass
from typing import Any

from modbot.app import App
from modbot.demo.district import District
from modbot.simulators.slack import PostedMessage, SlackSimulator, SlashAnswer


@dataclass(slots=True)
class School:
    """A district with a modbot at its side."""

    district: District
    app: App

    @property
    def slack(self) -> SlackSimulator:
        """Staff chat."""
        return self.district.slack

    async def settled(self) -> None:
        """Every webhook sent so far has been answered."""
        await self.district.zoom.flush()
        await self.district.webex.flush()

    async def type(self, user: str, command: str, text: str = "") -> PostedMessage:
        """Type a command and read the answer."""
        known = list(map(id, self.slack.messages))
        answer = await self.slack.slash(user, command, text)
        assert answer.status == 200, answer
        return await self.answer_to(user, known)

    async def press(self, user: str, on: PostedMessage, button: str) -> PostedMessage:
        """Press a button and read the answer."""
        known = list(map(id, self.slack.messages))
        answer = await self.slack.press(user, on, button)
        assert answer.status == 200, answer
        return await self.answer_to(user, known)

    async def answer_to(self, user: str, known: list[int]) -> PostedMessage:
        """The next message, beyond the known ones, that only this person sees. Acknowledgements have no blocks."""
        return await self.slack.wait_for(
            lambda message: id(message) not in known and message.only_for == user and bool(message.blocks),
            f"an answer to {user}",
            15,
        )

    def calls(self, vendor: str, method: str, path: str) -> list[Any]:
        """The requests a vendor received."""
        simulator = {"zoom": self.district.zoom, "webex": self.district.webex}[vendor]
        return [seen for seen in simulator.seen if seen.method == method and path in seen.path]


__all__ = ["School", "SlashAnswer"]
