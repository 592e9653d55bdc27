"""Another program, of other people, makes the same of the whole exported model: libRoadRunner, two people, a dose.

More people, scenarios and programs (COPASI, AMICI): scripts/agreement.py.
"""

import sys

import numpy as np
import pytest
from tests.exchanging import TIGHT
from tests.roadrunner_apart import roadrunner_course
from tests.running import ROOT

sys.path.insert(0, str(ROOT / "scripts"))

import agreement
from two_hundred_people import person_values

from zonula.exchange.sbml_out import healthy_or_refuse, sbml_text

PEOPLE = {"typical": None, "drawn": person_values(1, 0)}


@pytest.mark.slow
@pytest.mark.parametrize("who", PEOPLE)
def test_libroadrunner_agrees_on_every_readout(who):
    setup = agreement.person_setup("lps_bolus", PEOPLE[who])
    problem, names = setup.problem, setup.problem.model.readout_names
    health = healthy_or_refuse(problem)
    ours, keep = agreement.tight(problem, health, "LSODA"), agreement.quiet_times(problem)
    theirs = roadrunner_course(sbml_text(setup, health), np.linspace(0.0, problem.until, agreement.POINTS), [f"y_{name}" for name in names], TIGHT)
    apart = agreement.difference(ours, theirs)[keep]
    worst = np.unravel_index(int(np.argmax(apart)), apart.shape)
    assert len(keep) > 0.95 * agreement.POINTS
    assert np.max(ours[:, names.index("tnf")]) > 20 * ours[0, names.index("tnf")], "nothing happened"
    assert apart[worst] < 1e-6, f"{names[worst[1]]} on day {problem.until * keep[worst[0]] / (agreement.POINTS - 1):.2f}"


def test_a_difference_is_seen():
    ours = np.array([[1.0, 100.0], [2.0, 0.0]])
    assert agreement.difference(ours, ours).max() == 0
    assert agreement.difference(ours, ours * (1 + 1e-5)).max() == pytest.approx(1e-5)
    assert agreement.difference(ours, ours + np.array([[0, 0], [0, 1e-3]]))[1, 1] == pytest.approx(1e-3)  # of a hundredth of 100
    assert agreement.difference(ours, np.array([[1.0, 100.0], [2.0, np.nan]])).max() == np.inf


def test_a_verdict_grows_with_the_amplification_and_a_failure_never_agrees():
    def verdict(worst, amplification, failed=""):
        return agreement.Verdict("s", 0, "p", worst, "crp", 1.0, amplification, 1.0, failed)

    assert verdict(9e-7, 0.1).agrees
    assert not verdict(2e-6, 0.1).agrees
    assert verdict(2e-6, 3.0).agrees
    assert not verdict(0.0, 1.0, "it crashed").agrees
    assert "separatrix" in agreement.told(verdict(1e-3, 2e3))
    assert "DIFFERS" in agreement.told(verdict(1e-3, 2.0))
