"""The platforms of the suite: for each its vendor's description, and the drive that makes its adapter send it all."""

from collections.abc import Callable, Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass

from modbot.http import Http
from modbot.model import PlatformName
from tests.contract.described import Description
from tests.contract.drives.meet import meet
from tests.contract.drives.teams import teams
from tests.contract.drives.webex import webex
from tests.contract.drives.zoom import zoom
from tests.contract.google_description import GoogleDescription
from tests.contract.graph_description import GraphDescription
from tests.contract.watched import Drive
from tests.contract.webex_description import WebexDescription
from tests.contract.zoom_description import ZoomDescription

UNDESCRIBED = frozenset({"jitsi"})  # why: see the docstring of this folder


@dataclass(frozen=True, slots=True)
class Lane:
    """One platform's description and drive."""

    describe: Callable[[], Description]  # skips the test where the vendor's data is absent
    drive: Callable[[Http], AbstractAsyncContextManager[Drive]]


LANES: Mapping[PlatformName, Lane] = {
    PlatformName.ZOOM: Lane(ZoomDescription, zoom),
    PlatformName.WEBEX: Lane(WebexDescription, webex),
    PlatformName.MEET: Lane(GoogleDescription, meet),
    PlatformName.TEAMS: Lane(GraphDescription, teams),
}
