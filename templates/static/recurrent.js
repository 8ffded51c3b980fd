// The cell browser: any cell's memory, state or gate over the text, the most probable next characters, and the other
// stretches where those cells are active that are active throughout a chosen one.
(() => {
  "use strict";
  const { get, load, make } = window.__atlas;
  const NAMES = {
    c: "memory c",
    h: "state h",
    input: "input gate",
    forget: "forget gate",
    output: "output gate",
    reset: "reset gate",
    update: "update gate",
  };
  const ZERO = "i".charCodeAt(0); // levels are letters: "i" is 0, "q" is 8, "a" is -8
  const ENOUGH_NEW = 3; // cells that a stretch switches on, from which the others are left out of the search
  const LONGEST = 24; // characters of a stretch
  const MOST_MATCHES = 5;
  const MOST_LISTED = 24; // cells

  // Two levels from 0 to 8 a character, as the data script lists the pairs.
  function unpackPairs(text, pairs) {
    const base = Math.round(Math.sqrt(pairs.length));
    return Array.from(text, character => {
      const pair = pairs.indexOf(character);
      return String.fromCharCode(ZERO + Math.floor(pair / base), ZERO + (pair % base));
    }).join("");
  }

  function readData(data) {
    const quantities = { ...data.data };
    for (const [name, text] of Object.entries(data.gates)) quantities[name] = unpackPairs(text, data.pairs);
    return { ...data, quantities };
  }

  // Spaces alone and line breaks are shown by signs.
  function visible(text) {
    return (/\S/.test(text) ? text : text.replace(/ /g, "␣")).replace(/\n/g, "↵");
  }

  // Cell 12 by values above zero is 12, by values below it -13, so that cell 0 has both.
  function cellName(code) {
    return code < 0 ? `${-code - 1} (low)` : String(code);
  }

  class CellBrowser {
    constructor(figure) {
      this.figure = figure;
      this.network = figure.dataset.network;
      this.form = figure.querySelector("form");
      this.link = figure.querySelector("h3 a");
      this.quantity = figure.querySelector("h3 span");
      this.next = figure.querySelector(".next");
      this.matched = figure.querySelector(".matched");
      this.strip = figure.querySelector(".code-strip");
      this.letters = Array.from(this.strip.querySelectorAll("i"));
      this.data = null;
      this.at = -1; // the letter that was chosen last
      this.anchor = -1; // the other end of the stretch
      this.isDragging = false;
      this.form.hidden = false;
      this.listen();
    }

    listen() {
      this.form.addEventListener("submit", event => event.preventDefault());
      this.form.addEventListener("focusin", () => this.withData(() => {}));
      this.form.addEventListener("change", event => {
        this.withData(() => {
          if (event.target.name === "concept") this.listCells();
          this.paint();
        });
      });
      this.strip.addEventListener("pointerdown", event => this.onPointerDown(event));
      this.strip.addEventListener("pointermove", event => this.onPointerMove(event));
      this.strip.addEventListener("keydown", event => this.onKey(event));
      for (const kind of ["pointerup", "pointercancel"]) {
        window.addEventListener(kind, () => {
          this.isDragging = false;
        });
      }
    }

    // The numbers are large, so they load when they are first asked for.
    withData(then) {
      load(`${this.network}.js`);
      get(`recurrent/${this.network}`, data => {
        if (!this.data) this.open(data);
        then();
      });
    }

    open(data) {
      this.data = readData(data);
      this.form.quantity.length = 0;
      for (const name of Object.keys(this.data.quantities)) this.form.quantity.add(new Option(NAMES[name], name));
      for (const name of Object.keys(this.data.scores)) this.form.concept.add(new Option(name, name));
      this.listCells();
    }

    // All cells, by number or by how well they predict the chosen concept on held-out files (0 to 1000, 500 is chance).
    listCells() {
      const { cell, concept } = this.form;
      const before = cell.value;
      const scores = this.data.scores[concept.value];
      const order = Array.from({ length: this.data.cells }, (_, index) => index);
      if (scores) order.sort((a, b) => Math.abs(scores[b] - 500) - Math.abs(scores[a] - 500) || a - b);
      cell.length = 0;
      for (const index of order) {
        const score = scores?.[index];
        const text = (Math.max(score, 1000 - score) / 1000).toFixed(3);
        cell.add(new Option(scores ? `${index} · ${text}${score < 500 ? " low" : ""}` : index, index));
      }
      cell.value = scores ? order[0] : before;
    }

    level(quantity, index, cell) {
      return this.data.quantities[quantity].charCodeAt(index * this.data.cells + cell) - ZERO;
    }

    paint() {
      const cell = Number(this.form.cell.value);
      const quantity = this.form.quantity.value;
      this.letters.forEach((letter, index) => {
        const marks = ["on", "hit"].filter(mark => letter.classList.contains(mark));
        const level = this.level(quantity, index, cell);
        if (level) marks.unshift(`l${level}`);
        letter.className = marks.join(" ");
      });
      const hasPage = this.data.pages === "all" || this.data.pages.includes(cell);
      this.link.textContent = `cell ${cell}`;
      if (hasPage) this.link.href = `${this.network}/cells/${cell}/index.html`;
      else this.link.removeAttribute("href");
      this.quantity.textContent = `: ${NAMES[quantity]}`;
    }

    isActive(cell, sign, first, end) {
      for (let index = first; index < end; index++) {
        if (sign * this.level("h", index, cell) < this.data.on) return false;
      }
      return true;
    }

    // The codes of all cells that are active throughout a stretch, each by the sign of its values.
    activeCells(first, end) {
      const codes = [];
      for (let cell = 0; cell < this.data.cells; cell++) {
        if (this.isActive(cell, 1, first, end)) codes.push(cell);
        if (this.isActive(cell, -1, first, end)) codes.push(-cell - 1);
      }
      return codes;
    }

    mark(first, end, name) {
      for (const letter of this.letters.slice(first, end)) letter.classList.add(name);
    }

    unmark() {
      for (const letter of this.letters) letter.classList.remove("on", "hit");
      this.matched.hidden = true;
    }

    // The cells by which a stretch is searched for: those that it switches on, if they are enough.
    searchCells(first, end) {
      const cells = this.activeCells(first, end);
      const before = first ? this.activeCells(first - 1, first) : [];
      const fresh = cells.filter(code => !before.includes(code));
      return fresh.length >= ENOUGH_NEW ? fresh : cells;
    }

    // Other stretches of that length where most of the cells are active, and few others; none overlaps another.
    findMatches(cells, first, end) {
      const length = end - first;
      const candidates = [];
      for (let start = 0; start + length <= this.letters.length; start++) {
        if (start < end && start + length > first) continue;
        const active = this.activeCells(start, start + length);
        const shared = cells.filter(code => active.includes(code)).length;
        if (shared) candidates.push({ start, shared, others: active.length - shared });
      }
      candidates.sort((a, b) => b.shared - a.shared || a.others - b.others || a.start - b.start);
      const matches = [];
      for (const candidate of candidates) {
        if (matches.length === MOST_MATCHES) break;
        const isApart = match => Math.abs(match.start - candidate.start) >= length;
        if (matches.every(isApart)) matches.push(candidate);
      }
      return matches;
    }

    showMatches(first, end) {
      const length = end - first;
      const cells = this.searchCells(first, end);
      const matches = this.findMatches(cells, first, end);
      const verb = cells.length === 1 ? "cell is" : "cells are";
      const names = cells.slice(0, MOST_LISTED).map(cellName).join(", ");
      const more = cells.length > MOST_LISTED ? ", …" : "";
      const rule = `(|h| at least ${this.data.on}/8)`;
      this.matched.hidden = false;
      this.matched.textContent = `${cells.length} ${verb} active through it ${rule}: ${names}${more}. `;
      this.matched.append("Framed, where the same cells are active: ");
      matches.forEach(({ start, shared, others }, index) => {
        const letters = this.letters.slice(start, start + length);
        const text = letters.map(letter => letter.textContent.replace(/\n/g, "")).join("");
        this.mark(start, start + length, "hit");
        this.matched.append(index ? ", " : "", make("code", {}, text));
        this.matched.append(` ${shared} of ${cells.length} cells and ${others} others`);
      });
      this.matched.append(matches.length ? "." : "no other stretch.");
    }

    showNext() {
      const characters = this.data.next[this.at] || [];
      this.next.textContent = this.data.next.length ? "Next, most probable: " : "";
      for (const [character, percent] of characters) {
        this.next.append(make("code", {}, visible(character)), ` ${percent} %  `);
      }
    }

    // Chooses a letter, or extends the stretch to it.
    goTo(index, extend) {
      const last = this.letters.length - 1;
      this.at = Math.min(Math.max(index, 0), last);
      if (!extend || this.anchor < 0) this.anchor = this.at;
      const most = LONGEST - 1;
      this.at = Math.min(Math.max(this.at, this.anchor - most), this.anchor + most);
      const first = Math.min(this.at, this.anchor);
      const end = Math.max(this.at, this.anchor) + 1;
      this.unmark();
      this.mark(first, end, "on");
      this.showNext();
      if (end - first > 1) this.showMatches(first, end);
    }

    // The letter of the next line, or of the line before, that is nearest to the chosen one.
    lineAway(step) {
      const here = this.letters[Math.max(this.at, 0)];
      const distance = letter => Math.abs(letter.offsetLeft - here.offsetLeft);
      let best = null;
      for (let index = Math.max(this.at, 0) + step; this.letters[index]; index += step) {
        const letter = this.letters[index];
        if (letter.offsetTop === here.offsetTop) continue;
        if (best !== null && letter.offsetTop !== this.letters[best].offsetTop) break;
        if (best === null || distance(letter) < distance(this.letters[best])) best = index;
      }
      return best ?? this.at;
    }

    // A finger keeps the element that it came down on, so the letter is looked up.
    letterUnder(event) {
      return this.letters.indexOf(document.elementFromPoint(event.clientX, event.clientY));
    }

    onPointerDown(event) {
      const index = this.letterUnder(event);
      if (index < 0 || event.button) return;
      this.isDragging = true;
      this.withData(() => this.goTo(index, event.shiftKey));
    }

    // A mouse shows the letter below it until a stretch is chosen.
    onPointerMove(event) {
      const index = this.letterUnder(event);
      const follows = event.pointerType === "mouse" && this.anchor === this.at;
      if (index < 0 || index === this.at || !(this.isDragging || follows)) return;
      const extend = this.isDragging;
      this.withData(() => this.goTo(index, extend));
    }

    onKey(event) {
      const targets = {
        ArrowLeft: () => this.at - 1,
        ArrowRight: () => this.at + 1,
        ArrowUp: () => this.lineAway(-1),
        ArrowDown: () => this.lineAway(1),
        Home: () => 0,
        End: () => this.letters.length - 1,
        Escape: () => this.at,
      };
      if (!targets[event.key] || (event.key === "Escape" && this.at < 0)) return;
      const index = targets[event.key]();
      event.preventDefault();
      event.stopPropagation();
      this.withData(() => this.goTo(index, event.shiftKey));
    }
  }

  for (const figure of document.querySelectorAll(".over[data-network]")) new CellBrowser(figure);
  for (const note of document.querySelectorAll(".by-script")) note.hidden = false;
})();
