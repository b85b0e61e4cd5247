/* The way of those who run a programme, without scripts: a draft that is published, a proposal, a choice, a decision made again, one page on paper. */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { after, before, test } from "node:test";
import { BASE, PHONE, launch, open } from "./browser.js";

const GARDEN = "browser-test-garden";
const NAME = "Jardin d’essai du navigateur";
const PROPOSED = "Proposition d’essai du navigateur";
const PROPOSE = "/fr/programme/call/open-city-2026/propose";
const CHOOSE = "/fr/programme/call/calm-and-green-2025/choose";
const DECISION = "calm-and-green-2025";
const ENTITIES = `${BASE}/ngsi-ld/v1/entities`;

let chromium;
before(async () => {
  chromium = await launch();
  await clear();
});
after(async () => {
  await chromium.close();
  await clear();
});

/* What these tests write, also when one of them ended early. */
async function clear() {
  const drafts = await entities("Draft");
  const own = (draft) => draft.id.includes(GARDEN) || JSON.stringify(draft).includes(PROPOSED);
  for (const id of [`urn:ngsi-ld:Project:${GARDEN}`, ...drafts.filter(own).map((draft) => draft.id)]) {
    await fetch(`${ENTITIES}/${id}`, { method: "DELETE" });
  }
}

async function entities(type) {
  const found = await (await fetch(`${ENTITIES}?type=${type}&limit=1000`)).json();
  assert.ok(Array.isArray(found), JSON.stringify(found));
  return found;
}

/* What stands there, with spaces that do not break as any others. */
async function text(locator) {
  return (await locator.innerText()).replace(/[\u00a0\u202f]/g, " ");
}

/* The error that a field names as its own. */
async function told(page, name) {
  const field = page.locator(`[name="${name}"]`).first();
  assert.equal(await field.getAttribute("aria-invalid"), "true", `${name} is marked`);
  const ids = ((await field.getAttribute("aria-describedby")) ?? "").split(" ").filter((id) => /-(e|error)$/.test(id));
  assert.equal(ids.length, 1, `${name} has one error`);
  return text(page.locator(`[id="${ids[0]}"]`));
}

async function kept(page, values) {
  for (const [name, value] of Object.entries(values)) {
    assert.equal(await page.locator(`[name="${name}"]`).first().inputValue(), value, `${name} is kept`);
  }
}

async function found(page) {
  await page.goto(`${BASE}/fr/programme`);
  await page.getByLabel("Mots du nom").fill("jardin d’essai");
  await page.getByLabel("Pilier", { exact: true }).selectOption({ label: "Environnement" });
  await page.getByRole("button", { name: "Montrer" }).click();
  await page.waitForURL(/[?&]q=jardin/);
  return page.locator(`#main table a[href="/fr/programme/project/${GARDEN}"]`);
}

