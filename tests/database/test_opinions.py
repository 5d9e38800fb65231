"""Opinions on predictions: one of each person on each image, nothing overwritten, rights kept."""

from dataclasses import replace

import pytest

from mammo.errors import NotFoundError, ParameterError
from mammo.imaging.remarks import BURNED_IN
from mammo.store import KeptPictureRecord, NewOpinion, Store

FILM, OTHER = "a" * 64, "b" * 64


@pytest.fixture
def opinion(store, new_job):
    return NewOpinion(FILM, store.jobs.submit(new_job).id, "anna", "disagree", "benign", "malignant", "spiculated")


@pytest.fixture
def picture(opinion, clock):
    return KeptPictureRecord(
        image=FILM,
        file="a.png",
        owner="anna",
        kept_at=clock.moment,
        patient_id="W-1",
        job=opinion.job,
        probabilities={"benign": 0.6, "malignant": 0.4},
        sha256="c" * 64,
        width_px=90,
        height_px=120,
        bits=12,
        laterality="L",
        age=61,
        warnings=("low contrast",),
    )


def test_an_opinion_says_what_by_whom_and_when(store, opinion, clock):
    given = store.opinions.give(replace(opinion, lesion={"x_px": 10.5, "y_px": 20, "radius_px": 4}))
    assert (given.person, given.at, given.verdict, given.label) == ("anna", clock.moment, "disagree", "malignant")
    assert (given.note, given.lesion) == ("spiculated", {"x_px": 10.5, "y_px": 20, "radius_px": 4})
    assert store.opinions.of("anna", FILM) == given
    assert store.people.list() == ("anna",)


def test_who_agrees_holds_the_models_class_right(store, opinion):
    assert store.opinions.give(replace(opinion, verdict="agree", label=None)).label == "benign"


def test_a_changed_opinion_counts_alone_and_the_earlier_one_is_kept(store, opinion, clock):
    first = store.opinions.give(opinion)
    clock.move(60)
    second = store.opinions.give(replace(opinion, verdict="agree", label=None, note=""))
    assert store.opinions.list(viewer="anna") == (second,)
    assert store.opinions.history(FILM, viewer="anna") == (second, first)
    assert second.at > first.at


def test_each_person_has_an_opinion_of_their_own(store, opinion):
    of_anna = store.opinions.give(opinion)
    of_bert = store.opinions.give(replace(opinion, person="bert", verdict="agree", label=None))
    assert store.opinions.list(viewer="anna") == (of_bert, of_anna)
    assert store.opinions.list(viewer="anna", person="bert") == (of_bert,)
    assert store.opinions.of("anna", FILM) == of_anna


def test_what_is_withdrawn_no_longer_counts_and_its_history_stays(store, opinion):
    store.opinions.give(opinion)
    store.opinions.give(replace(opinion, verdict="withdrawn", label=None, note=""))
    assert store.opinions.of("anna", FILM) is None
    assert store.opinions.list(viewer="anna") == ()
    assert store.opinions.judged_images() == frozenset()
    assert [one.verdict for one in store.opinions.history(FILM, viewer="anna")] == ["withdrawn", "disagree"]


def test_what_is_judged_by_one_is_open_to_others(store, opinion):
    store.opinions.give(opinion)
    store.opinions.give(replace(opinion, image=OTHER, person="bert"))
    assert store.opinions.judged_images() == {FILM, OTHER}
    assert store.opinions.judged_images("bert") == {OTHER}


