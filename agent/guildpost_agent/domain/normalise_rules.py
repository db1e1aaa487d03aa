"""What normalisation may do to a value: every rule has a code, and a sentence ``provenance.<code>`` for people.

A rule is noted with the text as the DMS had it wherever it moved, repaired or emptied a value; taking away blanks is no
rule.
"""

from enum import StrEnum
from typing import Final

LONGEST_RAW: Final = 200
"""So much of the original text is kept beside a rule's code, in characters."""


class Rule(StrEnum):
    """The rules, in the order of the fields that they work on."""

    UNREADABLE = "unreadable"
    CUT = "cut"
    DOUBLE_ENCODED = "double_encoded"
    ALL_CAPS = "all_caps"

    SALUTATION_UNKNOWN = "salutation_unknown"
    SALUTATION_MOVED = "salutation_moved"
    TITLE_MOVED = "title_moved"
    FIRM_WORD = "firm_word"
    COMPANY_IN_NAME = "company_in_name"
    CONTACT_PERSON = "contact_person"
    CARE_OF = "care_of"
    TWO_PERSONS = "two_persons"
    NAMES_TURNED = "names_turned"
    NAME_LINE_MOVED = "name_line_moved"
    NAME_LINE_LEFT_OUT = "name_line_left_out"
    DECEASED_MARK = "deceased_mark"
    DUMMY_NAME = "dummy_name"
    BLOCK_MARK = "block_mark"

    POST_BOX = "post_box"
    POSTCODE_ZERO = "postcode_zero"
    POSTCODE_MOVED = "postcode_moved"
    COUNTRY_FROM_POSTCODE = "country_from_postcode"

    PHONE_PLACEHOLDER = "phone_placeholder"
    PHONE_SEVERAL = "phone_several"
    PHONE_EXTENSION = "phone_extension"
    PHONE_WORDS = "phone_words"
    PHONE_MOVED = "phone_moved"
    EMAIL_PLACEHOLDER = "email_placeholder"
    EMAIL_OWN_DOMAIN = "email_own_domain"
    EMAIL_SEVERAL = "email_several"
    EMAIL_REPAIRED = "email_repaired"

    VIN_PLACEHOLDER = "vin_placeholder"
    PLATE_PLACEHOLDER = "plate_placeholder"
    PLATE_SEASON = "plate_season"
    KEY_ZEROS = "key_zeros"
    KEY_SPLIT = "key_split"
    KEEPER_FROM_OWNER = "keeper_from_owner"

    DATE_PLACEHOLDER = "date_placeholder"
    DATE_CENTURY = "date_century"
    DATE_SERIAL = "date_serial"
    DATE_IN_FUTURE = "date_in_future"
    DATE_IMPLAUSIBLE = "date_implausible"
    HU_FROM_AU = "hu_from_au"
    KM_THOUSANDS = "km_thousands"
