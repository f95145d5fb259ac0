import { Hono } from "hono";

/** Where links lead on a machine that has no frontend: pages that say what a frontend would do next. */
export function createAppPages(): Hono {
  return new Hono()
    .get("/accounts/linked", (c) =>
      c.html(
        page(
          "The company consented",
          "A frontend now finishes the link, as the person who started it:",
          `curl -X POST ${API}/accounts/complete -H 'authorization: Bearer …' -H 'content-type: application/json' -d '{"linkCode":"${clean(c.req.query("linkCode"))}"}'`,
        ),
      ),
    )
    .get("/reset-password", (c) =>
      c.html(
        page(
          "Set a new password",
          "A frontend now asks for a new password and sends it with the token that stands behind the # of this address:",
          `curl -X POST ${API}/auth/reset-password -H 'content-type: application/json' -d '{"token":"…","password":"…"}'`,
        ),
      ),
    )
    .get("/accounts", (c) =>
      c.html(
        page(
          "Accounts",
          "A frontend would list the linked companies here, and offer to connect one again.",
          `curl ${API}/accounts -H 'authorization: Bearer …'`,
        ),
      ),
    );
}

const API = "http://localhost:8787";

function clean(text: string | undefined): string {
  return (text ?? "").replace(/[^\w]/g, "");
}

function page(title: string, text: string, command: string): string {
  return `<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${title}</title>
<style>:root{color-scheme:light dark}body{font:17px/1.6 system-ui,sans-serif;max-width:44rem;margin:12vh auto;padding:0 1.5rem}pre{padding:1rem;border:1px solid #8884;border-radius:10px;white-space:pre-wrap;word-break:break-all}</style>
<h1>${title}</h1><p>${text}</p><pre>${command}</pre></html>`;
}
