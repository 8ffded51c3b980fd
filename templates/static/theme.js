// Before the first paint: the reader's own choice of light or dark, and the place where data scripts leave their data.
(function () {
  "use strict";
  var kept = {}, waiting = {};
  window.__atlas = {
    put: function (key, value) {
      kept[key] = value;
      (waiting[key] || []).forEach(function (call) { call(value); });
      delete waiting[key];
    },
    get: function (key, call) {
      if (key in kept) call(kept[key]);
      else (waiting[key] = waiting[key] || []).push(call);
    }
  };
  try {
    var theme = localStorage.getItem("theme");
    if (theme) document.documentElement.dataset.theme = theme;
  } catch (error) { /* no storage from a file in some browsers: the system's choice */ }
})();
