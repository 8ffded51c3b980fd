// The twins of a unit in all other networks, oldest first, from what its layer shares (../twins.js). Without it: the nearest one.
(function () {
  "use strict";
  function made(tag, fields, parts) {
    var element = Object.assign(document.createElement(tag), fields);
    element.append.apply(element, parts || []);
    return element;
  }
  window.__atlas.get("twins", function (shared) {
    var own = 3 * location.pathname.split("/").slice(-2)[0];
    var items = shared.networks.filter(function (network) { return network[4][own] >= 0; }).map(function (network) {
      var twin = network[4].slice(own, own + 3), layer = network[3][twin[0] >> 1], drawn = twin[0] & 1, place = network[0] + "/" + layer[0];
      var link = made("a", { href: "../../../" + place + "/" + twin[1] + "/index.html", className: drawn ? "made" : "" },
        [network[1] + " ", made("em", { textContent: layer[0] + " " + twin[1] })]);
      if (shared.tiles || drawn) window.__atlas.tile(link, place, twin[1], layer[1]);
      return made("li", { className: "n" + network[2] }, [link, (twin[2] / 100).toFixed(2)]);
    });
    var title = made("h2", { textContent: "Twins in other networks, by correlation" });
    document.querySelector(".twin").replaceWith(made("section", { className: "twins" }, [title, made("ul", { className: "row" }, items)]));
  });
})();
