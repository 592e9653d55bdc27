"""The files of the page: where they lie, whether they are of this model, and the page as one file that works by itself."""

from __future__ import annotations

import base64
import hashlib
import html
import json
import re
import zlib
from collections.abc import Mapping
from pathlib import Path

from zonula.ground.errors import StorageError
from zonula.language.model import Model
from zonula.web.boards import RESULTS
from zonula.web.bundle import DATA, PAGE, static_folder, write_bundle

_LINK = re.compile(r'<link\b[^>]*href="\./app\.css"[^>]*>')
_SCRIPT = re.compile(r'<script\b[^>]*src="\./app\.js"[^>]*></script>')
_GZIP = 16 + zlib.MAX_WBITS
_BUILD = "cd explorer && npm install && npm run build"
POLICY = {  # of content; what is served may load nothing from elsewhere
    "default-src": "'self'", "script-src": "'self' 'wasm-unsafe-eval'", "worker-src": "'self' blob:", "style-src": "'self'",
    "img-src": "'self' data: blob:", "font-src": "'self' data:", "connect-src": "'self'", "object-src": "'none'", "base-uri": "'none'",
    "form-action": "'none'", "frame-ancestors": "'none'",
}


def policy_text(policy: Mapping[str, str]) -> str:
    """A policy of content as a header or a meta element has it."""
    return "; ".join(f"{name} {value}" for name, value in policy.items())


def page_files(model: Model, folder: Path | None = None) -> dict[str, bytes]:
    """All files of the page, by name; in a checkout, data that are missing or of another model are made first.

    Raises
    ------
    StorageError   where the page was not built into this installation, or its data are of another model
    """
    where = static_folder() if folder is None else folder
    if missing := [name for name in PAGE if not (where / name).is_file()]:
        raise StorageError.of("ZN-7032", f"the page of the explorer is not in this installation: {missing[0]} is missing", file=str(where),
                              fix=f"install a wheel of zonula; or, in a checkout with Node: {_BUILD}")
    if _stale(where, model):
        if folder is not None or not RESULTS.is_dir():
            raise StorageError.of("ZN-7033", "the data of the page are missing, or of another model than this one", file=str(where),
                                  fix="install zonula anew; in a checkout: python -m zonula.web.bundle")
        write_bundle(where, model)
    return {name: (where / name).read_bytes() for name in (*PAGE, *DATA)}


def _stale(where: Path, model: Model) -> bool:
    if not all((where / name).is_file() for name in DATA):
        return True
    try:
        return bool(json.loads((where / "model.json").read_bytes())["model"] != model.fingerprint)
    except (ValueError, KeyError, TypeError):
        return True


def packed(data: bytes) -> bytes:
    """*data* as gzip, as small as zlib makes it: which size of blocks is best depends on what is packed, so two are tried."""
    tried = []
    for memory in (5, 8):  # small blocks, and the usual ones
        packer = zlib.compressobj(9, zlib.DEFLATED, _GZIP, memory)
        tried.append(packer.compress(data) + packer.flush())
    return min(tried, key=len)


def with_meta(page: bytes, name: str, content: str) -> bytes:
    """The page with one more meta element."""
    element = f'<meta name="{name}" content="{html.escape(content, quote=True)}">'
    return page.replace(b"</head>", element.encode() + b"</head>", 1)


def single_file(files: Mapping[str, bytes], *, start: str = "") -> bytes:
    """The page as one file, which needs nothing beside it and may load nothing from anywhere.

    Parameters
    ----------
    start : where it opens, such as ``#treat``; what its own address says comes first

    Raises
    ------
    StorageError   where the built page is not of the form that is expected
    """
    page = files["index.html"].decode("utf-8")
    style, script = files["app.css"].decode("utf-8"), _inline(files["app.js"].decode("utf-8"))
    if len(_LINK.findall(page)) != 1 or len(_SCRIPT.findall(page)) != 1 or "</style" in style.lower():
        raise StorageError.of("ZN-7034", "the built page does not have exactly one style sheet and one script", file="index.html",
                              fix=f"build it anew: {_BUILD}")
    policy = {**POLICY, "default-src": "'none'", "script-src": f"{_hash(script)} 'wasm-unsafe-eval'", "worker-src": "blob:",
              "style-src": _hash(style), "img-src": "data: blob:", "font-src": "data:", "connect-src": "'none'"}
    del policy["frame-ancestors"]  # says nothing in a meta element
    page = page.replace("<head>", f'<head><meta http-equiv="Content-Security-Policy" content="{policy_text(policy)}">', 1)
    page = _LINK.sub(lambda _: f"<style>{style}</style>", page, count=1)
    page = _SCRIPT.sub("", page, count=1)
    data = "".join(_element(name, files[name]) for name in DATA)
    page = page.replace("</body>", f'{data}<script type="module">{script}</script></body>', 1)
    return with_meta(page.encode("utf-8"), "zonula-start", start) if start else page.encode("utf-8")


def _inline(script: str) -> str:
    """A script that no sequence in it can end."""
    return re.sub(r"<(?=/script|!--|script)", r"\\x3C", script, flags=re.IGNORECASE)


def _hash(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode('utf-8')).digest()).decode()}'"


def _element(name: str, data: bytes) -> str:
    if name.endswith(".json"):
        text = data.decode("utf-8").replace("<", "\\u003c")  # within strings alone: JSON has none elsewhere
        return f'<script type="application/json" id="zonula:{name}">{text}</script>'
    return f'<script type="text/plain" id="zonula:{name}">{base64.b64encode(data).decode()}</script>'