test("a draft is written, seen inside, published and found", async () => {
  const { context, page, faults } = await open(chromium.browser, { scripts: false });
  await page.goto(`${BASE}/fr/programme/new/Project`);
  const written = { "name.fr": NAME, "name.nl": "Proeftuin van de browser", startsOn: "2027-03-01", endsOn: "2027-02-01", "form.id": GARDEN };
  for (const [name, value] of Object.entries(written)) await page.locator(`[name="${name}"]`).fill(value);
  await page.locator('[name="refPillar"]').selectOption({ label: "Environnement" });
  await page.getByLabel("Votre nom").fill("Essai");
  const save = page.getByRole("button", { name: "Enregistrer comme brouillon" });
  await save.click();
  assert.match(await told(page, "endsOn"), /précéder « Début »/, "the end is before the beginning");
  await kept(page, { ...written, refPillar: "urn:ngsi-ld:Pillar:environment", "form.by": "Essai" });
  await page.locator('[name="endsOn"]').fill("2027-12-31");
  await save.click();
  await page.waitForURL(/\/fr\/programme\/draft\/.*done=saved/);

  assert.equal((await page.goto(`${BASE}/fr/programme/project/${GARDEN}`)).status(), 404, "nobody sees it yet");
  assert.equal(await (await found(page)).count(), 0, "the programme has no such project yet");
  await page.goto(`${BASE}/fr/programme/drafts`);
  await page.locator("#main a", { hasText: NAME }).click();
  await page.waitForURL("**/fr/programme/draft/**");
  assert.match(await text(page.locator("h1")), new RegExp(`ajouterait « ${NAME} »`));
  assert.match(await text(page.locator("#main table")), /Pilier\s+Environnement/);

  const publish = page.getByRole("button", { name: "Publier maintenant" });
  await publish.click();
  assert.match(await text(page.locator("[role=alert]")), /Écrivez votre nom/, "nobody publishes without a name");
  await page.getByLabel("Votre nom").fill("Essai");
  await publish.click();
  await page.waitForURL(/done=published/);
  assert.equal(await publish.count(), 0, "what was settled is not settled again");

  const reader = await open(chromium.browser, { scripts: false });
  const link = await found(reader.page);
  assert.equal(await link.count(), 1, "the filter finds it");
  await link.click();
  await reader.page.waitForURL(`**/fr/programme/project/${GARDEN}`);
  assert.equal(await reader.page.locator("h1").innerText(), NAME);
  assert.deepEqual([...faults, ...reader.faults], []);
  await reader.context.close();
  await context.close();
});

test("a proposer asks what would be seen; what is wrong is told at its field, and nothing is lost", async (t) => {
  const { context, page, faults } = await open(chromium.browser, { scripts: false });
  await page.goto(BASE + PROPOSE);
  if (!(await page.locator("form.choice-form").count())) {
    assert.match(await text(page.locator("#main")), /Clos le .*Cet appel ne reçoit pas de projets/s, "a reason");
    await context.close();
    return t.skip("the call of the demo is closed on this day");
  }
  const before = (await entities("Draft")).length;
  const written = { "name-fr": PROPOSED, low: "deux", high: "4,5", seen: "2027-09-01", assumptions: "Les arbres\nprennent." };
  for (const [name, value] of Object.entries(written)) await page.locator(`[name="${name}"]`).fill(value);
  await page.locator("[name=indicator]").selectOption("urn:ngsi-ld:Indicator:no2-mean");
  await page.locator("[name=sign]").selectOption("decrease");
  const all = { ...written, indicator: "urn:ngsi-ld:Indicator:no2-mean", sign: "decrease" };
  const ixelles = page.getByLabel("Ixelles", { exact: true });
  await ixelles.check();
  const ask = page.getByRole("button", { name: "Que verrait-on ?" });
  await ask.click();
  assert.match(await told(page, "low"), /supérieur à 0/);
  await kept(page, all);
  assert.ok(await ixelles.isChecked(), "the area is kept");

  await page.locator("[name=low]").fill("2,5");
  await ask.click();
  assert.equal(await page.locator("#main [aria-invalid]").count(), 0, "half a proposal may be asked of");
  const seen = page.locator(".choice-seen");
  assert.match(
    await text(seen),
    /un effet de \S.* ou plus se verrait avec une chance de \d|Aucun effet ne se verrait|n’est pas connu : (il n’y a pas|.{20})/,
    "an answer or a reason",
  );
  assert.ok(await seen.locator("h3").count(), "what others found");
  await kept(page, { ...all, low: "2,5" });

  await page.getByRole("button", { name: "Déposer" }).click();
  for (const name of ["pillar", "owner", "starts", "ends", "grade", "amount1"]) assert.ok(await told(page, name), name);
  const summary = page.locator("#main [role=alert] a");
  assert.ok((await summary.count()) >= 6, "all of it is told above");
  for (const href of await summary.evaluateAll((links) => links.map((link) => link.getAttribute("href")))) {
    assert.equal(await page.locator(`[id="${href.slice(1)}"]`).count(), 1, `${href} leads to its field`);
  }
  await kept(page, { ...all, low: "2,5" });
  assert.ok(await ixelles.isChecked(), "the area is still kept");
  assert.equal((await entities("Draft")).length, before, "nothing was saved");
  assert.deepEqual(faults, []);
  await context.close();
});

