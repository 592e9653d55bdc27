import math

import numpy as np
import pytest

from zonula.trials.power import Sample, Sizing, power, sees

RNG = np.random.default_rng(3)
N = 4000
BASE = RNG.normal(60, 10, 2 * N)
VALUE = 0.6 * BASE + RNG.normal(0, 8, 2 * N)
PLAIN = np.zeros(1)


def samples(effect, n=N):
    return [Sample(value=VALUE[:n] + effect, baseline=BASE[:n]), Sample(value=VALUE[n:2 * n], baseline=BASE[n:2 * n])]


def test_the_formula_is_that_of_the_textbook():
    found = power(samples(-4.0), kind="difference", deviations=PLAIN, sizing=Sizing(sizes=[100], trials=10))
    assert found.effect == pytest.approx(-4.0, abs=0.5)
    assert found.needed_formula == pytest.approx(4 * (1.959964 + 1.281552) ** 2 * 8**2 / found.effect**2, rel=0.05)


@pytest.mark.parametrize(("kind", "who"), [
    ("difference", samples(-3.0)),
    ("risk difference", [Sample(value=(RNG.random(N) < p).astype(float)) for p in (0.5, 0.36)]),
    ("hazard ratio", [Sample(value=np.ceil(np.minimum(t, 180) / 14) * 14, event=t < 180) for t in (RNG.exponential(130, N), RNG.exponential(90, N))]),
])
def test_trials_made_of_persons_find_as_often_as_the_formula_says(kind, who):
    found = power(who, kind=kind, deviations=PLAIN, sizing=Sizing(trials=1500))
    for one in found.curve:
        assert one["power"] == pytest.approx(one["formula"], abs=0.05)
        assert one["lo"] <= one["power"] <= one["hi"]
        assert one["assurance"] == one["power"]  # where nothing is unknown
    assert found.needed == pytest.approx(found.needed_formula, rel=0.12)


@pytest.mark.parametrize("kind", ["difference", "risk difference", "hazard ratio"])
def test_without_an_effect_trials_find_alpha_on_one_side(kind):
    same = {"difference": [Sample(value=VALUE, baseline=BASE)] * 2, "risk difference": [Sample(value=(VALUE > 36).astype(float))] * 2,
            "hazard ratio": [Sample(value=np.ceil(np.minimum(BASE, 70) / 7) * 7, event=BASE < 70)] * 2}[kind]
    found = power(same, kind=kind, deviations=PLAIN, sizing=Sizing(sizes=[60, 400], trials=6000))
    for one in found.curve:
        assert one["power"] == pytest.approx(0.025, abs=0.008)
    assert found.needed is None
    assert found.needed_formula is None


def test_what_is_not_known_bounds_the_chance_of_success_however_large_the_trial():
    """A third of members say that it harms: no size of trial finds a benefit in more than two thirds."""
    found = power(samples(-2.0), kind="difference", deviations=np.array([-2.0, -2.0, 4.0]), sizing=Sizing(sizes=[100, 400, 20_000], trials=600))
    assert found.curve[-1]["power"] == 1.0
    assert found.curve[-1]["assurance"] == pytest.approx(2 / 3, abs=0.06)
    assert found.needed is not None
    assert found.needed_assurance is None


def test_persons_who_are_not_seen_make_trials_larger():
    lost = [Sample(value=np.where(RNG.random(N) < 0.5, np.nan, one.value), baseline=one.baseline) for one in samples(-4.0)]
    all_seen, half = (power(who, kind="difference", deviations=PLAIN, sizing=Sizing(sizes=[100, 200], trials=2000)) for who in (samples(-4.0), lost))
    assert half.needed_formula == pytest.approx(2 * all_seen.needed_formula, rel=0.2)
    assert half.curve[1]["power"] == pytest.approx(all_seen.curve[0]["power"], abs=0.08)


