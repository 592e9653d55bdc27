"""A made-up study, in the form in which a real one comes: what was said before, what was found, and curves by arm.  Nothing of it was simulated."""

from math import sqrt

import numpy as np

ARMS = {"neither": "Placebo", "repair": "Gut repair", "calm": "Anti-TNF", "both": "Gut repair and anti-TNF"}
EFFECT = {"neither": -4.0, "repair": -9.0, "calm": -17.0, "both": -22.0}
SAID = {
    "schema": "zonula/trial/1", "id": "made_up", "title": "A made-up trial <script>alert(1)</script>", "about": "To look at the page.", "asked": "Does it?",
    "people": {"group": "early_ra"}, "eligibility": ["das28_crp >= 3.2"],
    "randomisation": {"ratio": dict.fromkeys(ARMS, 1), "block": 8, "strata": ["hla_b27"], "site": 48},
    "arms": {arm: {"title": title, "events": [f"{arm} 1 from day 0 to day 168"], "adherence": 0.9, "comparator": arm == "neither"}
             for arm, title in ARMS.items()},
    "visits": {"weeks": [0, 4, 12, 24, 36, 48]}, "measures": ["pain_vas", "das28_crp", "crp", "lactulose_mannitol_ratio"],
    "rules": [{"id": "rescue", "when": "das28_crp > 5.1", "events": ["prednisolone 10 mg po qd for 28 days"], "from_week": 12}],
    "harms": [{"id": "gut", "title": "Calprotectin of 250 or more", "when": "calprotectin >= 250"}],
    "endpoints": [{"id": "pain24", "title": "Pain at week 24", "kind": "change", "measure": "pain_vas", "week": 24, "lower_is_better": True},
                  {"id": "acr20", "title": "ACR20 at week 24", "kind": "response", "criterion": "acr20", "week": 24}],
    "estimands": [{"id": "both_calm", "title": "Adding gut repair to anti-TNF", "endpoint": "pain24", "contrast": ["both", "calm"],
                   "strategy": "treatment policy", "method": "ancova"}],
    "primary": "both_calm", "size": {"alpha": 0.05, "power": 0.9, "grid": [50, 100, 200, 400, 800]},
}


def interval(value, half, **more):
    return {"value": value, "lo": value - half, "hi": value + half, **more}


