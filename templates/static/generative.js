// A slider over the frames of a direction's strip. Without it: the strip itself.
(function () {
  "use strict";
  var player = document.querySelector(".player"), strip = document.querySelector(".traverse img");
  var doses = strip.dataset.doses.split(" ").map(Number), box = player.querySelector(".frames");
  var slider = player.querySelector("input"), output = player.querySelector("output"), frames = [];
  for (var row = 0; row < 3; row += 1) {
    frames.push(document.createElement("i"));
    frames[row].style.backgroundImage = "url('" + strip.getAttribute("src") + "')";
    box.append(frames[row]);
  }
  function show() {
    var at = Number(slider.value), dose = doses[at];
    frames.forEach(function (frame, row) { frame.style.backgroundPosition = (100 * at / (doses.length - 1)) + "% " + (50 * row) + "%"; });
    output.textContent = (dose > 0 ? "+" : dose < 0 ? "−" : "") + Math.abs(dose).toFixed(1);
    slider.setAttribute("aria-valuetext", "dose " + dose.toFixed(1));
  }
  slider.addEventListener("input", show);
  player.hidden = false;
  show();
}());
