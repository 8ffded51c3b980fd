// A slider over the frames of a direction's strip. Without it: the strip itself.
(() => {
  "use strict";
  const ROWS = 3;
  const player = document.querySelector(".player");
  const strip = document.querySelector(".traverse img");
  const strengths = strip.dataset.doses.split(" ").map(Number);
  const slider = player.querySelector("input");
  const output = player.querySelector("output");
  const frames = Array.from({ length: ROWS }, () => {
    const frame = document.createElement("i");
    frame.style.backgroundImage = `url('${strip.getAttribute("src")}')`;
    return frame;
  });

  function show() {
    const index = Number(slider.value);
    const strength = strengths[index];
    const x = (100 * index) / (strengths.length - 1);
    frames.forEach((frame, row) => {
      frame.style.backgroundPosition = `${x}% ${(100 * row) / (ROWS - 1)}%`;
    });
    const sign = strength > 0 ? "+" : strength < 0 ? "−" : "";
    output.textContent = sign + Math.abs(strength).toFixed(1);
    slider.setAttribute("aria-valuetext", `edit strength ${strength.toFixed(1)}`);
  }

  player.querySelector(".frames").append(...frames);
  slider.addEventListener("input", show);
  player.hidden = false;
  show();
})();
