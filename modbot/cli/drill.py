"""`modbot drill`: says where the drill is."""

import typer

from modbot.errors import ConfigError


def add(app: typer.Typer) -> None:
    """Register the command."""
    app.command(epilog="Example: modbot demo --scripted")(drill)


def drill() -> None:
    """Practise a raid. It comes with the demo district, so that no real class is touched."""
    raise ConfigError("drill", "practise with `modbot demo --scripted`: it plays a raid on an invented district")
