"""The standard model: which organs and which treatments, in which order."""

from functools import lru_cache

from zonula.drugs.standard import TREATMENTS
from zonula.language import Model, Organ, assemble
from zonula.organs.adrenal import Adrenal
from zonula.organs.blood import Blood
from zonula.organs.body import Body
from zonula.organs.brain import Brain
from zonula.organs.clinic import Clinic
from zonula.organs.coeliac import Coeliac
from zonula.organs.cytokines import Cytokines
from zonula.organs.diet import Diet
from zonula.organs.epithelium import Epithelium
from zonula.organs.gut_cytokines import GutCytokines
from zonula.organs.gut_lymphocytes import GutLymphocytes
from zonula.organs.joint import Joint
from zonula.organs.joint_cytokines import JointCytokines
from zonula.organs.joint_structure import JointStructure
from zonula.organs.junctions import Junctions
from zonula.organs.leukocytes import Leukocytes
from zonula.organs.liver import Liver
from zonula.organs.lumen import Lumen
from zonula.organs.mesenteric_nodes import MesentericNodes
from zonula.organs.monocytes import Monocytes
from zonula.organs.mood import Mood
from zonula.organs.mucosa import Mucosa
from zonula.organs.mucus import Mucus
from zonula.organs.pain import Pain
from zonula.organs.pathogen import Pathogen
from zonula.organs.portal import Portal
from zonula.organs.segments import Segments
from zonula.organs.sugar_test import SugarTest
from zonula.organs.tolerance import Tolerance
from zonula.organs.virus import Virus
from zonula.organs.wall import Wall

ORGANS: tuple[type[Organ], ...] = (
    Body, Diet,
    Lumen, Pathogen, Virus, Coeliac, Mucus, Epithelium, Junctions, Wall, Segments, SugarTest,  # the gut wall
    Mucosa, GutLymphocytes, GutCytokines, MesentericNodes,  # its immune system
    Portal, Blood, Monocytes, Cytokines, Adrenal, Liver, Leukocytes,  # the way through liver and blood
    Tolerance, Joint, JointCytokines, JointStructure,  # immunity against joints, and the joint
    Brain, Pain, Mood, Clinic,  # the person
)


@lru_cache(maxsize=1)
def standard_model() -> Model:
    """Assemble the standard model: the organs of the body, and the treatments that act on them."""
    return assemble(*ORGANS, *TREATMENTS)
