"""The platforms by name: `PlatformName` lists them, each folder exports its `VENDOR`, each has its settings block."""

from collections.abc import Mapping
from importlib import import_module

from modbot.model import Operation, PlatformName
from modbot.platforms import Capability, Means, Platform, Vendor
from modbot.settings import Settings


def _vendor(name: PlatformName) -> Vendor:
    vendor = import_module(f"modbot.platforms.{name}").VENDOR
    if not isinstance(vendor, Vendor):
        raise TypeError(f"modbot.platforms.{name}.VENDOR is not a Vendor")
    return vendor


VENDORS: Mapping[PlatformName, Vendor] = {name: _vendor(name) for name in PlatformName}
DECLARED: Mapping[PlatformName, Mapping[Operation, Capability]] = {
    name: vendor.declared for name, vendor in VENDORS.items()
}


def configured(settings: Settings, means: Means) -> Mapping[PlatformName, Platform]:
    """The platforms this district has given credentials for."""
    blocks = {name: getattr(settings, name) for name in VENDORS}
    return {name: VENDORS[name].build(block, means) for name, block in blocks.items() if block.configured}
