// A region chosen on the map of a layer (a click, a dragged rectangle, arrows and Enter) filters the units below it.
(() => {
  "use strict";
  const { get, load, make } = window.__atlas;
  const MOST_UNITS = 24;
  const LEAST_DRAG = 0.4; // in cells
  const STEPS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
  const HELP =
    "Cells of the map: arrows move, Enter shows the units that a cell raises, " +
    "Shift and Enter extend to a rectangle, Escape clears";
  const place = document.querySelector(".layer-map");
  if (!place) return;
  const all = document.querySelector(".all");
  const status = place.querySelector(".region-says");
  const clear = place.querySelector(".region-clear");
  const mark = make("i", { hidden: true });
  const box = make("div", { className: "cells" }, mark);
  let map = null; // its cells begin with column and row
  let buttons = [];
  let table = null;
  let chosen = null;
  let firstCell = null; // where a rectangle begins
  let dragFrom = null;
  let isDragged = false;

  function setArea(element, x, y, width, height) {
    const share = length => `${(100 * length) / map.grid}%`;
    element.style.left = share(x);
    element.style.top = share(y);
    element.style.width = share(width);
    element.style.height = share(height);
  }

  function cellButton([column, row], index) {
    const button = make("button", { type: "button", tabIndex: index ? -1 : 0 });
    button.setAttribute("aria-label", `Column ${column + 1}, row ${row + 1}`);
    button.setAttribute("aria-pressed", "false");
    setArea(button, column, row, 1, 1);
    return button;
  }

  function readTable(data) {
    const raised = Int8Array.from(atob(data.raised), character => character.charCodeAt(0));
    return { ...data, raised };
  }

  function withTable(then) {
    load("regions.js");
    get("regions", data => {
      table ||= readTable(data);
      then();
    });
  }

  // How much cells raise each unit, summed over their images.
  function sumOver(cells) {
    const sums = new Float64Array(table.units);
    for (const cell of cells) {
      for (let unit = 0; unit < table.units; unit++) {
        sums[unit] += table.counts[cell] * table.raised[cell * table.units + unit];
      }
    }
    return sums;
  }

  function mostRaised(sums) {
    const order = Array.from(sums.keys()).filter(unit => sums[unit] > 0);
    order.sort((a, b) => sums[b] - sums[a] || a - b);
    return order.slice(0, Math.max(1, Math.min(MOST_UNITS, Math.ceil(table.units / 4))));
  }

  function commonName(cells) {
    const votes = {};
    for (const cell of cells) votes[table.names[cell]] = (votes[table.names[cell]] || 0) + table.counts[cell];
    return Object.keys(votes).sort((a, b) => votes[b] - votes[a])[0];
  }

  function describe(cells) {
    const count = cells.reduce((sum, cell) => sum + table.counts[cell], 0);
    const sums = sumOver(cells);
    const units = mostRaised(sums);
    const name = commonName(cells);
    const predicted = name ? `, most often predicted as ${name}` : "";
    const amount = units.length ? ((sums[units[0]] / count) * table.step).toFixed(1) : "";
    const leader = units.length ? `, led by unit ${units[0]} (+${amount} SD)` : "";
    status.textContent = `${count} images${predicted}. Most raised units: ${units.length}${leader}; listed below.`;
    all.dispatchEvent(new CustomEvent("region", { detail: units }));
  }

  function choose(cells) {
    chosen = cells;
    buttons.forEach((button, index) => {
      button.setAttribute("aria-pressed", String(Boolean(cells?.includes(index))));
    });
    clear.hidden = !cells;
    if (!cells) return;
    withTable(() => {
      if (chosen === cells) describe(cells); // else another region was chosen meanwhile
    });
  }

  function chooseNone() {
    if (!chosen) return;
    choose(null);
    firstCell = null;
    status.textContent = "No region chosen: all units are listed.";
    all.dispatchEvent(new CustomEvent("region", { detail: null }));
  }

  // The cells that a rectangle between two points touches, in cells from the corner of the map.
  function cellsBetween(a, b) {
    const [left, right] = [Math.min(a[0], b[0]), Math.max(a[0], b[0])];
    const [top, bottom] = [Math.min(a[1], b[1]), Math.max(a[1], b[1])];
    const isInside = ([x, y]) => x + 1 > left && x < right && y + 1 > top && y < bottom;
    return Array.from(map.cells.keys()).filter(index => isInside(map.cells[index]));
  }

  function middleOf(index) {
    return [map.cells[index][0] + 0.5, map.cells[index][1] + 0.5];
  }

  function positionOf(event) {
    const size = box.getBoundingClientRect();
    const u = (event.clientX - size.left) / size.width;
    const v = (event.clientY - size.top) / size.height;
    return [u * map.grid, v * map.grid];
  }

  function onPointerDown(event) {
    isDragged = false;
    if (event.pointerType !== "touch" && event.button === 0) dragFrom = positionOf(event);
  }

  function onPointerMove(event) {
    if (!dragFrom) return;
    const [x, y] = positionOf(event);
    const [startX, startY] = dragFrom;
    if (Math.hypot(x - startX, y - startY) < LEAST_DRAG && !isDragged) return;
    isDragged = true;
    mark.hidden = false;
    setArea(mark, Math.min(x, startX), Math.min(y, startY), Math.abs(x - startX), Math.abs(y - startY));
  }

  function onPointerUp(event) {
    if (dragFrom && isDragged) {
      const cells = cellsBetween(dragFrom, positionOf(event));
      if (cells.length) choose(cells);
    }
    dragFrom = null;
    mark.hidden = true;
  }

  function onClick(event) {
    const index = buttons.indexOf(event.target);
    if (isDragged) {
      isDragged = false;
      return;
    }
    if (index < 0) return;
    if (!event.shiftKey || firstCell === null) firstCell = index;
    choose(cellsBetween(middleOf(firstCell), middleOf(index)));
  }

  // The cell that is next in a direction: near along it, and not far aside.
  function neighbour(from, [stepX, stepY]) {
    const [column, row] = map.cells[from];
    const distance = index => {
      const x = map.cells[index][0] - column;
      const y = map.cells[index][1] - row;
      const along = x * stepX + y * stepY;
      return along > 0 ? along + 3 * (Math.abs(x * stepY) + Math.abs(y * stepX)) : Infinity;
    };
    const nearest = Array.from(map.cells.keys()).sort((a, b) => distance(a) - distance(b) || a - b)[0];
    return distance(nearest) < Infinity ? nearest : null;
  }

  function onKey(event) {
    const here = buttons.indexOf(document.activeElement);
    if (here < 0 || !STEPS[event.key]) return;
    event.preventDefault();
    event.stopPropagation();
    const next = neighbour(here, STEPS[event.key]);
    if (next === null) return;
    buttons[here].tabIndex = -1;
    buttons[next].tabIndex = 0;
    buttons[next].focus();
  }

  function listen() {
    box.addEventListener("pointerdown", onPointerDown);
    window.addEventListener("pointermove", onPointerMove);
    window.addEventListener("pointerup", onPointerUp);
    box.addEventListener("click", onClick);
    box.addEventListener("keydown", onKey);
    document.addEventListener("keydown", event => {
      if (event.key === "Escape") chooseNone();
    });
    clear.addEventListener("click", chooseNone);
  }

  get("units", units => {
    if (!units.map) return;
    map = units.map;
    buttons = map.cells.map(cellButton);
    box.append(...buttons);
    box.setAttribute("role", "group");
    box.setAttribute("aria-label", HELP);
    const link = place.querySelector(".see");
    link.replaceWith(make("div", { className: "see" }, link.querySelector("img"), box));
    listen();
    status.hidden = false;
    status.textContent = "Choose a cell, or drag a rectangle, to see the units that it raises most.";
  });
})();
