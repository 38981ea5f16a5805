"""Each operation against the simulated Google: what is sent, what changes, and what a re-read shows."""

import json
from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from modbot.errors import Conflict, Forbidden, NotOffered, PartlyDone, VendorFault
from modbot.model import Operation, Session
from modbot.platforms import How, Receipt, Seen, Target
from modbot.simulators.meet import CREATED
from tests.platforms.meet.world import COLLEAGUE, PUPIL, STRANGER, TEACHER, World, aim, session_of


async def test_lock_makes_strangers_knock_and_says_how_entry_was_before(world: World) -> None:
    platform, meeting = world.platform(), world.class_in_session()
    assert await platform.check(Operation.LOCK, aim(meeting)) is Seen.NOT_IN_EFFECT
    assert await platform.perform(Operation.LOCK, aim(meeting)) == Receipt(former={"accessType": "TRUSTED"})
    assert world.sim.join(meeting, "Cleo", PUPIL).state == "knocking"
    assert await platform.check(Operation.LOCK, aim(meeting)) is Seen.IN_EFFECT


async def test_lock_is_one_patch_of_the_access_type_alone(world: World) -> None:
    meeting = world.class_in_session()
    await world.platform().perform(Operation.LOCK, aim(meeting))
    assert world.calls("PATCH", "/") == [f"/v2/spaces/{meeting.space.id}?updateMask=config.accessType"]
    assert [one.body for one in world.sim.seen if one.method == "PATCH"] == [b'{"config":{"accessType":"RESTRICTED"}}']


async def test_lock_asks_for_no_wider_scope_than_changing_settings(world: World) -> None:
    world.sim.delegated.clear()
    world.sim.delegated.add("https://www.googleapis.com/auth/meetings.space.settings")
    meeting = world.class_in_session()
    await world.platform().perform(Operation.LOCK, aim(meeting))
    assert world.sim.state(meeting).access == "RESTRICTED"


async def test_locking_a_restricted_class_is_already_so_and_changes_nothing(world: World) -> None:
    platform, meeting = world.platform(), world.class_in_session()
    await platform.perform(Operation.LOCK, aim(meeting))
    assert await platform.perform(Operation.LOCK, aim(meeting)) == Receipt(already=True)
    assert len(world.calls("PATCH", "/")) == 1


async def test_the_former_entry_is_remembered_before_the_lock_is_sent(world: World) -> None:
    meeting = world.class_in_session()
    remembered: list[tuple[Mapping[str, Any], str]] = []

    async def remember(former: Mapping[str, Any]) -> None:
        remembered.append((former, world.sim.state(meeting).access))

    await world.platform().perform(Operation.LOCK, Target(session_of(meeting), remember=remember))
    assert remembered == [({"accessType": "TRUSTED"}, "TRUSTED")]


async def test_a_class_whose_settings_cannot_be_read_is_restricted_all_the_same(world: World) -> None:
    platform, meeting = world.platform(), world.class_in_session()
    world.sim.faults.only = "GET /v2/spaces"
    world.sim.faults.fail_next.append((500, {}, b"{}"))
    assert await platform.perform(Operation.LOCK, aim(meeting)) == Receipt()
    assert world.sim.state(meeting).access == "RESTRICTED"


async def test_unlock_puts_back_who_may_come_in(world: World) -> None:
    platform, meeting = world.platform(), world.class_in_session()
    receipt = await platform.perform(Operation.LOCK, aim(meeting))
    undo = aim(meeting, former=receipt.former)
    assert await platform.check(Operation.UNLOCK, undo) is Seen.NOT_IN_EFFECT
    assert not (await platform.perform(Operation.UNLOCK, undo)).already
    assert world.sim.state(meeting).access == "TRUSTED"
    assert await platform.check(Operation.UNLOCK, undo) is Seen.IN_EFFECT


async def test_unlock_of_a_class_that_is_open_is_already_so(world: World) -> None:
    platform, meeting = world.platform(), world.class_in_session()
    assert (await platform.perform(Operation.UNLOCK, aim(meeting))).already
    assert await platform.check(Operation.UNLOCK, aim(meeting)) is Seen.IN_EFFECT


async def test_unlock_does_not_guess_who_could_come_in_before(world: World) -> None:
    platform, meeting = world.platform(), world.class_in_session()
    await platform.perform(Operation.LOCK, aim(meeting))
    with pytest.raises(Conflict, match="without former settings"):
        await platform.perform(Operation.UNLOCK, aim(meeting))
    assert await platform.check(Operation.UNLOCK, aim(meeting)) is Seen.NOT_IN_EFFECT


async def test_harden_is_one_patch_of_entry_and_of_what_pupils_may_do(world: World) -> None:
    platform, meeting = world.platform(), world.class_in_session()
    stranger = world.sim.join(meeting, "Cleo", PUPIL)
    await platform.perform(Operation.HARDEN, aim(meeting))
    (patch,) = [json.loads(one.body) for one in world.sim.seen if one.method == "PATCH"]
    assert patch["config"] == {
        "accessType": "RESTRICTED",
        "moderation": "ON",
        "moderationRestrictions": {
            "presentRestriction": "HOSTS_ONLY",
            "chatRestriction": "HOSTS_ONLY",
            "reactionRestriction": "HOSTS_ONLY",
        },
    }
    assert not world.sim.present(meeting, stranger.id)
    assert await platform.check(Operation.HARDEN, aim(meeting)) is Seen.IN_EFFECT


