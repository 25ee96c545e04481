/** Buttons with `data-copy` copy that text. */
document.addEventListener("click", async (event) => {
  const button = event.target.closest?.("[data-copy]");
  if (!button) return;
  const status = document.querySelector(".copied");
  try {
    await navigator.clipboard.writeText(button.dataset.copy);
    if (status) status.textContent = "copied";
  } catch {
    // Browsers have a clipboard for pages of this machine and of https alone.
    globalThis.prompt("Copy this text:", button.dataset.copy);
  }
});
