"""Compile the standard model's kernel and build the explorer's page while the package is built, so that its users need no compiler and no Node.

Kernel: for this machine's class of processor, or with ``ZONULA_BUILD=all`` for all classes of its family (for a package that is handed on);
``ZONULA_BUILD=none`` leaves it out.  Without a C compiler the package is built without libraries, and says so: models are then compiled
when they are first used, or the reference engine does the work.

Page: taken as it lies in ``src/zonula/web/static`` (what Node made of ``explorer/`` is kept there), or built with Node where it is missing; its
data, the kernel as WebAssembly among them, are made here.  Where that cannot be, a package that is handed on (``ZONULA_BUILD=all``, or
``ZONULA_PAGE=required``) is refused; any other is built without the page, and says so.  ``ZONULA_PAGE=none`` leaves it out of account.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import sysconfig
import tempfile
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

_COMPILERS = ("cc", "gcc", "clang")
_LONGEST = 900  # seconds that Node may take


class KernelHook(BuildHookInterface):  # type: ignore[type-arg]
    """What hatchling calls."""

    def dependencies(self) -> list[str]:
        """A C compiler from the package index where the machine has none; and what makes the data of the page."""
        kernel = [] if os.environ.get("ZONULA_CC") or any(map(shutil.which, _COMPILERS)) else ["ziglang>=0.13"]
        return kernel if os.environ.get("ZONULA_PAGE") == "none" else sorted({*kernel, "ziglang>=0.13", "pydantic>=2.8", "scipy>=1.13"})

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Compile, build the page, and put what was made into the wheel."""
        wanted = os.environ.get("ZONULA_BUILD", "native")
        if wanted not in ("native", "all", "none"):
            raise ValueError(f"ZONULA_BUILD is {wanted!r}; write native, all or none")
        if version == "editable":
            return
        source = str(Path(self.root) / "src")
        sys.path.insert(0, source)
        try:
            self._page(required=wanted == "all" or os.environ.get("ZONULA_PAGE") == "required")
            if wanted != "none":
                self._kernel(wanted, build_data)
        finally:
            sys.path.remove(source)

    def _kernel(self, wanted: str, build_data: dict[str, Any]) -> None:
        from zonula.codegen.compiler import cpu_class, ship
        from zonula.ground.errors import ZonulaError
        from zonula.organs.standard import standard_model

        self._folder = Path(tempfile.mkdtemp(prefix="zonula-kernel-"))
        try:
            ship(standard_model(), self._folder, classes=(cpu_class(),) if wanted == "native" else ())
        except ZonulaError as error:
            self.app.display_warning(f"the package is built without compiled kernels: {error}")
            return
        build_data["force_include"][str(self._folder)] = "zonula/codegen/prebuilt"
        build_data["pure_python"] = False
        build_data["tag"] = f"py3-none-{sysconfig.get_platform().replace('-', '_').replace('.', '_')}"

    def _page(self, *, required: bool) -> None:
        """Build the page into the package, or say why it is not there."""
        if os.environ.get("ZONULA_PAGE") == "none":
            return
        static = Path(self.root) / "src" / "zonula" / "web" / "static"
        why = "" if (static / "app.js").is_file() else self._node()
        try:
            from zonula.ground.errors import ZonulaError
            from zonula.organs.standard import standard_model
            from zonula.web.bundle import PAGE, static_folder
            from zonula.web.files import page_files
        except ImportError as error:
            why = f"its data cannot be made without {error.name}"
        else:
            if all((static_folder() / name).is_file() for name in PAGE):
                try:
                    page_files(standard_model())  # makes data that are missing, or of another model
                except ZonulaError as error:
                    why = str(error)
                else:
                    return
        if required:
            raise RuntimeError(f"the page of the explorer cannot be built: {why or 'explorer/ made no page'}.\n"
                               "Install Node 20 or newer and run: cd explorer && npm install && npm run build")
        self.app.display_warning(f"the package is built without the page of the explorer: {why or 'explorer/ made no page'}")

    def _node(self) -> str:
        """Run the page's own build; why it could not be run, or nothing."""
        npm, folder = shutil.which("npm"), Path(self.root) / "explorer"
        if npm is None or not (folder / "package.json").is_file():
            return "there is no Node (npm) on the PATH" if npm is None else "explorer/ is not here"
        steps = [["run", "build"]] if (folder / "node_modules").is_dir() else [["install", "--no-save"], ["run", "build"]]
        for words in steps:
            done = subprocess.run([npm, *words], cwd=folder, capture_output=True, text=True, timeout=_LONGEST, check=False)  # noqa: S603 - our own words
            if done.returncode:
                return f"npm {' '.join(words)} failed: {done.stderr.strip()[-400:]}"
        return ""

    def finalize(self, version: str, build_data: dict[str, Any], artifact_path: str) -> None:
        """Clear up."""
        del version, build_data, artifact_path
        if hasattr(self, "_folder"):
            shutil.rmtree(self._folder, ignore_errors=True)
