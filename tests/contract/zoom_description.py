"""Zoom: a table of its calls and a table of its events, read as schemas.

Zoom's tables name no fields of a meeting's settings but in `meeting.updated`: those are what a PATCH may set.
"""

from collections.abc import Mapping
from typing import Any

from modbot.simulators import Seen
from tests.contract import vendor_data
from tests.contract.described import (
    NotDescribed,
    Schema,
    body_of,
    fits,
    form_of,
    needs,
    only,
    path_of,
    query_of,
    template_for,
)

API = "/v2"
TOKEN = "/oauth/token"
PAGING = {"page_size", "next_page_token"}
NO_BODY: Schema = {"type": "null"}
# https://developers.zoom.us/changelog/meetings/may-18-2026/: the table has the parameters of all methods in one list
NEEDED_PARAMS = {"participant.remove": ["participant_uuid"]}


class ZoomDescription:
    """Zoom's REST calls by method and path."""

    def __init__(self) -> None:
        rows = vendor_data.table("zoom", "rest_operations.json")["operations"]
        self._token = next(row for row in rows if row["op"] == "token")
        self._rows = {(row["method"], row["path"]): row for row in rows if row is not self._token}
        settings = events()["meeting.updated"]["settings"]
        self._settings = schema_of_field(settings)

    def scope_of(self, call: str) -> str:
        """The scope of a call as `check` names it; "" for the token's own."""
        method, _, path = call.partition(" ")
        return str(self._rows.get((method, path), {}).get("scope", ""))

    def check(self, seen: Seen) -> str:
        """See `Description`."""
        path = path_of(seen)
        if path == TOKEN:
            return self._check_token(seen)
        template = template_for(path.removeprefix(API), [path for method, path in self._rows if method == seen.method])
        row = self._rows[seen.method, template]
        query = query_of(seen)
        documented: Mapping[str, str] = row.get("query", {})
        only(query, {*documented, *PAGING}, "parameter")
        needs(query, (name for name, note in documented.items() if "required" in note), "parameter")
        if query.get("type", "live") not in words(documented.get("type", "live")):
            raise NotDescribed(f"unknown type: {query['type']}")
        fits(body_of(seen), self._body(row))
        return f"{seen.method} {template}"

    def _check_token(self, seen: Seen) -> str:
        if seen.method != self._token["method"] or not seen.headers.get("authorization", "").startswith("Basic "):
            raise NotDescribed("the token is asked for by POST with Basic credentials")
        form = form_of(seen)
        only(form, self._token["form"], "form field")
        needs(form, self._token["form"], "form field")
        if form["grant_type"] != self._token["form"]["grant_type"]:
            raise NotDescribed(f"unknown grant type: {form['grant_type']}")
        return f"{seen.method} {TOKEN}"

    def _body(self, row: Mapping[str, Any]) -> Schema:
        match row["op"]:
            case "in_meeting_control":
                return control_schema(row)
            case "meeting_update":
                return whole({"settings": self._settings}, required=["settings"])
        fields = {name: {"enum": words(note)} for name, note in row.get("body", {}).items()}
        return whole(fields, required=list(fields)) if fields else NO_BODY


def events() -> dict[str, Any]:
    """Zoom's events by name, each with its fields."""
    return dict(vendor_data.table("zoom", "webhook_events.json")["events"])


def words(note: str) -> list[str]:
    """`live (default)|past` as the values it stands for."""
    return [choice.split()[0] for choice in note.split("|")]


def control_schema(row: Mapping[str, Any]) -> Schema:
    """The body of an in-meeting control: a method and its parameters."""
    shape = whole(
        {"method": {"enum": row["methods"]}, "params": whole({name: {} for name in row["params"]})}, ["method"]
    )
    needed = [
        {
            "if": {"properties": {"method": {"const": method}}},
            "then": {"required": ["params"], "properties": {"params": {"required": names}}},
        }
        for method, names in NEEDED_PARAMS.items()
    ]
    return {**shape, "allOf": needed}


def whole(properties: Mapping[str, Any], required: list[str] | None = None) -> Schema:
    """An object of these properties and no others."""
    return {
        "type": "object",
        "properties": dict(properties),
        "required": required or [],
        "additionalProperties": False,
    }


def schema_of(fields: Mapping[str, Any]) -> Schema:
    """A table of fields as a schema with no room for others."""
    required = [name for name, rule in fields.items() if rule["required"]]
    return whole({name: schema_of_field(rule) for name, rule in fields.items()}, required)


def schema_of_field(rule: Mapping[str, Any]) -> Schema:
    """One field of a table as a schema."""
    kind = rule["type"]
    if "|" in kind:
        return {"enum": [int(choice) for choice in kind.split("|")]}
    inner = schema_of(rule["fields"]) if "fields" in rule else {}
    if kind == "array<object>":
        return {"type": "array", "items": inner or {"type": "object"}}
    if kind == "string[]":
        return {"type": "array", "items": {"type": "string", **_enum(rule)}}
    return {**inner, "type": kind, **_enum(rule)}


def _enum(rule: Mapping[str, Any]) -> Schema:
    return {"enum": rule["enum"]} if "enum" in rule else {}
