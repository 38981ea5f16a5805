"""Google: the discovery documents of Meet and of Workspace Events, closed to what they do not name.

The token endpoint, the directory and the certificates have no document here: their few requests are held against
https://developers.google.com/identity/protocols/oauth2/service-account and
https://developers.google.com/workspace/admin/directory/reference/rest/v1/users/get
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import timedelta
from typing import Any

import jwt

from modbot.simulators import Seen
from tests.contract import vendor_data
from tests.contract.described import (
    NotDescribed,
    Schema,
    body_of,
    fits,
    form_of,
    ids_in,
    needs,
    only,
    path_of,
    query_of,
    template_for,
)

DOCUMENTS = ("meet.v2.discovery.json", "workspaceevents.v1.discovery-subset.json")
TOKEN, CERTIFICATES, USER = "/token", "/oauth2/v3/certs", "/admin/directory/v1/users/{userKey}"
GRANT = "urn:ietf:params:oauth:grant-type:jwt-bearer"
CLAIMS = ("iss", "sub", "scope", "aud", "iat", "exp")
DIRECTORY_SCOPE = "https://www.googleapis.com/auth/admin.directory.user.readonly"
LONGEST_ASSERTION = timedelta(hours=1)
DIRECTORY_PARAMETERS = ("customFieldMask", "projection", "viewType")
FORMATS: Mapping[str, Schema] = {
    "google-duration": {"pattern": r"^-?\d+(\.\d{1,9})?s$"},
    "google-datetime": {"pattern": r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?(Z|[+-]\d\d:\d\d)$"},
}
FILTERED = re.compile(r"([a-z][a-z_.]*)\s*(?:[<>=:]|IS\b)")
QUOTED = re.compile(r'"[^"]*"')


class GoogleDescription:
    """Meet v2 and Workspace Events v1. One server stands for all of Google's: their paths differ."""

    def __init__(self) -> None:
        documents = [vendor_data.table("meet", name) for name in DOCUMENTS]
        self._methods = {
            (method["httpMethod"], "/" + method["flatPath"]): method
            for document in documents
            for method in methods(document)
        }
        self._for_all = {name for document in documents for name in document["parameters"]}
        self._schemas = {name: schema for document in documents for name, schema in document["schemas"].items()}
        self._types = {name: self._closed(schema) for name, schema in self._schemas.items()}

    def check(self, seen: Seen) -> str:
        """See `Description`."""
        if path_of(seen) == TOKEN:
            return _check_assertion(seen)
        if seen.method == "GET" and (path_of(seen) == CERTIFICATES or path_of(seen).startswith(USER.partition("{")[0])):
            return self._check_undocumented(seen)
        templates = [path for method, path in self._methods if method == seen.method]
        template = template_for(path_of(seen), templates)
        method = self._methods[seen.method, template]
        self._check_query(query_of(seen), method)
        ids = ids_in(path_of(seen), template)
        needs([name for name, value in ids.items() if value], ids, "id")
        fits(body_of(seen), self._body(method))
        return f"{seen.method} {template}"

    def scopes_of(self, call: str) -> frozenset[str]:
        """The scopes that open a call as `check` names it, each by itself; none for what takes no token."""
        method, _, path = call.partition(" ")
        if path == USER:
            return frozenset({DIRECTORY_SCOPE})
        return frozenset(self._methods.get((method, path), {}).get("scopes", ()))

    def _check_undocumented(self, seen: Seen) -> str:
        template = template_for(path_of(seen), [CERTIFICATES, USER])
        only(query_of(seen), {*self._for_all, *DIRECTORY_PARAMETERS} if template == USER else (), "parameter")
        fits(body_of(seen), {"type": "null"})
        return f"GET {template}"

    def _check_query(self, query: Mapping[str, str], method: Mapping[str, Any]) -> None:
        rules = {name: rule for name, rule in method.get("parameters", {}).items() if rule["location"] == "query"}
        only(query, {*rules, *self._for_all}, "parameter")
        needs(query, [name for name, rule in rules.items() if is_required(rule)], "parameter")
        for name, rule in rules.items():
            if name in query:
                _check_parameter(name, query[name], rule)
        if "updateMask" in query:
            self._check_mask(query["updateMask"], method["request"]["$ref"])

    def _check_mask(self, mask: str, message: str) -> None:
        for path in mask.split(","):
            schema = self._schemas[message]
            for name in path.split("."):
                schema = schema.get("properties", {}).get(name)
                if schema is None:
                    raise NotDescribed(f"updateMask: {message} has no {path}")
                schema = self._schemas[schema["$ref"]] if "$ref" in schema else schema

    def _body(self, method: Mapping[str, Any]) -> Schema:
        if "request" not in method:
            return {"type": "null"}
        message = method["request"]["$ref"]
        made = method["httpMethod"] == "POST"
        required = [name for name, rule in self._schemas[message].get("properties", {}).items() if is_required(rule)]
        whole: Schema = {"$ref": f"#/$defs/{message}", "required": required if made else [], "$defs": self._types}
        return whole

    def _closed(self, schema: Any) -> Any:
        """A discovery schema as JSON Schema. What is output only has no place in a request."""
        if "$ref" in schema:
            return {"$ref": f"#/$defs/{schema['$ref']}"}
        found = {name: schema[name] for name in ("type", "enum") if name in schema and schema[name] != "any"}
        found |= FORMATS.get(schema.get("format", ""), {})
        if "items" in schema:
            found["items"] = self._closed(schema["items"])
        if schema.get("type") == "object":
            fields = schema.get("properties", {})
            found["properties"] = {name: self._closed(one) for name, one in fields.items() if not one.get("readOnly")}
            found["additionalProperties"] = "additionalProperties" in schema
        return found


