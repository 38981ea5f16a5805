"""Figures for /metrics, named once. No label ever carries a person."""

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

REGISTRY = CollectorRegistry()

_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20)

ACT_SECONDS = Histogram(
    "modbot_act_seconds",
    "Key press to confirmed effect (or the last word there was), by operation, platform and outcome.",
    ["operation", "platform", "outcome"],
    buckets=_SECONDS,
    registry=REGISTRY,
)
ACK_SECONDS = Histogram(
    "modbot_slack_ack_seconds",
    "A Slack request's arrival to its answer.",
    ["kind"],
    buckets=_SECONDS,
    registry=REGISTRY,
)
REJECTED = Counter(
    "modbot_rejected_total", "Requests not let in, by where and why.", ["path", "status"], registry=REGISTRY
)
EVENTS = Counter("modbot_events_total", "Meeting events made durable.", ["platform", "kind"], registry=REGISTRY)
INBOX_FAILURES = Counter("modbot_inbox_failures_total", "Accepted work given up after its last try.", registry=REGISTRY)
LOOKS = Counter("modbot_looks_total", "Looks at live classes in which something happened.", registry=REGISTRY)
LOOKS_BEHIND = Gauge(
    "modbot_looks_behind_seconds",
    "How long the class that was due longest had waited to be looked at, when one was last taken.",
    registry=REGISTRY,
)
FINDINGS = Counter("modbot_findings_total", "Findings, by kind and by who was told.", ["kind", "to"], registry=REGISTRY)
RAIDS = Counter(
    "modbot_raids_total",
    "Raids on several classes of a school: warnings told, and changed since because they had grown or staff had acted.",
    ["warning"],
    registry=REGISTRY,
)
STORE_UP = Gauge("modbot_store_up", "1 while the store answers.", registry=REGISTRY)
PAGES = Counter("modbot_pages_total", "Pages by how they moved on.", ["to"], registry=REGISTRY)
_PAGE_SECONDS = (0.1, 0.25, 0.5, 1, 2.5, 5, 15, 30, 60, 120, 300, 900, 3600)
FIRST_CALL_SECONDS = Histogram(
    "modbot_page_first_call_seconds",
    "A page's opening to its first call that a channel took.",
    buckets=_PAGE_SECONDS,
    registry=REGISTRY,
)
FIRST_DELIVERY_SECONDS = Histogram(
    "modbot_page_first_delivery_seconds",
    "A page's opening to its first call that is known to have arrived: a channel's word, or an answer.",
    buckets=_PAGE_SECONDS,
    registry=REGISTRY,
)
PAGE_ANSWER_SECONDS = Histogram(
    "modbot_page_answer_seconds", "A page's opening to its answer.", buckets=_PAGE_SECONDS, registry=REGISTRY
)
PAGE_TROUBLES = Counter(
    "modbot_page_troubles_total", "Pages found without their next step, by what was wrong.", ["what"], registry=REGISTRY
)
CARDS_GIVEN_UP = Counter(
    "modbot_cards_given_up_total",
    "Messages in staff chat that could not be brought up to date for a day, by what they are about.",
    ["kind"],
    registry=REGISTRY,
)
SOCKET_OPENED = Counter(
    "modbot_slack_socket_opened_total", "Lines to Slack that modbot opened anew.", registry=REGISTRY
)
SOCKET_SILENT = Gauge(
    "modbot_slack_socket_silent_seconds",
    "Seconds since Slack last said anything over Socket Mode; 0 where it is not used.",
    registry=REGISTRY,
)
