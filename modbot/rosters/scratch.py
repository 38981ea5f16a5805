"""A private index on disk, so that reading a roster of a million people needs no memory for them.

Rows come in any order and refer to one another by id; SQLite sorts and joins them in a bounded cache. Names, titles
and addresses are kept only under a key that lives in this process's memory, so a file left behind by a crash tells
nothing but ids.
"""

import os
import shutil
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import IntEnum
from hashlib import blake2b
from pathlib import Path
from secrets import token_bytes
from typing import Any

import orjson
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from modbot.errors import SealBroken
from modbot.rosters.leftovers import INDEX, Place, place

CACHE_KIB = 16 * 1024
ROWS_AT_ONCE = 2000
_NONCE_BYTES = 12
_MARK_BYTES = 8

# What was read, as it was told: this much is enough to go on from at the next reading. `line` is where a file has it,
# `beside` is the row of people that a role was told with.
_TOLD = """
CREATE TABLE schools (id TEXT PRIMARY KEY, gone INTEGER NOT NULL, counts INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE terms (id TEXT PRIMARY KEY, until TEXT, gone INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE people (
    n INTEGER PRIMARY KEY, id TEXT NOT NULL, line INTEGER, gone INTEGER NOT NULL, enabled INTEGER NOT NULL,
    email BLOB, details BLOB, mark BLOB, kind INTEGER NOT NULL DEFAULT 0);
CREATE TABLE roles (
    n INTEGER PRIMARY KEY, id TEXT, line INTEGER, beside INTEGER, person TEXT NOT NULL, role TEXT NOT NULL,
    org TEXT NOT NULL, until TEXT, gone INTEGER NOT NULL DEFAULT 0);
CREATE TABLE classes (
    n INTEGER PRIMARY KEY, id TEXT NOT NULL, line INTEGER, gone INTEGER NOT NULL, school TEXT, terms TEXT,
    details BLOB, mark BLOB, kind INTEGER NOT NULL DEFAULT 0);
CREATE TABLE enrolments (
    n INTEGER PRIMARY KEY, id TEXT, line INTEGER, teaches INTEGER NOT NULL, class TEXT NOT NULL, person TEXT NOT NULL,
    until TEXT, gone INTEGER NOT NULL DEFAULT 0);
"""
# What follows from it on a given day.
_JOINED = """
CREATE TABLE IF NOT EXISTS seats (class INTEGER, person INTEGER, PRIMARY KEY (class, person)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS teaching (person INTEGER, class INTEGER, PRIMARY KEY (person, class)) WITHOUT ROWID;
"""


class Kind(IntEnum):
    """What a row of people or classes is to modbot."""

    GONE = 0  # left out, deleted or ended: those who refer to it vanish with it
    LISTED = 1  # people: no role known yet; classes: running
    STUDENT = 2
    STAFF = 3


@dataclass(frozen=True, slots=True)
class Secrets:
    """What an index is written under: `key` hides names, `salt` keys the digests of addresses."""

    key: bytes = field(default_factory=lambda: AESGCM.generate_key(256), repr=False)
    salt: bytes = field(default_factory=lambda: token_bytes(32), repr=False)


class Scratch:
    """The index. Made by `scratch`; used by one thread at a time."""

    def __init__(self, where: Place, secrets: Secrets, *, keep_details: bool, go_on: bool = False) -> None:
        """`go_on`: the file holds what an earlier reading told, under the same secrets."""
        self.secrets = secrets
        self.place = where
        self._path = where.path / INDEX
        self._db = sqlite3.connect(self._path, isolation_level=None, check_same_thread=False)
        self._cipher = AESGCM(secrets.key)
        self._keep_details = keep_details
        for setting in (
            "secure_delete=ON",
            "journal_mode=OFF",
            "synchronous=OFF",
            "temp_store=FILE",
            f"cache_size=-{CACHE_KIB}",
        ):
            self._db.execute(f"PRAGMA {setting}")
        if not go_on:
            self._db.executescript(_TOLD)
        self._db.executescript(_JOINED)
        self.former = {table: self._last(table) for table in ("people", "roles", "classes", "enrolments")}

    def _last(self, table: str) -> int:
        """The number of the last row that an earlier reading told."""
        return self.number(f"SELECT ifnull(max(n), 0) FROM {table}")  # noqa: S608 - our own names

    def close(self) -> None:
        """Let go of the file; a query that is under way ends."""
        self._db.interrupt()
        self._db.close()

    def add(self, statement: str, rows: Iterable[tuple[Any, ...]]) -> None:
        """Insert rows as they come, a few at a time."""
        self._db.execute("BEGIN")
        self._db.executemany(statement, rows)
        self._db.execute("COMMIT")

    def run(self, statement: str, *arguments: Any) -> None:
        """One statement without an answer."""
        self._db.execute(statement, arguments)

    def ask(self, query: str, *arguments: Any) -> Iterator[tuple[Any, ...]]:
        """A query's rows, a few at a time."""
        cursor = self._db.execute(query, arguments)
        while some := cursor.fetchmany(ROWS_AT_ONCE):
            yield from some

    def number(self, query: str, *arguments: Any) -> int:
        """A query's single number."""
        return int(next(self.ask(query, *arguments))[0])

    def rows(self, table: str) -> int:
        """How many rows a table has."""
        return self.number(f"SELECT count(*) FROM {table}")  # noqa: S608 - our own names

    def copy_to(self, path: Path) -> None:
        """Copy what was told, before anything is joined. Raises OSError, such as for a full disk."""
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "wb") as copy, self._path.open("rb") as original:
            shutil.copyfileobj(original, copy, 1024 * 1024)

    def cover(self, details: list[str]) -> bytes | None:
        """Details for the disk, readable under this index's key only; None when nothing but a check is wanted."""
        if not self._keep_details:
            return None
        nonce = os.urandom(_NONCE_BYTES)
        return nonce + self._cipher.encrypt(nonce, orjson.dumps(details), None)

    def uncover(self, covered: bytes | None) -> list[str]:
        """The inverse of `cover`; [] when details were not kept. Raises SealBroken under another key."""
        if covered is None:
            return []
        try:
            plain = self._cipher.decrypt(covered[:_NONCE_BYTES], covered[_NONCE_BYTES:], None)
        except InvalidTag:
            raise SealBroken("an index that was written under another key") from None
        details: list[str] = orjson.loads(plain)
        return details

    def mark(self, details: list[str]) -> bytes:
        """The same for the same details, and tells nothing of them to others: for noticing what changed."""
        return blake2b(orjson.dumps(details), digest_size=_MARK_BYTES, key=self.secrets.salt).digest()


@contextmanager
def scratch(
    folder: Path | None = None,
    *,
    keep_details: bool = True,
    secrets: Secrets | None = None,
    former: Path | None = None,
) -> Iterator[Scratch]:
    """An empty index in a private directory under `folder` (the system's temporary one), removed at the end.

    `former` is a copy that an earlier index made with `copy_to` under the same `secrets`: this one begins as it was.
    It needs about as much disk as the district's files take. What a killed process left there is removed.
    """
    with place(folder) as where:
        if former is not None:
            shutil.copyfile(former, where.path / INDEX)
        index = Scratch(where, secrets or Secrets(), keep_details=keep_details, go_on=former is not None)
        try:
            yield index
        finally:
            index.close()
