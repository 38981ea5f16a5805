"""How a server says where it listens: one line on standard output."""

from aiohttp import web

WORD = "listening on"


def announce(port: int) -> None:
    """Tell whoever started this process."""
    print(f"{WORD} {port}", flush=True)


async def serve(app: web.Application, port: int = 0, *, shared: bool = False) -> None:
    """Serve an aiohttp application as modbot does: no access log. `shared` lets several processes have the port."""
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", port, reuse_port=shared).start()
    announce(runner.addresses[0][1])