def test_opinions_are_listed_by_the_job_whose_answer_they_are_about(store, opinion, new_job):
    other = store.jobs.submit(new_job).id
    store.opinions.give(opinion)
    on_other = store.opinions.give(replace(opinion, image=OTHER, job=other))
    assert store.opinions.list(viewer="anna", job=other) == (on_other,)


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"verdict": "perhaps"}, "'perhaps' is no opinion; known are: agree, disagree, withdrawn"),
        ({"verdict": "agree"}, "Who holds 'malignant' right does not agree with 'benign'"),
        ({"label": "benign"}, "Who holds 'benign' right agrees with the model"),
        ({"label": "two\nlines"}, "can't be the name of a class"),
        ({"note": "x" * 2001}, "The note has 2,001 characters; it may have 2,000"),
        ({"person": " "}, "can't be the name of a person"),
    ],
)
def test_what_is_no_opinion_is_refused_in_one_sentence(store, opinion, changed, sentence):
    with pytest.raises(ParameterError, match=sentence):
        store.opinions.give(replace(opinion, **changed))
    assert store.opinions.list(viewer="anna") == ()


def test_an_opinion_on_no_job_is_refused(store, opinion):
    with pytest.raises(NotFoundError, match="There is no job 999"):
        store.opinions.give(replace(opinion, job=999))


def test_a_kept_picture_comes_out_as_it_went_in(store, picture):
    assert store.kept_pictures.add(picture) == picture
    assert store.kept_pictures.find(FILM, viewer="bert") == picture
    assert store.kept_pictures.list(viewer="bert") == (picture,)
    assert store.kept_pictures.files() == {"a.png"}


def test_a_picture_that_is_kept_already_stays_its_first_owners(store, picture):
    store.kept_pictures.add(picture)
    assert store.kept_pictures.add(replace(picture, owner="bert", file="b.png")) == picture


def test_only_who_brought_a_picture_removes_it(store, picture):
    store.kept_pictures.add(picture)
    with pytest.raises(NotFoundError, match="only who brought one, or an administrator, can remove it"):
        store.kept_pictures.remove(FILM, by="bert")
    assert store.kept_pictures.remove(FILM, by="anna") == "a.png"
    assert store.kept_pictures.list(viewer="anna") == ()


def test_an_administrator_removes_any_picture_also_one_that_only_its_owner_sees(store, picture):
    marked = store.kept_pictures.add(replace(picture, warnings=(BURNED_IN,)))
    administered = Store(store._database, administrators={"carla"}).kept_pictures
    assert administered.list(viewer="carla") == ()
    assert [administered.removable(by=one, job=picture.job) for one in ("carla", "anna", "bert")] == [
        (marked,), (marked,), (),
    ]  # fmt: skip
    assert [administered.may_remove(marked, by=one) for one in ("carla", "anna", "bert")] == [True, True, False]
    assert administered.remove(FILM, by="carla") == "a.png"
    assert store.kept_pictures.list(viewer="anna") == ()


@pytest.mark.parametrize(("viewer", "seen"), [("anna", True), ("bert", False), ("guest", False)])
def test_a_picture_that_may_hold_writing_is_there_for_its_owner_only(store, picture, opinion, viewer, seen):  # B48
    marked = store.kept_pictures.add(replace(picture, warnings=("blank", BURNED_IN)))
    given = store.opinions.give(opinion)
    assert store.kept_pictures.list(viewer=viewer) == ((marked,) if seen else ())
    assert store.opinions.list(viewer=viewer) == ((given,) if seen else ())
    assert store.opinions.history(FILM, viewer=viewer) == ((given,) if seen else ())


def test_who_may_not_see_a_picture_is_told_the_same_as_if_there_were_none(store, picture, opinion):
    store.kept_pictures.add(replace(picture, warnings=(BURNED_IN,)))
    assert store.kept_pictures.find(FILM, viewer="anna") is not None
    assert store.kept_pictures.find(OTHER, viewer="bert") is store.kept_pictures.find(FILM, viewer="bert") is None
    with pytest.raises(NotFoundError):
        store.opinions.give(replace(opinion, person="bert"))


def test_where_nobody_is_known_no_picture_that_may_hold_writing_is_kept(store, picture):
    with pytest.raises(ParameterError, match="can't tell its visitors apart"):
        store.kept_pictures.add(replace(picture, owner="guest", warnings=(BURNED_IN,)))
    assert store.kept_pictures.add(replace(picture, owner="guest")).owner == "guest"
