"""Names of ADaM's variables and parameters, as CDISC writes them: names up to 8 characters, labels up to 40.

What CDISC has no name for (the seed, the counterfactual twin, the value without error, the road) has one of ours.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping

from zonula.trials.adam_harms import LABELS as ADAE
from zonula.trials.adam_harms import TITLE as ADAE_TITLE

LABELS: dict[str, dict[str, str]] = {
    "adsl": {
        "STUDYID": "Study Identifier", "USUBJID": "Unique Subject Identifier", "SUBJID": "Subject Identifier for the Study",
        "SITEID": "Study Site Identifier",
        "AGE": "Age", "AGEU": "Age Units", "SEX": "Sex", "BMIBL": "Baseline Body Mass Index (kg/m2)", "HEIGHTBL": "Baseline Height (cm)",
        "WEIGHTBL": "Baseline Weight (kg)", "HLAB27FL": "HLA-B27 Flag", "SMOKFL": "Smoker Flag", "ARM": "Description of Planned Arm",
        "ACTARM": "Description of Actual Arm", "TRT01P": "Planned Treatment for Period 01", "TRT01A": "Actual Treatment for Period 01",
        "TRTSDY": "Study Day of First Treatment", "TRTEDY": "Study Day of Last Treatment", "RANDFL": "Randomized to This Arm Flag",
        "SAFFL": "Safety Population Flag", "ITTFL": "Intent-To-Treat Population Flag", "PPROTFL": "Per-Protocol Population Flag",
        "EOSSTT": "End of Study Status", "DCSREAS": "Reason for Discontinuation from Study", "STRATAR": "Strata Used for Randomization",
        "RESCUE": "Rescue Rule Applied", "RESCDY": "Study Day of Rescue", "ADHERNC": "Share of Planned Doses Taken",
        "MEMBER": "Typical Person (Member)",
        "VARIANT": "Structural Variant of the Model", "TWINID": "Counterfactual Twins (Same Person)", "WEIGHT": "Weight of the Person",
        "SIMSEED": "Seed of the Simulation", "SIMVER": "Version of the Simulator"},
    "bds": {
        "STUDYID": "Study Identifier", "USUBJID": "Unique Subject Identifier", "TRTP": "Planned Treatment", "PARAMCD": "Parameter Code",
        "PARAM": "Parameter",
        "AVAL": "Analysis Value", "AVALU": "Analysis Value Unit (UCUM)", "ADY": "Analysis Relative Day", "AVISIT": "Analysis Visit",
        "AVISITN": "Analysis Visit (N)", "BASE": "Baseline Value", "CHG": "Change from Baseline", "PCHG": "Percent Change from Baseline",
        "ABLFL": "Baseline Record Flag", "ANL01FL": "Analysis Flag 01 (Observed)", "DTYPE": "Derivation Type", "LLOQ": "Lower Limit of Quantitation",
        "AVALTRU": "Value Without Measurement Error"},
    "adtte": {
        "STUDYID": "Study Identifier", "USUBJID": "Unique Subject Identifier", "TRTP": "Planned Treatment", "PARAMCD": "Parameter Code",
        "PARAM": "Parameter",
        "AVAL": "Analysis Value", "AVALU": "Analysis Value Unit (UCUM)", "STARTDY": "Time-to-Event Origin Study Day", "CNSR": "Censor",
        "EVNTDESC": "Event or Censoring Description", "AVALTRU": "Time Without Measurement Error", "CNSRTRU": "Censor Without Measurement Error"},
    "adex": {
        "STUDYID": "Study Identifier", "USUBJID": "Unique Subject Identifier", "EXSEQ": "Sequence Number", "EXTRT": "Name of Treatment",
        "EXDOSE": "Dose",
        "EXDOSU": "Dose Units", "EXSTDY": "Study Day of Start of Treatment", "EXENDY": "Study Day of End of Treatment",
        "EXDESC": "Sentence of the Protocol",
        "ADHERNC": "Share of Planned Doses Taken"},
    "adresp": {
        "STUDYID": "Study Identifier", "USUBJID": "Unique Subject Identifier", "TRTP": "Planned Treatment", "PARAMCD": "Parameter Code",
        "PARAM": "Parameter",
        "AVAL": "Analysis Value", "AVALC": "Analysis Value (C)", "ADY": "Analysis Relative Day", "AVISIT": "Analysis Visit",
        "AVISITN": "Analysis Visit (N)",
        "ANL01FL": "Analysis Flag 01 (Observed)", "AVALTRU": "Value Without Measurement Error"},
    "adroute": {
        "STUDYID": "Study Identifier", "USUBJID": "Unique Subject Identifier", "PARAMCD": "Parameter Code", "PARAM": "Parameter",
        "ADY": "Analysis Relative Day",
        "ROAD": "Road from the Gut", "AVAL": "Part That Came by This Road", "SHARE": "Share of All That Came by This Road"},
}
LABELS["adlb"] = LABELS["adqs"] = LABELS.pop("bds")
LABELS["adae"] = ADAE

TITLES = {"adsl": "Subject-Level Analysis (one row per life)", "adlb": "Laboratory Analysis", "adqs": "Scores and Questionnaires Analysis",
          "adtte": "Time-to-Event Analysis", "adex": "Exposure Analysis", "adresp": "Response Analysis",
          "adroute": "Roads from Gut to Readout (Zonula)", "adae": ADAE_TITLE}
_BDS = ("USUBJID", "PARAMCD", "AVISITN")
KEYS: dict[str, tuple[str, ...]] = {
    "adsl": ("USUBJID",), "adlb": _BDS, "adqs": _BDS, "adresp": _BDS, "adtte": ("USUBJID", "PARAMCD"), "adex": ("USUBJID", "EXSEQ"),
    "adae": ("USUBJID", "AESEQ"), "adroute": ("USUBJID", "PARAMCD", "ADY", "ROAD")}
"""By what a row of each data set is known."""

_LAB = {
    "crp": ("CRP", "C-Reactive Protein", "mg/L"), "esr": ("ESR", "Erythrocyte Sedimentation Rate", "mm/h"),
    "calprotectin": ("FCALPRO", "Calprotectin in Stool", "ug/g"), "lactulose_mannitol_ratio": ("LMRATIO", "Lactulose/Mannitol Ratio", "{ratio}"),
    "zonulin": ("ZONULIN", "Zonulin (Folds of Health)", "{ratio}"), "lbp": ("LBP", "LPS-Binding Protein", "mg/L"),
    "endotoxin": ("ENDOTOX", "Bioactive Endotoxin in Plasma", "pg/mL"), "plasma_lps": ("PLASMLPS", "Endotoxin in Plasma (LAL Assay)", "pg/mL"),
    "portal_lps": ("PORTLPS", "Endotoxin in Portal Plasma (LAL Assay)", "pg/mL"), "il6": ("IL6", "Interleukin 6", "pg/mL"),
    "tnf": ("TNFA", "Tumor Necrosis Factor Alpha", "pg/mL"), "il8": ("IL8", "Interleukin 8", "pg/mL"), "il10": ("IL10", "Interleukin 10", "pg/mL"),
    "il17": ("IL17A", "Interleukin 17A", "pg/mL"), "autoantibody": ("ACCP", "Autoantibody (as ACPA)", "U/mL"),
    "cortisol": ("CORTISOL", "Cortisol in Plasma", "nmol/L"), "neutrophils": ("NEUT", "Neutrophils in Blood", "10*9/L"),
    "monocytes": ("MONO", "Monocytes in Blood", "10*9/L"), "eroded_fraction": ("ERODED", "Eroded Fraction of the Gut Wall", "{ratio}"),
    "transglutaminase_antibody": ("TTGA", "Antibody to Transglutaminase", "U/mL"), "villi": ("VILLI", "Villus Height over Crypt Depth", "{ratio}"),
}
_SCORE = {
    "pain_vas": ("PAINVAS", "Pain VAS (0-100)", "mm"), "pain_felt": ("PAINFELT", "Pain Without Context of Treatment", "mm"),
    "das28_crp": ("DAS28CRP", "DAS28-CRP", "{score}"), "tjc28": ("TJC28", "Tender Joints of 28", "{#}"),
    "sjc28": ("SJC28", "Swollen Joints of 28", "{#}"),
    "patient_global": ("PTGA", "Patient Global Assessment (0-100)", "{score}"), "phq9": ("PHQ9", "PHQ-9 Total", "{score}"),
    "haq": ("HAQ", "HAQ (0-3)", "{score}"),
    "fatigue": ("FATIGUE", "Fatigue (0-100)", "{score}"), "symptom_score": ("SYMPTOM", "Symptoms of Sickness", "{score}"),
}
RESPONSES = {"acr20": "ACR20", "acr50": "ACR50", "acr70": "ACR70", "eular moderate": "EULARMOD", "eular good": "EULARGD", "remission": "DAS28REM",
             "low disease activity": "DAS28LDA", "pain_vas <= -30 %": "PAIN30", "pain_vas <= -50 %": "PAIN50"}
"""What is told of everybody whose measures were taken, whatever the protocol asks."""
_WHEN = re.compile(r"\s(?:from|at|on|for|until|to|every)\s")
_FROM, _UNTIL = (re.compile(rf"\b(?:{words})\s+(?P<unit>day|week)\s+(?P<n>[0-9]+(?:\.[0-9]+)?)") for words in ("from|at|on", "to|until"))
_DOSE = re.compile(r"^(?P<what>.*?)\s+(?P<dose>[0-9]*\.?[0-9]+)\s*(?P<unit>(?:mg|g|ug|ng|kg|mL|L|IU|U|mmol|umol|CFU|%)(?:/[A-Za-z0-9]+)?)?\b")


def parameters(measures: Iterable[str], units: Mapping[str, str]) -> dict[str, tuple[str, str, str, str]]:
    """Of each measure the data set, the code, the label and the unit; what has no code of its own gets one of its name, with a number where two
    would agree.
    """
    found: dict[str, tuple[str, str, str, str]] = {}
    taken = {code for code, _, _ in (*_LAB.values(), *_SCORE.values())}
    for name in measures:
        if name in _SCORE:
            found[name] = ("adqs", *_SCORE[name])
        elif name in _LAB:
            found[name] = ("adlb", *_LAB[name])
        else:
            found[name] = ("adlb", code_of(name, taken), name.replace("_", " ").capitalize()[:40], units.get(name, ""))
    return found


def code_of(name: str, taken: set[str]) -> str:
    """A code of up to 8 characters that nobody has; it is taken then."""
    plain = re.sub(r"[^A-Z0-9]", "", name.upper()) or "X"
    plain = plain if plain[0].isalpha() else f"X{plain}"
    code, number = plain[:8], 2
    while code in taken:
        code, number = f"{plain[:8 - len(str(number))]}{number}", number + 1
    taken.add(code)
    return code


def treatment_of(sentence: str) -> tuple[str, float | None, str]:
    """What is given, its dose and the unit, from a sentence such as "naproxen 500 mg po bid"."""
    what = _WHEN.split(sentence, maxsplit=1)[0]
    found = _DOSE.match(what)
    if found is None:
        return what.strip().upper()[:200], None, ""
    return found["what"].upper()[:200], float(found["dose"]), found["unit"] or ""


def span_of(sentence: str) -> tuple[float, float]:
    """On which day something begins and ends, as far as its sentence says so in days or weeks: else on day 0, and never."""
    first, after = (pattern.search(sentence) for pattern in (_FROM, _UNTIL))
    weeks = {"day": 1.0, "week": 7.0}
    return (float(first["n"]) * weeks[first["unit"]] if first else 0.0), (float(after["n"]) * weeks[after["unit"]] if after else math.inf)
