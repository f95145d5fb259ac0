import { Variables } from "../src/env.ts";

/** A credential of ours, an access token, a password's hash, a connection string with its password: by their shapes. */
export const SHAPES = [
  "fh_(live|test|rt|ot)_[0-9A-Za-z]{34}_[0-9A-Za-z]{49}",
  "eyJ[0-9A-Za-z_-]{10,}\\.eyJ[0-9A-Za-z_-]{10,}\\.[0-9A-Za-z_-]{40,}",
  'postgres(ql)?://[^ /:@"]+:[^ /@"]+@',
];
/** The password of every person that the suite makes. */
const PASSWORD = "correct horse battery staple";
const IN_LOGS = [...SHAPES, "\\$scrypt\\$", "person-\\d{13}-\\d+-[0-9a-f]{8}@example\\.com"].map((shape) => new RegExp(shape));

/** Whether a log line of the service holds what must stand in none. */
export function isTelling(line: string): boolean {
  return line.includes(PASSWORD) || IN_LOGS.some((shape) => shape.test(line));
}

/** What of a secret variable must stand nowhere: a connection string's password, a ring's keys, the private half of a JWK, or all of it. */
function partsOf(value: string): string[] {
  if (value.startsWith("[")) return (JSON.parse(value) as { d: string }[]).map(({ d }) => d);
  if (value.includes("://")) return [new URL(value).password].filter((password) => password !== "");
  return value.split(",").map((part) => part.slice(part.indexOf(":") + 1));
}

/** Every secret that any test uses, by name: each variable that `env.ts` calls one, and the password of every person. */
export function secretsOf(vars: Record<string, string>): [name: string, needle: string][] {
  const names = Object.entries(Variables.shape).filter(([, schema]) => schema.meta()?.["secret"] === true);
  const ours = names.flatMap(([name]) => partsOf(vars[name] ?? "").map((part): [string, string] => [name, part]));
  return [...ours.filter(([, needle]) => needle !== ""), ["PASSWORD", PASSWORD]];
}

/** The names of those secrets, and the shapes of credentials, that stand in `text`. */
export function tellingIn(text: string, vars: Record<string, string>): string[] {
  const named = secretsOf(vars).filter(([, needle]) => text.includes(needle));
  return [...named.map(([name]) => name), ...SHAPES.filter((shape) => new RegExp(shape).test(text))];
}
