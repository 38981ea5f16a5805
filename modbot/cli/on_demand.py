"""Commands whose modules are read when they are asked for.

`modbot serve` does without the demo, its simulators and the doctor: a third of the time to start, and 15 MB.
"""

from collections.abc import Iterator, Mapping
from importlib import import_module
from typing import Any

import typer
from typer.core import TyperGroup


class OnDemand(Mapping[str, Any]):
    """Command name → command. Each module has `add(app)`, which registers the command of that name."""

    def __init__(self, modules: Mapping[str, str]) -> None:
        self._modules = modules
        self._read: dict[str, Any] = {}

    def __getitem__(self, name: str) -> Any:
        if name not in self._read:
            alone = typer.Typer()
            import_module(self._modules[name]).add(alone)
            self._read[name] = typer.main.get_group(alone).commands[name]
        return self._read[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._modules)

    def __len__(self) -> int:
        return len(self._modules)


def group_of(modules: Mapping[str, str]) -> type[TyperGroup]:
    """A group of these commands, as `typer.Typer(cls=…)` takes it."""

    class Commands(TyperGroup):
        def __init__(self, **attributes: Any) -> None:
            super().__init__(**attributes)
            self.commands = OnDemand(modules)  # type: ignore[assignment]  # nothing is added to it later

    return Commands
