"""Customer records of an invented German dealer with known duplicates: seeded, labelled, as dirty as wanted.

Beside duplicates of one customer it makes the traps: spouses and children under one roof, a father and son of one
name, twins, namesakes in one town, and tradesmen whose firm bears their own name.
"""

import random
from dataclasses import dataclass, field
from typing import Final

from guildpost_agent.domain.matching import MatchRecords

_GIVEN: Final = [
    "Hans", "Peter", "Michael", "Thomas", "Andreas", "Wolfgang", "Klaus", "Jürgen", "Günter", "Stefan",
    "Christian", "Uwe", "Werner", "Horst", "Frank", "Dieter", "Manfred", "Gerhard", "Bernd", "Matthias", "Martin",
    "Ralf", "Heinz", "Jörg", "Helmut", "Walter", "Joachim", "Markus", "Alexander", "Daniel", "Ulrich", "Robert",
    "Tobias", "Jan", "Sebastian", "Florian", "Maximilian", "Lukas", "Felix", "Jonas", "Paul", "Leon", "Friedrich",
    "Wilhelm", "Josef", "Mehmet", "Ahmet", "Ali", "Maria", "Ursula", "Monika", "Petra", "Elisabeth", "Sabine",
    "Renate", "Helga", "Karin", "Brigitte", "Ingrid", "Erika", "Andrea", "Gisela", "Claudia", "Susanne",
    "Gabriele", "Christa", "Christine", "Hildegard", "Anna", "Birgit", "Angelika", "Heike", "Barbara",
    "Katharina", "Julia", "Sandra", "Nicole", "Stefanie", "Margarete", "Johanna", "Franziska", "Lena", "Laura",
    "Sophie", "Emma", "Mia", "Hannah", "Ayşe", "Fatma", "Zeynep", "Käthe", "Bärbel", "Doris", "Anja", "Silke"
]  # fmt: skip
_SURNAMES: Final = [
    "Müller", "Schmidt", "Schneider", "Fischer", "Weber", "Meyer", "Wagner", "Becker", "Schulz", "Hoffmann",
    "Schäfer", "Koch", "Bauer", "Richter", "Klein", "Wolf", "Schröder", "Neumann", "Schwarz", "Zimmermann",
    "Braun", "Krüger", "Hofmann", "Hartmann", "Lange", "Schmitt", "Werner", "Schmitz", "Krause", "Meier",
    "Lehmann", "Schmid", "Schulze", "Maier", "Köhler", "Herrmann", "König", "Walter", "Mayer", "Huber", "Kaiser",
    "Fuchs", "Peters", "Lang", "Scholz", "Möller", "Weiß", "Jung", "Hahn", "Schubert", "Vogel", "Friedrich",
    "Keller", "Günther", "Frank", "Berger", "Winkler", "Roth", "Beck", "Lorenz", "Baumann", "Franke", "Albrecht",
    "Schuster", "Simon", "Ludwig", "Böhm", "Winter", "Kraus", "Martin", "Schumacher", "Krämer", "Vogt", "Stein",
    "Jäger", "Otto", "Sommer", "Groß", "Seidel", "Heinrich", "Brandt", "Haas", "Schreiber", "Graf", "Schulte",
    "Dietrich", "Ziegler", "Kuhn", "Kühn", "Pohl", "Engel", "Horn", "Busch", "Bergmann", "Yılmaz", "Kaya",
    "Demir", "Öztürk", "Nowak", "Kowalski", "Größl", "Straßburger", "Weißenböck", "Hölzl"
]  # fmt: skip
_SYLLABLES: Final = ("ach", "ber", "dorn", "eck", "fel", "gru", "hag", "ing", "kel", "lind", "mos", "nau", "ost", "rei",
                     "sel", "tann", "ulm", "wald", "zell", "brück")  # fmt: skip
_ENDINGS: Final = ("er", "mann", "hofer", "bauer", "ner", "ing", "meier", "l", "ke", "huber")
_STREETS: Final = ("Haupt", "Bahnhof", "Garten", "Schul", "Dorf", "Berg", "Kirch", "Ring", "Wiesen", "Linden", "Mozart",
                   "Goethe", "Schiller", "Mühl", "Blumen", "Rosen", "Feld", "Wald", "Birken", "Tannen")  # fmt: skip
