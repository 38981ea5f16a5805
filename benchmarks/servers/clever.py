"""The simulated Clever with a district of a given size. Arguments: students, sections."""

import asyncio
import sys

from benchmarks.servers.listening import announce
from modbot.simulators.clever import CleverSimulator, Size


async def main(students: int, sections: int) -> None:
    """Listen on a free port until killed."""
    clever = CleverSimulator(size=Size(students=students, sections=sections))
    await clever.start()
    announce(int(clever.url.rpartition(":")[2]))
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(main(*map(int, sys.argv[1:])))
