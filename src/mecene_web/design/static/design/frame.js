// A table wider than its place is scrolled; the keyboard must be able to stop there to do so.
"use strict";
const reachable = () => {
  for (const wide of document.querySelectorAll(".mc-wide:not([tabindex])")) {
    if (wide.scrollWidth <= wide.clientWidth) continue;
    const heading = wide.closest("section, article, main")?.querySelector("h1, h2, h3")
      || document.querySelector("h1");
    wide.tabIndex = 0;
    wide.setAttribute("role", "region");
    wide.setAttribute("aria-label", heading ? heading.textContent.trim() : document.title);
  }
};
document.addEventListener("DOMContentLoaded", reachable);
document.addEventListener("htmx:afterSettle", reachable);
document.addEventListener("toggle", reachable, true);
window.addEventListener("resize", reachable);
// Where the keyboard begins: the frame may still be drawn when the browser looks for the field.
const begin = (left = 20) => {
  const first = document.querySelector("main [autofocus]");
  if (!first || (document.activeElement && document.activeElement !== document.body)) return;
  first.focus({preventScroll: true});
  if (document.activeElement !== first && left) setTimeout(() => begin(left - 1), 50);
};
document.addEventListener("DOMContentLoaded", () => begin());
