// Sorts a table by the column whose head is pressed; without it the rows stay in their order.
(() => {
  "use strict";
  const { make } = window.__atlas;

  function sortKey(row, column, numeric) {
    const text = row.cells[column].textContent.trim();
    if (!numeric) return text.toLowerCase();
    const number = parseFloat(text.replace("\u2212", "-").replace(/,/g, ""));
    return Number.isNaN(number) ? -Infinity : number;
  }

  function sort(body, column, numeric, ascending) {
    const rows = Array.from(body.rows);
    rows.sort((a, b) => {
      const x = sortKey(a, column, numeric);
      const y = sortKey(b, column, numeric);
      return (x < y ? -1 : x > y ? 1 : 0) * (ascending ? 1 : -1);
    });
    body.append(...rows);
  }

  function extend(table) {
    const heads = Array.from(table.tHead.rows[0].cells);
    heads.forEach((head, column) => {
      const numeric = head.classList.contains("n");
      const button = make("button", { type: "button" }, ...head.childNodes);
      head.append(button);
      button.addEventListener("click", () => {
        const before = head.getAttribute("aria-sort");
        const ascending = before ? before !== "ascending" : !numeric;
        for (const other of heads) other.removeAttribute("aria-sort");
        head.setAttribute("aria-sort", ascending ? "ascending" : "descending");
        sort(table.tBodies[0], column, numeric, ascending);
      });
    });
  }

  document.querySelectorAll("table[data-sort]").forEach(extend);
})();
