"""The description of the server's interface for programs, as OpenAPI 3.1."""

from __future__ import annotations

from typing import Any

from zonula.ground.provenance import version_of
from zonula.web.asked import CrowdTable, SimulateTable
from zonula.web.scenario import Page

_PROBLEM = {"type": "object", "required": ["error"], "properties": {"error": {"type": "object", "required": ["message"], "properties": {
    name: {"type": "string"} for name in ("code", "message", "path", "found", "expected", "fix")}}}}
_JOB = {"type": "object", "required": ["id", "state", "done"], "properties": {
    "id": {"type": "string"}, "state": {"enum": ["waiting", "running", "done", "failed", "cancelled"]}, "done": {"type": "number"},
    "error": {"type": "object"}, "result": {"type": "object"}}}
_NUMBERS = {"type": "array", "items": {"type": ["number", "null"]}}
_LIFE = {"type": "object", "required": ["model", "times", "status", "readouts"], "properties": {
    "model": {"type": "string"}, "times": _NUMBERS, "status": {"type": "string"}, "reason": {"type": "string"},
    "readouts": {"type": "object", "additionalProperties": _NUMBERS}, "units": {"type": "object", "additionalProperties": {"type": "string"}}}}
_HEALTH = {"type": "object", "required": ["service", "status", "version", "model", "limits"], "properties": {
    "service": {"const": "zonula"}, "status": {"const": "ok"}, "version": {"type": "string"}, "model": {"type": "string"},
    "limits": {"type": "object"}}}
_WRONG = {"400": "what came is no request that can be read", "403": "another site has asked", "404": "there is no such thing",
          "405": "this cannot be asked here", "408": "the request did not arrive in time", "413": "the request is too long",
          "415": "the request is no JSON", "421": "this address is not ours", "422": "what is asked makes no sense", "429": "too much at once",
          "503": "the model cannot be simulated here"}


def openapi(base: str, page: Page) -> dict[str, Any]:
    """The description, for a server whose addresses begin with *base* and a page on which so much can be set."""
    schemas: dict[str, Any] = {"Problem": _PROBLEM, "Job": _JOB, "Life": _LIFE, "Health": _HEALTH}
    for kind in (SimulateTable, CrowdTable):
        said = kind.model_json_schema(ref_template="#/components/schemas/{model}")
        schemas |= said.pop("$defs", {})
        schemas[kind.__name__] = said
    _name_all(schemas, page)
    job = [{"name": "job", "in": "path", "required": True, "schema": {"type": "string", "pattern": "^[0-9a-f]{16}$"}}]
    return {
        "openapi": "3.1.0", "info": {"title": "Zonula explorer", "version": version_of("zonula"),
                                     "description": "Research software: no medical advice. On this machine only."},
        "servers": [{"url": base}],
        "paths": {
            "/api/health": {"get": _operation("Health", "whether the server is there, and what it bears", wrong=())},
            "/api/simulate": {"post": _operation("Life", "one life", body="SimulateTable", wrong=("400", "413", "415", "422", "429", "503"))},
            "/api/crowd": {"post": _operation("Job", "many who differ, as a job", body="CrowdTable", status="202",
                                              wrong=("400", "413", "415", "422", "429", "503"))},
            "/api/jobs/{job}": {"parameters": job, "get": _operation("Job", "how far a job is, with its result", wrong=("404",)),
                                "delete": _operation("Job", "break a job off, and forget it", wrong=("404",))},
            "/api/jobs/{job}/events": {"parameters": job, "get": _operation("", "how far a job is, as it goes on", wrong=("404",))},
        },
        "components": {"schemas": schemas},
    }


def _name_all(schemas: dict[str, Any], page: Page) -> None:
    """Say by name what there is: persons, sliders, treatments, roads, readouts."""
    readouts, scenario = list(page.model.readout_names), schemas["ScenarioTable"]["properties"]
    for place, names in ((scenario["person"], page.persons), (scenario["closed"]["items"], page.roads),
                         (schemas["BarTable"]["properties"]["treatment"], page.treatments),
                         (schemas["CrowdTable"]["properties"]["readout"], readouts),
                         (schemas["SimulateTable"]["properties"]["readouts"]["items"], readouts)):
        place["enum"] = list(names)
    share = {"type": "number", "minimum": 0, "maximum": 1}
    scenario["sliders"] = {"type": "object", "properties": dict.fromkeys(page.sliders, share), "additionalProperties": False, "default": {}}


def _operation(answer: str, summary: str, *, body: str = "", status: str = "200", wrong: tuple[str, ...] = ()) -> dict[str, Any]:
    content = {"application/json": {"schema": _named(answer)}} if answer else {"text/event-stream": {}}
    problem = {"application/json": {"schema": _named("Problem")}}
    answers = {status: {"description": summary, "content": content}, **{code: {"description": _WRONG[code], "content": problem} for code in wrong}}
    asked = {"requestBody": {"required": True, "content": {"application/json": {"schema": _named(body)}}}} if body else {}
    return {"summary": summary, "responses": answers, **asked}


def _named(schema: str) -> dict[str, str]:
    return {"$ref": f"#/components/schemas/{schema}"}
