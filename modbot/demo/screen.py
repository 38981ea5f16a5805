"""Staff chat in a terminal: each message with who sees it, buttons numbered, and calls on the wire."""

from collections.abc import Iterator
from dataclasses import dataclass
from html import unescape
from typing import Any

import orjson
from rich.console import Console
from rich.text import Text

from modbot.demo.wire import Call
from modbot.messages.names import visible
from modbot.simulators.slack import PostedMessage, SlackSimulator

_MOST_CHARACTERS = 3000
_INDENT = "    "


@dataclass(frozen=True, slots=True)
class Numbered:
    """A button on the screen. `question` is what Slack asks before it is pressed, "" for nothing."""

    message: PostedMessage
    action_id: str
    label: str
    question: str
    only_for: str  # the user id of the only person who sees it, "" for everybody in its channel


class Screen:
    """Prints what is new in chat since it last looked, and remembers which number stands for which button."""

    def __init__(self, console: Console, slack: SlackSimulator) -> None:
        self._console = console
        self._slack = slack
        self._shown: dict[int, bytes] = {}
        self._buttons: dict[int, Numbered] = {}
        self._next = 1

    def button(self, number: int) -> Numbered | None:
        """The button with that number, while its message still shows it."""
        return self._buttons.get(number)

    def wire(self, call: Call) -> None:
        """One call, in one dim line."""
        self._console.print(Text(f"  {visible(str(call), 120, empty='')}", style="dim"))

    def show_new(self) -> None:
        """Print messages that are new or have changed. A changed message takes its old buttons away."""
        for message in list(self._slack.world.messages):
            now = orjson.dumps([message.text, message.blocks, message.deleted])
            before = self._shown.get(id(message))
            if before == now:
                continue
            self._shown[id(message)] = now
            self._forget_buttons(message)
            if not message.deleted:
                self._console.print(self._message(message, changed=before is not None))

    def _forget_buttons(self, message: PostedMessage) -> None:
        for number in [number for number, button in self._buttons.items() if button.message is message]:
            del self._buttons[number]

    def _message(self, message: PostedMessage, *, changed: bool) -> Text:
        shown = Text("\n┌ modbot ", style="")
        shown.append(self._seen_by(message) + (", changed" if changed else ""), style="cyan")
        for line in self._lines(message):
            shown.append("\n│ ")
            shown.append_text(line)
        return shown

    def _lines(self, message: PostedMessage) -> Iterator[Text]:
        if not message.blocks:
            yield Text(_plain(message.text))
        for block in message.blocks:
            yield from self._block(message, block)

    def _block(self, message: PostedMessage, block: dict[str, Any]) -> Iterator[Text]:
        match block["type"]:
            case "actions":
                yield Text("   ").join(self._button(message, element) for element in block["elements"])
            case "context":
                yield from (Text(_words(element), style="dim") for element in block["elements"])
            case _:
                text = Text(_words(block.get("text", {})), style="bold" if _is_bold(block) else "")
                if "accessory" in block:
                    text.append("   ")
                    text.append_text(self._button(message, block["accessory"]))
                yield text

    def _button(self, message: PostedMessage, element: dict[str, Any]) -> Text:
        number, self._next = self._next, self._next + 1
        confirm = element.get("confirm")
        label = _words(element["text"])
        self._buttons[number] = Numbered(
            message=message,
            action_id=element["action_id"],
            label=label,
            question=f"{_words(confirm['title'])} {_words(confirm['text'])}" if confirm else "",
            only_for=self._only_reader(message),
        )
        return Text.assemble((f"[{number}]", "bold yellow"), f" {label}")

    def _only_reader(self, message: PostedMessage) -> str:
        place = self._slack.world.channels[message.channel]
        people = [user for user in place.members if not self._slack.world.users[user].is_bot]
        return message.only_for or (people[0] if place.is_im and len(people) == 1 else "")

    def _seen_by(self, message: PostedMessage) -> str:
        place = self._slack.world.channels[message.channel]
        reader = self._only_reader(message)
        if message.only_for:
            return f"to {self._slack.world.users[reader].name}, who alone sees it"
        if reader:
            return f"to {self._slack.world.users[reader].name}, direct message"
        return f"in #{place.name}, for everybody there" + (", in the thread" if message.thread_ts else "")


def _words(text_object: dict[str, Any]) -> str:
    return _plain(str(text_object.get("text", "")), mrkdwn=text_object.get("type") == "mrkdwn")


def _plain(text: str, *, mrkdwn: bool = True) -> str:
    """As it looks in Slack, without anything that a terminal would obey."""
    text = unescape(text).strip("*") if mrkdwn else text
    lines = (visible(line, _MOST_CHARACTERS, empty="") for line in text.split("\n"))
    return f"\n│ {_INDENT}".join(lines)


def _is_bold(block: dict[str, Any]) -> bool:
    text = block.get("text", {})
    return bool(text.get("type") == "mrkdwn" and str(text.get("text", "")).startswith("*"))
