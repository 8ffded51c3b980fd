// The strength of the overlay, which is fixed without a script.
(() => {
  "use strict";
})();
