import { copyFile, mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const FILES = ["swagger-ui.css", "swagger-ui-bundle.js", "favicon-32x32.png"];

const PAGE = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>FinHelm API</title>
<link rel="icon" href="/docs/favicon-32x32.png">
<link rel="stylesheet" href="/docs/swagger-ui.css">
<link rel="stylesheet" href="/docs/docs.css">
<main id="reference"></main>
<script src="/docs/swagger-ui-bundle.js"></script>
<script src="/docs/docs.js"></script>
</html>
`;

const SCRIPT = `SwaggerUIBundle({ url: "/openapi.json", dom_id: "#reference", deepLinking: true, docExpansion: "list", defaultModelsExpandDepth: 0, persistAuthorization: false, tryItOutEnabled: true, validatorUrl: null });
if (matchMedia("(prefers-color-scheme: dark)").matches) document.documentElement.classList.add("dark-mode");
`;

const STYLE = `body { margin: 0; background: #fff; }
html.dark-mode body { background: #1c2022; }
.swagger-ui .info { margin: 28px 0; }
`;

/** The interactive reference at /docs: the page and its assets, which the Worker serves itself. Copied from npm, never committed. */
export async function buildReference(): Promise<void> {
  const from = dirname(fileURLToPath(import.meta.resolve("swagger-ui-dist/package.json")));
  const to = join(import.meta.dirname, "../assets/docs");
  await mkdir(to, { recursive: true });
  for (const file of FILES) await copyFile(join(from, file), join(to, file));
  await writeFile(join(to, "index.html"), PAGE);
  await writeFile(join(to, "docs.js"), SCRIPT);
  await writeFile(join(to, "docs.css"), STYLE);
}

if (process.argv[1] === import.meta.filename) await buildReference();
