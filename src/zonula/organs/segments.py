"""Segments: how much of the gut shares the state that the organs of the wall describe; the rest is healthy.

An insult strikes all of the gut.  What follows does not stay everywhere: the stretches of a gut differ in how much of its products
they bear.  When the drive that an inflamed wall has of itself no longer suffices for the hardiest stretches, these heal, and the
illness withdraws to those that are more susceptible.  Susceptibilities are taken as evenly spread between the most susceptible stretch and
one as far above the mean; then the share that a given drive keeps ill, and the mean susceptibility within it, are straight lines.
The bacteria of the lumen are described as they are beside the stretches that are affected.
"""

from zonula.language import Organ, gain, hill, larger, loss, parameter, readout, reads, rectified, signal, smaller, state


class Segments(Organ):
    """The extent of an illness of the gut."""

    # Hears
    drive = reads("mucosa.drive", "pg{LAL}/mL")
    EC50_products = reads("mucosa.EC50_products", "pg{LAL}/mL")
    inflammation = reads("epithelium.inflammation", "1")

    # Needs (values and evidence: evidence/segments.toml)
    lowest = parameter("1", "susceptibility threshold of the most susceptible stretch, relative to the mean")
    sustaining = parameter("1", "microbial drive that just keeps a stretch ill, relative to its threshold")
    k_extent = parameter("1/day", "healing of the wall of a stretch, and its falling ill")
    EC50_inflammation = parameter("1", "inflammation from which on extents differ")
    smoothing = parameter("1", "width over which the first stretch falls ill")

    # Remembers
    healed = state("1", "share of the gut that has healed while the rest stays ill", start=0.0, within=(0.0, 1.0))

    # Happens
    affected = signal("1", "share of the gut that is in the state described", larger(1 - healed, 0))
    borne = rectified(drive / (sustaining * EC50_products) - lowest, smoothing)
    kept_ill = signal("1", "share of the gut that this drive keeps ill", smaller(borne / (2 * (1 - lowest)), 1))
    inflamed = hill(inflammation, EC50_inflammation, 8)  # nearly a switch: a wall that is merely irritated is irritated everywhere
    threshold = signal("1", "mean threshold of the stretches that are affected, relative to that of all", lowest + (1 - lowest) * affected)
    healing = gain(healed, k_extent * inflamed * (1 - kept_ill))
    return_to_all = loss(healed, k_extent * healed)

    # Shows
    extent = readout("1", affected * inflamed, "share of the gut that is inflamed", called="inflamed_extent")
