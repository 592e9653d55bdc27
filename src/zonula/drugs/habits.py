"""How a person lives: diet as a whole, exercise, body weight, sleep, and what is learned against stress and pain.

Each has a dial from 0 (as before) to 1 (as in its trials).  What sets in over weeks has a state, which fades when the habit is given up.
Effects are those on top of the context of being treated, which is a dial of its own (pain.treatment_context).
"""

from zonula.language import Drug, blocks, exposure, gain, healthy, larger, loss, parameter, reads, scales, shifts, state


class Habits(Drug):
    """A Mediterranean diet, exercise, loss of weight, coping with stress, and poor sleep."""

    # Hears
    mediterranean = exposure("1", "Mediterranean diet, 1 as in trials", neutral=0.0, within=(0.0, 1.0))
    exercise = exposure("1", "regular exercise, 1 as in trials (twice a week or more)", neutral=0.0, within=(0.0, 1.0))
    slimming = exposure("1", "loss of weight of an overweight person, 1 as in trials (5 to 10 %)", neutral=0.0, within=(0.0, 1.0))
    coping = exposure("1", "training against stress and pain (cognitive behavioural therapy), 1 as in trials", neutral=0.0, within=(0.0, 1.0))
    poor_sleep = exposure("1", "disturbed sleep, 1 as in insomnia", neutral=0.0, within=(0.0, 1.0))
    openings = reads("wall.small_products", "1/cm")

    # Needs (values and evidence: evidence/habits.toml)
    k_diet = parameter("1/day", "onset and fading of the effects of a diet")
    diet_on_entry = parameter("1", "share of what leaks above health that the diet keeps out")
    diet_on_t_cells = parameter("1", "share of the release of gut-primed T cells that the diet prevents")
    diet_on_cytokines = parameter("1", "share of cytokine production that the diet takes away")
    diet_on_pge2 = parameter("1", "share of the synthesis of prostaglandin E2 that the diet takes away")
    k_fitness = parameter("1/day", "gain and loss of fitness")
    fitness_on_gain = parameter("1", "share of the central amplification of pain that fitness takes away")
    fitness_on_onset = parameter("1", "share of the onset of central sensitisation that fitness prevents")
    fitness_on_pain = parameter("1", "share of pain that fitness takes away by itself")
    fitness_on_mood = parameter("point", "fall of PHQ-9 by fitness")
    fitness_on_cytokines = parameter("1", "share of cytokine production that fitness takes away")
    k_weight = parameter("1/day", "loss and return of weight")
    weight_on_entry = parameter("1", "share of what leaks above health that loss of weight keeps out")
    weight_on_cytokines = parameter("1", "share of cytokine production that loss of weight takes away")
    k_coping = parameter("1/day", "learning and forgetting to cope")
    coping_on_gain = parameter("1", "share of the central amplification of pain that coping takes away")
    coping_on_onset = parameter("1", "share of the onset of central sensitisation that coping prevents")
    coping_on_pain = parameter("1", "share of pain that coping takes away by itself")
    coping_on_mood = parameter("point", "fall of PHQ-9 by coping")
    coping_on_entry = parameter("1", "share of what leaks above health that coping keeps out")
    sleep_on_cytokines = parameter("1", "rise of cytokine production in disturbed sleep")
    sleep_on_pain = parameter("1", "rise of pain after disturbed sleep")
    sleep_on_onset = parameter("1", "faster onset of central sensitisation in disturbed sleep")
    sleep_on_mood = parameter("point", "rise of PHQ-9 in disturbed sleep")

    # Remembers
    diet_adopted = state("1", "effect of the diet that has set in", start=0.0, within=(0.0, 1.0))
    fitness = state("1", "fitness that was gained", start=0.0, within=(0.0, 1.0))
    weight_lost = state("1", "weight that was lost", start=0.0, within=(0.0, 1.0))
    skill = state("1", "skill in coping that was learned", start=0.0, within=(0.0, 1.0))

    # Happens
    leaked = larger(openings - healthy(openings), 0) / larger(openings, healthy(openings))
    adopting = gain(diet_adopted, k_diet * mediterranean)
    lapsing = loss(diet_adopted, k_diet * diet_adopted)
    training = gain(fitness, k_fitness * exercise)
    detraining = loss(fitness, k_fitness * fitness)
    losing = gain(weight_lost, k_weight * slimming)
    regaining = loss(weight_lost, k_weight * weight_lost)
    learning = gain(skill, k_coping * coping)
    forgetting = loss(skill, k_coping * skill)
    diet_entry = scales("wall.lps", by=-(diet_on_entry * diet_adopted * leaked))
    diet_t_cells = scales("tolerance.release", by=-(diet_on_t_cells * diet_adopted))
    diet_cytokines = scales("cytokines.production", by=-(diet_on_cytokines * diet_adopted))
    diet_pge2 = blocks("joint_cytokines.pge2_synthesis", by=diet_on_pge2 * diet_adopted)
    fitness_gain = scales("pain.central_gain", by=-(fitness_on_gain * fitness))
    fitness_onset = scales("pain.central_onset_rate", by=-(fitness_on_onset * fitness))
    fitness_pain = scales("pain.intensity", by=-(fitness_on_pain * fitness))
    fitness_mood = shifts("mood.burden", by=-(fitness_on_mood * fitness))
    fitness_cytokines = scales("cytokines.production", by=-(fitness_on_cytokines * fitness))
    weight_entry = scales("wall.lps", by=-(weight_on_entry * weight_lost * leaked))
    weight_cytokines = scales("cytokines.production", by=-(weight_on_cytokines * weight_lost))
    coping_gain = scales("pain.central_gain", by=-(coping_on_gain * skill))
    coping_onset = scales("pain.central_onset_rate", by=-(coping_on_onset * skill))
    coping_pain = scales("pain.intensity", by=-(coping_on_pain * skill))
    coping_mood = shifts("mood.burden", by=-(coping_on_mood * skill))
    coping_entry = scales("wall.lps", by=-(coping_on_entry * skill * leaked))
    sleep_cytokines = scales("cytokines.production", by=sleep_on_cytokines * poor_sleep)
    sleep_pain = scales("pain.intensity", by=sleep_on_pain * poor_sleep)
    sleep_onset = scales("pain.central_onset_rate", by=sleep_on_onset * poor_sleep)
    sleep_mood = shifts("mood.burden", by=sleep_on_mood * poor_sleep)
