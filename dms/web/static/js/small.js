// Menus that close themselves, dialogs, copy buttons, questions before what cannot be undone.
import { csrf, renewCsrf } from "./net.js";

export function prepareMenus(root) {
  const close = (except) => {
    for (const menu of root.querySelectorAll("details.menu[open]")) if (menu !== except) menu.open = false;
  };
  root.addEventListener("click", (event) => close(event.target.closest("details.menu")));
  root.addEventListener("keydown", (event) => {
    const menu = event.key === "Escape" && event.target.closest?.("details.menu[open]");
    if (menu) {
      menu.open = false;
      menu.querySelector("summary").focus();
    }
  });
}

// A browser that cannot show what a closed <details> holds gets it opened where there is room.
export function prepareFilters(root) {
  if (CSS.supports("selector(::details-content)") || matchMedia("(width < 720px)").matches) return;
  for (const filters of root.querySelectorAll("[data-filters]")) filters.open = true;
}

export function prepareDialogs(root) {
  root.addEventListener("click", (event) => {
    const opener = event.target.closest("[data-opens]");
    if (opener) root.getElementById(opener.dataset.opens)?.showModal();
    if (event.target.matches("dialog[open]")) event.target.close(); // the veil
  });
}

export function prepareCopy(root) {
  for (const button of root.querySelectorAll("[data-copy]")) {
    if (!navigator.clipboard) continue; // not offered outside HTTPS and loopback
    button.hidden = false;
    button.addEventListener("click", async () => {
      await navigator.clipboard.writeText(button.dataset.copy);
      const { say } = await import("./toast.js");
      say(`${button.dataset.copiedText} ${button.dataset.copy}`);
    });
  }
}

// A form that came too late is sent again with the token of the sign-in that was made in another tab.
export function prepareSendAgain(root) {
  root.querySelector("[data-send-again]")?.addEventListener("submit", async (event) => {
    event.preventDefault();
    await renewCsrf();
    event.target.elements.csrf.value = csrf();
    event.target.submit();
  });
}

export function preparePrint(root) {
  root.querySelector("[data-print]")?.addEventListener("click", () => print());
}

export function prepareConfirms(root) {
  root.addEventListener("submit", (event) => {
    const question = event.target.dataset?.confirm;
    if (question && !confirm(question)) event.preventDefault();
  });
}