async def test_hardening_a_hardened_class_changes_nothing(world: World) -> None:
    platform, meeting = world.platform(), world.class_in_session()
    await platform.perform(Operation.HARDEN, aim(meeting))
    assert await platform.perform(Operation.HARDEN, aim(meeting)) == Receipt(already=True)
    assert len(world.calls("PATCH", "/")) == 1


_RESTRICTION = st.sampled_from(["HOSTS_ONLY", "NO_RESTRICTION"])
_CONFIGS = st.fixed_dictionaries(
    {
        "accessType": st.sampled_from(["OPEN", "TRUSTED", "RESTRICTED"]),
        "moderation": st.sampled_from(["ON", "OFF"]),
        "moderationRestrictions": st.fixed_dictionaries(
            {
                "presentRestriction": _RESTRICTION,
                "chatRestriction": _RESTRICTION,
                "reactionRestriction": _RESTRICTION,
                "defaultJoinAsViewerType": st.sampled_from(["ON", "OFF"]),
            }
        ),
    }
)


@given(_CONFIGS, st.lists(st.sampled_from([Operation.LOCK, Operation.HARDEN]), min_size=1, max_size=3))
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
async def test_restore_ends_exactly_where_the_class_began(
    world: World, config: dict[str, Any], acts: list[Operation]
) -> None:
    if config["moderation"] == "OFF":  # Google resets the restrictions with it
        config["moderationRestrictions"] = dict(
            dict.fromkeys(("presentRestriction", "chatRestriction", "reactionRestriction"), "NO_RESTRICTION"),
            defaultJoinAsViewerType="OFF",
        )
    world.sim.gate.limits.write = world.sim.gate.limits.read = 10_000
    platform, meeting = world.platform(), world.class_in_session()
    meeting.space.config = {**meeting.space.config, **config}
    former: dict[str, Any] = {}

    async def remember(changed: Mapping[str, Any]) -> None:
        former.update({name: value for name, value in changed.items() if name not in former})

    for act in acts:
        await platform.perform(act, Target(session_of(meeting), remember=remember))
    undo = aim(meeting, former=former)
    await platform.perform(Operation.RESTORE, undo)
    assert {name: meeting.space.config[name] for name in config} == config
    assert await platform.check(Operation.RESTORE, undo) is Seen.IN_EFFECT


async def test_switching_moderation_off_again_sends_no_restrictions_along(world: World) -> None:
    platform, meeting = world.platform(), world.class_in_session()
    receipt = await platform.perform(Operation.HARDEN, aim(meeting))
    await platform.perform(Operation.RESTORE, aim(meeting, former=receipt.former))
    *_, restoring = [json.loads(one.body) for one in world.sim.seen if one.method == "PATCH"]
    assert restoring == {"config": {"accessType": "TRUSTED", "moderation": "OFF"}}
    assert world.calls("PATCH", "/")[-1].endswith("?updateMask=config.accessType,config.moderation")


async def test_restore_leaves_alone_what_the_host_changed_and_modbot_did_not(world: World) -> None:
    platform, meeting = world.platform(), world.class_in_session()
    receipt = await platform.perform(Operation.LOCK, aim(meeting))
    meeting.space.config["moderation"] = "ON"
    await platform.perform(Operation.RESTORE, aim(meeting, former=receipt.former))
    assert world.sim.state(meeting).moderated


async def test_restore_without_former_settings_asks_google_for_nothing(world: World) -> None:
    meeting = world.class_in_session()
    assert (await world.platform().perform(Operation.RESTORE, aim(meeting))).already
    assert world.sim.seen == []


@pytest.mark.parametrize("operation", [Operation.LOCK, Operation.HARDEN])
async def test_a_success_that_changed_nothing_is_seen_as_none(world: World, operation: Operation) -> None:
    platform, meeting = world.platform(), world.class_in_session()
    world.sim.faults.lie, world.sim.faults.only = True, "PATCH"
    await platform.perform(operation, aim(meeting))
    assert await platform.check(operation, aim(meeting)) is Seen.NOT_IN_EFFECT


async def test_end_restricts_entry_first_so_that_nobody_comes_straight_back(world: World) -> None:
    platform, meeting = world.platform(), world.class_in_session(created_by_app=True)
    world.sim.join(meeting, "Cleo", PUPIL)
    receipt = await platform.perform(Operation.END, aim(meeting))
    assert receipt == Receipt(former={"accessType": "TRUSTED"})
    assert not world.sim.state(meeting).live
    again = world.sim.start_meeting(TEACHER, space=meeting.space)
    assert world.sim.join(again, "Cleo", PUPIL).state == "knocking"


