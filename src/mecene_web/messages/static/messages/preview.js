// The preview follows the donor and the width that are chosen, and what was just written.
"use strict";
const frame = document.getElementById("preview");
const donor = document.getElementById("donor");
const again = () => {
  if (!frame || !donor) return;
  frame.src = `${donor.dataset.preview}?donor=${donor.value}`;
  window.htmx?.ajax("GET", `${donor.dataset.reading}?donor=${donor.value}`, "#read");
};
donor?.addEventListener("change", again);
for (const width of document.querySelectorAll("input[name=width]")) {
  width.addEventListener("change", () => { frame.className = `mc-frame ${width.value}`; });
}
document.addEventListener("htmx:afterRequest", (event) => {
  if (event.target.closest?.("#part") && event.detail.successful) again();
});
