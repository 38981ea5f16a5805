"""Clever: its Swagger description of the Data and Events API 3.1, closed to fields and parameters it does not name."""

from collections.abc import Mapping
from functools import cache
from typing import Any

import yaml  # type: ignore[import-untyped]

from modbot.simulators import Seen
from tests.contract import vendor_data
from tests.contract.described import NotDescribed, Schema, closed, fits, needs, only, path_of, query_of, template_for

FILES = ("v3.1.yml", "v3.1-events.yml")
API = "/v3.1"
TOKEN = "/oauth/tokens"
TOKEN_QUERY = ("owner_type", "district")  # not in the description: https://dev.clever.com/reference/gettokens


class CleverDescription:
    """Clever's calls by path."""

    def __init__(self) -> None:
        self._paths: dict[str, Any] = {path: row for name in FILES for path, row in described(name)["paths"].items()}

    def check(self, seen: Seen) -> str:
        """See `Description`."""
        query = query_of(seen)
        if seen.method != "GET" or seen.body:
            raise NotDescribed("Clever is only read")
        if path_of(seen) == TOKEN:
            return _check_token(seen, query)
        template = template_for(path_of(seen).removeprefix(API), self._paths)
        rows = {row["name"]: row for row in self._paths[template]["get"].get("parameters", ()) if row["in"] == "query"}
        only(query, rows, "parameter")
        for name, value in query.items():
            fits(value, _as_text(rows[name]), f"parameter {name}")
        return f"GET {template}"


def _check_token(seen: Seen, query: Mapping[str, str]) -> str:
    if not seen.headers.get("authorization", "").startswith("Basic "):
        raise NotDescribed("the token is asked for with Basic credentials")
    only(query, TOKEN_QUERY, "parameter")
    needs(query, TOKEN_QUERY, "parameter")
    return f"GET {TOKEN}"


def _as_text(row: Mapping[str, Any]) -> Schema:
    """A parameter as it stands in a query."""
    if row["type"] == "integer":
        return {"type": "string", "pattern": r"^\d+$"}
    return {"enum": row["enum"]} if "enum" in row else {"type": "string"}


@cache
def described(name: str) -> dict[str, Any]:
    """One of Clever's files. Skips the test when it is not there."""
    return dict(yaml.safe_load(vendor_data.text("clever", name)))


def answer_schema(name: str) -> Schema:
    """What the Data API answers: `UsersResponse`, `SectionResponse` and so on."""
    return {"$ref": f"#/definitions/{name}", "definitions": _definitions(FILES[0])}


def event_schema(kind: str) -> Schema:
    """One event of a type, such as `users.updated`."""
    definitions = _definitions(FILES[1])
    parts = described(FILES[1])["definitions"][kind]["allOf"]
    properties = dict(definitions["Event"]["properties"])
    for part in parts[1:]:
        properties |= part["properties"]
    event = {"type": "object", "properties": properties, "required": ["type"], "additionalProperties": False}
    return {**event, "definitions": definitions}


def _definitions(name: str) -> dict[str, Any]:
    """The definitions of a file, closed, with nulls where Clever says that a field may be absent."""
    return {key: closed(_with_nulls(value)) for key, value in described(name)["definitions"].items()}


def _with_nulls(schema: Any) -> Any:
    if isinstance(schema, list):
        return [_with_nulls(item) for item in schema]
    if not isinstance(schema, Mapping):
        return schema
    inside = {name: _with_nulls(value) for name, value in schema.items() if name != "x-nullable"}
    return {"anyOf": [inside, {"type": "null"}]} if schema.get("x-nullable") is True else inside
