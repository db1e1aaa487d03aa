"""The words that stand in name fields beside names: salutations, titles, legal forms, marks."""

import re
from typing import Final

SALUTATIONS: Final = {
    "herr": "Herr", "hr": "Herr", "hr.": "Herr", "herrn": "Herr", "h": "Herr", "mr": "Herr", "mr.": "Herr",
    "herren": "Herr", "sehr geehrter herr": "Herr", "m": "Herr", "männlich": "Herr",
    "frau": "Frau", "fr": "Frau", "fr.": "Frau", "mrs": "Frau", "mrs.": "Frau", "ms": "Frau", "fräulein": "Frau",
    "sehr geehrte frau": "Frau", "w": "Frau", "weiblich": "Frau",
    "firma": "Firma", "fa": "Firma", "fa.": "Firma", "firmen": "Firma", "an die firma": "Firma",
    "eheleute": "Eheleute", "ehel.": "Eheleute", "herr und frau": "Eheleute", "herr u. frau": "Eheleute",
    "herr & frau": "Eheleute", "herrn und frau": "Eheleute", "frau und herr": "Eheleute", "ehepaar": "Eheleute",
    "familie": "Familie", "fam": "Familie", "fam.": "Familie",
}  # fmt: skip
# Said on purpose, and no form of address: nothing is lost and nothing is guessed.
NO_SALUTATION: Final = frozenset({"", "-", "divers", "d", "keine", "keine angabe", "ohne", "unbekannt"})
FIRM_WORDS: Final = frozenset({"firma", "fa", "fa."})
COUPLE: Final = frozenset({"Eheleute", "Familie"})
PERSONAL: Final = frozenset({"Herr", "Frau"})
LEADING: Final = re.compile(
    r"(herrn?|hr\.?|frau|fr\.|firma|fa\.|eheleute|ehel\.|ehepaar|familie|fam\.?)\s+(?=\S)", re.IGNORECASE
)
TITLE: Final = re.compile(
    r"((?:prof\.?|professor(?:in)?|dr\.?-ing\.?|dr\.?|dipl\.?\s?-\s?[a-zäöü]+\.?|dipl\.\s?[a-z]+\.|dipl\.?-?\s?ing\.?|"
    r"mag\.|ing\.|med\.|dent\.|vet\.|jur\.|phil\.|rer\.|nat\.|pol\.|oec\.|theol\.|h\.\s?c\.|habil\.)"
    r"(?=[\s.]|$)[\s.]*)+",
    re.IGNORECASE,
)
_SHORT_TITLE: Final = re.compile(r"\b(dr|prof)\b\.?", re.IGNORECASE)
# Legal forms of §§ 17 ff. HGB and their kin: a firm whatever the salutation says.
LEGAL_FORM: Final = re.compile(
    r"\b(g?gmbh|g\.?m\.?b\.?h|mbh|ag|kg|kgaa|ohg|gbr|ug|se|ltd|inc|llc|bv|b\.v|s\.?a\.?r\.?l|e\.\s?k|e\.\s?kfm|e\.\s?kfr|"
    r"e\.\s?v|eg|partg|co\.?\s?kg)\b|(?:&|\bund\b|\bu\.)\s*(?:söhne|sohn|partner|co)\b|\bgebr(?:\.|üder)\s",
    re.IGNORECASE,
)
# Words of trades and public bodies: a firm unless the record names a person.
TRADE: Final = re.compile(
    r"\b(stadtverwaltung|gemeinde|gemeindeverwaltung|landkreis|landratsamt|feuerwehr|autohaus|autovermietung|fahrschule|"
    r"pflegedienst|stadtwerke|sparkasse|volksbank|kirchengemeinde|verein|stiftung|praxis|kanzlei|ingenieurbüro|"
    r"bäckerei|metzgerei|apotheke|hotel|gasthof|spedition|transporte|gebäudereinigung|malerbetrieb|sanitär|schreinerei|"
    r"zimmerei|dachdeckerei|gartenbau|steuerberatung|versicherungen|leasing)\b",
    re.IGNORECASE,
)
ATTENTION: Final = re.compile(
    r"(?:^|[\s,;(]\s*)(?:z\.?\s?h(?:d|änden|aenden)?\b\.?|zu händen|zu haenden)\s*(?:v\.|von)?\s*:?\s*", re.IGNORECASE
)
CARE_OF: Final = re.compile(r"(?:^|[\s,;(]\s*)(?:c\s?/\s?o\b\.?|p\.?adr\.)\s*:?\s*", re.IGNORECASE)
AT_SOMEBODY: Final = re.compile(r"bei\s+(?:Herrn?|Frau|Fam(?:ilie|\.)|[A-ZÄÖÜ])", re.ASCII)
MAIDEN: Final = re.compile(r"[\s,(]*\b(?:geb(?:\.|oren(?:e|er)?))\s+[^,)]+\)?$", re.IGNORECASE)
DEPARTMENT: Final = re.compile(
    r"(?:^|\b)(buchhaltung|fuhrpark\w*|gesch[aä]ftsleitung|gesch[aä]ftsführung|einkauf|verwaltung|sekretariat|"
    r"abt(?:\.|eilung)|zentrale|werkstatt|disposition)",
    re.IGNORECASE,
)
DECEASED: Final = re.compile(
    r"\(?\s*(?:\bverstorben\b|\bverst\.|†|\bnachlass\b|\berbengemeinschaft\b)\s*\)?", re.IGNORECASE
)
BLOCKED: Final = re.compile(
    r"\(?\b(?:keine werbung|werbesperre|keine post|nicht anschreiben|kein(?:e)? mailings?)\b!*\)?", re.IGNORECASE
)
DUMMY: Final = re.compile(
    r"(barverkauf|barkunde|bar-?verkauf.*|laufkunde|laufkundschaft|dummy.*|testkunde|test-?kunde.*|musterkunde|diverse|"
    r"cpd.*|interne?r? kunde|werkstatt intern|intern|kasse|theken(?:verkauf|kunde))",
    re.IGNORECASE,
)
PAIR: Final = re.compile(r"(.+?)\s*(?:\bund\b|\bu\b\.?|&|\+|/)\s*(.+)", re.IGNORECASE)
_LETTERS: Final = re.compile(r"[^\W\d_]{2}")


def split_salutation(text: str) -> tuple[str, str]:
    """Take the salutations off the beginning of a name; the first one counts."""
    said = ""
    while found := LEADING.match(text):
        said = said or SALUTATIONS[found[1].casefold()]
        text = text[found.end() :]
    return said, text


def split_title(text: str) -> tuple[str, str]:
    """Take the academic titles off the beginning of a name; a name that is nothing else stays."""
    found = TITLE.match(text)
    if found is None or (found.end() == len(text) and " " not in text and "." not in text):
        return ("", text) if found is None else (title_text(text), "")
    return title_text(found[0].strip()), text[found.end() :].strip()


def title_text(text: str) -> str:
    """Write the usual titles one way: ``DR`` → ``Dr.``, ``prof`` → ``Prof.``."""
    return _SHORT_TITLE.sub(lambda match: match[1].capitalize() + ".", text)


def split_pair(text: str) -> tuple[str, str] | None:
    """Part a field that names two persons (``Hans und Petra``, ``Müller / Schmidt``)."""
    found = PAIR.fullmatch(text)
    if found is None or not (_LETTERS.search(found[1]) and _LETTERS.search(found[2])):
        return None
    return found[1].strip(" ,"), found[2].strip(" ,")
