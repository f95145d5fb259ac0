/**
 * Seals everything anew under the first key of SEALING_KEYS, while the service runs, and says how many values are left. Put the
 * new key in front and deploy first; take the old one away when nothing is left. Needs API_URL and OPS_TOKEN.
 */
import process from "node:process";

const { API_URL, OPS_TOKEN } = process.env;
if (!API_URL || !OPS_TOKEN) throw new Error("Set API_URL and OPS_TOKEN: they say which service, and that you may.");

for (let before = Infinity; ;) {
  const response = await fetch(new URL("/ops/reseal", API_URL), { method: "POST", headers: { authorization: `Bearer ${OPS_TOKEN}` } });
  if (!response.ok) throw new Error(`The service answered ${response.status}: ${await response.text()}`);
  const { resealed, unreadable, left } = (await response.json()) as { resealed: number; unreadable: number; left: number };
  console.log(`${resealed} sealed anew, ${unreadable} do not open, ${left} left`);
  if (left === 0) break;
  if (resealed === 0 || left >= before) throw new Error(`${left} values cannot be sealed anew: keep the old key, and look for vault.tampered in the trail.`);
  before = left;
}