test("the choice answers to another budget", async () => {
  const { context, page, faults } = await open(chromium.browser, { scripts: false });
  const chosen = async () => {
    const said = await text(page.locator("#outcome"));
    const [, some, of] = said.match(/^Retenus : (\d+) sur (\d+) projets/) ?? [];
    assert.ok(some && of, said);
    assert.equal(await page.locator("#main .choice-taken").count(), Number(some), "as many as are said are marked");
    return Number(some);
  };
  await page.goto(BASE + CHOOSE);
  const first = await chosen();
  const show = page.getByRole("button", { name: "Montrer ce qui serait retenu" });
  await page.locator("[name=budget]").fill("4 000 000");
  await show.click();
  await page.waitForURL(/budget=4/);
  const less = await chosen();
  assert.ok(less > 0 && less < first, `half the money, ${less} of ${first}`);
  assert.match(await text(page.locator(".choice-here th")), /^4 millions d’euros/, "the row of this budget");
  await page.locator("[name=budget]").fill("beaucoup");
  await show.click();
  assert.match(await told(page, "budget"), /montant en euros/);
  await kept(page, { budget: "beaucoup" });
  assert.deepEqual(faults, []);
  await context.close();
});

test("a decision is made again with the same digest", async () => {
  const { context, page, faults } = await open(chromium.browser, { scripts: false });
  await page.goto(`${BASE}/fr/programme/decision/${DECISION}`);
  const again = await text(page.locator('section[aria-labelledby="replay"]'));
  assert.match(again, /Le résultat est le même\. L’empreinte de ce qui est enregistré est la même/);
  const [shown] = (await text(page.locator("aside"))).match(/\b[0-9a-f]{64}\b/) ?? [];
  const { decision, same } = await (await page.request.get(`${BASE}/programme/decisions/${DECISION}`)).json();
  assert.equal(same, true);
  const { inputs, settings, outcome, digest } = decision;
  assert.equal(shown, digest, "the page shows the digest of the record");
  /* RFC 8785 writes numbers as this language does; names are in order. */
  const ordered = (value) => {
    if (Array.isArray(value)) return value.map(ordered);
    if (value === null || typeof value !== "object") return value;
    return Object.fromEntries(Object.keys(value).sort().map((name) => [name, ordered(value[name])]));
  };
  const canonical = JSON.stringify(ordered({ inputs, settings, outcome }));
  assert.equal(createHash("sha256").update(canonical).digest("hex"), digest, "anybody computes the same");
  assert.deepEqual(faults, []);
  await context.close();
});

test("the brief has five sentences and one sheet", async () => {
  const { context, page, faults } = await open(chromium.browser, { scripts: false });
  const sheets = async () => (await page.pdf({ format: "A4" })).toString("latin1").match(/\/Type\s*\/Page\b/g).length;
  for (const path of ["/fr/programme/brief", "/nl/programme/brief?pillar=mobility"]) {
    await page.goto(BASE + path);
    const sentences = await page.locator(".brief-five dd").allInnerTexts();
    assert.equal(sentences.length, 5, path);
    for (const sentence of sentences) assert.match(sentence, /^\p{Lu}.{20,}\.$/su, sentence);
    assert.equal(await sheets(), 1, `${path} on one sheet`);
  }
  await page.goto(`${BASE}/fr/programme/report`);
  assert.ok((await sheets()) > 1, "the report takes more, and sheets are counted");
  assert.deepEqual(faults, []);
  await context.close();
});

