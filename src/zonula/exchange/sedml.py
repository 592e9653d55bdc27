"""How to run the exported model, as SED-ML Level 1 Version 4: one time course, and a report of every readout."""

from __future__ import annotations

from xml.etree import ElementTree as ET

from zonula.simulation.prepare import Setup

SED = "http://sed-ml.org/sed-ml/level1/version4"
_SBML = "http://www.sbml.org/sbml/level3/version2/core"
_MATH = "http://www.w3.org/1998/Math/MathML"
_LANGUAGE = "urn:sedml:language:sbml.level-3.version-2"
_CVODE, _RTOL, _ATOL = "KISAO:0000019", "KISAO:0000209", "KISAO:0000211"
_ATOL_SHARE = 1e-3  # absolute tolerance for each relative one: states are of the size of 1 in their units, or larger
_TIME = "urn:sedml:symbol:time"


def sedml_text(setup: Setup, model_file: str) -> str:
    """SED-ML that runs *model_file* over the scenario's time at its tolerance, and reports all readouts."""
    root = ET.Element("sedML", {"xmlns": SED, "xmlns:sbml": _SBML, "level": "1", "version": "4"})
    models = ET.SubElement(root, "listOfModels")
    ET.SubElement(models, "model", id="model", name=setup.source.table.title or setup.name, language=_LANGUAGE, source=model_file)
    _simulation(root, setup)
    tasks = ET.SubElement(root, "listOfTasks")
    ET.SubElement(tasks, "task", id="task", modelReference="model", simulationReference="course")
    generators = ET.SubElement(root, "listOfDataGenerators")
    _generator(generators, "time", "time [day]", {"symbol": _TIME})
    outputs = ET.SubElement(root, "listOfOutputs")
    report = ET.SubElement(outputs, "report", id="readouts", name="all readouts over time")
    shown = ET.SubElement(report, "listOfDataSets")
    ET.SubElement(shown, "dataSet", id="set_time", label="time [day]", dataReference="data_time")
    for readout, _ in setup.problem.model.readouts:
        label = f"{readout.name} [{readout.unit_text}]"
        _generator(generators, readout.name, label,
                   {"target": f"/sbml:sbml/sbml:model/sbml:listOfParameters/sbml:parameter[@id='y_{readout.name}']"})
        ET.SubElement(shown, "dataSet", id=f"set_{readout.name}", label=label, dataReference=f"data_{readout.name}")
    ET.indent(root)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + ET.tostring(root, encoding="unicode") + "\n"


def _simulation(root: ET.Element, setup: Setup) -> None:
    until, rtol = setup.problem.until, setup.problem.rtol
    simulations = ET.SubElement(root, "listOfSimulations")
    course = ET.SubElement(simulations, "uniformTimeCourse", id="course", initialTime="0", outputStartTime="0", outputEndTime=f"{until!r}",
                           numberOfSteps=str(max(1, round(until / setup.every))))
    algorithm = ET.SubElement(course, "algorithm", kisaoID=_CVODE)
    parameters = ET.SubElement(algorithm, "listOfAlgorithmParameters")
    for name, value in ((_RTOL, rtol), (_ATOL, rtol * _ATOL_SHARE)):
        ET.SubElement(parameters, "algorithmParameter", kisaoID=name, value=f"{value:g}")


def _generator(generators: ET.Element, name: str, label: str, what: dict[str, str]) -> None:
    generator = ET.SubElement(generators, "dataGenerator", id=f"data_{name}", name=label)
    variables = ET.SubElement(generator, "listOfVariables")
    ET.SubElement(variables, "variable", {"id": f"of_{name}", "taskReference": "task", **what})
    math = ET.SubElement(generator, "math", xmlns=_MATH)
    ET.SubElement(math, "ci").text = f"of_{name}"
