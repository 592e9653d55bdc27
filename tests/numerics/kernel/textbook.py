"""Textbook problems: some with exact solutions, and the stiff ones that every solver is shown with (Hairer & Wanner; Mazzia & Magherini)."""

from dataclasses import dataclass

import numpy as np
from tests.numerics.kernel.small_kernels import Small, polynomial

# --- with exact solutions ---------------------------------------------------------------------------------
KAPS = polynomial("kaps", [(3.0, {0: 1}, {0: -1}), (1.0, {1: 2}, {0: 1, 1: -1}), (1.0, {0: 1}, {1: 1}), (1.0, {1: 1}, {1: -1})], 2)
KAPS_EXACT = lambda t: np.stack([np.exp(-2 * t), np.exp(-t)], axis=-1)

FORCED = Small("forced", ("-10.0 * (x[0] - zn_sin(t)) + zn_cos(t)", "x[1] * zn_cos(t)"), {(0, 0): "zn_splat(-10.0)", (1, 1): "zn_cos(t)"},
               ("10.0 * zn_cos(t) - zn_sin(t)", "-x[1] * zn_sin(t)"), readouts=("x[0] + t", "t"))
FORCED_EXACT = lambda t: np.stack([np.sin(t), np.exp(np.sin(t))], axis=-1)

TURNING = polynomial("turning", [(2.0, {1: 1}, {0: -1}), (2.0, {0: 1}, {1: 1}), (1.0, {2: 2}, {2: -1}), (1.0, {3: 1}, {3: 1}), (0.5, {3: 2}, {3: -1})], 4)
TURNING_EXACT = lambda t: np.stack([np.cos(2 * t), np.sin(2 * t), 1 / (1 + t), 2 / (1 + 3 * np.exp(-t))], axis=-1)

EXACT = {"kaps": (KAPS, KAPS_EXACT), "forced": (FORCED, FORCED_EXACT), "turning": (TURNING, TURNING_EXACT)}


# --- stiff, with reference solutions -----------------------------------------------------------------------
@dataclass(frozen=True)
class Stiff:
    """A stiff problem: where it starts, until when it runs, and its published solution there."""

    model: Small
    start: tuple[float, ...]
    end: float
    solution: tuple[float, ...]
    scale: tuple[float, ...]  # size below which a state's digits do not count
    first_step: float = 1e-6


ROBERTSON = Stiff(polynomial("robertson", [(0.04, {0: 1}, {0: -1, 1: 1}), (1e4, {1: 1, 2: 1}, {0: 1, 1: -1}), (3e7, {1: 2}, {1: -1, 2: 1})], 3),
                  (1.0, 0.0, 0.0), 1e11, (0.2083340149701255e-07, 0.8333360770334713e-13, 0.9999999791665050), (1e-7, 1e-13, 1.0))

HIRES = Stiff(polynomial("hires", [
    (1.71, {0: 1}, {0: -1, 1: 1}), (0.43, {1: 1}, {0: 1, 1: -1}), (8.32, {2: 1}, {0: 1, 2: -1}), (0.0007, {}, {0: 1}), (8.32, {1: 1}, {1: -1, 3: 1}),
    (1.71, {2: 1}, {2: -1, 3: 1}), (0.43, {3: 1}, {2: 1, 3: -1}), (0.035, {4: 1}, {2: 1, 4: -1}), (0.69, {3: 1}, {3: -1, 5: 1}),
    (1.71, {4: 1}, {4: -1, 5: 1}), (0.43, {5: 1}, {4: 1, 5: -1}), (0.43, {6: 1}, {4: 1}), (0.69, {6: 1}, {5: 1}),
    (280.0, {5: 1, 7: 1}, {5: -1, 6: 1, 7: -1}), (1.81, {6: 1}, {6: -1, 7: 1})], 8),
    (1.0, 0, 0, 0, 0, 0, 0, 0.0057), 321.8122,
    (0.7371312573325668e-3, 0.1442485726316185e-3, 0.5888729740967575e-4, 0.1175651343283149e-2,
     0.2386356198831331e-2, 0.6238968252742796e-2, 0.2849998395185769e-2, 0.2850001604814231e-2), (1e-4,) * 8)

OREGO = Stiff(polynomial("orego", [
    (77.27, {1: 1}, {0: 1}), (77.27, {0: 1}, {0: 1}), (77.27 * 8.375e-6, {0: 2}, {0: -1}), (77.27, {0: 1, 1: 1}, {0: -1}),
    (1 / 77.27, {2: 1}, {1: 1}), (1 / 77.27, {1: 1}, {1: -1}), (1 / 77.27, {0: 1, 1: 1}, {1: -1}), (0.161, {0: 1}, {2: 1}), (0.161, {2: 1}, {2: -1})], 3),
    (1.0, 2.0, 3.0), 360.0, (0.1000814870318523e1, 0.1228178521549917e4, 0.1320554942846706e3), (1.0, 1.0, 1.0))

