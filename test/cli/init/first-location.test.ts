import { expect, test } from "vitest";
import { locationFromUrl } from "../../../src/cli/init/first-location.ts";

test.each([
  ["s3://archive", { kind: "s3", bucket: "archive", prefix: "" }],
  ["s3://archive/", { kind: "s3", bucket: "archive", prefix: "" }],
  ["s3://archive/media/2024", { kind: "s3", bucket: "archive", prefix: "media/2024/" }],
  ["s3://archive/media/", { kind: "s3", bucket: "archive", prefix: "media/" }],
  ["./dir", { kind: "directory", path: "./dir" }],
  ["dir", { kind: "directory", path: "./dir" }],
  ["..", { kind: "directory", path: ".." }],
  ["/mnt/share", { kind: "directory", path: "/mnt/share" }],
  ["postgres://owner@db:5432/shop", { kind: "postgres", url: "postgres://owner@db:5432/shop" }],
  ["postgresql://db/shop", { kind: "postgres", url: "postgresql://db/shop" }],
])("%s", (url, wanted) => {
  expect(locationFromUrl(url, "source")).toEqual({ name: "source", ...wanted });
});

test.each([
  ["s3://", /no bucket/],
  ["gs://bucket", /no locations of the kind gs/],
  ["", /missing/],
  ["postgres://owner:secret@db/shop", /password does not belong/],
])("%s is refused, and not repeated with its password", (url, message) => {
  expect(() => locationFromUrl(url, "source")).toThrow(message);
  expect(() => locationFromUrl(url, "source")).not.toThrow(/secret/);
});
