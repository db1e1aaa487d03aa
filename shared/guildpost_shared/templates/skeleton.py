"""Fill a template for many recipients: Liquid works once per shape, the rest is putting words into their places.

Most of what a recipient changes is merely written out: a name, a plate, a link. A *hole* is a value that the source
only ever writes as ``{{ name }}`` or asks for with ``== blank``; a list is one when it is only looped over and its
items are merely written. Everything else – whatever a condition compares, a filter touches, a case decides – makes the
*shape*, together with which holes are empty and how long the lists are.

    shape seen before    → its pieces, with the values between them
    shape not seen yet   → Liquid renders it once with a mark in each hole; the marks cut the result into pieces

So Liquid's rules (strict names, limits, escaping) decide about every shape, and a mail costs a join. The shapes kept
are bounded; a source whose marks could be mistaken is rendered by Liquid alone.
"""

import re
from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import Final

from liquid import BoundTemplate
from markupsafe import escape

from guildpost_shared.errors import Refused
from guildpost_shared.templates.context import Value, Values
from guildpost_shared.templates.liquid_env import MAX_OUTPUT_BYTES, render

MOST_SHAPES: Final = 128
"""How many shapes of one part are kept; a campaign needs a handful."""
MOST_WORDS: Final = 512
"""How many escaped values are kept; the dealer's own are some forty."""
_OPEN, _CLOSE = "\ue000", "\ue001"  # private use: no text that a template writes
_MARK: Final = re.compile(f"{_OPEN}(\\d+){_CLOSE}")
_LIQUID: Final = re.compile(r"\{\{-?\s*(.*?)\s*-?\}\}|\{%-?\s*(.*?)\s*-?%\}", re.DOTALL)
_NAME: Final = r"[a-z_]+(?:\.[a-z0-9_]+)?"
_WRITTEN: Final = re.compile(_NAME)
_BLANK: Final = re.compile(rf"(?<![\w.])({_NAME})\s*(?:==|!=)\s*blank\b")
_LOOP: Final = re.compile(rf"for\s+([a-z_]+)\s+in\s+({_NAME})")
_WORD: Final = re.compile(r"[a-z_][\w.]*")
_OTHER_PATHS: Final = re.compile(r"\[|\s\.|\.\s")  # vehicle["make"], vehicle . make

_Path = tuple[str, str]
"""A dotted name in two parts; the second is empty for a name without a dot."""
_Hole = tuple[_Path, int]
"""A name, and which item of it; -1 for a value that is no list."""
_Shape = tuple[object, ...]
_Pieces = tuple[tuple[str, ...], tuple[_Hole, ...]]


class Skeleton:
    """One part of a template (subject, text, HTML), ready for many recipients."""

    def __init__(
        self,
        template: BoundTemplate,
        source: str,
        names: frozenset[str],
        *,
        html: bool,
        finish: Callable[[str], str] = str,
    ) -> None:
        """Find the holes of a part.

        Args:
            template: the parsed source.
            source: the same as text.
            names: the dotted names that it uses (``check_names``).
            html: whether Liquid escapes what it writes.
            finish: tidies the whole; it must leave alone what stands in the holes.
        """
        self._template = template
        self._html = html
        self._finish = finish
        self._shapes: dict[_Shape, _Pieces] = {}
        compared, looped = _uses(source, names)
        self._compared = _paths(compared & names)
        self._lists = _paths((looped & names) - compared)
        self._holes = _paths(names - compared - looped)
        self._marked = _OPEN in source

    def render(self, variables: Values, template_id: str) -> str:
        """Fill the part.

        Raises:
            Refused: ``template_limit_exceeded`` or ``template_slot_missing``.
        """
        return "".join(self.pieces(variables, template_id))

    def pieces(self, variables: Values, template_id: str) -> tuple[str, ...]:
        """Fill the part, but leave it in pieces: those of the template are the same objects in every message.

        Raises:
            Refused: as ``render`` does.
        """
        try:
            shape = self._shape(variables)
        except KeyError as error:
            raise Refused("template_slot_missing", template=template_id, field=str(error)[:80]) from error
        pieces = self._shapes.get(shape)
        if pieces is None:
            if self._marked or any(_OPEN in text for text in _texts(variables)):
                return (self._finish(render(self._template, variables, template_id)),)
            pieces = self._cut(variables, template_id)
            if len(self._shapes) >= MOST_SHAPES:
                self._shapes.clear()
            self._shapes[shape] = pieces
        texts, holes = pieces
        whole = [""] * (len(texts) + len(holes))
        whole[::2] = texts
        written = [_written(variables, hole) for hole in holes]
        whole[1::2] = map(_escaped, written) if self._html else written
        if sum(map(len, whole)) * 4 > MAX_OUTPUT_BYTES and len("".join(whole).encode("utf-8")) > MAX_OUTPUT_BYTES:
            raise Refused("template_limit_exceeded", "output", template=template_id)
        return tuple(whole)

    def _shape(self, variables: Values) -> _Shape:
        compared = [_fixed(_value(variables, path)) for path in self._compared]
        empty = [not _value(variables, path) for path in self._holes]
        lengths = [_list_shape(_value(variables, path)) for path in self._lists]
        return (*compared, *empty, *lengths)

    def _cut(self, variables: Values, template_id: str) -> _Pieces:
        """Let Liquid render the shape with marks, and cut the result at them."""
        holes: list[_Hole] = []

        def mark(path: _Path, item: int) -> str:
            holes.append((path, item))
            return f"{_OPEN}{len(holes) - 1}{_CLOSE}"

        marked: Values = {head: dict(of) if isinstance(of, dict) else of for head, of in variables.items()}
        for path in self._holes:
            if isinstance(_value(variables, path), str) and _value(variables, path):
                _put(marked, path, mark(path, -1))
        for path in self._lists:
            items = _value(variables, path)
            if isinstance(items, list):
                _put(marked, path, [mark(path, at) if item else "" for at, item in enumerate(items)])
        texts = _MARK.split(self._finish(render(self._template, marked, template_id)))
        return tuple(texts[::2]), tuple(holes[int(number)] for number in texts[1::2])


