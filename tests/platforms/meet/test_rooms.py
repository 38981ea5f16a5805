"""Class links made by modbot: the teacher owns them, co-hosts come in, and modbot may end what runs in them."""

import pytest

from modbot.errors import NotOffered, VendorFault
from modbot.model import Operation, PlatformName
from tests.platforms.meet.world import COLLEAGUE, PUPIL, STRANGER, TEACHER, World, aim


async def test_a_link_is_the_teachers_and_lets_the_district_in(world: World) -> None:
    made = await world.platform().create_room(TEACHER)
    space = world.sim.spaces[made.room.id]
    assert (space.owner.email, space.created_by_app, made.room.platform) == (TEACHER, True, PlatformName.MEET)
    assert (space.config["accessType"], space.config["moderation"]) == ("TRUSTED", "ON")
    assert made.link == f"https://meet.google.com/{space.code}"
    assert made.code == space.code


async def test_pupils_come_in_and_may_not_present(world: World) -> None:
    made = await world.platform().create_room(TEACHER)
    meeting = world.sim.start_meeting(TEACHER, space=world.sim.spaces[made.room.id])
    pupil = world.sim.join(meeting, "Cleo Park", PUPIL)
    assert pupil.state == "joined"
    assert not world.sim.present(meeting, pupil.id)
    assert world.sim.join(meeting, "kid", STRANGER).state == "knocking"


async def test_cohosts_come_in_without_knocking(world: World) -> None:
    world.sim.people.add(COLLEAGUE)
    made = await world.platform().create_room(TEACHER, [COLLEAGUE, COLLEAGUE])
    members = world.sim.spaces[made.room.id].members.values()
    assert [(one.email, one.role) for one in members] == [(COLLEAGUE, "COHOST")]
    assert made.cohosts == (COLLEAGUE,)


async def test_a_cohost_who_cannot_be_added_is_told_and_does_not_undo_the_link(world: World) -> None:
    world.sim.faults.only = "/members"
    world.sim.faults.fail_next.append((500, {}, b"{}"))
    made = await world.platform().create_room(TEACHER, [COLLEAGUE, PUPIL])
    assert made.cohosts == (PUPIL,)
    assert made.failed == ((COLLEAGUE, "Google has a fault at this moment."),)


async def test_what_modbot_made_it_can_end(world: World) -> None:
    platform = world.platform()
    made = await platform.create_room(TEACHER)
    meeting = world.sim.start_meeting(TEACHER, space=world.sim.spaces[made.room.id])
    await platform.perform(Operation.END, aim(meeting))
    assert not world.sim.state(meeting).live


async def test_a_link_is_not_made_twice_when_google_falters(world: World) -> None:
    world.sim.faults.only = "POST /v2/spaces"
    world.sim.faults.fail_next.extend([(503, {}, b"{}")] * 2)
    with pytest.raises(VendorFault):
        await world.platform().create_room(TEACHER)
    assert len(world.calls("POST", "/v2/spaces")) == 1


async def test_without_the_setting_no_link_is_made(world: World) -> None:
    with pytest.raises(NotOffered):
        await world.platform(create_rooms=False).create_room(TEACHER)
    assert world.sim.seen == []
