"""The platforms by name: `PlatformName` lists them, each folder exports its `VENDOR`, each has its settings block.

A vendor's code is loaded when it is asked for: a district with one platform does not carry the libraries of five.
"""

from collections.abc import Iterator, Mapping
from functools import cache
from importlib import import_module

from modbot.model import Operation, PlatformName
from modbot.platforms import Capability, Means, Platform, Vendor
from modbot.settings import Settings


@cache
def vendor_of(name: PlatformName) -> Vendor:
    """What a platform's folder exports."""
    vendor = import_module(f"modbot.platforms.{name}").VENDOR
    if not isinstance(vendor, Vendor):
        raise TypeError(f"modbot.platforms.{name}.VENDOR is not a Vendor")
    return vendor


class _Declared(Mapping[PlatformName, Mapping[Operation, Capability]]):
    """Every platform's table."""

    def __getitem__(self, name: PlatformName) -> Mapping[Operation, Capability]:
        return vendor_of(name).declared

    def __iter__(self) -> Iterator[PlatformName]:
        return iter(PlatformName)

    def __len__(self) -> int:
        return len(PlatformName)


DECLARED: Mapping[PlatformName, Mapping[Operation, Capability]] = _Declared()


def configured(settings: Settings, means: Means) -> Mapping[PlatformName, Platform]:
    """The platforms this district has given credentials for."""
    blocks = {name: getattr(settings, name) for name in PlatformName}
    return {name: vendor_of(name).build(block, means) for name, block in blocks.items() if block.configured}
