// Sets light or dark before the first paint; a plain script, so that nothing flickers.
(() => {
  const stored = localStorage.getItem("guidang.theme");
  if (stored === "light" || stored === "dark") document.documentElement.dataset.theme = stored;
})();
