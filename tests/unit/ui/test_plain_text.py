import pytest

from mammo.ui.plain_text import plain


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Job 7", "Job 7"),
        ("**bold**", r"\*\*bold\*\*"),
        ("<b>", r"\<b\>"),
        (":material/close:", r"\:material/close\:"),
        ("$x^2$", r"\$x^2\$"),
        ("[a](b)", r"\[a\]\(b\)"),
        ("two\n\n# lines", r"two \# lines"),
        (r"a\b", r"a\\b"),
    ],
)
def test_nothing_of_the_text_means_anything_to_markdown(text, shown):
    assert plain(text) == shown


def test_a_long_text_is_cut():
    assert plain("x" * 10_000) == "x" * 300 + " …"
