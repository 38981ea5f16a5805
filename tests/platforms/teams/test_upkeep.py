"""Subscriptions to today's classes: made, renewed, made anew, and given up."""

from datetime import timedelta

import pytest

from modbot.errors import AuthRejected, RateLimited
from modbot.platforms import NOTHING_TO_TEND
from modbot.platforms.teams.subscriptions import LIFE
from modbot.platforms.teams.upkeep import HOSTS_AT_ONCE
from modbot.simulators.teams import Subscription
from tests.platforms.teams.fakes import TEACHER, District


def only(district: District) -> Subscription:
    """The one subscription there is."""
    (found,) = district.sim.notices.live
    return found


async def test_each_class_of_the_day_gets_one_subscription(district: District) -> None:
    district.hosts.append("zoe.park@example.org")
    for host, title in ((TEACHER, "Algebra 1"), (TEACHER, "Algebra 2"), ("zoe.park@example.org", "Art")):
        district.sim.schedule(host, title)
    platform = district.platform()
    await platform.tend()
    await platform.tend()
    assert len(district.sim.notices.live) == 3
    assert len(district.sent("POST", "/subscriptions")) == 3


async def test_subscriptions_are_rich_and_live_no_longer_than_they_may(district: District) -> None:
    district.sim.schedule(TEACHER, "Algebra 1")
    await district.platform().tend()
    assert only(district).certificate is not None
    assert only(district).expires_at == district.clock() + LIFE


async def test_a_class_that_is_hours_away_is_not_subscribed_to_yet(district: District) -> None:
    meeting = district.sim.schedule(TEACHER, "Algebra 1")
    meeting.start += timedelta(hours=5)
    meeting.end += timedelta(hours=5)
    platform = district.platform()
    await platform.tend()
    assert district.sim.notices.live == []
    district.clock.forward(timedelta(hours=3))
    await platform.tend()
    assert only(district).join_web_url == meeting.join_web_url


async def test_a_class_that_somebody_else_organises_is_left_to_them(district: District) -> None:
    district.sim.schedule("zoe.park@example.org", "Staff meeting", attendees={TEACHER: "attendee"})
    district.sim.user(TEACHER)
    await district.platform().tend()
    assert district.sim.notices.live == []


async def test_a_subscription_is_renewed_before_it_runs_out(district: District) -> None:
    meeting = district.sim.schedule(TEACHER, "A long day")
    meeting.end += timedelta(hours=11)
    platform = district.platform()
    await platform.tend()
    first = only(district).id
    district.clock.forward(timedelta(hours=9))
    await platform.tend()
    assert (only(district).id, only(district).expires_at) == (first, district.clock() + LIFE)


async def test_a_subscription_that_is_gone_is_made_anew(district: District) -> None:
    meeting = district.sim.schedule(TEACHER, "A long day")
    meeting.end += timedelta(hours=11)
    platform = district.platform()
    await platform.tend()
    lost = only(district)
    district.sim.notices.drop(lost)
    district.clock.forward(timedelta(hours=9))
    await platform.tend()
    assert only(district).id != lost.id


async def test_a_class_that_is_long_over_is_unsubscribed(district: District) -> None:
    district.sim.schedule(TEACHER, "Algebra 1")
    platform = district.platform()
    await platform.tend()
    district.clock.forward(timedelta(hours=5))
    await platform.tend()
    assert district.sim.notices.live == []


async def test_after_a_restart_the_kept_subscription_is_used(district: District) -> None:
    district.sim.schedule(TEACHER, "Algebra 1")
    await district.platform().tend()
    await district.platform().tend()
    assert len(district.sent("POST", "/subscriptions")) == 1


async def test_after_a_lost_store_the_deaf_subscription_makes_way_for_one_that_hears(district: District) -> None:
    meeting = district.sim.schedule(TEACHER, "Algebra 1")
    await district.platform().tend()
    deaf = only(district)
    district.vault.secrets.clear()
    await district.platform().tend()
    assert only(district).id != deaf.id
    district.sim.start_meeting(TEACHER, "Algebra 1", meeting=meeting)
    await district.heard(2)
    assert district.webhook.doubts == []


async def test_somebody_elses_subscription_in_the_way_is_left_alone(district: District) -> None:
    district.sim.schedule(TEACHER, "Algebra 1")
    await district.platform().tend()
    only(district).notification_url = "https://another.example.org/webhooks/teams"
    kept = only(district).id
    district.vault.secrets.clear()
    await district.platform().tend()
    assert only(district).id == kept


