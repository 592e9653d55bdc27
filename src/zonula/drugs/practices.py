"""Diets, supplements and habits, and what harms the gut: which dials each moves, and how far at full adherence.

A dial that several move at once is shared as the reader of plans says (factors are multiplied, shares are combined).
"""

from __future__ import annotations

from zonula.drugs.entry import Practice

SUPPLEMENTS = (
    # 1 g of sodium butyrate holds 9.1 mmol; into 0.4 L of contents of the colon, a third of which arrives: 7.5 mmol/L a day
    Practice(name="butyrate", doc="sodium butyrate in coated tablets", aliases=("sodium butyrate",), exposures={"diet.butyrate": 30.0},
             usual=(4.0, "g"), source="Roda2007"),
    Practice(name="fibre", doc="fibre that microbes can ferment, on top of the diet", aliases=("fiber", "prebiotic fibre"),
             exposures={"diet.fibre": 2.0},
             usual=(30.0, "g"), source="Cummings1987"),
    Practice(name="glutamine", doc="the amino acid that the wall lives on", aliases=("L-glutamine",), exposures={"diet.glutamine": 0.3},
             usual=(15.0, "g"), source="Zhou2019"),
    Practice(name="zinc carnosine", doc="a chelate that protects the wall from NSAIDs", exposures={"supplements.zinc_carnosine": 1.0},
             usual=(75.0, "mg"),
             source="Mahmood2007"),
    Practice(name="vitamin D", doc="vitamin D on top of the diet (2000 IU are 50 ug)", exposures={"supplements.vitamin_d_tablets": 1.0},
             usual=(50.0, "ug"),
             source="Hahn2022"),
    Practice(name="omega-3", doc="marine omega-3 fatty acids", aliases=("fish oil", "EPA and DHA"), exposures={"supplements.omega3": 1.0},
             usual=(2.7, "g"),
             ceiling=1.5, source="Senftleber2017"),
    Practice(name="probiotics", doc="lactobacilli and others, daily", aliases=("probiotic",), exposures={"supplements.lactobacilli": 1.0},
             source="Sanchez2022"),
    Practice(name="curcumin", doc="extract of turmeric", aliases=("turmeric",), exposures={"supplements.curcumin": 1.0}, usual=(1.0, "g"),
             source="Fan2026"),
    Practice(name="collagen", doc="collagen by mouth", exposures={"supplements.collagen": 1.0}, usual=(10.0, "g"), source="CollagenReview2022"),
)
DIETS = (
    Practice(name="gluten-free diet", doc="no gluten", exposures={"diet.gluten": 0.0}, source="AvinentCalpe2022"),
    Practice(name="low-gluten diet", doc="a fifth of the usual gluten", exposures={"diet.gluten": 0.2}, source="AvinentCalpe2022"),
    Practice(name="elimination diet", doc="no gluten, and less of other proteins that people react to", aliases=("exclusion diet",),
             exposures={"diet.gluten": 0.0, "diet.food_protein": 0.4}, source="Guagnano2021"),
    Practice(name="Mediterranean diet", doc="vegetables, fish and oil", aliases=("anti-inflammatory diet",),
             exposures={"habits.mediterranean": 1.0, "diet.fibre": 1.3}, source="Schonenberger2021"),
)
HABITS = (
    Practice(name="exercise", doc="regular exercise, twice a week or more", aliases=("training",), exposures={"habits.exercise": 1.0},
             source="Ye2022"),
    Practice(name="weight loss", doc="loss of 5 to 10 % of the weight of an overweight person", exposures={"habits.slimming": 1.0},
             source="Christensen2007"),
    Practice(name="stress reduction", doc="cognitive behavioural therapy or alike", aliases=("CBT", "cognitive behavioural therapy"),
             exposures={"habits.coping": 1.0}, source="Knittle2010"),
    Practice(name="poor sleep", doc="disturbed sleep, as in insomnia", aliases=("insomnia",), exposures={"habits.poor_sleep": 1.0},
             source="Irwin2016"),
    Practice(name="context of treatment", doc="being treated, as in the placebo arm of a trial", aliases=("placebo",),
             exposures={"pain.treatment_context": 1.0}, source="Bjornsson2011"),
)
INSULTS = (
    Practice(name="alcohol binge", doc="drinking until drunk; stopping is where the sentence ends", aliases=("binge drinking",),
             exposures={"diet.alcohol": 1.0},
             source="Bala2014"),
    Practice(name="heavy drinking", doc="lasting heavy drinking; stopping is where the sentence ends",
             exposures={"diet.alcohol": 0.5, "portal.liver_function": 0.7}, source="Parlesak2000"),
    Practice(name="malnutrition", doc="half the nutrients the gut needs", exposures={"diet.nutrition": 0.5, "diet.fibre": 0.5}, source="Jiang2003"),
    Practice(name="broad antibiotics", doc="antibiotics that kill most commensals", aliases=("antibiotics",),
             exposures={"antibiotic.kill_commensals": 4.0, "antibiotic.kill_pathogens": 4.0, "antibiotic.kill_in_joints": 4.0},
             source="CiproFlora1986"),
    Practice(name="psychological stress", doc="severe lasting stress", exposures={"adrenal.stress": 1.0}, source="Vanuytsel2014"),
    Practice(name="exercise in the heat", doc="running at 35 C; say for how many hours (2 h in trials)",
             exposures={"epithelium.erosive_irritant": 0.2, "adrenal.stress": 2.5, "portal.liver_function": 0.7}, source="Snipe2018"),
    Practice(name="heavy exercise", doc="running at 22 C; say for how many hours (2 h in trials)",
             exposures={"epithelium.erosive_irritant": 0.06, "adrenal.stress": 0.8, "portal.liver_function": 0.7}, source="Snipe2018"),
)
PRACTICES = (*SUPPLEMENTS, *DIETS, *HABITS, *INSULTS)
