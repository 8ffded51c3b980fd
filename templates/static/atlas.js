// On every page, before the first paint: the reader's own choice of light or dark, and the place where data scripts leave
// their data. Then, once the page is read: the site's head, keys, glossary, and what examples and citations offer.
(function () {
  "use strict";
  var page = document.documentElement, kept = {}, waiting = {};
  var root = document.currentScript.getAttribute("src").replace("static/atlas.js", "");
  page.dataset.root = root;
  window.__atlas = {
    put: function (key, value) {
      kept[key] = value;
      (waiting[key] || []).forEach(function (call) { call(value); });
      delete waiting[key];
    },
    get: function (key, call) {
      if (key in kept) call(kept[key]);
      else (waiting[key] = waiting[key] || []).push(call);
    },
    load: function (path) { // a data script, once, when it is wanted
      if (document.querySelector('script[src="' + root + path + '"]')) return;
      make("script", { src: root + path }, document.head);
    }
  };
  if (!document.querySelector("meta[http-equiv]")) make("meta", { httpEquiv: "Content-Security-Policy", content: "default-src 'self' file:;style-src 'self' file: 'unsafe-inline'" }, document.head);
  try {
    var theme = localStorage.getItem("theme");
    if (theme) page.dataset.theme = theme;
  } catch (error) { /* no storage from a file in some browsers: the system's choice */ }

  function make(tag, fields, parent) {
    var made = Object.assign(document.createElement(tag), fields);
    if (parent) parent.append(made);
    return made;
  }
  // The head of the site: what only scripts can offer.
  function head() {
    var header = document.querySelector("header.site"), main = document.getElementById("main");
    main.tabIndex = -1;
    document.body.prepend(make("a", { className: "skip", href: "#main", textContent: "Skip to content" }));
    make("link", { rel: "icon", href: root + "static/mark.svg" }, document.head);
    var form = make("form", { className: "find", action: root + "search/index.html" }, header);
    form.setAttribute("role", "search");
    make("input", { type: "search", name: "q", placeholder: "Search", autocomplete: "off", ariaLabel: "Search units, layers and classes" }, form);
    make("kbd", { textContent: "/", ariaHidden: "true" }, form);
    var button = make("button", { className: "theme", type: "button", ariaLabel: "Change between light and dark" }, header);
    button.addEventListener("click", function () {
      var dark = page.dataset.theme ? page.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
      page.dataset.theme = dark ? "light" : "dark";
      try { localStorage.setItem("theme", page.dataset.theme); } catch (error) { /* stays for this page */ }
    });
  }
  function keys(event) {
    if (event.altKey || event.ctrlKey || event.metaKey || /^(INPUT|SELECT|TEXTAREA)$/.test(event.target.tagName)) return;
    if (event.target.closest && event.target.closest(".stage")) return;
    var rel = { ArrowLeft: "prev", ArrowRight: "next" }[event.key], link = rel && document.querySelector("a[rel=" + rel + "]");
    if (event.key === "/") {
      event.preventDefault();
      (document.getElementById("ask") || document.querySelector(".find input")).focus();
    } else if (link) location.href = link.href;
  }
  // What the facts of a unit mean; the glossary on the About page says it at length.
  var MEANS = {
    "Largest response": "Over all probe images, before the nonlinearity",
    "Rank by it": "Place in the layer by the largest response to any probe image",
    "Mean ± sd": "Over all positions of all probe images, before the nonlinearity",
    "Selectivity": "(mean response to the favourite class − median) ÷ (largest − median), over probe images",
    "r": "Pearson correlation of the mean responses to the probe images"
  };
  function glossary() {
    document.querySelectorAll(".unit dt, .unit dfn").forEach(function (term) {
      if (MEANS[term.textContent]) term.title = MEANS[term.textContent];
    });
  }
  // Examples: how to show them, and from each image to its maker and licence.
  function examples(section) {
    var field = section.classList.contains("whole") ? "image" : "receptive field";
    var ways = [["field", field]].concat(field === "image" ? [] : [["whole", "whole image"]], section.dataset.heat ? [["heat", "response"]] : []);
    var title = section.querySelector("h2"), head = make("div", { className: "headline" });
    title.replaceWith(head);
    head.append(title);
    var box = make("fieldset", { className: "switch" });
    make("legend", { className: "hush", textContent: "Show examples as" }, box);
    ways.forEach(function (way, place) {
      var label = make("label", {}, box);
      make("input", { type: "radio", name: "view", value: way[0], checked: !place }, label);
      label.append(" " + way[1]);
    });
    if (ways.length > 1) head.append(box);
    var images = Array.from(section.querySelectorAll(".strip img"));
    var links = images.map(function (image) {
      var link = make("a", { href: root + "images/index.html", title: image.alt + ": maker and licence" });
      image.replaceWith(link);
      link.append(image);
      return link;
    });
    function aim() {
      window.__atlas.load("images/works.js");
      window.__atlas.get("works", function (works) {
        links.forEach(function (link, place) {
          var work = works.work[parseInt(images[place].getAttribute("src").split("/").pop(), 10)], part = Math.floor(work / works.page);
          link.href = root + "images/" + (part ? part + 1 + "/" : "") + "index.html#work-" + work;
        });
      });
    }
    ["pointerover", "focusin", "touchstart"].forEach(function (kind) { section.addEventListener(kind, aim, { once: true, passive: true }); });
  }
  // A tile in front of a link to a unit of the layer `place`: its picture, or its strongest example from the sheets of its layer.
  window.__atlas.tile = function (link, place, unit, units) {
    var group = unit >> 8, rows = Math.ceil(Math.min(256, units - group * 256) / 16), path = root + "pictures/" + place + "/";
    var tile = make("span", { className: "tile" });
    link.prepend(tile);
    if (link.className) make("img", { src: path + unit + ".avif", alt: "" }, tile);
    else tile.style.cssText = "background-image:url(" + path + "examples-" + group + ".avif);background-size:1600% " + rows * 100 + "%;background-position:" +
      unit % 16 / 15 * 100 + "% " + (rows > 1 ? (unit >> 4) % 16 / (rows - 1) * 100 : 0) + "%";
  };
  function near(list, call) { // once, when someone comes near
    new IntersectionObserver(function (seen, observer) {
      if (!seen.some(function (entry) { return entry.isIntersecting; })) return;
      observer.disconnect();
      call(list);
    }, { rootMargin: "200px" }).observe(list);
  }
  function kin(list) {
    var place = location.pathname.split("/").slice(-4, -2).join("/");
    list.querySelectorAll("a").forEach(function (link) { window.__atlas.tile(link, place, parseInt(link.textContent, 10), +list.dataset.units); });
  }
  function shared(name) { // what the units of a layer share lies beside them: ../twins.js for static/twins.js
    if (kept[name]) return;
    window.__atlas.load("static/" + name + ".js");
    if (!document.querySelector('script[src="../' + name + '.js"]')) make("script", { src: "../" + name + ".js" }, document.head);
  }
  document.addEventListener("keydown", keys);
  document.addEventListener("DOMContentLoaded", function () {
    head();
    glossary();
    var section = document.querySelector(".examples"), list = document.querySelector(".row[data-units]"), twin = document.querySelector(".twin");
    if (section) examples(section);
    if (list) near(list, kin);
    if (twin) near(twin, shared.bind(null, "twins"));
    if (/^(unit|cell) /.test(document.body.className)) document.querySelector("details.cite").addEventListener("toggle", shared.bind(null, "cite"), { once: true });
  });
})();
