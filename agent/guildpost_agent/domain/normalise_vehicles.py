"""What stands in a vehicle's papers: identification number, plate, type keys, class and fuel."""

import re
from functools import lru_cache
from typing import Final

from guildpost_agent.domain.frozen import frozen
from guildpost_agent.domain.normalise_rules import Rule

_VIN: Final = re.compile(r"[A-HJ-NPR-Z0-9]{17}")
_VIN_NOISE: Final = re.compile(r"[^A-Z0-9]")
_LONGEST_VIN: Final = 20
_VIN_LENGTH: Final = 17
# ISO 3779 / 49 CFR 565.15: values of the letters, weights of the seventeen places, the ninth being the check digit.
_VALUES: Final = {
    **{str(digit): digit for digit in range(10)},
    **dict(zip("ABCDEFGH", range(1, 9), strict=True)),
    **dict(zip("JKLMN", range(1, 6), strict=True)),
    "P": 7, "R": 9,
    **dict(zip("STUVWXYZ", range(2, 10), strict=True)),
}  # fmt: skip
_WEIGHTS: Final = (8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2)
_CHECK_PLACE: Final = 8
_PLATE: Final = re.compile(r"([A-ZÄÖÜ]{1,3})[- .]+([A-Z]{1,2})[- .]*(\d{1,4})[ -]?([EH])?")
_JOINED_PLATE: Final = re.compile(r"([A-ZÄÖÜ]{1,5})[- ]?(\d{1,4})([EH])?")
_SEASON: Final = re.compile(r"[\s(/]+(0[1-9]|1[0-2])\s?[-/–]\s?(0[1-9]|1[0-2])\)?$")
_NO_PLATE: Final = frozenset(
    [
        "OHNE",
        "KEIN",
        "KEINE",
        "KEINES",
        "KEINS",
        "NEU",
        "NEUWAGEN",
        "NEUFAHRZEUG",
        "UNBEKANNT",
        "ABGEMELDET",
        "ROT",
        "XXX",
        "XXXX",
        "N/A",
        "-",
        "--",
        "---",
    ]
)
_LONGEST_PLATE: Final = 16
_TYPE_KEYS: Final = re.compile(r"(\d{4})[ /-]*([A-Z0-9]{3})[A-Z0-9]{0,6}")


@frozen
class Vin:
    """A vehicle identification number as it is kept, and what is odd about it.

    Attributes:
        oddity: ``unusual`` in length, ``letters`` I, O or Q in it, or nothing.
    """

    text: str
    oddity: str = ""
    rule: str = ""


def read_vin(text: str) -> Vin:
    """Read a vehicle identification number; it is never refused, only noted."""
    found = _VIN_NOISE.sub("", text.upper())[:_LONGEST_VIN]
    if len(set(found)) <= 1:
        return Vin("", rule=Rule.VIN_PLACEHOLDER if found else "")
    if _VIN.fullmatch(found):
        return Vin(found)
    return Vin(found, "letters" if len(found) == _VIN_LENGTH else "unusual")


def check_digit_fits(vin: str) -> bool:
    """Say whether the ninth of seventeen usual characters is the check digit.

    It is a duty in North America and China only, so it is a note and never a ground to refuse.
    """
    return check_digit(vin) == vin[_CHECK_PLACE]


def check_digit(vin: str) -> str:
    """Work out the check digit of seventeen usual characters (ISO 3779): ``0`` … ``9`` or ``X``."""
    rest = sum(_VALUES[char] * weight for char, weight in zip(vin, _WEIGHTS, strict=True)) % 11
    return "X" if rest == 10 else str(rest)  # noqa: PLR2004 — the remainder that has no digit


@frozen
class Plate:
    """A licence plate, the months of a seasonal one (``04-10``), and the rule that changed its meaning.

    Attributes:
        ambiguous: written without a separator, so that district and letters cannot be told apart.
    """

    text: str
    season: str = ""
    rule: str = ""
    ambiguous: bool = False


