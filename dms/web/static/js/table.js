// Selecting rows: one, a range with Shift, the page, all results; the bar of deeds shows how many.
export function prepareTables(root) {
  for (const table of root.querySelectorAll("table[data-select-form]")) prepare(table, root);
}

function prepare(table, root) {
  const bar = root.querySelector(`[data-bulk-bar="${CSS.escape(table.dataset.selectForm)}"]`);
  const page = table.querySelector("[data-select-page]");
  const boxes = () => [...table.querySelectorAll("tbody .select-cell input")];
  let last = null;

  const update = () => {
    const chosen = boxes().filter((box) => box.checked);
    for (const box of boxes()) box.closest("tr").classList.toggle("selected", box.checked);
    page.checked = chosen.length > 0 && chosen.length === boxes().length;
    page.indeterminate = chosen.length > 0 && !page.checked;
    if (!bar) return;
    bar.hidden = chosen.length === 0;
    const count = bar.querySelector("[data-bulk-count]");
    count.textContent = count.dataset.one.replace("{n}", chosen.length);
    const all = bar.querySelector("[data-bulk-all]");
    if (all) {
      all.hidden = !page.checked;
      if (!page.checked) all.querySelector("input").checked = false;
    }
  };

  page.addEventListener("change", () => {
    for (const box of boxes()) box.checked = page.checked;
    update();
  });
  table.addEventListener("click", (event) => {
    if (!event.target.matches("tbody .select-cell input")) return;
    const list = boxes();
    const at = list.indexOf(event.target);
    if (event.shiftKey && last !== null) {
      for (const box of list.slice(Math.min(at, last), Math.max(at, last) + 1)) box.checked = event.target.checked;
    }
    last = at;
    update();
  });
  update();
}
