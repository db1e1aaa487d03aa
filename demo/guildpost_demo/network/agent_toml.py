"""Write a dealership's ``agent.toml``: its imprint, its own figures, and where mail, letters and exports are."""

import json
from dataclasses import dataclass
from pathlib import Path

from guildpost_demo.network.dealers import DealerProfile


@dataclass(frozen=True)
class Surroundings:
    """Where one dealership's agent finds everything in the demo."""

    drop_folder: Path
    letters_folder: Path
    smtp_host: str
    smtp_port: int
    smtp_ca_file: Path
    relay_url: str
    relay_ca_file: Path
    web_listen: str = "127.0.0.1:0"
    language: str = "de"


def _value(value: str | int | list[int] | list[str] | Path) -> str:
    """Write a value as TOML (JSON's strings, numbers and lists are TOML too)."""
    return json.dumps(str(value) if isinstance(value, Path) else value, ensure_ascii=False)


def _section(section: str, /, **values: str | int | list[int] | list[str] | Path) -> str:
    return "\n".join([f"[{section}]", *(f"{key} = {_value(value)}" for key, value in values.items())]) + "\n"


def agent_toml(profile: DealerProfile, around: Surroundings) -> str:
    """Give the text of a dealership's configuration file."""
    sections = (
        f"language = {_value(around.language)}\n",
        _section(
            "dealer",
            name=profile.name,
            legal_name=profile.legal_name,
            street=f"{profile.street} {profile.house}",
            postcode=profile.place.postcode,
            town=profile.place.town,
            state=profile.place.state,
            phone=profile.phone,
            email=profile.email,
            website=profile.website,
            register_court=profile.register_court,
            register_number=profile.register_number,
            managing_directors=profile.managing_directors,
            vat_id=profile.vat_id,
            timezone="Europe/Berlin",
        ),
        _section(
            "figures",
            weekly_budget_cents=profile.weekly_budget_cents,
            workshop_places_per_day=profile.workshop_places_per_day,
            hourly_rate_cents=profile.hourly_rate_cents,
        ),
        _section("dms", drop_folder=around.drop_folder),
        _section(
            "smtp",
            host=around.smtp_host,
            port=around.smtp_port,
            security="starttls",
            ca_file=around.smtp_ca_file,
            from_address=profile.email,
            from_name=profile.name,
            username="",
            password_file="",
        ),
        _section("letters", folder=around.letters_folder, release_weekdays=[1], release_every_days=14),
        _section("relay", url=around.relay_url, ca_file=around.relay_ca_file),
        _section("web", listen=around.web_listen),
        _section("services", enabled=["hu_au", "inspection", "appointment_confirmation"]),
    )
    return "\n".join(sections)
