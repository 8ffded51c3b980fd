"""What the repository says about itself agrees with the code."""

import re
import subprocess
import sys
from pathlib import Path

from atlas import __version__
from atlas.core.licences import LICENCE_URLS
from atlas.publish.bibliography import bibliography
from atlas.publish.cite import ATLAS, RELEASED
from atlas.publish.provenance import LICENCE

ROOT = Path(__file__).parents[2]


def test_the_citation_file_names_this_version():
    text = (ROOT / "CITATION.cff").read_text(encoding="utf-8")
    assert re.search(r"^version: (.+)$", text, re.M)[1] == __version__
    assert re.search(r"^date-released: (.+)$", text, re.M)[1] == RELEASED.isoformat()
    assert f"- name: {ATLAS.author}\n" in text
    survey = bibliography()["si2022survey"]
    assert survey.title in text
    assert survey.fields["doi"] in text
    assert re.findall(r"family-names: (\w+), given-names: (\w+)", text) == list(survey.authors)


def test_importing_what_pages_and_figures_are_made_with_is_light():
    code = (
        "import sys\n"
        "from importlib import import_module\n"
        "from pkgutil import walk_packages\n"
        "from atlas import publish\n"
        "from atlas.core.chapter import parts\n"
        "for package in (publish, *(part for name in ('figures', 'drawings', 'pages') for _, part in parts(name))):\n"
        "    if hasattr(package, '__path__'):\n"
        "        for module in walk_packages(package.__path__, package.__name__ + '.'): import_module(module.name)\n"
        "print(sorted({'torch', 'timm', 'umap', 'sklearn', 'matplotlib', 'pybtex'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_the_notice_names_the_licence_of_pictures():
    text = (ROOT / "NOTICE").read_text(encoding="utf-8")
    assert LICENCE == "CC-BY-4.0"
    assert LICENCE_URLS[LICENCE] in text
    assert "Apache License" in (ROOT / "LICENSE").read_text(encoding="utf-8")


def test_documents_name_files_that_exist():
    for page in [*(ROOT / "docs" / "howto").glob("*.md"), *(ROOT / "docs" / "decisions").glob("*.md")]:
        for name in re.findall(r"`((?:atlas|templates|docs|tests)/[\w./-]+)`", page.read_text(encoding="utf-8")):
            assert (ROOT / name).exists(), f"{page.name} names {name}"
