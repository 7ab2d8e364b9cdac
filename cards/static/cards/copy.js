// Copies a text that is on the page. Without this file it can be selected and copied by hand.
(() => {
  for (const button of document.querySelectorAll("button[data-copy]")) {
    const field = document.getElementById(button.dataset.copy);
    const told = document.querySelector("[data-copied]");
    const byHand = () => {
      field.select();
      return document.execCommand("copy");
    };
    const copy = async () => {
      // Only where the site is served over https, or from this machine.
      if (!navigator.clipboard) return byHand();
      try {
        await navigator.clipboard.writeText(field.value);
        return true;
      } catch {
        return byHand();
      }
    };
    button.hidden = false;
    button.addEventListener("click", async () => {
      told.textContent = "";
      if (await copy()) told.textContent = told.dataset.copied;
    });
  }
})();
