"""A page in any order of timers, answers and escalations: one live timer, silence after an answer, never forgotten."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from modbot import page_state
from modbot.page_state import Called, Change, PageState, Step, StillOnIt, Trouble, from_bytes, to_bytes
from modbot.pagers import Fate, Turn

NOW = datetime(2026, 11, 24, 10, 14, tzinfo=UTC)
ASKING = StillOnIt(after_seconds=1200, answer_seconds=600)


def page(steps: int = 2, rounds: int = 2, still: StillOnIt = ASKING) -> PageState:
    policy = tuple(Step((f"person{n}@example.org",), 60, r) for r in range(1, rounds + 1) for n in range(steps))
    return PageState("p1", "help", "Ms Chang", NOW.isoformat(), policy, still)


def opened(steps: int = 2, rounds: int = 2, still: StillOnIt = ASKING) -> PageState:
    return page_state.trigger(page(steps, rounds, still), NOW).state


def done_calling(state: PageState) -> PageState:
    """Everybody of the step in force has been called."""
    return page_state.called(state, (), last=True).state


def ring(state: PageState) -> Change:
    """The live timer rings, after everybody was called."""
    change = page_state.timer(done_calling(state), state.token, NOW)
    assert change is not None
    return change


def taken(state: PageState) -> PageState:
    change = page_state.acknowledge(state, "Kim", NOW)
    assert change is not None
    return change.state


class AnyOrder(RuleBasedStateMachine):
    """Timers, live and stale, answers, escalations, confirmations, calls and their fates, redelivered and doubled."""

    state: PageState
    tokens: list[str]
    presses: list[tuple[Turn, int]]  # what buttons and keys that were ever shown carry
    answered: bool  # durably, and not given back since

    @initialize(steps=st.integers(0, 3), rounds=st.integers(1, 3), asks=st.booleans())
    def begin(self, steps: int, rounds: int, asks: bool) -> None:
        self.state = opened(steps, rounds, ASKING if asks else StillOnIt())
        self.tokens, self.presses = [self.state.token], []
        self.show()
        self.answered = False

    def follow(self, change: Change | None) -> None:
        if change is None:
            return
        if change.again:
            assert change.state.still.after_seconds, "given back though nobody was to be asked"
            self.answered = False
        assert not (self.answered and change.call), "somebody is called after the page was answered"
        assert not (change.ask and change.state.open), "asked whether they still have what nobody has"
        self.state = change.state
        self.tokens.append(change.state.token)
        self.show()

    def show(self) -> None:
        self.presses.append((self.state.turn, self.state.step))

    @rule(data=st.data())
    def any_timer(self, data: st.DataObject) -> None:
        token = data.draw(st.sampled_from([*self.tokens, "never-set"]))
        before = self.state
        self.follow(page_state.timer(before, token, NOW))
        if token != before.token or not token:
            assert self.state is before, "a stale timer changed something"

    @rule()
    def acknowledge(self) -> None:
        change = page_state.acknowledge(self.state, "Kim", NOW)
        assert (change is None) == (not self.state.open)
        self.follow(change)
        self.answered = self.answered or change is not None

    @rule(data=st.data())
    def acknowledge_by_any_press(self, data: st.DataObject) -> None:
        turn, _ = data.draw(st.sampled_from(self.presses))
        change = page_state.acknowledge(self.state, "Lou", NOW, turn=turn)
        assert (change is not None) == (self.state.open and turn == self.state.turn)
        self.follow(change)
        self.answered = self.answered or change is not None

    @rule()
    def confirm(self) -> None:
        self.follow(page_state.confirm(self.state, NOW))

    @rule(data=st.data())
    def confirm_by_any_press(self, data: st.DataObject) -> None:
        turn, _ = data.draw(st.sampled_from(self.presses))
        change = page_state.confirm(self.state, NOW, turn=turn)
        if turn.asked:
            assert (change is not None) == (turn == self.state.turn)
        self.follow(change)

    @rule()
    def escalate(self) -> None:
        self.follow(page_state.escalate(self.state, NOW))

    @rule(data=st.data(), deliveries=st.integers(1, 3))
    def escalate_by_any_press(self, data: st.DataObject, deliveries: int) -> None:
        turn, step = data.draw(st.sampled_from(self.presses))
        before = self.state
        for _ in range(deliveries):
            self.follow(page_state.escalate(self.state, NOW, turn=turn, step=step))
        assert self.state.step - before.step <= 1, "one press has passed on two calls"
        if (turn.run, step) != (before.run, before.step):
            assert self.state is before, "a press of an earlier call has passed on this one"

    @rule(incident=st.sampled_from(["", "i1", "i2"]))
    def resolve(self, incident: str) -> None:
        self.follow(page_state.resolve(self.state, incident))
        self.answered = self.answered or self.state.state == "resolved"

    @rule(data=st.data())
    def resolve_by_any_press(self, data: st.DataObject) -> None:
        turn, _ = data.draw(st.sampled_from(self.presses))
        change = page_state.resolve(self.state, turn=turn)
        assert change is None or turn.run == self.state.run, "what ended an earlier ringing has ended this one"
        self.follow(change)
        self.answered = self.answered or self.state.state == "resolved"

    @rule(incident=st.sampled_from(["i1", "i2"]))
    def join(self, incident: str) -> None:
        self.follow(page_state.join(self.state, incident))

    @precondition(lambda self: self.state.calling)
    @rule(last=st.booleans())
    def called(self, last: bool) -> None:
        call = Called("person0@example.org", "slack", self.state.step, 1, NOW.isoformat(), Fate.QUEUED, "ref")
        self.follow(page_state.called(self.state, [call], last=last))

    @rule(fate=st.sampled_from(Fate))
    def fated(self, fate: Fate) -> None:
        self.follow(page_state.fated(self.state, "ref", fate))

    @invariant()
    def has_a_next_step_or_says_why_not(self) -> None:
        live = bool(self.state.token and self.state.due_at)
        assert bool(self.state.token) == bool(self.state.due_at)
        match self.state.state:
            case "triggered":
                assert live != self.state.exhausted
            case "acknowledged":
                assert live == bool(self.state.still.after_seconds and self.state.policy)
            case _:
                assert not live

    @invariant()
    def is_called_for_only_while_open(self) -> None:
        assert not (self.state.calling and not self.state.open)

    @invariant()
    def survives_the_store(self) -> None:
        assert from_bytes(to_bytes(self.state)) == self.state


TestAnyOrder = pytest.mark.timeout(180)(AnyOrder.TestCase)  # a hundred runs of fifty steps


def test_each_step_is_gone_through_as_often_as_the_policy_says() -> None:
    state = opened(steps=2, rounds=3)
    called = [state.policy[state.step].people]
    while not state.exhausted:
        change = ring(state)
        state = change.state
        called += [state.policy[state.step].people] if change.call else []
    assert called == [("person0@example.org",), ("person1@example.org",)] * 3


def test_a_stale_timer_changes_nothing() -> None:
    state = opened()
    assert page_state.timer(ring(state).state, state.token, NOW) is None


def test_a_late_answer_does_not_reopen_what_is_over() -> None:
    resolved = page_state.resolve(opened())
    assert resolved is not None
    assert page_state.acknowledge(resolved.state, "Kim", NOW) is None


def test_the_next_step_is_due_after_the_wait_of_the_step_in_force() -> None:
    assert datetime.fromisoformat(opened().due_at) == NOW + timedelta(seconds=60)


def test_a_page_without_a_policy_says_that_nobody_is_left_to_call() -> None:
    assert opened(steps=0).exhausted


def test_whoever_has_it_is_asked_after_a_while() -> None:
    state = taken(opened())
    assert datetime.fromisoformat(state.due_at) == NOW + timedelta(seconds=1200)
    change = ring(state)
    assert (change.ask, change.state.state) == (True, "acknowledged")


def test_when_they_do_not_answer_it_rings_again_from_the_first_call() -> None:
    change = ring(ring(taken(ring(opened()).state)).state)
    assert (change.call, change.again, change.state.step, change.state.acknowledged_by) == (True, True, 0, "")


def test_when_they_still_have_it_they_are_asked_again_later() -> None:
    asked = ring(taken(opened())).state
    change = page_state.confirm(asked, NOW)
    assert change is not None
    assert (change.state.asked_at, change.state.token != asked.token) == ("", True)


def test_without_reminders_whoever_has_it_is_left_alone() -> None:
    assert not taken(opened(still=StillOnIt())).due_at


def test_an_answer_that_comes_when_it_rings_again_is_taken() -> None:
    again = ring(ring(taken(opened())).state).state
    assert taken(again).acknowledged_by == "Kim"


def test_a_call_whose_fate_is_told_later_has_that_fate() -> None:
    call = Called("kim@example.org", "sms", 0, 1, NOW.isoformat(), Fate.QUEUED, "SM1")
    state = page_state.called(opened(), [call], last=True).state
    change = page_state.fated(state, "SM1", Fate.FAILED)
    assert change is not None
    assert change.state.calls == (replace(call, fate=Fate.FAILED),)
    assert page_state.fated(change.state, "SM1", Fate.FAILED) is None
    assert page_state.fated(state, "SM2", Fate.FAILED) is None


def test_a_process_that_died_amid_the_calls_leaves_word_that_some_are_to_be_made() -> None:
    call = Called("kim@example.org", "slack", 0, 1, NOW.isoformat(), Fate.DELIVERED)
    assert page_state.called(opened(), [call], last=False).state.calling
    assert not page_state.called(opened(), [call], last=True).state.calling


def test_whoever_is_calling_when_the_timer_rings_is_waited_for_and_nobody_is_called_twice() -> None:
    change = ring_amid_calls(opened())
    assert (change.call, change.state.step) == (False, 0)
    assert datetime.fromisoformat(change.state.due_at) == NOW + page_state.GRACE


def test_people_whose_caller_died_are_called_before_the_next() -> None:
    change = ring_amid_calls(ring_amid_calls(opened()).state)
    assert (change.call, change.state.step) == (True, 0)


def test_a_step_that_nobody_gets_done_does_not_hold_the_page_up() -> None:
    state = opened()
    for _ in range(3):
        state = ring_amid_calls(state).state
    assert state.step == 1


def ring_amid_calls(state: PageState) -> Change:
    """The live timer rings while people of the step in force have yet to be called."""
    change = page_state.timer(state, state.token, NOW)
    assert change is not None
    return change


def test_a_late_end_of_one_steps_calls_does_not_end_those_of_the_next() -> None:
    first = opened()
    assert page_state.called(ring(first).state, (), last=True, of=first).state.calling


def test_who_could_not_be_reached_is_not_taken_for_called() -> None:
    call = Called("kim@example.org", "slack", 0, 1, NOW.isoformat(), Fate.FAILED)
    assert not page_state.called(opened(), [call], last=False).state.called_now


def test_a_timer_overdue_or_impossibly_far_ahead_is_trouble() -> None:
    state = opened()
    found = [page_state.trouble(state, NOW + timedelta(minutes=late)) for late in (0, 2, -60)]
    assert found == [None, Trouble.OVERDUE, Trouble.FAR_AHEAD]


@given(st.lists(st.sampled_from(["i1", "i2", "i3"]), max_size=6))
def test_an_incident_joins_a_page_once(joining: list[str]) -> None:
    state = opened()
    for incident in joining:
        change = page_state.join(state, incident)
        state = change.state if change else state
    assert state.incidents == tuple(dict.fromkeys(joining))


def test_a_page_of_two_incidents_is_over_when_both_are() -> None:
    state = opened()
    for incident in ("i1", "i2"):
        change = page_state.join(state, incident)
        assert change is not None
        state = change.state
    change = page_state.resolve(state, "i1")
    assert change is not None
    assert change.state.state == "triggered"
    change = page_state.resolve(change.state, "i2")
    assert change is not None
    assert change.state.state == "resolved"


def test_a_word_that_comes_late_takes_no_failure_and_no_answer_back() -> None:
    call = Called("kim@example.org", "voice", 0, 1, NOW.isoformat(), Fate.FAILED, "CA1")
    state = page_state.called(opened(), [call], last=True).state
    assert page_state.fated(state, "CA1", Fate.DELIVERED) is None
