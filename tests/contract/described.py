"""What the checks of every vendor have in common: a recorded request, taken apart and looked up."""

import re
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from typing import Any, Protocol
from urllib.parse import parse_qsl, unquote, urlsplit

import orjson
from jsonschema import Draft202012Validator  # type: ignore[import-untyped]

from modbot.simulators import Seen

Schema = Mapping[str, Any]


class NotDescribed(AssertionError):
    """A request that the vendor does not describe, and what about it."""


class Description(Protocol):
    """One vendor's interface, as its data has it."""

    def check(self, seen: Seen) -> str:
        """`METHOD /path/{template}` of a request the vendor describes. Raises NotDescribed for any other."""


def complaints(description: Description, sent: Iterable[Seen]) -> list[str]:
    """What is wrong with these requests, one line each."""
    found = []
    for seen in sent:
        try:
            description.check(seen)
        except NotDescribed as problem:
            found.append(f"{seen.method} {seen.path}: {problem}")
    return found


def path_of(seen: Seen) -> str:
    """The path as sent, still percent-encoded, without the query."""
    return urlsplit(seen.path).path


def query_of(seen: Seen) -> dict[str, str]:
    """The query. Raises NotDescribed for a parameter sent twice: no vendor here takes any so."""
    pairs = parse_qsl(urlsplit(seen.path).query, keep_blank_values=True)
    if len(dict(pairs)) != len(pairs):
        raise NotDescribed("a parameter is sent twice")
    return dict(pairs)


def form_of(seen: Seen) -> dict[str, str]:
    """The body as a web form."""
    if not seen.headers.get("content-type", "").startswith("application/x-www-form-urlencoded"):
        raise NotDescribed("the body is not a form")
    return dict(parse_qsl(seen.body.decode(), keep_blank_values=True))


def body_of(seen: Seen) -> Any:
    """The body as JSON; None when there is none."""
    if not seen.body:
        return None
    try:
        return orjson.loads(seen.body)
    except orjson.JSONDecodeError as error:
        raise NotDescribed("the body is not JSON") from error


def template_for(path: str, templates: Iterable[str]) -> str:
    """The template this path is of; `/a/b` before `/a/{id}`. Raises NotDescribed when there is none."""
    fitting = [template for template in templates if _pattern(template).fullmatch(path)]
    if not fitting:
        raise NotDescribed("there is no such path")
    return min(fitting, key=lambda template: template.count("{"))


def ids_in(path: str, template: str) -> dict[str, str]:
    """What stands for each `{name}` of the template, decoded."""
    found = _pattern(template).fullmatch(path)
    return {name: unquote(value) for name, value in (found.groupdict() if found else {}).items()}


@cache
def _pattern(template: str) -> re.Pattern[str]:
    parts = re.split(r"\{(\w+)\}", template)
    named = (f"(?P<{part}>[^/:]+)" if at % 2 else re.escape(part) for at, part in enumerate(parts))
    return re.compile("".join(named))


def only(given: Iterable[str], allowed: Iterable[str], what: str) -> None:
    """Raises NotDescribed when something is given that is not allowed."""
    unknown = sorted(set(given) - set(allowed))
    if unknown:
        raise NotDescribed(f"unknown {what}: {', '.join(unknown)}")


def needs(given: Iterable[str], required: Iterable[str], what: str) -> None:
    """Raises NotDescribed when something required is not given."""
    missing = sorted(set(required) - set(given))
    if missing:
        raise NotDescribed(f"missing {what}: {', '.join(missing)}")


def fits(value: Any, schema: Schema, where: str = "body") -> None:
    """Raises NotDescribed with every way in which the value does not fit the schema."""
    errors: Sequence[Any] = sorted(Draft202012Validator(schema).iter_errors(value), key=lambda error: error.json_path)
    if errors:
        raise NotDescribed("; ".join(f"{where}{error.json_path[1:]}: {error.message}" for error in errors))


def closed(schema: Any) -> Any:
    """The schema with no room for fields that it does not name."""
    if isinstance(schema, list):
        return [closed(item) for item in schema]
    if not isinstance(schema, Mapping):
        return schema
    inside = {name: closed(value) for name, value in schema.items()}
    if isinstance(schema.get("properties"), Mapping) and "additionalProperties" not in schema:
        inside["additionalProperties"] = False
    return inside
