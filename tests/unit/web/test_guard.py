"""The door of the server: address, origin, key, length, rate and time; and what every answer carries."""

import asyncio

import pytest
from tests.page_server import KEY, ask, site, small_site

from zonula.web.guard import HEADERS, Bucket, Guard, Limits

LIFE = {"scenario": {"person": "healthy", "horizon": 30}, "times": 5}


def test_the_page_is_there_with_its_policy_and_without_cookies():
    said = ask("GET", "/")
    assert said.status_code == 200
    assert b'<meta name="zonula-api" content="on">' in said.content
    policy = said.headers["content-security-policy"]
    for part in ("default-src 'self'", "script-src 'self' 'wasm-unsafe-eval'", "worker-src 'self' blob:", "style-src 'self'", "frame-ancestors 'none'"):
        assert part in policy.split("; ")
    assert "unsafe-inline" not in policy
    assert "http" not in policy
    assert "set-cookie" not in said.headers
    assert {name: said.headers[name] for name in HEADERS} == HEADERS


@pytest.mark.parametrize("path", ["/", "/app.js", "/model.json", "/nothing", "/api/health", "/api/nothing", "/api/jobs/0", "/api/simulate"])
def test_every_answer_carries_the_headers(path):
    said = ask("GET", path)
    assert {name: said.headers[name] for name in HEADERS} == HEADERS
    assert "server" not in said.headers


@pytest.mark.parametrize("key", ["", "x", KEY[:-1], KEY + "x", KEY.upper(), "%00", "é"])
def test_without_the_key_there_is_nothing_but_a_friendly_word(key):
    for path in ("/", "/model.json", "/api/health"):
        said = ask("GET", f"/{key}{path}" if key else path, key="")
        assert said.status_code == 404
        assert "whole address" in said.text
        assert "zonula-api" not in said.text


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1", "127.0.0.1:9", "localhost.evil.example:8000", "127.0.0.1:8000.evil.example", "", "[::1]:8000"])
def test_by_another_name_the_server_does_not_answer(host):
    assert ask("GET", "/", headers={"host": host}).status_code == 421
    assert ask("GET", "/", headers={"host": "localhost:8000"}).status_code == 200


@pytest.mark.parametrize("headers", [
    {"origin": "http://evil.example"}, {"origin": "null"}, {"origin": "https://127.0.0.1:8000"}, {"origin": "http://127.0.0.1:8001"},
    {"origin": "http://localhost:8000"}, {"sec-fetch-site": "cross-site"}, {"sec-fetch-site": "same-site", "sec-fetch-mode": "cors"}])
def test_another_site_cannot_ask(headers):
    assert ask("POST", "/api/simulate", json=LIFE, headers=headers).status_code == 403
    assert ask("GET", "/api/health", headers=headers).status_code == 403


def test_the_page_itself_can_ask_and_a_link_to_it_can_be_followed():
    own = {"origin": "http://127.0.0.1:8000", "sec-fetch-site": "same-origin", "sec-fetch-mode": "cors"}
    assert ask("POST", "/api/simulate", json=LIFE, headers=own).status_code == 200
    assert ask("GET", "/", headers={"sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate"}).status_code == 200


@pytest.mark.parametrize("method", ["PUT", "PATCH", "OPTIONS", "TRACE", "CONNECT", "PROPFIND"])
def test_other_methods_are_refused(method):
    assert ask(method, "/api/simulate").status_code == 405
    assert ask(method, "/api/simulate").headers["allow"] == "POST"
    assert set(ask(method, "/api/jobs/0").headers["allow"].split(", ")) == {"GET", "HEAD", "DELETE"}
    assert ask(method, "/").status_code == 405


def test_a_request_may_be_so_long_and_no_longer():
    app = site(body=1000)
    def sent(length):
        return ask("POST", "/api/simulate", app=app, content=b" " * length, headers={"content-type": "application/json"}).status_code
    assert [sent(length) for length in (999, 1000, 1001, 1_000_000)] == [422, 422, 413, 413]


