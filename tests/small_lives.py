"""Made-up lives of a trial in the tables of a study, with effects that are known."""

import numpy as np
import pyarrow as pa

DAYS = (0.0, 28.0, 56.0, 84.0)


def tables(count=200, arms=("placebo", "drug"), *, effect=(0.0, -10.0), seed=1, twins=True, members=10, member_sd=0.0, dropout=0.0, rescue=0.0, noise=8.0,
           person_sd=0.0, weights=False):
    """The tables ``lives`` and ``visits``: pain falls by 10 in all, and by *effect* of each arm on top, of members and persons by chance."""
    rng = np.random.default_rng(seed)
    person = np.arange(count)
    own = _persons(rng, count, members)
    wobble = rng.normal(0, member_sd, members)[own["member"]] + rng.normal(0, person_sd, count)
    errors = rng.normal(0, noise, (count, len(DAYS)))  # the same in every arm
    left = np.where(rng.random(count) < dropout, rng.uniform(1, 80, count), np.nan)
    given = rng.permuted(np.arange(count) % len(arms))
    lives, visits = [], []
    for place, arm in enumerate(arms):
        lived = person if twins else person[given == place]
        share = np.minimum(np.array(DAYS) / 56.0, 1.0)
        treated = (np.asarray(effect)[place] + wobble * (np.asarray(effect)[place] != 0))[:, None] if place else np.zeros((count, 1))
        true = {"pain_vas": own["pain"][:, None] + share * (-10.0 + treated)}
        true["das28_crp"] = 1.0 + true["pain_vas"] / 15.0
        rescued = np.where((rng.random(count) < rescue) & (place == 0), 56.0, np.nan)
        true["pain_vas"] = true["pain_vas"] - 20.0 * (np.array(DAYS) > np.where(np.isnan(rescued), np.inf, rescued)[:, None])
        lives.append(_lives(person, own, arm, given == place, left=left, rescued=rescued, weights=weights)[lived])
        visits.append(_visits(lived, arm, true, errors, left=left, rescued=rescued))
    table = np.concatenate(lives)
    order = np.lexsort((table["arm"], table["person"]))
    return pa.table({name: table[order][name] for name in table.dtype.names}), _coded(pa.concat_tables(visits).sort_by(
        [("person", "ascending"), ("arm", "ascending"), ("visit", "ascending")]))


def _coded(table):
    return table.set_column(1, "arm", table["arm"].combine_chunks().dictionary_encode())


def _persons(rng, count, members):
    pain = np.clip(rng.normal(60, 12, count), 20, 100)
    return {"pain": pain, "member": np.arange(count) % members, "female": rng.random(count) < 0.7, "age": rng.normal(52, 10, count), "hla_b27": rng.random(count) < 0.3}


def _lives(person, own, arm, randomised, *, left, rescued, weights):
    kinds = [("person", "i8"), ("arm", "U40"), ("randomised", "?"), ("member", "i4"), ("variant", "U40"), ("site", "i4"), ("stratum", "U40"), ("female", "?"),
             ("age", "f4"), ("bmi", "f4"), ("hla_b27", "?"), ("adherence", "f4"), ("status", "U40"), ("stopped_day", "f4"), ("dropout_day", "f4"),
             ("dropout_reason", "U40"), ("rescue_day", "f4"), ("rescue", "U40"), ("switches", "U40"), ("erosion", "f4")] + ([("trial_weight", "f8")] if weights else [])
    found = np.zeros(len(person), dtype=kinds)
    found["person"], found["arm"], found["randomised"], found["status"] = person, arm, randomised, "finished"
    for name in ("member", "female", "age", "hla_b27"):
        found[name] = own[name]
    found["bmi"], found["adherence"], found["variant"] = 25.0, 0.9, np.where(own["member"] % 3 == 0, "other", "usual")
    found["stratum"] = np.where(own["hla_b27"], "yes", "no")
    found["stopped_day"], found["dropout_day"], found["rescue_day"] = np.nan, left, rescued
    found["dropout_reason"] = np.where(np.isnan(left), "", "lost")
    found["rescue"] = np.where(np.isnan(rescued), "", "more")
    found["erosion"] = np.where((person % 5 == 0) & (arm != "placebo"), 28.0, np.nan)
    if weights:
        found["trial_weight"] = 1.0 + (person % 2)
    return found


def _visits(lived, arm, true, errors, *, left, rescued):
    rows = {"person": np.repeat(lived, len(DAYS)), "arm": pa.array([arm] * len(lived) * len(DAYS)),
            "visit": np.tile(np.arange(len(DAYS), dtype=np.int16), len(lived)), "day": np.tile(np.array(DAYS, dtype=np.float32), len(lived))}
    seen = ~(np.array(DAYS) > np.where(np.isnan(left), np.inf, left)[:, None])
    rows["observed"] = seen[lived].ravel()
    rows["rescued"] = (np.array(DAYS) > np.where(np.isnan(rescued), np.inf, rescued)[:, None])[lived].ravel()
    for name, values in true.items():
        scale = 1.0 if name == "pain_vas" else 1.0 / 15.0
        rows[name] = np.where(seen, values + scale * errors, np.nan)[lived].ravel().astype(np.float32)
        rows[f"{name}_true"] = values[lived].ravel().astype(np.float32)
    return pa.table(rows)
