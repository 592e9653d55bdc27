"""Body: what is known of the person and counts for the others."""

from zonula.language import Organ, covariate, parameter


class Body(Organ):
    """The person's size, and the plasma that goes with it."""

    # Needs (values and evidence: evidence/body.toml)
    weight = covariate("kg", "body weight")
    plasma_per_weight = parameter("L/kg", "plasma volume per body weight")
