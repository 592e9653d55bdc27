"""How long a connection may keep the server waiting: heads that never end, bodies that nobody reads, answers that nobody takes."""

import contextlib
import http.client
import socket
import time
from urllib.parse import urlsplit

import pytest
from tests.page_server import KEY, on_a_socket, small_files

SECONDS, LATE = 0.5, 4.0  # of the server here; by when a connection must be gone, on a machine that is busy
PATH = f"/{KEY}/model.json"


@pytest.fixture(scope="module")
def place():
    with on_a_socket(small_files(), seconds=SECONDS, answer=1.5, open=3) as address:
        yield urlsplit(address).hostname, urlsplit(address).port


def head(place, *, more="", end="\r\n"):
    return f"GET {PATH} HTTP/1.1\r\nHost: {place[0]}:{place[1]}\r\n{more}{end}".encode()


def until_closed(link):
    """What comes until the other side ends it, and after how long."""
    link.settimeout(LATE)
    begun, said = time.monotonic(), b""
    with contextlib.suppress(ConnectionError):
        while piece := link.recv(65_536):
            said += piece
    return said, time.monotonic() - begun


def status(link):
    """Of one whole answer, whose connection stays open."""
    answer = http.client.HTTPResponse(link)
    answer.begin()
    answer.read()
    return answer.status


def trickle(link, text):
    """Letter by letter, for as long as the other side bears it; whether it bore all of it."""
    begun = time.monotonic()
    for letter in text:
        try:
            link.sendall(bytes([letter]))
        except OSError:
            return False
        if time.monotonic() - begun > LATE:
            return True
        time.sleep(0.05)
    return True


def test_who_connects_and_says_nothing_is_let_go(place):
    with socket.create_connection(place) as link:
        said, took = until_closed(link)
    assert said.startswith(b"HTTP/1.1 408 ")
    assert SECONDS * 0.8 < took < LATE


def test_a_head_letter_by_letter_is_cut_off(place):
    with socket.create_connection(place) as link:
        assert not trickle(link, head(place, more="X: " + "x" * 400))


def test_a_second_head_letter_by_letter_is_cut_off_too(place):
    with socket.create_connection(place) as link:
        link.sendall(head(place))
        assert status(link) == 200
        assert not trickle(link, head(place, more="X: " + "x" * 400))


def test_a_body_that_nobody_asked_for_holds_nothing(place):
    with socket.create_connection(place) as link:
        link.sendall(head(place, more="Content-Length: 400\r\n"))
        assert status(link) == 200
        assert not trickle(link, b"x" * 400)


def test_who_asks_again_in_time_is_answered_again(place):
    with socket.create_connection(place) as link:
        for _ in range(4):
            link.sendall(head(place)[:30])
            time.sleep(0.2 * SECONDS)
            link.sendall(head(place)[30:])
            assert status(link) == 200
            time.sleep(0.2 * SECONDS)


def test_two_requests_at_once_have_two_answers(place):
    with socket.create_connection(place) as link:
        link.sendall(head(place) + head(place, more="Connection: close\r\n"))
        said, _ = until_closed(link)
    assert said.count(b"HTTP/1.1 200 ") == 2


def test_an_answer_that_takes_long_is_waited_for(place):
    body = b'{"scenario": {"person": "ra_established", "horizon": 3650, "sliders": {"stress": 0.31}}, "times": 500}'
    asked = f"POST /{KEY}/api/simulate HTTP/1.1\r\nHost: {place[0]}:{place[1]}\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    with socket.create_connection(place) as link:
        link.sendall(asked.encode())
        time.sleep(0.3 * SECONDS)
        link.sendall(body)
        link.settimeout(120)
        assert status(link) == 200


@pytest.mark.slow
def test_who_does_not_take_an_answer_is_let_go():
    large = b"x" * 30_000_000
    with on_a_socket(small_files(app__js=large), seconds=SECONDS, answer=1.0) as address:
        at = urlsplit(address)
        link = socket.socket()
        link.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 65_536)
        link.connect((at.hostname, at.port))
        with link:
            link.sendall(f"GET {at.path}app.js HTTP/1.1\r\nHost: {at.netloc}\r\n\r\n".encode())
            time.sleep(5 + 2 * SECONDS + 2.5)  # it is kept alive for five seconds first
            said, _ = until_closed(link)
    assert len(said) < len(large) // 2


def test_connections_that_say_nothing_do_not_shut_out_others_for_long(place):
    with contextlib.ExitStack() as stack:
        for _ in range(8):  # of which six are borne
            stack.enter_context(socket.create_connection(place))
        with socket.create_connection(place) as link:
            link.sendall(head(place, more="Connection: close\r\n"))
            assert until_closed(link)[0].startswith(b"HTTP/1.1 503 ")
        time.sleep(2 * SECONDS)
        with socket.create_connection(place) as link:
            link.sendall(head(place, more="Connection: close\r\n"))
            assert until_closed(link)[0].startswith(b"HTTP/1.1 200 ")
