"""Graph's own types: a value is of a type when every field is one of its, in the form its metadata gives it.

The JSON Schema that stands beside the metadata leaves objects open, and names no derived types; here both are closed.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from jsonschema import Draft202012Validator  # type: ignore[import-untyped]

from tests.contract import vendor_data
from tests.contract.described import NotDescribed, Schema

TYPE = "@odata.type"
PREFIX = "#microsoft.graph."
DATE_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,7})?(Z|[+-]\d\d:\d\d)")
# Open in the metadata, and named beside it: https://learn.microsoft.com/graph/api/application-post-calls
BESIDE: Mapping[str, Mapping[str, Schema]] = {"identity": {"tenantId": {"type": ["string", "null"]}}}


class GraphTypes:
    """The types of the vendor's schema, by name."""

    def __init__(self) -> None:
        self._types: dict[str, Any] = vendor_data.table("teams", "graph-v1.0-meetings.schema.json")["$defs"]

    def fields(self, name: str) -> dict[str, Schema]:
        """The fields of a type and of those it is derived from."""
        schema = self._types[name]
        found: dict[str, Schema] = {}
        for part in schema.get("allOf", [schema]):
            found |= self.fields(_referred(part)) if "$ref" in part else part.get("properties", {})
        return {**found, **BESIDE.get(name, {})}

    def check(self, value: Any, name: str, *, whole: bool, where: str = "body") -> None:
        """Raises NotDescribed unless the value is of this type. `whole`: nothing that may not be null is missing."""
        if not isinstance(value, Mapping):
            raise NotDescribed(f"{where} is not a {name}")
        name = self._derived(value, name, where)
        fields = self.fields(name)
        unknown = sorted(value.keys() - fields.keys() - {TYPE})
        if unknown:
            raise NotDescribed(f"{where}: {name} has no {', '.join(unknown)}")
        missing = sorted(field for field, schema in fields.items() if _needed(field, schema) and field not in value)
        if whole and missing:
            raise NotDescribed(f"{where}: {name} needs {', '.join(missing)}")
        for field in value.keys() & fields.keys():
            self._check_field(value[field], fields[field], whole=whole, where=f"{where}.{field}")

    def values(self, enum: str) -> list[str]:
        """The values of an enumeration."""
        return list(self._types[enum]["enum"])

    def _check_field(self, value: Any, schema: Schema, *, whole: bool, where: str) -> None:
        schema, nullable = _stripped(schema)
        if value is None and nullable:
            return
        if schema.get("type") == "array" and isinstance(value, list):
            for number, item in enumerate(value):
                self._check_field(item, schema["items"], whole=whole, where=f"{where}[{number}]")
        elif "$ref" in schema and "enum" not in self._types[_referred(schema)]:
            self.check(value, _referred(schema), whole=whole, where=where)
        else:
            self._check_leaf(value, schema, where)

    def _check_leaf(self, value: Any, schema: Schema, where: str) -> None:
        for error in Draft202012Validator({**schema, "$defs": self._types}).iter_errors(value):
            raise NotDescribed(f"{where}: {error.message}")
        if schema.get("format") == "date-time" and not DATE_TIME.fullmatch(str(value)):
            raise NotDescribed(f"{where} is not a time: {value}")

    def _derived(self, value: Mapping[str, Any], name: str, where: str) -> str:
        """The type that a value says it is of: the wanted one, or one derived from it."""
        said = str(value.get(TYPE, PREFIX + name))
        own = said.removeprefix(PREFIX)
        if not said.startswith(PREFIX) or own not in self._types or name not in self._line(own):
            raise NotDescribed(f"{where}: {said} is no {name}")
        return own

    def _line(self, name: str) -> Iterator[str]:
        yield name
        for part in self._types[name].get("allOf", ()):
            if "$ref" in part:
                yield from self._line(_referred(part))


def _referred(schema: Schema) -> str:
    return str(schema["$ref"]).rpartition("/")[2]


def _stripped(schema: Schema) -> tuple[Schema, bool]:
    """The schema without "or null", and whether it was so."""
    kind = schema.get("type")
    if isinstance(kind, list):
        return {**schema, "type": next(one for one in kind if one != "null")}, True
    if "anyOf" in schema:
        (inner,) = (one for one in schema["anyOf"] if one != {"type": "null"})
        return inner, True
    return schema, False


def _needed(field: str, schema: Schema) -> bool:
    """Ids are Graph's to give, and an empty list need not be sent."""
    return field != "id" and schema.get("type") != "array" and not _stripped(schema)[1]
