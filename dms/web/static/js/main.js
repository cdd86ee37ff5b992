// Starts the small modules that enhance every page; each page works without them.
import "./keys.js";
import { prepareToasts } from "./toast.js";
import { prepareThemeToggle } from "./toggle.js";
import { prepareMenus, prepareFilters, prepareDialogs, prepareCopy, preparePrint, prepareConfirms, prepareSendAgain } from "./small.js";
import { prepareTables } from "./table.js";
import { prepareUploads } from "./upload.js";
import { prepareProgress } from "./progress.js";
import { prepareViewers } from "./viewer.js";
import { prepareScan } from "./scan.js";

for (const prepare of [
  prepareToasts, prepareThemeToggle, prepareMenus, prepareFilters, prepareDialogs, prepareCopy, preparePrint, prepareConfirms, prepareSendAgain,
  prepareTables, prepareViewers, prepareScan, prepareUploads, prepareProgress,
]) {
  prepare(document);
}
document.documentElement.dataset.ready = "";
