"""`modbot platforms`: what can be done where."""

from modbot.model import Operation
from tests.cli.running import typed

FIELDS = {"how", "via", "needs", "steps", "effect"}
ZOOM = {
    "MODBOT_ZOOM__ACCOUNT_ID": "account",
    "MODBOT_ZOOM__CLIENT_ID": "client",
    "MODBOT_ZOOM__CLIENT_SECRET": "invented",
}


def test_without_credentials_it_tells_what_each_platform_can_do() -> None:
    told = typed("platforms", "--json").json()
    assert set(told) == {"zoom", "webex"}
    for table in told.values():
        assert set(table) == set(Operation)
        assert all(set(row) >= FIELDS for row in table.values())
    assert told["webex"]["lock"]["how"] == "native"
    assert told["zoom"]["lock"]["how"] == "substitute"
    assert told["zoom"]["mute"]["how"] == "by_hand"


def test_with_credentials_it_tells_only_of_the_platforms_that_have_them() -> None:
    assert set(typed("platforms", "--json", env=ZOOM).json()) == {"zoom"}


def test_all_tells_of_every_platform_whatever_is_set_up() -> None:
    assert set(typed("platforms", "--all", "--json", env=ZOOM).json()) == {"zoom", "webex"}


def test_the_table_for_people_has_a_row_for_each_operation() -> None:
    shown = typed("platforms").out
    assert all(shown.count(f"│ {operation} ") == 2 for operation in Operation)
