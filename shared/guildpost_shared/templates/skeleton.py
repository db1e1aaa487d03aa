"""Fill a template for many recipients: Liquid works once per shape, the rest is putting words into their places.

Most of what a recipient changes is merely written out: a name, a plate, a link. A *hole* is a value that the source
only ever writes as ``{{ name }}`` or asks for with ``== blank``; a list is one when it is only looped over and its
items are merely written. Everything else – whatever a condition compares, a filter touches, a case decides, and what
is the sender's – makes the *shape*, together with which holes are empty and how long the lists are.

    shape seen before    → its pieces, with the values between them
    shape not seen yet   → Liquid renders it once with a mark in each hole; the marks cut the result into pieces

So Liquid's rules (strict names, limits, escaping) decide about every shape, and a mail costs a join. The shapes kept
are bounded; a source whose marks could be mistaken is rendered by Liquid alone.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
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

_THE_SENDERS: Final = ("dealer.", "brand.")
"""Names that begin so have one value in all messages of a run: they need no hole."""

_Path = tuple[str, str]
"""A dotted name in two parts; the second is empty for a name without a dot."""
_Hole = tuple[int, int]
"""Which of the values, and which item of it; -1 for a value that is no list."""
_Shape = tuple[object, ...]


@dataclass(frozen=True)
class _Cut:
    """A shape's pieces: texts, and between each two of them one of the holes."""

    texts: tuple[str, ...]
    holes: tuple[_Hole, ...]
    between: tuple[int, ...]


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
        self._shapes: dict[_Shape, _Cut] = {}
        compared, looped = _uses(source, names)
        compared |= {name for name in names if name.startswith(_THE_SENDERS)}
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
            compared, holes, lists = (_read(variables, paths) for paths in (self._compared, self._holes, self._lists))
            shape = (*map(_fixed, compared), *map(_hole_shape, holes), *map(_list_shape, lists))
            cut = self._shapes.get(shape)
        except (KeyError, TypeError) as error:
            raise Refused("template_slot_missing", template=template_id, field=str(error)[:80]) from error
        if cut is None:
            if self._marked or any(_OPEN in text for text in _texts(variables)):
                return (self._finish(render(self._template, variables, template_id)),)
            cut = self._cut(variables, template_id)
            if len(self._shapes) >= MOST_SHAPES:
                self._shapes.clear()
            self._shapes[shape] = cut
        values = holes + lists
        words: list[str] = [values[at] if item < 0 else values[at][item] for at, item in cut.holes]  # type: ignore[index,misc] # the cut knows which are lists
        if self._html:
            words = list(map(_escaped, words))
        whole = [""] * (len(cut.texts) + len(cut.between))
        whole[::2] = cut.texts
        whole[1::2] = [words[hole] for hole in cut.between]
        if sum(map(len, whole)) * 4 > MAX_OUTPUT_BYTES and len("".join(whole).encode("utf-8")) > MAX_OUTPUT_BYTES:
            raise Refused("template_limit_exceeded", "output", template=template_id)
        return tuple(whole)

    def _cut(self, variables: Values, template_id: str) -> _Cut:
        """Let Liquid render the shape with marks, and cut the result at them."""
        holes: list[_Hole] = []

        def mark(at: int, item: int) -> str:
            holes.append((at, item))
            return f"{_OPEN}{len(holes) - 1}{_CLOSE}"

        marked: Values = {head: dict(of) if isinstance(of, dict) else of for head, of in variables.items()}
        paths = (*self._holes, *self._lists)
        for at, (path, value) in enumerate(zip(paths, _read(variables, paths), strict=True)):
            if at < len(self._holes) and isinstance(value, str) and value:
                _put(marked, path, mark(at, -1))
            elif at >= len(self._holes) and isinstance(value, list):
                _put(marked, path, [mark(at, number) if item else "" for number, item in enumerate(value)])
        texts = _MARK.split(self._finish(render(self._template, marked, template_id)))
        return _Cut(tuple(texts[::2]), tuple(holes), tuple(map(int, texts[1::2])))


def _paths(names: set[str] | frozenset[str]) -> tuple[_Path, ...]:
    """Cut names in two once, not for every message."""
    return tuple((head, tail) for head, _, tail in (name.partition(".") for name in sorted(names)))


def _read(variables: Values, paths: Sequence[_Path]) -> list[Value]:
    """Read the values of some names.

    Raises:
        KeyError, TypeError: a name is not offered.
    """
    return [variables[head][tail] if tail else variables[head] for head, tail in paths]  # type: ignore[index,call-overload,misc] # as raised


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


def _hole_shape(value: Value) -> object:
    """Say whether a text is empty; whatever is no text is a part of the shape as it is."""
    return not value if isinstance(value, str) else _fixed(value)


def _list_shape(value: Value) -> object:
    return tuple(not item for item in value) if isinstance(value, list) else (type(value), value)


def _put(variables: Values, path: _Path, value: Value) -> None:
    head, tail = path
    inner = variables[head]
    if isinstance(inner, dict):
        inner[tail] = value
    else:
        variables[head] = value