def test_a_length_that_is_not_said_or_is_no_number_helps_nobody():
    app = site(body=1000)
    async def stream():
        for _ in range(100):
            yield b"x" * 100
    assert ask("POST", "/api/simulate", app=app, content=stream(), headers={"content-type": "application/json"}).status_code == 413
    for length in ("-1", "x", "1e3", "١"):
        assert ask("POST", "/api/simulate", app=app, headers={"content-length": length.encode()}).status_code == 400
    assert ask("POST", "/api/simulate", app=app, headers={"content-length": "9" * 400}).status_code == 413


def test_an_address_may_be_so_long_and_no_longer():
    assert ask("GET", f"/?{'x' * 3000}").status_code == 200
    assert ask("GET", f"/?{'x' * 5000}").status_code == 414


def test_too_many_requests_are_told_to_wait():
    app = site(rate=0.001, burst=3)
    assert [ask("GET", "/api/health", app=app).status_code for _ in range(4)] == [200, 200, 200, 429]
    said = ask("GET", "/api/health", app=app)
    assert said.headers["retry-after"] == "1"
    assert said.json()["error"]["fix"]


def test_a_bucket_fills_again_and_not_beyond_its_burst():
    now = [0.0]
    bucket = Bucket(2.0, 3.0, clock=lambda: now[0])
    assert [bucket.take() for _ in range(3)] == [0, 0, 0]
    assert bucket.take() == pytest.approx(0.5)
    now[0] = 0.5
    assert bucket.take() == 0
    now[0] = 1000.0
    assert [bucket.take() for _ in range(4)][-1] > 0


def test_who_sends_too_slowly_is_cut_off():
    app = site(seconds=0.2)
    async def slow():
        yield b"{"
        await asyncio.sleep(2)
        yield b"}"
    assert ask("POST", "/api/simulate", app=app, content=slow(), headers={"content-type": "application/json"}).status_code == 408

    async def never():
        sent = []
        async def receive():
            await asyncio.sleep(5)
        async def send(message):
            sent.append(message)
        scope = {"type": "http", "method": "POST", "path": f"/{KEY}/api/simulate", "query_string": b"", "root_path": "", "http_version": "1.1",
                 "headers": [(b"host", b"127.0.0.1:8000"), (b"content-type", b"application/json")]}
        await app(scope, receive, send)
        return sent[0]["status"]
    assert asyncio.run(never()) == 408


def test_an_answer_that_nobody_takes_is_given_up():
    reached = []
    async def answers(scope, receive, send):
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"x"})
        reached.append("end")
    async def full(message):
        await asyncio.sleep(30 if message["type"] == "http.response.body" else 0)
    async def asked():
        guard = Guard(answers, key=KEY, hosts=["127.0.0.1:8000"], limits=Limits(answer=0.1))
        scope = {"type": "http", "method": "GET", "path": f"/{KEY}/", "query_string": b"", "http_version": "1.1", "headers": [(b"host", b"127.0.0.1:8000")]}
        await asyncio.wait_for(guard(scope, None, full), 5)
        return guard.busy
    assert asyncio.run(asked()) == 0
    assert reached == []


def test_two_hosts_in_one_request_are_one_too_many():
    async def twice():
        sent = []
        async def send(message):
            sent.append(message)
        scope = {"type": "http", "method": "GET", "path": f"/{KEY}/", "query_string": b"", "http_version": "1.1",
                 "headers": [(b"host", b"evil.example"), (b"host", b"127.0.0.1:8000")]}
        await small_site()(scope, None, send)
        return sent[0]["status"]
    assert asyncio.run(twice()) == 421


def test_there_are_no_web_sockets():
    async def socket():
        sent = []
        async def send(message):
            sent.append(message)
        await small_site()({"type": "websocket", "path": f"/{KEY}/", "headers": []}, None, send)
        return sent
    assert asyncio.run(socket()) == [{"type": "websocket.close", "code": 1008}]
