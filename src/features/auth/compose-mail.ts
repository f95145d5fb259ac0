import type { Config } from "../../env.ts";
import type { MailTemplate } from "./mails.ts";

type Text = { subject: string; lines: string[]; action?: { label: string; url: string } };

/** Subject, text and HTML of a mail. Links lead only to our own address, never to a host that a request named. */
export function composeMail(config: Config, template: MailTemplate, params: Record<string, string>, token?: string) {
  const { subject, lines, action } = texts(config, template, params, token ?? "");
  const text = [...lines, ...(action ? [`${action.label}: ${action.url}`] : []), "FinHelm"].join("\n\n");
  const button = action
    ? `<p style="margin:28px 0"><a href="${escape(action.url)}" style="background:#0b5fff;color:#fff;padding:12px 20px;border-radius:8px;text-decoration:none">${escape(action.label)}</a></p>`
    : "";
  const html = `<div style="font:16px/1.5 system-ui,sans-serif;max-width:34rem;margin:0 auto;padding:24px">${lines.map((line) => `<p>${escape(line)}</p>`).join("")}${button}<p style="color:#777">FinHelm</p></div>`;
  return { subject, text, html };
}

function texts(config: Config, template: MailTemplate, params: Record<string, string>, token: string): Text {
  switch (template) {
    case "verify":
      return {
        subject: "Confirm your e-mail address",
        lines: ["Welcome to FinHelm. Please confirm that this address is yours.", "The link works for 24 hours."],
        action: { label: "Confirm the address", url: `${config.API_URL}/auth/verify-email?token=${token}` },
      };
    case "already_registered":
      return {
        subject: "You already have a FinHelm account",
        lines: [
          "Somebody, perhaps you, tried to sign up with this address, which has an account already.",
          "If it was you: log in, or ask for a new password. If not: nothing was changed, and nothing needs to be done.",
        ],
      };
    case "reset":
      return {
        subject: "Set a new password",
        lines: [
          "Somebody, we hope you, asked to set a new password for this address.",
          "The link works once, for 10 minutes. If it was not you, ignore this mail: nothing was changed.",
        ],
        action: { label: "Set a new password", url: `${config.APP_URL}/reset-password#token=${token}` },
      };
    case "password_changed":
      return {
        subject: "Your password was changed",
        lines: ["Your FinHelm password was changed, and every session was ended.", "If that was not you, set a new password at once."],
      };
    case "change_email":
      return {
        subject: "Confirm your new e-mail address",
        lines: [
          "Please confirm that this is to be the address of your FinHelm account.",
          "The link works for an hour. Until then the old address stays. If it was not you, ignore this mail.",
        ],
        action: { label: "Confirm the new address", url: `${config.API_URL}/auth/verify-email?token=${token}` },
      };
    case "email_changed":
      return {
        subject: "Your e-mail address was changed",
        lines: [
          "The address of your FinHelm account was changed; this one no longer opens it, and every session was ended.",
          "If that was not you, write to us at once.",
        ],
      };
    case "export_ready":
      return {
        subject: "Your data is ready",
        lines: ["The copy of everything of yours is ready. It is kept for a week."],
        action: { label: "Fetch it", url: `${config.APP_URL}/profile` },
      };
    case "erasure_asked":
      return {
        subject: "Your account will be erased",
        lines: [
          `Everything of yours will be erased on ${(params["at"] ?? "").slice(0, 10)}. Nothing of it can be brought back afterwards.`,
          "If you want to keep it, log in before that day and cancel.",
        ],
        action: { label: "Keep the account", url: `${config.APP_URL}/profile` },
      };
    case "key_leaked":
      return {
        subject: "An API key of yours was found in the open",
        lines: [
          `The key that ends in ${params["lastFour"] ?? ""} was reported as found where others can read it, and was revoked at once.`,
          "Make another one where it is needed, and look at what it was used for in your account's history.",
        ],
      };
    case "needs_reconnect":
      return {
        subject: `${params["name"] ?? "Your company"} needs to be connected again`,
        lines: [
          `QuickBooks no longer accepts our connection to ${params["name"] ?? "your company"}. Nothing was lost: reports show the figures up to the last sync.`,
          "Connect it again to go on.",
        ],
        action: { label: "Connect again", url: `${config.APP_URL}/accounts` },
      };
  }
}

function escape(text: string): string {
  return text.replace(/[&<>"']/g, (char) => `&#${char.charCodeAt(0)};`);
}
