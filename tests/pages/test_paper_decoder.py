"""A published table that is pasted on the Paper page: its verdict, and what to change where there is none."""

import pytest


@pytest.fixture
def paper(app):
    opened = app.switch_page("pages/paper.py").run()
    assert not opened.exception
    return opened


def words(app):
    return " ".join(one.value for one in app.markdown)


def test_the_papers_own_table_is_decoded_at_once(paper):
    assert "AlexNet SGDM; 0.70; 0.80" in paper.text_area(key="decoder.table").value
    assert "Mean one\\-vs\\-rest accuracy fits all 4 rows, and no other definition does\\." in words(paper)


def test_a_pasted_table_is_decoded_by_its_own_figures(paper):
    paper.text_area(key="decoder.table").set_value("Net,Recall,Accuracy\nVGG <b>,91.2,91.2\nResNet,88.0,88.0").run()
    assert not paper.exception
    assert "Top\\-1 accuracy fits all 2 rows" in words(paper)


def test_what_is_no_table_is_one_sentence(paper):
    paper.text_area(key="decoder.table").set_value("Net,Accuracy\nVGG,91").run()
    assert not paper.exception
    assert "names no column TPR" in paper.error[0].value
