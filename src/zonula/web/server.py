"""The server of the page: its files out of memory, and a small interface for programs, behind the guard."""

from __future__ import annotations

import asyncio
import json
import secrets
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from functools import partial
from typing import Any

from anyio import CapacityLimiter, to_thread
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, RedirectResponse, Response, StreamingResponse
from starlette.routing import Route

from zonula.ground.errors import KernelError, ZonulaError
from zonula.ground.provenance import version_of
from zonula.language.model import Model
from zonula.web.api import Lives
from zonula.web.asked import MOST_PEOPLE, MOST_READOUTS, MOST_TIMES, CrowdTable, SimulateTable, read_asked
from zonula.web.files import packed, with_meta
from zonula.web.guard import Guard, Limits
from zonula.web.jobs import DONE, Job, Queued
from zonula.web.openapi import openapi
from zonula.web.patience import patient
from zonula.web.scenario import MOST_BARS, MOST_DAYS

_TYPES = {".html": "text/html; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".css": "text/css; charset=utf-8",
          ".json": "application/json", ".wasm": "application/wasm", ".bin": "application/octet-stream"}
_LOST = """<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Zonula: no such page</title></head>
<body><main><h1>There is no such page</h1><p>The explorer is at <a href="{base}/">its beginning</a>.</p></main></body></html>
"""
_TELLS = 0.25  # seconds between two looks at a job
Handler = Callable[[Request], Awaitable[Response]]


def new_key() -> str:
    """A key for the address, which nobody can guess."""
    return secrets.token_urlsafe(24)


def hosts_of(port: int) -> tuple[str, ...]:
    """What the header Host may say of a server on this machine."""
    return tuple(f"{name}:{port}" for name in ("127.0.0.1", "localhost"))


class Site:
    """The page and its interface, for one start of the server."""

    def __init__(self, files: Mapping[str, bytes], model: Model, *, key: str, limits: Limits) -> None:
        self.base, self.limits, self.model = f"/{key}", limits, model
        self.files = {**files, "index.html": with_meta(files["index.html"], "zonula-api", "on")}
        self.packed = {name: packed(data) for name, data in self.files.items()}
        self.lives, self.jobs, self.threads = Lives(model), Queued(seconds=limits.answer), CapacityLimiter(2)

    def routes(self) -> list[Route]:
        """All addresses."""
        at, both = self.base, ["GET", "DELETE"]
        return [
            Route(at, self.begin), Route(f"{at}/", self.file), Route(f"{at}/api/health", _told(self.health)),
            Route(f"{at}/api/openapi.json", _told(self.description)), Route(f"{at}/api/simulate", _told(self.simulate), methods=["POST"]),
            Route(f"{at}/api/crowd", _told(self.crowd), methods=["POST"]), Route(f"{at}/api/jobs/{{job}}", _told(self.job), methods=both),
            Route(f"{at}/api/jobs/{{job}}/events", _told(self.events)), Route(f"{at}/{{name}}", self.file),
        ]

    async def begin(self, request: Request) -> Response:
        """The address without its last stroke."""
        del request
        return RedirectResponse(f"{self.base}/", status_code=307)

    async def file(self, request: Request) -> Response:
        """One of the files, by its very name: nothing is looked for on the disk."""
        name = request.path_params.get("name", "index.html")
        if name not in self.files:
            raise HTTPException(404)
        packed = "gzip" in request.headers.get("accept-encoding", "")
        headers = {"content-type": _TYPES["." + name.rpartition(".")[2]], "vary": "accept-encoding"}
        if packed:
            headers["content-encoding"] = "gzip"
        return Response((self.packed if packed else self.files)[name], headers=headers)

    async def health(self, request: Request) -> Response:
        """Whether the server is there."""
        del request
        limits = {"bytes": self.limits.body, "persons": MOST_PEOPLE, "days": MOST_DAYS, "times": MOST_TIMES, "readouts": MOST_READOUTS,
                  "bars": MOST_BARS, "jobs": self.jobs.most, "seconds": self.limits.answer}
        return JSONResponse({"service": "zonula", "status": "ok", "version": version_of("zonula"), "model": self.model.fingerprint, "limits": limits})

    async def description(self, request: Request) -> Response:
        """The description of this interface."""
        del request
        return JSONResponse(openapi(self.base, self.lives.page))

    async def simulate(self, request: Request) -> Response:
        """One life."""
        asked = read_asked(SimulateTable, await _body(request))
        said = await to_thread.run_sync(partial(self.lives.simulate, asked), limiter=self.threads)
        return Response(said, media_type="application/json")

    async def crowd(self, request: Request) -> Response:
        """Many lives, as a job."""
        asked = read_asked(CrowdTable, await _body(request))
        work = await to_thread.run_sync(partial(self.lives.crowd, asked), limiter=self.threads)
        job = self.jobs.add(work)
        if job is None:
            return JSONResponse({"error": {"message": "too many jobs are waiting", "fix": "try again when one has ended"}}, 429, {"retry-after": "5"})
        return JSONResponse(job.as_dict(), 202, {"location": f"{self.base}/api/jobs/{job.id}"})

    async def job(self, request: Request) -> Response:
        """How far a job is, or its end."""
        job = self._job(request)
        if request.method == "DELETE":
            self.jobs.stop(job)
        return JSONResponse(job.as_dict() | ({"result": job.result} if job.state == DONE else {}))

    async def events(self, request: Request) -> Response:
        """How far a job is, told as it goes on."""
        return StreamingResponse(_tell(self._job(request)), media_type="text/event-stream")

    def _job(self, request: Request) -> Job:
        job = self.jobs.get(request.path_params["job"])
        if job is None:
            raise HTTPException(404)
        return job