test("on a phone no page of the programme is wider, and figures stay under their headings", async () => {
  const { context, page } = await open(chromium.browser, { viewport: PHONE, scripts: false });
  const paths = ["/fr/programme", CHOOSE, PROPOSE, `/fr/programme/decision/${DECISION}`, "/fr/programme/call/calm-and-green-2025", "/fr/programme/brief", "/fr/programme/drafts", "/fr/programme/new/Project"];
  for (const path of paths) {
    await page.goto(BASE + path);
    const wide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    assert.ok(wide <= 0, `${path} is ${wide} px too wide`);
    const torn = await page.locator("#main table").evaluateAll((tables) => {
      const shown = (cell) => getComputedStyle(cell).display !== "none";
      const width = (row) => [...row.cells].filter(shown).reduce((sum, cell) => sum + cell.colSpan, 0);
      const rows = (table) => [table.tHead?.rows[table.tHead.rows.length - 1], ...(table.tBodies[0]?.rows ?? [])].filter(Boolean);
      const uneven = (table) => !table.tHead?.querySelector("[rowspan]") && new Set(rows(table).map(width)).size > 1;
      return tables.filter(uneven).map((table) => table.caption?.textContent);
    });
    assert.deepEqual(torn, [], `${path}: rows as wide as their heading`);
  }
  await context.close();
});

/* The form of a proposal with its map, once that has drawn itself. */
async function drawing(options) {
  const visit = await open(chromium.browser, options);
  await visit.page.goto(BASE + PROPOSE);
  const there = (await visit.page.locator("form.choice-form").count()) > 0;
  const map = visit.page.locator("#draw .draw-canvas[data-ready]");
  if (there && options?.scripts !== false) await map.waitFor({ timeout: 30_000 });
  return { ...visit, there, map, field: visit.page.locator("[name=place]"), said: visit.page.locator("#draw [role=status]") };
}

/* The status says what is touched once the server has answered. */
async function answered(said, pattern) {
  for (let turn = 0; turn < 50 && !pattern.test(await text(said)); turn += 1) await said.page().waitForTimeout(100);
  assert.match(await text(said), pattern);
}

const ticked = (page) => page.locator("[name=area]:checked").evaluateAll((boxes) => boxes.map((box) => box.value));

test("a place is drawn by pointer, and proposes the areas that it touches", async (t) => {
  const { context, page, faults, there, map, field, said } = await drawing();
  if (!there) return t.skip("the call of the demo is closed on this day");
  const geometry = async () => JSON.parse((await field.inputValue()) || "null");
  await page.getByRole("radio", { name: "Ligne" }).check();
  await map.scrollIntoViewIfNeeded();
  const { x, y, width, height } = await map.boundingBox();
  const middle = [x + width / 2, y + height / 2];
  await page.mouse.click(middle[0] - 60, middle[1]);
  assert.equal(await geometry(), null, "a line has two points");
  assert.match(await text(said), /Points : 1\. Points encore nécessaires : 1\./);
  await page.mouse.click(middle[0] + 60, middle[1] + 20);
  const line = await geometry();
  assert.equal(line.type, "LineString");
  assert.equal(line.coordinates.length, 2);
  assert.ok(line.coordinates[0][0] < line.coordinates[1][0], "from west to east");
  await answered(said, /Points : 2\. Une ligne de [\d,]+ k?m, à \p{L}/u);
  const first = await ticked(page);
  assert.ok(first.length >= 1, "areas are proposed");

  /* A point is moved; another click on it adds none. */
  await page.mouse.move(middle[0] + 60, middle[1] + 20);
  await page.mouse.down();
  await page.mouse.move(middle[0] + 90, middle[1] + 60, { steps: 5 });
  await page.mouse.up();
  const moved = await geometry();
  assert.equal(moved.coordinates.length, 2);
  assert.deepEqual(moved.coordinates[0], line.coordinates[0]);
  assert.ok(moved.coordinates[1][1] < line.coordinates[1][1], "further south");
  await page.mouse.click(middle[0] + 90, middle[1] + 60);
  assert.equal((await geometry()).coordinates.length, 2);

  /* What was ticked by hand is left alone when the place goes. */
  const free = page.locator("[name=area]:not(:checked)").first();
  const own = await free.getAttribute("value");
  await page.locator(`[name=area][value="${own}"]`).check();
  await page.getByRole("button", { name: "Tout effacer" }).click();
  assert.equal(await field.inputValue(), "");
  await answered(said, /Aucun lieu n’est dessiné/);
  for (let turn = 0; turn < 30 && (await ticked(page)).length > 1; turn += 1) await page.waitForTimeout(100);
  assert.deepEqual(await ticked(page), [own]);
  assert.deepEqual(faults, []);
  await context.close();
});

