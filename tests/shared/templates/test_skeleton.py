"""A template's skeleton writes exactly what Liquid writes, whatever the values."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from guildpost_shared.errors import Refused
from guildpost_shared.templates.context import Value, Values, clean
from guildpost_shared.templates.liquid_env import check_names, parse, render
from guildpost_shared.templates.mail import MailTemplate
from guildpost_shared.templates.skeleton import MOST_SHAPES, Skeleton
from tests.shared.templates.sample import MAILS, compiled

NAMES = frozenset(
    {
        *("salutation", "due_month", "overdue", "also_due", "vehicle.make", "vehicle.plate", "slots.offer"),
        *("dealer.name", "dealer.imprint"),
    }
)
SOURCES = {
    "only written": "{{ salutation }} {{ vehicle.make }}, {{ salutation }}",
    "blank or not": "{% if vehicle.plate != blank %}({{ vehicle.plate }}){% endif %}{{ vehicle.make }}",
    "flag": "{% if overdue %}{{ due_month }}{% else %}im {{ due_month }}{% endif %}",
    "truthy text": "{% if vehicle.plate %}{{ vehicle.plate }}{% endif %}",
    "compared": '{% if vehicle.make == "Arvana" %}A{% else %}{{ vehicle.make }}{% endif %}',
    "compared in brackets": '{% if vehicle["make"] == "Arvana" %}A{% endif %}{{ vehicle.make }}',
    "compared with spaces": '{% if vehicle . make == "Arvana" %}A{% endif %}{{ vehicle.make }}',
    "empty": "{% if vehicle.plate == empty %}-{% endif %}{{ vehicle.plate }}",
    "contains": '{% if salutation contains "x" %}X{% endif %}{{ salutation }}',
    "filtered": "{{ vehicle.make | upcase }} {{ vehicle.make }}",
    "case": '{% case due_month %}{% when "März" %}M{% else %}{{ due_month }}{% endcase %}',
    "unless and or": "{% unless overdue or vehicle.plate == blank %}{{ vehicle.plate }}{% endunless %}",
    "loop": "{% for line in also_due %}- {{ line }}\n{% endfor %}{{ salutation }}",
    "loop with a condition": '{% for line in also_due %}{% if line == "x" %}X{% endif %}{{ line }}{% endfor %}',
    "loop with a filter": "{% for line in also_due %}{{ line | upcase }}{% endfor %}",
    "loop with a limit": "{% for line in also_due limit:1 %}{{ line }}{% endfor %}",
    "loop twice": "{% for a in also_due %}{{ a }}{% endfor %}|{% for b in also_due %}{{ b }}{% endfor %}",
    "loop over blank items": "{% for line in also_due %}{% if line != blank %}[{{ line }}]{% endif %}{% endfor %}",
    "a list written out": "{{ also_due }}",
    "a flag written out": "{{ overdue }}",
    "joined": '{{ also_due | join: ", " }}',
    "list or blank": "{% if also_due == blank %}none{% else %}some{% endif %}",
    "a loop's name hides another": "{% for salutation in also_due %}{{ salutation }}{% endfor %}{{ salutation }}",
    "the sender's": "{{ dealer.name }}{{ salutation }}{% for line in dealer.imprint %}{{ line }}{% endfor %}",
    "the sender's or blank": "{% if dealer.name != blank %}{{ dealer.name }}: {% endif %}{{ salutation }}",
    "comment": "{% comment %}{{ vehicle.make | upcase }}{% for x in also_due %}{% endcomment %}{{ salutation }}",
    "a mark of its own": "\ue0000\ue001{{ salutation }}",
    "whitespace control": "a {{- salutation -}} b {%- if overdue -%} c {%- endif -%}",
}
TEXT = st.sampled_from(["", "x", "Arvana", "März", "<b>&'\"", "\ue0000\ue001", "{{ salutation }}", "Ähre"]) | st.text(
    max_size=9
)
VALUES = st.fixed_dictionaries(
    {
        "salutation": TEXT,
        "due_month": TEXT,
        "overdue": st.booleans(),
        "also_due": st.lists(TEXT, max_size=3),
        "vehicle": st.fixed_dictionaries({"make": TEXT, "plate": TEXT}),
        "slots": st.fixed_dictionaries({"offer": TEXT}),
        "dealer": st.fixed_dictionaries({"name": TEXT, "imprint": st.lists(TEXT, max_size=2)}),
    }
)


@pytest.mark.parametrize("html", [False, True], ids=["text", "html"])
@pytest.mark.parametrize("source", SOURCES.values(), ids=SOURCES.keys())
def test_a_skeleton_writes_what_liquid_writes(source: str, html: bool) -> None:  # noqa: FBT001 — a case of the table
    template = parse(source, html=html, template_id="t", part="txt")
    skeleton = Skeleton(template, source, check_names(template, NAMES, "t"), html=html)

    @settings(max_examples=60, deadline=None)
    @given(st.lists(VALUES, min_size=1, max_size=3))
    def compare(messages: list[Values]) -> None:
        for variables in map(_cleaned, messages):
            assert render(template, variables, "t") == skeleton.render(variables, "t")

    compare()


def _cleaned(variables: Values) -> Values:
    """Clean each value as a message's are: none is blank but the empty one."""
    return {
        head: {tail: _clean(value) for tail, value in of.items()} if isinstance(of, dict) else _clean(of)
        for head, of in variables.items()
    }


