"""Each mend of the body's mechanisms, and the values of its parameters at which it does nothing.

With them all, and the values before the corrections of CORRECTIONS, the equations are those of the prototype that the whole body was
ported from: ``PROTOTYPE``.  One mend alone is undone by ``NEUTRAL[its name]``, with everything else as it is now.
"""

from __future__ import annotations

_NONE = 1e-12  # as good as nothing, where a parameter must be above 0

# mend -> parameter -> value, in the unit that the organ declares
NEUTRAL: dict[str, dict[str, float]] = {
    "infection to blood": {"cytokines.k_il6_nodes": 0.0, "cytokines.k_tnf_nodes": 0.0},
    "neutrophils in infection": {"mucosa.gain_alarm": 0.0},
    "reactive arthritis": {"joint.gain_carriers": 0.0, "tolerance.gain_infection": 0.0},
    # carriers recognize fully, others not at all; debris of any origin stays longer in carriers
    "HLA-B27": {"joint.recognition_bacterial": _NONE, "joint.b27_recognition": 1 / _NONE, "joint.b27_persistence_debris": 2.0},
    "leak by size": {"wall.share_wide": 0.0, "wall.share_narrow": 1.0, "wall.radius_leak": 5.5, "wall.conductance_leak": 0.00046,
                     "mucosa.weight_small": 15.0},
    "small erosions": {"wall.half_patency": _NONE, "wall.patency": 0.000178, "wall.patency_bacteria": 0.0105},
    "interferon": {"epithelium.gain_brake_ifn": 1.0},
    "lasting leak": {"junctions.gain_memory": 0.0},
    "extent": {"segments.k_extent": _NONE},
    "adaptation to NSAIDs": {"epithelium.adaptation_maximum": 0.0},
    "antibodies against a drug": {"adalimumab.gain_clearance": 0.0},
    "no bacterium, no growth": {"joint.foothold": _NONE},
    "sealer": {"sealer.share_zonulin": 1.0, "sealer.share_inflammation": 0.0},
}
# corrections of single values by an audit of their sources, or by trials (methotrexate): what they were before
CORRECTIONS: dict[str, float] = {
    "lumen.enterobacteria_at_rest": 1e8, "mucosa.neutrophil_influx": 0.05, "mucosa.kill_neutrophils": 4.0,
    "joint_structure.k_resolution": 0.083333333, "tolerance.k_return": 0.0002739726, "tocilizumab.EC50_tissue": 1.8,
    "naproxen.k_absorption": 96.0, "naproxen.inhibition_maximum": 0.92, "gut_lymphocytes.k_th1": 0.06, "gut_lymphocytes.k_th17": 0.08,
    "adalimumab.EC50_joint": 3.6, "prednisolone.clearance": 216.0, "prednisolone.volume": 45.0, "methotrexate.inhibition_maximum": 0.6,
}
# a count of Enterobacteriaceae corrected downwards needs as much more of each hole: the product is what lets bacteria pass
_WITH_THE_OLD_COUNT = {"wall.patency_bacteria": 0.00136}
PROTOTYPE: dict[str, float] = {path: value for mend in NEUTRAL.values() for path, value in mend.items()} | CORRECTIONS | _WITH_THE_OLD_COUNT
