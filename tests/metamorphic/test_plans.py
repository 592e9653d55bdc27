"""What must not change when the plan is written, moved, split or scaled."""

import numpy as np
import pytest
from tests.running import common, largest_error, run, setup

from zonula.evidence.load import evidence_of
from zonula.organs.standard import standard_model
from zonula.simulation.reference import solve

DOSE = "lps 2 ng/kg iv bolus at day 1"
SLOW = "lps 2 ng/kg iv infusion over 4 h at day 1"
AGELESS = "ageing 0 from day 0"  # cartilage wears with age; without that, nothing tells one healthy day from another
DEAF_GUT = 'model.closed_roads=["blood_to_gut", "cortisol"]'  # lets through what it does in health
ENDOTOXIN = standard_model().state_index["blood.endotoxin"]
USUAL = {path: known.value for path, known in evidence_of(standard_model()).items()}
OUTFLOWS = {path: USUAL[path] for path in ("blood.bioactivity", "gut_cytokines.spill_tnf", "gut_cytokines.spill_il6", "gut_cytokines.spill_il17",
                                           "joint_cytokines.k_lymph")}


@pytest.mark.parametrize("sentence", ["lps 2 ng/kg iv bolus at day {}", "lps 2 ng/kg iv infusion over 4 h at day {}", "stress 1 from day {}"])
def test_time_has_no_origin(sentence):
    early, late = run([AGELESS, sentence.format(1)], until=4.0), run([AGELESS, sentence.format(2)], until=5.0)
    shifted = np.round(late.times - 1.0, 9)
    keep = shifted >= 0
    _, i, j = np.intersect1d(np.round(early.times, 9), shifted[keep], return_indices=True)
    assert len(i) > 70
    assert largest_error(early.readouts[i], late.readouts[keep][j]) <= 1e-6
    assert largest_error(early.readouts[:len(late.times)], late.readouts[:len(early.times)]) > 1e-3


@pytest.mark.parametrize("sentence", ["lps 0 ng/kg iv bolus at day 0", "lps 0 ng/kg iv bolus at day 1 every 12 h x 3",
                                      "lps 0 ng iv infusion over 4 h at day 1"])
def test_a_dose_of_nothing_is_no_dose_bit_for_bit(sentence):
    zero, none = run([sentence]), run()
    i, j = common(zero, none)
    assert np.array_equal(zero.readouts[i], none.readouts[j])
    beside, alone = run([DOSE, sentence.replace("day 1", "day 1.3").replace("day 0", "day 0.2")]), run([DOSE])
    i, j = common(beside, alone)
    assert np.array_equal(beside.states[i], alone.states[j])


def test_without_a_plan_a_person_stays_healthy():
    result = run([AGELESS], until=30.0)
    assert largest_error(result.states, np.broadcast_to(result.health.state, result.states.shape)) <= 1e-7
    assert np.max(np.abs(result.readouts - result.readouts[0]) / np.maximum(np.abs(result.readouts[0]), 1e-3)) <= 1e-6


def test_age_wears_cartilage_and_moves_nothing_but_what_hurts_from_it():
    ageing, ageless = run(until=30.0), run([AGELESS], until=30.0)
    changes = np.abs(ageing.states - ageless.states) / np.maximum(np.abs(ageless.states).max(axis=0), 1e-3)
    moved = {s.path for s, most in zip(ageing.problem.model.states, changes.max(axis=0), strict=True) if most > 1e-6}
    assert "joint_structure.cartilage" in moved
    assert moved <= {"joint_structure.cartilage", "pain.central_sensitisation", "mood.phq9"}
    assert ageing.state("joint_structure.cartilage")[-1] < ageless.state("joint_structure.cartilage")[-1] == 1.0


def test_neutral_exposures_and_open_roads_are_nothing():
    exposed, none = run(["stress 0 from day 0 to day 3"]), run()
    assert np.array_equal(exposed.states, none.states)


