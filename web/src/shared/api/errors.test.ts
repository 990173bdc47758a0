import { beforeAll, describe, expect, it } from "vitest";
import en from "../i18n/en.json";
import { setLanguage, startWords } from "../i18n/i18n";
import ru from "../i18n/ru.json";
import { ApiError, errorField, errorOf, errorText, offlineError } from "./errors";

beforeAll(async () => {
  document.documentElement.lang = "ru";
  await startWords(async (language) => ({ common: language === "ru" ? ru : en }));
});

const answer = (status: number, body: unknown, headers: Record<string, string> = {}) =>
  errorOf(new Response(null, { status, headers }), body);

describe("what a refusal becomes", () => {
  it("keeps code, sentence, params and the seconds to wait", () => {
    const error = answer(
      429,
      { code: "kit.too_many", detail: "Слишком часто", params: { limit: 5 } },
      { "Retry-After": "12", "X-Request-Id": "7F2K" },
    );
    expect(error).toMatchObject({
      status: 429,
      code: "kit.too_many",
      detail: "Слишком часто",
      params: { limit: 5 },
      retryAfter: 12,
      trace: "7F2K",
    });
  });

  it("names a page that is not a problem by its status", () => {
    expect(answer(502, "<html>").code).toBe("web.status_5xx");
    expect(answer(404, undefined).code).toBe("web.status_4xx");
  });

  it("tells a timeout from no network", () => {
    expect(offlineError(new DOMException("", "TimeoutError")).code).toBe("web.timeout");
    expect(offlineError(new TypeError("failed")).code).toBe("web.offline");
  });

  it.each([
    [0, true],
    [404, false],
    [409, false],
    [429, true],
    [503, true],
  ])("status %s may pass by itself: %s", (status, passing) => {
    expect(new ApiError(status, "x", null, {}, null, null).isPassing).toBe(passing);
  });

  it("finds the field it is about", () => {
    expect(errorField(answer(422, { code: "kit.validation", params: { field: "body.email" } }))).toBe("email");
    expect(errorField(answer(409, { code: "accounts.username_taken", params: {} }))).toBeNull();
  });
});

describe("the sentence", () => {
  it("is ours where we have one, the server's otherwise, and one by kind at last", () => {
    expect(errorText(offlineError(null))).toBe(ru.errors.web.offline);
    expect(errorText(answer(409, { code: "accounts.username_taken", detail: "Имя занято", params: {} }))).toBe(
      "Имя занято",
    );
    expect(errorText(answer(400, null))).toBe(ru.errors.web.status_4xx);
    expect(errorText(new Error("bug"))).toBe(ru.errors.web.unknown);
  });

  it("is in the language of the page", async () => {
    await setLanguage("en");
    expect(errorText(offlineError(null))).toBe(en.errors.web.offline);
    await setLanguage("ru");
  });
});
