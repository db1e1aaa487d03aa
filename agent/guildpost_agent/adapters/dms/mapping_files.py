"""Mapping profiles as files: ``mappings/NAME.toml`` in the agent's home, and the ready ones that come with the program.

A ready profile is a pattern: it counts once it is confirmed, which copies it into the home.
"""

import re
import tomllib
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date
from importlib import resources
from pathlib import Path
from typing import Final

from guildpost_agent.domain.mapping.profile import BadProfile, Profile, read_profile, write_profile
from guildpost_shared.errors import ConfigurationError

FOLDER: Final = "mappings"
_NAME: Final = re.compile(r"[a-z0-9][a-z0-9_-]{0,39}")


def load_profiles(folder: Path) -> tuple[Profile, ...]:
    """Read a site's profiles by name.

    Raises:
        ConfigurationError: ``mapping_invalid``.
    """
    return tuple(_read(path.read_bytes, str(path), path.stem) for path in sorted(folder.glob("*.toml")))


def confirmed(profiles: Sequence[Profile]) -> tuple[Profile, ...]:
    """Give the profiles that count for automatic imports."""
    return tuple(profile for profile in profiles if profile.confirmed_on)


def ready_profiles() -> tuple[Profile, ...]:
    """Read the profiles that come with the program."""
    found = (item for item in resources.files(__package__).joinpath("profiles").iterdir() if item.name[-5:] == ".toml")
    return tuple(_read(item.read_bytes, item.name, item.name[:-5]) for item in sorted(found, key=lambda i: i.name))


def find_profile(folder: Path, name: str) -> Profile:
    """Find a profile by name, the site's before a ready one.

    Raises:
        ConfigurationError: ``mapping_unknown`` or ``mapping_invalid``.
    """
    for profile in (*load_profiles(folder), *ready_profiles()):
        if profile.name == name:
            return profile
    raise ConfigurationError("mapping_unknown", name=name)


def save_profile(folder: Path, profile: Profile) -> Path:
    """Write a profile; a crash leaves the old one.

    Raises:
        ConfigurationError: ``mapping_name_invalid``.
    """
    if not _NAME.fullmatch(profile.name):
        raise ConfigurationError("mapping_name_invalid", name=profile.name)
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{profile.name}.toml"
    unfinished = path.with_suffix(".part")
    unfinished.write_text(write_profile(profile), encoding="utf-8")
    return unfinished.replace(path)


def confirm_profile(folder: Path, name: str, today: date) -> Profile:
    """Let a profile count from now on.

    Raises:
        ConfigurationError: as ``find_profile``.
    """
    profile = replace(find_profile(folder, name), confirmed_on=today)
    save_profile(folder, profile)
    return profile


def _read(read: Callable[[], bytes], place: str, name: str) -> Profile:
    try:
        return read_profile(tomllib.loads(read().decode("utf-8")), name)
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, BadProfile, OSError) as error:
        raise ConfigurationError("mapping_invalid", path=place, reason=str(error)) from None
