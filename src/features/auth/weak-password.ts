/** Passwords of twelve characters and more that lead every list of leaked ones. */
const COMMON = new Set(
  (
    "password1234 passw0rd1234 password12345 password123456 mypassword123 adminadmin12 administrator administrator1 letmein12345 welcome12345 welcome123456 " +
    "changeme1234 iloveyou1234 iloveyou12345 qwerty123456 qwerty1234567 qwertyuiop12 qwertyuiop123 1q2w3e4r5t6y 1q2w3e4r5t6y7u 1qaz2wsx3edc 1qaz2wsx3edc4rfv zaq12wsxcde3 " +
    "q1w2e3r4t5y6 abcd12345678 abc123456789 a1b2c3d4e5f6 football1234 baseball1234 superman1234 sunshine1234 princess1234 trustno1trustno1 correcthorsebatterystaple"
  ).split(" "),
);
const RUNS = [
  "01234567890123456789",
  "98765432109876543210",
  "abcdefghijklmnopqrstuvwxyz",
  "qwertyuiopasdfghjklzxcvbnm",
  "qwertzuiopasdfghjklyxcvbnm",
  "1qaz2wsx3edc4rfv5tgb6yhn7ujm",
];
const OWN_NAMES = ["finhelm"];

/**
 * Whether a password is one that guessers try first: a known one, one short piece repeated, a run of the keyboard or of
 * digits, or the product's name with little around it. No rules about classes of characters.
 */
export function isWeakPassword(password: string): boolean {
  const plain = password.toLowerCase();
  if (COMMON.has(plain)) return true;
  for (let length = 1; length <= Math.min(8, plain.length / 2); length++) {
    const piece = plain.slice(0, length);
    if (piece.repeat(Math.ceil(plain.length / length)).slice(0, plain.length) === plain) return true;
  }
  if (RUNS.some((run) => run.includes(plain) || run.split("").reverse().join("").includes(plain))) return true;
  return OWN_NAMES.some((name) => plain.includes(name) && /^[^a-z]*$/.test(plain.replaceAll(name, "")));
}
