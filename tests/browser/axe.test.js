/* axe on every page, light and dark, desk and phone: nothing may be found. */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { AxeBuilder } from "@axe-core/playwright";
import { BASE, DESK, PHONE, addresses, launch, open, settle } from "./browser.js";

const TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];

let chromium;
let pages;
before(async () => {
  chromium = await launch();
  pages = await addresses(chromium.browser);
});
after(() => chromium.close());

for (const [size, viewport] of [["desk", DESK], ["phone", PHONE]]) {
  for (const dark of [false, true]) {
    test(`axe finds nothing: ${size}, ${dark ? "dark" : "light"}`, async () => {
      const found = [];
      /* The programme has many pages: both sizes and both palettes are looked at, but not each with each. */
      const asked = Object.entries(pages).filter(([, path]) => !path.includes("/programme") || dark === (size === "phone"));
      for (const [name, path] of asked) {
        const { context, page, faults } = await open(chromium.browser, { viewport, dark });
        await page.goto(BASE + path);
        await settle(page);
        const result = await new AxeBuilder({ page })
          .withTags(TAGS)
          .options({ rules: { "target-size": { enabled: true } } })
          .analyze();
        for (const violation of result.violations) {
          for (const node of violation.nodes.slice(0, 3)) found.push(`${name}: ${violation.id}: ${node.html.slice(0, 200)} ${node.failureSummary}`);
        }
        found.push(...faults.map((fault) => `${name}: ${fault}`));
        await context.close();
      }
      assert.deepEqual(found, []);
    });
  }
}