def read_plate(text: str) -> Plate:
    """Write a German plate as ``S-AB 1234E``; another country's plate stays as it is, in capitals."""
    text = " ".join(text.upper().split())
    if not text:
        return Plate("")
    season = _SEASON.search(text)
    months, text = (f"{season[1]}-{season[2]}", text[: season.start()].strip()) if season else ("", text)
    rule = Rule.PLATE_SEASON if season else ""
    if text in _NO_PLATE:
        return Plate("", "", Rule.PLATE_PLACEHOLDER)
    if found := _PLATE.fullmatch(text):
        return Plate(f"{found[1]}-{found[2]} {found[3]}{found[4] or ''}", months, rule)
    if found := _JOINED_PLATE.fullmatch(text):
        letters, end = found[1], f"{found[2]}{found[3] or ''}"
        if len(letters) in {2, 5} and letters[-2 if len(letters) > 2 else -1 :].isascii():  # noqa: PLR2004 — S+A, WAF+AB
            cut = len(letters) - (2 if len(letters) > 2 else 1)  # noqa: PLR2004 — see above
            return Plate(f"{letters[:cut]}-{letters[cut:]} {end}", months, rule)
        return Plate(text[:_LONGEST_PLATE], months, rule, ambiguous=len(letters) > 1)
    return Plate(text[:_LONGEST_PLATE].strip(), months, rule)


def plate(text: str) -> str:
    """Write a plate without its season, see ``read_plate``."""
    return read_plate(text).text


def plate_key(text: str) -> str:
    """Write a plate so that its spellings meet (``S-AB 1234``, ``SAB1234``): for comparing only."""
    return re.sub(r"[^A-ZÄÖÜ0-9]", "", read_plate(text).text)


def key_number(text: str, width: int) -> str:
    """Read a type key number: HSN of four, TSN of three characters at least, with the zeros a spreadsheet took."""
    text = "".join(text.upper().split())
    return text.zfill(width)[: max(width, 8)] if text.strip("0") else ""


@lru_cache(maxsize=16_384)
def type_keys(hsn: str, tsn: str) -> tuple[str, str, str]:
    """Read the two type keys of the papers (fields 2.1 and 2.2), also where one cell holds both (``0603/BKR``).

    Returns:
        HSN (four digits), TSN (three characters at least), and the rule that changed their meaning.
    """
    both = _TYPE_KEYS.fullmatch(hsn.strip().upper()) if not tsn.strip() else None
    if both:
        return both[1], both[2], Rule.KEY_SPLIT
    found = key_number(hsn, 4)[:4], key_number(tsn, 3)
    zeros = (hsn and found[0] and not hsn.lstrip().startswith(found[0][:1])) or (
        tsn and found[1] and not tsn.lstrip().upper().startswith(found[1][:1])
    )
    return *found, Rule.KEY_ZEROS if zeros else ""


# The classes of the catalogue's inspection rule. Where a text gives no weight, the light class is assumed, which is
# what a dealer of passenger cars mostly looks after. The words are searched in this order; the first hit counts.
_CLASSES: Final = (
    (r"TAXI|TAXE", "taxi"),
    (r"MIETWAGEN|SELBSTFAHRER|VERMIETFZ|RENTAL", "car_rental"),
    (r"KRANKENWAGEN|KTW|RETTUNGSWAGEN|RTW|AMBULANZ", "ambulance"),
    (r"WOHNMOBIL|WOMO|REISEMOBIL|MOTORCARAVAN", "motorhome"),
    (r"WOHNWAGEN|CARAVAN|WOHNANHÄNGER", "trailer_to_3500kg"),
    (r"ANHÄNGER|ANHAENGER|ANH|ANHG|AUFLIEGER|O1|O2|O3|O4", "trailer"),
    (r"OMNIBUS|REISEBUS|KOM|BUS|M2|M3", "bus"),
    (r"KRAD|KRAFTRAD|MOTORRAD|MOTORROLLER|ROLLER|LEICHTKRAFTRAD|QUAD|TRIKE|L3E|L5E|L7E", "motorcycle"),
    (r"LKW|LASTKRAFTWAGEN|NUTZFAHRZEUG|NFZ|TRANSPORTER|KASTENWAGEN|PRITSCHE|SATTELZUGMASCHINE|SZM|N1|N2|N3", "goods"),
    (r"PKW|PERSONENKRAFTWAGEN|KOMBI|LIMOUSINE|CABRIO|CABRIOLET|COUPE|COUPÉ|SUV|KLEINBUS|VAN|M1|AUTO", "car"),
)
_CLASS_WORDS: Final = tuple(
    (re.compile(rf"(?<![A-ZÄÖÜ0-9])(?:{words})(?![A-ZÄÖÜ0-9])"), name) for words, name in _CLASSES
)
_WEIGHT: Final = re.compile(r"(\d{1,3}(?:[.,]\d{1,3})?)\s*(KG|T)\b", re.ASCII)
_HEAVY_EU: Final = {"N2": 12_000, "N3": 40_000, "O1": 750, "O3": 10_000, "O4": 40_000}
_STEPS: Final = {
    "goods": ((3_500, "goods_to_3500kg"), (None, "goods_over_3500kg")),
    "trailer": ((750, "trailer_to_750kg"), (3_500, "trailer_to_3500kg"), (None, "trailer_over_3500kg")),
    "motorhome": ((3_500, "motorhome_to_3500kg"), (7_500, "motorhome_to_7500kg"), (None, "motorhome_over_7500kg")),
}  # fmt: skip
_ASSUMED_KG: Final = 3_500


