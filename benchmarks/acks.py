"""Acknowledging a slash command: modbot with everything on, beside Bolt for Python and @slack/bolt.

Ours and each reference are measured in turn in every round, each by a fresh process on an emptied store. The work that
acknowledged commands ask for goes on behind: it runs in the same modbot process and costs the figure what it costs.
What is still waiting when the measurement ends goes with its process.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from statistics import median

from benchmarks import boltjs, load, programs
from benchmarks.figures import Figure, compared
from benchmarks.load import Load, LoadFailed, Plan
from benchmarks.options import Options
from benchmarks.programs import python
from benchmarks.progress import Say
from benchmarks.school import BigSchool, opened
from modbot.platforms.webex.api import CALLS_PER_SECOND

IDS = ("ack_p50_vs_bolt_c1", "ack_rps_vs_bolt_c64", "ack_rps_vs_boltjs_c16", "ack_rps_vs_boltjs_c64")
DOING = "Locking your class"  # what the answer to a /lock that was taken says
EPHEMERAL = "ephemeral"
MOST_PER_SECOND = 8_000  # prepared requests; the inbox refuses beyond 20,000 waiting
WARM_SECONDS = 0.7


@dataclass(slots=True)
class Rounds:
    """Every round's result, by who and how many connections: ("lock", 64)."""

    loads: dict[tuple[str, int], list[Load]] = field(default_factory=dict)
    without_boltjs: str = ""

    def add(self, who: str, connections: int, load: Load) -> None:
        """One round's."""
        self.loads.setdefault((who, connections), []).append(load)

    def rates(self, who: str, connections: int) -> list[float]:
        """Acknowledgements a second, round by round. Only those that took the command count."""
        return [one.marked / one.seconds for one in self.loads.get((who, connections), ())]

    def p50s(self, who: str, connections: int) -> list[float]:
        """Milliseconds, round by round."""
        return [one.p50_ms for one in self.loads.get((who, connections), ())]


async def measure(options: Options, say: Say) -> Mapping[str, Figure]:
    """The four figures."""
    rounds = Rounds()
    async with opened(options.teachers) as school:
        ceiling = await _generator_ceiling(school, options)
        node = await _boltjs(options, rounds)
        for number in range(options.rounds):
            await _references(school, options, rounds, node)
            await _ours(school, options, rounds)
            say(f"acknowledgements, round {number + 1}: " + _said(rounds))
    return figures_of(rounds, ceiling)


async def _boltjs(options: Options, rounds: Rounds) -> boltjs.Installed | None:
    try:
        return await boltjs.installed(options.cache)
    except boltjs.Absent as absent:
        rounds.without_boltjs = str(absent)
        return None


async def _generator_ceiling(school: BigSchool, options: Options) -> float:
    """Requests a second that the generator can do, against a server that does nothing."""
    async with programs.running(python("benchmarks.servers.null"), school.log) as null:
        plan = Plan("slack", null.port, 64, options.seconds, int(options.seconds * 60_000))
        return (await load.run(plan)).per_second


async def _references(school: BigSchool, options: Options, rounds: Rounds, node: boltjs.Installed | None) -> None:
    secret = school.district.slack.signing_secret
    async with programs.running(python("benchmarks.servers.bolt_default", secret), school.log) as bolt:
        for connections in (1, 64):
            rounds.add("bolt", connections, await _acks(school, options, bolt.port, connections, "/lock"))
    if node is None:
        return
    for connections in (16, 64):
        await school.empty_store()
        async with node.running(secret, school.store_url, school.log) as server:
            rounds.add("boltjs", connections, await _acks(school, options, server.port, connections, "/lock"))


async def _ours(school: BigSchool, options: Options, rounds: Rounds) -> None:
    for command in ("/lock", "/oncall"):
        for connections in (1, 16, 64):
            await school.empty_store()
            async with school.modbot() as modbot:
                if command == "/lock":
                    await school.open_classes()
                result = await _acks(school, options, modbot.port, connections, command)
                rounds.add(command, connections, result)
                if command == "/lock" and not school.locked_any:
                    raise LoadFailed("the locks behind the acknowledgements did not happen")
            school.close_classes()


async def _acks(school: BigSchool, options: Options, port: int, connections: int, command: str) -> Load:
    """One closed loop, after a gentle start in which every teacher has been seen once."""
    users = school.slack_ids
    warm = Plan(
        kind="slack",
        port=port,
        connections=2,
        seconds=WARM_SECONDS,
        rate=len(users) / WARM_SECONDS,
        most=len(users),
        secret=school.district.slack.signing_secret,
        command=command,
        users=users,
        response_url=school.response_url,
        seed="warm",
    )
    school.expect_answers(warm)
    (await load.run(warm)).must_be(200)
    hard = replace(
        warm,
        connections=connections,
        seconds=options.seconds,
        rate=0.0,
        most=int(options.seconds * MOST_PER_SECOND),
        marker=DOING if command == "/lock" else EPHEMERAL,
        seed="hard",
    )
    school.expect_answers(hard)
    result = (await load.run(hard)).must_be(200)
    if not result.marked:
        raise LoadFailed(f"no {command} was taken")
    return result


def figures_of(rounds: Rounds, ceiling: float) -> dict[str, Figure]:
    """The four rows. `ceiling` is the generator's own, in requests a second."""
    lock = _note(rounds, ceiling)
    figures = {
        "ack_p50_vs_bolt_c1": compared(rounds.p50s("/lock", 1), rounds.p50s("bolt", 1), "ms", lock(1)),
        "ack_rps_vs_bolt_c64": compared(rounds.rates("/lock", 64), rounds.rates("bolt", 64), "acks/s", lock(64)),
    }
    for connections in (16, 64):
        ours, reference = rounds.rates("/lock", connections), rounds.rates("boltjs", connections)
        note = f"{rounds.without_boltjs} {lock(connections)}".strip()
        figures[f"ack_rps_vs_boltjs_c{connections}"] = compared(ours, reference, "acks/s", note)
    return figures


def _note(rounds: Rounds, ceiling: float) -> Callable[[int], str]:
    def note(connections: int) -> str:
        loads = rounds.loads[("/lock", connections)]
        refused = sum(one.answered - one.marked for one in loads)
        return (
            f"The locks' own work runs in the same modbot process meanwhile, as fast as modbot allows itself to call "
            f"Webex ({CALLS_PER_SECOND:.0f} calls a second, so most of it waits). Not taken (told so in the answer): "
            f"{refused} of {sum(one.answered for one in loads)}. Slowest 1 in 100: "
            f"{median(one.p99_ms for one in loads):.1f} ms. With /oncall, whose work is light: "
            f"{median(rounds.rates('/oncall', connections)):,.0f} acks/s, p50 "
            f"{median(rounds.p50s('/oncall', connections)):.2f} ms. The generator's own ceiling: {ceiling:,.0f}/s."
        )

    return note


def _said(rounds: Rounds) -> str:
    return ", ".join(
        f"{who} c={connections} {loads[-1].marked / loads[-1].seconds:,.0f}/s p50 {loads[-1].p50_ms:.2f} ms"
        for (who, connections), loads in rounds.loads.items()
    )
