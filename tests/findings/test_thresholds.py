"""The settings of findings: each threshold reaches the detectors, and each kind can be named."""

from datetime import timedelta
from typing import get_args

import pytest
from pydantic import ValidationError

from modbot.findings import FindingKind, Thresholds
from modbot.settings.findings import FindingSettings, KindName


def test_the_settings_as_they_come_are_the_thresholds_as_they_come() -> None:
    assert Thresholds.of(FindingSettings()) == Thresholds()


def test_a_districts_own_settings_become_its_thresholds() -> None:
    chosen = FindingSettings(
        wave_arrivals=6, wave_within_seconds=61, wave_over_class=3, wave_strangers=4, missing_sign_in=True,
        double_grace_seconds=91, just_left_seconds=301, raid_sections=3, raid_within_seconds=901,
    )  # fmt: skip
    assert Thresholds.of(chosen) == Thresholds(
        wave_arrivals=6,
        wave_within=timedelta(seconds=61),
        wave_over_class=3,
        wave_strangers=4,
        missing_sign_in=True,
        double_grace=timedelta(seconds=91),
        just_left=timedelta(seconds=301),
        raid_sections=3,
        raid_within=timedelta(seconds=901),
    )


def test_every_kind_can_be_switched_off_by_its_name() -> None:
    assert set(get_args(KindName)) == {str(kind) for kind in FindingKind}


def test_a_kind_that_there_is_not_is_a_mistake() -> None:
    with pytest.raises(ValidationError, match="join_waves"):
        FindingSettings.model_validate({"off": ["join_waves"]})
