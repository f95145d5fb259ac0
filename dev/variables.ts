import { generateKeyPairSync, randomBytes } from "node:crypto";
import { existsSync } from "node:fs";
import { readFile, writeFile } from "node:fs/promises";
import { parseEnv } from "node:util";

/**
 * Every variable of the Worker for this machine: the twins', secrets made on the first start and kept, and over them
 * whatever `.dev.vars` or the environment names, so that the same command runs against a real service.
 */
export async function workerVariables(options: {
  twins: Record<string, string>;
  secretsFile: string;
  apiUrl: string;
  appUrl: string;
  overrides: string;
}): Promise<Record<string, string>> {
  const base = {
    ENVIRONMENT: "development",
    API_URL: options.apiUrl,
    APP_URL: options.appUrl,
    ALLOWED_ORIGINS: `${options.appUrl},http://localhost:3000,http://localhost:5173`,
    USER_UNITS_PER_MINUTE: "600",
    ...options.twins,
    ...(await keptSecrets(options.secretsFile)),
  };
  const named = existsSync(options.overrides) ? parseEnv(await readFile(options.overrides, "utf8")) : {};
  const result: Record<string, string> = { ...base };
  for (const name of Object.keys(base)) result[name] = process.env[name] ?? named[name] ?? result[name] ?? "";
  return result;
}

async function keptSecrets(file: string): Promise<Record<string, string>> {
  if (existsSync(file)) return JSON.parse(await readFile(file, "utf8")) as Record<string, string>;
  const secrets = freshSecrets();
  await writeFile(file, JSON.stringify(secrets), { mode: 0o600 });
  return secrets;
}

/** Keys of our own, fresh. */
export function freshSecrets(): Record<string, string> {
  const jwk = generateKeyPairSync("ec", { namedCurve: "P-256" }).privateKey.export({ format: "jwk" });
  const key = () => randomBytes(32).toString("base64");
  return {
    JWT_KEYS: JSON.stringify([{ ...jwk, kid: `k-${randomBytes(4).toString("hex")}` }]),
    SEALING_KEYS: `k1:${key()}`,
    LINK_SIGNING_KEY: key(),
    METRICS_TOKEN: randomBytes(24).toString("base64url"),
    OPS_TOKEN: randomBytes(24).toString("base64url"),
  };
}
