"""The files of other projects that the demo page ships, each held to its hash.

    python -m scripts.vendored           say which are not what this table says, exit status 1 (a test runs this)
    python -m scripts.vendored --fetch   fetch each anew with npm, and keep only what has its hash

The page needs no build step and no network: it is given these files and loads nothing else. A newer release is taken
by changing its row; --fetch then says the hash it came with, to be looked at and written here.
"""

import hashlib
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

FOLDER = Path(__file__).resolve().parent.parent / "modbot" / "demo" / "page" / "assets" / "vendor"
FETCH_WITHIN_SECONDS = 120


@dataclass(frozen=True, slots=True)
class Vendored:
    """One file of one release of an npm package, and what it is called here."""

    package: str
    version: str
    inside: str
    name: str
    sha512: str


# htm's standalone module holds Preact and its hooks too, so the page needs one file; its licence is preact.LICENSE.
# fmt: off
FILES = (
    Vendored("htm", "3.1.1", "preact/standalone.module.js", "htm-preact.js",
        "023016453045a09419cc89c26a5daaca0116171baf7d0b4991b92f14065a66ff"
        "72202c30c7191fa2ced3ecbe039d1eaabc8b2083ed67b23ca8722e4d48ac8fdc"),
    Vendored("htm", "3.1.1", "LICENSE", "htm.LICENSE",
        "9ce418d47d58a035ea15f74a5feb3879bcb5dbc403099cbc106506f1d0105ef5"
        "b03aa361271edc48de49d034600de6c8ba5cb2c69064335c69517a6afbcfa655"),
    Vendored("preact", "11.2.0", "LICENSE", "preact.LICENSE",
        "ea6cb844617df9d6da93c5161079e5901220c11ea328b424057a0429f9b0fe63"
        "1ad6b9f2776e0ba5646b7b96300088f463f2038ac0738eae0f8b0fdd3f47e372"),
    Vendored("@fontsource-variable/inter", "5.3.0", "files/inter-latin-wght-normal.woff2", "inter-latin.woff2",
        "9acec3e7a411a1eb6d072c3773bb14e5aa74d85d334674ec0fb018b7937174d5"
        "b612b756b2ce7aa3993d31dfe172516e7aaec79c7dd209eac5fd15d9aea077e9"),
    Vendored("@fontsource-variable/inter", "5.3.0", "LICENSE", "inter.LICENSE",
        "3ec302b1e026f3fd739a60990e14308cd3f3a1613b1bc1c830340179b2c653be"
        "c3ba7522f47334911068bd455661496009fe3e3969abf52d0f4b3bef86c41af6"),
)
# fmt: on


def sha512(content: bytes) -> str:
    """The hash as it is written in the table."""
    return hashlib.sha512(content).hexdigest()


def problems(folder: Path = FOLDER) -> list[str]:
    """What is missing, changed or not in the table."""
    found = []
    for file in FILES:
        at = folder / file.name
        if not at.is_file():
            found.append(f"{file.name} is missing")
        elif sha512(at.read_bytes()) != file.sha512:
            found.append(f"{file.name} is not the file of {file.package} {file.version}")
    there = {at.name for at in folder.iterdir()} if folder.is_dir() else set()
    return [*found, *(f"{name} is in no row" for name in sorted(there - {file.name for file in FILES}))]


def fetched(file: Vendored) -> bytes:
    """The file as npm gives it. Raises ValueError when it has another hash, CalledProcessError when npm fails."""
    with tempfile.TemporaryDirectory() as folder:
        command = ["npm", "pack", "--silent", f"{file.package}@{file.version}"]
        subprocess.run(command, cwd=folder, check=True, timeout=FETCH_WITHIN_SECONDS, stdout=subprocess.DEVNULL)
        (packed,) = Path(folder).glob("*.tgz")
        with tarfile.open(packed) as archive:
            member = archive.extractfile(f"package/{file.inside}")
            content = member.read() if member else b""
    if sha512(content) != file.sha512:
        raise ValueError(f"{file.package} {file.version} {file.inside} has the hash {sha512(content)}")
    return content


def main(arguments: Sequence[str]) -> int:
    """Check the files, or fetch them; the exit status."""
    if arguments == ["--fetch"]:
        FOLDER.mkdir(parents=True, exist_ok=True)
        for file in FILES:
            (FOLDER / file.name).write_bytes(fetched(file))
    elif arguments:
        sys.stderr.write("usage: python -m scripts.vendored [--fetch]\n")
        return 2
    found = problems()
    sys.stdout.writelines(f"{problem}\n" for problem in found)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
