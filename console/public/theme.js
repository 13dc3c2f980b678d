// Runs before the first paint, so that a dark screen never flashes white.
(() => {
  let wish = "system";
  try {
    wish = localStorage.getItem("huitou.theme") || "system";
  } catch {
    wish = "system";
  }
  const dark = wish === "dark" || (wish === "system" && matchMedia("(prefers-color-scheme: dark)").matches);
  document.documentElement.dataset.theme = dark ? "dark" : "light";
})();
