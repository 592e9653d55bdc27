"""Names in printed equations: prefixes by kind, and LaTeX that parses."""

import pytest
from matplotlib.mathtext import MathTextParser
from tests.helpers import Numbers
from tests.small_organs import Listener, Source

from zonula.codegen.latex import equations, latex
from zonula.codegen.names import identifier, latex_name, reaction_identifier
from zonula.codegen.system import inputs_of, is_input
from zonula.language import assemble
from zonula.organs.standard import standard_model

MODEL = assemble(Source, Listener)


def test_each_kind_of_name_has_its_own_prefix():
    named = {identifier(q) for vector in inputs_of(MODEL).values() for q in vector} | {identifier(s) for s, _ in MODEL.signals}
    assert {"x_source_x", "p_source_rest", "u_source_stress", "h_source_x", "gate_source_made", "road_systemic", "v_source_drive"} <= named
    assert reaction_identifier("source.made") == "r_source_made"
    assert len(named) == sum(map(len, inputs_of(MODEL).values())) + len(MODEL.signals)


def test_inputs_are_told_from_what_is_computed():
    assert all(is_input(name) for name in (*MODEL.exposures, *MODEL.healthy, *MODEL.gates, *MODEL.roads))
    assert not any(is_input(name) for name, _ in MODEL.signals)


@pytest.mark.parametrize("model", [MODEL, standard_model()], ids=["small", "standard"])
def test_every_equation_and_rate_of_a_model_is_latex_that_parses(model):
    parser = MathTextParser("path")
    texts = [*equations(model).values(), *(latex(r.rate) for r in model.reactions), *(latex(tree) for _, tree in model.signals)]
    assert len(texts) > len(model.states)
    for text in texts[::1 if model is MODEL else 7]:  # the parser is slow: of the standard model, every seventh
        parser.parse(f"${text}$")


def test_equations_name_every_process_with_its_sign():
    assert equations(MODEL)["source.x"] == r"\frac{d\,\mathrm{x}}{dt} = + \mathrm{made} - \mathrm{cleared}"
    assert latex_name(MODEL.healthy[1]) == r"\mathrm{x}^{\mathrm{h}}"


def test_an_empty_sum_is_zero():
    from zonula.language import Organ, state

    silent = assemble(type("Still", (Organ,), {"__doc__": "Nothing happens.", "x": state("1", "x", start=1.0)}))
    assert equations(silent) == {"still.x": r"\frac{d\,\mathrm{x}}{dt} = 0"}
    assert Numbers(silent).derivative() == {"still.x": 0.0}
