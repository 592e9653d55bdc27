"""The kernel's WebAssembly in Node: a piece of JavaScript with the loaded kernel at hand, and what it returns as NumPy arrays."""

import base64
import json
import os
import shutil
import subprocess
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from zonula.codegen.webassembly import find_zig, loader
from zonula.ground.errors import KernelError

NOTHING_SKIPPED = "ZONULA_NOTHING_SKIPPED"  # set where everything that tests need must be there
_AROUND = """
import {{ readFileSync }} from "node:fs";
import {{ load, Kernel, KernelError }} from {loader};
const data = JSON.parse(readFileSync({data}, "utf8"));
const kernel = await load(readFileSync(data.wasm));
const refused = async (work) => {{
  try {{ await work(); }} catch (error) {{ if (error instanceof KernelError) return [error.code, error.message]; throw error; }}
  return ["nothing", ""];
}};
const packed = (name, value) => typeof value === "bigint" ? Number(value) : !ArrayBuffer.isView(value) ? value
  : {{ array: value.constructor.name, base64: Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString("base64") }};
const out = await (async () => {{ {script} }})();
process.stdout.write(JSON.stringify(out, packed));
"""
_TYPES = {"Float64Array": np.float64, "Int32Array": np.int32, "Uint8Array": np.uint8, "BigInt64Array": np.int64}


def _unpacked(found: dict[str, Any]) -> Any:
    return np.frombuffer(base64.b64decode(found["base64"]), dtype=_TYPES[found["array"]]) if "array" in found else found


@lru_cache(maxsize=1)
def _missing() -> str:
    try:
        find_zig()
    except KernelError as error:
        return str(error)
    return "" if shutil.which("node") else "there is no Node (node) on the PATH"


def needs_node_and_zig() -> None:
    """Skip the test where one of them is missing; where nothing may be skipped, it fails."""
    if missing := _missing():
        (pytest.fail if os.environ.get(NOTHING_SKIPPED) else pytest.skip)(missing)


def in_node(script: str, folder: Path, wasm: Path, **data: Any) -> Any:
    """What *script*, the body of an async function, returns; it sees ``kernel``, ``data``, ``load`` and ``refused``."""
    needs_node_and_zig()
    given = folder / "data.json"
    given.write_text(json.dumps({**data, "wasm": str(wasm)}), encoding="utf-8")
    text = _AROUND.format(loader=json.dumps(loader().as_uri()), data=json.dumps(str(given)), script=script)
    done = subprocess.run([shutil.which("node") or "node", "--input-type=module"], input=text, capture_output=True, encoding="utf-8", timeout=100, check=False)
    assert done.returncode == 0, done.stderr[-3000:]
    return json.loads(done.stdout, object_hook=_unpacked)