def made_up(n=240, seed=3):
    """The results as plain data; *n* persons randomised to four arms."""
    chance = np.random.default_rng(seed)
    each = n // 4
    return {
        "schema": "zonula/trial-results/1", "protocol": {"id": "made_up", "title": SAID["title"]}, "n": n, "arms": dict.fromkeys(ARMS, each),
        "flow": {"screened": 3 * n, "excluded": {"das28_crp >= 3.2": n + 40, "could not be a healthy person": n - 45}, "unfilled": 5, "randomised": n,
                 "arms": {arm: {"randomised": each, "failed": {}, "dropped": {"lost to follow-up": 4, "no effect": k}, "rescued": 9 - 2 * k, "stopped": 0,
                                "finished": each - 4 - k, "analysed": each - 4 - k} for k, arm in enumerate(ARMS)}},
        "primary": "both_calm",
        "estimands": [_estimand("both_calm", "Adding gut repair to anti-TNF", ["both", "calm"], (-5.0, 6.1), chance),
                      _estimand("both_repair", "Adding anti-TNF to gut repair", ["both", "repair"], (-13.0, 6.0), chance),
                      _estimand("more", "More than the sum of the two", ["repair", "calm", "both", "neither"], (1.0, 8.6), chance)],
        "responders": [{"endpoint": "acr20", "title": "ACR20", "week": 24, "arms": {
            arm: interval(p, 1.96 * sqrt(p * (1 - p) / each), n=each, events=round(p * each))
            for arm, p in zip(ARMS, (0.22, 0.34, 0.55, 0.63), strict=True)}}],
        "events": [_events(n)], "harms": [{"id": "gut", "title": "Calprotectin of 250 or more, new", "arms": {
            arm: interval(p, 0.08, n=each, events=round(p * each)) for arm, p in zip(ARMS, (0.2, 0.09, 0.16, 0.1), strict=True)},
            "differences": [{"arms": ["both", "neither"], **interval(-0.1, 0.13)}]}],
        "subgroups": [{"id": "b27", "title": "HLA-B27", "estimand": "both_calm", "interaction_p": 0.41, "levels": [
            {"name": "with", "n": 19, **interval(-9.0, 14)}, {"name": "without", "n": n // 2 - 19, **interval(-4.6, 6.5)}]},
            {"id": "ill", "title": "Calprotectin on day 0", "estimand": "both_calm", "interaction_p": 0.03, "levels": [
                {"name": "250 or more", "n": 44, **interval(-12.0, 9)}, {"name": "below 250", "n": n // 2 - 44, **interval(-1.0, 7.0)}]}],
        "benefit": _benefit(chance),
        "power": {"estimand": "both_calm", "alpha": 0.05, "wanted": 0.9, "needed": 610, "needed_assurance": None, "needed_formula": 560, "curve": [
            {"n": m, "power": p, "lo": p - 0.03, "hi": min(1.0, p + 0.03), "assurance": 0.1 + 0.62 * p, "formula": min(1.0, 1.02 * p)}
            for m, p in ((50, 0.12), (100, 0.24), (200, 0.46), (400, 0.76), (800, 0.96))]},
        "interim": {"spending": "obrien-fleming", "looks": [{"share": 0.5, "n": n // 2, "z": -1.2, "bound": 2.96, "stops": False, "estimate": -4.2},
                                                            {"share": 1.0, "n": n, "z": -1.61, "bound": 1.97, "stops": False, "estimate": -5.0}]},
    }


def _estimand(name, title, arms, found, chance):
    (value, half), n = found, 240
    members = chance.normal(value, 3.0, 24)
    q = np.quantile(members, [0.05, 0.25, 0.5, 0.75, 0.95]).tolist()
    return {
        "id": name, "title": title, "endpoint": "pain24", "kind": "change", "unit": "mm", "arms": arms, "strategy": "treatment policy",
        "method": "ancova", "measure": "difference" if len(arms) == 2 else "interaction", "null": 0, "lower_is_better": True,
        "n": dict.fromkeys(arms, n // 4 - 5), "means": {arm: interval(EFFECT[arm], 4.0) for arm in arms},
        "randomised": interval(value, half, p=0.107, se=half / 1.96), "twins": interval(value + 0.4, 0.9, n=n), "truth": value + 0.4,
        "unknown": dict(zip(("p05", "p25", "median", "p75", "p95"), q, strict=True)) | {
            "between_share": 0.3, "members": members.tolist(), "by_variant": {"standard": {"median": value, "n": 16}, "no_primed": {"median": 0.4, "n": 8}}}}


def _events(n):
    days = np.linspace(0, 336, 13)
    arms = {}
    for arm, rate in zip(ARMS, (0.6, 0.45, 0.3, 0.2), strict=True):
        free = np.exp(-rate * days / 365)
        arms[arm] = {"day": days.tolist(), "free": free.tolist(), "lo": (free - 0.08).tolist(), "hi": np.minimum(1.0, free + 0.08).tolist(),
                     "at_risk": [[float(d), int(n / 4 * f)] for d, f in zip(days[::3], free[::3], strict=True)], "events": round(n / 4 * (1 - free[-1])), "n": n // 4}
    return {"endpoint": "flare", "title": "Time to a flare", "arms": arms, "hazard_ratio": interval(0.5, 0.2, p=0.02), "log_rank_p": 0.02}


def _benefit(chance):
    each = chance.normal(5.0, 7.0, 960)
    counts, edges = np.histogram(each, bins=40)
    return {"estimand": "both_calm", "endpoint": "pain24", "mcid": 10.0, "unit": "mm", "n": 960, "share_benefit": float(np.mean(each >= 10)),
            "share_harm": float(np.mean(each <= -10)), "histogram": {"edges": edges.tolist(), "counts": counts.tolist()},
            "quantiles": dict(zip(("p05", "p25", "p50", "p75", "p95"), np.quantile(each, [0.05, 0.25, 0.5, 0.75, 0.95]).tolist(), strict=True)),
            "predictors": [{"name": name, "correlation": r, "lo": r - 0.06, "hi": r + 0.06} for name, r in
                           (("calprotectin", 0.46), ("lactulose_mannitol_ratio", 0.33), ("pain_vas", 0.12), ("crp", 0.05), ("age", -0.02))]}
