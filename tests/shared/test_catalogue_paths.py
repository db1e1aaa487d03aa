"""Names in the signed catalogue: the grammar, the one table of roles, and what TUF makes of both."""

import hashlib
import string

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tuf.api.metadata import DelegatedRole, TargetFile

from guildpost_coordinator.adapters.catalogue_repository.codec import canonical, role_metadata
from guildpost_coordinator.domain.catalogue import Listing
from guildpost_shared.catalogue_keys import key_fingerprint, same_fingerprint
from guildpost_shared.catalogue_paths import (
    MAX_PARTS,
    MAX_TARGETS_PER_ROLE,
    REQUIRED_ROLES,
    ROLES,
    check_path,
    delegation_patterns,
    is_metadata_name,
    parse_target_file_name,
    path_in_namespace,
    required_roles,
    target_name,
)
from guildpost_shared.errors import Refused
from guildpost_shared.wire.limits import RECEIVE_CAP
from tests.factories.catalogue import real_now

_PART = st.text(string.ascii_lowercase + string.digits + "_-", min_size=1, max_size=16)
PATHS = st.builds(
    lambda kind, parts: "/".join([kind, *parts]),
    st.sampled_from(sorted(REQUIRED_ROLES)),
    st.lists(_PART, min_size=1, max_size=MAX_PARTS - 1),
)


@pytest.mark.parametrize(
    "path",
    ["services/hu_au.json", "templates/hu_au/1/email.de.mjml", "roster/roster.json", "studies/slot-lead/1.json"],
)
def test_the_paths_of_the_sample_brand_are_allowed(path: str) -> None:
    assert path == check_path(path)


@pytest.mark.parametrize(
    "path",
    [
        "",
        "services",
        "services/",
        "/services/x",
        "services//x",
        "services/../x",
        "services/./x",
        "services/x.",
        "services/X.json",
        "services/ä.json",
        "services/x y",
        "services/x\n",
        "services\\x",
        "unknown/x",
        "-services/x",
        "services/" + "x" * 113,
        "services/a/b/c/d/e/f",
    ],
)
def test_everything_else_is_refused(path: str) -> None:
    with pytest.raises(Refused, match="catalogue_bad_path"):
        check_path(path)


@pytest.mark.parametrize(
    ("path", "roles"),
    [
        ("services/x.json", ("marketing", "legal")),
        ("templates/x/1/email.de.txt", ("marketing", "legal")),
        ("studies/x/1.json", ("legal", "association")),
        ("roster/roster.json", ("legal", "association")),
        ("models/x.json", ("models",)),
        ("releases/x/2027-q1.json", ("models",)),
    ],
)
def test_each_kind_names_its_roles(path: str, roles: tuple[str, ...]) -> None:
    assert roles == required_roles(path)


@given(PATHS)
def test_tuf_delegates_a_path_to_its_own_namespace_and_to_no_other(path: str) -> None:
    for role in required_roles(path):
        name = target_name(role, path)
        covering = [
            other
            for other in ROLES
            if DelegatedRole(other, ["k"], 1, terminating=True, paths=delegation_patterns(other)).is_delegated_path(
                name
            )
        ]
        assert [role] == covering
        assert path == path_in_namespace(role, name)


@given(PATHS, st.binary(max_size=8))
def test_the_name_a_target_is_fetched_by_leads_back_to_it(path: str, contents: bytes) -> None:
    for role in required_roles(path):
        (name,) = TargetFile.from_data(target_name(role, path), contents).get_prefixed_paths()
        assert (role, path, hashlib.sha256(contents).hexdigest()) == parse_target_file_name(name)


@given(st.text(max_size=80))
def test_no_text_makes_the_name_parsers_stumble(text: str) -> None:
    for name in (text, f"legal/{text}", f"legal/services/{'0' * 64}.{text}", f"{text}.json"):
        parts = parse_target_file_name(name)
        if parts is not None:
            assert parts.path == check_path(parts.path)
        if is_metadata_name(name):
            assert "/" not in name


@pytest.mark.parametrize(
    ("role", "name"),
    [("marketing", "legal/services/x.json"), ("marketing", "marketing/studies/x/1.json"), ("models", "models/models")],
)
def test_a_name_outside_a_roles_business_is_refused(role: str, name: str) -> None:
    with pytest.raises(Refused):
        path_in_namespace(next(r for r in ROLES if r == role), name)


def test_the_largest_proposal_fits_into_one_message() -> None:
    longest = "legal/services/" + "x" * 112
    targets = {f"{longest[:-4]}{i:04}": Listing(1024 * 1024, "f" * 64) for i in range(MAX_TARGETS_PER_ROLE)}
    to_sign = canonical(role_metadata(10**6, real_now(), targets))
    assert 2 * len(to_sign) + 1024 < RECEIVE_CAP


def test_a_fingerprint_is_the_sha256_of_the_raw_key() -> None:
    key = bytes.fromhex("d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a")  # RFC 8032, 7.1, test 1
    expected = "21fe31dfa154a261626bf854046fd2271b7bed4b6abe45aa58877ef47f9721b9"
    assert expected == key_fingerprint(key)
    assert [True, False] == [same_fingerprint(key, expected), same_fingerprint(key, "0" * 64)]
