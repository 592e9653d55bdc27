"""The page as one file, in a notebook, and on the command line: nothing beside it, nothing from elsewhere, nothing that ends it early."""

import base64
import hashlib
import html.parser
import json
import re
import sys

import pytest
from tests.page_server import small_files
from tests.running import zonula

from zonula.ground.errors import KernelError, StorageError, UsageError
from zonula.organs.standard import standard_model
from zonula.web import files as page_of_files
from zonula.web import widget
from zonula.web.bundle import DATA, PAGE
from zonula.web.files import page_files, single_file, with_meta

OUTSIDE = re.compile(r"""(?:src|href|action|data|poster|srcset)\s*=\s*["'](?!data:|#|\./|blob:)|url\(\s*["']?(?!data:|#)|@import|//[a-z0-9.-]+\.[a-z]{2,}/""", re.IGNORECASE)


class Seen(html.parser.HTMLParser):
    """What a browser would find: elements with their attributes, and the text of scripts."""

    def __init__(self, text):
        super().__init__()
        self.elements, self.texts, self._script = [], {}, None
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))
        self._script = dict(attrs).get("id", f"{tag}") if tag in ("script", "style") else None

    def handle_endtag(self, tag):
        self._script = None

    def handle_data(self, data):
        if self._script is not None:
            self.texts[self._script] = self.texts.get(self._script, "") + data


def test_one_file_holds_everything_and_gives_it_back():
    files = small_files()
    seen = Seen(single_file(files).decode())
    for name in DATA:
        text = seen.texts[f"zonula:{name}"]
        assert (json.loads(text) == json.loads(files[name])) if name.endswith(".json") else base64.b64decode(text) == files[name]
    assert seen.texts["style"] == files["app.css"].decode()
    assert seen.texts["script"].replace("\\x3C", "<") == files["app.js"].decode()


def test_nothing_comes_from_elsewhere():
    text = single_file(small_files()).decode()
    assert not OUTSIDE.search(re.sub(r"<script type=.(application/json|text/plain).*?</script>", "", text, flags=re.DOTALL))
    seen = Seen(text)
    assert not [element for element in seen.elements if element[0] in ("link", "iframe", "img", "object", "embed", "base")]
    assert not [attrs for tag, attrs in seen.elements if tag == "script" and "src" in attrs]


def test_its_policy_allows_its_own_script_and_style_and_nothing_else():
    seen = Seen(single_file(small_files()).decode())
    policy = next(attrs["content"] for tag, attrs in seen.elements if attrs.get("http-equiv") == "Content-Security-Policy")
    rules = dict(rule.split(" ", 1) for rule in policy.split("; "))
    assert rules["default-src"] == rules["connect-src"] == "'none'"
    assert rules["worker-src"] == "blob:"
    for kind, rule in (("script", "script-src"), ("style", "style-src")):
        own = base64.b64encode(hashlib.sha256(seen.texts[kind].encode()).digest()).decode()
        assert f"'sha256-{own}'" in rules[rule]
        assert "unsafe-inline" not in rules[rule]
    first = next(i for i, (tag, _) in enumerate(seen.elements) if tag in ("script", "style"))
    assert next(i for i, (_, attrs) in enumerate(seen.elements) if "http-equiv" in attrs) < first, "a policy holds for what follows it"


def test_it_opens_where_it_is_told():
    assert "zonula-start" not in single_file(small_files()).decode()
    assert '<meta name="zonula-start" content="#treat?a=&quot;b">' in single_file(small_files(), start='#treat?a="b').decode()
    assert with_meta(b"<head></head>", "a", "<&>") == b'<head><meta name="a" content="&lt;&amp;&gt;"></head>'


@pytest.mark.parametrize("page", [b"<html></html>", b'<head><link rel="stylesheet" href="./app.css"></head>',
                                  b'<link href="./app.css"><link href="./app.css"><script src="./app.js"></script>'])
