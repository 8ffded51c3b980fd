// Citations of a unit's figures, or of a cell's, as BibTeX, RIS and CSL-JSON, and what a unit's were made from, from the page and
// from what its layer or network shares (../cite.js). The same texts as `atlas cite ID --format …`; a test in a browser compares them.
(function () {
  "use strict";
  var TITLES = { channel: "Feature visualization of ", examples: "Examples for ", histogram: "Responses of " };
  var NAMES = { channel: "Picture", examples: "Examples", histogram: "Histogram", passages: "Passages" };
  var MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
  var SIGNS = { "\\": "\\textbackslash{}", "{": "\\textbraceleft{}", "}": "\\textbraceright{}", "~": "\\textasciitilde{}", "^": "\\textasciicircum{}" };
  function escaped(text) { return text.replace(/[\\{}~^&%$#_]/g, function (sign) { return SIGNS[sign] || "\\" + sign; }); }
  function filled(pairs, say) { return pairs.filter(function (pair) { return pair[1]; }).map(say).join(""); }
  var FORMATS = {
    BibTeX: function (ref) {
      return "@misc{" + ref.key + ",\n" + filled([
        ["author", "{{" + ref.author + "}}"], ["title", "{{" + escaped(ref.title) + "}}"], ["publisher", "{" + ref.publisher + "}"],
        ["year", "{" + ref.issued.slice(0, 4) + "}"], ["month", MONTHS[+ref.issued.slice(5, 7) - 1]], ["version", "{" + ref.version + "}"],
        ["url", ref.url && "{" + ref.url + "}"], ["note", "{" + escaped(ref.note) + "}"]
      ], function (pair) { return "  " + pair[0] + " = " + pair[1] + ",\n"; }) + "}\n";
    },
    RIS: function (ref) {
      return filled([
        ["TY", "FIGURE"], ["ID", ref.key], ["AU", ref.author], ["TI", ref.title], ["PB", ref.publisher], ["PY", ref.issued.slice(0, 4)],
        ["DA", ref.issued.replace(/-/g, "/")], ["ET", ref.version], ["UR", ref.url], ["N1", ref.note]
      ], function (pair) { return pair[0] + "  - " + pair[1] + "\n"; }) + "ER  - \n";
    },
    "CSL-JSON": function (ref) {
      return JSON.stringify([{
        id: ref.key, type: "figure", title: ref.title, author: [{ literal: ref.author }], publisher: ref.publisher,
        issued: { "date-parts": [ref.issued.split("-").map(Number)] }, version: ref.version, URL: ref.url || undefined, note: ref.note
      }]) + "\n";
    }
  };
  function facts(made) { // as the page of the layer lists them
    var list = document.createElement("dl");
    list.className = "facts made";
    Object.keys(made).forEach(function (name) {
      var row = document.createElement("div"), value = document.createElement("dd"), parts = made[name];
      row.append(Object.assign(document.createElement("dt"), { textContent: name }), value);
      (Object(parts) === parts ? Object.keys(parts) : [""]).forEach(function (key) {
        var pair = document.createElement("span"), code = document.createElement("code");
        pair.className = "pair";
        code.textContent = key ? parts[key] : parts;
        if (key) pair.append(Object.assign(document.createElement("i"), { textContent: key }), " ");
        pair.append(code);
        value.append(pair, " ");
      });
      list.append(row);
    });
    return list;
  }
  window.__atlas.get("cite", function (shared) {
    var box = document.querySelector("details.cite"), made = box.querySelector("p.made"), unit = location.pathname.split("/").slice(-4, -1).join("/");
    if (made) made.after(facts(shared.provenance));
    var words = document.title[0].toLowerCase() + document.title.slice(1);
    function reference(kind) {
      var cell = shared.cell, number = unit.split("/")[2];
      var id = cell ? cell.id + number : unit + "/" + kind, page = (cell ? cell.folder + number : "networks/" + unit) + "/index.html#" + kind;
      var licence = kind === "examples" ? shared.examples[box.dataset.licence || 0] : shared.licence;
      return {
        key: "atlas:" + id.replace(/[^A-Za-z0-9.-]/g, "-"), title: cell ? cell.title.replace("#", number) : TITLES[kind] + words, author: shared.author, publisher: shared.publisher,
        issued: shared.issued, version: shared.version, url: shared.base && shared.base + "/" + page,
        note: "Figure " + id + "; " + shared.made + "; licence " + licence
      };
    }
    function choice(names, label) {
      var select = document.createElement("select");
      select.setAttribute("aria-label", label);
      names.forEach(function (name) { select.append(new Option(NAMES[name] || name, name)); });
      select.addEventListener("input", show);
      return select;
    }
    var kinds = shared.cell ? ["passages"] : [document.getElementById("channel") && "channel", document.querySelector("#examples .legend") && "examples", "histogram"];
    var figures = choice(kinds.filter(Boolean), "Figure"), formats = choice(Object.keys(FORMATS), "Format");
    var tools = document.createElement("p"), pre = box.querySelector("pre") || document.createElement("pre"), copy = document.createElement("button");
    tools.className = "tools";
    copy.type = "button";
    copy.addEventListener("click", function () {
      getSelection().selectAllChildren(pre);
      copy.textContent = document.execCommand("copy") ? "Copied" : "Selected";
    });
    function show() {
      pre.textContent = FORMATS[formats.value](reference(figures.value));
      copy.textContent = "Copy";
    }
    tools.append(figures, formats, copy);
    if (kinds[0] === "channel") tools.append(Object.assign(document.createElement("a"), { href: document.querySelector("#channel img").src, download: "", textContent: "Picture as AVIF" }));
    if (made) made.before(tools, pre);
    else box.append(tools, pre);
    show();
  });
})();
