// The cell browser: any cell's memory, state or gate over the text, and the likeliest next characters.
(function () {
  "use strict";
  var names = { c: "memory c", h: "state h", input: "input gate", forget: "forget gate", output: "output gate", reset: "reset gate", update: "update gate" };
  document.querySelectorAll(".over[data-network]").forEach(function (figure) {
    var strip = figure.querySelector(".code-strip"), letters = strip.querySelectorAll("i"), form = figure.querySelector("form");
    var says = figure.querySelector(".next"), title = figure.querySelector("h3"), network = figure.dataset.network;
    var loaded = null, at = -1;
    form.hidden = false;
    form.addEventListener("submit", function (event) { event.preventDefault(); });
    function load(then) {
      if (loaded) { then(); return; }
      window.__atlas.get("recurrent/" + network, function (found) {
        if (!loaded) {
          loaded = { cells: found.cells, next: found.next, data: {} };
          form.quantity.length = 0;
          Object.keys(found.data).forEach(function (name) {
            loaded.data[name] = found.data[name];
            form.quantity.add(new Option(names[name], name));
          });
        }
        then();
      });
      if (!figure.dataset.asked) {
        figure.dataset.asked = "yes";
        var script = document.createElement("script");
        script.src = network + ".js";
        document.head.appendChild(script);
      }
    }
    function paint() {
      var cell = Math.min(Math.max(Math.round(+form.cell.value) || 0, 0), loaded.cells - 1), values = loaded.data[form.quantity.value];
      letters.forEach(function (letter, i) {
        var level = values.charCodeAt(i * loaded.cells + cell) - 105;  // "i" is 0
        letter.className = (level ? "l" + level : "") + (i === at ? " on" : "");
      });
      title.textContent = title.textContent.replace(/, cell .*/, ", cell " + cell + ", " + names[form.quantity.value]);
    }
    function tell(place) {
      if (letters[at]) letters[at].classList.remove("on");
      at = Math.min(Math.max(place, 0), letters.length - 1);
      letters[at].classList.add("on");
      says.textContent = "Next, by the network: ";
      loaded.next[at].forEach(function (one) {
        var code = document.createElement("code");
        code.textContent = (one[0] === "\n" ? "↵" : one[0] === " " ? "␣" : one[0]);
        says.append(code, " " + one[1] + " %  ");
      });
    }
    form.addEventListener("change", function (event) {
      if (event.target.name === "concept" && form.concept.value) form.cell.value = form.concept.value;
      load(paint);
    });
    form.addEventListener("focusin", function () { load(function () {}); });
    strip.addEventListener("pointerover", function (event) { if (event.target.tagName === "I") pick(event.target); });
    strip.addEventListener("click", function (event) { if (event.target.tagName === "I") pick(event.target); });
    function pick(letter) { load(function () { tell(Array.prototype.indexOf.call(letters, letter)); }); }
    strip.addEventListener("keydown", function (event) {
      var step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
      if (!step) return;
      event.preventDefault();
      event.stopPropagation();
      load(function () { tell(at + step); });
    });
  });
})();
