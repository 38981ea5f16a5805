"""The stages by platform: each in the file of the platform's name."""

from collections.abc import Iterable, Mapping
from importlib import import_module
from importlib.util import find_spec

from modbot.model import Operation, PlatformName
from modbot.platforms import How
from modbot.platforms.registry import DECLARED
from tests.conformance.stage import Stage


def _stage(name: PlatformName) -> type[Stage]:
    found = vars(import_module(f"tests.conformance.{name}")).values()
    stages = {one for one in found if isinstance(one, type) and issubclass(one, Stage)}
    (stage,) = {one for one in stages if getattr(one, "name", None) is name}
    return stage


STAGES: Mapping[PlatformName, type[Stage]] = {
    name: _stage(name) for name in PlatformName if find_spec(f"tests.conformance.{name}")
}
TABLES = {name: DECLARED[name] for name in STAGES}  # a platform without a stage fails in the ledger, not everywhere

READ_ONLY = frozenset({Operation.POSTURE, Operation.PARTICIPANTS})


def declared(*hows: How) -> list[tuple[PlatformName, Operation]]:
    """Every operation of every platform that is declared to be done so."""
    return [(name, operation) for name, table in TABLES.items() for operation in table if table[operation].how in hows]


OFFERED = declared(How.NATIVE, How.SUBSTITUTE)
BY_HAND = declared(How.BY_HAND)
ACTS = [(name, operation) for name, operation in OFFERED if operation not in READ_ONLY]


def acts(only: Iterable[Operation]) -> list[tuple[PlatformName, Operation]]:
    """Those acts that are one of these operations."""
    wanted = frozenset(only)
    return [(name, operation) for name, operation in ACTS if operation in wanted]


def hows(operation: Operation) -> Mapping[PlatformName, How]:
    """How each platform declares to do this."""
    return {name: table[operation].how for name, table in TABLES.items()}
