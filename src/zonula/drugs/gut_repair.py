"""What is meant to mend the gut wall: sealers of tight junctions, growth factors, mucus, protection from NSAIDs.

Each has a dial from 0 (none) to 1 (the dose of its trials, or full strength where there is none).
"""

from zonula.language import Drug, blocks, boosts, exposure, parameter, reads, scales, shifts


class Sealer(Drug):
    """A sealer of tight junctions that acts like larazotide: on junctions alone, never on eroded holes."""

    # Hears
    sealer = exposure("1", "a sealer like larazotide, 1 at its best dose", neutral=0.0, within=(0.0, 1.0))

    # Needs (values and evidence: evidence/sealer.toml)
    share_zonulin = parameter("1", "share of the opening by zonulin that it prevents")
    share_inflammation = parameter("1", "share of the opening by cytokines that it prevents")

    # Happens
    on_zonulin = scales("junctions.zonulin_opening", by=-(share_zonulin * sealer))
    on_inflammation = scales("junctions.mlck_opening", by=-(share_inflammation * sealer))


class MlckInhibitor(Drug):
    """An inhibitor of MLCK in the gut wall; there is none for people."""

    # Hears
    mlck_inhibition = exposure("1", "inhibition of MLCK in the gut wall, 1 complete", neutral=0.0, within=(0.0, 1.0))

    # Happens
    on_slow_leak = scales("junctions.mlck_opening", by=-mlck_inhibition)
    on_fast_leak = blocks("junctions.fast_opening", by=mlck_inhibition)


class GrowthFactor(Drug):
    """A growth factor of the gut wall, such as teduglutide."""

    # Hears
    growth_factor = exposure("1", "a growth factor of the gut wall, 1 doubles restitution", neutral=0.0, within=(0.0, 2.0))
    cells = reads("epithelium.cells", "1")

    # Needs (values and evidence: evidence/growth_factor.toml)
    cells_maximum = parameter("1", "epithelial cells that it can bring about, in folds of health")

    # Happens
    on_production = shifts("epithelium.proliferation_drive", by=growth_factor * (cells_maximum - cells))
    on_restitution = boosts("epithelium.restitution", by=growth_factor)
    on_deep_healing = boosts("epithelium.deep_healing", by=growth_factor)


class MucusSupport(Drug):
    """Whatever makes goblet cells secrete more mucus."""

    # Hears
    mucus_support = exposure("1", "support of mucus, 1 doubles its secretion", neutral=0.0, within=(0.0, 2.0))

    # Happens
    on_secretion = boosts("mucus.secretion", by=mucus_support)
