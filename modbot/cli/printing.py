"""How commands speak: tables for people, one JSON object for programs, progress only where somebody watches."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import orjson
import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table
from rich.text import Text

UNWATCHED_WIDTH = 120  # columns when the output is a file or a pipe

Tell = Callable[[int, int | None], None]


def say(line: str) -> None:
    """One line of the answer."""
    typer.echo(line)


def note(line: str) -> None:
    """One line beside the answer, which a pipe does not get."""
    typer.echo(line, err=True)


def as_json(value: Any) -> None:
    """The whole answer as one JSON value."""
    typer.echo(orjson.dumps(value, option=orjson.OPT_INDENT_2).decode())


def table(title: str, columns: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """Rows for people. Cells are plain text: nothing in them is taken for markup."""
    console = _console()
    made = Table(title=Text(title), title_justify="left", title_style="bold", expand=False)
    for column in columns:
        made.add_column(column, overflow="fold")
    for row in rows:
        made.add_row(*map(Text, row))
    console.print(made)


@contextmanager
def progress(what: str) -> Iterator[Tell | None]:
    """A bar on standard error while the block runs, fed with (done, in all); None where nobody watches."""
    console = Console(stderr=True)
    if not console.is_terminal:
        yield None
        return
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console, transient=True) as bars:
        task = bars.add_task(what, total=None)

        def tell(done: int, total: int | None) -> None:
            bars.update(task, completed=done, total=total)

        yield tell


def _console() -> Console:
    console = Console()
    return console if console.is_terminal else Console(width=UNWATCHED_WIDTH)
