"""How a sync stands in the record: figures only."""

from datetime import datetime

from modbot.audit import AuditEntry
from modbot.roster_sync.report import SyncReport

ACTION = "roster.sync"


def entry(report: SyncReport, *, actor: str, at: datetime) -> AuditEntry:
    """A sync that came into force, or that was stopped because too much would go."""
    changes = report.changes
    counted = {
        "source": report.roster.source,
        "staff": changes.staff.after,
        "sections": changes.sections.after,
        "removed_staff": changes.staff.removed,
        "removed_students": changes.students.removed,
        "removed_sections": changes.sections.removed,
        "left_out": report.roster.counts.left_out,
    }
    return AuditEntry(
        at,
        f"roster:{report.generation}" if report.in_force else "roster",
        actor,
        ACTION,
        outcome="done" if report.in_force else "refused",
        reason="too much would be removed" if report.stopped else "",
        elapsed_ms=int(report.took.total_seconds() * 1000),
        extra=counted,
    )
