// On the wall: how strong the maps lie over the photograph, how large the tiles are, and the map that is pointed at,
// large over the photograph. Without a script: maps at full strength, tiles of one size.
(() => {
  "use strict";
  const { make } = window.__atlas;
  const wall = document.querySelector(".heat-wall");
  const tools = document.querySelector(".wall-tools");
  const lens = document.querySelector(".lens");

  // From the photograph in colour (0) over the map on a pale photograph (50) to the map alone (100).
  function setStrength(value) {
    const style = wall.style;
    style.setProperty("--map", Math.min(1, value / 50));
    style.setProperty("--grey", Math.min(1, value / 50));
    style.setProperty("--under", 1 - value / 100);
  }

  function slider(name, min, max, value, change) {
    const input = make("input", { type: "range", min, max, value });
    input.addEventListener("input", () => change(Number(input.value)));
    tools.append(make("label", {}, name, input));
  }

  // The map of a cell, large; its method, its network, and where it is strongest.
  function look(event) {
    const link = event.target.closest("td a");
    if (!link) return;
    const cell = link.parentElement;
    const row = cell.parentElement;
    const glass = lens.querySelector("i") || lens.firstElementChild.appendChild(make("i", {}));
    glass.style.cssText = `--x:${cell.cellIndex - 1};--c:${wall.style.getPropertyValue("--c")};--s:${row.style.getPropertyValue("--s")}`;
    lens.classList.add("live");
    const method = wall.querySelectorAll("thead tr:last-child th")[cell.cellIndex].textContent;
    const network = row.querySelector("th a").textContent;
    const words = link.getAttribute("aria-label").replace(/(\d+)\/(\d+)/, "beats every control in $1 of $2 scores");
    lens.lastElementChild.textContent = `${method}, ${network}: ${words}`;
  }

  if (wall && tools) {
    slider("Photograph – map", 0, 100, 50, setStrength);
    slider("Size", 40, 160, parseInt(getComputedStyle(wall).getPropertyValue("--tile"), 10), value => {
      wall.style.setProperty("--tile", `${value}px`);
    });
  }
  if (wall && lens) {
    wall.addEventListener("pointerover", look);
    wall.addEventListener("focusin", look);
  }
})();
