"""The stages by platform: one line each."""

from collections.abc import Iterable, Mapping

from modbot.model import Operation, PlatformName
from modbot.platforms import How
from modbot.platforms.registry import DECLARED
from tests.conformance.stage import Stage
from tests.conformance.webex import WebexStage
from tests.conformance.zoom import ZoomStage

STAGES: Mapping[PlatformName, type[Stage]] = {stage.name: stage for stage in (ZoomStage, WebexStage)}

READ_ONLY = frozenset({Operation.POSTURE, Operation.PARTICIPANTS})


def declared(*hows: How) -> list[tuple[PlatformName, Operation]]:
    """Every operation of every platform that is declared to be done so."""
    return [
        (name, operation) for name, table in DECLARED.items() for operation in table if table[operation].how in hows
    ]


OFFERED = declared(How.NATIVE, How.SUBSTITUTE)
BY_HAND = declared(How.BY_HAND)
ACTS = [(name, operation) for name, operation in OFFERED if operation not in READ_ONLY]


def acts(only: Iterable[Operation]) -> list[tuple[PlatformName, Operation]]:
    """Those acts that are one of these operations."""
    wanted = frozenset(only)
    return [(name, operation) for name, operation in ACTS if operation in wanted]


def hows(operation: Operation) -> Mapping[PlatformName, How]:
    """How each platform declares to do this."""
    return {name: table[operation].how for name, table in DECLARED.items()}
