import numpy as np
import pyarrow as pa
import pytest
from tests.small_lives import tables

from zonula.ground.errors import InputDataError, UsageError
from zonula.trials.endpoints import Endpoint, outcome, times
from zonula.trials.lived import lived_of, read_lived
from zonula.trials.missing import imputed, pooled, without_rescue

NAN = np.nan
PAIN = Endpoint(id="pain", kind="change", measure="pain", day=56.0)


def study(rows, true=None, *, days=(0.0, 28.0, 56.0), arm="drug", **told):
    """Lives of one arm with these values of pain on the visits."""
    values = np.array(rows, dtype=float)
    exact = values if true is None else np.array(true, dtype=float)
    n, v = values.shape
    lives = {"person": np.arange(n), "arm": np.full(n, arm), "randomised": np.ones(n, bool), "status": np.full(n, "finished"), "member": np.zeros(n, int),
             "dropout_day": np.full(n, NAN), "rescue_day": np.full(n, NAN), **{k: np.array(x) for k, x in told.items()}}
    visits = {"person": np.repeat(np.arange(n), v), "arm": np.full(n * v, arm), "visit": np.tile(np.arange(v), n), "day": np.tile(days, n),
              "pain": values.ravel(), "pain_true": exact.ravel()}
    return lived_of(pa.table(lives), pa.table(visits))


def test_changes_percents_and_values_are_of_the_day():
    lived = study([[50, 40, 30], [60, 60, 75]])
    assert outcome(lived, PAIN).value.tolist() == [-20, 15]
    assert outcome(lived, Endpoint(id="p", kind="percent change", measure="pain", day=28.0)).value.tolist() == [-20, 0]
    assert outcome(lived, Endpoint(id="p", kind="value", measure="pain", day=56.0)).value.tolist() == [30, 75]
    assert outcome(lived, PAIN).baseline.tolist() == [50, 60]


@pytest.fixture
def happened():
    """Nobody was seen after a drop-out on day 30; a rescue on day 28 is followed by a fall; the truth goes on."""
    return study([[50, 40, NAN], [50, 55, 20], [50, 40, 30], [50, 60, NAN]], [[50, 41, 35], [50, 54, 22], [50, 40, 30], [50, 59, 62]],
                 dropout_day=[30.0, NAN, NAN, 30.0], rescue_day=[NAN, 28.0, NAN, NAN])


@pytest.mark.parametrize(("strategy", "value", "true"), [
    ("treatment policy", [NAN, -30, -20, NAN], [-15, -28, -20, 12]),
    ("composite", [0, 0, -20, 10], [-15, 0, -20, 12]),  # a failure is no change, or the last seen if that was worse
    ("hypothetical", [NAN, NAN, -20, NAN], [-15, NAN, -20, 12]),
    ("while on treatment", [-10, 5, -20, 10], [-15, 4, -20, 12])])
def test_each_strategy_does_what_it_says(happened, strategy, value, true):
    found = outcome(happened, PAIN, strategy)
    assert found.value.tolist() == pytest.approx(value, nan_ok=True)
    assert found.true.tolist() == pytest.approx(true, nan_ok=True)
    assert found.missing.tolist() == np.isnan(value).tolist()


def test_a_response_of_who_was_rescued_or_lost_is_none_when_composed(happened):
    asked = Endpoint(id="r", kind="response", criterion="pain <= -20 %", day=56.0, lower_is_better=False)
    assert outcome(happened, asked, "composite").value.tolist() == [0, 0, 1, 0]
    assert outcome(happened, asked).value.tolist() == pytest.approx([NAN, 1, 1, NAN], nan_ok=True)


def test_a_rescue_at_the_last_visit_changes_nothing_measured_at_it():
    lived = study([[50, 40, 30]], rescue_day=[56.0])
    for strategy in ("treatment policy", "composite", "hypothetical", "while on treatment"):
        assert outcome(lived, PAIN, strategy).value.tolist() == [-20]


def test_a_life_that_could_not_be_simulated_has_no_outcome():
    lived = study([[50, 40, 30], [50, 40, 30]], status=["finished", "too stiff"])
    assert outcome(lived, PAIN).value.tolist() == pytest.approx([-20, NAN], nan_ok=True)
    assert not outcome(lived, PAIN).missing.any()


EVENT = Endpoint(id="t", kind="time to event", criterion="pain >= 60", day=84.0)
DAYS = (0.0, 28.0, 56.0, 84.0)


def test_times_are_to_the_first_visit_at_which_it_holds_or_censored_at_the_last_seen():
    lived = study([[70, 50, 65, 70], [50, 50, 50, 50], [50, 50, NAN, NAN], [50, NAN, 65, 50], [50, NAN, NAN, NAN]], days=DAYS,
                  dropout_day=[NAN, NAN, 30.0, NAN, 3.0])
    found = times(lived, EVENT)
    assert found.time.tolist() == [56, 84, 28, 56, 0]
    assert found.event.tolist() == [True, False, False, True, False]


