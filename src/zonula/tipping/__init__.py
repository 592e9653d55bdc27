"""The vicious circle: how strong it is, how near a person is to tipping, whether there is a second state, and the way back."""

from zonula.tipping.comeback import Comeback, comeback
from zonula.tipping.distance import Distance, distance
from zonula.tipping.hysteresis import Hysteresis, hysteresis
from zonula.tipping.judge import CRITERIA, Criteria, Limit
from zonula.tipping.loops import Loops, loops, loops_at, loops_over_time
from zonula.tipping.person import Person, rest_near
from zonula.tipping.scaling import Insult
from zonula.tipping.study import Asked, Study, study
from zonula.tipping.tipping_map import TippingMap, tipping_map

__all__ = ["CRITERIA", "Asked", "Comeback", "Criteria", "Distance", "Hysteresis", "Insult", "Limit", "Loops", "Person", "Study", "TippingMap",
           "comeback", "distance", "hysteresis", "loops", "loops_at", "loops_over_time", "rest_near", "study", "tipping_map"]
