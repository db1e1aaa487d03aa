"""One row of a DMS export, read as a record.

A row without its key, or with a required field that cannot be read, raises ``BadRow`` and goes to quarantine. An
optional field that cannot be read is left empty and counted in ``Reading.warnings`` as ``table.field.reason``. What a
rule changed, moved or emptied is kept in the record's ``provenance``.
"""

from guildpost_agent.domain.dms_rows.appointments import read_appointment
from guildpost_agent.domain.dms_rows.consents import ConsentRow, read_consent
from guildpost_agent.domain.dms_rows.customers import CustomerRow, read_customer
from guildpost_agent.domain.dms_rows.jobs import read_job
from guildpost_agent.domain.dms_rows.reading import LONGEST_KEY, PURPOSE, REQUIRED, BadRow, Cells, Reading, Table
from guildpost_agent.domain.dms_rows.vehicles import read_vehicle
from guildpost_agent.domain.dms_rows.wheels import read_wheels

__all__ = [
    "LONGEST_KEY",
    "PURPOSE",
    "REQUIRED",
    "BadRow",
    "Cells",
    "ConsentRow",
    "CustomerRow",
    "Reading",
    "Table",
    "read_appointment",
    "read_consent",
    "read_customer",
    "read_job",
    "read_vehicle",
    "read_wheels",
]
