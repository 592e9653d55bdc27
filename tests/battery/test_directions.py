"""Which way things act: what rises when something else rises, at once, in the usual person; each as textbooks have it, whatever the numbers."""

from functools import lru_cache

import numpy as np
import pytest

from zonula.evidence.load import evidence_of
from zonula.organs.standard import standard_model
from zonula.simulation.equations import Equations, Inputs, parameter_vector
from zonula.simulation.health import Health, solve_health

# what is raised, how many fold or to what (where there is none in health), and what then rises or falls
DIRECTIONS = [
    # the wall of the gut
    ("mucosa.neutrophils", 3.0, "gut_cytokines.il1", +1),
    ("mucosa.inflammatory", 3.0, "gut_cytokines.il1", +1),
    ("mucosa.inflammatory", 3.0, "gut_cytokines.tnf", +1),
    ("gut_lymphocytes.th1", 3.0, "gut_cytokines.ifn", +1),
    ("gut_lymphocytes.th17", 3.0, "gut_cytokines.il22", +1),
    ("gut_lymphocytes.treg", 3.0, "gut_cytokines.il10", +1),
    ("gut_cytokines.il10", 5.0, "gut_cytokines.tnf", -1),
    ("gut_cytokines.il10", 5.0, "gut_cytokines.il1", -1),
    ("gut_cytokines.tnf", 5.0, "gut_cytokines.il6", +1),
    ("gut_cytokines.il1", 5.0, "gut_cytokines.il6", +1),
    ("virus.load", 1e8, "virus.immunity", +1),
    # the blood
    ("blood.endotoxin", 1e3, "blood.endotoxin_at_cells", +1),
    ("blood.endotoxin_at_cells", 1e3, "monocytes.activated", +1),
    ("cytokines.tnf", 100.0, "leukocytes.monocyte_count", -1),
    ("cytokines.tnf", 100.0, "leukocytes.neutrophil_count", +1),
    ("cytokines.il6", 100.0, "leukocytes.neutrophil_count", +1),
    ("cytokines.tnf", 100.0, "brain.sickness", +1),
    ("cytokines.tnf", 100.0, "brain.fever", +1),
    ("cytokines.tnf", 100.0, "brain.inflammation", +1),
    ("cytokines.il6", 100.0, "brain.inflammation", +1),
    ("cytokines.il6", 30.0, "liver.crp_forming_1", +1),
    # the joint
    ("joint_cytokines.tnf", 10.0, "joint_cytokines.il1", +1),
    ("joint_cytokines.tnf", 10.0, "joint_cytokines.il6", +1),
    ("joint_cytokines.tnf", 10.0, "joint_cytokines.pge2", +1),
    ("joint_cytokines.tnf", 10.0, "joint_cytokines.mmp3", +1),
    ("joint_cytokines.il1", 10.0, "joint_cytokines.il6", +1),
    ("joint_cytokines.il1", 10.0, "joint_cytokines.il17", +1),
    ("joint_cytokines.il1", 10.0, "joint_cytokines.mmp3", +1),
    ("joint_cytokines.il6", 10.0, "joint_cytokines.il17", +1),
    ("joint_cytokines.il17", 10.0, "joint_cytokines.il6", +1),
    ("joint.macrophages", 3.0, "joint_cytokines.tnf", +1),
    ("joint.fibroblasts", 3.0, "joint_cytokines.mmp3", +1),
    ("joint.t_cells", 3.0, "joint_cytokines.il17", +1),
    ("joint.macrophages", 5.0, "joint_structure.swelling", +1),
    ("joint_cytokines.mmp3", 30.0, "joint_structure.cartilage", -1),
    ("tolerance.tolerance_loss", 0.5, "tolerance.autoantibody", +1),
    ("gut_lymphocytes.th17", 5.0, "tolerance.primed_t_cells", +1),
    # pain
    ("joint_cytokines.pge2", 10.0, "pain.fast_sensitisation", +1),
    ("joint_cytokines.tnf", 10.0, "pain.slow_sensitisation", +1),
    ("joint_cytokines.il6", 10.0, "pain.slow_sensitisation", +1),
    ("joint_cytokines.il17", 10.0, "pain.slow_sensitisation", +1),
    ("joint_cytokines.il1", 10.0, "pain.slow_sensitisation", +1),
    ("pain.fast_sensitisation", 0.5, "pain.central_sensitisation", +1),
]
SHOWN = [  # what is raised, and what is told of it at the same moment
    ("joint.bacteria", 1e4, "pain_felt", +1),
    ("joint.bacteria", 1e6, "pain_felt", +1),
    ("pain.fast_sensitisation", 0.5, "pain_felt", +1),
    ("pain.slow_sensitisation", 0.5, "pain_felt", +1),
    ("pain.central_sensitisation", 0.5, "pain_felt", +1),
    ("pain.context", 1.0, "pain_felt", 0),
    ("pain.context", 1.0, "pain_vas", -1),
    ("joint_structure.cartilage", 0.5, "pain_felt", +1),
    ("brain.sickness", 0.5, "pain_felt", +1),
    ("mood.phq9", 4.0, "pain_felt", +1),
    ("joint_structure.swelling", 0.5, "sjc28", +1),
    ("joint_structure.swelling", 0.5, "tjc28", +1),
    ("joint_structure.swelling", 0.5, "das28_crp", +1),
    ("liver.crp", 20.0, "das28_crp", +1),
    ("liver.crp", 20.0, "esr", +1),
]


