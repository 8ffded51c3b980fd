// The twins of a unit in all other networks, oldest first, from what its layer shares (../twins.js). Without it: the nearest one.
(function () {
  "use strict";
  window.__atlas.get("twins", function (shared) {
    var list = document.querySelector(".twins .row"), own = +location.pathname.split("/").slice(-2)[0];
    list.replaceChildren.apply(list, shared.networks.filter(function (network) { return network[4][own]; }).map(function (network) {
      var twin = network[4][own], layer = network[3][twin[0]], place = network[0] + "/" + layer[0];
      var item = document.createElement("li"), link = document.createElement("a"), words = document.createElement("em");
      item.className = "n" + network[2];
      link.href = "../../../" + place + "/" + twin[1] + "/index.html";
      if (twin[3]) link.className = "made";
      words.textContent = layer[0] + " " + twin[1];
      link.append(network[1] + " ", words);
      if (shared.tiles || twin[3]) window.__atlas.tile(link, place, twin[1], layer[1]);
      item.append(link, (twin[2] / 100).toFixed(2));
      return item;
    }));
  });
})();