def test_shares_of_persons_who_are_not_seen_are_known_less_well():
    whole = [Sample(value=(np.arange(N) % 20 < k).astype(float)) for k in (10, 7)]
    lost = [Sample(value=np.where(np.arange(N) // 20 % 2 == 0, np.nan, one.value)) for one in whole]  # every other twenty: shares stay as they are
    seen, half = (power(who, kind="risk difference", deviations=PLAIN, sizing=Sizing(sizes=[200, 400], trials=3000)) for who in (whole, lost))
    assert half.needed_formula == pytest.approx(2 * seen.needed_formula, abs=2)
    assert half.curve[1]["power"] == pytest.approx(seen.curve[0]["power"], abs=0.04)
    assert half.curve[1]["power"] < seen.curve[1]["power"] - 0.1


def test_heavy_persons_are_drawn_more_often():
    kind = np.arange(2 * N) % 2 == 0  # half of the persons respond to the treatment
    heavy = np.where(kind, 9.0, 1.0)
    who = [Sample(value=VALUE - 5.0 * kind, baseline=BASE, weights=heavy), Sample(value=VALUE, baseline=BASE, weights=heavy)]
    assert power(who, kind="difference", deviations=PLAIN, sizing=Sizing(sizes=[40], trials=50)).effect == pytest.approx(-4.5, abs=1e-6)
    plain = [Sample(value=one.value, baseline=BASE) for one in who]
    assert power(plain, kind="difference", deviations=PLAIN, sizing=Sizing(sizes=[40], trials=50)).effect == pytest.approx(-2.5, abs=0.2)


def test_an_interaction_needs_four_times_the_persons_of_a_main_effect():
    who = [Sample(value=VALUE[k::4] + (k == 2) * -4.0, baseline=BASE[k::4]) for k in range(4)]  # first, second, both, neither
    main = power(samples(-4.0), kind="difference", deviations=PLAIN, sizing=Sizing(sizes=[200], trials=50))
    both = power(who, kind="interaction", deviations=PLAIN, sizing=Sizing(sizes=[200, 800], trials=1000), signs=(-1, -1, 1, 1))
    assert both.needed_formula == pytest.approx(4 * main.needed_formula, rel=0.25)
    assert both.curve[1]["power"] == pytest.approx(both.curve[1]["formula"], abs=0.06)


def test_the_same_seed_gives_the_same_trials():
    one, again, other = (power(samples(-3.0), kind="difference", deviations=PLAIN, sizing=Sizing(sizes=[80], trials=300, seed=s)).curve[0]["power"] for s in (1, 1, 2))
    assert one == again != other


def test_unequal_arms_are_drawn_in_their_ratio():
    found = power(samples(-4.0), kind="difference", deviations=PLAIN, sizing=Sizing(shares=(0.8, 0.2), sizes=[200], trials=1500))
    equal = power(samples(-4.0), kind="difference", deviations=PLAIN, sizing=Sizing(sizes=[200], trials=50))
    assert found.needed_formula == pytest.approx(equal.needed_formula * 0.25 / (0.8 * 0.2), rel=0.03)
    assert found.curve[0]["power"] == pytest.approx(found.curve[0]["formula"], abs=0.05)


def test_nothing_to_compare_has_no_power():
    found = power([Sample(value=np.full(5, np.nan))] * 2, kind="risk difference", deviations=PLAIN, sizing=Sizing(sizes=[20], trials=20))
    assert math.isnan(found.effect)
    assert found.needed_formula is None


def test_the_least_effect_that_persons_show_is_the_one_for_which_so_many_are_needed():
    who, sizing = samples(0.0), Sizing(shares=[0.5, 0.5])
    found = sees(who, kind="difference", persons=200, sizing=sizing)
    assert found["least"] == pytest.approx((1.959964 + 1.281552) * 8 * math.sqrt(4 / 200), rel=0.05)
    again = power(samples(found["least"] - power(who, kind="difference", deviations=PLAIN, sizing=Sizing(sizes=[100], trials=10)).effect),
                  kind="difference", deviations=PLAIN, sizing=Sizing(sizes=[200], trials=3000))
    assert again.needed_formula == pytest.approx(200, abs=1)
    assert again.curve[0]["power"] == pytest.approx(0.9, abs=0.02)
    assert sees(who, kind="difference", persons=800, sizing=sizing)["least"] == pytest.approx(found["least"] / 2)
    uneven = sees(who, kind="difference", persons=200, sizing=Sizing(shares=[0.8, 0.2]))
    assert uneven["least"] > 1.2 * found["least"]


def test_how_many_events_there_are_decides_what_times_show():
    event = np.arange(1000) % 5 == 0
    who = [Sample(value=np.where(event, 50.0, 100.0), event=event)] * 2
    found = sees(who, kind="hazard ratio", persons=438, sizing=Sizing())
    assert found["event_share"] == pytest.approx(0.2)
    assert found["for_half"] == math.ceil(4 * (1.959964 + 1.281552) ** 2 / math.log(2) ** 2 / 0.2) == 438
    assert found["least"] == pytest.approx(0.5, abs=0.001)
    nobody = [Sample(value=np.full(50, 100.0), event=np.zeros(50, dtype=bool))] * 2
    assert sees(nobody, kind="hazard ratio", persons=100, sizing=Sizing()) == {"persons": 100, "least": None, "event_share": 0.0, "for_half": None}


def test_where_nothing_differs_nothing_can_be_said_of_the_least_effect():
    none = [Sample(value=np.zeros(30))] * 2
    assert sees(none, kind="risk difference", persons=60, sizing=Sizing())["least"] is None
    assert sees([Sample(value=np.full(9, np.nan))] * 2, kind="difference", persons=18, sizing=Sizing())["least"] is None
