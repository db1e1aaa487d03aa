"""Who made a vehicle, by the type keys of the registration certificate (HSN field 2.1, TSN field 2.2)."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class VehicleType:
    """A maker, and the model where the table names types."""

    maker: str
    model: str = ""


@dataclass(frozen=True)
class Makers:
    """By HSN (four digits) and TSN (three characters); an empty TSN stands for all types of the HSN."""

    types: Mapping[tuple[str, str], VehicleType]

    def type_of(self, hsn: str, tsn: str) -> VehicleType | None:
        """Name maker and model; the maker alone where the type is unknown, None for an unknown HSN.

        Zeros that a spreadsheet lost are put back.
        """
        key = _hsn(hsn)
        return self.types.get((key, tsn.strip().upper()[:3])) or self.types.get((key, ""))


def _hsn(hsn: str) -> str:
    return hsn.strip().zfill(4) if hsn.strip() else ""
