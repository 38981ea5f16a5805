"""What holds of the simulated Teams for every input: encryption, options and links."""

import operator
import urllib.parse
from datetime import UTC, datetime
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from modbot.simulators.teams.options import CHOICES, DEFAULTS, NEWER_SCOPES, SCOPES, checked, in_force_now, merged
from modbot.simulators.teams.refusal import Refused
from modbot.simulators.teams.sealing import seal
from modbot.simulators.teams.world import User, new_meeting
from tests.platforms.teams.sim_house import Identity, opened

pytest_plugins = ["tests.platforms.teams.sim_fixtures"]

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=10,
)
LOBBY = st.fixed_dictionaries(
    {}, optional={"scope": st.sampled_from(SCOPES + NEWER_SCOPES), "isDialInBypassEnabled": st.booleans()}
).filter(bool)
CHANGES = st.fixed_dictionaries(
    {},
    optional={
        **{name: st.booleans() for name, usual in DEFAULTS.items() if isinstance(usual, bool)},
        **{name: st.sampled_from(values) for name, values in CHOICES.items() if name != "allowedPresenters"},
        "lobbyBypassSettings": LOBBY,
    },
)


def taken_whole(body: dict[str, Any]) -> bool:
    """Whether a change is taken; anything but a 400 with a reason fails."""
    try:
        return checked(body) == body
    except Refused as refusal:
        if refusal.status != 400 or not refusal.message:
            raise
        return False


@given(content=st.dictionaries(st.text(max_size=8), JSON, max_size=5))
@settings(deadline=None, max_examples=50)
def test_whatever_is_sealed_can_be_opened_with_the_key(identity: Identity, content: dict[str, Any]) -> None:
    assert opened(seal(content, identity.certificate, "1"), identity.key) == content


@given(change=CHANGES)
def test_writing_back_what_a_change_replaced_restores_every_option(change: dict[str, Any]) -> None:
    former = {name: DEFAULTS[name] for name in change}
    assert merged(merged(DEFAULTS, checked(change)), checked(former)) == DEFAULTS


@given(change=CHANGES)
def test_a_running_meeting_obeys_nothing_that_was_not_asked(change: dict[str, Any]) -> None:
    assert in_force_now(change).items() <= change.items()


ANY_NAMES = st.dictionaries(st.sampled_from([*DEFAULTS, "participants", "subject", "startDateTime"]) | st.text(), JSON)


@given(body=ANY_NAMES | st.builds(operator.or_, CHANGES, ANY_NAMES))
def test_any_body_is_taken_or_refused_with_a_reason(body: dict[str, Any]) -> None:
    if taken_whole(body):
        assert all(name in DEFAULTS or name in {"participants", "subject"} for name in body)


@given(subject=st.text())
def test_a_join_link_survives_being_quoted(subject: str) -> None:
    teacher = User("oid", "ada.reyes@example.org", "Ada Reyes", "tenant")
    link = new_meeting(teacher, subject, datetime(2026, 11, 24, tzinfo=UTC)).join_web_url
    assert urllib.parse.unquote(urllib.parse.quote(link, safe="")) == link
    assert urllib.parse.unquote(link).endswith('?context={"Tid":"tenant","Oid":"oid"}')