_STREET_ENDS: Final = ("straße", "weg", "gasse", "platz", "allee", "straße", "straße")
_TRADES: Final = (
    "Elektro",
    "Bau",
    "Sanitär",
    "Malerbetrieb",
    "Schreinerei",
    "Metzgerei",
    "Spedition",
    "Garten",
    "Dach",
)
_FORMS: Final = ("GmbH", "GmbH & Co. KG", "e.K.", "AG", "OHG", "GbR", "KG", "UG (haftungsbeschränkt)")
_DOMAINS: Final = ("gmx.de", "web.de", "t-online.de", "gmail.com", "posteo.de", "freenet.de")
_CALLED: Final = {"Johannes": "Hans", "Wilhelm": "Willi", "Friedrich": "Fritz", "Josef": "Sepp", "Michael": "Michi",
                  "Stefan": "Steffen", "Katharina": "Kathi", "Elisabeth": "Lisa", "Susanne": "Susi", "Gabriele": "Gabi",
                  "Stefanie": "Steffi", "Matthias": "Hias", "Alexander": "Alex", "Tobias": "Tobi",
                  "Maximilian": "Max", "Andreas": "Andi", "Thomas": "Tom", "Angelika": "Angie"}  # fmt: skip
_LETTERS: Final = "abcdefghijklmnopqrstuvwxyz"
_FIELDS: Final = ("given_name", "surname", "company", "street", "house_number", "postcode", "town", "birth_date",
                  "email", "phone")  # fmt: skip


@dataclass(frozen=True)
class Dirt:
    """How dirty the copies are; probabilities are per record and field unless said otherwise.

    Attributes:
        typo: of a typing error.
        missing: of an empty field.
        swapped: per record, of given name and surname in each other's field.
        moved: per copy, of another address.
        renamed: per copy, of a married or double name.
        variant: of another spelling of the same (ss for ß, Str., nickname, another way to write a number).
        copies: records per customer beyond the first, drawn from these.
        household: per customer, of another person under the same roof.
    """

    typo: float = 0.06
    missing: float = 0.10
    swapped: float = 0.02
    moved: float = 0.06
    renamed: float = 0.03
    variant: float = 0.35
    copies: tuple[int, ...] = (0, 0, 0, 0, 0, 0, 1, 1, 2)
    household: float = 0.30


CLEAN: Final = Dirt()
FILTHY: Final = Dirt(0.22, 0.28, 0.10, 0.15, 0.08, 0.5, (0, 0, 1, 2, 3, 4, 5, 6), 0.45)


@dataclass(frozen=True)
class Labelled:
    """Records with the customer behind each."""

    records: MatchRecords
    customers: list[int] = field(default_factory=list)


Row = dict[str, str]


def _town(rng: random.Random) -> tuple[str, str]:
    number = int(rng.triangular(0, 120, 0))
    naming = random.Random(number)
    prefix = naming.choice(("", "", "Bad ", "St. ", "Markt "))
    name = prefix + naming.choice(_SYLLABLES).capitalize() + naming.choice(("heim", "stadt", "hausen", "burg", "dorf"))
    return f"{84000 + number * 7:05d}", name


def _surname(rng: random.Random) -> str:
    if rng.random() < 0.55:
        return _SURNAMES[min(int(rng.expovariate(1 / 28)), len(_SURNAMES) - 1)]
    return rng.choice(_SYLLABLES).capitalize() + rng.choice(_SYLLABLES) + rng.choice(_ENDINGS)


def _birth(rng: random.Random, first: int = 1930, last: int = 2006) -> str:
    return f"{rng.randint(1, 28):02d}.{rng.randint(1, 12):02d}.{rng.randint(first, last)}"


def _plain(text: str) -> str:
    table = {"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss", "ı": "i", "ş": "s", " ": ""}
    return "".join(table.get(letter, letter) for letter in text.lower())


def _mail(rng: random.Random, given: str, surname: str) -> str:
    given, surname = _plain(given), _plain(surname)
    local = rng.choice((f"{given}.{surname}", f"{given[0]}.{surname}", f"{surname}{rng.randint(1, 99)}",
                        f"{given}{rng.randint(50, 2005)}", f"{given}_{surname}"))  # fmt: skip
    return f"{local}@{rng.choice(_DOMAINS)}"


def _phone(rng: random.Random) -> str:
    return rng.choice(("0171", "0160", "0151", "08761", "0871")) + str(rng.randint(100_000, 9_999_999))


def _person(rng: random.Random) -> Row:
    given, surname = rng.choice(_GIVEN), _surname(rng)
    postcode, town = _town(rng)
    return {
        "given_name": given, "surname": surname, "company": "",
        "street": rng.choice(_STREETS) + rng.choice(_STREET_ENDS), "house_number": str(rng.randint(1, 90)),
        "postcode": postcode, "town": town, "birth_date": _birth(rng),
        "email": _mail(rng, given, surname), "phone": _phone(rng),
    }  # fmt: skip


def _firm(rng: random.Random, owner: Row | None = None) -> Row:
    base = dict(owner or _person(rng))
    name = f"{rng.choice(_TRADES)} {base['surname']} {rng.choice(_FORMS)}"
    mail = f"info@{_plain(base['surname'])}-{rng.randint(1, 999)}.de"
    return base | {"given_name": "", "surname": "", "company": name, "birth_date": "", "email": mail}


