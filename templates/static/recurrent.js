// The cell browser: any cell's memory, state or gate over the text, the most probable next characters, and where else the
// cells of a stretch are active. `data` has a letter a character and cell; "i" (105) is level 0.
(function () {
  "use strict";
  var names = { c: "memory c", h: "state h", input: "input gate", forget: "forget gate", output: "output gate", reset: "reset gate", update: "update gate" };
  var FEW = 3, LONGEST = 24, SHOWN = 5;
  document.querySelectorAll(".over[data-network]").forEach(browse);
  document.querySelectorAll(".by-script").forEach(function (note) { note.hidden = false; });

  function browse(figure) {
    var strip = figure.querySelector(".code-strip"), letters = Array.prototype.slice.call(strip.querySelectorAll("i"));
    var form = figure.querySelector("form"), link = figure.querySelector("h3 a"), about = figure.querySelector("h3 span");
    var says = figure.querySelector(".next"), told = figure.querySelector(".matched"), network = figure.dataset.network;
    var loaded = null, at = -1, anchor = -1, dragging = false;
    form.hidden = false;
    form.addEventListener("submit", function (event) { event.preventDefault(); });

    function load(then) {
      if (loaded) { then(); return; }
      window.__atlas.get("recurrent/" + network, function (found) { if (!loaded) open(found); then(); });
      if (figure.dataset.asked) return;
      figure.dataset.asked = "yes";
      var script = document.createElement("script");
      script.src = network + ".js";
      document.head.appendChild(script);
    }
    function open(found) {
      loaded = found;
      Object.keys(found.gates).forEach(function (name) { found.data[name] = unpaired(found.gates[name]); });
      form.quantity.length = 0;
      Object.keys(found.data).forEach(function (name) { form.quantity.add(new Option(names[name], name)); });
      Object.keys(found.scores).forEach(function (name) { form.concept.add(new Option(name, name)); });
      list();
    }
    // two levels, 0 to 8, a sign
    function unpaired(signs) {
      var base = Math.round(Math.sqrt(loaded.pairs.length)), letters = [];
      for (var i = 0; i < signs.length; i++) {
        var both = loaded.pairs.indexOf(signs[i]);
        letters.push(String.fromCharCode(105 + Math.floor(both / base), 105 + both % base));
      }
      return letters.join("");
    }
    // all cells, by number or by their score for the chosen concept on held-out files
    function list() {
      var kept = form.cell.value, scores = loaded.scores[form.concept.value], order = [];
      for (var cell = 0; cell < loaded.cells; cell++) order.push(cell);
      if (scores) order.sort(function (a, b) { return Math.abs(scores[b] - 500) - Math.abs(scores[a] - 500) || a - b; });
      form.cell.length = 0;
      order.forEach(function (cell) {
        var score = scores ? " · " + (Math.max(scores[cell], 1000 - scores[cell]) / 1000).toFixed(3) + (scores[cell] < 500 ? " low" : "") : "";
        form.cell.add(new Option(cell + score, cell));
      });
      form.cell.value = scores ? order[0] : kept;
    }
    function paint() {
      var cell = +form.cell.value, values = loaded.data[form.quantity.value];
      letters.forEach(function (letter, i) {
        var level = values.charCodeAt(i * loaded.cells + cell) - 105;
        letter.className = (level ? "l" + level : "") + (letter.classList.contains("on") ? " on" : "") + (letter.classList.contains("hit") ? " hit" : "");
      });
      var paged = loaded.pages === "all" || loaded.pages.indexOf(cell) >= 0;
      link.textContent = "cell " + cell;
      if (paged) link.href = network + "/cells/" + cell + "/index.html"; else link.removeAttribute("href");
      about.textContent = ": " + names[form.quantity.value];
    }
    function level(place, cell) { return loaded.data.h.charCodeAt(place * loaded.cells + cell) - 105; }
    // "12" is cell 12 active above zero, "-13" cell 12 active below it
    function on(first, end) {
      var found = [];
      for (var cell = 0; cell < loaded.cells; cell++) [1, -1].forEach(function (sign) {
        for (var place = first; place < end; place++) if (sign * level(place, cell) < loaded.on) return;
        found.push(sign > 0 ? cell : -cell - 1);
      });
      return found;
    }
    function show(first, end, mark) { for (var i = first; i < end; i++) letters[i].classList.add(mark); }
    function select(first, end) {
      var cells = on(first, end), length = end - first;
      var before = first ? on(first - 1, first) : [], fresh = cells.filter(function (cell) { return before.indexOf(cell) < 0; });
      var chosen = fresh.length >= FEW ? fresh : cells, rows = [];
      for (var start = 0; start + length <= letters.length; start++) {
        if (start < end && start + length > first) continue;
        var here = on(start, start + length), common = chosen.filter(function (cell) { return here.indexOf(cell) >= 0; }).length;
        rows.push([common, here.length - common, start]);
      }
      rows.sort(function (a, b) { return b[0] - a[0] || a[1] - b[1] || a[2] - b[2]; });
      var best = [];
      rows.forEach(function (row) {
        if (best.length < SHOWN && row[0] && best.every(function (other) { return Math.abs(other[2] - row[2]) >= length; })) best.push(row);
      });
      best.forEach(function (row) { show(row[2], row[2] + length, "hit"); });
      tellMatches(chosen, best, length);
    }
    function tellMatches(chosen, best, length) {
      told.hidden = false;
      told.textContent = chosen.length + (chosen.length === 1 ? " cell is" : " cells are") + " active through it (|h| at least " + loaded.on + "/8): ";
      told.append(chosen.slice(0, 24).map(function (cell) { return cell < 0 ? -cell - 1 + " (low)" : cell; }).join(", ") + (chosen.length > 24 ? ", …" : "") + ". Framed, where the same cells are active: ");
      best.forEach(function (row, i) {
        var code = document.createElement("code");
        code.textContent = letters.slice(row[2], row[2] + length).map(function (letter) { return letter.textContent.replace(/\n/g, ""); }).join("");
        told.append(i ? ", " : "", code, " " + row[0] + " of " + chosen.length + " cells and " + row[1] + " others");
      });
      told.append(best.length ? "." : "no other stretch.");
    }
    function clear() {
      letters.forEach(function (letter) { letter.classList.remove("on", "hit"); });
      told.hidden = true;
    }
    function go(place, extend) {
      at = Math.min(Math.max(place, 0), letters.length - 1);
      if (!extend || anchor < 0) anchor = at;
      if (Math.abs(at - anchor) >= LONGEST) at = anchor + (at > anchor ? LONGEST - 1 : 1 - LONGEST);
      clear();
      var first = Math.min(at, anchor), end = Math.max(at, anchor) + 1;
      show(first, end, "on");
      says.textContent = loaded.next.length ? "Next, most probable: " : "";
      (loaded.next[at] || []).forEach(function (one) {
        var code = document.createElement("code");
        code.textContent = (/\S/.test(one[0]) ? one[0] : one[0].replace(/ /g, "␣")).replace(/\n/g, "↵");
        says.append(code, " " + one[1] + " %  ");
      });
      if (end - first > 1) select(first, end);
    }
    function line(step) {
      var here = letters[Math.max(at, 0)], row = here.offsetTop, left = here.offsetLeft, best = at;
      for (var i = Math.max(at, 0) + step; letters[i]; i += step) {
        if (letters[i].offsetTop === here.offsetTop) continue;
        if (row === here.offsetTop) row = letters[i].offsetTop;
        if (letters[i].offsetTop !== row) break;
        if (best === at || Math.abs(letters[i].offsetLeft - left) < Math.abs(letters[best].offsetLeft - left)) best = i;
      }
      return best;
    }
    function under(event) {
      var found = document.elementFromPoint(event.clientX, event.clientY);
      return found && found.parentNode === strip ? letters.indexOf(found) : -1;
    }
    form.addEventListener("change", function (event) {
      load(function () { if (event.target.name === "concept") list(); paint(); });
    });
    form.addEventListener("focusin", function () { load(function () {}); });
    strip.addEventListener("pointerdown", function (event) {
      var place = under(event);
      if (place < 0 || event.button) return;
      dragging = true;
      load(function () { go(place, event.shiftKey); });
    });
    strip.addEventListener("pointermove", function (event) {  // a finger keeps the element that it came down on, so it is looked up
      var place = under(event);
      if (place < 0 || place === at || !dragging && (event.pointerType !== "mouse" || anchor !== at)) return;
      load(function () { go(place, dragging); });
    });
    ["pointerup", "pointercancel"].forEach(function (name) { window.addEventListener(name, function () { dragging = false; }); });
    strip.addEventListener("keydown", function (event) {
      var to = { ArrowLeft: at - 1, ArrowRight: at + 1, Home: 0, End: letters.length - 1 }[event.key];
      if (event.key === "ArrowUp" || event.key === "ArrowDown") to = line(event.key === "ArrowUp" ? -1 : 1);
      if (event.key === "Escape" && at >= 0) to = at;
      if (to === undefined) return;
      event.preventDefault();
      event.stopPropagation();
      load(function () { go(to, event.shiftKey); });
    });
  }
})();