async def _body(request: Request) -> bytes:
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != "application/json":
        raise HTTPException(415, "the request is no JSON")
    return await request.body()


async def _tell(job: Job) -> AsyncIterator[str]:
    last = ""
    while True:
        said = json.dumps(job.as_dict())
        if said != last:
            yield f"data: {said}\n\n"
            last = said
        if job.over:
            return
        await asyncio.sleep(_TELLS)


def _told(handler: Handler) -> Handler:
    """A handler whose errors become data for programs."""

    async def inner(request: Request) -> Response:
        try:
            return await handler(request)
        except KernelError as error:
            return _problem(error, 503)
        except ZonulaError as error:
            return _problem(error, 422)
        except ClientDisconnect:
            return Response(status_code=400)

    return inner


def _problem(error: ZonulaError, status: int) -> Response:
    return JSONResponse({"error": error.problems[0].as_dict(), "more": [p.as_dict() for p in error.problems[1:]]}, status)


def _refused(base: str) -> Callable[[Request, Exception], Response]:
    def refused(request: Request, error: Exception) -> Response:
        status = error.status_code if isinstance(error, HTTPException) else 500
        headers = dict(error.headers or {}) if isinstance(error, HTTPException) else {}
        if request.url.path.startswith(f"{base}/api/"):
            words = {404: "there is no such thing", 405: "this cannot be asked here", 415: "the request is no JSON"}
            said = {"error": {"message": words.get(status, "this did not work"), "fix": "see the description: api/openapi.json"}}
            return JSONResponse(said, status, headers)
        return Response(_LOST.format(base=base), status, {**headers, "content-type": _TYPES[".html"]})

    return refused


def application(files: Mapping[str, bytes], model: Model, *, key: str, port: int, limits: Limits | None = None) -> Guard:
    """The whole server as an ASGI application.

    Parameters
    ----------
    files : of the page, by name
    key   : what every address begins with
    port  : on which it listens; the header Host must name it
    """
    bounds = limits or Limits()
    site = Site(files, model, key=key, limits=bounds)

    @asynccontextmanager
    async def life(app: Any) -> AsyncIterator[None]:
        del app
        yield
        site.jobs.close()

    refused = _refused(site.base)
    app = Starlette(routes=site.routes(), lifespan=life, exception_handlers={HTTPException: refused, Exception: refused})
    app.router.redirect_slashes = False  # an address is ours, or it is none
    return Guard(app, key=key, hosts=hosts_of(port), limits=bounds)


def host(app: Guard) -> Any:
    """The server of uvicorn for *app*: with bounds on heads of requests, on connections, and on their time."""
    import uvicorn

    return uvicorn.Server(uvicorn.Config(app, log_level="warning", access_log=False, server_header=False, date_header=False, timeout_keep_alive=5,
                                         limit_concurrency=2 * app.limits.open, h11_max_incomplete_event_size=32_768, http=patient(app.limits),
                                         ws="none", lifespan="on", timeout_graceful_shutdown=2, proxy_headers=False))


def serve(app: Guard, *, listening: Any) -> None:
    """Serve on a socket that listens, until interrupted."""
    host(app).run(sockets=[listening])
