"""`modbot keys`: the keys that details of people are sealed with."""

import typer

from modbot import seal
from modbot.cli import printing
from modbot.errors import ConfigError
from modbot.settings import load

keys = typer.Typer(no_args_is_help=True, help="The district's encryption keys: make one, or put a new one first.")


def add(app: typer.Typer) -> None:
    """Register the commands."""
    app.add_typer(keys, name="keys")


@keys.command(epilog="Example: modbot keys new")
def new() -> None:
    """Print one new key, for MODBOT_ENCRYPTION_KEYS. Whoever sees it can read what it seals."""
    printing.say(seal.new_key())


@keys.command(epilog="Example: modbot keys rotate")
def rotate() -> None:
    """Put a new key first in the data directory. What was sealed before still opens: the former keys stay."""
    settings = load()
    if settings.encryption_keys is not None:
        raise ConfigError(
            seal.KEYS_SETTING, "holds the keys: put the output of `modbot keys new` and a comma before them instead"
        )
    seal.rotate(settings.data_dir)
    printing.say("A new key is first. Restart modbot to use it, and back the data directory up.")
