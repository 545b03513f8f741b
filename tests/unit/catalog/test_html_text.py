from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.importing.html_text import text_of

PIECES = [
    "<p>", "</p>", "<![", "<!", "<!--", "-->", "]]>", "]>", "<![endif]", "<![if x]>", "<?", "<",
    ">", "[", "&", "&amp;", "&#x", "</", "<script>", "</script>", "a", " ", "'", '"', "\n",
]  # fmt: skip


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<p>Soft &amp; <b>warm</b></p>", "Soft & warm"),
        ("<p>a<![foo[x]]>b", "ab"),
        ("<p>a<![endif--> b", "a b"),
        ("<![ if gte mso 9]>z", "z"),
        ("<![if !supportLists]>1.<![endif]> One", "1. One"),
        ("<!--[if gte mso 9]><xml>x</xml><![endif]-->b", "b"),
    ],
)
def test_markup_of_any_kind_leaves_the_text(html: str, text: str) -> None:
    assert text_of(html) == text


@given(st.lists(st.sampled_from(PIECES), max_size=12).map("".join))
def test_no_markup_is_too_broken_to_read(html: str) -> None:
    assert isinstance(text_of(html), str)
