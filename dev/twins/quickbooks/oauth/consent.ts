const STYLE = `
:root{color-scheme:light dark;--bg:#f4f5f8;--card:#fff;--ink:#21262a;--soft:#6b7280;--line:#d9dde3;--go:#2ca01c;--go-ink:#fff;--tint:#eef8ec}
@media(prefers-color-scheme:dark){:root{--bg:#101418;--card:#1a2026;--ink:#e8ecef;--soft:#98a2ad;--line:#323b44;--go:#43b833;--go-ink:#06210a;--tint:#1c2b1f}}
*{box-sizing:border-box}body{margin:0;min-height:100vh;display:grid;place-items:center;padding:24px;background:var(--bg);color:var(--ink);font:16px/1.5 system-ui,sans-serif}
main{width:min(460px,100%);background:var(--card);border:1px solid var(--line);border-radius:16px;padding:32px;box-shadow:0 12px 40px #0000001a}
h1{font-size:22px;line-height:1.3;margin:16px 0 8px}p{color:var(--soft);margin:0 0 20px}
.mark{display:inline-grid;place-items:center;width:44px;height:44px;border-radius:50%;background:var(--go);color:var(--go-ink);font-weight:700;letter-spacing:-.5px}
fieldset{border:0;padding:0;margin:0 0 20px}legend{font-weight:600;padding:0;margin-bottom:8px}
label{display:flex;gap:12px;align-items:center;border:1px solid var(--line);border-radius:10px;padding:12px 14px;margin-bottom:8px;cursor:pointer}
label:has(:checked){border-color:var(--go);background:var(--tint)}label:focus-within{outline:2px solid var(--go);outline-offset:2px}
input{accent-color:var(--go);width:18px;height:18px;margin:0;flex:none}small{display:block;color:var(--soft)}
.row{display:flex;gap:12px}button{flex:1;font:inherit;font-weight:600;border-radius:10px;padding:12px;border:1px solid var(--line);background:transparent;color:inherit;cursor:pointer}
button.go{background:var(--go);border-color:var(--go);color:var(--go-ink)}button:focus-visible{outline:2px solid var(--ink);outline-offset:2px}
footer{margin-top:20px;font-size:13px;color:var(--soft)}`;

export type Choice = { readonly realm: string; readonly name: string; readonly note: string };

/** The page on which a person picks a company and lets the app in, or does not. */
export function consentPage(app: string, scopes: readonly string[], companies: readonly Choice[]): string {
  const choices = companies.map(
    ({ realm, name, note }, index) =>
      `<label><input type="radio" name="realmId" value="${escape(realm)}"${index === 0 ? " checked" : ""} required><span>${escape(name)}<small>${escape(note)}</small></span></label>`,
  );
  return page(
    "Connect to QuickBooks",
    `<form method="post"><fieldset><legend>Which company?</legend>${choices.join("")}</fieldset>
<div class="row"><button name="decision" value="deny" formnovalidate>Refuse</button><button class="go" name="decision" value="allow">Connect</button></div></form>`,
    `${escape(app)} asks to read and write the books of one of your companies (${scopes.map(escape).join(", ")}).`,
  );
}

export function refusalPage(reason: string): string {
  return page("This connection cannot be made", "", escape(reason));
}

function page(title: string, body: string, lead: string): string {
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1"><title>${title}</title><style>${STYLE}</style></head>
<body><main><span class="mark" aria-hidden="true">qb</span><h1>${title}</h1><p>${lead}</p>${body}<footer>A stand-in for QuickBooks, for development. No real company is behind it.</footer></main></body></html>`;
}

function escape(text: string): string {
  return text.replace(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`);
}