# Without its second state, which is the sum of the other two: with all four rounding breaks that sum, on which all hangs in the end (the
# published values of the two that should then be equal, 0.88677e-22 and 0.88548e-22, differ). The solution: SciPy's Radau at 1e-12, of these three.
E5 = Stiff(polynomial("e5", [
    (7.89e-10, {0: 1}, {0: -1, 1: 1}), (1.1e7, {0: 1, 1: 1}, {0: -1, 1: -1, 2: 1}), (1.13e9, {1: 2}, {1: -1}), (1.13e9, {1: 1, 2: 1}, {1: -1}),
    (1.13e3, {2: 1}, {1: 1, 2: -1})], 3),
    (1.76e-3, 0.0, 0.0), 1e13, (0.0, 0.886123352e-22, 0.0), (1e-3, 1e-22, 1e-22))

VDPOL = Stiff(polynomial("vdpol", [(1.0, {1: 1}, {0: 1}), (1e6, {1: 1}, {1: 1}), (1e6, {0: 2, 1: 1}, {1: -1}), (1e6, {0: 1}, {1: -1})], 2),
              (2.0, 0.0), 2.0, (0.1706167732170483e1, -0.8928097010247975e0), (1.0, 1.0))

_K = (0.35, 0.266e2, 0.123e5, 0.86e-3, 0.82e-3, 0.15e5, 0.13e-3, 0.24e5, 0.165e5, 0.9e4, 0.22e-1, 0.12e5, 0.188e1, 0.163e5, 0.48e7, 0.35e-3,
      0.175e-1, 0.1e9, 0.444e12, 0.124e4, 0.21e1, 0.578e1, 0.474e-1, 0.178e4, 0.312e1)
_MADE = {1: "-1 -10 -14 -23 -24 +2 +3 +9 +11 +12 +22 +25", 2: "-2 -3 -9 -12 +1 +21", 3: "-15 +1 +17 +19 +22", 4: "-2 -16 -17 -23 +15",
         5: "-3 +4 +4 +6 +7 +13 +20", 6: "-6 -8 -14 -20 +3 +18 +18", 7: "-4 -5 -6 +13", 8: "+4 +5 +6 +7", 9: "-7 -8", 10: "-12 +7 +9", 11: "-9 -10 +8 +11",
         12: "+9", 13: "-11 +10", 14: "-13 +12", 15: "+14", 16: "-18 -19 +16", 17: "-20", 18: "+20", 19: "-21 -22 -24 +23 +25", 20: "-25 +24"}


def _pollution():
    """POLLU: 25 reactions of 20 species; the published text counts both from 1, and reaction 12 takes species 10."""
    species = [{s - 1: power for s, power in powers.items()} for powers in (
        {1: 1}, {2: 1, 4: 1}, {5: 1, 2: 1}, {7: 1}, {7: 1}, {7: 1, 6: 1}, {9: 1}, {9: 1, 6: 1}, {11: 1, 2: 1}, {11: 1, 1: 1}, {13: 1}, {10: 1, 2: 1}, {14: 1},
        {1: 1, 6: 1}, {3: 1}, {4: 1}, {4: 1}, {16: 1}, {16: 1}, {17: 1, 6: 1}, {19: 1}, {19: 1}, {1: 1, 4: 1}, {19: 1, 1: 1}, {20: 1})]
    changes = [{} for _ in _K]
    for state, text in _MADE.items():
        for word in text.split():
            change = changes[abs(int(word)) - 1]
            change[state - 1] = change.get(state - 1, 0) + (1 if word[0] == "+" else -1)
    return polynomial("pollu", list(zip(_K, species, changes, strict=True)), 20)


_START = dict.fromkeys(range(20), 0.0) | {1: 0.2, 3: 0.04, 6: 0.1, 7: 0.3, 8: 0.01, 16: 0.007}
POLLU = Stiff(_pollution(), tuple(_START.values()), 60.0, (
    0.5646255480022769e-1, 0.1342484130422339, 0.4139734331099427e-8, 0.5523140207484359e-2, 0.2018977262302196e-6, 0.1464541863493966e-6,
    0.7784249118997964e-1, 0.3245075353396018, 0.7494013383880406e-2, 0.1622293157301561e-7, 0.1135863833257075e-7, 0.2230505975721359e-2,
    0.2087162882798630e-3, 0.1396921016840158e-4, 0.8964884856898295e-2, 0.4352846369330103e-17, 0.6899219696263405e-2, 0.1007803037365946e-3,
    0.1772146513969984e-5, 0.5682943292316392e-4), tuple(max(1e-3 * v, 1e-20) for v in (
        0.056, 0.134, 4e-9, 5.5e-3, 2e-7, 1.5e-7, 0.078, 0.32, 7.5e-3, 1.6e-8, 1.1e-8, 2.2e-3, 2e-4, 1.4e-5, 9e-3, 4e-18, 6.9e-3, 1e-4, 1.8e-6, 5.7e-5)))

STIFF = {"robertson": ROBERTSON, "hires": HIRES, "orego": OREGO, "e5": E5, "vdpol": VDPOL, "pollu": POLLU}