@pytest.mark.parametrize(("a", "b"), [("2 ng/kg", "140 ng"), ("2 ng/kg", "0.14 ug"), ("2 ng/kg", "2000 pg/kg"), ("140 ng", "0.00014 mg")])
def test_the_same_dose_in_other_words_gives_the_same_curves(a, b):
    one, other = run([f"lps {a} iv bolus at day 1"]), run([f"lps {b} iv bolus at 24 h"])
    assert np.array_equal(one.times, other.times)
    assert largest_error(one.readouts, other.readouts) <= 10 * one.problem.rtol, "the last bit of a dose may choose other steps, no other course"
    a_little_more = run([f"lps {float(a.split()[0]) * 1.001} {a.split()[1]} iv bolus at day 1"])
    assert largest_error(a_little_more.readouts, one.readouts) > 1e-4


@pytest.mark.parametrize("sentence", [DOSE, SLOW])
def test_a_dose_by_weight_gives_the_same_curves_in_light_and_heavy_people(sentence):
    """Who weighs more has more plasma; where gut and joints give as much more to it, nothing tells the two apart."""
    results = []
    for weight in (45, 130):
        more = {path: weight / 70 * value for path, value in OUTFLOWS.items()}
        results.append(run([sentence], f"person.weight={weight}", *(f"{path}={value!r}" for path, value in more.items())))
    light, heavy = results
    same = [k for k, name in enumerate(light.problem.model.readout_names) if name != "plasma_lps"]  # is counted before it is bioactive
    assert largest_error(light.readouts[:, same], heavy.readouts[:, same]) <= 1e-6
    assert light.problem.parameters.tolist() != heavy.problem.parameters.tolist()


def test_a_dose_by_weight_raises_endotoxin_alike_in_all_people():
    light, heavy = (run([DOSE], f"person.weight={w}", DEAF_GUT) for w in (45, 130))
    rises = [r.state("blood.endotoxin") - r.health.state[ENDOTOXIN] for r in (light, heavy)]
    assert np.allclose(*rises, rtol=1e-6, atol=1e-6)
    assert light.health.state[ENDOTOXIN] > 2 * heavy.health.state[ENDOTOXIN]


def test_a_dose_by_mass_does_not():
    light, heavy = (run(["lps 140 ng iv bolus at day 1"], f"person.weight={w}") for w in (45, 130))
    ratio = (light.state("blood.endotoxin").max() - light.health.state[ENDOTOXIN]) / (heavy.state("blood.endotoxin").max() - heavy.health.state[ENDOTOXIN])
    assert ratio == pytest.approx(130 / 45, rel=1e-6)


def test_a_gate_that_is_shut_is_the_limit_of_a_process_that_fades():
    """Shutting the onset of tolerance after health is solved = the same person whose onset grows ever weaker from then on."""
    shut = solve(setup([DOSE], without=("monocytes.tolerance_onset",)).problem)
    assert shut.outcome.status == "finished"
    tolerance = shut.readout("endotoxin_tolerance")
    assert np.all(np.diff(tolerance[:-1]) <= 1e-12)
    assert tolerance[-1] < tolerance[0]
    k = shut.problem.parameters[shut.problem.model.parameter_index["monocytes.k_recovery"]]
    assert np.allclose(tolerance, tolerance[0] * np.exp(-k * shut.times), rtol=1e-6)


def test_without_the_onset_of_tolerance_the_second_dose_acts_like_the_first():
    doses = ["lps 2 ng/kg iv bolus at day 1 every 3 d x 2"]
    free = solve(setup(doses, without=("monocytes.tolerance_onset",), until=6.0).problem)
    usual = run(doses, until=6.0)

    def second_over_first(result):
        tnf, t = result.readout("tnf"), result.times
        return tnf[t >= 4.0].max() / tnf[t < 4.0].max()

    assert second_over_first(usual) < 0.7
    assert second_over_first(free) > 0.9


def test_a_gate_is_open_while_health_is_solved():
    shut = solve(setup((), without=("cytokines.tnf_elsewhere",)).problem)
    usual = run()
    assert np.array_equal(shut.health.state, usual.health.state)
    assert shut.readout("tnf")[-1] < 0.5 * usual.readout("tnf")[-1]


def test_shutting_every_entry_and_exit_of_endotoxin_keeps_it():
    kept = solve(setup([DOSE], without=("blood.arrival_from_gut", "blood.clearance")).problem)
    after = kept.state("blood.endotoxin")[kept.times >= 1.0]
    assert np.allclose(after, after[0], rtol=1e-10)