def test_a_rescue_censors_or_is_the_event_itself_by_the_strategy():
    lived = study([[50, 50, 50, 65], [50, 65, 50, 50]], days=DAYS, rescue_day=[40.0, 40.0])
    assert times(lived, EVENT).time.tolist() == [84, 28]
    for strategy in ("hypothetical", "while on treatment"):
        assert times(lived, EVENT, strategy).time.tolist() == [40, 28]
        assert times(lived, EVENT, strategy).event.tolist() == [False, True]
    assert times(lived, EVENT, "composite").time.tolist() == [40, 28]
    assert times(lived, EVENT, "composite").event.tolist() == [True, True]
    wanted = Endpoint(id="t", kind="time to event", criterion="pain >= 60", day=84.0, lower_is_better=False)
    assert times(lived, wanted, "composite").time.tolist() == [84, 28]
    assert times(lived, wanted, "composite").event.tolist() == [False, True]


def test_what_is_not_known_is_refused():
    lived = study([[50, 40, 30]])
    with pytest.raises(UsageError, match="ZN-1483"):
        outcome(lived, PAIN, "last observation carried forward")
    with pytest.raises(InputDataError, match="ZN-3041"):
        outcome(lived, Endpoint(id="p", kind="change", measure="pain", day=40.0))
    with pytest.raises(UsageError, match="ZN-1482"):
        Endpoint(id="p", kind="slope", day=1.0)


def test_imputation_mends_what_leaving_out_gets_wrong():
    """Who feels worse on day 28 is lost: of those who stay the change is better than of all.  At random, given what was seen."""
    rng = np.random.default_rng(4)
    n = 4000
    base, middle = rng.normal(60, 10, n), None
    middle = base + rng.normal(-5, 10, n)
    end = middle + rng.normal(-5, 5, n)
    lost = rng.random(n) < 1 / (1 + np.exp(-(middle - base) / 5))
    lived = study(np.stack([base, middle, np.where(lost, NAN, end)], axis=1), np.stack([base, middle, end], axis=1), dropout_day=np.where(lost, 40.0, NAN))
    truth, left = (end - base).mean(), (end - base)[~lost].mean()
    drawn = imputed(lived, PAIN, np.arange(n), strategy="treatment policy", seed=1)
    assert left < truth - 3
    assert drawn.mean() == pytest.approx(truth, abs=0.6)
    assert np.all(drawn[:, ~lost] == (end - base)[~lost])
    assert drawn[:, lost].std(axis=0).mean() == pytest.approx(5.0, rel=0.1)  # as uncertain as what was drawn is
    assert np.array_equal(drawn, imputed(lived, PAIN, np.arange(n), strategy="treatment policy", seed=1))
    assert not np.array_equal(drawn, imputed(lived, PAIN, np.arange(n), strategy="treatment policy", seed=2))


def test_rubins_rules_are_those_of_the_book():
    effect, se, df = pooled(np.array([1.0, 2.0, 3.0]), np.array([1.0, 1.0, 1.0]))
    assert (effect, se) == (2.0, pytest.approx(np.sqrt(1 + 4 / 3)))
    assert df == pytest.approx(2 * (1 + 1 / (4 / 3)) ** 2)
    assert pooled(np.array([2.0, 2.0]), np.array([0.5, 0.5]), 10.0) == (2.0, 0.5, 10.0)


def test_lives_without_rescue_take_the_place_of_those_with_it():
    lives, visits = tables(20, rescue=0.5)
    free, free_visits = tables(20, arms=("placebo without rescue",), effect=(0.0,))
    free = free.set_column(free.column_names.index("randomised"), "randomised", pa.array(np.zeros(20, bool)))
    visits, free_visits = (t.set_column(1, "arm", t["arm"].cast(pa.string())) for t in (visits, free_visits))
    lived = lived_of(pa.concat_tables([lives, free]), pa.concat_tables([visits, free_visits]))
    changed = without_rescue(lived, ("drug", "placebo"), " without rescue")
    assert len(changed.person) == 40
    assert not np.isfinite(changed.rescue_day).any()
    assert np.isfinite(lived.rescue_day).any()
    assert changed.randomised.sum() == lived.randomised.sum() == 20
    place = changed.arm_place("placebo")
    assert changed.seen["pain_vas"][changed.arm == place].tolist() == lived.seen["pain_vas"][lived.arm == lived.arm_place("placebo without rescue")].tolist()


def test_files_and_tables_tell_the_same_whatever_the_order_of_rows(tmp_path):
    import pyarrow.parquet as pq

    lives, visits = tables(12)
    rng = np.random.default_rng(1)
    mixed = lived_of(lives.take(rng.permutation(len(lives))), visits.take(rng.permutation(len(visits))), ("placebo", "drug"))
    pq.write_table(lives, tmp_path / "lives.parquet")
    pq.write_table(visits, tmp_path / "visits.parquet")
    plain = read_lived(tmp_path / "lives.parquet", tmp_path / "visits.parquet", ("placebo", "drug"))
    assert plain.arms == mixed.arms == ("placebo", "drug")
    assert np.array_equal(plain.person, mixed.person)
    assert np.array_equal(plain.seen["pain_vas"], mixed.seen["pain_vas"])
    assert set(plain.harms) == {"erosion"}
    with pytest.raises(InputDataError, match="ZN-3042"):
        plain.of_arms("placebos")
    with pytest.raises(InputDataError, match="ZN-3043"):
        lived_of(lives.slice(0, 4), visits)
