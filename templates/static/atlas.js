// On every page: theme button, keys, the view of examples.
(function () {
  "use strict";
  var root = document.documentElement;
  var button = document.querySelector(".theme");
  button.hidden = false;
  button.addEventListener("click", function () {
    var dark = root.dataset.theme ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
    root.dataset.theme = dark ? "light" : "dark";
    try { localStorage.setItem("theme", root.dataset.theme); } catch (error) { /* stays for this page */ }
  });
  document.addEventListener("keydown", function (event) {
    if (event.altKey || event.ctrlKey || event.metaKey || /^(INPUT|SELECT|TEXTAREA)$/.test(event.target.tagName)) return;
    if (event.target.closest && event.target.closest(".stage")) return;
    var body = document.body.dataset;
    if (event.key === "/") {
      event.preventDefault();
      (document.getElementById("ask") || document.querySelector(".find input")).focus();
    } else if (event.key === "ArrowLeft" && body.previous) location.href = body.previous;
    else if (event.key === "ArrowRight" && body.next) location.href = body.next;
  });
})();
