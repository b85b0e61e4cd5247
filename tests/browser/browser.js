/* One browser for a file of tests: Chromium as the system installs it, with nothing that calls home. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { chromium } from "playwright-core";

export const BASE = (process.env.SENNE_URL ?? "http://127.0.0.1:8026").replace(/\/$/, "");

export const DESK = { width: 1440, height: 900 };
export const PHONE = { width: 390, height: 844 };

const executablePath = process.env.CHROMIUM ?? "/usr/bin/chromium";
const args = [
  "--no-sandbox",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  "--no-first-run",
  /* The map needs WebGL; machines of continuous integration have no graphics card. */
  "--enable-unsafe-swiftshader",
  "--use-angle=swiftshader",
];

export async function launch() {
  const folder = mkdtempSync(join(tmpdir(), "senne-browser-"));
  const browser = await chromium.launch({ executablePath, args, env: { ...process.env, HOME: folder } });
  const close = async () => {
    await browser.close();
    rmSync(folder, { recursive: true, force: true });
  };
  return { browser, close };
}

/* A page that notes every request to another server, every refusal of the policy and every error of a script. */
export async function open(browser, { viewport = DESK, dark = false, scripts = true, language = "fr" } = {}) {
  const context = await browser.newContext({
    viewport,
    colorScheme: dark ? "dark" : "light",
    javaScriptEnabled: scripts,
    locale: language === "en" ? "en-GB" : `${language}-BE`,
    reducedMotion: "reduce",
  });
  const page = await context.newPage();
  const faults = [];
  page.on("request", (request) => {
    const url = request.url();
    if (!url.startsWith(BASE) && !/^(data|blob):/.test(url)) faults.push(`request to ${url}`);
  });
  page.on("console", (message) => {
    if (message.type() === "error" && !/404 \(Not Found\)/.test(message.text())) faults.push(message.text());
  });
  page.on("pageerror", (error) => faults.push(String(error)));
  return { context, page, faults };
}

/* The first links of their kind, so that the tests need no known city. */
export async function addresses(browser) {
  const { context, page } = await open(browser);
  const first = async (path, selector) => {
    await page.goto(BASE + path);
    const link = page.locator(selector).first();
    if (!(await link.count())) return null;
    const { pathname, search } = new URL(await link.getAttribute("href"), BASE);
    return { pathname, search };
  };
  const path = (link) => link?.pathname ?? null;
  const station = path(await first("/fr/map?type=AirQualityObserved", ".stations a"));
  const area = path(await first("/fr/areas", "table.areas tbody a"));
  const past = station && path(await first(station, '.drawers a[href*="/past/"]'));
  const alone = past && (await first(past, '.past-files a[href*="/compare"]'));
  const pair = alone && (await first(alone.pathname + alone.search, 'aside a[href*="/compare"]'));
  await context.close();
  const pages = {
    home: "/fr/",
    map: "/fr/map",
    areas: "/fr/areas",
    indicators: "/fr/indicators",
    indicator: "/fr/indicator/no2-mean?frequency=day",
    declare: "/fr/indicators/declare?start=share",
    "indicator-entered": "/fr/indicator/unemployment-rate",
    index: "/fr/index/environment-and-mobility",
    "index-what-if": "/fr/index/environment-and-mobility?weight-air=3&aggregation=geometric#what-if",
    profile: "/fr/profile/21009",
    "profile-region": "/nl/profile/04000",
    evaluations: "/fr/evaluations",
    evaluation: "/fr/evaluation/urn:ngsi-ld:Evaluation:bailli-traffic",
    programme: "/fr/programme",
    roadmap: "/fr/programme/roadmap",
    pillar: "/fr/programme/pillar/mobility",
    objective: "/fr/programme/objective/sensors-that-work",
    project: "/fr/programme/project/calm-street-bailli",
    calls: "/fr/programme/calls",
    call: "/fr/programme/call/calm-and-green-2025",
    propose: "/fr/programme/call/open-city-2026/propose",
    choose: "/fr/programme/call/calm-and-green-2025/choose",
    decision: "/fr/programme/decision/calm-and-green-2025",
    memorandum: "/fr/programme/memorandum/brussels-2024-2028",
    brief: "/fr/programme/brief",
    report: "/fr/programme/report",
    "programme-data": "/fr/programme/data",
    drafts: "/fr/programme/drafts",
    draft: "/fr/programme/draft/objective-sensors-2026-11",
    "programme-new": "/fr/programme/new/Project",
    "programme-edit": "/fr/programme/edit/urn:ngsi-ld:Objective:sensors-that-work",
    data: "/fr/data",
    contract: "/fr/contract/AirQualityObserved",
    search: "/fr/search?q=ixelles",
    accessibility: "/fr/accessibility",
    missing: "/fr/not-a-page",
  };
  /* A city without them would pass by having nothing to look at. */
  if (!station || !area || !past || !pair) throw new Error("the server has no air station or no area yet: load data or start it with --simulate");
  return { ...pages, station, area, past, compare: pair.pathname + pair.search, "compare-empty": "/fr/compare", "past-empty": `${past}?from=2015-01-01T00:00:00Z&to=2015-02-01T00:00:00Z`, "past-years": `${past}?from=2015-01-01T00:00:00Z&to=2035-01-01T00:00:00Z` };
}

/* Waits until the living map has drawn itself, where there is one. */
export async function settle(page) {
  if (await page.locator("#map[data-stations]").count()) {
    await page.locator(".living[data-ready]").waitFor({ timeout: 20_000 }).catch(() => {});
    await page.waitForTimeout(300);
  }
  if (await page.locator("#draw[data-areas]").count()) {
    await page.locator(".draw-canvas[data-ready]").waitFor({ timeout: 20_000 }).catch(() => {});
    await page.waitForTimeout(300);
  }
}
