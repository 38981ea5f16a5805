"""A `Reply` as a Slack message: our sentences as text, names as plain text only, buttons that carry a command.

A button carries its command and arguments in its value; whoever presses it is authorised like anybody who types.
"""

from collections.abc import Iterable
from hashlib import blake2b

import orjson

from modbot.messages import blocks, elements
from modbot.messages.blocks import Block
from modbot.messages.envelope import Message
from modbot.messages.names import visible
from modbot.messages.words import Preview, escape
from modbot.reply import Button, Person, Reply

ACTION = "run:"
MAX_VALUE = 1900


def message_of(reply: Reply) -> Message:
    """The message. Its preview is the headline alone, which by contract names no participant."""
    return Message(Preview(escape(visible(reply.headline, 300, empty="modbot"))), list(_blocks(reply)))


def _blocks(reply: Reply) -> Iterable[Block]:
    yield blocks.text("*{headline}*", headline=reply.headline)
    for line in reply.lines:
        yield blocks.text("{line}", line=line)
    if reply.steps:
        yield blocks.text("*{title}*", title=reply.steps_title)
        for number, step in enumerate(reply.steps, 1):
            yield blocks.text("{number}. {step}", number=number, step=step)
    for row, person in enumerate(reply.people):
        yield _person(person, row)
    if reply.buttons:
        yield blocks.buttons(*(_button(button, place) for place, button in enumerate(reply.buttons[:25])))
    if reply.footnote:
        yield blocks.context("{footnote}", footnote=reply.footnote)


def _person(person: Person, row: int) -> Block:
    name = visible(person.name, 80, empty="(no name)")
    line = f"{name} — {person.note}" if person.note else name
    return blocks.plain(line, accessory=_button(person.button, row) if person.button else None)


def _button(button: Button, place: int) -> elements.Element:
    value = orjson.dumps([button.command, _bounded(button.args)]).decode()
    ask = button.ask
    return elements.button(
        button.label,
        f"{ACTION}{button.command}:{place}:{_tag(value)}",
        value,
        style=elements.Style(button.style.value) if button.style else elements.Style.DEFAULT,
        confirm=elements.Confirm(ask.title, ask.text, ask.yes, ask.no) if ask else None,
    )


def _bounded(args: object) -> object:
    """Arguments that fit a button. What was typed is the only one that can be long, and is cut."""
    if not isinstance(args, dict) or len(orjson.dumps(args)) <= MAX_VALUE:
        return args
    return {**args, "text": str(args.get("text", ""))[:300]}


def pressed(value: str) -> tuple[str, dict[str, str]]:
    """The command and arguments of a pressed button. Raises ValueError for a value modbot did not make."""
    command, args = orjson.loads(value)
    if not isinstance(command, str) or not isinstance(args, dict):
        raise TypeError("not a button of modbot's")
    return command, {str(name): str(content) for name, content in args.items()}


def _tag(value: str) -> str:
    return blake2b(value.encode(), digest_size=4).hexdigest()
