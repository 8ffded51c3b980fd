// A map of cells that zooms and pans on a canvas; close up, cells show their own pictures. Without it: one picture.
(function () {
  "use strict";
  var chart = document.querySelector(".chart"), stage = chart.querySelector(".stage"), picture = stage.querySelector("img");
  var tools = chart.querySelector(".chart-tools"), says = chart.querySelector(".chart-says"), root = chart.dataset.root;
  window.__atlas.get("map", function (map) {
    var canvas = document.createElement("canvas"), pen = canvas.getContext("2d");
    var view = { x: 0, y: 0, scale: 1 }, cache = new Map(), pointers = new Map(), side = 1, ratio = window.devicePixelRatio || 1, due = false;
    var at = {}, SIGNS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_", xy = [];
    for (var i = 0; i < map.xy.length; i += 2) xy.push(SIGNS.indexOf(map.xy[i]) * 64 + SIGNS.indexOf(map.xy[i + 1]));
    map.cells.forEach(function (cell, place) { at[cell[0] + "," + cell[1]] = place; });
    canvas.setAttribute("aria-hidden", "true");
    stage.append(canvas);
    stage.tabIndex = 0;
    stage.setAttribute("role", "application");
    stage.setAttribute("aria-label", "Map: arrows move, plus and minus zoom, 0 shows all");
    tools.hidden = false;
    function later() { if (!due) { due = true; requestAnimationFrame(draw); } }
    function image(path) {
      var kept = cache.get(path);
      if (!kept) {
        kept = new Image();
        kept.onload = later;
        kept.src = root + path;
        cache.set(path, kept);
      }
      return kept.complete && kept.naturalWidth ? kept : null;
    }
    function photo(index) { return map.probes && image(map.probes + index + ".webp"); }
    function size() { side = stage.clientWidth; canvas.width = canvas.height = Math.round(side * ratio); later(); }
    function bound() {
      view.scale = Math.min(40, Math.max(1, view.scale));
      var most = 1 - 1 / view.scale;
      view.x = Math.min(most, Math.max(0, view.x));
      view.y = Math.min(most, Math.max(0, view.y));
    }
    function zoom(factor, u, v) {
      var x = view.x + u / view.scale, y = view.y + v / view.scale;
      view.scale = Math.min(40, Math.max(1, view.scale * factor));
      view.x = x - u / view.scale;
      view.y = y - v / view.scale;
      bound(); later();
    }
    function seen(x, y, w) { return x + w > 0 && y + w > 0 && x < canvas.width && y < canvas.height; }
    function cells(unit) {
      var w = unit / map.grid, close = w > 96 * ratio, ink = getComputedStyle(stage).color;
      map.cells.forEach(function (cell, place) {
        var x = (cell[0] / map.grid - view.x) * unit, y = (cell[1] / map.grid - view.y) * unit;
        if (!seen(x, y, w)) return;
        var own = close && (cell[4] ? image(map.icons + place + ".avif") : photo(cell[5]));
        if (own) pen.drawImage(own, x, y, w, w);
        var name = map.classes[cell[3]];
        if (tools.querySelector("[name=names]:checked") && name && w > 90 * ratio) {
          pen.font = 12 * ratio + "px 'Plex', sans-serif";
          var wide = Math.min(w, pen.measureText(name).width + 10 * ratio);
          pen.fillStyle = "rgba(20,20,19,.78)";
          pen.fillRect(x, y + w - 20 * ratio, wide, 20 * ratio);
          pen.fillStyle = "#fff";
          pen.fillText(name, x + 5 * ratio, y + w - 6 * ratio, w - 10 * ratio);
        }
      });
      return ink;
    }
    function points(unit) {
      var w = unit / map.grid, photos = map.probes && w > 260 * ratio, half = 28 * ratio;
      pen.strokeStyle = "rgba(0,0,0,.55)";
      pen.fillStyle = "#fff";
      for (var i = 0; i < xy.length; i += 2) {
        var x = (xy[i] / 4095 - view.x) * unit, y = (xy[i + 1] / 4095 - view.y) * unit;
        if (!seen(x - half, y - half, 2 * half)) continue;
        var own = photos && photo(i / 2);
        if (own) pen.drawImage(own, x - half, y - half, 2 * half, 2 * half);
        else { pen.beginPath(); pen.arc(x, y, 2.2 * ratio, 0, 7); pen.fill(); pen.stroke(); }
      }
    }
    function draw() {
      due = false;
      var unit = canvas.width * view.scale;
      pen.clearRect(0, 0, canvas.width, canvas.height);
      if (picture.complete && picture.naturalWidth) pen.drawImage(picture, -view.x * unit, -view.y * unit, unit, unit);
      cells(unit);
      if (tools.querySelector("[name=points]").checked) points(unit);
    }
    function place(event) {
      var box = stage.getBoundingClientRect();
      return [(event.clientX - box.left) / box.width, (event.clientY - box.top) / box.height];
    }
    function tell(u, v) {
      var column = Math.floor((view.x + u / view.scale) * map.grid), row = Math.floor((view.y + v / view.scale) * map.grid);
      var found = at[column + "," + row];
      if (found === undefined) { says.textContent = ""; return; }
      var cell = map.cells[found], name = map.classes[cell[3]];
      says.textContent = "Column " + (column + 1) + ", row " + (row + 1) + ": " + cell[2] + " images" + (name ? ", most often called " + name : "");
    }
    stage.addEventListener("wheel", function (event) {
      event.preventDefault();
      var at = place(event);
      zoom(Math.exp(-event.deltaY * (event.ctrlKey ? 0.01 : 0.002)), at[0], at[1]);
    }, { passive: false });
    stage.addEventListener("pointerdown", function (event) { stage.setPointerCapture(event.pointerId); pointers.set(event.pointerId, place(event)); });
    stage.addEventListener("pointermove", function (event) {
      var now = place(event), before = pointers.get(event.pointerId);
      if (!before) { tell(now[0], now[1]); return; }
      if (pointers.size === 2) {
        var other = Array.from(pointers.entries()).filter(function (pair) { return pair[0] !== event.pointerId; })[0][1];
        var far = Math.hypot(now[0] - other[0], now[1] - other[1]), was = Math.hypot(before[0] - other[0], before[1] - other[1]);
        if (was > 0) zoom(far / was, (now[0] + other[0]) / 2, (now[1] + other[1]) / 2);
      } else {
        view.x -= (now[0] - before[0]) / view.scale;
        view.y -= (now[1] - before[1]) / view.scale;
        bound(); later();
      }
      pointers.set(event.pointerId, now);
    });
    ["pointerup", "pointercancel"].forEach(function (kind) { stage.addEventListener(kind, function (event) { pointers.delete(event.pointerId); }); });
    stage.addEventListener("dblclick", function (event) { var at = place(event); zoom(2, at[0], at[1]); });
    stage.addEventListener("keydown", function (event) {
      var step = 0.15 / view.scale, moves = { ArrowLeft: [-step, 0], ArrowRight: [step, 0], ArrowUp: [0, -step], ArrowDown: [0, step] };
      if (moves[event.key]) { view.x += moves[event.key][0]; view.y += moves[event.key][1]; bound(); later(); tell(0.5, 0.5); }
      else if (event.key === "+" || event.key === "=") zoom(1.5, 0.5, 0.5);
      else if (event.key === "-") zoom(1 / 1.5, 0.5, 0.5);
      else if (event.key === "0") zoom(0, 0.5, 0.5);
      else return;
      event.preventDefault();
    });
    tools.addEventListener("click", function (event) {
      var what = event.target.dataset.do;
      if (what) zoom({ "in": 1.6, out: 1 / 1.6, home: 0 }[what], 0.5, 0.5);
    });
    tools.addEventListener("change", later);
    picture.addEventListener("load", later);
    window.addEventListener("resize", size);
    stage.classList.add("live");
    size();
  });
})();
