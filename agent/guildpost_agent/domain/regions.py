"""Which federal states a postcode may lie in, by its first two digits (the Leitregion).

Leitregionen cross state borders, so each names every state it touches: for quiet hours a holiday in any of them counts.
Compiled for this purpose, November 2026, erring towards more states.
"""

from typing import Final

STATES: Final = ("BW", "BY", "BE", "BB", "HB", "HH", "HE", "MV", "NI", "NW", "RP", "SL", "SN", "ST", "SH", "TH")
_LEITREGIONEN: Final = """
01 SN BB|02 SN BB|03 BB SN|04 SN ST TH BB|06 ST TH SN|07 TH SN|08 SN TH|09 SN|10 BE|11 BE|12 BE BB|13 BE BB|14 BE BB ST
15 BB BE|16 BB BE MV|17 MV BB|18 MV|19 MV BB NI|20 HH|21 HH NI SH|22 HH SH|23 SH MV|24 SH|25 SH HH|26 NI|27 NI HB HH
28 HB NI|29 NI ST|30 NI|31 NI NW|32 NW NI|33 NW NI|34 HE NI NW TH|35 HE RP NW|36 HE TH BY|37 NI TH HE NW|38 NI ST
39 ST NI|40 NW|41 NW|42 NW|44 NW|45 NW|46 NW|47 NW|48 NW NI|49 NI NW|50 NW|51 NW RP|52 NW|53 NW RP|54 RP SL NW
55 RP HE|56 RP HE|57 NW RP HE|58 NW|59 NW|60 HE|61 HE|63 HE BY|64 HE BY BW|65 HE RP|66 SL RP|67 RP HE|68 BW HE
69 BW HE|70 BW|71 BW|72 BW|73 BW|74 BW HE BY|75 BW|76 BW RP|77 BW|78 BW|79 BW|80 BY|81 BY|82 BY|83 BY|84 BY|85 BY
86 BY|87 BY BW|88 BW BY|89 BW BY|90 BY|91 BY|92 BY|93 BY|94 BY|95 BY TH|96 BY TH|97 BY BW TH|98 TH BY|99 TH HE ST
"""
_STATES: Final = {
    entry[:2]: frozenset(entry[3:].split()) for line in _LEITREGIONEN.split("\n") for entry in line.split("|") if entry
}


def states_of(postcode: str, country: str = "DE") -> frozenset[str]:
    """List the states a German postcode may lie in; none for an unknown one and for other countries."""
    return _STATES.get(postcode[:2], frozenset()) if country == "DE" else frozenset()
