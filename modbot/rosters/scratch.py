"""A private index on disk, so that reading a roster of a million people needs no memory for them.

Rows come in any order and refer to one another by id; SQLite sorts and joins them in a bounded cache. Names, titles
and addresses are kept only under a key that lives in this process's memory, so a file left behind by a crash tells
nothing but ids.
"""

import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from enum import IntEnum
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import orjson
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

CACHE_KIB = 16 * 1024
ROWS_AT_ONCE = 2000
_NONCE_BYTES = 12

_SCHEMA = """
CREATE TABLE people (
    n INTEGER PRIMARY KEY, id TEXT NOT NULL, line INTEGER, kind INTEGER NOT NULL, enabled INTEGER NOT NULL,
    email BLOB, details BLOB);
CREATE TABLE roles (person TEXT NOT NULL, role TEXT NOT NULL, org TEXT NOT NULL, line INTEGER);
CREATE TABLE classes (
    n INTEGER PRIMARY KEY, id TEXT NOT NULL, line INTEGER, kind INTEGER NOT NULL, school TEXT, details BLOB);
CREATE TABLE enrolments (line INTEGER, teaches INTEGER, class INTEGER, person INTEGER);
CREATE TABLE seats (class INTEGER, person INTEGER, PRIMARY KEY (class, person)) WITHOUT ROWID;
CREATE TABLE teaching (person INTEGER, class INTEGER, PRIMARY KEY (person, class)) WITHOUT ROWID;
"""


class Kind(IntEnum):
    """What a row of people or classes is to modbot."""

    GONE = 0  # left out, deleted or ended: those who refer to it vanish with it
    LISTED = 1  # people: no role known yet; classes: running
    STUDENT = 2
    STAFF = 3


class Scratch:
    """The index. Made by `scratch`; used by one thread at a time."""

    def __init__(self, path: Path, *, keep_details: bool) -> None:
        self._db = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        self._cipher = AESGCM(AESGCM.generate_key(256))
        self._sealed = 0
        self._keep_details = keep_details
        for setting in ("journal_mode=OFF", "synchronous=OFF", "temp_store=FILE", f"cache_size=-{CACHE_KIB}"):
            self._db.execute(f"PRAGMA {setting}")
        self._db.executescript(_SCHEMA)

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

    def cover(self, details: list[str]) -> bytes | None:
        """Details for the disk, readable by this process only; None when nothing but a check is wanted."""
        if not self._keep_details:
            return None
        self._sealed += 1
        nonce = self._sealed.to_bytes(_NONCE_BYTES, "big")
        return nonce + self._cipher.encrypt(nonce, orjson.dumps(details), None)

    def uncover(self, covered: bytes | None) -> list[str]:
        """The inverse of `cover`; [] when details were not kept."""
        if covered is None:
            return []
        details: list[str] = orjson.loads(self._cipher.decrypt(covered[:_NONCE_BYTES], covered[_NONCE_BYTES:], None))
        return details


@contextmanager
def scratch(folder: Path | None = None, *, keep_details: bool = True) -> Iterator[Scratch]:
    """An empty index in a private directory under `folder` (the system's temporary one), removed at the end.

    It needs about as much disk as the district's files take.
    """
    with TemporaryDirectory(prefix="modbot-roster-", dir=folder) as directory:
        index = Scratch(Path(directory) / "index.db", keep_details=keep_details)
        try:
            yield index
        finally:
            index.close()
