import { expect, test } from "vitest";
import fc from "fast-check";
import { markup, Markup, scriptJson } from "../../../src/report/html/markup.ts";

test("a template escapes all but markup", () => {
  expect(markup`<p title="${`"'<&>`}">${["<b>", new Markup("<i>"), 5, undefined]}</p>`.text).toBe('<p title="&quot;&#39;&lt;&amp;&gt;">&lt;b&gt;<i>5</p>');
  expect(markup`${"\u202e\u0000\n"}`.text).toBe("\\u{202e}\\x00\\x0a");
});

test("JSON in a script element is read as it was, and nothing in it is HTML or hidden", () => {
  fc.assert(
    fc.property(fc.jsonValue({ stringUnit: "binary" }), (value) => {
      const text = scriptJson(value);
      expect(JSON.parse(text)).toEqual(JSON.parse(JSON.stringify(value)));
      expect(text).not.toMatch(/[<>&\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u);
    }),
  );
  expect(scriptJson(["</script>", "\u202e", "\u{e0041}", "\ud800"])).toBe(String.raw`["\u003c/script\u003e","\u202e","\udb40\udc41","\ud800"]`);
});
