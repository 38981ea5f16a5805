"""The private folder of an index, and what killed processes left beside it.

Each folder holds a file that its process keeps locked. The kernel lets go of the lock when the process ends, however it
ends, so a file that can be locked belongs to nobody any more. In it stand the imports the process had begun: a dead one
need not keep the next import waiting.
"""

import fcntl
import os
import re
import shutil
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory, gettempdir

from modbot.log import get_logger

PREFIX = "modbot-roster-"
IN_USE = "in-use"
INDEX = "index.db"
DEAD_AFTER = timedelta(days=1)  # where no file could be locked: nobody works on an index for a day
_IMPORT = re.compile(rb"[0-9a-f]{1,64}")
_LONGEST_BYTES = 64 * 1024

log = get_logger("roster")


class Place:
    """A folder that counts as in use for as long as this process lives. Its methods do disk work."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.dead: frozenset[str] = frozenset()  # imports that were begun here by processes that live no more
        self._file = _locked(path)

    def begun(self, imports: Iterable[str]) -> None:
        """Write down that these imports were begun, or left dead, by whoever works here. Raises OSError."""
        if self._file is not None:
            os.write(self._file, b"".join(b"%s\n" % one.encode("ascii") for one in imports))

    def clear_dead(self) -> None:
        """Remove what processes that live no more left beside this folder, having written down their imports."""
        for folder in self.path.parent.glob(f"{PREFIX}*"):
            if folder != self.path:
                with suppress(OSError):  # another account's, or another process was quicker
                    self._clear(folder)

    def _clear(self, folder: Path) -> None:
        about = folder.lstat()
        if about.st_uid != os.getuid() or folder.is_symlink():
            return
        if not (folder / IN_USE).exists():
            if (folder / INDEX).stat().st_mtime < time.time() - DEAD_AFTER.total_seconds():
                shutil.rmtree(folder)
            return
        file = os.open(folder / IN_USE, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)  # fails where its process lives
            imports = [one.decode() for one in os.read(file, _LONGEST_BYTES).split() if _IMPORT.fullmatch(one)]
            self.begun(imports)
            self.dead |= frozenset(imports)
            shutil.rmtree(folder)
        finally:
            os.close(file)

    def leave(self) -> None:
        """It is in use no more."""
        if self._file is not None:
            os.close(self._file)


@contextmanager
def place(folder: Path | None = None) -> Iterator[Place]:
    """A private folder under `folder` (the system's temporary one), removed at the end. Clears what the dead left."""
    with TemporaryDirectory(prefix=PREFIX, dir=folder or gettempdir()) as directory:
        mine = Place(Path(directory))
        try:
            mine.clear_dead()
            yield mine
        finally:
            mine.leave()


def _locked(path: Path) -> int | None:
    """A file that this process holds locked, under its own name only then: nobody finds it unlocked. None where the
    disk knows no locks.
    """
    fresh = path / f"{IN_USE}.new"
    file = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_APPEND, 0o600)
    try:
        fcntl.flock(file, fcntl.LOCK_EX)
    except OSError as error:
        log.info("no_locks_on_this_disk", path=str(path), reason=type(error).__name__)
        os.close(file)
        fresh.unlink()
        return None
    fresh.rename(path / IN_USE)
    return file
