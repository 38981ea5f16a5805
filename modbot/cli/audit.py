"""`modbot audit`: take the record away, and show whether anybody changed it."""

import json
import os
import sys
import tempfile
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import IO, Any

import typer

from modbot.audit import Verdict, verify
from modbot.cli import printing
from modbot.cli.opening import with_state
from modbot.cli.since import SINCE, moment_of
from modbot.cli.times import times
from modbot.errors import ConfigError
from modbot.state import State

COUNT_EVERY = 500  # entries between two steps of the progress bar

OUT = typer.Option(None, help="Write to this file instead of the terminal. It must not exist yet.")
FILE = typer.Argument(None, help="An export. Without it the live record is checked.")
HEAD = typer.Option("", help="A hash written down earlier: the file must end with it, the live record must hold it.")
ANCHOR = typer.Option("", help="For an export made with --since: the hash that its first entry follows.")
JSON = typer.Option(False, "--json", help="Print the verdict as JSON.")

audit = typer.Typer(no_args_is_help=True, help="The record of every act: export it, and check that nobody changed it.")


def add(app: typer.Typer) -> None:
    """Register the commands."""
    audit.command(epilog="Example: modbot audit times --since 2026-09-01")(times)
    app.add_typer(audit, name="audit")


@audit.command(epilog="Example: modbot audit export --since 2026-09-01 --out september.jsonl")
def export(
    since: str = SINCE,
    out: Path | None = OUT,
) -> None:
    """Print the record as JSON lines, oldest first, each with the hash of the one before it."""
    moment = moment_of(since) if since else None
    with _output(out) as file, printing.progress("Exporting") as tell:

        async def work(state: State) -> tuple[int, str]:
            count, last = 0, ""
            async for record in state.audit.export(moment):
                file.write(json.dumps(record) + "\n")
                count, last = count + 1, record["hash"]
                if tell is not None and count % COUNT_EVERY == 0:
                    tell(count, None)
            return count, last

        count, last = with_state(work)
    printing.note(f"{count} entries. The last one's hash is {last}." if count else "The record is empty.")


@audit.command(name="verify", epilog="Example: modbot audit verify september.jsonl --head 5feceb66…")
def verify_(
    file: Path | None = FILE,
    head: str = HEAD,
    anchor: str = ANCHOR,
    json_: bool = JSON,
) -> None:
    """Check that the record is whole, and name the first bad link. Exit code 1 when it is not."""
    verdict = _of_file(file, head, anchor) if file else with_state(lambda state: _of_record(state, head))
    if json_:
        printing.as_json(asdict(verdict))
    else:
        printing.say(_sentence(verdict, "line" if file else "entry"))
    raise typer.Exit(0 if verdict.ok else 1)


def _sentence(verdict: Verdict, unit: str) -> str:
    if verdict.ok:
        return f"Whole: {verdict.entries} entries, each linked to the one before it. Head: {verdict.head}"
    return f"BROKEN at {unit} {verdict.first_bad}: {verdict.problem}."


def _of_file(path: Path, head: str, anchor: str) -> Verdict:
    try:
        with path.open(encoding="utf-8", errors="replace") as lines:
            return verify(lines, head=head, anchor=anchor)
    except OSError as error:
        raise ConfigError("FILE", f"{path} cannot be read: {error.strerror}") from error


async def _of_record(state: State, head: str) -> Verdict:
    """The live record up to the head it had when this began: others go on writing meanwhile."""
    until = await state.audit.head()
    with tempfile.TemporaryFile("w+", encoding="utf-8") as copy:
        seen = await _copied(state.audit.export(), copy, until.number, head)
        copy.seek(0)
        verdict = verify(copy, head=until.hash if until.number else "")
    if verdict.ok and head and not seen:
        problem = "no entry has the hash that was written down: the record was rewritten"
        return Verdict(ok=False, entries=verdict.entries, first_bad=1, problem=problem, head=verdict.head)
    return verdict


async def _copied(records: AsyncIterator[Mapping[str, Any]], copy: IO[str], last: int, wanted: str) -> bool:
    """Copy records up to number `last`; whether one of them has the wanted hash."""
    seen = False
    async for record in records:
        if record["n"] > last:
            break
        seen = seen or record["hash"] == wanted
        copy.write(json.dumps(record) + "\n")
    return seen


@contextmanager
def _output(path: Path | None) -> Iterator[IO[str]]:
    """Where lines go. A file appears under its name only when it is complete, readable by its owner alone."""
    if path is None:
        yield sys.stdout
        return
    if path.exists():
        raise ConfigError("--out", f"{path} is there already, and an export never writes over anything")
    beside = path.with_name(f".{path.name}.part")
    try:
        with os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
            yield file
        beside.rename(path)
    except OSError as error:
        raise ConfigError("--out", f"{path} cannot be written: {error.strerror}") from error
    finally:
        beside.unlink(missing_ok=True)
