"""A COMBINE archive of a scenario: the model as SBML, how to run it as SED-ML, the scenario as it was read, and what it is."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path
from xml.etree import ElementTree as ET

from zonula.exchange.sbml_out import sbml_text
from zonula.exchange.sedml import sedml_text
from zonula.ground.files import write_atomically
from zonula.ground.provenance import version_of
from zonula.simulation.health import Health
from zonula.simulation.prepare import Setup

MODEL, COURSE, ABOUT, SCENARIO = "model.xml", "simulation.sedml", "metadata.rdf", "scenario.json"
_SPECIFICATIONS = "http://identifiers.org/combine.specifications/"
_FORMATS = {
    ".": f"{_SPECIFICATIONS}omex", "./manifest.xml": f"{_SPECIFICATIONS}omex-manifest",
    f"./{MODEL}": f"{_SPECIFICATIONS}sbml.level-3.version-2", f"./{COURSE}": f"{_SPECIFICATIONS}sed-ml.level-1.version-4",
    f"./{ABOUT}": f"{_SPECIFICATIONS}omex-metadata", f"./{SCENARIO}": "http://purl.org/NET/mediatypes/application/json",
}
_RDF, _TERMS = "http://www.w3.org/1999/02/22-rdf-syntax-ns#", "http://purl.org/dc/terms/"
_BIOLOGY = "http://biomodels.net/biology-qualifiers/"
_NO_DATE = (1980, 1, 1, 0, 0, 0)  # the earliest that an archive can say: the same scenario gives the same bytes
_NOTICE = "Research software: not a medical device, and no medical advice."


def omex_files(setup: Setup, health: Health | None = None) -> dict[str, str]:
    """The files of the archive by name.

    Raises
    ------
    As `sbml_text`.
    """
    return {
        "manifest.xml": _manifest(), MODEL: sbml_text(setup, health), COURSE: sedml_text(setup, MODEL), ABOUT: _metadata(setup),
        SCENARIO: json.dumps(setup.resolved(), indent=1, ensure_ascii=False, allow_nan=False) + "\n",
    }


def write_omex(setup: Setup, path: Path) -> None:
    """Write the scenario as a COMBINE archive to *path*.

    Raises
    ------
    As `sbml_text`; StorageError where the file cannot be written.
    """
    files = omex_files(setup)

    def write(part: Path) -> None:
        with zipfile.ZipFile(part, "w") as archive:
            for name, text in files.items():
                entry = zipfile.ZipInfo(name, _NO_DATE)
                entry.compress_type, entry.external_attr, entry.create_system = zipfile.ZIP_DEFLATED, 0o644 << 16, 3
                archive.writestr(entry, text.encode("utf-8"), compresslevel=9)

    write_atomically(path, write)


def _manifest() -> str:
    root = ET.Element("omexManifest", xmlns=f"{_SPECIFICATIONS}omex-manifest")
    for place, kind in _FORMATS.items():
        ET.SubElement(root, "content", {"location": place, "format": kind, **({"master": "true"} if place == f"./{COURSE}" else {})})
    return _written(root)


def _metadata(setup: Setup) -> str:
    """Title, summary, licence and taxon, about the archive as a whole."""
    table = setup.source.table
    root = ET.Element("rdf:RDF", {"xmlns:rdf": _RDF, "xmlns:dcterms": _TERMS, "xmlns:bqbiol": _BIOLOGY})
    about = ET.SubElement(root, "rdf:Description", {"rdf:about": "."})
    said = {"title": table.title or table.name, "description": " ".join(filter(None, (table.about, _NOTICE))),
            "creator": "The Zonula developers",
            "provenance": f"zonula {version_of('zonula')}; model {setup.problem.model.fingerprint}; scenario {setup.fingerprint}"}
    for word, text in said.items():
        ET.SubElement(about, f"dcterms:{word}").text = text
    ET.SubElement(about, "dcterms:license", {"rdf:resource": "https://spdx.org/licenses/MIT"})
    ET.SubElement(about, "bqbiol:hasTaxon", {"rdf:resource": "https://identifiers.org/taxonomy:9606"})
    return _written(root)


def _written(root: ET.Element) -> str:
    ET.indent(root)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + ET.tostring(root, encoding="unicode") + "\n"
