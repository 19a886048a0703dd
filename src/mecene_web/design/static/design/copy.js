// Copies what a field holds, and says so on the button: <button data-copy="id" data-copied="Copied">
document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-copy]");
  if (!button) return;
  const field = document.getElementById(button.dataset.copy);
  field.select();
  navigator.clipboard?.writeText(field.value).then(() => { button.textContent = button.dataset.copied; });
});
