import { createHash, createSign, generateKeyPairSync, type JsonWebKey, type KeyObject } from "node:crypto";

const ISSUER = "https://oauth.platform.intuit.com/op/v1";
const KEY_ID = "twin";

let pair: { publicKey: KeyObject; privateKey: KeyObject } | null = null;

function keys() {
  pair ??= generateKeyPairSync("rsa", { modulusLength: 2048 });
  return pair;
}

/** The only thing of the twin that differs between runs: its signing key is made when `openid` is first asked for. */
export function idToken(clientId: string, realm: string, now: number): string {
  const seconds = Math.floor(now / 1000);
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString("base64url");
  const sub = createHash("sha256").update(realm).digest("hex").slice(0, 32);
  const head = part({ kid: KEY_ID, alg: "RS256" });
  const body = part({ sub, aud: [clientId], realmid: realm, auth_time: seconds, iss: ISSUER, exp: seconds + 3600, iat: seconds });
  return `${head}.${body}.${createSign("RSA-SHA256").update(`${head}.${body}`).sign(keys().privateKey, "base64url")}`;
}

export function jwks(): { keys: JsonWebKey[] } {
  return { keys: [{ ...keys().publicKey.export({ format: "jwk" }), kid: KEY_ID, use: "sig", alg: "RS256" }] };
}
