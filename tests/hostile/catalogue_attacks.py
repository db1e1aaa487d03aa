"""Attacks on a dealer's catalogue by name, with the code that the dealer's agent answers.

``ATTACKS``: name → what is done, the code of the refusal. A code of the whole state means that nothing new is taken
over; a code of one path means that this path is not in force. ``IGNORED``: not even noticed as new.
"""

from datetime import timedelta
from typing import Final

from guildpost_coordinator.domain.catalogue import Listing
from guildpost_coordinator.domain.proposals import describe
from tests.hostile import catalogue_moves as moves
from tests.hostile.catalogue_moves import A_DAY, LISTED, Attack
from tests.hostile.catalogue_scene import GOOD, NEW

IGNORED: Final = ""

ATTACKS: Final[dict[str, tuple[Attack, str]]] = {
    # who signs
    "marketing alone lists a service": (moves.lists("marketing", NEW), "catalogue_one_role_only"),
    "legal alone lists a service": (moves.lists("legal", NEW), "catalogue_one_role_only"),
    "legal alone lists a study": (moves.lists("legal", "studies/x/1.json"), "catalogue_one_role_only"),
    "the association alone lists a study": (moves.lists("association", "studies/x/1.json"), "catalogue_one_role_only"),
    "the roles list different contents": (moves.disagree(LISTED, describe(GOOD)), "catalogue_roles_disagree"),
    "the roles list different lengths": (moves.disagree(LISTED, Listing(5, LISTED.sha256)), "catalogue_roles_disagree"),
    "a role is signed by an online key": (moves.forged("legal", "models"), "catalogue_bad_signature"),
    "a role is signed by the snapshot's key": (moves.forged("legal", "snapshot"), "catalogue_bad_signature"),
    "legal is signed by marketing": (moves.forged("legal", "marketing"), "catalogue_bad_signature"),
    "a role is signed by the root": (moves.forged("marketing", "root"), "catalogue_bad_signature"),
    "a role is signed by nobody": (moves.unsigned, "catalogue_bad_signature"),
    "the brand swaps the association's key": (moves.swapped_association, "association_key_mismatch"),
    "a stolen marketing key is used after it was replaced": (
        moves.after_rotation("marketing"),
        "catalogue_bad_signature",
    ),
    "a stolen legal key is used after it was replaced": (moves.after_rotation("legal"), "catalogue_bad_signature"),
    # what a role may list
    "marketing lists in legal's namespace": (moves.names(f"legal/{NEW}"), "catalogue_bad_delegation"),
    "marketing lists a study": (moves.names("marketing/studies/x/1.json"), "catalogue_bad_delegation"),
    "an online key lists a service": (moves.lists("models", NEW), "catalogue_bad_delegation"),
    "a kind that does not exist is listed": (moves.names("marketing/prices/x.json"), "catalogue_bad_delegation"),
    "a path climbs out of its folder": (moves.names("marketing/services/../../x"), "catalogue_bad_delegation"),
    "a path is absolute": (moves.names("marketing//etc/passwd"), "catalogue_bad_delegation"),
    "a path has backslashes": (moves.names("marketing/services/..\\x"), "catalogue_bad_delegation"),
    "a path ends with a dot": (moves.names("marketing/services/x."), "catalogue_bad_delegation"),
    "a path has an umlaut": (moves.names("marketing/services/ä.json"), "catalogue_bad_delegation"),
    "a target has a hash of another kind": (moves.hash_of_another_kind, "catalogue_bad_signature"),
    # who may speak for whom
    "one key speaks for two roles": (moves.top(moves.one_key_for_two_roles), "catalogue_bad_delegation"),
    "one key counts twice towards two signatures": (moves.top(moves.one_key_twice), "catalogue_bad_delegation"),
    "a role's key is of an unknown type": (moves.top(moves.unknown_key_type), "catalogue_bad_signature"),
    "a role needs no signature": (
        moves.delegation("legal", lambda r: setattr(r, "threshold", 0)),
        "catalogue_bad_signature",
    ),
    "the top lists contents itself": (moves.top(moves.lists_itself), "catalogue_bad_delegation"),
    "a role gets a wider namespace": (
        moves.delegation("marketing", lambda r: setattr(r, "paths", ["*/*/*"])),
        "catalogue_bad_delegation",
    ),
    "a role's namespace is left open to others": (
        moves.delegation("legal", lambda r: setattr(r, "terminating", False)),
        "catalogue_bad_delegation",
    ),
    "a fifth role appears": (moves.top(moves.extra_role), "catalogue_bad_delegation"),
    "a role is missing": (moves.top(lambda top: moves.roles_of(top).pop("legal")), "catalogue_bad_delegation"),
    "delegations are signed by an online key": (
        lambda scene: scene.change_top(lambda _: None, scene.world.keys.online.models),
        "catalogue_bad_signature",
    ),
    # the root
    "the root is that of another network": (moves.other_network, "catalogue_wrong_root"),
    "a new root is signed by the new key alone": (moves.root_signed_by("new"), "catalogue_bad_signature"),
    "a new root is signed by the old key alone": (moves.root_signed_by("old"), "catalogue_bad_signature"),
    "the first root comes again as the second": (
        lambda scene: scene.world.files.write_metadata("2.root.json", scene.world.root),
        "catalogue_rollback",
    ),
    "a root key is used after it was replaced": (moves.stolen_root_after_rotation, "catalogue_bad_signature"),
    "the root is expired": (moves.expires("root", -A_DAY), "catalogue_expired"),
    # old for new
    "an older timestamp": (moves.older_file("timestamp"), "catalogue_rollback"),
    "an older snapshot": (moves.older_file("snapshot"), "catalogue_rollback"),
    "older delegations": (moves.older_top, "catalogue_rollback"),
    "an older listing of a role": (moves.older_file("role"), "catalogue_rollback"),
    "an older state after the metadata was lost": (moves.older_everything_after_lost_metadata, "catalogue_rollback"),
    "files of two states are mixed": (moves.mixed, "catalogue_bad_signature"),
    "a role says something else under the same version": (moves.other_contents_same_version, "catalogue_bad_signature"),
    "one dealer is shown another timestamp of the same version": (moves.split_view, IGNORED),
    "one dealer is shown a snapshot without a role": (moves.split_snapshot, "catalogue_bad_signature"),
    # dates
    "an expired timestamp": (moves.expires("timestamp", -A_DAY), "catalogue_expired"),
    "an expired snapshot": (moves.expires("snapshot", -A_DAY), "catalogue_expired"),
    "expired delegations": (moves.expires("targets", -A_DAY), "catalogue_expired"),
    "an expired listing of a role": (moves.expired_role, "catalogue_expired"),
    "a timestamp for ten years": (moves.expires("timestamp", timedelta(days=3650)), "catalogue_clock_behind"),
    "the dealer's clock is set back": (moves.clock(-timedelta(days=2)), "catalogue_clock_behind"),
    # bytes
    "a changed byte in contents": (moves.contents(lambda data: data[:-1] + b"?"), "catalogue_tampered_target"),
    "a byte less in contents": (moves.contents(lambda data: data[:-1]), "catalogue_tampered_target"),
    "a byte more in contents": (moves.contents(lambda data: data + b"!"), "catalogue_tampered_target"),
    "contents without end": (moves.contents(lambda _: b"x" * 50_000_000), "catalogue_tampered_target"),
    "contents are withheld": (moves.withheld, "catalogue_tampered_target"),
    "contents larger than allowed": (moves.oversized, "catalogue_target_too_large"),
    "more targets than allowed": (moves.many_targets, "catalogue_too_large"),
    "more bytes in all than allowed": (moves.many_bytes, "catalogue_too_large"),
    "a timestamp without end": (moves.text("timestamp.json", lambda _: b" " * 50_000_000), "catalogue_bad_signature"),
    "a listing without end": (moves.text("marketing.json", lambda _: b"[" * 50_000_000), "catalogue_bad_signature"),
    "a timestamp nested ten thousand deep": (
        moves.text("timestamp.json", lambda _: b"[" * 10_000),
        "catalogue_bad_signature",
    ),
    "a timestamp that is no object": (moves.text("timestamp.json", lambda _: b"null"), "catalogue_bad_signature"),
    "a timestamp that is no text": (moves.text("timestamp.json", lambda _: b"\xff\xfe\0"), "catalogue_bad_signature"),
    "a version that is not a number": (
        moves.text("timestamp.json", lambda data: data.replace(b'"version":4', b'"version":NaN')),
        "catalogue_bad_signature",
    ),
    "a version of five thousand digits": (
        moves.text("timestamp.json", lambda data: data.replace(b'"version":4', b'"version":' + b"9" * 5000)),
        "catalogue_bad_signature",
    ),
    "a field that stands twice": (
        moves.text("timestamp.json", lambda data: data.replace(b'"version":4', b'"version":4,"version":99')),
        "catalogue_bad_signature",
    ),
    "one signature twice": (
        moves.json("snapshot.json", lambda value: value["signatures"].append(value["signatures"][0])),
        "catalogue_bad_signature",
    ),
}
