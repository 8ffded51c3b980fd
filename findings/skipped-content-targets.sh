#!/usr/bin/env bash
# axe-core finds targets too close to links that `content-visibility: auto` has skipped: it measures them where they overflow their section.
#
# axe-playwright-python 0.1.8 with playwright 1.65.2 and the system's chromium, 390 x 900.
# A section with `contain-intrinsic-size: auto 900px`, out of sight, holds 200 links of 58 pixels (34 rows: 2,040 pixels); a summary follows it.
# Expected: the section is 900 pixels high for layout, so no link can lie over the summary, which is 40 pixels high; no violation.
# Seen: rectangles of the skipped links are told beyond the section, over the summary, and the rule `target-size` calls the summary obscured. Once
# the section is rendered (`content-visibility: visible`), as when a reader scrolls to it, there is no violation.
set -euo pipefail
command -v chromium >/dev/null || { echo "chromium is needed"; exit 1; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q axe-playwright-python==0.1.8 playwright==1.65.2
cat > "$folder/measure.py" <<'PY'
import shutil

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import sync_playwright

LINKS = "".join(f'<a href="#{n}" aria-label="link {n}"></a>' for n in range(200))
PAGE = f"""<!doctype html><html lang="en"><title>Page</title><style>
a {{ display: inline-block; width: 58px; height: 58px; margin: 1px; background: #888 }}
section {{ content-visibility: auto; contain-intrinsic-size: auto 900px; width: 360px; font-size: 0 }}
summary {{ min-height: 40px }} div {{ height: 4000px }} details {{ height: 3000px }}</style>
<main><h1>Page</h1><div></div><section>{LINKS}</section><details><summary>More</summary>Text</details></main></html>"""


def found(page):
    options = {"rules": {"target-size": {"enabled": True}}}
    return [rule["id"] for rule in Axe().run(page, options=options).response["violations"] if rule["id"] == "target-size"]


with sync_playwright() as play:
    browser = play.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
    page = browser.new_page(viewport={"width": 390, "height": 900})
    page.set_content(PAGE)
    height = page.evaluate("document.querySelector('section').getBoundingClientRect().height")
    beyond = page.evaluate(
        "[...document.querySelectorAll('a')].filter(a => a.getBoundingClientRect().top"
        " > document.querySelector('summary').getBoundingClientRect().top).length"
    )
    skipped = found(page)
    page.add_style_tag(content="section { content-visibility: visible !important }")
    rendered = found(page)
    print(f"section {height:.0f} px, links beyond the summary {beyond}, violations {skipped}, rendered {rendered}")
    assert height == 900 and beyond > 0 and skipped == ["target-size"] and rendered == []
PY
"$folder/venv/bin/python" "$folder/measure.py"
