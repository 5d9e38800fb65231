"""The queue's events as Hypothesis draws them, each foretold by a model of plain lists and dictionaries."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import ClassVar

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from sqlalchemy import text

from mammo.errors import JobStateError
from mammo.store import Failure, MetricRow, NewJob, Worker

WAITING = ("queued", "paused", "held")
WORKING = ("starting", "running")
IN_HAND = (*WORKING, "cancelling")
ENDS = ("succeeded", "failed", "cancelled")
ALL = (*WAITING, *IN_HAND, *ENDS)
FRUITLESS_ATTEMPTS = 3

#: How a worker ends an attempt: from where, to where, by which call.
ENDINGS = {
    "pause": (WORKING, "paused", lambda jobs, job, attempt: jobs.pause(job, attempt, "disk full")),
    "release": (WORKING, "queued", lambda jobs, job, attempt: jobs.release(job, attempt, "drained")),
    "finish": (("running",), "succeeded", lambda jobs, job, attempt: jobs.finish(job, attempt, {"n": attempt})),
    "fail": (WORKING, "failed", lambda jobs, job, attempt: jobs.fail(job, attempt, Failure("bug", "No."))),
    "confirm_cancel": (("cancelling",), "cancelled", lambda jobs, job, attempt: jobs.confirm_cancel(job, attempt)),
}

WORKERS = st.builds(Worker, st.sampled_from(["w1", "w2", "w3"]), st.just(7), st.just("boot"), st.just(1.0))
PEOPLE = st.sampled_from(["anna", "bert"])
PICK = st.tuples(st.sampled_from([True, True, False]), st.floats(0, 1, exclude_max=True))


def chosen(fit, everything, pick):
    among = fit if fit and pick[0] else everything
    return among[int(pick[1] * len(among))]


@dataclass
class Known:
    """What the model knows of a job."""

    number: int
    priority: int
    state: str = "queued"
    attempt: int = 0
    wish: str | None = None
    progress: float = 0.0
    fruitless: int = 0
    metrics: dict = field(default_factory=dict)
    history: list = field(default_factory=list)
    record: object = None  # as it was when it ended


@dataclass(frozen=True)
class Drawn:
    """All that an event may need."""

    pick: tuple
    other: tuple
    worker: Worker
    by: str
    key: str | None
    number: int


DRAWN = st.builds(Drawn, PICK, PICK, WORKERS, PEOPLE, st.sampled_from([None, None, "a", "b"]), st.integers(0, 99))
REPORTS = ("heartbeat", "progress", "checkpoint", "usage", "metrics")
FOR_ATTEMPTS = {"take_over", "lose", "begin", *ENDINGS, *REPORTS}
EVENTS = {
    "submit": lambda machine, drawn: machine.submit(drawn.by, drawn.number % 3 - 1, drawn.key),
    "clone": lambda machine, drawn: machine.clone(drawn.pick, drawn.by),
    "retry": lambda machine, drawn: machine.retry(drawn.pick, drawn.by),
    "cancel": lambda machine, drawn: machine.cancel(drawn.pick, drawn.by),
    "request_pause": lambda machine, drawn: machine.request_pause(drawn.pick, drawn.by),
    "resume": lambda machine, drawn: machine.resume_or_hold(drawn.pick, drawn.by, "resume"),
    "hold": lambda machine, drawn: machine.resume_or_hold(drawn.pick, drawn.by, "hold"),
    "set_priority": lambda machine, drawn: machine.set_priority(drawn.pick, drawn.by, drawn.number % 5 - 2),
    "move": lambda machine, drawn: machine.move(drawn.pick, drawn.other, drawn.by),
    "move_first": lambda machine, drawn: machine.move_to_an_end(drawn.pick, drawn.by, "move_first"),
    "move_last": lambda machine, drawn: machine.move_to_an_end(drawn.pick, drawn.by, "move_last"),
    "claim": lambda machine, drawn: machine.claim(drawn.worker),
    "start": lambda machine, drawn: machine.start(drawn.pick, drawn.worker),
    "take_over": lambda machine, drawn: machine.take_over(drawn.pick, drawn.worker),
    "lose": lambda machine, drawn: machine.lose(drawn.pick),
    "begin": lambda machine, drawn: machine.begin(drawn.pick),
    **{way: lambda machine, drawn, way=way: machine.end_attempt(drawn.pick, way) for way in ENDINGS},
    **{what: lambda machine, drawn, what=what: machine.report(drawn.pick, what, drawn.number) for what in REPORTS},
}
WHAT = [
    *EVENTS,
    *["claim"] * 4,
    *["begin"] * 4,
    *["finish", "hold", "lose"] * 3,
    "submit",
    "cancel",
]  # work goes on amid it all


class QueueMachine(RuleBasedStateMachine):
    met: ClassVar = Counter()  # (states that allow an action, state that it met, was the attempt the right one)

    def __init__(self, open_empty):
        super().__init__()
        self.store = open_empty()
        self.jobs = self.store.jobs
        self.known, self.line, self.keys, self.given = {}, [], {}, []

    def teardown(self):
        for job in self.known.values():
            assert job.record in (None, self.jobs.get(job.number))  # an end is never undone or written over
            told = [(event.from_state, event.to_state, event.attempt) for event in self.jobs.history(job.number)]
            assert told == job.history
            assert [to for _, to, _ in told].count("succeeded") <= 1
            assert {(row.step, row.name): row.value for row in self.jobs.metrics(job.number)} == job.metrics
        if self.store._database.engine.dialect.name == "sqlite":
            with self.store._database.reading() as connection:
                assert connection.scalar(text("PRAGMA integrity_check")) == "ok"

    def queue(self):
        waiting = [self.known[number] for number in self.line if self.known[number].state == "queued"]
        return [job.number for job in sorted(waiting, key=lambda job: -job.priority)]

    def a_job(self, pick, states):
        """Mostly one in a state that allows what is to be done; now and then any other."""
        fit = [job for job in self.known.values() if job.state in states]
        return chosen(fit, list(self.known.values()), pick)

    def an_attempt(self, pick, states):
        """Mostly the present attempt of a job in a state that allows it; now and then one whose time is over."""
        fit = [(job.number, job.attempt) for job in self.known.values() if job.state in states and job.attempt]
        number, attempt = chosen(fit, self.given, pick)
        return self.known[number], attempt

    def becomes(self, job, state):
        job.history.append((job.state if job.history else None, state, job.attempt))
        job.state = state
        if state in ENDS:
            job.record = self.jobs.get(job.number)

    def added(self, number, priority):
        job = self.known[number] = Known(number, priority)
        self.line.append(number)
        self.becomes(job, "queued")

    def into_hands(self, job):
        job.attempt += 1
        self.given.append((job.number, job.attempt))
        self.becomes(job, "starting")

    def allowed(self, job, states, call, attempt=None):
        """Call, and tell whether it was right that it was carried out; a refusal has the right reason."""
        expected = job.state in states and attempt in (None, job.attempt)
        self.met[frozenset(states), job.state, attempt in (None, job.attempt)] += 1
        refusal = None
        try:
            self.answer = call()
        except JobStateError as error:
            refusal = error.code
        stale = attempt not in (None, job.attempt)
        assert refusal == (None if expected else "stale_attempt" if stale else "job_state"), job
        return expected

    # what people do

    @initialize(priorities=st.lists(st.integers(-1, 1), max_size=4))
    def some_are_there_already(self, priorities):
        for priority in priorities:
            self.submit("anna", priority, None)

    def submit(self, owner, priority, key):
        job = self.jobs.submit(NewJob("training", {"epochs": 3}, owner, priority=priority, idempotency_key=key))
        if key in self.keys:
            assert job.id == self.keys[key]
            return
        if key is not None:
            self.keys[key] = job.id
        assert job.id not in self.known
        self.added(job.id, priority)

    def clone(self, pick, owner):
        job = self.a_job(pick, ALL)
        self.added(self.jobs.clone(job.number, {"epochs": 4}, owner=owner).id, job.priority)

    def retry(self, pick, by):
        job = self.a_job(pick, ("failed", "cancelled"))
        if self.allowed(job, ("failed", "cancelled"), lambda: self.jobs.retry(job.number, by=by)):
            key = f"retry of {job.number}"
            assert self.keys.setdefault(key, self.answer.id) == self.answer.id
            if self.answer.id not in self.known:
                self.added(self.answer.id, job.priority)

    def cancel(self, pick, by):
        job = self.a_job(pick, WAITING + WORKING)
        if self.allowed(job, WAITING + WORKING, lambda: self.jobs.cancel(job.number, by=by)):
            self.becomes(job, "cancelled" if job.state in WAITING else "cancelling")
            assert self.answer == job.state

    def request_pause(self, pick, by):
        job = self.a_job(pick, ("queued", *WORKING))
        if self.allowed(job, ("queued", *WORKING), lambda: self.jobs.request_pause(job.number, by=by)):
            job.wish = None if job.state == "queued" else "wanted"
            self.becomes(job, "paused" if job.state == "queued" else job.state)

    def resume_or_hold(self, pick, by, way):
        states = ("paused", "held") if way == "resume" else ("queued", "paused")
        job = self.a_job(pick, states)
        if self.allowed(job, states, lambda: getattr(self.jobs, way)(job.number, by=by)):
            if way == "resume":
                job.wish, job.fruitless = None, 0
            self.becomes(job, "queued" if way == "resume" else "held")

    def set_priority(self, pick, by, priority):
        job = self.a_job(pick, WAITING)
        if self.allowed(job, WAITING, lambda: self.jobs.set_priority(job.number, priority, by=by)):
            job.priority = priority
            self.becomes(job, job.state)

    def move(self, pick, other, by):
        job, before = self.a_job(pick, WAITING), self.a_job(other, WAITING)
        states = WAITING if before.state in WAITING else ()
        if self.allowed(job, states, lambda: self.jobs.move(job.number, before.number, by=by)):
            self.put_before(job, before)
            self.becomes(job, job.state)

    def move_to_an_end(self, pick, by, way):
        job = self.a_job(pick, WAITING)
        others = [self.known[number] for number in self.queue() if number != job.number]
        if self.allowed(job, WAITING, lambda: getattr(self.jobs, way)(job.number, by=by)):
            if others and way == "move_first":
                self.put_before(job, others[0])
            elif others:
                job.priority = others[-1].priority
                self.line.remove(job.number)
                self.line.append(job.number)
            self.becomes(job, job.state)

    def put_before(self, job, before):
        job.priority = before.priority
        if job is not before:
            self.line.remove(job.number)
            self.line.insert(self.line.index(before.number), job.number)

    # what workers do, those too whose time is over

    def claim(self, worker):
        expected = self.queue()[:1]
        taken = self.jobs.claim(worker)
        assert ([] if taken is None else [taken.id]) == expected
        if taken is not None:
            self.into_hands(self.known[taken.id])
            assert (taken.attempt, taken.worker) == (self.known[taken.id].attempt, worker)

    def start(self, pick, worker):
        job = self.a_job(pick, WAITING)
        if self.allowed(job, WAITING, lambda: self.jobs.start(job.number, worker)):
            job.wish, job.fruitless = None, 0
            self.into_hands(job)

    def take_over(self, pick, worker):
        job, attempt = self.an_attempt(pick, WORKING)
        if self.allowed(job, WORKING, lambda: self.jobs.take_over(job.number, attempt, worker), attempt):
            self.into_hands(job)

    def lose(self, pick):
        job, attempt = self.an_attempt(pick, IN_HAND)
        if not self.allowed(job, IN_HAND, lambda: self.jobs.lose(job.number, attempt, "It died."), attempt):
            return
        if job.state == "cancelling":
            self.becomes(job, "cancelled")
        elif job.wish:
            self.becomes(job, "paused")
        else:
            job.fruitless += 1
            self.becomes(job, "held" if job.fruitless == FRUITLESS_ATTEMPTS else "queued")
        job.wish = None
        assert self.answer == job.state

    def begin(self, pick):
        job, attempt = self.an_attempt(pick, ("starting",))
        if self.allowed(job, ("starting",), lambda: self.jobs.begin(job.number, attempt, {}), attempt):
            self.becomes(job, "running")

    def end_attempt(self, pick, way):
        states, to, call = ENDINGS[way]
        job, attempt = self.an_attempt(pick, states)
        if self.allowed(job, states, lambda: call(self.jobs, job.number, attempt), attempt):
            job.progress = 1.0 if way == "finish" else job.progress
            job.wish = job.wish if way == "release" else None
            self.becomes(job, to)

    def report(self, pick, what, step):
        job, attempt = self.an_attempt(pick, IN_HAND)
        share, row = step % 100 / 100, MetricRow(0, step % 5, "loss", float(step))
        call = {
            "heartbeat": lambda: self.jobs.heartbeat(job.number, attempt),
            "progress": lambda: self.jobs.report_progress(job.number, attempt, share, "epoch"),
            "checkpoint": lambda: self.jobs.checkpoint_kept(job.number, attempt),
            "usage": lambda: self.jobs.report_usage(job.number, attempt, {"cpu_percent": share}),
            "metrics": lambda: self.jobs.record_metrics(job.number, attempt, [row]),
        }[what]
        if self.allowed(job, IN_HAND, call, attempt):
            assert self.answer == self.wish(job)
            job.progress = share if what == "progress" else job.progress
            job.fruitless = 0 if what == "checkpoint" else job.fruitless
            job.metrics |= {(row.step, row.name): row.value} if what == "metrics" else {}

    def wish(self, job):
        return "cancel" if job.state == "cancelling" else "pause" if job.wish else "go on"

    # what happens next

    @rule(what=st.sampled_from(WHAT), drawn=DRAWN)
    def event(self, what, drawn):
        """One rule for all: of several, Hypothesis would leave some out of most examples."""
        if not self.known:
            what = "submit"
        elif not self.given and what in FOR_ATTEMPTS:
            what = "claim"
        EVENTS[what](self, drawn)

    # what always holds

    @invariant()
    def the_database_tells_what_the_model_knows(self):
        with self.store._database.reading() as connection:
            rows = connection.execute(text("SELECT id, state, attempt, priority, progress FROM jobs")).all()
        expected = {(n, job.state, job.attempt, job.priority, job.progress) for n, job in self.known.items()}
        assert set(rows) == expected
        assert len(rows) == len(expected)
        assert [job.id for job in self.jobs.queue()] == self.queue()
