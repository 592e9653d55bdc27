"""Tolerance: how immunity against joints is primed in the gut, and the antibodies that follow.

Food antigen in excess of health, genetic risk and inflammation slowly break tolerance to joint antigens; an inflamed joint
spreads the response.  T cells primed in the inflamed gut circulate and can home to joints.
"""

from zonula.language import Organ, gain, healthy, hill, loss, parameter, readout, reads, rectified, signal, state


class Tolerance(Organ):
    """Adaptive immunity that concerns the joint."""

    # Hears
    antigen = reads("portal.antigen", "1", road="primed")
    th1 = reads("gut_lymphocytes.th1", "10^9*cell", road="gut_to_blood")
    th17 = reads("gut_lymphocytes.th17", "10^9*cell", road="gut_to_blood")
    specific_response = reads("mesenteric_nodes.specific_response", "1", road="gut_to_blood")
    affected = reads("segments.affected", "1")
    il6 = reads("cytokines.il6", "pg/mL", at="plasma")
    macrophages = reads("joint.macrophages", "1")
    genetic_risk = reads("body.genetic_risk", "1")

    # Needs (values and evidence: evidence/tolerance.toml)
    k_priming = parameter("1/day", "loss of tolerance per fold of excess antigen, at usual genetic risk")
    gain_il6 = parameter("1", "largest help of inflammation in the blood to priming")
    EC50_il6 = parameter("pg/mL", "IL-6 above health for half of that help")
    k_spreading = parameter("1/day", "spreading of the response in an inflamed joint")
    half_risk = parameter("1", "genetic risk for half of that spreading")
    half_macrophages = parameter("1", "synovial macrophages above health, in folds of it, for half of that spreading")
    k_return = parameter("1/day", "spontaneous return of tolerance")
    antibody_at_rest = parameter("U/mL", "autoantibody of a healthy person")
    antibody_maximum = parameter("U/mL", "rise of autoantibody at full loss of tolerance")
    k_antibody = parameter("1/day", "turnover of antibody")
    weight_th17 = parameter("1", "weight of Th17 cells, against Th1 cells, in the release of joint-homing T cells")
    gain_infection = parameter("1", "release of gut-primed T cells at full response to an invading pathogen, in folds of health")
    k_primed = parameter("1/day", "turnover of gut-primed T cells in the circulation")
    smoothing = parameter("1", "width over which an excess of antigen sets in")
    smoothing_il6 = parameter("pg/mL", "width over which IL-6 above health sets in")

    # Remembers
    tolerance_loss = state("1", "loss of tolerance to joint antigens", start=0.0, within=(0.0, 1.0))
    autoantibody = state("U/mL", "autoantibody against joint antigens (as ACPA)", start=2.0)
    primed_t_cells = state("1", "gut-primed T cells in the circulation, in folds of health", start=1.0)

    # Happens
    antigen_excess = rectified(antigen - healthy(antigen), smoothing)
    help_of_inflammation = 1 + gain_il6 * hill(rectified(il6 - healthy(il6), smoothing_il6), EC50_il6)
    release = signal("1", "release of gut-primed T cells above health, in folds of it",
                     affected * (weight_th17 * th17 / healthy(th17) + (1 - weight_th17) * th1 / healthy(th1) - 1)
                     + gain_infection * specific_response)
    priming = gain(tolerance_loss, k_priming * genetic_risk * antigen_excess * help_of_inflammation * (1 - tolerance_loss))
    spreading = gain(tolerance_loss, k_spreading * hill(genetic_risk, half_risk, 2) * tolerance_loss * (1 - tolerance_loss)
                     * hill(macrophages - 1, half_macrophages))
    recovery = loss(tolerance_loss, k_return * tolerance_loss)
    antibody_production = gain(autoantibody, k_antibody * (antibody_at_rest + antibody_maximum * tolerance_loss))
    antibody_loss = loss(autoantibody, k_antibody * autoantibody)
    t_cell_release = gain(primed_t_cells, k_primed * (1 + release))
    t_cell_loss = loss(primed_t_cells, k_primed * primed_t_cells)

    # Shows
    antibody = readout("U/mL", autoantibody, "autoantibody against joint antigens (as ACPA)", called="autoantibody")
    gut_primed = readout("1", primed_t_cells, "gut-primed T cells in the circulation, in folds of health")
