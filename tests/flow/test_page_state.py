"""A page in any order of timers, answers and escalations: one live timer, silence after an answer, never forgotten."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from modbot import page_state
from modbot.page_state import Change, PageState, Step, from_bytes, to_bytes

NOW = datetime(2026, 11, 24, 10, 14, tzinfo=UTC)


def page(steps: int = 2, rounds: int = 2) -> PageState:
    policy = tuple(
        Step((f"person{number}@example.org",), 60, r) for r in range(1, rounds + 1) for number in range(steps)
    )
    return PageState("p1", "help", "Ms Chang", NOW.isoformat(), policy)


def opened(steps: int = 2, rounds: int = 2) -> PageState:
    return page_state.trigger(page(steps, rounds), NOW).state


actions = st.lists(
    st.sampled_from(["timer", "stale timer", "old timer", "acknowledge", "resolve", "escalate", "told"]), max_size=30
)


def apply(action: str, state: PageState, first_token: str) -> Change | None:
    match action:
        case "timer":
            return page_state.timer(state, state.token or "none", NOW)
        case "stale timer":
            return page_state.timer(state, "not-a-token", NOW)
        case "old timer":
            return page_state.timer(state, first_token, NOW) if state.token != first_token else None
        case "acknowledge":
            return page_state.acknowledge(state, "Kim", NOW)
        case "resolve":
            return page_state.resolve(state)
        case "escalate":
            return page_state.escalate(state, NOW)
        case _:
            return page_state.told(state, [])


@given(actions, st.integers(0, 3), st.integers(1, 3))
def test_in_any_order_a_page_is_never_forgotten_and_never_rings_after_an_answer(
    history: list[str], steps: int, rounds: int
) -> None:
    state = opened(steps, rounds)
    first_token = state.token
    answered = False
    for action in history:
        change = apply(action, state, first_token)
        if change is None:
            continue
        assert not (answered and change.call), "somebody was called after the page had been answered"
        state = change.state
        answered = answered or not state.open
        live_timer = bool(state.token and state.due_at)
        assert live_timer == (state.open and not state.exhausted), "open without a next step, or closed with one"
        assert from_bytes(to_bytes(state)) == state


def test_each_step_is_gone_through_as_often_as_the_policy_says() -> None:
    state, calls = opened(steps=2, rounds=3), [0]
    while (change := page_state.timer(state, state.token, NOW)) is not None:
        state = change.state
        if change.call:
            calls.append(state.step)
    assert [state.policy[call].people for call in calls] == [("person0@example.org",), ("person1@example.org",)] * 3
    assert state.exhausted


def test_a_stale_timer_changes_nothing() -> None:
    state = opened()
    moved = page_state.timer(state, state.token, NOW)
    assert moved is not None
    assert page_state.timer(moved.state, state.token, NOW) is None


def test_a_late_answer_does_not_reopen_what_is_over() -> None:
    resolved = page_state.resolve(opened())
    assert resolved is not None
    assert page_state.acknowledge(resolved.state, "Kim", NOW) is None


def test_the_next_step_is_due_after_the_wait_of_the_step_in_force() -> None:
    assert datetime.fromisoformat(opened().due_at) == NOW + timedelta(seconds=60)


def test_a_page_without_a_policy_says_that_nobody_is_left_to_call() -> None:
    assert opened(steps=0).exhausted