def test_a_page_of_another_form_is_refused(page):
    with pytest.raises(StorageError, match="ZN-7034"):
        single_file(small_files(index__html=page))


def test_a_page_that_is_not_there_is_told_with_the_way_to_it(tmp_path):
    with pytest.raises(StorageError, match="npm run build"):
        page_files(standard_model(), tmp_path)
    for name in PAGE:
        (tmp_path / name).write_bytes(small_files()[name])
    with pytest.raises(StorageError, match="ZN-7033"):
        page_files(standard_model(), tmp_path)
    for name in DATA:
        (tmp_path / name).write_bytes(small_files()[name])
    with pytest.raises(StorageError, match="ZN-7033"):
        page_files(standard_model(), tmp_path)
    (tmp_path / "model.json").write_text(json.dumps({"model": standard_model().fingerprint}))
    assert set(page_files(standard_model(), tmp_path)) == {*PAGE, *DATA}


@pytest.fixture
def built(monkeypatch):
    monkeypatch.setattr(page_of_files, "page_files", lambda model, folder=None: small_files())
    monkeypatch.setattr(widget, "page_files", lambda model, folder=None: small_files())


def test_the_command_line_writes_one_file_and_never_over_another(tmp_path, built):
    path = tmp_path / "page.html"
    said = zonula("explore", "--export", str(path), "--screen", "treat")
    assert said.code == 0
    assert "not medical advice" in said.out
    assert b'content="#treat"' in path.read_bytes()
    assert zonula("explore", "--export", str(path)).code == 7
    told = zonula("explore", "--export", str(path), "--force", "--json").json
    assert (told["status"], told["bytes"]) == ("written", path.stat().st_size)
    assert zonula("explore", "--export", str(tmp_path)).code == 7
    assert zonula("explore", "--export", str(tmp_path / "no" / "page.html")).code == 7
    for wrong in ("bdy", "bdy?v=1", "body?" + "a" * 5000):
        assert "body" in zonula("explore", "--export", str(tmp_path / "b.html"), "--screen", wrong).err
    assert list(tmp_path.iterdir()) == [path]
    assert zonula("explore", "--export", str(path), "--force", "--screen", '#treat?v=1&s=a:1"><b>').code == 0  # what somebody shared
    assert b'content="#treat?v=1&amp;s=a:1&quot;&gt;&lt;b&gt;"' in path.read_bytes()


def test_a_port_that_is_taken_is_told(built):
    import socket

    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        said = zonula("explore", "--no-browser", "--port", str(taken.getsockname()[1]))
    assert said.code == 7
    assert "ZN-7038" in said.err


@pytest.mark.parametrize("missing", ["starlette", "uvicorn"])
def test_without_a_library_the_way_to_it_is_told(monkeypatch, built, missing):
    import importlib.util

    real = importlib.util.find_spec
    monkeypatch.setattr(importlib.util, "find_spec", lambda name, *more: None if name == missing else real(name, *more))
    said = zonula("explore", "--no-browser")
    assert said.code == 6
    assert 'pip install "zonula[explore]"' in said.err


def test_a_notebook_shows_the_one_file_in_a_frame(built):
    pytest.importorskip("anywidget")
    import zonula as package

    shown = package.Explorer("#treat", height=500)
    assert shown.height == 500
    assert 'content="#treat"' in shown.page
    assert "allow-same-origin" not in widget._FRAME
    assert package.Explorer().height == 800


@pytest.mark.parametrize("more", [{"start": "treat"}, {"start": "#" + "a" * 5000}, {"height": 10}, {"height": 10_000}])
def test_a_widget_that_makes_no_sense_is_refused(built, more):
    with pytest.raises(UsageError):
        widget.Explorer(**more)


def test_without_anywidget_the_way_to_it_is_told(monkeypatch, built):
    widget._widget.cache_clear()
    monkeypatch.setitem(sys.modules, "anywidget", None)
    with pytest.raises(KernelError, match=r"zonula\[notebook\]"):
        widget.Explorer()
    widget._widget.cache_clear()
