"""E-mail, then letter, then a call: the next way is taken when one fails, or when nobody answers."""

from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from guildpost_agent.app.dealership import SUPPRESSION_KEY
from guildpost_agent.domain.call_tasks import CallReason, CallTask
from guildpost_agent.domain.records import Channel
from guildpost_agent.domain.suppression import address_hmac
from tests.agent.calls.test_call_use_cases import PHONE
from tests.factories.agent import KEY, a_customer
from tests.factories.leaving import leave
from tests.factories.planning_story import DAY, SERVICES, Story

START, END = date(2027, 3, 1), date(2027, 7, 20)


class Returning(Story):
    """A story in which every e-mail comes back: the mailbox is gone, and the address is never used again."""

    def __init__(self, folder: Path, *services: str) -> None:
        super().__init__(folder, START, *services)
        self.bounced: list[str] = []

    def _send(self) -> None:
        for touchpoint in self._touchpoints():
            if touchpoint.state != "planned" or touchpoint.planned_at > self._at(20):
                continue
            fate = "bounced" if touchpoint.channel is Channel.EMAIL else "sent"
            told = leave(self.store, touchpoint, SERVICES[touchpoint.service_id], self._at(8), fate=fate)
            self.told += [told] if told else []
            if fate == "bounced":
                self.bounced.append(touchpoint.touch_id)
                with self.store() as uow:
                    address = address_hmac(KEY, a_customer(touchpoint.customer_id).email)
                    uow.suppressions.add(address, Channel.EMAIL, "bounced", self._at(8))
                    uow.commit()

    def calls(self) -> list[CallTask]:
        with self.store() as uow:
            return uow.calls.open()


@pytest.fixture
def story(tmp_path: Path) -> Returning:
    found = Returning(tmp_path, "warranty_end")
    with found.store() as uow:
        uow.documents.put(SUPPRESSION_KEY, KEY)
        uow.commit()
    found.customer_with_a_car(warranty_end=END)
    return found


def with_phone(story: Returning, **customer: Any) -> None:
    story.becomes(mobile="+491701234567", **customer)
    story.add(replace(PHONE, customer_id=story.customer))


def test_a_mail_that_came_back_is_followed_by_a_letter_about_the_same_thing(story: Returning) -> None:
    story.until(END)
    assert 1 == len(story.bounced)
    assert {"letter"} == {one.channel for one in story.told}
    assert story.told[0].met > START


def test_letters_that_nobody_answers_are_followed_by_a_call(story: Returning) -> None:
    with_phone(story)
    story.until(END - 14 * DAY)
    last = story.told[-1]
    story.until(last.met + 21 * DAY)
    (task,) = story.calls()
    assert ("warranty_end", CallReason.WARRANTY_END) == (task.service_id, task.reason)
    assert task.opens >= last.met + 14 * DAY


def test_whom_neither_mail_nor_letter_reaches_is_called_in_the_messages_days(story: Returning) -> None:
    with_phone(story, street="")
    while not story.bounced:
        story.until(story.today)
    story.until(story.today + 10 * DAY)
    assert [] == story.told
    assert ["warranty_end"] == [task.service_id for task in story.calls()]


def test_who_may_not_be_called_is_not(story: Returning) -> None:
    story.becomes(mobile="+491701234567")
    story.until(END)
    assert [] == story.calls()