def _paths(names: set[str] | frozenset[str]) -> tuple[_Path, ...]:
    """Cut names in two once, not for every message."""
    return tuple((head, tail) for head, _, tail in (name.partition(".") for name in sorted(names)))


def _value(variables: Values, path: _Path) -> Value:
    """Read a name's value, as ``context.look_up`` does.

    Raises:
        KeyError: the name is not offered.
    """
    head, tail = path
    found = variables[head]
    if isinstance(found, dict):
        return found[tail]
    if tail:
        raise KeyError(f"{head}.{tail}")
    return found


def _written(variables: Values, hole: _Hole) -> str:
    path, item = hole
    value = _value(variables, path)
    return value[item] if isinstance(value, list) else str(value)


@lru_cache(maxsize=MOST_WORDS)
def _escaped(text: str) -> str:
    """Escape for HTML; most of what is written is the same in every message of a run."""
    return str(escape(text))


def _uses(source: str, names: frozenset[str]) -> tuple[set[str], set[str]]:
    """Say which names do more than being written, and over which lists the source loops; all where it is unclear."""
    compared: set[str] = set()
    looped: set[str] = set()
    items: dict[str, set[str]] = {}
    for match in _LIQUID.finditer(source):
        written, tag = match[1], match[2]
        if _OTHER_PATHS.search(match[0]):
            return set(names), set()
        loop = _LOOP.fullmatch(tag) if tag is not None else None
        if loop:
            items.setdefault(loop[1], set()).add(loop[2])
            looped.add(loop[2])
        elif tag is not None:
            compared |= set(_WORD.findall(_BLANK.sub(" ", tag)))
        elif not _WRITTEN.fullmatch(written):
            compared |= set(_WORD.findall(written))
    for item, lists in items.items():
        if item in compared or item in names or any(word.startswith(f"{item}.") for word in compared):
            compared |= lists
    compared |= {name for name in looped if re.search(rf"\{{\{{-?\s*{re.escape(name)}\s*-?\}}\}}", source)}
    return compared, looped


def _texts(variables: Values) -> Iterator[str]:
    for of in variables.values():
        for value in of.values() if isinstance(of, dict) else (of,):
            yield from value if isinstance(value, list) else (str(value),)


def _fixed(value: Value) -> object:
    return tuple(value) if isinstance(value, list) else (type(value), value)


def _list_shape(value: Value) -> object:
    return tuple(not item for item in value) if isinstance(value, list) else (type(value), value)


def _put(variables: Values, path: _Path, value: Value) -> None:
    head, tail = path
    inner = variables[head]
    if isinstance(inner, dict):
        inner[tail] = value
    else:
        variables[head] = value
