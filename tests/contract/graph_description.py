"""Microsoft Graph: its types, actions and navigation from the metadata; which paths there are, from its pages.

The metadata says what a thing looks like and what can be done to it. Where things are kept, and what a query may hold,
is only on the pages named here. Entra's token endpoint and keys have no data: see the pages named beside them.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from xml.etree import ElementTree

from modbot.simulators import Seen
from tests.contract import vendor_data
from tests.contract.described import (
    NotDescribed,
    body_of,
    fits,
    form_of,
    needs,
    only,
    path_of,
    query_of,
    template_for,
)
from tests.contract.graph_types import GraphTypes

CSDL = "graph-v1.0-meetings-subset.csdl.xml"
KEPT_AT: Mapping[str, str] = {
    "/v1.0/users/{user}/onlineMeetings": "onlineMeeting",  # https://learn.microsoft.com/graph/api/onlinemeeting-get
    "/v1.0/communications/calls": "call",  # https://learn.microsoft.com/graph/api/application-post-calls
    "/beta/subscriptions": "subscription",  # https://learn.microsoft.com/graph/changenotifications-for-onlinemeeting
}
USER = "/v1.0/users/{user}"  # https://learn.microsoft.com/graph/api/user-get
CALENDAR = f"{USER}/calendarView"  # https://learn.microsoft.com/graph/api/user-list-calendarview
PERIOD = ("startDateTime", "endDateTime")
ODATA = ("$select", "$filter", "$top", "$skip", "$skiptoken", "$orderby", "$expand", "$count")
TOKEN = "/{tenant}/oauth2/v2.0/token"  # https://learn.microsoft.com/entra/identity-platform/v2-oauth2-client-creds-grant-flow
TOKEN_FORM = ("client_id", "grant_type", "scope")
BY_SECRET = ("client_secret",)
BY_CERTIFICATE = ("client_assertion", "client_assertion_type")
KEYS = ("/{tenant}/discovery/v2.0/keys", "/v1/.well-known/OpenIdConfiguration", "/v1/keys")
CALL_EVENTS = re.compile(r"communications/onlineMeetings\(joinWebUrl='[^']+'\)/meetingCallEvents")
COMPARED = re.compile(r"([\w/]+) (?:eq|ne|gt|ge|lt|le) ")
XML = {"": "http://docs.oasis-open.org/odata/ns/edm"}


@dataclass(frozen=True, slots=True)
class Place:
    """What is at a path: a thing of a type (`kind`), a list of them, or an action with parameters."""

    kind: str = ""
    parameters: Mapping[str, Any] | None = None  # of an action


class GraphDescription:
    """Graph as far as modbot uses it, with Entra's door before it."""

    def __init__(self) -> None:
        self._types = GraphTypes()
        # S314: the file is the vendor's own metadata, and stands beside the repository.
        metadata = ElementTree.fromstring(vendor_data.text("teams", CSDL))  # noqa: S314
        self._places = {(method, path): place for method, path, place in _places(metadata)}

    def check(self, seen: Seen) -> str:
        """See `Description`."""
        paths = [path for method, path in self._places if method == seen.method]
        template = template_for(path_of(seen), [*paths, *(KEYS if seen.method == "GET" else (TOKEN,))])
        if template == TOKEN:
            _check_grant(seen)
        elif template in KEYS:
            only(query_of(seen), (), "parameter")
        else:
            self._check_call(seen, template, self._places[seen.method, template])
        return f"{seen.method} {template}"

    def _check_call(self, seen: Seen, template: str, place: Place) -> None:
        period = PERIOD if template == CALENDAR else ()
        query = query_of(seen)
        only(query, {*ODATA, *period}, "parameter")
        needs(query, period, "parameter")
        self._check_fields(query, place.kind)
        self._check_body(body_of(seen), seen.method, place)

    def _check_fields(self, query: Mapping[str, str], kind: str) -> None:
        """What is selected or compared must be there. Users and events are not in the metadata at hand."""
        named = [one for one in query.get("$select", "").split(",") if one] + COMPARED.findall(query.get("$filter", ""))
        if not kind:
            return
        known = {field.casefold() for field in self._types.fields(kind)}
        unknown = [one for one in named if one.partition("/")[0].casefold() not in known]
        if unknown:
            raise NotDescribed(f"{kind} has no {', '.join(unknown)}")

    def _check_body(self, body: Any, method: str, place: Place) -> None:
        if method in {"GET", "DELETE"} or place.parameters == {}:
            fits(body, {"type": "null"})
        elif place.parameters is not None:
            fits(body, {"type": ["object", "null"], "properties": place.parameters, "additionalProperties": False})
        else:
            self._types.check(body, place.kind, whole=method == "POST")
        if place.kind == "subscription" and method == "POST":
            self._check_subscription(body)

    def _check_subscription(self, body: Mapping[str, Any]) -> None:
        """Rules of https://learn.microsoft.com/graph/change-notifications-with-resource-data."""
        only(body["changeType"].split(","), self._types.values("changeType"), "changeType")
        if not CALL_EVENTS.fullmatch(body["resource"]):
            raise NotDescribed(f"no such resource: {body['resource']}")
        if body.get("includeResourceData"):
            needs(body, ("encryptionCertificate", "encryptionCertificateId", "lifecycleNotificationUrl"), "field")


def _places(metadata: ElementTree.Element) -> Iterator[tuple[str, str, Place]]:
    yield from (("GET", path, Place()) for path in (USER, CALENDAR))
    for path, kind in KEPT_AT.items():
        yield from _kept(metadata, path, kind)


def _kept(metadata: ElementTree.Element, path: str, kind: str) -> Iterator[tuple[str, str, Place]]:
    """A list of things, each of them, what can be done to one, and the lists that belong to it."""
    one = f"{path}/{{{kind}}}"
    yield from ((method, path, Place(kind)) for method in ("GET", "POST"))
    yield from ((method, one, Place(kind)) for method in ("GET", "PATCH", "DELETE"))
    for action in metadata.iterfind(".//Action", XML):
        bound, *parameters = action.iterfind("Parameter", XML)
        if bound.get("Type") == f"graph.{kind}":
            yield "POST", f"{one}/{action.get('Name')}", Place(parameters=_parameters(parameters))
    for property_ in metadata.iterfind(f".//EntityType[@Name='{kind}']/NavigationProperty", XML):
        inner = re.fullmatch(r"Collection\(graph\.(\w+)\)", property_.get("Type", ""))
        if inner:
            yield from _kept(metadata, f"{one}/{property_.get('Name')}", inner[1])


def _parameters(found: list[ElementTree.Element]) -> dict[str, Any]:
    """Parameters of an action; only text is looked into."""
    text = {"type": ["string", "null"]}
    return {str(one.get("Name")): text if one.get("Type") == "Edm.String" else {} for one in found}


def _check_grant(seen: Seen) -> None:
    form = form_of(seen)
    proof = BY_CERTIFICATE if "client_assertion" in form else BY_SECRET
    only(form, (*TOKEN_FORM, *proof), "form field")
    needs(form, (*TOKEN_FORM, *proof), "form field")
    if form["grant_type"] != "client_credentials" or not form["scope"].endswith("/.default"):
        raise NotDescribed("an app signs in with client_credentials and the scope .default")