def _clean(value: Value) -> Value:
    if isinstance(value, list):
        return [clean(item) for item in value]
    return clean(value) if isinstance(value, str) else value


@pytest.mark.parametrize("template_id", MAILS)
def test_the_second_mail_of_a_shape_is_as_right_as_the_first(template_id: str) -> None:
    template, fresh = MailTemplate(compiled(template_id)), MailTemplate(compiled(template_id))
    sample = template.manifest.sample
    template.render(replace(sample, salutation="Guten Tag Erste,"))
    second = template.render(replace(sample, salutation="Guten Tag <Zweite> & Söhne,"))
    assert "Guten Tag &lt;Zweite&gt; &amp; Söhne," in second.html
    assert "Guten Tag <Zweite> & Söhne," in second.text
    assert "Erste" not in second.html + second.text + second.subject
    assert second == fresh.render(replace(sample, salutation="Guten Tag <Zweite> & Söhne,"))


def test_shapes_without_end_are_not_kept() -> None:
    source = "{{ salutation | upcase }}"
    template = parse(source, html=False, template_id="t", part="txt")
    skeleton = Skeleton(template, source, frozenset({"salutation"}), html=False)
    for number in range(3 * MOST_SHAPES):
        assert f"GUTEN TAG {number}" == skeleton.render({"salutation": f"Guten Tag {number}"}, "t")
    assert len(skeleton._shapes) <= MOST_SHAPES


@pytest.mark.parametrize(
    "values", [{"salutation": "x" * 100_001}, {"salutation": "ß" * 50_001}], ids=["ascii", "utf-8"]
)
def test_the_limit_of_the_output_holds_for_what_stands_in_the_holes(values: Values) -> None:
    source = "{{ salutation }}"
    template = parse(source, html=False, template_id="t", part="txt")
    skeleton = Skeleton(template, source, frozenset({"salutation"}), html=False)
    assert "short" == skeleton.render({"salutation": "short"}, "t")
    with pytest.raises(Refused, match="template_limit_exceeded"):
        skeleton.render(values, "t")


def test_a_value_that_is_not_there_is_refused_by_its_name() -> None:
    source = "{{ vehicle.make }}"
    template = parse(source, html=False, template_id="t", part="txt")
    skeleton = Skeleton(template, source, frozenset({"vehicle.make"}), html=False)
    with pytest.raises(Refused, match="template_slot_missing"):
        skeleton.render({"vehicle": {}}, "t")
