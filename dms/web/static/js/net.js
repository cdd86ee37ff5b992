// Requests to our own server: CSRF header, JSON answers, problems as sentences.
export class Problem extends Error {
  constructor(status, detail, code, errors) {
    super(detail);
    Object.assign(this, { status, code, errors: errors ?? {} });
  }
}

export const csrf = () => document.querySelector('meta[name="csrf"]')?.content ?? "";

// After signing in anew in another tab the token of this page no longer counts; take the one of the new session.
export async function renewCsrf() {
  const answer = await fetch("/keys", { credentials: "same-origin" });
  const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").querySelector('meta[name="csrf"]');
  if (fresh) document.querySelector('meta[name="csrf"]').content = fresh.content;
}

// Ask for JSON; `body` may be FormData, URLSearchParams, or an object sent as JSON. Throws Problem.
export async function ask(url, { method = "GET", body, again = true } = {}) {
  const headers = { Accept: "application/json", "X-CSRF-Token": csrf() };
  if (body instanceof FormData) body = new URLSearchParams(body);
  else if (body && !(body instanceof URLSearchParams)) {
    headers["Content-Type"] = "application/json";
    body = JSON.stringify(body);
  }
  const answer = await fetch(url, { method, headers, body, credentials: "same-origin" });
  const data = await answer.json().catch(() => ({}));
  if (data.code === "csrf" && again) {
    await renewCsrf();
    return ask(url, { method, body, again: false });
  }
  if (!answer.ok) throw new Problem(answer.status, data.detail ?? answer.statusText, data.code ?? "", data.errors);
  return data;
}
