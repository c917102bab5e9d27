import { describe, expect, test } from "vitest";
import {
  formatAgo,
  formatBytes,
  formatCount,
  formatDelta,
  formatDuration,
  formatValue,
  formatWhole,
} from "../../../src/model/format.ts";

const second = 1000;
const minute = 60 * second;
const hour = 60 * minute;
const day = 24 * hour;

const tables: readonly (readonly [
  string,
  (value: number) => string,
  readonly (readonly [number, string])[],
])[] = [
  [
    "values",
    formatValue,
    [
      [0, "0"],
      [-0, "0"],
      [0.943, "0.943"],
      [0.1 + 0.2, "0.3"],
      [0.20134567, "0.20135"],
      [-1.5, "-1.5"],
      [1437, "1437"],
      [99_999, "99999"],
      [99_999.4, "99999"],
      [100_000, "1e5"],
      [123_456, "1.2346e5"],
      [0.0001, "0.0001"],
      [0.00001, "1e-5"],
      [1.23456789e-7, "1.2346e-7"],
      [1e300, "1e300"],
      [Number.NaN, "NaN"],
      [Number.POSITIVE_INFINITY, "∞"],
      [Number.NEGATIVE_INFINITY, "-∞"],
    ],
  ],
  [
    "differences",
    formatDelta,
    [
      [0, "±0"],
      [0.008, "+0.008"],
      [-0.041, "−0.041"],
      [Number.NaN, "NaN"],
      [Number.NEGATIVE_INFINITY, "−∞"],
    ],
  ],
  [
    "counts",
    formatCount,
    [
      [0, "0"],
      [950, "950"],
      [999, "999"],
      [1200, "1.2k"],
      [5000, "5k"],
      [999_900, "1M"],
      [3_400_000, "3.4M"],
      [-1500, "-1.5k"],
      [2e9, "2G"],
    ],
  ],
  [
    "whole numbers",
    formatWhole,
    [
      [0, "0"],
      [999, "999"],
      [1_000, "1,000"],
      [-12_345, "-12,345"],
      [1_234_567, "1,234,567"],
    ],
  ],
  [
    "durations",
    formatDuration,
    [
      [-5, "0 s"],
      [0, "0 s"],
      [420, "0.4 s"],
      [4 * second, "4 s"],
      [9_960, "10 s"],
      [42 * second, "42 s"],
      [59_600, "1:00 min"],
      [12 * minute + 4 * second, "12:04 min"],
      [3 * hour + 12 * minute + 4 * second, "3:12:04 h"],
      [2 * day, "2 d"],
      [2 * day + 3 * hour, "2 d 3 h"],
      [Number.NaN, "–"],
    ],
  ],
  [
    "sizes",
    formatBytes,
    [
      [0, "0 B"],
      [512, "512 B"],
      [1000, "0.977 KB"],
      [1536, "1.5 KB"],
      [5 * 1024 ** 2, "5 MB"],
      [38 * 1024 ** 3, "38 GB"],
      [Number.NaN, "–"],
    ],
  ],
  [
    "how long ago",
    formatAgo,
    [
      [-5, "now"],
      [4 * second, "now"],
      [40 * second, "40 s ago"],
      [3 * minute, "3 min ago"],
      [2 * hour, "2 h ago"],
      [5 * day, "5 d ago"],
      [130 * day, "4 mo ago"],
      [800 * day, "2 y ago"],
      [Number.NaN, "now"],
    ],
  ],
];

for (const [name, format, cases] of tables)
  describe(name, () => {
    test.each(cases)("%s → %s", (value, text) => {
      expect(format(value)).toBe(text);
    });
  });
