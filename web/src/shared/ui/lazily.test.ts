import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { fetched } from "./lazily";

beforeEach(() => void vi.useFakeTimers());

afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

test("what does not come is asked for again", async () => {
  let asked = 0;
  const loaded = fetched(async () => {
    asked += 1;
    if (asked < 3) throw new Error("no network");
    return "code";
  });
  await vi.advanceTimersByTimeAsync(1_500);
  expect(await loaded).toBe("code");
  expect(asked).toBe(3);
});

test("while there is no network nothing is asked for in vain", async () => {
  const online = vi.spyOn(navigator, "onLine", "get").mockReturnValue(false);
  const load = vi.fn<() => Promise<string>>().mockRejectedValueOnce(new Error("no network")).mockResolvedValue("code");
  const loaded = fetched(load);
  await vi.advanceTimersByTimeAsync(60_000);
  expect(load).toHaveBeenCalledTimes(1);
  online.mockReturnValue(true);
  window.dispatchEvent(new Event("online"));
  expect(await loaded).toBe("code");
});

test("what cannot be had is said in the end", async () => {
  const loaded = fetched(() => Promise.reject(new Error("gone")));
  const said = expect(loaded).rejects.toThrow("gone");
  await vi.advanceTimersByTimeAsync(20_000);
  await said;
});
