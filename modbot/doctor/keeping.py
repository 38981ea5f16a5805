"""What modbot keeps things in: the store, the data directory and the keys."""

import os
import stat
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from modbot.doctor import Check, Probe, bad, good
from modbot.errors import ConfigError
from modbot.seal import Keyring
from modbot.store import Store

OLDEST = (6, 2)
FULL = 0.8  # of its memory limit
REACH = "Start the Redis or Valkey server, and compare MODBOT_REDIS_URL with its address, user and password."


def store_probe(store: Store, where: str) -> Probe:
    """Reachable, durable, and not throwing anything away. `where` says which store it is."""

    async def run() -> Sequence[Check]:
        await store.ping()
        facts = await store.facts()
        return [good("store", where), _version(facts), _durable(facts), _keeps_all(facts), _writable(facts)]

    return Probe("store", REACH, run)


def _version(facts: Mapping[str, Any]) -> Check:
    name = "store version"
    said = str(facts.get("valkey_version") or facts.get("redis_version") or "")
    compatible = str(facts.get("redis_version") or said)
    if not said or tuple(int(part) for part in compatible.split(".")[:2] if part.isdigit()) >= OLDEST:
        return good(name, said or "not told")
    return bad(name, said, "Use Redis 6.2 or newer, or Valkey.")


def _durable(facts: Mapping[str, Any]) -> Check:
    name = "store keeps data on disk"
    if not facts.get("aof_enabled"):
        found = "the append-only file is off: what staff were promised is lost when the server stops"
        return bad(name, found, "Set `appendonly yes` on the server (CONFIG SET appendonly yes, and in redis.conf).")
    if facts.get("aof_last_write_status", "ok") != "ok":
        return bad(name, "the last write to its file failed", "Look at the server's disk: it is full or broken.")
    return good(name, "append-only file on")


def _keeps_all(facts: Mapping[str, Any]) -> Check:
    name = "store evicts nothing"
    policy = str(facts.get("maxmemory_policy", "not told"))
    limit, used = int(facts.get("maxmemory", 0)), int(facts.get("used_memory", 0))
    if policy not in ("noeviction", "not told"):
        return bad(name, f"maxmemory-policy {policy}", "Set `maxmemory-policy noeviction`: evicted data is lost pages.")
    if limit and used > FULL * limit:
        return bad(name, f"{used / limit:.0%} of its memory is used", "Give the server more memory (maxmemory).")
    return good(name, f"maxmemory-policy {policy}")


def _writable(facts: Mapping[str, Any]) -> Check:
    role = str(facts.get("role", "master"))
    if role != "master":
        return bad("store takes writes", f"it is a {role}", "Name the primary server in MODBOT_REDIS_URL.")
    return good("store takes writes", "primary")


def directory_probe(data_dir: Path) -> Probe:
    """The data directory is ours alone: it holds the store and the keys."""
    path = data_dir.expanduser()

    async def run() -> Sequence[Check]:
        return [_private(path)]

    return Probe("data directory", "Set MODBOT_DATA_DIR to a directory of modbot's own.", run)


def _private(path: Path) -> Check:
    name = "data directory"
    try:
        found = path.stat()
    except OSError as error:
        return bad(name, f"{path}: {error.strerror}", "Make the directory, or set MODBOT_DATA_DIR to another.")
    mode = stat.S_IMODE(found.st_mode)
    if found.st_uid != os.getuid():
        return bad(name, f"{path} belongs to another account", f"Run: chown -R {os.getuid()} {path}")
    if mode & (stat.S_IRWXG | stat.S_IRWXO):
        return bad(name, f"{path} has mode {mode:o}: others may look in", f"Run: chmod 700 {path}")
    return good(name, f"{path}, private")


def keys_probe(load: Callable[[], Keyring], where: str) -> Probe:
    """The encryption keys can be read. That they open what is kept shows with the roster."""
    name = "encryption keys"

    async def run() -> Sequence[Check]:
        try:
            load()
        except ConfigError as error:
            return [bad(name, f"{error.setting} {error.problem}", "Put the keys back, or make one: modbot keys new")]
        return [good(name, f"read from {where}")]

    return Probe(name, "Put the keys back from your backup.", run)