@lru_cache(maxsize=2_048)
def vehicle_class(text: str) -> str:
    """Read a vehicle's class for the inspection rule; nothing for a text that names none.

    A permitted mass in the text (``LKW 7,5 t``, ``Anhänger 750 kg``, EU classes N2, O1 …) decides the step; ``>`` or
    ``über`` before it means the step above.
    """
    text = " ".join(text.upper().replace("_", " ").split())
    kind = next((name for pattern, name in _CLASS_WORDS if pattern.search(text)), "")
    steps = _STEPS.get(kind)
    if steps is None:
        return kind
    mass = _mass(text)
    return next(name for most, name in steps if most is None or mass <= most)


def _mass(text: str) -> float:
    eu = next((kg for name, kg in _HEAVY_EU.items() if name in text.split()), None)
    if eu is not None:
        return eu
    found = _WEIGHT.search(text)
    if found is None:
        return _ASSUMED_KG
    number = found[1]
    thousands = found[2] == "KG" and re.fullmatch(r"\d{1,2}[.,]\d{3}", number)
    value = float(re.sub(r"\D", "", number) if thousands else number.replace(",", "."))
    kg = value * 1000 if found[2] == "T" else value
    above = text[: found.start()].rstrip().endswith((">", "ÜBER", "UEBER", "AB"))
    return kg + 1 if above else kg


FUELS: Final = {
    "BENZIN": "petrol", "OTTO": "petrol", "SUPER": "petrol", "B": "petrol", "PETROL": "petrol", "GASOLINE": "petrol",
    "BENZINER": "petrol", "DIESEL": "diesel", "D": "diesel",
    "ELEKTRO": "electric", "STROM": "electric", "BEV": "electric", "E": "electric", "ELEKTRISCH": "electric",
    "ELECTRIC": "electric", "ELEKTROMOTOR": "electric",
    "HYBRID": "hybrid", "PLUG-IN-HYBRID": "hybrid", "PLUG-IN HYBRID": "hybrid", "PHEV": "hybrid", "HEV": "hybrid",
    "BENZIN/ELEKTRO": "hybrid", "DIESEL/ELEKTRO": "hybrid", "HYBRID BENZIN/ELEKTRO": "hybrid",
    "HYBRID DIESEL/ELEKTRO": "hybrid", "HYBR.BENZIN/E": "hybrid", "HYBR.DIESEL/E": "hybrid",
    "GAS": "gas", "LPG": "gas", "CNG": "gas", "ERDGAS": "gas", "AUTOGAS": "gas", "FLÜSSIGGAS": "gas",
    "WASSERSTOFF": "hydrogen",
}  # fmt: skip


@lru_cache(maxsize=256)
def fuel(text: str) -> str:
    """Read a fuel; an unknown word stays as it is."""
    text = " ".join(text.split())
    return FUELS.get(text.upper(), text.lower()[:20].rstrip())
