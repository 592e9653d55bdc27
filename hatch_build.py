"""Compile the standard model's kernel while the package is built, so that its users need no compiler.

For this machine's class of processor, or with ``ZONULA_BUILD=all`` for all classes of its family (for a package that is handed on);
``ZONULA_BUILD=none`` leaves it out.  Without a C compiler the package is built without libraries, and says so: models are then compiled
when they are first used, or the reference engine does the work.
"""

from __future__ import annotations

import os
import shutil
import sys
import sysconfig
import tempfile
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

_COMPILERS = ("cc", "gcc", "clang")


class KernelHook(BuildHookInterface):  # type: ignore[type-arg]
    """What hatchling calls."""

    def dependencies(self) -> list[str]:
        """A C compiler from the package index where the machine has none."""
        return [] if os.environ.get("ZONULA_CC") or any(map(shutil.which, _COMPILERS)) else ["ziglang>=0.13"]

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Compile, and put what was made into the wheel."""
        wanted = os.environ.get("ZONULA_BUILD", "native")
        if version == "editable" or wanted == "none":
            return
        if wanted not in ("native", "all"):
            raise ValueError(f"ZONULA_BUILD is {wanted!r}; write native, all or none")
        source = str(Path(self.root) / "src")
        sys.path.insert(0, source)
        try:
            from zonula.codegen.compiler import cpu_class, ship
            from zonula.ground.errors import ZonulaError
            from zonula.organs.standard import standard_model

            self._folder = Path(tempfile.mkdtemp(prefix="zonula-kernel-"))
            try:
                ship(standard_model(), self._folder, classes=(cpu_class(),) if wanted == "native" else ())
            except ZonulaError as error:
                self.app.display_warning(f"the package is built without compiled kernels: {error}")
                return
        finally:
            sys.path.remove(source)
        build_data["force_include"][str(self._folder)] = "zonula/codegen/prebuilt"
        build_data["pure_python"] = False
        build_data["tag"] = f"py3-none-{sysconfig.get_platform().replace('-', '_').replace('.', '_')}"

    def finalize(self, version: str, build_data: dict[str, Any], artifact_path: str) -> None:
        """Clear up."""
        del version, build_data, artifact_path
        if hasattr(self, "_folder"):
            shutil.rmtree(self._folder, ignore_errors=True)
