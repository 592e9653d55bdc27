"""Diet: what the person eats and drinks, as far as the gut answers to it.

All are dials of the schedule: 1 is the usual diet of a healthy adult (0 for what is added to it).
"""

from zonula.language import Organ, exposure


class Diet(Organ):
    """Fibre, protein, nutrients and alcohol that reach the gut."""

    # Hears
    fibre = exposure("1", "fibre that microbes can ferment, 1 the usual diet", neutral=1.0, within=(0.0, 4.0))
    food_protein = exposure("1", "protein that escapes digestion and can prime immunity, 1 the usual diet", neutral=1.0, within=(0.0, 5.0))
    gluten = exposure("1", "gluten, 1 the usual diet, 0 none", neutral=1.0, within=(0.0, 3.0))
    nutrition = exposure("1", "supply of nutrients, above all glutamine, 1 a full diet", neutral=1.0, within=(0.0, 3.0))
    glutamine = exposure("1", "glutamine on top of the diet, 1 as much again as the diet brings", neutral=0.0, within=(0.0, 5.0))
    zinc = exposure("1", "zinc status, 1 replete", neutral=1.0, within=(0.0, 3.0))
    vitamin_d = exposure("1", "vitamin D status, 1 replete", neutral=1.0, within=(0.0, 3.0))
    fat = exposure("1", "fat of the meals, which carries endotoxin through cells, 1 the usual diet", neutral=1.0, within=(0.0, 5.0))
    alcohol = exposure("1", "alcohol, 1 a binge", neutral=0.0, within=(0.0, 2.0))
    butyrate = exposure("mmol/(L*day)", "butyrate that is swallowed and reaches the colon", neutral=0.0, within=(0.0, 500.0))
    probiotics = exposure("1/day", "butyrate producers that are swallowed, as a share of the normal number per day", neutral=0.0, within=(0.0, 1.0))
