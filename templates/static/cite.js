// Citations of the figures of a unit or a cell as BibTeX, RIS and CSL-JSON, and how a unit's were made, from the page
// and from what its layer or network shares (../cite.js). A browser test compares them with `atlas cite ID --format …`.
(() => {
  "use strict";
  const { get, make } = window.__atlas;
  const NAMES = { channel: "Picture", examples: "Examples", histogram: "Histogram", passages: "Passages" };
  const MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
  const ESCAPES = {
    "\\": "\\textbackslash{}",
    "{": "\\textbraceleft{}",
    "}": "\\textbraceright{}",
    "~": "\\textasciitilde{}",
    "^": "\\textasciicircum{}",
  };
  const FORMATS = { BibTeX: bibtex, RIS: ris, "CSL-JSON": cslJson };

  function escapeTex(text) {
    return text.replace(/[\\{}~^&%$#_]/g, character => ESCAPES[character] || `\\${character}`);
  }

  // The lines of those fields that have a value.
  function fieldLines(fields, line) {
    return fields
      .filter(([, value]) => value)
      .map(line)
      .join("");
  }

  function bibtex(reference) {
    const fields = [
      ["author", `{{${escapeTex(reference.author)}}}`],
      ["title", `{{${escapeTex(reference.title)}}}`],
      ["publisher", `{${escapeTex(reference.publisher)}}`],
      ["year", `{${reference.issued.slice(0, 4)}}`],
      ["month", MONTHS[reference.issued.slice(5, 7) - 1]],
      ["version", `{${reference.version}}`],
      ["url", reference.url && `{${reference.url}}`],
      ["note", `{${escapeTex(reference.note)}}`],
    ];
    return `@misc{${reference.key},\n${fieldLines(fields, ([name, value]) => `  ${name} = ${value},\n`)}}\n`;
  }

  function ris(reference) {
    const fields = [
      ["TY", "FIGURE"],
      ["ID", reference.key],
      ["AU", reference.author],
      ["TI", reference.title],
      ["PB", reference.publisher],
      ["PY", reference.issued.slice(0, 4)],
      ["DA", reference.issued.replace(/-/g, "/")],
      ["ET", reference.version],
      ["UR", reference.url],
      ["N1", reference.note],
    ];
    return `${fieldLines(fields, ([name, value]) => `${name}  - ${value}\n`)}ER  - \n`;
  }

  function cslJson(reference) {
    const item = {
      id: reference.key,
      type: "figure",
      title: reference.title,
      author: [{ literal: reference.author }],
      publisher: reference.publisher,
      issued: { "date-parts": [reference.issued.split("-").map(Number)] },
      version: reference.version,
      URL: reference.url || undefined,
      note: reference.note,
    };
    return `${JSON.stringify([item])}\n`;
  }

  // The page's figure of a kind, as a reference manager needs it.
  function referenceTo(kind, shared, box) {
    const place = location.pathname.split("/").slice(-4, -1);
    const { cell, base, author, publisher, issued, version } = shared;
    const number = place[2];
    const unit = place.join("/");
    const id = cell ? cell.id + number : `${unit}/${kind}`;
    const folder = cell ? cell.folder + number : `networks/${unit}`;
    const subject = document.title[0].toLowerCase() + document.title.slice(1);
    const licence = kind === "examples" ? shared.examples[box.dataset.licence || 0] : shared.licence;
    return {
      key: `atlas:${id.replace(/[^A-Za-z0-9.-]/g, "-")}`,
      title: cell ? cell.title.replace("#", number) : `${shared.titles[kind]} ${subject}`,
      author,
      publisher,
      issued,
      version,
      url: base && `${base}/${folder}/index.html#${kind}`,
      note: `Figure ${id}; ${shared.made}; licence ${licence}${shared.unpublished || ""}`,
    };
  }

  function kindsOnPage(shared) {
    if (shared.cell) return ["passages"];
    const kinds = ["histogram"];
    if (document.querySelector("#examples .legend")) kinds.unshift("examples");
    if (document.getElementById("channel")) kinds.unshift("channel");
    return kinds;
  }

  function choice(names, label) {
    const select = make("select", {}, ...names.map(name => new Option(NAMES[name] || name, name)));
    select.setAttribute("aria-label", label);
    return select;
  }

  // How the figures were made, as the page of the layer lists it.
  function provenanceList(provenance) {
    const rows = Object.entries(provenance).map(([name, value]) => {
      const pairs = Object(value) === value ? Object.entries(value) : [["", value]];
      const parts = pairs.flatMap(([key, part]) => {
        const names = key ? [make("i", {}, key), " "] : [];
        return [make("span", { className: "pair" }, ...names, make("code", { textContent: part })), " "];
      });
      return make("div", {}, make("dt", {}, name), make("dd", {}, ...parts));
    });
    return make("dl", { className: "facts made" }, ...rows);
  }

  function copyButton(source) {
    const button = make("button", { type: "button" });
    button.addEventListener("click", () => {
      getSelection().selectAllChildren(source);
      // the clipboard's newer interface is not there for pages opened from a file
      button.textContent = document.execCommand("copy") ? "Copied" : "Selected";
    });
    return button;
  }

  function offerFormats(shared, box) {
    const kinds = kindsOnPage(shared);
    const figures = choice(kinds, "Figure");
    const formats = choice(Object.keys(FORMATS), "Format");
    const text = box.querySelector("pre") || make("pre");
    const copy = copyButton(text);
    const tools = make("p", { className: "tools" }, figures, formats, copy);
    if (kinds.includes("channel")) {
      const href = document.querySelector("#channel img").src;
      tools.append(make("a", { href, download: "" }, "Picture as AVIF"));
    }
    function show() {
      text.textContent = FORMATS[formats.value](referenceTo(figures.value, shared, box));
      copy.textContent = "Copy";
    }
    figures.addEventListener("input", show);
    formats.addEventListener("input", show);
    show();
    return [tools, text];
  }

  get("cite", shared => {
    const box = document.querySelector("details.cite");
    const made = box.querySelector("p.made");
    const offer = offerFormats(shared, box);
    if (!made) {
      box.append(...offer);
      return;
    }
    made.before(...offer);
    made.after(provenanceList(shared.provenance));
  });
})();