def _relative(rng: random.Random, base: Row) -> Row:
    """Make a spouse, child, twin or namesake under the same roof."""
    given = rng.choice(_GIVEN)
    other = base | {"given_name": given, "birth_date": _birth(rng), "email": _mail(rng, given, base["surname"])}
    kind = rng.random()
    if kind < 0.10:  # twins
        other["birth_date"] = base["birth_date"]
    elif kind < 0.20:  # father and son of one name
        other |= {"given_name": base["given_name"], "phone": _phone(rng)}
    if kind > 0.5:
        other["phone"] = _phone(rng)
    return other


def _typo(rng: random.Random, text: str) -> str:
    if len(text) < 2:
        return text
    at, kind = rng.randrange(len(text) - 1), rng.random()
    letter = str(rng.randint(0, 9)) if text[at].isdigit() else rng.choice(_LETTERS)
    if kind < 0.3:
        return text[:at] + letter + text[at + 1 :]
    if kind < 0.55:
        return text[:at] + text[at + 1] + text[at] + text[at + 2 :]
    return text[:at] + (letter + text[at:] if kind < 0.75 else text[at + 1 :])


def _other_spelling(rng: random.Random, name: str, text: str) -> str:
    if name == "given_name":
        return rng.choice((_CALLED.get(text, text), f"{text} {rng.choice(_GIVEN)}", f"Dr. {text}", text.upper()))
    if name == "company":
        for form in _FORMS:
            text = text.replace(f" {form}", rng.choice(("", f" {form}", f", {form}")))
        return rng.choice((text, f"Fa. {text}"))
    if name == "birth_date":
        day, month, year = text.split(".")
        return rng.choice((f"{year}-{month}-{day}", f"{int(day)}.{int(month)}.{year[2:]}", f"{month}.{day}.{year}"))
    if name == "phone":
        return rng.choice((f"+49 {text[1:]}", f"0049{text[1:]}", f"{text[:4]}/{text[4:]}", f"+49 (0){text[1:]}"))
    if name == "email":
        return text.upper() if rng.random() < 0.5 else text.replace("gmail.com", "googlemail.com")
    swaps = (("ß", "ss"), ("ü", "ue"), ("ö", "oe"), ("ä", "ae"), ("straße", "str."), ("St. ", "Sankt "))
    return text.replace(*rng.choice(swaps))


def _copy(rng: random.Random, base: Row, dirt: Dirt) -> Row:
    row = dict(base)
    if rng.random() < dirt.moved:
        moved = _person(rng)
        row |= {name: moved[name] for name in ("street", "house_number", "postcode", "town")}
    if row["surname"] and rng.random() < dirt.renamed:
        row["surname"] = rng.choice((f"{row['surname']}-{_surname(rng)}", _surname(rng)))
    for name in _FIELDS:
        if row[name] and rng.random() < dirt.variant:
            row[name] = _other_spelling(rng, name, row[name])
    return row


def _dirty(rng: random.Random, base: Row, dirt: Dirt) -> Row:
    row = dict(base)
    for name in _FIELDS:
        if name not in {"surname", "company"} and rng.random() < dirt.missing:
            row[name] = ""
        elif row[name] and rng.random() < dirt.typo:
            row[name] = _typo(rng, row[name])
    if row["given_name"] and rng.random() < dirt.swapped:
        row["given_name"], row["surname"] = row["surname"], row["given_name"]
    return row


def german_duplicates(size: int, *, seed: int, dirt: Dirt = CLEAN, firms: float = 0.12) -> Labelled:
    """Make records with known duplicates.

    Args:
        size: number of records.
        seed: the same seed gives the same records.
        dirt: how dirty.
        firms: share of customers that are firms.

    Returns:
        Shuffled records, ids ``k0``, ``k1`` …, and the number of the customer behind each.
    """
    rng = random.Random(seed)
    rows: list[tuple[Row, int]] = []
    customer = 0
    while len(rows) < size:
        members = [_firm(rng) if rng.random() < firms else _person(rng)]
        while rng.random() < dirt.household and not members[0]["company"]:
            members.append(_relative(rng, members[0]))
        if not members[0]["company"] and rng.random() < 0.03:  # a tradesman and his firm
            members.append(_firm(rng, members[0]))
        for member in members:
            rows.append((_dirty(rng, member, dirt), customer))
            copies = rng.choice(dirt.copies)
            rows += [(_dirty(rng, _copy(rng, member, dirt), dirt), customer) for _ in range(copies)]
            customer += 1
    rows = rows[:size]
    rng.shuffle(rows)
    columns = {name: [row[name] for row, _ in rows] for name in _FIELDS}
    ids = [f"k{number}" for number in range(size)]
    return Labelled(MatchRecords(ids, **columns), [owner for _, owner in rows])
