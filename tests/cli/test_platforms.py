"""`modbot platforms`: what can be done where."""

from modbot.model import Operation, PlatformName
from tests.cli.running import typed

FIELDS = {"how", "via", "needs", "steps", "effect", "instead", "proviso"}
ZOOM = {
    "MODBOT_ZOOM__ACCOUNT_ID": "account",
    "MODBOT_ZOOM__CLIENT_ID": "client",
    "MODBOT_ZOOM__CLIENT_SECRET": "invented",
}


def test_without_credentials_it_tells_what_each_platform_can_do() -> None:
    told = typed("platforms", "--json").json()
    assert set(told) == set(PlatformName)
    for table in told.values():
        assert set(table) == set(Operation)
        assert all(set(row) >= FIELDS for row in table.values())
    assert told["webex"]["lock"]["how"] == "native"
    assert told["zoom"]["lock"]["how"] == "substitute"
    assert told["zoom"]["mute"]["how"] == "by_hand"


def test_with_credentials_it_tells_only_of_the_platforms_that_have_them() -> None:
    assert set(typed("platforms", "--json", env=ZOOM).json()) == {"zoom"}


def test_all_tells_of_every_platform_whatever_is_set_up() -> None:
    assert set(typed("platforms", "--all", "--json", env=ZOOM).json()) == set(PlatformName)


def test_the_table_for_people_has_a_row_for_each_operation() -> None:
    shown = typed("platforms").out
    assert all(shown.count(f"\n│ {operation} ") == len(PlatformName) for operation in Operation)


def test_the_table_for_people_names_what_is_done_instead() -> None:
    assert rows(typed("platforms", env=ZOOM).out)["lock"][0] == "substitute: the waiting room is turned on"


def test_the_table_for_people_gives_the_clicks_where_only_the_host_can() -> None:
    how, by, _ = rows(typed("platforms", env=ZOOM).out)["admit"]
    assert (how, by) == ("by hand", "In Zoom, tap Participants. Tap Admit beside the person, or Admit all.")


def rows(drawn: str) -> dict[str, list[str]]:
    """The cells of one drawn table by operation, each on one line again."""
    found: dict[str, list[str]] = {}
    operation = ""
    for line in drawn.splitlines():
        if line.startswith("│"):
            first, *cells = [cell.strip() for cell in line.strip("│").split("│")]
            operation = first or operation
            found[operation] = [
                f"{old} {new}".strip() for old, new in zip(found.get(operation, [""] * 3), cells, strict=True)
            ]
    return found
