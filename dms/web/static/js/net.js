// Requests to our own server: CSRF header, JSON answers, problems as sentences.
export class Problem extends Error {
  constructor(status, detail, code, errors) {
    super(detail);
    Object.assign(this, { status, code, errors: errors ?? {} });
  }
}

export const csrf = () => document.querySelector('meta[name="csrf"]')?.content ?? "";

// Ask for JSON; `body` may be FormData, URLSearchParams, or an object sent as JSON. Throws Problem.
export async function ask(url, { method = "GET", body } = {}) {
  const headers = { Accept: "application/json", "X-CSRF-Token": csrf() };
  if (body instanceof FormData) body = new URLSearchParams(body);
  else if (body && !(body instanceof URLSearchParams)) {
    headers["Content-Type"] = "application/json";
    body = JSON.stringify(body);
  }
  const answer = await fetch(url, { method, headers, body, credentials: "same-origin" });
  const data = await answer.json().catch(() => ({}));
  if (!answer.ok) throw new Problem(answer.status, data.detail ?? answer.statusText, data.code ?? "", data.errors);
  return data;
}
