"""Body: what is known of the person and counts for the others."""

from zonula.language import Organ, covariate, parameter, signal


class Body(Organ):
    """The person's size, the plasma that goes with it, and the genes that count for joints."""

    # Needs (values and evidence: evidence/body.toml)
    weight = covariate("kg", "body weight")
    hla_b27 = covariate("1", "HLA-B27, 0 not carried, 1 carried")
    genetic_risk = covariate("1", "genetic risk of autoimmunity against joints (shared epitope and others), 1 the usual risk")
    plasma_per_weight = parameter("mL/kg", "plasma volume per body weight")

    # Happens
    plasma_volume = signal("mL", "volume of plasma", plasma_per_weight * weight)
