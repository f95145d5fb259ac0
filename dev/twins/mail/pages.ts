import type { Message } from "./journal.ts";

const STYLE = `
:root{color-scheme:light dark;--ink:#16202c;--soft:#5b6b7d;--paper:#fff;--line:#e3e9f0;--hover:#f5f8fb;--accent:#0b5fff}
@media(prefers-color-scheme:dark){:root{--ink:#e6edf5;--soft:#93a4b7;--paper:#0f1720;--line:#223041;--hover:#16212d;--accent:#7aa7ff}}
*{box-sizing:border-box}body{font:16px/1.5 system-ui,sans-serif;margin:0;background:var(--paper);color:var(--ink)}
main{max-width:52rem;margin:0 auto;padding:2rem 1.25rem}h1{font-size:1.4rem;margin:0 0 1rem}form{margin:0 0 1.25rem}
input{font:inherit;padding:.5rem .75rem;border:1px solid var(--line);border-radius:8px;background:transparent;color:inherit;width:100%}
ul{list-style:none;margin:0;padding:0;border:1px solid var(--line);border-radius:12px;overflow:hidden}li+li{border-top:1px solid var(--line)}
li a{display:grid;grid-template-columns:1fr auto;gap:.1rem 1rem;padding:.8rem 1rem;color:inherit;text-decoration:none}li a:hover{background:var(--hover)}
small,time{color:var(--soft)}a{color:var(--accent)}iframe{width:100%;height:60vh;border:1px solid var(--line);border-radius:12px;background:#fff}p.empty{color:var(--soft)}`;

export function inboxPage(messages: readonly Message[], filter: string): string {
  const rows = messages.map(
    (message) =>
      `<li><a href="messages/${message.id}"><strong>${escape(message.subject)}</strong><time datetime="${message.at}">${message.at.slice(0, 16).replace("T", " ")}</time><small>to ${escape(message.to.join(", "))}</small></a></li>`,
  );
  const list = rows.length > 0 ? `<ul>${rows.join("")}</ul>` : '<p class="empty">No mail yet.</p>';
  return page(
    "Inbox",
    `<h1>Inbox</h1><form><input name="to" value="${escape(filter)}" placeholder="Only mail to this address" aria-label="Only mail to this address"></form>${list}`,
  );
}

/** The mail in a sandbox: it runs no script, and its links open in the window. */
export function messagePage(message: Message): string {
  const html = `<base target="_top">${message.html || `<pre>${escape(message.text)}</pre>`}`;
  const head = `<p><a href="../">← Inbox</a></p><h1>${escape(message.subject)}</h1><p><small>${escape(message.from)} to ${escape(message.to.join(", "))}, ${message.at}</small></p>`;
  return page(message.subject, `${head}<iframe sandbox="allow-top-navigation-by-user-activation" srcdoc="${escape(html)}" title="The mail"></iframe>`);
}

function page(title: string, body: string): string {
  return `<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${escape(title)}</title><style>${STYLE}</style><main>${body}</main></html>`;
}

function escape(text: string): string {
  return text.replace(/[&<>"']/g, (char) => `&#${char.charCodeAt(0)};`);
}
