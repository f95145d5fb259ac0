/** Every refusal and failure, in every dialect, becomes one typed fault that holds no token. */
import { describe, expect, it } from "vitest";
import { MAX_REPLY_BYTES } from "../../../src/integrations/quickbooks/call.ts";
import { ACCESS, COMPANY, faultOf, lower, REFRESH, upper, wired, xml } from "./wire.ts";

describe("a refusal", () => {
  it.each([
    [400, upper("610"), "not_found", "610"],
    [400, upper("5010"), "stale", "5010"],
    [400, upper("4000"), "invalid", "4000"],
    [400, upper("4001"), "invalid", "4001"],
    [400, upper("2020"), "invalid", "2020"],
    [400, upper("6140"), "invalid", "6140"],
    [400, upper("6190"), "company_inactive", "6190"],
    [400, upper("10000"), "unavailable", "10000"],
    [500, upper("10000"), "unavailable", "10000"],
    [400, upper("99999"), "invalid", "99999"],
    [200, upper("610"), "not_found", "610"],
    [200, upper("99999"), "invalid", "99999"],
    [401, lower("3200"), "unauthorized", "3200"],
    [403, lower("3100"), "forbidden", "3100"],
    [403, lower("3201"), "forbidden", "3201"],
    [429, lower("3001"), "throttled", "3001"],
    [400, upper("003001"), "throttled", "3001"],
    [429, xml("3001", 429), "throttled", "3001"],
    [403, xml("3001", 403), "throttled", "3001"],
    [401, xml("100", 401), "unauthorized", "100"],
    [401, xml("120", 401), "unauthorized", "120"],
    [200, xml("270", 401), "unauthorized", "270"],
    [401, "", "unauthorized", "http_401"],
    [403, "<html>", "forbidden", "http_403"],
    [429, "slow down", "throttled", "http_429"],
    [408, "", "unavailable", "http_408"],
    [500, "{}", "unavailable", "http_500"],
    [503, "<html>", "unavailable", "http_503"],
    [504, "", "unavailable", "http_504"],
    [302, "", "unavailable", "http_302"],
    [413, "", "invalid", "http_413"],
    [200, '{"Fault":{"Error":"?"}}', "invalid", "http_200"],
    [200, '{"fault":7}', "invalid", "http_200"],
    [200, "<html>", "unavailable", "unreadable_reply"],
    [200, '{"QueryResponse":{"Purch', "unavailable", "unreadable_reply"],
    [200, '{"QueryResponse":{"Purchase":[{"Id":1e99}]}}', "invalid", "number_out_of_range"],
    [200, "", "invalid", "unexpected_reply"],
    [200, "[]", "invalid", "unexpected_reply"],
  ])("%i %s is %s", async (status, body, kind, code) => {
    const fault = await faultOf({ status, body });
    expect([fault.kind, fault.code, fault.httpStatus, fault.tid, fault.operation]).toEqual([kind, code, status, "tid-1", "query Purchase"]);
    expect(fault.message).toBe(`QuickBooks query Purchase: ${kind} (code ${code}, status ${status}, tid tid-1)`);
  });

  it("takes the first code it knows", async () => {
    const body = JSON.stringify({ Fault: { Error: [{ code: "77777" }, { code: "6190", Detail: "lapsed" }], type: "x" } });
    expect(await faultOf({ status: 400, body })).toMatchObject({ kind: "company_inactive", code: "6190", detail: "lapsed" });
  });

  it("[I4] says how long to wait: what the reply asks for, else a minute when throttled", async () => {
    const wait = async (status: number, header?: string) =>
      (await faultOf({ status, body: lower("x"), headers: header === undefined ? {} : { "retry-after": header } })).retryAfterSeconds;
    expect(await wait(429)).toBe(60);
    expect(await wait(429, "7")).toBe(7);
    expect(await wait(429, "0")).toBe(1);
    expect(await wait(429, "999999")).toBe(3600);
    expect(await wait(429, "Wed, 04 Mar 2026 10:00:30 GMT")).toBe(30);
    expect(await wait(429, "soon")).toBe(60);
    expect(await wait(503)).toBe(30);
    expect(await wait(400, "7")).toBeUndefined();
  });

  it("[H4] keeps tokens out of what it says, even when QuickBooks repeats them", async () => {
    const fault = await faultOf({ status: 401, body: lower("3200", `Token expired: ${ACCESS}`) });
    expect(fault.detail).toBe("Token expired: [redacted]");
    expect((await faultOf({ status: 401, body: upper("3200", "Token expired: AB01… for 4620") })).detail).toBe("Token expired: [redacted] for 4620");
    expect((await faultOf({ status: 400, body: upper("2020", `see ${REFRESH} and ${"x".repeat(3000)}`) })).detail).toBe("see [redacted] and [redacted]");
    expect(await faultOf(() => Promise.reject(new TypeError(`"Bearer ${ACCESS}" is an invalid header value`)))).toMatchObject({
      kind: "unavailable",
      code: "no_reply",
      httpStatus: null,
      tid: null,
    });
  });

  it("is reported like a success, and so is silence", async () => {
    for (const [answer, status] of [
      [{ status: 401, body: lower("3200") }, 401],
      [() => Promise.reject(new Error("gone")), null],
    ] as const) {
      const { quickbooks, calls } = wired(answer);
      await quickbooks.companyInfo(COMPANY).catch(() => null);
      expect(calls).toEqual([{ operation: "companyInfo", status, tid: status === null ? null : "tid-1", ms: 0 }]);
    }
  });

  it("comes of silence and of floods too", async () => {
    expect(await faultOf(() => Promise.reject(new DOMException("too late", "TimeoutError")))).toMatchObject({
      kind: "unavailable",
      code: "timeout",
      retryAfterSeconds: 30,
    });
    const megabyte = new Uint8Array(1024 * 1024).fill(32);
    let chunks = 0;
    let cancelled = false;
    const flood = new ReadableStream({
      pull: (controller) => {
        chunks += 1;
        controller.enqueue(megabyte);
      },
      cancel: () => {
        cancelled = true;
      },
    });
    expect(await faultOf({ body: flood })).toMatchObject({ kind: "invalid", code: "reply_too_large" });
    expect([cancelled, chunks <= MAX_REPLY_BYTES / megabyte.length + 2]).toEqual([true, true]);
    const broken = new ReadableStream({
      start: (controller) => {
        controller.enqueue(new TextEncoder().encode('{"Query'));
        controller.error(new Error("reset"));
      },
    });
    expect(await faultOf({ body: broken })).toMatchObject({ kind: "unavailable", code: "no_reply", httpStatus: 200 });
  });
});
