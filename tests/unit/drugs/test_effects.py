"""What drugs do: relief in the size of their trials, harm where they harm, and nothing where they do nothing."""

import pytest
from tests.patients import AT_RISK, LOST, START, at, leaky, patient, volunteer
from tests.running import run

from zonula.evidence.load import evidence_of
from zonula.organs.standard import standard_model


def change(sentence, readout, days, **more):
    """The difference that a treatment from day START makes after so many days, against the same patient without it."""
    treated, plain = patient(f"{sentence} {'' if ' at ' in sentence else f'from day {START:g}'}".strip(), **more), patient(**more)
    return at(treated, readout, START + days) - at(plain, readout, START + days)


def test_the_patient_is_in_pain_with_a_healthy_gut():
    assert at(patient(), "pain_vas", START) > 40
    assert at(patient(), "das28_crp", START) > 4.5
    assert at(patient(), "calprotectin", START) < 30


SHORT = {"until": START + 5, "every": "6 h"}


@pytest.mark.parametrize(("sentence", "least", "most"), [
    ("naproxen 500 mg po bid for 4 days", 6, 16), ("ibuprofen 400 mg po tid for 4 days", 6, 16),
    ("diclofenac 50 mg po tid for 4 days", 6, 18), ("celecoxib 200 mg po bid for 4 days", 6, 16)])
def test_nsaids_relieve_pain_within_days_as_in_trials(sentence, least, most):
    assert -most <= change(sentence, "pain_vas", 3.9, **SHORT) <= -least
    assert change(sentence, "crp", 3.9, **SHORT) == pytest.approx(0, abs=0.6)  # and not much else


@pytest.mark.parametrize("sentence", ["naproxen 500 mg po bid", "ibuprofen 400 mg po tid", "diclofenac 50 mg po tid"])
def test_nsaids_make_the_gut_leak_and_it_heals(sentence):
    taken = volunteer(f"{sentence} from day 1 for 7 days")
    before, during, after = (at(taken, "lactulose_mannitol_ratio", day) for day in (1, 7.9, 22))
    assert 1.3 <= during / before <= 2.6  # 1.5 to 2.4 in volunteers
    assert after / before < 1.1
    assert at(taken, "eroded_fraction", 7.9) > 1.5 * at(taken, "eroded_fraction", 1)
    assert at(taken, "calprotectin", 8) > 26


def test_celecoxib_nearly_spares_the_gut():
    taken = volunteer("celecoxib 200 mg po qd from day 1 for 7 days")
    assert at(taken, "lactulose_mannitol_ratio", 7.9) < 1.1 * at(taken, "lactulose_mannitol_ratio", 1)


def test_zinc_carnosine_protects_the_gut_from_an_nsaid():
    naproxen = "naproxen 500 mg po bid from day 1 for 7 days"
    alone, protected = volunteer(naproxen), volunteer(naproxen, "zinc carnosine 75 mg daily from day 1")
    rise = [at(r, "lactulose_mannitol_ratio", 7.9) - at(r, "lactulose_mannitol_ratio", 1) for r in (alone, protected)]
    assert 0 < rise[1] < 0.4 * rise[0]


@pytest.mark.parametrize(("sentence", "pain", "das"), [
    ("adalimumab 40 mg sc q2w for 84 days", (10, 25), (0.7, 1.8)), ("etanercept 50 mg sc qw for 84 days", (10, 27), (0.7, 1.8)),
    ("infliximab 3 mg/kg iv at day 60, 74, 102", (10, 30), (0.7, 2.0)), ("tocilizumab 8 mg/kg iv q4w for 84 days", (10, 25), (0.7, 2.5)),
    ("methotrexate 15 mg po weekly for 84 days", (7, 22), (0.5, 1.5))])
def test_biologics_and_methotrexate_in_the_size_of_their_trials(sentence, pain, das):
    assert pain[0] <= -change(sentence, "pain_vas", 84) <= pain[1]
    assert das[0] <= -change(sentence, "das28_crp", 84) <= das[1]


def test_etanercept_does_nothing_for_an_inflamed_gut_that_an_antibody_calms():
    alone = at(leaky(), "calprotectin", 143)
    assert alone > 250
    assert at(leaky("etanercept 50 mg sc qw from day 60 for 84 days"), "calprotectin", 143) > 0.9 * alone
    assert at(leaky("adalimumab 40 mg sc q2w from day 60 for 84 days"), "calprotectin", 143) < 0.5 * alone


HALF_A_YEAR = 196  # days: 28 weeks
K_IMMUNITY = evidence_of(standard_model())["adalimumab.k_immunity"]