async def test_end_is_seen_by_the_record_of_the_run(world: World) -> None:
    platform, meeting = world.platform(), world.class_in_session(created_by_app=True)
    assert await platform.check(Operation.END, aim(meeting)) is Seen.NOT_IN_EFFECT
    await platform.perform(Operation.END, aim(meeting))
    assert await platform.check(Operation.END, aim(meeting)) is Seen.IN_EFFECT


async def test_an_end_that_did_not_happen_is_seen(world: World) -> None:
    platform, meeting = world.platform(), world.class_in_session(created_by_app=True)
    world.sim.faults.lie, world.sim.faults.only = True, ":endActiveConference"
    await platform.perform(Operation.END, aim(meeting))
    assert await platform.check(Operation.END, aim(meeting)) is Seen.NOT_IN_EFFECT


async def test_a_link_that_calendar_made_is_restricted_but_not_ended_and_the_reason_is_given(world: World) -> None:
    platform, meeting = world.platform(), world.class_in_session()
    with pytest.raises(NotOffered) as refused:
        await platform.perform(Operation.END, aim(meeting))
    assert "only classes whose link modbot made" in refused.value.staff_text
    assert world.sim.state(meeting).live
    assert world.sim.state(meeting).access == "RESTRICTED"


async def test_ending_an_old_run_does_not_end_the_next_one(world: World) -> None:
    platform, first = world.platform(), world.class_in_session(created_by_app=True)
    old = aim(first)
    world.sim.end(first)
    second = world.sim.start_meeting(TEACHER, space=first.space)
    assert (await platform.perform(Operation.END, old)).already
    assert world.sim.state(second).live


async def test_an_end_that_is_not_delegated_names_the_cure(world: World) -> None:
    world.sim.delegated.discard(CREATED)
    platform, meeting = world.platform(), world.class_in_session(created_by_app=True)
    with pytest.raises(PartlyDone, match=r"scope=meetings\.space\.created") as refused:
        await platform.perform(Operation.END, aim(meeting))
    assert "Entry to the class is restricted now" in refused.value.staff_text
    assert "domain-wide delegation" in refused.value.staff_text


async def test_an_end_is_never_sent_twice(world: World) -> None:
    platform, meeting = world.platform(), world.class_in_session(created_by_app=True)
    world.sim.faults.only = ":endActiveConference"
    world.sim.faults.fail_next.extend([(503, {}, b"{}")] * 2)
    with pytest.raises(PartlyDone) as refused:
        await platform.perform(Operation.END, aim(meeting))
    assert isinstance(refused.value.rest, VendorFault)
    assert len(world.calls("POST", "/v2/spaces")) == 1


@pytest.mark.parametrize("operation", [Operation.EJECT, Operation.ADMIT, Operation.MUTE])
async def test_what_google_has_no_call_for_is_the_hosts_own_clicks(world: World, operation: Operation) -> None:
    platform, meeting = world.platform(), world.class_in_session()
    assert platform.capabilities[operation].how is How.BY_HAND
    with pytest.raises(NotOffered):
        await platform.perform(operation, aim(meeting))
    assert world.sim.seen == []


async def test_the_clicks_of_an_eject_say_to_block(world: World) -> None:
    assert any("Block" in step for step in world.platform().capabilities[Operation.EJECT].steps)


async def test_without_room_making_the_end_is_by_hand(world: World) -> None:
    assert world.platform(create_rooms=False).capabilities[Operation.END].how is How.BY_HAND
    assert world.platform().capabilities[Operation.END].how is How.NATIVE


async def test_a_class_of_somebody_else_is_not_changed(world: World) -> None:
    world.sim.people.add(COLLEAGUE)
    platform, meeting = world.platform(), world.class_in_session()
    theirs = session_of(meeting)
    target = Target(Session(theirs.room, theirs.id, host_email=COLLEAGUE))
    with pytest.raises(Forbidden):
        await platform.perform(Operation.LOCK, target)
    assert world.sim.state(meeting).access == "TRUSTED"


async def test_a_class_whose_owner_is_not_known_is_not_taken_for_one_that_is_over(world: World) -> None:
    platform, meeting = world.platform(), world.class_in_session()
    nobodys = Target(Session(session_of(meeting).room, meeting.id))
    with pytest.raises(Forbidden, match="no host known"):
        await platform.check(Operation.END, nobodys)


async def test_locks_go_ahead_of_everything_else_in_the_budget(world: World) -> None:
    meeting = world.class_in_session()
    world.sim.join(meeting, "kid", STRANGER)
    await world.platform().perform(Operation.LOCK, aim(meeting))
    assert {urgency for _, _, urgency in world.lent.budget.taken} == {0}


async def test_each_call_counts_against_the_project_and_the_user(world: World) -> None:
    await world.platform().perform(Operation.LOCK, aim(world.class_in_session()))
    names = [name for name, _, _ in world.lent.budget.taken]
    assert [name.rpartition(":")[0] if name.count(":") > 1 else name for name in names] == [
        "meet:read", "meet:read", "meet:write", "meet:write",
    ]  # fmt: skip
    assert not any(TEACHER in name for name in names)
