// Arrow keys go from the field to the donors found and back; "/" comes back to the field.
(() => {
  const field = () => document.querySelector("[data-keys-into]");
  const links = () => [...document.querySelectorAll(`#${field().dataset.keysInto} a`)];
  document.addEventListener("keydown", (event) => {
    const input = field();
    if (!input) return;
    const here = document.activeElement;
    if (event.key === "/" && !/^(INPUT|TEXTAREA|SELECT)$/.test(here.tagName)) {
      event.preventDefault();
      input.focus();
      input.select();
      return;
    }
    if (event.key !== "ArrowDown" && event.key !== "ArrowUp") return;
    const all = links();
    const at = here === input ? -1 : all.indexOf(here);
    if (here !== input && at < 0) return;
    const next = at + (event.key === "ArrowDown" ? 1 : -1);
    if (next >= all.length || next < -1) return;
    event.preventDefault();
    (next < 0 ? input : all[next]).focus();
  });
})();
