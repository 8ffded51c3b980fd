// A map of cells that zooms and pans on a canvas; close up, cells show their own pictures. Without it: one picture.
(() => {
  "use strict";
  const { get, load, make, tile } = window.__atlas;
  const DIGITS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  const FINEST = 4095; // the largest coordinate of an image
  const MOST_ZOOM = 40;
  const PICTURE_FROM = 96; // width of a cell, in px of the page, from which it shows its own picture
  const NAME_FROM = 90; // … its class
  const PHOTO_FROM = 260; // … the images instead of points
  const CLICK = 6; // px that the pointer may move in a click
  const SHOWN = 9; // images and units of the cell that is clicked
  const ratio = window.devicePixelRatio || 1;
  const chart = document.querySelector(".chart");
  const stage = chart.querySelector(".stage");
  const picture = stage.querySelector("img");
  const tools = chart.querySelector(".chart-tools");
  const status = chart.querySelector(".chart-says");
  const content = make("div", { className: "chart-cell" });
  const canvas = make("canvas", { ariaHidden: "true" });
  const pen = canvas.getContext("2d");
  const view = { x: 0, y: 0, zoom: 1 }; // the corner and the zoom, in sides of the map
  const images = new Map();
  const pointers = new Map();
  const cellAt = new Map();
  let map = null;
  let coordinates = [];
  let isDue = false;
  let chosen = null; // the cell whose content is shown
  let pressedAt = null; // where the pointer went down, in px

  // Two digits to base 64 a number.
  function unpack(text) {
    const numbers = [];
    for (let i = 0; i < text.length; i += 2) {
      numbers.push(DIGITS.indexOf(text[i]) * 64 + DIGITS.indexOf(text[i + 1]));
    }
    return numbers;
  }

  function drawSoon() {
    if (isDue) return;
    isDue = true;
    requestAnimationFrame(draw);
  }

  // The image of a file once it is loaded; until then nothing, and the map is drawn again when it comes.
  function loaded(path) {
    if (!images.has(path)) {
      const image = new Image();
      image.onload = drawSoon;
      image.src = chart.dataset.root + path;
      images.set(path, image);
    }
    const image = images.get(path);
    return image.complete && image.naturalWidth ? image : null;
  }

  function probeImage(index) {
    return map.probes && loaded(`${map.probes}${index}.webp`);
  }

  function clamp(value, least, most) {
    return Math.min(most, Math.max(least, value));
  }

  function moveBy(dx, dy) {
    const most = 1 - 1 / view.zoom;
    canvas.classList.toggle("zoomed", view.zoom > 1); // a whole map leaves one finger to scroll the page
    view.x = clamp(view.x + dx, 0, most);
    view.y = clamp(view.y + dy, 0, most);
    drawSoon();
  }

  // Zooms about a point of the stage (0 to 1), which stays where it is; a factor of 0 shows the whole map.
  function zoomBy(factor, u, v) {
    const before = view.zoom;
    view.zoom = clamp(before * factor, 1, MOST_ZOOM);
    moveBy(u / before - u / view.zoom, v / before - v / view.zoom);
  }

  // Not every map offers every choice: the images of a generator have no classes.
  function isChecked(name) {
    return tools.querySelector(`[name=${name}]`)?.checked;
  }

  function isVisible(x, y, width) {
    return x + width > 0 && y + width > 0 && x < canvas.width && y < canvas.height;
  }

  function drawName(name, x, y, width) {
    const height = 20 * ratio;
    const margin = 5 * ratio;
    pen.font = `${12 * ratio}px 'Plex', sans-serif`;
    const needed = pen.measureText(name).width + 2 * margin;
    pen.fillStyle = "rgba(20,20,19,.78)";
    pen.fillRect(x, y + width - height, Math.min(width, needed), height);
    pen.fillStyle = "#fff";
    pen.fillText(name, x + margin, y + width - 6 * ratio, width - 2 * margin);
  }

  // A cell is [column, row, count of images, index of its class, whether it has an icon, its nearest image].
  function drawCells(side) {
    const width = side / map.grid;
    const named = isChecked("names") && width > NAME_FROM * ratio;
    const pictured = width > PICTURE_FROM * ratio;
    map.cells.forEach(([column, row, , classIndex, hasIcon, nearest], index) => {
      const x = (column / map.grid - view.x) * side;
      const y = (row / map.grid - view.y) * side;
      if (!isVisible(x, y, width)) return;
      const own = pictured && (hasIcon ? loaded(`${map.icons}${index}.avif`) : probeImage(nearest));
      if (own) pen.drawImage(own, x, y, width, width);
      const name = map.classes[classIndex];
      if (named && name) drawName(name, x, y, width);
    });
  }

  function drawPoint(x, y) {
    pen.beginPath();
    pen.arc(x, y, 2.2 * ratio, 0, 2 * Math.PI);
    pen.fill();
    pen.stroke();
  }

  function drawPoints(side) {
    const pictured = map.probes && side / map.grid > PHOTO_FROM * ratio;
    const half = 28 * ratio;
    pen.strokeStyle = "rgba(0,0,0,.55)";
    pen.fillStyle = "#fff";
    for (let i = 0; i < coordinates.length; i += 2) {
      const x = (coordinates[i] / FINEST - view.x) * side;
      const y = (coordinates[i + 1] / FINEST - view.y) * side;
      if (!isVisible(x - half, y - half, 2 * half)) continue;
      const image = pictured && probeImage(i / 2);
      if (image) pen.drawImage(image, x - half, y - half, 2 * half, 2 * half);
      else drawPoint(x, y);
    }
  }

  function draw() {
    isDue = false;
    const side = canvas.width * view.zoom;
    pen.clearRect(0, 0, canvas.width, canvas.height);
    if (picture.complete && picture.naturalWidth) {
      pen.drawImage(picture, -view.x * side, -view.y * side, side, side);
    }
    drawCells(side);
    if (isChecked("points")) drawPoints(side);
    if (chosen) frame(chosen, side);
  }

  function frame([column, row], side) {
    const width = side / map.grid;
    pen.lineWidth = 3 * ratio;
    pen.strokeStyle = "#fff";
    pen.strokeRect((column / map.grid - view.x) * side, (row / map.grid - view.y) * side, width, width);
    pen.lineWidth = ratio;
  }

  function resize() {
    canvas.width = canvas.height = Math.round(stage.clientWidth * ratio);
    drawSoon();
  }

  // Where on the stage an event is, from 0 to 1.
  function positionOf(event) {
    const box = stage.getBoundingClientRect();
    return [(event.clientX - box.left) / box.width, (event.clientY - box.top) / box.height];
  }

  function cellUnder(u, v) {
    const column = Math.floor((view.x + u / view.zoom) * map.grid);
    const row = Math.floor((view.y + v / view.zoom) * map.grid);
    return cellAt.get(`${column},${row}`);
  }

  function sentence([column, row, count, classIndex]) {
    const name = map.classes[classIndex];
    const predicted = name ? `, most often predicted as ${name}` : "";
    return `Column ${column + 1}, row ${row + 1}: ${count} images${predicted}`;
  }

  function describe(u, v) {
    const cell = cellUnder(u, v);
    status.textContent = cell ? sentence(cell) : "";
  }

  // The images of a cell, those nearest to its middle first.
  function imagesIn([column, row]) {
    const middle = [column, row].map(index => ((index + 0.5) / map.grid) * FINEST);
    const reach = FINEST / map.grid / 2;
    const inside = [];
    for (let i = 0; i < coordinates.length; i += 2) {
      const [dx, dy] = [coordinates[i] - middle[0], coordinates[i + 1] - middle[1]];
      if (Math.max(Math.abs(dx), Math.abs(dy)) <= reach) inside.push([Math.hypot(dx, dy), i / 2]);
    }
    return inside.sort((a, b) => a[0] - b[0]).slice(0, SHOWN);
  }

  function imageList(cell) {
    const source = index => `${chart.dataset.root}${map.probes}${index}.webp`;
    const items = imagesIn(cell).map(([, index]) => make("li", {}, make("img", { src: source(index), alt: "" })));
    return make("ul", { className: "row", ariaLabel: "Images" }, ...items);
  }

  function unitLink(unit, units) {
    const link = make("a", { href: `../${unit}/index.html` }, String(unit));
    tile(link, chart.dataset.layer, unit, units);
    return make("li", {}, link);
  }

  // The units that the cell raises most above their mean, from what the layer's page reads as well.
  function addUnits(index) {
    load("../regions.js");
    get("regions", ({ units, raised }) => {
      if (chosen !== map.cells[index]) return; // another cell was clicked meanwhile
      const values = Int8Array.from(atob(raised), character => character.charCodeAt(0));
      const row = values.subarray(index * units, (index + 1) * units);
      const order = Array.from(row.keys()).filter(unit => row[unit] > 0);
      order.sort((a, b) => row[b] - row[a] || a - b);
      const items = order.slice(0, SHOWN).map(unit => unitLink(unit, units));
      content.append(make("h2", {}, "Units raised most"), make("ul", { className: "row" }, ...items));
    });
  }

  function choose(cell) {
    chosen = cell || null;
    drawSoon();
    content.replaceChildren();
    if (!cell) return;
    content.append(make("h2", {}, sentence(cell)));
    if (map.probes) content.append(imageList(cell));
    if (chart.dataset.layer) addUnits(map.cells.indexOf(cell));
  }

  // The wheel scrolls the page until the map has the focus, unless Ctrl is held.
  function onWheel(event) {
    if (!event.ctrlKey && document.activeElement !== stage) return;
    event.preventDefault();
    zoomBy(Math.exp(-event.deltaY * (event.ctrlKey ? 0.01 : 0.002)), ...positionOf(event));
  }

  function onPointerDown(event) {
    stage.setPointerCapture(event.pointerId);
    pressedAt = [event.clientX, event.clientY];
    pointers.set(event.pointerId, positionOf(event));
  }

  function pinch(now, before, other) {
    const [far, was] = [now, before].map(([x, y]) => Math.hypot(x - other[0], y - other[1]));
    if (was > 0) zoomBy(far / was, (now[0] + other[0]) / 2, (now[1] + other[1]) / 2);
  }

  function onPointerMove(event) {
    const now = positionOf(event);
    const before = pointers.get(event.pointerId);
    if (!before) {
      describe(...now);
      return;
    }
    if (pointers.size === 2) {
      const [, other] = Array.from(pointers).find(([id]) => id !== event.pointerId);
      pinch(now, before, other);
    } else moveBy((before[0] - now[0]) / view.zoom, (before[1] - now[1]) / view.zoom);
    pointers.set(event.pointerId, now);
  }

  function onClick(event) {
    const moved = pressedAt && Math.hypot(event.clientX - pressedAt[0], event.clientY - pressedAt[1]);
    if (moved <= CLICK) choose(cellUnder(...positionOf(event)));
  }

  function onKey(event) {
    const step = 0.15 / view.zoom;
    const move = { ArrowLeft: [-step, 0], ArrowRight: [step, 0], ArrowUp: [0, -step], ArrowDown: [0, step] }[event.key];
    const factor = { "+": 1.5, "=": 1.5, "-": 1 / 1.5, 0: 0 }[event.key];
    if (move) {
      moveBy(...move);
      describe(0.5, 0.5);
    } else if (factor !== undefined) zoomBy(factor, 0.5, 0.5);
    else if (event.key === "Enter") choose(cellUnder(0.5, 0.5));
    else return;
    event.preventDefault();
  }

  function onButton(event) {
    const factor = { in: 1.6, out: 1 / 1.6, home: 0 }[event.target.dataset.do];
    if (factor !== undefined) zoomBy(factor, 0.5, 0.5);
  }

  function listen() {
    stage.addEventListener("wheel", onWheel, { passive: false });
    stage.addEventListener("pointerdown", onPointerDown);
    stage.addEventListener("pointermove", onPointerMove);
    for (const kind of ["pointerup", "pointercancel"]) {
      stage.addEventListener(kind, event => pointers.delete(event.pointerId));
    }
    stage.addEventListener("click", onClick);
    stage.addEventListener("dblclick", event => zoomBy(2, ...positionOf(event)));
    stage.addEventListener("keydown", onKey);
    tools.addEventListener("click", onButton);
    tools.addEventListener("change", drawSoon);
    picture.addEventListener("load", drawSoon);
    window.addEventListener("resize", resize);
  }

  get("map", data => {
    map = data;
    coordinates = unpack(map.xy);
    for (const cell of map.cells) cellAt.set(`${cell[0]},${cell[1]}`, cell);
    stage.append(canvas);
    stage.tabIndex = 0;
    stage.setAttribute("role", "application");
    stage.setAttribute(
      "aria-label",
      "Map: arrows move, plus and minus zoom, 0 shows all, Enter lists the cell in the middle",
    );
    stage.classList.add("live");
    tools.hidden = false;
    chart.append(content);
    listen();
    resize();
  });
})();