def biologic(until, z):
    """A patient on adalimumab whose immunity against it is *z* standard deviations beyond the typical one's."""
    k = K_IMMUNITY.variability.quantile(K_IMMUNITY.value, z)
    plan = [LOST, f"adalimumab 40 mg sc q2w from day {START:g} for {until:g} days"]
    return run(plan, *AT_RISK, f"parameters.adalimumab.k_immunity={k!r}", until=START + until, every="7 d")


def test_a_fifth_of_people_make_antibodies_against_adalimumab_within_half_a_year_and_most_never():
    """51 of 272 people within 28 weeks, 76 within three years (Bartelds 2011)."""
    fifth, never = biologic(HALF_A_YEAR, 0.887), biologic(3 * 364.0, 0.0)
    assert 0.3 < fifth.state("adalimumab.antibodies")[-1] < 0.7
    assert never.state("adalimumab.antibodies").max() < 1e-3
    assert biologic(3 * 364.0, 0.585).state("adalimumab.antibodies")[-1] > 0.3


def test_antibodies_against_adalimumab_take_it_and_its_relief_away():
    """1.2 mg/L with antibodies and 11 without (Bartelds 2007)."""
    usual, immune = biologic(HALF_A_YEAR, 0.0), biologic(HALF_A_YEAR, 1.3)
    end = START + HALF_A_YEAR - 1
    assert at(usual, "pain_vas", START) - at(usual, "pain_vas", end) > 15
    assert at(immune, "pain_vas", START) - at(immune, "pain_vas", end) < 8
    assert immune.state("adalimumab.central")[-1] < 0.25 * usual.state("adalimumab.central")[-1]


# --- bacteria ------------------------------------------------------------------------------------------

def test_ciprofloxacin_clears_an_infection():
    meal = "bacteria 1e8 CFU po at day 1"
    treated, plain = (volunteer(meal, *more, until=14.0) for more in (("ciprofloxacin 500 mg po bid from day 3 for 5 days",), ()))
    assert at(plain, "pathogen_load", 6) > 1e5
    assert at(treated, "pathogen_load", 6) < 1e3
    assert treated.readout("crp").max() < 0.6 * plain.readout("crp").max()


def test_ciprofloxacin_takes_enterobacteria_and_leaves_most_others():
    taken = volunteer("ciprofloxacin 500 mg po bid from day 1 for 7 days")
    assert at(taken, "enterobacteria", 7.9) < 0.01
    assert at(taken, "enterobacteria", 17) > 0.5  # back a week or so later
    assert 0.4 < at(taken, "butyrate_producers", 7.9) < 0.9


def test_broad_antibiotics_cost_colonisation_resistance():
    meal = "bacteria 1e4 CFU po at day 9"
    after, plain = (volunteer(*before, meal) for before in (("broad antibiotics from day 1 for 7 days",), ()))
    assert at(after, "butyrate_producers", 7.9) < 0.1
    assert at(after, "butyrate", 7.9) < 0.2 * at(plain, "butyrate", 7.9)
    assert after.readout("pathogen_load").max() > 5 * plain.readout("pathogen_load").max()
    assert after.readout("crp").max() > 1.3 * plain.readout("crp").max()


def test_rifaximin_halves_endotoxin_and_changes_the_flora_little():
    taken = volunteer("rifaximin 600 mg po bid from day 1 for 14 days", until=16.0)
    assert 0.4 < at(taken, "plasma_lps", 14.9) / at(taken, "plasma_lps", 1) < 0.75
    assert at(taken, "enterobacteria", 14.9) > 0.5
    assert at(taken, "butyrate_producers", 14.9) > 0.6


def test_rifaximin_does_not_reach_joints():
    still = volunteer("joint.bacteria 1000 CFU/mL at day 1", until=6.0)
    gut_only, absorbed = (volunteer("joint.bacteria 1000 CFU/mL at day 1", f"{drug} po bid from day 1 for 5 days", until=6.0)
                          for drug in ("rifaximin 550 mg", "ciprofloxacin 500 mg"))
    assert at(gut_only, "joint_bacteria", 1.5) == pytest.approx(at(still, "joint_bacteria", 1.5), rel=0.05)
    assert at(absorbed, "joint_bacteria", 1.5) < 0.5 * at(still, "joint_bacteria", 1.5)


# --- larazotide ----------------------------------------------------------------------------------------

def test_half_a_milligram_of_larazotide_does_more_than_four_times_as_much():
    gluten = "diet.gluten 3 from day 1"
    leak = {dose: at(volunteer(gluten, *([f"larazotide {dose} mg po tid from day 1 for 9 days"] if dose else []), until=10.0),
                     "lactulose_mannitol_ratio", 9.9) for dose in (0, 0.5, 2)}
    assert leak[0.5] < leak[2] < leak[0]
    healthy = at(volunteer(gluten, until=10.0), "lactulose_mannitol_ratio", 0.5)
    assert (leak[0] - leak[0.5]) > 1.8 * (leak[0] - leak[2])
    assert leak[0.5] > healthy
