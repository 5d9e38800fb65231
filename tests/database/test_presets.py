import pytest

from mammo.errors import NotFoundError, ParameterError
from mammo.store import PresetRecord

SOFT = {"method": "gamma", "values": {"gamma": 1.25, "clip": True, "mode": "film"}}


def test_a_preset_comes_out_as_it_went_in(store, clock):
    saved = store.presets.save("enhancement", "breast 2 to 99.5 %", SOFT, owner="anna")
    assert saved == PresetRecord("enhancement", "breast 2 to 99.5 %", SOFT, "anna", clock.moment)
    assert store.presets.get("enhancement", "breast 2 to 99.5 %") == saved


def test_presets_are_listed_by_kind_and_name(store):
    for kind, name in (("enhancement", "b"), ("training", "x"), ("enhancement", "a")):
        store.presets.save(kind, name, SOFT, owner="anna")
    assert [preset.name for preset in store.presets.list("enhancement")] == ["a", "b"]
    assert store.presets.list("report") == ()


def test_an_owner_replaces_a_preset(store, clock):
    store.presets.save("enhancement", "soft", SOFT, owner="anna")
    clock.move(5)
    store.presets.save("enhancement", "soft", {"method": "none"}, owner="anna")
    (preset,) = store.presets.list("enhancement")
    assert (preset.value, preset.saved_at) == ({"method": "none"}, clock.moment)


def test_nobody_replaces_the_preset_of_another_person(store):
    store.presets.save("enhancement", "soft", SOFT, owner="anna")
    with pytest.raises(ParameterError, match=r"'soft' belongs to someone else\. Choose another name"):
        store.presets.save("enhancement", "soft", {"method": "none"}, owner="bert")
    assert store.presets.get("enhancement", "soft").value == SOFT


@pytest.mark.parametrize("name", ["", "   ", "a\nb", "x" * 81])
def test_a_name_that_cannot_be_shown_is_refused(store, name):
    with pytest.raises(ParameterError, match="can't be the name of a preset"):
        store.presets.save("enhancement", name, SOFT, owner="anna")


def test_spaces_around_a_name_do_not_make_another_preset(store):
    store.presets.save("enhancement", "soft", SOFT, owner="anna")
    assert store.presets.save("enhancement", " soft ", SOFT, owner="anna").name == "soft"
    assert len(store.presets.list("enhancement")) == 1


def test_an_unknown_preset_is_told_with_those_there_are(store):
    with pytest.raises(NotFoundError, match=r"no enhancement preset named 'x'; known are: none\."):
        store.presets.get("enhancement", "x")
    store.presets.save("enhancement", "soft", SOFT, owner="anna")
    with pytest.raises(NotFoundError, match=r"known are: soft\."):
        store.presets.get("enhancement", "x")


def test_a_person_is_remembered_once(store):
    assert [store.people.ensure(name) for name in ("bert", "anna", " bert ")] == ["bert", "anna", "bert"]
    assert store.people.list() == ("anna", "bert")


def test_a_person_needs_a_name(store):
    with pytest.raises(ParameterError, match="can't be the name of a person"):
        store.people.ensure(" ")
