// Only on pages whose theme is "auto": tells Bootstrap, before the first paint, what the device prefers.
// Our own tokens follow the device without this file.
(() => {
  const dark = window.matchMedia("(prefers-color-scheme: dark)");
  const apply = () => document.documentElement.setAttribute("data-bs-theme", dark.matches ? "dark" : "light");
  apply();
  dark.addEventListener("change", apply);
})();
