"""What a page may load: nothing from another host. It sends no form, and search works all the same, from a file too."""

import re

import pytest

ELSEWHERE = "https://elsewhere.invalid/"
BASE = f"document.head.prepend(Object.assign(document.createElement('base'), {{href: '{ELSEWHERE}'}}))"
FORM = f"""() => {{
    const form = Object.assign(document.createElement('form'), {{action: '{ELSEWHERE}form'}});
    document.body.append(form);
    form.submit();
}}"""


def test_a_page_refuses_a_foreign_base_and_a_form_to_another_host(small_site, visit):
    address = f"{small_site.as_uri()}/networks/twin/block3b/6/index.html"
    page = visit(address)
    assert page.problems == []
    page.evaluate(BASE)
    assert page.evaluate("document.baseURI") == address
    page.evaluate(FORM)
    page.wait_for_timeout(200)
    assert page.url == address
    refused = [problem.partition(" violates")[0] for problem in page.problems]
    assert refused == [f"Setting the document's base URI to '{ELSEWHERE}'", f"Sending form data to '{ELSEWHERE}form?'"]


@pytest.mark.parametrize(("word", "found"), [("block3b 7", True), ("block3b&q=7 + 1", False)])
def test_search_works_without_sending_its_form(small_site, visit, word, found):
    page = visit(f"{small_site.as_uri()}/networks/twin/block3b/6/index.html")
    page.locator(".find input").fill(word)
    page.locator(".find input").press("Enter")
    page.wait_for_url("**/search/index.html?q=*")
    assert page.locator("#ask").input_value() == word
    page.get_by_text(re.compile(r"^\d+ matches?$" if found else "^No match")).wait_for()
    assert page.problems == []
