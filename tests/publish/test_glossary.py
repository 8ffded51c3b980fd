"""The glossary: terms in order, each with an address, and no reference to a term that is not there."""

from atlas.publish.glossary import TERMS
from atlas.publish.pages.glossary import pages


def test_terms_are_in_order_with_addresses_of_their_own():
    assert 45 <= len(TERMS) <= 70
    assert list(TERMS) == sorted(TERMS, key=str.lower)
    assert len({term.slug for term in TERMS.values()}) == len(TERMS)
    assert TERMS["Area under the ROC curve"].slug == "area-under-the-roc-curve"


def test_related_terms_are_there_and_sentences_are_whole():
    for term in TERMS.values():
        assert all(other.name in TERMS for other in term.see), term.name
        assert term.meaning.endswith(".") and "  " not in term.meaning and term.name not in term.related


def test_the_page_holds_all():
    (page,) = pages()
    assert page.path == "glossary/index.html" and len(page.context["terms"]) == len(TERMS)
