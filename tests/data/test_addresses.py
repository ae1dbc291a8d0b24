"""Web addresses as places in a source."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pensionbook.data.addresses import is_address, short_address


@pytest.mark.parametrize(
    ("address", "short"),
    [
        ("https://www.stats.gov.cn/sj/ndsj/2005/html/W2340e.htm", "stats.gov.cn/…/W2340e.htm"),
        ("http://m.92880.cn//news/8/696605.shtml", "m.92880.cn/…/696605.shtml"),
        ("http://114.255.111.180/1009.htm", "114.255.111.180/1009.htm"),
        ("http://h.example:80/a/b.php?x=1#y", "h.example/…/b.php"),
        ("https://h.example/a/%E5%9B%BD.html", "h.example/…/国.html"),
        ("https://h.example/a/%0A", "h.example/…/%0A"),
        ("https://www.h.example/", "h.example"),
    ],
)
def test_an_address_is_told_by_host_and_last_part(address, short):
    assert is_address(address)
    assert short_address(address) == short


@pytest.mark.parametrize(
    "text",
    [
        "",
        "三(一)1",
        "Table 5",
        "javascript:alert(1)",
        "data:text/html,x",
        "ftp://h.example/a",
        "http://",
        "http:///a",
        "http://[::1",
        "https://h.example/a b",
        "https://h.example/\u202e",
        "see https://h.example/a",
    ],
)
def test_anything_else_stays_as_it_is_and_is_no_link(text):
    assert not is_address(text)
    assert short_address(text) == text


@given(st.text())
def test_no_text_is_too_odd(text):
    for odd in (text, f"https://{text}", f"http://h.example/{text}"):
        assert short_address(odd).isprintable() or not is_address(odd)