def asked_scopes(sent: Iterable[Seen]) -> set[str]:
    """The scopes in the assertions that tokens were asked for with."""
    assertions = [form_of(seen)["assertion"] for seen in sent if path_of(seen) == TOKEN]
    claims = [jwt.decode(assertion, options={"verify_signature": False}) for assertion in assertions]
    return {scope for one in claims for scope in one["scope"].split()}


def methods(resource: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """Every method of a discovery document and of what is below."""
    yield from resource.get("methods", {}).values()
    for below in resource.get("resources", {}).values():
        yield from methods(below)


def is_required(rule: Mapping[str, Any]) -> bool:
    """Google marks what is required of a path by a flag, and everywhere else by the first word of its description."""
    return bool(rule.get("required")) or rule.get("description", "").startswith("Required.")


def _check_parameter(name: str, value: str, rule: Mapping[str, Any]) -> None:
    match rule["type"]:
        case "integer" if not value.isdigit():
            raise NotDescribed(f"{name} is not a number: {value}")
        case "boolean" if value not in {"true", "false"}:
            raise NotDescribed(f"{name} is not true or false: {value}")
    if name == "filter":
        unknown = set(FILTERED.findall(QUOTED.sub('""', value))) - set(re.findall(r"[a-z_.]+", rule["description"]))
        if unknown:
            raise NotDescribed(f"filter: there is no {', '.join(sorted(unknown))}")


def _check_assertion(seen: Seen) -> str:
    form = form_of(seen)
    only(form, ("grant_type", "assertion"), "form field")
    if seen.method != "POST" or form.get("grant_type") != GRANT:
        raise NotDescribed("a token is asked for by POST with the jwt-bearer grant")
    try:
        header = jwt.get_unverified_header(form.get("assertion", ""))
        claims = jwt.decode(form.get("assertion", ""), options={"verify_signature": False})
    except jwt.PyJWTError as error:
        raise NotDescribed("the assertion is not a token") from error
    only(claims, CLAIMS, "claim")
    needs(claims, CLAIMS, "claim")
    if header["alg"] != "RS256" or claims["exp"] - claims["iat"] > LONGEST_ASSERTION.total_seconds():
        raise NotDescribed("the assertion is signed in another way, or for longer than an hour")
    return f"POST {TOKEN}"