test("a place is drawn by keys and buttons, and is kept", async (t) => {
  const { context, page, faults, there, map, field, said } = await drawing({ viewport: PHONE });
  if (!there) return t.skip("the call of the demo is closed on this day");
  await page.getByRole("radio", { name: "Surface" }).check();
  const canvas = map.locator("canvas");
  await canvas.focus();
  const rest = () => page.waitForTimeout(150);
  for (const key of ["Enter", "ArrowRight", "Enter", "ArrowDown", "Enter"]) {
    await page.keyboard.press(key);
    await rest();
  }
  await answered(said, /Points : 3\. Une surface de [\d, ]+ (ha|km²)/);
  const area = JSON.parse(await field.inputValue());
  assert.equal(area.type, "Polygon");
  assert.equal(area.coordinates[0].length, 4);
  assert.deepEqual(area.coordinates[0][0], area.coordinates[0][3], "the ring is closed");
  await page.keyboard.press("Backspace");
  assert.match(await text(said), /Points : 2\. Points encore nécessaires : 1\./);
  assert.equal(await field.inputValue(), "");
  await page.getByRole("button", { name: "Vers l’ouest" }).click();
  await rest();
  await page.getByRole("button", { name: "Poser un point à la croix" }).click();
  await answered(said, /Points : 3\. Une surface/);
  const place = await field.inputValue();
  const before = await ticked(page);
  assert.ok(before.length >= 1);
  await page.getByRole("button", { name: "Que verrait-on ?" }).click();
  await map.waitFor({ timeout: 30_000 });
  assert.equal(await field.inputValue(), place, "the place is kept");
  assert.deepEqual(await ticked(page), before);
  await answered(said, /Points : 3\. Une surface/);
  assert.ok(await page.getByRole("radio", { name: "Surface" }).isChecked());
  const wide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
  assert.ok(wide <= 0, `${wide} px too wide`);
  assert.deepEqual(faults, []);
  await context.close();
});

test("without scripts a place is written, and what is wrong with it is told", async (t) => {
  const { context, page, faults, there, field } = await drawing({ scripts: false });
  if (!there) return t.skip("the call of the demo is closed on this day");
  const ask = page.getByRole("button", { name: "Que verrait-on ?" });
  assert.equal(await page.locator("#draw svg .place-own").count(), 0);
  await field.fill("50.8262, 4.3603\nplace Flagey");
  await ask.click();
  assert.match(await told(page, "place"), /Ligne 2, « place Flagey » : écrivez la latitude/);
  assert.equal((await field.inputValue()).replace(/\r/g, ""), "50.8262, 4.3603\nplace Flagey", "nothing is lost");
  await field.fill("50.8262, 4.3603\n50.8274, 4.3719");
  await ask.click();
  assert.equal(await page.locator("#draw svg path.place-own").count(), 1, "the line is on the picture");
  assert.match(await text(page.locator("#place-said")), /^Une ligne de \d+ m, à .*Ixelles/);
  assert.ok(await page.getByLabel("Ixelles", { exact: true }).isChecked(), "the area is proposed");
  await page.goto(`${BASE}/fr/programme/project/calm-street-bailli`);
  assert.equal(await page.locator(".place-figure svg path.place-area").count(), 1, "the page of a project shows its place");
  assert.match(await text(page.locator(".place-figure figcaption")), /^Une surface de [\d,]+ ha, à .*Ixelles/);
  assert.deepEqual(faults, []);
  await context.close();
});
