// A region chosen on the map of a layer (a click, a dragged rectangle, arrows and Enter) filters the units below it.
(function () {
  "use strict";
  var place = document.querySelector(".layer-map"), all = document.querySelector(".all");
  if (!place) return;
  var see = place.querySelector(".see"), says = place.querySelector(".region-says"), clear = place.querySelector(".region-clear");
  window.__atlas.get("units", function (units) {
    var map = units.map, buttons = [], from = null, chosen = null, data = null, asked = false;
    if (!map) return;
    var box = document.createElement("div"), mark = document.createElement("i");
    box.className = "cells";
    box.setAttribute("role", "group");
    box.setAttribute("aria-label", "Cells of the map: arrows move, Enter shows the units that a cell raises, Shift and Enter extend to a rectangle, Escape clears");
    mark.hidden = true;
    box.append(mark);
    map.cells.forEach(function (cell, number) {
      var button = document.createElement("button");
      button.type = "button";
      button.tabIndex = number ? -1 : 0;
      button.setAttribute("aria-label", "Column " + (cell[0] + 1) + ", row " + (cell[1] + 1));
      button.setAttribute("aria-pressed", "false");
      button.style.cssText = "left:" + 100 * cell[0] / map.grid + "%;top:" + 100 * cell[1] / map.grid + "%;width:" + 100 / map.grid + "%;height:" + 100 / map.grid + "%";
      buttons.push(button);
      box.append(button);
    });
    var frame = document.createElement("div");
    frame.className = "see";
    frame.append(see.querySelector("img"), box);
    see.replaceWith(frame);
    function load(then) {
      window.__atlas.get("regions", function (found) {
        if (!data) {
          var bytes = atob(found.raised);
          data = { counts: found.counts, names: found.names, step: found.step, units: found.units, raised: new Int8Array(bytes.length) };
          for (var i = 0; i < bytes.length; i++) data.raised[i] = bytes.charCodeAt(i);
        }
        then();
      });
      if (asked) return;
      asked = true;
      var script = document.createElement("script");
      script.src = "regions.js";
      document.head.append(script);
    }
    function tell(cells) {
      var total = 0, sums = new Float64Array(data.units), votes = {};
      cells.forEach(function (cell) {
        var count = data.counts[cell];
        total += count;
        votes[data.names[cell]] = (votes[data.names[cell]] || 0) + count;
        for (var u = 0; u < data.units; u++) sums[u] += count * data.raised[cell * data.units + u];
      });
      var order = Array.from(sums.keys()).sort(function (a, b) { return sums[b] - sums[a] || a - b; });
      var most = Math.max(1, Math.min(24, Math.ceil(data.units / 4)));
      order = order.filter(function (u) { return sums[u] > 0; }).slice(0, most);
      var name = Object.keys(votes).sort(function (a, b) { return votes[b] - votes[a]; })[0];
      says.textContent = total + " images" + (name ? ", most often called " + name : "") + ": " + order.length +
        (order.length === 1 ? " unit" : " units") + " raised most" + (order.length ? ", unit " + order[0] + " by " + (sums[order[0]] / total * data.step).toFixed(1) + " standard deviations" : "") + "; listed below.";
      all.dispatchEvent(new CustomEvent("region", { detail: order }));
    }
    function choose(a, b) {
      var first = map.cells[a], last = map.cells[b];
      var cells = map.cells.map(function (_, n) { return n; }).filter(function (n) {
        var c = map.cells[n];
        return c[0] >= Math.min(first[0], last[0]) && c[0] <= Math.max(first[0], last[0]) && c[1] >= Math.min(first[1], last[1]) && c[1] <= Math.max(first[1], last[1]);
      });
      pick(cells);
    }
    function pick(cells) {
      var mine = chosen = cells;
      buttons.forEach(function (button, n) { button.setAttribute("aria-pressed", String(!!cells && cells.indexOf(n) >= 0)); });
      clear.hidden = !cells;
      if (cells) load(function () { if (chosen === mine) tell(cells); });
    }
    function none() {
      if (!chosen) return;
      pick(null);
      from = null;
      says.textContent = "No region chosen: all units are listed.";
      all.dispatchEvent(new CustomEvent("region", { detail: null }));
    }
    function spot(event) {
      var size = box.getBoundingClientRect();
      return [(event.clientX - size.left) / size.width * map.grid, (event.clientY - size.top) / size.height * map.grid];
    }
    var drag = null, dragged = false;
    box.addEventListener("pointerdown", function (event) {
      dragged = false;
      if (event.pointerType !== "touch" && event.button === 0) drag = spot(event);
    });
    window.addEventListener("pointermove", function (event) {
      if (!drag) return;
      var now = spot(event);
      if (Math.hypot(now[0] - drag[0], now[1] - drag[1]) < 0.4 && !dragged) return;
      dragged = true;
      mark.hidden = false;
      var l = Math.min(now[0], drag[0]), t = Math.min(now[1], drag[1]), w = Math.abs(now[0] - drag[0]), h = Math.abs(now[1] - drag[1]);
      mark.style.cssText = "left:" + 100 * l / map.grid + "%;top:" + 100 * t / map.grid + "%;width:" + 100 * w / map.grid + "%;height:" + 100 * h / map.grid + "%";
    });
    window.addEventListener("pointerup", function (event) {
      if (drag && dragged) {
        var now = spot(event), start = drag;
        var cells = map.cells.map(function (_, n) { return n; }).filter(function (n) {
          var x = map.cells[n][0], y = map.cells[n][1];
          return x + 1 > Math.min(now[0], start[0]) && x < Math.max(now[0], start[0]) && y + 1 > Math.min(now[1], start[1]) && y < Math.max(now[1], start[1]);
        });
        if (cells.length) pick(cells);
      }
      drag = null;
      mark.hidden = true;
    });
    box.addEventListener("click", function (event) {
      var number = buttons.indexOf(event.target);
      if (dragged) { dragged = false; return; }
      if (number < 0) return;
      if (event.shiftKey && from !== null) choose(from, number);
      else { from = number; choose(number, number); }
    });
    box.addEventListener("keydown", function (event) {
      var here = buttons.indexOf(document.activeElement), step = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[event.key];
      if (here < 0 || !step) return;
      event.preventDefault();
      event.stopPropagation();
      var best = -1, least = Infinity;
      map.cells.forEach(function (cell, n) {
        var x = cell[0] - map.cells[here][0], y = cell[1] - map.cells[here][1];
        var along = x * step[0] + y * step[1], aside = Math.abs(x * step[1]) + Math.abs(y * step[0]);
        if (along > 0 && along + 3 * aside < least) { least = along + 3 * aside; best = n; }
      });
      if (best < 0) return;
      buttons[here].tabIndex = -1;
      buttons[best].tabIndex = 0;
      buttons[best].focus();
    });
    document.addEventListener("keydown", function (event) { if (event.key === "Escape") none(); });
    clear.addEventListener("click", none);
    says.hidden = false;
    says.textContent = "Choose a cell, or drag a rectangle, to see the units that it raises most.";
  });
})();
