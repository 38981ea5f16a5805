"""What a process remembers for a while."""

from datetime import timedelta

from modbot.lately import Lately

MINUTE = timedelta(minutes=1)


def test_a_value_is_remembered_until_its_time_is_over() -> None:
    seconds = [0.0]
    lately = Lately[str](10, lambda: seconds[0])
    lately.put("a", "one", MINUTE)
    seconds[0] = 59.9
    assert lately.get("a") == "one"
    seconds[0] = 60.0
    assert lately.get("a") is None


def test_a_flood_makes_the_oldest_be_forgotten() -> None:
    lately = Lately[int](2)
    for number, name in enumerate("abc"):
        lately.put(name, number, MINUTE)
    assert [lately.get(name) for name in "abc"] == [None, 1, 2]


def test_a_value_put_again_is_the_newest() -> None:
    lately = Lately[int](2)
    for number, name in enumerate("abac"):
        lately.put(name, number, MINUTE)
    assert [lately.get(name) for name in "abc"] == [2, None, 3]
