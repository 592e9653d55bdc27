"""People that drugs are tried on: a volunteer, a patient with arthritis and a healthy gut, and a person whose gut stays inflamed."""

from functools import lru_cache

import numpy as np

from tests.running import run

LOST = "tolerance.tolerance_loss 0.7 1 at day 0"  # tolerance to joint antigens; arthritis is established after two months
START = 60.0  # days, when treatment begins
AT_RISK = ("person.genetic_risk=20",)
SUSCEPTIBLE = (*AT_RISK, "parameters.mucosa.EC50_products=200")
INSULT = ("erosive_irritant 0.1 from day 4 to day 11", "opening_irritant 0.5 from day 4 to day 11", "repair_factor 0.7 from day 4 to day 30",
          "diet.nutrition 0.7 from day 4 to day 30", "diet.fibre 0.5 from day 4 to day 30", "erosive_irritant 0.075 from day 11 to day 30")


@lru_cache(maxsize=64)
def volunteer(*sentences, until=22.0, every="6 h"):
    return run(list(sentences), until=until, every=every)


@lru_cache(maxsize=64)
def patient(*sentences, until=START + 84, every="7 d"):
    """Who has lost tolerance to joint antigens and has a healthy gut."""
    return run([LOST, *sentences], *AT_RISK, until=until, every=every)


@lru_cache(maxsize=64)
def leaky(*sentences, until=START + 84, every="7 d"):
    """A susceptible person whose gut stays inflamed after an insult, and who has lost some tolerance."""
    return run([*INSULT, "tolerance.tolerance_loss 0.3 1 at day 30", *sentences], *SUSCEPTIBLE, until=until, every=every)


def at(result, readout, day):
    """A readout on a day."""
    return float(np.interp(day, result.times, result.readout(readout)))