@lru_cache(maxsize=1)
def usual():
    model = standard_model()
    person = parameter_vector(model, {path: known.value for path, known in evidence_of(model).items()})
    health = solve_health(model, person)
    assert isinstance(health, Health)
    return Equations(model, person, health.setpoints, health.healthy), np.array(health.state, dtype=float), Inputs.neutral(model)


def raised(path, to):
    """The healthy state with one thing so many fold; or at that level, where it is a share or there is none."""
    _, state, _ = usual()
    place = [s.path for s in standard_model().states].index(path)
    out = state.copy()
    fold = to > 1.0 and state[place] > 1e-3
    out[place] = to * state[place] if fold else to
    assert out[place] != state[place]
    return out


@pytest.mark.parametrize(("what", "to", "then", "way"), DIRECTIONS)
def test_a_rise_moves_others_the_right_way(what, to, then, way):
    equations, state, neutral = usual()
    place = [s.path for s in standard_model().states].index(then)
    before, after = (equations.derivative(x, neutral)[place] for x in (state, raised(what, to)))
    assert np.sign(after - before) == way
    assert abs(after - before) > 1e-9 * max(abs(before), 1e-6)


@pytest.mark.parametrize(("what", "to", "then", "way"), SHOWN)
def test_a_rise_is_seen_the_right_way(what, to, then, way):
    equations, state, neutral = usual()
    place = standard_model().readout_names.index(then)
    before, after = (equations.observe(x, neutral)[place] for x in (state, raised(what, to)))
    assert np.sign(after - before) == way
    assert 0 <= after <= {"pain_felt": 100, "pain_vas": 100, "sjc28": 28, "tjc28": 28}.get(then, np.inf)


@pytest.mark.parametrize("organ", ["gut_cytokines", "joint_cytokines"])
def test_what_all_sources_of_a_messenger_make_in_health_is_what_is_there_at_rest(organ):
    _, state, _ = usual()
    known = evidence_of(standard_model())
    levels = {s.path: x for s, x in zip(standard_model().states, state, strict=True)}
    at_rest = {path.removesuffix("_at_rest"): known[path].value for path in known if path.startswith(f"{organ}.") and path.endswith("_at_rest")}
    messengers = sorted(set(at_rest) & set(levels))
    assert len(messengers) == 6
    assert [levels[path] for path in messengers] == pytest.approx([at_rest[path] for path in messengers], rel=1e-6)


def test_food_that_leaks_into_the_blood_breaks_tolerance_and_nothing_else_does_so_in_health():
    equations, state, neutral = usual()
    place = [s.path for s in standard_model().states].index("tolerance.tolerance_loss")
    leaking = raised("junctions.leak_slow", 5.0)
    leaking[[s.path for s in standard_model().states].index("epithelium.erosion")] = 0.05
    assert equations.derivative(state, neutral)[place] == pytest.approx(0.0, abs=1e-9)
    assert equations.derivative(leaking, neutral)[place] > 1e-7
