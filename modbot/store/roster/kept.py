"""What the last reading told, kept in the data directory so that the next one need only ask for changes.

Names, titles and addresses in it are encrypted; the key to them, and everything else that says what the file is, lies
beside it sealed with the district's keys. It counts only while the roster that was made of it is in force: any doubt,
and everything is read anew.
"""

import base64
import shutil
from dataclasses import dataclass
from pathlib import Path
from secrets import token_hex

import orjson

from modbot.errors import SealBroken
from modbot.log import get_logger
from modbot.rosters.scratch import Scratch, Secrets
from modbot.store.roster.records import Sealer

_CONTEXT = b"roster kept"
_STATE = "state"

log = get_logger("roster")


@dataclass(frozen=True, slots=True)
class Former:
    """What an earlier reading told. `mark` is the source's."""

    mark: str
    secrets: Secrets
    index: Path


class Kept:
    """One folder of one machine. Its methods do disk work: call them in a thread. They raise OSError for a bad disk."""

    def __init__(self, folder: Path, sealer: Sealer) -> None:
        self._folder = folder
        self._sealer = sealer
        self._aside = folder / f"aside-{token_hex(8)}.db"  # another process may read at the same time

    def find(self, source: str, generation: str) -> Former | None:
        """What the reading told that the roster in force was made of, when it came from this source."""
        try:
            sealed = (self._folder / _STATE).read_bytes()
        except FileNotFoundError:
            return None
        try:
            state = orjson.loads(self._sealer.open(sealed, context=_CONTEXT))
        except SealBroken as error:
            log.info("roster_read_anew", reason=error.log_detail)
            return None
        index = self._folder / f"{state['generation']}.db"
        if (state["source"], state["generation"]) != (source, generation) or not index.is_file():
            return None
        key, salt = base64.b64decode(state["key"]), base64.b64decode(state["salt"])
        return Former(state["mark"], Secrets(key, salt), index)

    def put_aside(self, index: Scratch) -> None:
        """Copy what a reading told, before it is known what becomes of it."""
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        index.copy_to(self._aside)

    def keep(self, source: str, generation: str, mark: str, secrets: Secrets) -> None:
        """What was put aside counts from now on: the roster made of it is in force. What others left is removed."""
        self._aside.replace(self._folder / f"{generation}.db")
        key, salt = (base64.b64encode(part).decode("ascii") for part in (secrets.key, secrets.salt))
        state = {"source": source, "generation": generation, "mark": mark, "key": key, "salt": salt}
        fresh = self._folder / f"{_STATE}.new"
        fresh.write_bytes(self._sealer.seal(orjson.dumps(state), context=_CONTEXT))
        fresh.chmod(0o600)
        fresh.replace(self._folder / _STATE)
        for other in self._folder.glob("*.db"):
            if other.stem != generation:
                other.unlink()

    def drop_aside(self) -> None:
        """Remove what was put aside and did not come into force."""
        self._aside.unlink(missing_ok=True)

    def forget(self) -> None:
        """Remove everything: nothing of it is in force any more, or the district wants nothing kept."""
        shutil.rmtree(self._folder, ignore_errors=True)
