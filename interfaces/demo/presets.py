"""
The two networks that the demo can make: whose towns they are, how many branches, and where vans start.

A preset holds no coordinates. It names towns that everybody in the region would ascribe to a member, and a town
belongs to the member of the nearest such town; towns nearest to a neighbour's are left out. The published
numbers of branches are the real ones (about 150 in LibrariesWest, about 330 in Libraries Ireland).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from circulation.errors import Unknown

__all__ = ["PRESETS", "HubPlan", "Preset", "preset_named"]


@dataclass(frozen=True, slots=True)
class HubPlan:
    """A hub in a town for the branches of some members; a depot outside the branches, or the town's branch."""

    town: str
    members: tuple[str, ...]
    depot: bool = True


@dataclass(frozen=True, slots=True)
class Preset:
    """
    A region (`country`, `area` an admin code or "" for all, a box of degrees) and who runs what in it.

    `members` gives each member's name and its telling towns; `branches` each member's number of branches, or one
    number to be shared out. `not_towns` are entries of the gazetteer that are districts, not places. The first
    hub is the one over which the others are joined.
    """

    name: str
    country: str
    area: str
    south: float
    west: float
    north: float
    east: float
    members: Mapping[str, tuple[str, tuple[str, ...]]]
    neighbours: tuple[str, ...]
    branches: Mapping[str, int] | int
    hubs: tuple[HubPlan, ...]
    not_towns: tuple[str, ...] = ()


_LIBRARIESWEST = Preset(
    name="librarieswest",
    country="GB",
    area="ENG",
    south=50.45,
    west=-3.95,
    north=51.80,
    east=-1.55,
    members={
        "bath-and-north-east-somerset": (
            "Bath and North East Somerset",
            ("Bath", "Keynsham", "Midsomer Norton", "Paulton", "Clutton", "Saltford", "Chew Magna"),
        ),
        "bournemouth-christchurch-and-poole": (
            "Bournemouth, Christchurch and Poole",
            ("Bournemouth", "Poole", "Christchurch", "Canford Heath", "Broadstone", "Parkstone"),
        ),
        "bristol": ("Bristol", ("Bristol", "Bishopsworth")),
        "dorset": (
            "Dorset",
            (
                *("Dorchester", "Weymouth", "Bridport", "Blandford Forum", "Wimborne Minster", "Ferndown"),
                *("Verwood", "Wareham", "Swanage", "Sherborne", "Shaftesbury", "Gillingham", "Lyme Regis"),
                *("Sturminster Newton", "Beaminster", "Lytchett Matravers", "St Leonards"),
            ),
        ),
        "north-somerset": (
            "North Somerset",
            (
                *("Weston-super-Mare", "Portishead", "Clevedon", "Nailsea", "Yatton", "Winscombe"),
                *("Long Ashton", "Easton-in-Gordano", "Winford", "Wrington"),
            ),
        ),
        "somerset": (
            "Somerset",
            (
                *("Taunton", "Yeovil", "Bridgwater", "Frome", "Minehead", "Wells", "Glastonbury", "Chard"),
                *("Burnham-on-Sea", "Shepton Mallet", "Wincanton", "Crewkerne", "Cheddar", "Watchet", "Martock"),
            ),
        ),
        "south-gloucestershire": (
            "South Gloucestershire",
            (
                "Yate",
                "Kingswood",
                "Thornbury",
                "Mangotsfield",
                "Stoke Gifford",
                "Chipping Sodbury",
                "Pilning",
                "Winterbourne",
            ),
        ),
    },
    neighbours=(
        *("Swindon", "Chippenham", "Trowbridge", "Melksham", "Bradford-on-Avon", "Warminster", "Westbury"),
        *("Corsham", "Salisbury", "Ringwood", "Fordingbridge", "Dursley", "Wotton-under-Edge", "Tetbury"),
        *("Malmesbury", "Exeter", "Tiverton", "Honiton", "Axminster", "Seaton", "Cullompton", "Lydney"),
        *("Bransgore", "Downton", "Wilton", "South Molton", "Willand", "Sharpness", "Calne", "New Milton"),
    ),
    branches={
        "bath-and-north-east-somerset": 14,
        "bournemouth-christchurch-and-poole": 24,
        "bristol": 26,
        "dorset": 31,
        "north-somerset": 11,
        "somerset": 31,
        "south-gloucestershire": 18,
    },
    hubs=(
        HubPlan("Bristol", ("bath-and-north-east-somerset", "bristol", "north-somerset", "south-gloucestershire")),
        HubPlan("Poole", ("bournemouth-christchurch-and-poole", "dorset")),
        HubPlan("Taunton", ("somerset",), depot=False),
    ),
    not_towns=("Mendip", "Sedgemoor", "South Hams", "Purbeck"),
)

