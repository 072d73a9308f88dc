"""Repairs, judgements, undo, saves and kills while a review is on: screen and report agree, whatever was done."""

from __future__ import annotations

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import invariant, precondition, rule

from engine.actions import perform
from engine.document import Document
from engine.errors import AppError
from engine.jobs import Job, steps
from engine.review.queue import Reviewer
from engine.review.states import SETTLED
from tests.engine.review.test_repairs_machine import ACTIONS, PLACES, Repairs, content


class Reviewing(Repairs):
    """The same hands, with a review open: repairs note what they have fixed, in their own step."""

    def open(self, document: Document) -> None:
        super().open(document)
        self.session.jobs.connect(self.run)
        perform(ACTIONS, self.session, "review.open")

    def run(self, job: Job) -> None:
        if job.request is None:
            for step in steps(job):
                self.session.jobs.accept(job, step)
        self.session.jobs.ended(job)

    @precondition(lambda self: self.session.review.listed)
    @rule(place=PLACES)
    def go(self, place: int) -> None:
        listed = self.session.review.listed
        perform(ACTIONS, self.session, "review.go", str(place % len(listed) + 1))
        self.session.media.shown = self.session.media.target

    @rule(name=st.sampled_from(["review.accept", "review.flag", "review.unsee", "review.next", "review.back"]))
    def say(self, name: str) -> None:
        """Judge the entry that is looked at, take it back, or go on."""
        before = self.session.document
        try:
            perform(ACTIONS, self.session, name)
        except AppError as error:
            assert error.title
        if self.session.document is not before:
            self.note(content(before))
        self.session.media.shown = self.session.media.target

    @rule(state=st.sampled_from(["", "unseen", "accepted", "fixed", "flagged"]))
    def narrow(self, state: str) -> None:
        perform(ACTIONS, self.session, "review.filter", "state", state)

    @invariant()
    def what_is_listed_is_what_a_report_lists(self) -> None:
        review, document = self.session.review, self.session.document
        assert review.on and not review.asking
        report = Reviewer().entries(document)
        assert {*map(about, report)} == {*map(about, review.entries)}
        assert not any(entry.state in SETTLED for entry in report)
        said = [one for track in document.tracks.values() for one in track.review if not one.of]
        assert len(review.said) <= len(said) and review.judged == len(review.said)


def about(entry) -> tuple:
    return entry.ids, entry.first, entry.last, entry.state


TestReviewing = Reviewing.TestCase
TestReviewing.settings = settings(max_examples=15, stateful_step_count=15, deadline=None)
