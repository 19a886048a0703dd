// Files dropped on the form, and how far their sending has come. Without it the form works as it is.
"use strict";
for (const form of document.querySelectorAll("form[data-drop]")) {
  const chosen = form.querySelector("input[type=file]");
  const error = form.querySelector("[data-error]");
  const bar = form.querySelector("[data-progress]");
  const status = form.querySelector("[data-status]");
  const button = form.querySelector("button");

  const list = () => {
    const names = form.querySelector("[data-chosen]");
    names.replaceChildren(...Array.from(chosen.files, (file) => {
      const item = document.createElement("li");
      item.textContent = file.name;
      return item;
    }));
    error.textContent = "";
  };
  chosen.addEventListener("change", list);

  for (const name of ["dragenter", "dragover"]) {
    form.addEventListener(name, (event) => { event.preventDefault(); form.classList.add("mc-over"); });
  }
  for (const name of ["dragleave", "drop"]) {
    form.addEventListener(name, (event) => { event.preventDefault(); form.classList.remove("mc-over"); });
  }
  form.addEventListener("drop", (event) => {
    if (event.dataTransfer.files.length) { chosen.files = event.dataTransfer.files; list(); }
  });

  const over = (message) => {
    error.textContent = message;
    bar.hidden = true;
    status.textContent = "";
    button.disabled = false;
  };
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const size = Array.from(chosen.files).reduce((sum, file) => sum + file.size, 0);
    if (size > Number(form.dataset.largest)) { over(form.dataset.tooLarge); return; }
    const sending = new XMLHttpRequest();
    sending.upload.addEventListener("progress", (told) => {
      if (told.lengthComputable) {
        bar.value = 100 * told.loaded / told.total;
        status.textContent = `${form.dataset.sending} · ${Math.round(bar.value)} %`;
      }
    });
    sending.addEventListener("load", () => {
      if (sending.status < 400) { window.location.assign(sending.responseURL); return; }
      const page = new DOMParser().parseFromString(sending.responseText, "text/html");
      const said = page.querySelector("[data-error]");
      over(said && said.textContent.trim() ? said.textContent : form.dataset.lost);
    });
    sending.addEventListener("error", () => over(form.dataset.lost));
    sending.addEventListener("abort", () => over(form.dataset.lost));
    button.disabled = true;
    bar.hidden = false;
    sending.open("POST", form.action || window.location.href);
    sending.send(new FormData(form));
  });
}
