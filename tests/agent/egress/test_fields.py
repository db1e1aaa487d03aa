"""A protobuf message is taken apart without its schema, and whatever bytes there are, nothing breaks."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guildpost_agent.app.egress.fields import fields_of
from guildpost_shared.pb.v1 import enrolment_pb2


@given(
    st.text(min_size=1).filter(str.isprintable),
    st.binary(min_size=1, max_size=40),
    st.integers(0, 2**63),
)
def test_text_and_bytes_come_out_as_they_went_in(text: str, key: bytes, generation: int) -> None:
    message = enrolment_pb2.RenewRequest(agent_id=text, identity_proof=key, generation=generation)
    fields = fields_of(message.SerializeToString())
    assert fields is not None
    assert text.encode() in fields
    assert key in fields or fields_of(key)


def test_messages_within_messages_are_taken_apart_as_well() -> None:
    chain = [b"\xff" * 20, b"plain text"]
    reply = enrolment_pb2.EnrolReply(agent_id="one", certificate=enrolment_pb2.Certificate(chain=chain, generation=3))
    assert [b"one", *chain] == fields_of(reply.SerializeToString())


@pytest.mark.parametrize(
    "bytes_",
    [
        pytest.param(b"\x0a", id="a length is missing"),
        pytest.param(b"\x0a\x05abc", id="a field longer than its message"),
        pytest.param(b"\x02\x01a", id="a field without a number"),
        pytest.param(b"\x0b\x01", id="a wire type that is out of use"),
        pytest.param(b"\x08" + b"\xff" * 11, id="a number of eleven bytes"),
    ],
)
def test_what_is_no_message_is_said_to_be_none(bytes_: bytes) -> None:
    assert fields_of(bytes_) is None


@given(st.binary(max_size=200))
def test_no_bytes_break_it(data: bytes) -> None:
    fields = fields_of(data)
    assert fields is None or all(field in data for field in fields)
