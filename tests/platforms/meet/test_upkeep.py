"""Subscriptions: made for each host, renewed, made again, adopted, and never stopped by one host's trouble."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from modbot.errors import StoreUnavailable, Unreachable
from modbot.model import EventKind
from modbot.platforms import NOTHING_TO_TEND
from modbot.platforms.meet import build
from modbot.platforms.meet.upkeep import AT_MOST, LOOK_AGAIN, MORE_TO_DO
from modbot.simulators.meet import READONLY
from tests.platforms.meet.world import COLLEAGUE, STRANGER, TEACHER, World

CREATE, RENEW = ("POST", "/v1/subscriptions"), ("PATCH", "/v1/subscriptions")
A_DAY = timedelta(days=1)


async def test_each_host_gets_a_subscription_to_their_own_classes(world: World) -> None:
    world.sim.people.add(COLLEAGUE)
    world.lent.hosts = [TEACHER, COLLEAGUE, TEACHER.upper()]
    assert await world.platform().tend() == LOOK_AGAIN
    for host in (TEACHER, COLLEAGUE):
        held = world.subscription_of(host)
        assert held.target.endswith(f"/users/{held.user.id}")
        assert held.topic == world.sim.topic


async def test_the_four_events_of_a_class_are_asked_for(world: World) -> None:
    world.lent.hosts = [TEACHER]
    await world.platform().tend()
    assert {one.rpartition("meet.")[2] for one in world.subscription_of(TEACHER).event_types} == {
        "conference.v2.started",
        "conference.v2.ended",
        "participant.v2.joined",
        "participant.v2.left",
    }


async def test_a_restart_makes_nothing_again(world: World) -> None:
    world.lent.hosts = [TEACHER]
    await world.platform().tend()
    await world.platform().tend()
    assert len(world.calls(*CREATE)) == 1


async def test_a_subscription_is_renewed_at_half_its_life(world: World) -> None:
    world.lent.hosts = [TEACHER]
    await world.platform().tend()
    world.clock.forward(timedelta(days=3))
    await world.platform().tend()
    assert world.calls(*RENEW) == []
    world.clock.forward(timedelta(hours=13))
    await world.platform().tend()
    assert len(world.calls(*RENEW)) == 1
    assert world.subscription_of(TEACHER).expires_at == world.clock.at + timedelta(days=7)


async def test_a_reminder_renews_it_at_the_next_look(world: World) -> None:
    world.lent.hosts = [TEACHER]
    platform = world.platform()
    await platform.tend()
    world.sim.remind(world.subscription_of(TEACHER))
    await world.heard(world.platform())
    await platform.tend()
    assert len(world.calls(*RENEW)) == 1


async def test_one_that_expired_is_made_again(world: World) -> None:
    world.lent.hosts = [TEACHER]
    platform = world.platform()
    await platform.tend()
    old = world.subscription_of(TEACHER)
    world.sim.expire(old)
    await world.heard(world.platform())
    await platform.tend()
    assert world.subscription_of(TEACHER).name != old.name


async def test_one_that_expired_unheard_is_made_again_when_it_is_to_be_renewed(world: World) -> None:
    world.lent.hosts = [TEACHER]
    platform = world.platform()
    await platform.tend()
    world.clock.forward(timedelta(days=8))
    await platform.tend()
    assert world.subscription_of(TEACHER).expires_at > world.clock.at


async def test_a_suspended_one_is_set_going_again(world: World) -> None:
    world.lent.hosts = [TEACHER]
    platform = world.platform()
    await platform.tend()
    world.sim.suspend(world.subscription_of(TEACHER))
    await world.heard(world.platform())
    await platform.tend()
    assert world.subscription_of(TEACHER).active


async def test_one_that_is_there_already_is_taken_on(world: World) -> None:
    held = world.sim.subscribe(TEACHER)
    world.lent.hosts = [TEACHER]
    platform = world.platform()
    await platform.tend()
    world.class_in_session()
    assert world.subscription_of(TEACHER).name == held.name
    assert {one.host_email for one in await world.events(platform)} == {TEACHER}


async def test_a_suspended_one_that_is_there_already_is_set_going_again(world: World) -> None:
    world.sim.suspend(world.sim.subscribe(TEACHER))
    world.lent.hosts = [TEACHER]
    await world.platform().tend()
    assert world.subscription_of(TEACHER).active


async def test_one_that_tells_too_little_is_replaced(world: World) -> None:
    old = world.sim.subscribe(TEACHER, ("google.workspace.meet.conference.v2.started",))
    world.lent.hosts = [TEACHER]
    await world.platform().tend()
    held = world.subscription_of(TEACHER)
    assert held.name != old.name
    assert len(held.event_types) == 4


async def test_a_host_google_does_not_know_stops_nobody_else(world: World) -> None:
    world.lent.hosts = ["aaron.nobody@example.org", TEACHER]
    await world.platform().tend()
    assert world.subscription_of(TEACHER).active


async def test_a_host_google_does_not_know_is_left_alone_for_a_day(world: World) -> None:
    world.lent.hosts = ["aaron.nobody@example.org"]
    await world.platform().tend()
    asked = len(world.sim.seen)
    world.clock.forward(A_DAY - timedelta(minutes=2))
    await world.platform(directory_admin=world.sim.admin_email).tend()
    assert len(world.sim.seen) == asked
    world.clock.forward(timedelta(minutes=3))
    await world.platform().tend()
    assert len(world.sim.seen) > asked


async def test_what_it_can_mend_is_tried_again_within_minutes(world: World) -> None:
    world.sim.delegated.discard(READONLY)
    world.lent.hosts = [TEACHER]
    await world.platform().tend()
    world.sim.delegated.add(READONLY)
    world.clock.forward(timedelta(minutes=11))
    await world.platform().tend()
    assert world.subscription_of(TEACHER).active


async def test_a_topic_that_google_may_not_publish_to_is_tried_again_within_minutes(world: World) -> None:
    world.sim.topics.clear()
    world.lent.hosts = [TEACHER]
    await world.platform().tend()
    world.sim.topics.add(world.sim.topic)
    world.clock.forward(timedelta(minutes=11))
    await world.platform().tend()
    assert world.subscription_of(TEACHER).active


async def test_a_host_of_another_domain_is_left_alone(world: World) -> None:
    world.lent.hosts = [STRANGER, TEACHER]
    await world.platform().tend()
    assert world.subscription_of(TEACHER).active


async def test_google_in_trouble_ends_the_look_and_is_told(world: World) -> None:
    world.lent.hosts = [f"teacher{number}@example.org" for number in range(30)]
    for host in world.lent.hosts:
        world.sim.people.add(host)
    world.sim.faults.drop_connection = True
    with pytest.raises(Unreachable):
        await world.platform().tend()
    assert len(world.sim.seen) < 30


async def test_after_the_trouble_nobody_has_been_set_aside(world: World) -> None:
    world.lent.hosts = [TEACHER]
    world.sim.faults.drop_connection = True
    platform = world.platform()
    with pytest.raises(Unreachable):
        await platform.tend()
    world.sim.faults.drop_connection = False
    await platform.tend()
    assert world.subscription_of(TEACHER).active


async def test_a_large_district_is_done_in_turns(world: World) -> None:
    world.lent.hosts = [f"teacher{number:03}@example.org" for number in range(AT_MOST + 5)]
    platform = world.platform()  # Google knows none of them: the look-ups are what is counted
    assert await platform.tend() == MORE_TO_DO
    assert len(world.calls("GET", "/admin/directory")) == AT_MOST
    assert await platform.tend() == LOOK_AGAIN
    assert len(world.calls("GET", "/admin/directory")) == AT_MOST + 5


async def test_hosts_who_want_nothing_are_not_asked_about_at_every_look(world: World) -> None:
    world.lent.hosts = [f"teacher{number}@example.org" for number in range(20)]  # set aside for a day
    platform = world.platform()
    await platform.tend()
    await platform.tend()
    read = len(world.lent.vault.read)
    world.clock.forward(timedelta(minutes=1))
    await platform.tend()
    assert len(world.lent.vault.read) - read < 5


async def test_a_ledger_that_is_lost_while_it_runs_is_made_again_at_the_next_look(world: World) -> None:
    world.lent.hosts = [TEACHER]
    platform = world.platform()
    await platform.tend()
    await platform.tend()
    world.lent.vault.secrets.clear()
    await platform.tend()
    world.class_in_session()
    assert {one.host_email for one in await world.events(world.platform())} == {TEACHER}


async def test_a_word_that_another_process_heard_counts_at_the_next_look(world: World) -> None:
    world.lent.hosts = [TEACHER]
    platform = world.platform()
    await platform.tend()
    await platform.tend()
    world.sim.suspend(world.subscription_of(TEACHER))
    await world.heard(world.platform())
    await platform.tend()
    assert world.subscription_of(TEACHER).active


async def test_one_that_google_is_still_making_is_looked_for_soon(world: World) -> None:
    world.lent.hosts = [TEACHER]
    world.sim.faults.only = "POST /v1/subscriptions"
    world.sim.faults.fail_next.append((200, {}, b'{"name": "operations/1"}'))
    platform = world.platform()
    await platform.tend()
    world.sim.faults.only = ""
    world.clock.forward(timedelta(minutes=1))
    await platform.tend()
    assert world.subscription_of(TEACHER).active


async def test_a_making_that_failed_afterwards_is_tried_again_within_minutes(world: World) -> None:
    world.lent.hosts = [TEACHER]
    world.sim.faults.only = "POST /v1/subscriptions"
    world.sim.faults.fail_next.append((200, {}, b'{"done": true, "error": {"code": 7}}'))
    platform = world.platform()
    await platform.tend()
    world.clock.forward(timedelta(minutes=11))
    await platform.tend()
    assert world.subscription_of(TEACHER).active


async def test_without_a_store_what_was_made_is_found_again(world: World) -> None:
    world.lent.hosts = [TEACHER]
    world.lent.vault.gone = True
    await world.platform().tend()
    await world.platform().tend()
    assert len(world.sim.events.current()) == 1


@pytest.mark.parametrize("missing", [{"pubsub_topic": ""}, {"directory_admin": ""}])
async def test_without_pubsub_or_directory_there_is_nothing_to_tend(world: World, missing: dict[str, Any]) -> None:
    world.lent.hosts = [TEACHER]
    assert await world.platform(**missing).tend() == NOTHING_TO_TEND
    assert world.sim.seen == []


async def test_a_word_about_an_unknown_subscription_changes_nothing(world: World) -> None:
    world.sim.expire(world.sim.subscribe(TEACHER))
    assert [heard.events for heard in await world.heard(world.platform())] == [()]


async def test_an_old_subscriptions_end_does_not_undo_the_new_one(world: World) -> None:
    world.lent.hosts = [TEACHER]
    platform = world.platform()
    await platform.tend()
    old = world.subscription_of(TEACHER)
    world.sim.expire(old)
    late = await world.pushed()
    for one in late:
        await platform.hear(one)
    await platform.tend()
    for one in late:
        await platform.hear(one)
    await platform.tend()
    assert len(world.calls(*CREATE)) == 2


async def test_the_ledger_is_lost_and_events_go_on_without_a_host_until_it_is_found_again(world: World) -> None:
    world.lent.hosts = [TEACHER]
    await world.platform().tend()
    world.lent.vault.secrets.clear()
    platform = world.platform()
    world.class_in_session()
    first = await world.events(platform)
    await platform.tend()
    world.sim.join(world.class_in_session(), "Cleo")
    again = await world.events(platform)
    assert {one.host_email for one in first} == {""}
    assert {one.host_email for one in again} == {TEACHER}
    assert EventKind.STARTED in {one.kind for one in again}


async def test_hosts_that_cannot_be_had_are_told(world: World) -> None:
    async def gone() -> list[str]:
        raise StoreUnavailable("connection refused")

    platform = build(world.settings(), replace(world.lent.means, hosts=gone))
    with pytest.raises(StoreUnavailable):
        await platform.tend()
