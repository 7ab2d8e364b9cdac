// Comforts only: every page works without this file.
(() => {
  const openMenus = () => document.querySelectorAll("details[data-menu][open]");

  document.addEventListener("click", (event) => {
    for (const menu of openMenus()) {
      if (!menu.contains(event.target)) menu.open = false;
    }
  });

  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    for (const menu of openMenus()) {
      menu.open = false;
      menu.querySelector("summary").focus();
    }
  });

  const zone = document.querySelector("select[data-own-zone]");
  if (zone) {
    const own = Intl.DateTimeFormat().resolvedOptions().timeZone;
    if ([...zone.options].some((option) => option.value === own)) zone.value = own;
  }

  // A picture from the clipboard goes into the file field that is in view.
  document.addEventListener("paste", (event) => {
    const pictures = [...(event.clipboardData?.files ?? [])].filter((file) => file.type.startsWith("image/"));
    const fields = [...document.querySelectorAll("input[data-paste]")];
    const field = fields.find((input) => input.offsetParent !== null);
    if (!pictures.length || !field) return;
    const all = new DataTransfer();
    for (const file of [...field.files, ...pictures]) all.items.add(file);
    field.files = all.files;
    field.focus();
  });

  // A second tap on a slow line must not send a form twice. After four seconds it may be sent again: a post that
  // answers with a file leaves the page as it is.
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.method !== "post" || form.hasAttribute("hx-post")) return;
    if (form.dataset.sent) {
      event.preventDefault();
      return;
    }
    form.dataset.sent = "yes";
    setTimeout(() => delete form.dataset.sent, 4000);
  });
  window.addEventListener("pageshow", () => {
    for (const form of document.querySelectorAll("form[data-sent]")) delete form.dataset.sent;
  });
})();
