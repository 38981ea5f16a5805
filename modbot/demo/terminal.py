"""`modbot demo`: staff chat at the keyboard. Type slash commands, press numbered buttons, let an intruder in."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack
from difflib import get_close_matches
from pathlib import Path

from rich.console import Console
from rich.text import Text

from modbot import command
from modbot.demo.day import SchoolDay, school_day
from modbot.demo.roster import ORTIZ, STAFF, Person
from modbot.demo.screen import Numbered, Screen
from modbot.demo.wire import Call
from modbot.simulators.slack import PostedMessage, SlashAnswer

LOOK_EVERY_SECONDS = 0.05
ANSWER_WITHIN_SECONDS = 60.0
INTRUDERS = ("zzz", "Jaden O'Neil", "Principal", "qqq", "Ana Duarte")
WORDS = ("as", "raid", "help", "quit")
ENDS = ("quit", "exit")
HELP = """
You type as a teacher whose class is live. Try:
  raid           an intruder comes into the class
  /panic         shut the class and call IT        /eject zzz   put somebody out
  /lock          stop anyone new from joining      /room        who is in
  3              press the button with that number
  as chang       be another teacher, or brook (principal), reyes or baker (IT)
  help, quit     this again, and the end (Ctrl-D and Ctrl-C too)"""


async def play(data_dir: Path, console: Console, lines: AsyncIterator[str], *, port: int = 0, prompt: bool) -> None:
    """Start everything and do what the lines say, until `quit` or their end. `prompt`: somebody looks on."""
    watch = _Wire()
    async with AsyncExitStack() as stack:
        day = await stack.enter_async_context(school_day(data_dir, console.print, port=port, watch=watch))
        screen = Screen(console, day.district.slack)
        console.print(help_for(day), highlight=False)
        watch.to = screen.wire
        stack.callback(watch.end)
        feed = asyncio.get_running_loop().create_task(_keep_showing(screen))
        stack.push_async_callback(_end, feed)
        await Session(day, console, screen).run(lines, prompt=prompt)
        screen.show_new()


def help_for(day: SchoolDay) -> str:
    """The classes, each with the word that makes its teacher of whoever types, and what can be typed."""
    rows = [f"  as {_short(one.teacher):12}{one.title} on {one.name.label}, {one.teacher.name}" for one in day.classes]
    return "\n".join(["", "Classes that are live now:", *rows, HELP])


def _short(person: Person) -> str:
    return person.name.rpartition(" ")[2].casefold()


class _Wire:
    """Where calls are shown: nowhere while everything starts and stops."""

    def __init__(self) -> None:
        self.to: Callable[[Call], None] | None = None

    def __call__(self, call: Call) -> None:
        if self.to is not None:
            self.to(call)

    def end(self) -> None:
        """Show no more."""
        self.to = None


async def _keep_showing(screen: Screen) -> None:
    while True:
        screen.show_new()
        await asyncio.sleep(LOOK_EVERY_SECONDS)


async def _end(feed: asyncio.Task[None]) -> None:
    feed.cancel()
    (ended,) = await asyncio.gather(feed, return_exceptions=True)
    if isinstance(ended, Exception):
        raise ended


class Session:
    """One person at the keyboard, who may be several."""

    def __init__(self, day: SchoolDay, console: Console, screen: Screen) -> None:
        self._day = day
        self._slack = day.district.slack
        self._console = console
        self._screen = screen
        self._me: Person = ORTIZ
        self._asked: Numbered | None = None
        self._intruders = 0

    async def run(self, lines: AsyncIterator[str], *, prompt: bool) -> None:
        """Do what each line says, one after the other."""
        self._show_prompt(prompt)
        async for line in lines:
            if line.casefold() in ENDS:
                return
            if line:
                await self._do(line)
            self._show_prompt(prompt)

    def _show_prompt(self, wanted: bool) -> None:  # noqa: FBT001 - whether anybody looks on
        if wanted:
            self._screen.show_new()
            self._console.print(Text(f"\n{self._me.name}> ", style="bold"), end="")

    async def _do(self, line: str) -> None:
        first, _, rest = line.partition(" ")
        asked, self._asked = self._asked, None
        if asked is not None and first.casefold() in ("yes", "y"):
            await self._press(asked)
        elif line.startswith("/"):
            await self._type(first, rest)
        elif first.isdecimal() and len(first) < 7:
            await self._press_number(int(first))
        elif first.casefold() == "as":
            self._become(rest)
        elif first.casefold() == "raid":
            await self._raid()
        elif first.casefold() == "help":
            self._say(help_for(self._day))
        else:
            self._unknown(first)

    async def _type(self, slash: str, text: str) -> None:
        known = self._known()
        answer = await self._slack.slash(self._me.slack, slash, text)
        await self._answered(answer, self._me.slack, known)

    async def _press_number(self, number: int) -> None:
        button = self._screen.button(number)
        if button is None:
            self._say(f"There is no button {number} on the screen.")
        elif button.question:
            self._asked = button
            self._say(f"{button.question} Type yes, or anything else to leave it.")
        else:
            await self._press(button)

    async def _press(self, button: Numbered) -> None:
        user = button.only_for or self._me.slack
        self._say(f"{self._slack.world.users[user].name} presses “{button.label}”.")
        known = self._known()
        answer = await self._slack.press(user, button.message, button.action_id)
        await self._answered(answer, user, known)

    async def _answered(self, answer: SlashAnswer, user: str, known: set[int]) -> None:
        """Wait for what modbot has to say, so that what is typed next comes after it."""
        if not answer.acknowledged:
            self._say(f"modbot did not take it (HTTP {answer.status}).")
            return

        def said(message: PostedMessage) -> bool:
            return id(message) not in known and message.only_for == user and bool(message.blocks)

        try:
            await self._slack.wait_for(said, "an answer", ANSWER_WITHIN_SECONDS)
        except TimeoutError:
            self._say(f"modbot has not answered for {ANSWER_WITHIN_SECONDS:.0f} s.")
        self._screen.show_new()

    def _known(self) -> set[int]:
        return {id(message) for message in self._slack.messages}

    def _become(self, name: str) -> None:
        wanted = name.casefold().strip()
        found = [person for person in STAFF if wanted and wanted in person.name.casefold()]
        if len(found) != 1:
            self._say("You can be: " + ", ".join(person.name for person in STAFF) + ".")
            return
        self._me = found[0]
        self._say(f"You are {self._me.name} now.")

    async def _raid(self) -> None:
        name = INTRUDERS[self._intruders % len(INTRUDERS)]
        self._intruders += 1
        own = [one for one in self._day.classes if one.teacher is self._me]
        there = (own or self._day.classes)[0]
        came = await there.stranger(name)
        self._say(f"{there.title} on {there.name.label}: “{name}” {came}.")
        await self._day.settled()

    def _unknown(self, word: str) -> None:
        typable = {name: f"/{name}" for name in command.load()} | {name: name for name in WORDS}
        near = [typable[name] for name in get_close_matches(word.casefold(), typable, n=1)]
        hint = f"Did you mean {near[0]}?" if near else "Type help, or a command that begins with /."
        self._say(f"Nothing was done. {hint}")

    def _say(self, words: str) -> None:
        self._console.print(Text(words))
