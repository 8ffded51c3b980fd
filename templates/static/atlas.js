// On every page, before the first paint: the reader's own choice of light or dark, and the register of data scripts.
// Once the page is read: what only scripts can offer in the header, for examples, neighbours and citations.
(() => {
  "use strict";
  const page = document.documentElement;
  const root = document.currentScript.getAttribute("src").replace("static/atlas.js", "");
  const received = {};
  const waiting = {};
  const FACTS = {
    "Largest response": "Over all probe images, before the nonlinearity",
    "Rank in the layer": "Place in the layer by the largest response to any probe image",
    "Mean ± SD": "Over all positions of all probe images, before the nonlinearity",
    "Responds inside": "Group of objects; average precision for pixels of their masks, and intersection over union",
    "Responds to": "Group of objects; average precision for images that show them",
    Selectivity: "(highest mean response to a class − median) ÷ (largest − median), with half of its 95 % interval",
  };

  // Facts that the glossary has an entry for, by its anchor.
  const TERMS = {
    Continuity: "continuity",
    "Receptive field": "receptive-field",
    Selectivity: "selectivity",
    Stability: "stability",
    Stride: "stride",
    "Top-1": "top-1-top-5-accuracy",
    "Top-5": "top-1-top-5-accuracy",
    Trustworthiness: "trustworthiness",
  };

  function make(tag, fields, ...children) {
    const element = Object.assign(document.createElement(tag), fields);
    element.append(...children);
    return element;
  }

  // A data script calls this with its content; whoever waits for it is called back.
  function put(key, value) {
    received[key] = value;
    for (const call of waiting[key] || []) call(value);
    delete waiting[key];
  }

  function get(key, call) {
    if (key in received) call(received[key]);
    else {
      waiting[key] = waiting[key] || [];
      waiting[key].push(call);
    }
  }

  // Loads a data script once; files opened from a disk allow no other way to read data.
  function load(src) {
    if (!document.querySelector(`script[src="${src}"]`)) document.head.append(make("script", { src }));
  }

  // Puts in front of a link to a unit its picture, or its strongest example from the sheets of its layer.
  function tile(link, layer, unit, units) {
    const box = make("span", { className: "tile" });
    const folder = `${root}pictures/${layer}/`;
    link.prepend(box);
    if (link.className) {
      box.append(make("img", { src: `${folder}${unit}.avif`, alt: "" }));
      return;
    }
    const sheet = unit >> 8;
    const rows = Math.ceil(Math.min(256, units - sheet * 256) / 16);
    const x = ((unit % 16) / 15) * 100;
    const y = rows > 1 ? (((unit >> 4) % 16) / (rows - 1)) * 100 : 0;
    box.style.backgroundImage = `url(${folder}examples-${sheet}.avif)`;
    box.style.backgroundSize = `1600% ${rows * 100}%`;
    box.style.backgroundPosition = `${x}% ${y}%`;
  }

  function setTheme() {
    try {
      const theme = localStorage.getItem("theme");
      if (theme) page.dataset.theme = theme;
    } catch {
      // some browsers keep no storage for files: the system's choice holds
    }
  }

  function changeTheme() {
    const dark = page.dataset.theme
      ? page.dataset.theme === "dark"
      : matchMedia("(prefers-color-scheme: dark)").matches;
    page.dataset.theme = dark ? "light" : "dark";
    try {
      localStorage.setItem("theme", page.dataset.theme);
    } catch {
      // the choice holds for this page
    }
  }

  function fillHeader() {
    const field = make("input", { type: "search", name: "q", placeholder: "Search", autocomplete: "off" });
    field.ariaLabel = "Search units, layers and classes";
    const key = make("kbd", { ariaHidden: "true" }, "/");
    const form = make("form", { className: "find" }, field, key);
    form.setAttribute("role", "search");
    form.addEventListener("submit", event => {
      event.preventDefault(); // the policy of the page lets no form be sent, not even to the site
      location.href = `${root}search/index.html?${new URLSearchParams({ q: field.value })}`;
    });
    const theme = make("button", { className: "theme", type: "button", ariaLabel: "Change between light and dark" });
    theme.addEventListener("click", changeTheme);
    const isPart = "part" in document.body.dataset; // a few pages without an index to search
    document.querySelector("header.site").append(...(isPart ? [] : [form]), theme);
  }

  function isTyping(target) {
    return /^(INPUT|SELECT|TEXTAREA)$/.test(target.tagName) || target.closest?.(".stage");
  }

  function useKeys(event) {
    if (event.altKey || event.ctrlKey || event.metaKey || isTyping(event.target)) return;
    if (event.key === "/") {
      event.preventDefault();
      (document.getElementById("ask") || document.querySelector(".find input"))?.focus();
      return;
    }
    const rel = { ArrowLeft: "prev", ArrowRight: "next" }[event.key];
    const link = rel && document.querySelector(`a[rel=${rel}]`);
    if (link) location.href = link.href;
  }

  // What the facts of a unit mean; the glossary defines them at length.
  function explainFacts() {
    for (const term of document.querySelectorAll(".unit dt")) {
      if (FACTS[term.textContent]) term.title = FACTS[term.textContent];
    }
    for (const term of document.querySelectorAll(".facts dt")) {
      const anchor = TERMS[term.textContent.trim()];
      if (!anchor) continue;
      const link = make("a", { className: "term", href: `${root}glossary/index.html#${anchor}` });
      link.append(...term.childNodes);
      term.append(link);
    }
  }

  // Examples can be shown as crop, whole image or response, and each leads to its maker and licence.
  function extendExamples(section) {
    const title = section.querySelector("h2");
    const headline = make("div", { className: "headline" });
    title.replaceWith(headline);
    headline.append(title, ...kindSwitch(section), ...viewSwitch(section));
    const images = Array.from(section.querySelectorAll(".strip img"));
    const links = images.map(linkToWork);
    for (const kind of ["pointerover", "focusin", "touchstart"]) {
      section.addEventListener(kind, () => aimAtWorks(links, images), { once: true, passive: true });
    }
  }

  function viewSwitch(section) {
    const whole = section.classList.contains("whole");
    const views = [["field", whole ? "image" : "receptive field"]];
    if (!whole) views.push(["whole", "whole image"]);
    if ("heat" in section.dataset) views.push(["heat", "response"]);
    const weighed = section.dataset.relevance;
    if (weighed) views.push(["relevance", `pixels that raised it (strongest ${weighed})`]);
    return choices("view", "Show examples as", views);
  }

  // Photographs and objects on other grounds can be shown alone.
  function kindSwitch(section) {
    const object = section.querySelector(".strip i");
    if (!object || !section.querySelector(".strip li:not(:has(i))")) return [];
    const kinds = [
      ["all", "all"],
      ["photos", "photographs"],
      ["objects", `${object.textContent}s`],
    ];
    return choices("kind", "Show examples of this kind", kinds);
  }

  function choices(name, legend, values) {
    if (values.length < 2) return [];
    const labels = values.map(([value, words], index) => {
      const button = make("input", { type: "radio", name, value, checked: index === 0 });
      return make("label", {}, button, ` ${words}`);
    });
    return [make("fieldset", { className: "switch" }, make("legend", { className: "hush" }, legend), ...labels)];
  }

  function linkToWork(image) {
    const link = make("a", { href: `${root}images/index.html`, title: `${image.alt}: maker and licence` });
    image.replaceWith(link);
    link.append(image);
    return link;
  }

  function aimAtWorks(links, images) {
    load(`${root}images/works.js`);
    get("works", works => {
      links.forEach((link, index) => {
        const image = parseInt(images[index].getAttribute("src").split("/").pop(), 10);
        const work = works.work[image];
        const part = Math.floor(work / works.page);
        link.href = `${root}images/${part ? `${part + 1}/` : ""}index.html#work-${work}`;
      });
    });
  }

  // Calls once, when the reader comes near.
  function whenNear(element, call) {
    const observer = new IntersectionObserver(
      entries => {
        if (!entries.some(entry => entry.isIntersecting)) return;
        observer.disconnect();
        call();
      },
      { rootMargin: "200px" },
    );
    observer.observe(element);
  }

  function showTiles(list) {
    const layer = location.pathname.split("/").slice(-4, -2).join("/");
    for (const link of list.querySelectorAll("a")) {
      tile(link, layer, parseInt(link.textContent, 10), Number(list.dataset.units));
    }
  }

  // What the units of a layer share is a file beside them: static/twins.js shows the content of ../twins.js.
  function loadShared(name) {
    if (name in received) return;
    load(`${root}static/${name}.js`);
    load(`../${name}.js`);
  }

  function extendPage() {
    fillHeader();
    explainFacts();
    const examples = document.querySelector(".examples");
    const neighbours = document.querySelector(".row[data-units]");
    const match = document.querySelector(".twin");
    if (examples) extendExamples(examples);
    if (neighbours) whenNear(neighbours, () => showTiles(neighbours));
    if (match) whenNear(match, () => loadShared("twins"));
    if (/^(unit|cell) /.test(document.body.className)) {
      document.querySelector("details.cite").addEventListener("toggle", () => loadShared("cite"), { once: true });
    }
  }

  page.dataset.root = root;
  window.__atlas = { put, get, load, make, tile };
  setTheme();
  document.addEventListener("keydown", useKeys);
  document.addEventListener("DOMContentLoaded", extendPage);
})();
