"""What a page may load and where it may send: nothing from or to another host, also when opened from a file."""

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


def test_the_search_form_works_from_a_file(small_site, visit):
    page = visit(f"{small_site.as_uri()}/networks/twin/block3b/6/index.html")
    page.locator(".find input").fill("block3b 7")
    page.locator(".find input").press("Enter")
    page.wait_for_url("**/search/index.html?q=*")
    page.locator(".found a").first.wait_for()
    assert page.problems == []
