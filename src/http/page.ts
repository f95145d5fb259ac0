import type { Context } from "hono";
import type { App } from "./context.ts";

const STYLE =
  "body{font:17px/1.6 system-ui,sans-serif;max-width:36rem;margin:12vh auto;padding:0 1.5rem;color:#16202c;background:#fff}h1{font-size:1.6rem}" +
  "p{color:#475569}code{background:#eef2f7;padding:.1em .35em;border-radius:4px}@media(prefers-color-scheme:dark){body{background:#0f1720;color:#e6edf5}p{color:#9fb0c3}code{background:#1c2733}}";

/** A plain page for a person who followed a link. Its one style is allowed by hash; no script runs. */
export async function showPage(c: Context<App>, title: string, text: string, status: 200 | 400 | 404 | 410 = 200): Promise<Response> {
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(STYLE));
  const hash = btoa(String.fromCharCode(...new Uint8Array(digest)));
  c.header("content-security-policy", `default-src 'none'; style-src 'sha256-${hash}'; frame-ancestors 'none'; base-uri 'none'`);
  return c.html(
    `<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${escape(title)} · FinHelm</title><style>${STYLE}</style><h1>${escape(title)}</h1><p>${escape(text)}</p></html>`,
    status,
  );
}

export function escape(text: string): string {
  return text.replace(/[&<>"']/g, (char) => `&#${char.charCodeAt(0)};`);
}