_IRELAND = Preset(
    name="ireland",
    country="IE",
    area="",
    south=51.3,
    west=-10.7,
    north=55.5,
    east=-5.9,
    members={
        "carlow": ("Carlow", ("Carlow", "Tullow", "Bagenalstown", "Borris")),
        "cavan": ("Cavan", ("Cavan", "Bailieborough", "Kingscourt", "Virginia", "Belturbet", "Cootehill")),
        "clare": ("Clare", ("Ennis", "Shannon", "Kilrush", "Ennistimon", "Scarriff", "Sixmilebridge")),
        "cork-city": ("Cork City", ("Cork", "Ballincollig", "Douglas", "Blarney", "Glanmire")),
        "cork-county": (
            "Cork County",
            (
                *("Mallow", "Midleton", "Cobh", "Bandon", "Fermoy", "Bantry", "Clonakilty", "Skibbereen"),
                *("Macroom", "Kanturk", "Youghal", "Carrigaline", "Kinsale", "Charleville", "Mitchelstown"),
                *("Millstreet", "Castletownbere", "Newmarket"),
            ),
        ),
        "donegal": (
            "Donegal",
            (
                *("Letterkenny", "Donegal", "Buncrana", "Ballyshannon", "Bundoran", "Dungloe", "Killybegs"),
                *("Carndonagh", "Leifear", "Ballybofey", "Moville"),
            ),
        ),
        "dublin-city": (
            "Dublin City",
            ("Dublin", "Finglas", "Donaghmede", "Crumlin", "Ballymun", "Raheny", "Drumcondra", "Ballyfermot"),
        ),
        "dun-laoghaire-rathdown": (
            "Dún Laoghaire–Rathdown",
            ("Dún Laoghaire", "Dundrum", "Sandyford", "Shankill", "Foxrock", "Dalkey", "Blackrock"),
        ),
        "fingal": (
            "Fingal",
            ("Swords", "Balbriggan", "Malahide", "Blanchardstown", "Skerries", "Lusk", "Portmarnock", "Howth"),
        ),
        "galway": (
            "Galway",
            (
                *("Galway", "Tuam", "Ballinasloe", "Loughrea", "Athenry", "Clifden", "Gort", "Portumna"),
                *("Oughterard", "Oranmore"),
            ),
        ),
        "kerry": (
            "Kerry",
            (
                *("Tralee", "Killarney", "Listowel", "Dingle", "Kenmare", "Cahersiveen", "Killorglin"),
                *("Castleisland", "Ballybunnion"),
            ),
        ),
        "kildare": (
            "Kildare",
            ("Naas", "Droichead Nua", "Athy", "Maynooth", "Leixlip", "Celbridge", "Kildare", "Clane", "Kilcock"),
        ),
        "kilkenny": ("Kilkenny", ("Kilkenny", "Callan", "Thomastown", "Castlecomer", "Graiguenamanagh", "Urlingford")),
        "laois": (
            "Laois",
            ("Portlaoise", "Portarlington", "Mountmellick", "Mountrath", "Abbeyleix", "Stradbally", "Rathdowney"),
        ),
        "leitrim": ("Leitrim", ("Carrick-on-Shannon", "Manorhamilton", "Ballinamore", "Mohill", "Drumshanbo")),
        "limerick": (
            "Limerick",
            ("Limerick", "Newcastle West", "Abbeyfeale", "Kilmallock", "Rathkeale", "Adare", "Castleconnell", "Foynes"),
        ),
        "longford": ("Longford", ("Longford", "Granard", "Edgeworthstown", "Ballymahon", "Lanesborough", "Drumlish")),
        "louth": ("Louth", ("Drogheda", "Dundalk", "Ardee", "Dunleer", "Carlingford")),
        "mayo": (
            "Mayo",
            (
                *("Castlebar", "Ballina", "Westport", "Claremorris", "Ballinrobe", "Belmullet", "Swinford"),
                *("Kiltamagh", "Ballyhaunis", "Crossmolina"),
            ),
        ),
        "meath": (
            "Meath",
            (
                *("Navan", "Ashbourne", "Trim", "Kells", "Dunboyne", "Laytown", "Ratoath", "Enfield"),
                *("Oldcastle", "Duleek", "Dunshaughlin", "Slane"),
            ),
        ),
        "monaghan": ("Monaghan", ("Monaghan", "Carrickmacross", "Castleblayney", "Clones", "Ballybay")),
        "offaly": ("Offaly", ("Tullamore", "Birr", "Edenderry", "Clara", "Banagher", "Ferbane", "Daingean")),
        "roscommon": (
            "Roscommon",
            ("Roscommon", "Boyle", "Castlerea", "Ballaghaderreen", "Strokestown", "Elphin"),
        ),
        "sligo": ("Sligo", ("Sligo", "Tobercurry", "Ballymote", "Inishcrone", "Strandhill", "Ballysadare")),
        "south-dublin": (
            "South Dublin",
            ("Tallaght", "Lucan", "Clondalkin", "Templeogue", "Rathfarnham", "Knocklyon", "Saggart", "Palmerstown"),
        ),
        "tipperary": (
            "Tipperary",
            (
                *("Thurles", "Cluain Meala", "Nenagh", "Carrick-on-Suir", "Roscrea", "Tipperary", "Cashel"),
                *("Cahir", "Templemore"),
            ),
        ),
        "waterford": (
            "Waterford",
            ("Waterford", "Dungarvan", "Trá Mhór", "Lismore", "Dunmore East", "Tallow", "Cappoquin", "Portlaw"),
        ),
        "westmeath": (
            "Westmeath",
            ("An Muileann gCearr", "Athlone", "Kinnegad", "Kilbeggan", "Castlepollard", "Rochfortbridge"),
        ),
        "wexford": ("Wexford", ("Wexford", "Enniscorthy", "New Ross", "Gorey", "Bunclody", "Rosslare", "Courtown")),
        "wicklow": (
            "Wicklow",
            (
                *("Wicklow", "Bray", "Greystones", "Arklow", "Blessington", "Baltinglass", "Rathdrum"),
                *("Rathnew", "Carnew"),
            ),
        ),
    },
    neighbours=(),
    branches=330,
    hubs=(
        HubPlan("Portlaoise", ("carlow", "kilkenny", "laois", "longford", "offaly", "westmeath")),
        HubPlan("Cork", ("cork-city", "cork-county", "kerry")),
        HubPlan(
            "Dublin",
            (
                *("dublin-city", "dun-laoghaire-rathdown", "fingal", "kildare", "louth", "meath"),
                *("south-dublin", "wicklow"),
            ),
        ),
        HubPlan("Galway", ("galway", "mayo", "roscommon")),
        HubPlan("Limerick", ("clare", "limerick", "tipperary")),
        HubPlan("Sligo", ("cavan", "donegal", "leitrim", "monaghan", "sligo"), depot=False),
        HubPlan("Waterford", ("waterford", "wexford")),
    ),
    not_towns=("South Dublin", "Nenagh Bridge", "Newtown Trim", "Leitrim", "Louth"),
)

PRESETS: Mapping[str, Preset] = {preset.name: preset for preset in (_LIBRARIESWEST, _IRELAND)}


def preset_named(name: str) -> Preset:
    """The preset of that name; raises `Unknown` (`demo.preset`)."""
    try:
        return PRESETS[name]
    except KeyError:
        raise Unknown("demo.preset", network=name[:60], presets=", ".join(PRESETS)) from None
