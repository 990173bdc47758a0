import { beforeEach, expect, test } from "vitest";
import { dismissToast, toast, useToasts } from "./toasts";

const texts = () => useToasts.getState().waiting.map((one) => one.text);

beforeEach(() => useToasts.setState({ waiting: [] }));

test("what happened waits in line", () => {
  toast({ text: "a key was issued" });
  toast({ text: "Newcomer", tone: "spark" });
  expect(texts()).toEqual(["a key was issued", "Newcomer"]);
});

test("what came of one's own doing does not wait, and what it interrupts comes back", () => {
  toast({ text: "a key was issued" });
  toast({ text: "Key revoked", tone: "good" });
  expect(texts()).toEqual(["Key revoked", "a key was issued"]);
  const first = useToasts.getState().waiting[0];
  if (first) dismissToast(first.id);
  expect(texts()).toEqual(["a key was issued"]);
});

test("a toast with the key of one in line takes its place", () => {
  toast({ text: "1 event", key: "log" });
  toast({ text: "Newcomer", tone: "spark" });
  toast({ text: "2 events", key: "log" });
  expect(texts()).toEqual(["2 events", "Newcomer"]);
});

test("the line is short: what is oldest gives way, but never the answer to somebody", () => {
  for (let n = 1; n <= 6; n += 1) toast({ text: `event ${n}` });
  expect(texts()).toEqual(["event 2", "event 3", "event 4", "event 5", "event 6"]);
  toast({ text: "not saved", tone: "bad" });
  expect(texts()[0]).toBe("not saved");
  expect(texts()).toHaveLength(5);
});