async def test_a_class_whose_subscription_fails_does_not_stop_the_others(district: District) -> None:
    for title in ("Algebra 1", "Algebra 2"):
        district.sim.schedule(TEACHER, title)
    district.sim.faults.only = "POST /beta/subscriptions"
    district.sim.faults.fail_next.append((400, {}, b"{}"))
    platform = district.platform()
    await platform.tend()
    assert len(district.sim.notices.live) == 1
    await platform.tend()
    assert len(district.sim.notices.live) == 1
    district.clock.forward(timedelta(minutes=6))
    await platform.tend()
    assert len(district.sim.notices.live) == 2


async def test_somebody_without_the_policy_does_not_stop_the_others(district: District) -> None:
    district.hosts[:0] = ["zoe.park@example.org", "nobody@example.org"]
    district.sim.schedule("zoe.park@example.org", "Art")
    meeting = district.sim.schedule(TEACHER, "Algebra 1")
    district.sim.policy_for_all = False
    district.sim.policy.add(meeting.organizer.oid)
    platform = district.platform()
    await platform.tend()
    assert only(district).join_web_url == meeting.join_web_url
    asked = len(district.sent("GET", "calendarView"))
    district.clock.forward(timedelta(minutes=20))
    await platform.tend()
    assert len(district.sent("GET", "calendarView")) == asked + 1


async def test_known_classes_are_not_looked_up_again_and_again(district: District) -> None:
    district.sim.schedule(TEACHER, "Algebra 1")
    platform = district.platform()
    await platform.tend()
    district.clock.forward(timedelta(minutes=20))
    await platform.tend()
    assert len(district.sent("GET", "onlineMeetings")) == 1
    assert len(district.sent("GET", "calendarView")) == 2


async def test_more_hosts_than_one_look_takes_are_looked_at_in_the_next(district: District) -> None:
    district.hosts[:] = [f"teacher{number}@example.org" for number in range(HOSTS_AT_ONCE + 20)]
    for host in district.hosts:
        district.sim.schedule(host, "Class")
    platform = district.platform()
    assert await platform.tend() < timedelta(seconds=5)
    assert len(district.sim.notices.live) == HOSTS_AT_ONCE
    await platform.tend()
    assert len(district.sim.notices.live) == HOSTS_AT_ONCE + 20


@pytest.mark.parametrize("pause", [True, False])
async def test_a_subscription_that_graph_wants_authorised_again_is_renewed_at_once(
    district: District, pause: bool
) -> None:
    district.sim.schedule(TEACHER, "Algebra 1")
    platform = district.platform()
    await platform.tend()
    district.clock.forward(timedelta(minutes=1))
    district.sim.ask_reauthorization(only(district), pause=pause)
    await district.sim.flush()
    await platform.tend()
    assert (only(district).paused, only(district).expires_at) == (False, district.clock() + LIFE)
    await platform.tend()
    assert len(district.sent("PATCH", "/subscriptions")) == 1


async def test_another_process_may_hear_that_a_subscription_is_to_be_authorised_again(district: District) -> None:
    district.sim.schedule(TEACHER, "Algebra 1")
    tending = district.platform()
    await tending.tend()
    district.platform()
    district.sim.ask_reauthorization(only(district), pause=True)
    await district.sim.flush()
    await tending.tend()
    assert not only(district).paused


async def test_a_key_a_month_old_is_not_used_for_new_subscriptions_and_still_opens_old_ones(district: District) -> None:
    old = district.sim.schedule(TEACHER, "Algebra 1")
    old.end += timedelta(days=40)
    platform = district.platform()
    await platform.tend()
    before = only(district)
    before.expires_at += timedelta(days=40)
    district.clock.forward(timedelta(days=31))
    district.sim.schedule(TEACHER, "Algebra 2")
    await platform.tend()
    after = next(one for one in district.sim.notices.live if one.id != before.id)
    assert after.certificate_id != before.certificate_id
    district.sim.start_meeting(TEACHER, "Algebra 1", meeting=old)
    await district.heard(2)
    assert district.webhook.doubts == []


async def test_without_an_address_for_microsoft_there_is_nothing_to_tend(district: District) -> None:
    assert await district.platform(public_url="").tend() == NOTHING_TO_TEND
    assert district.sim.seen == []


async def test_trouble_that_all_classes_have_ends_the_round(district: District) -> None:
    district.sim.schedule(TEACHER, "Algebra 1")
    platform = district.platform()
    district.sim.throttled, district.sim.retry_after_seconds = 99, 60
    with pytest.raises(RateLimited):
        await platform.tend()
    district.sim.throttled, district.sim.entra.client_secret = 0, "another"
    with pytest.raises(AuthRejected):
        await district.platform(client_secret=None).tend()
    assert await platform.tend() > timedelta(0)
    assert len(district.sim.notices.live) == 1


async def test_nothing_that_names_a_class_is_kept_for_good(district: District) -> None:
    district.sim.schedule(TEACHER, "Algebra 1")
    await district.platform().tend()
    assert max(district.vault.lifetimes) <= timedelta(days=60).total_seconds()