def test_halves_of_a_bolus_given_almost_together_act_like_the_whole():
    whole = run(["lps 2 ng/kg iv bolus at day 1"])
    halves = run(["lps 1 ng/kg iv bolus at day 1", "lps 1 ng/kg iv bolus at day 1.0001"])
    apart = run(["lps 1 ng/kg iv bolus at day 1", "lps 1 ng/kg iv bolus at day 1.1"])
    for name in ("tnf", "il6", "crp"):
        assert halves.peak(name)[0] == pytest.approx(whole.peak(name)[0], rel=2e-3)
        assert apart.peak(name)[0] != pytest.approx(whole.peak(name)[0], rel=2e-3)


def test_endotoxin_is_linear_so_that_two_doses_superpose():
    one, two = run(["lps 1 ng/kg iv bolus at day 1"], DEAF_GUT), run(["lps 2 ng/kg iv infusion over 5 h at day 0.5"], DEAF_GUT)
    both = run(["lps 1 ng/kg iv bolus at day 1", "lps 2 ng/kg iv infusion over 5 h at day 0.5"], DEAF_GUT)
    t = np.intersect1d(np.intersect1d(one.times, two.times), both.times)
    rise = [r.state("blood.endotoxin")[np.searchsorted(r.times, t)] - r.health.state[ENDOTOXIN] for r in (one, two, both)]
    assert len(t) > 70
    assert np.allclose(rise[0] + rise[1], rise[2], rtol=1e-6, atol=1e-6)


def test_an_ever_shorter_infusion_becomes_the_bolus():
    bolus = run([DOSE])
    gaps = []
    for minutes in (60, 6, 0.6):
        short = run([f"lps 2 ng/kg iv infusion over {minutes} min at day 1"])
        gaps.append(abs(short.peak("tnf")[0] / bolus.peak("tnf")[0] - 1))
    assert gaps == sorted(gaps, reverse=True)
    assert gaps[-1] < 2e-3 < gaps[0]


@pytest.mark.slow
def test_more_endotoxin_never_makes_less_of_any_peak():
    peaks = [[run([f"lps {d} ng/kg iv bolus at day 1"]).peak(name)[0] for name in ("tnf", "il6", "il10", "crp", "cortisol")]
             for d in (0, 0.25, 1, 2, 4)]
    assert np.all(np.diff(np.array(peaks), axis=0) > 0)


def test_with_the_systemic_road_closed_cytokines_rise_as_before_but_nobody_hears_them():
    """The joint's own answer to the blood is kept out of the blood in both."""
    closed, usual = run([DOSE], 'model.closed_roads=["systemic", "joint_to_blood"]'), run([DOSE], 'model.closed_roads=["joint_to_blood"]')
    for name in ("tnf", "il6", "il8", "il10", "il17", "crp", "cortisol", "lactulose_mannitol_ratio"):
        assert np.allclose(closed.readout(name), usual.readout(name), rtol=1e-6)
    for name in ("symptom_score", "temperature_rise"):
        assert np.all(np.abs(closed.readout(name) - closed.readout(name)[0]) <= 1e-6)
        assert closed.readout(name)[0] <= 1e-3
        assert usual.peak(name)[0] > 1
    assert closed.peak("pain_vas")[0] < usual.peak("pain_vas")[0] / 3


def test_a_setting_that_changes_nothing_changes_nothing():
    usual = run([DOSE])
    same = run([DOSE], f"cytokines.k_tnf={float(usual.problem.parameters[usual.problem.model.parameter_index['cytokines.k_tnf']])!r}")
    assert np.array_equal(usual.states, same.states)


def test_an_exposure_acts_from_its_beginning_to_its_end_and_no_longer():
    result = run(["stress 1 from day 1 to day 2"], until=4.0)
    cortisol, t = result.readout("cortisol"), result.times
    rest = cortisol[0]
    assert np.allclose(cortisol[t <= 1.0], rest, rtol=1e-7)
    assert cortisol[np.searchsorted(t, 2.0)] > 1.2 * rest
    assert np.all(np.diff(cortisol[(t >= 2.0) & (t <= 2.5)]) < 0)
    assert abs(cortisol[np.searchsorted(t, 2.5)] - rest) < 0.05 * (cortisol[np.searchsorted(t, 2.0)] - rest)
    assert cortisol[-1] == pytest.approx(rest, rel=0.01)
