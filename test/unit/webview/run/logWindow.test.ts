import { expect, test } from "vitest";
import { LogWindow, sliceBytes, windowBytes } from "../../../../webview/run/logWindow.ts";

const bytes = (text: string) => new TextEncoder().encode(text);

/** A log of numbered lines, each of 64 bytes. */
function numberedLog(lines: number): Uint8Array {
  return bytes(
    Array.from({ length: lines }, (_, index) => `line ${index} é`.padEnd(62, ".").concat("\n")).join(""),
  );
}

test("begins in the middle after the first whole line", () => {
  const window = new LogWindow();
  window.reset(10, bytes("ail of one\nwhole\nlast"), 31);
  expect(window.rows(true)).toEqual(["whole", "last"]);
  expect([window.start, window.end, window.fromTheStart]).toEqual([21, 31, false]);
});

test("slices that cut a character or a line join again", () => {
  const log = bytes("é1\né2\né3\n");
  for (let cut = 1; cut < log.length; cut++) {
    const window = new LogWindow();
    window.reset(0, log.subarray(0, cut), log.length);
    window.append(cut, log.subarray(cut), log.length);
    expect(window.rows(true)).toEqual(["é1", "é2", "é3"]);
  }
});

test("read from end to start and back, every line was seen once and memory stays bounded", () => {
  const log = numberedLog(90_000);
  const window = new LogWindow();
  const seen = new Set<string>();
  const look = () => {
    for (const row of window.rows(true)) seen.add(row);
    expect(window.end - window.start).toBeLessThanOrEqual(windowBytes + sliceBytes);
  };
  window.reset(log.length - sliceBytes, log.subarray(log.length - sliceBytes), log.length);
  look();
  while (window.start > 0) {
    const from = Math.max(0, window.start - sliceBytes);
    expect(window.prepend(from, log.subarray(from, window.start))).toBeGreaterThan(0);
    look();
  }
  look();
  expect(window.rows(true)[0]).toMatch(/^line 0 /);
  while (window.end < log.length) {
    const end = Math.min(log.length, window.end + sliceBytes);
    window.append(window.end, log.subarray(window.end, end), log.length);
  }
  look();
  expect(window.rows(true).at(-1)).toMatch(/^line 89999 /);
  expect([...window.rows(true)].every((row) => /^line \d+ é\.+$/.test(row))).toBe(true);
});

test("what is forgotten at the start is told in lines", () => {
  const log = numberedLog(100_000);
  const window = new LogWindow();
  let forgotten = 0;
  for (let at = 0; at < log.length; at += sliceBytes)
    forgotten += window.append(at, log.subarray(at, Math.min(log.length, at + sliceBytes)), log.length);
  expect(forgotten).toBeGreaterThan(0);
  expect(window.rows(true)[0]).toMatch(new RegExp(`^line ${forgotten} `));
});

test("bytes that do not join are not taken", () => {
  const window = new LogWindow();
  window.reset(0, bytes("a\n"), 10);
  expect(window.append(5, bytes("z\n"), 10)).toBe(0);
  expect(window.rows(true)).toEqual(["a"]);
});

test("one line longer than a slice is shown torn rather than not at all", () => {
  const window = new LogWindow();
  window.reset(1000, bytes("x".repeat(5000)), 6000);
  expect(window.rows(true)).toEqual(["x".repeat(5000)]);
});

test("progress lines are collapsed or all shown from the same bytes", () => {
  const window = new LogWindow();
  window.reset(0, bytes("1%\r50%\r100%\nend\n"), 16);
  expect(window.rows(true)).toEqual(["100%", "end"]);
  expect(window.rows(false)).toEqual(["1%", "50%", "100%", "end"]);
});
