// Light or dark by hand: kept in this browser; a second press on the system's own choice goes back to following it.
export function prepareThemeToggle(root) {
  for (const button of root.querySelectorAll("[data-theme-toggle]")) {
    button.hidden = false;
    button.addEventListener("click", toggle);
  }
}

function toggle() {
  const system = matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light";
  const now = document.documentElement.dataset.theme === "auto" ? system : document.documentElement.dataset.theme;
  const next = now === "dark" ? "light" : "dark";
  document.documentElement.dataset.theme = next === system ? "auto" : next;
  if (next === system) localStorage.removeItem("guidang.theme");
  else localStorage.setItem("guidang.theme", next);
}
