// Sorts a table by the column whose head is pressed; without it the rows stay in their order.
(function () {
  "use strict";
  document.querySelectorAll("table[data-sort]").forEach(function (table) {
    var body = table.tBodies[0], heads = Array.from(table.tHead.rows[0].cells);
    function value(row, column) {
      var text = row.cells[column].textContent.trim(), number = parseFloat(text.replace("\u2212", "-").replace(/,/g, ""));
      return heads[column].classList.contains("n") ? (isNaN(number) ? -Infinity : number) : text.toLowerCase();
    }
    heads.forEach(function (head, column) {
      var button = document.createElement("button");
      button.type = "button";
      button.append.apply(button, Array.from(head.childNodes));
      head.append(button);
      button.addEventListener("click", function () {
        var up = head.getAttribute("aria-sort") ? head.getAttribute("aria-sort") !== "ascending" : !head.classList.contains("n");
        heads.forEach(function (other) { other.removeAttribute("aria-sort"); });
        head.setAttribute("aria-sort", up ? "ascending" : "descending");
        var rows = Array.from(body.rows);
        rows.sort(function (a, b) {
          var x = value(a, column), y = value(b, column);
          return (x < y ? -1 : x > y ? 1 : 0) * (up ? 1 : -1);
        });
        body.append.apply(body, rows);
      });
    });
  });
})();
