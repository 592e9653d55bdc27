"""Mesenteric lymph nodes: bacteria that invade the gut wall are carried there, and the blood notices.

Phagocytes of nodes and liver that hold live bacteria release IL-6 and TNF into the blood, which is how an invasive infection of the
gut raises fever and CRP while endotoxin in plasma does not rise.  Some of them keep debris for weeks and carry it to joints.
"""

from zonula.language import Organ, gain, hill, loss, parameter, readout, reads, signal, state


class MesentericNodes(Organ):
    """Invading bacteria on their way through lymph nodes."""

    # Hears
    invaded = reads("wall.invaded", "CFU/day")
    immunity = reads("pathogen.immunity", "1")
    antibiotic_killing = reads("pathogen.antibiotic_killing", "1/day")

    # Needs (values and evidence: evidence/mesenteric_nodes.toml)
    share_carried = parameter("1", "share of invading bacteria that phagocytes carry to nodes and liver")
    k_killing = parameter("1/day", "killing of bacteria in nodes")
    EC50_response = parameter("CFU", "bacteria in nodes for half of the response")
    k_loading = parameter("1/day", "loading of circulating phagocytes with debris at full response")
    k_unloading = parameter("1/day", "loss of debris from circulating phagocytes")

    # Remembers
    bacteria = state("CFU", "live bacteria in nodes and liver", start=0.0)
    carriers = state("1", "circulating phagocytes that carry bacterial debris, 1 all", start=0.0, within=(0.0, 1.0))

    # Happens
    response = signal("1", "response of phagocytes to live bacteria, 0 none, 1 full", hill(bacteria, EC50_response))
    specific_response = signal("1", "T cells that answer to the pathogen, 0 none, 1 full", response * immunity)
    carriage = gain(bacteria, share_carried * invaded)
    killing = loss(bacteria, k_killing * bacteria)
    treatment = loss(bacteria, antibiotic_killing * bacteria)
    loading = gain(carriers, k_loading * response * (1 - carriers), source="Granfors1998")
    unloading = loss(carriers, k_unloading * carriers, source="Granfors1998")

    # Shows
    node_response = readout("1", response, "response of lymph nodes to invading bacteria, from 0 to 1")
