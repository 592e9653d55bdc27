"""Antibiotics: they kill pathogens, and commensals too."""

from zonula.language import Drug, exposure, shifts


class Antibiotic(Drug):
    """An antibiotic by its killing of commensals, of pathogens in gut and tissue, and of bacteria in joints."""

    # Hears
    kill_commensals = exposure("1/day", "killing of commensals", neutral=0.0, within=(0.0, 20.0))
    kill_pathogens = exposure("1/day", "killing of pathogens in the gut", neutral=0.0, within=(0.0, 20.0))
    kill_in_joints = exposure("1/day", "killing of bacteria in joints", neutral=0.0, within=(0.0, 20.0))

    # Happens
    on_commensals = shifts("lumen.antibiotic_killing", by=kill_commensals)
    on_pathogens = shifts("pathogen.antibiotic_killing", by=kill_pathogens)
    on_joints = shifts("joint.antibiotic_killing", by=kill_in_joints)
