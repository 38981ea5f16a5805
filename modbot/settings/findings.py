"""What counts as a finding in a live class, and which ones teachers are told of: docs/findings.md."""

from typing import Literal

from pydantic import Field

from modbot.settings.block import Block

KindName = Literal["join_wave", "impostor", "stranger_shares", "name_taken_over", "raid"]


class FindingSettings(Block):
    """From where on something is a finding. Kinds named in `off` are never looked for."""

    off: tuple[KindName, ...] = ()
    wave_arrivals: int = Field(default=5, ge=1, le=1000)  # not recognised, within `wave_within_seconds`
    wave_within_seconds: int = Field(default=60, ge=1, le=3600)
    wave_over_class: int = Field(default=2, ge=0, le=1000)  # people here beyond the class, for those to count
    wave_strangers: int = Field(default=3, ge=1, le=1000)  # strangers, however many others are here
    missing_sign_in: bool = False  # a student's name without the usual sign-in is a finding too
    double_grace_seconds: int = Field(default=90, ge=0, le=3600)  # a lost connection may still be shown
    just_left_seconds: int = Field(default=300, ge=1, le=3600)
    raid_sections: int = Field(default=2, ge=2, le=100)
    raid_within_seconds: int = Field(default=900, ge=1, le=3600)
