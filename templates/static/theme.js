// Runs before the first paint: the reader's own choice of light or dark.
try { document.documentElement.dataset.theme = localStorage.getItem("theme") || ""; } catch (e) { /* no storage from a file in some browsers */ }
