// Opens the HTML report in a browser and does what people do with it.
//
//   node browser.mjs DIR [PICTURES]
//
// DIR holds the pages that TestWritePages of package report wrote. With PICTURES the pictures of
// docs/images are made too. Needs playwright-core and a Chromium ($CHROMIUM); pictures also need
// marked, github-markdown-css and mermaid. Exit 1: something is wrong.
import { createRequire } from "node:module";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";

const load = createRequire(join(process.cwd(), "package.json"));
const { chromium } = load("playwright-core");
const [dir, pictures] = process.argv.slice(2).map(p => resolve(p));

let problems = 0;
const holds = (what, ok, detail = "") => {
  if (ok) return;
  problems++;
  console.log(`  WRONG ${what} ${typeof detail === "string" ? detail : JSON.stringify(detail)}`);
};

const browser = await chromium.launch({ executablePath: process.env.CHROMIUM, args: ["--no-sandbox"], timeout: 300_000 });

// open returns a page that records everything that should not happen.
async function open(name, options = {}) {
  const context = await browser.newContext({ viewport: { width: 1200, height: 900 }, ...options });
  context.setDefaultTimeout(300_000); // a limit for hangs, far above what a slow machine takes
  const page = await context.newPage();
  page.requests = [];
  page.on("request", r => page.requests.push(r.url()));
  page.on("console", m => holds(`${name}: console`, false, m.text()));
  page.on("pageerror", e => holds(`${name}: script error`, false, String(e)));
  page.on("dialog", d => { holds(`${name}: a dialog opened`, false, d.message()); d.dismiss(); });
  await page.goto(pathToFileURL(join(dir, name + ".html")).href);
  return page;
}

async function close(page, name) {
  holds(`${name}: asks for more than itself`, page.requests.length === 1, page.requests);
  await page.context().close();
}

const visible = page => page.evaluate(() => [...document.querySelectorAll("[data-findings] tbody tr")].filter(r => r.checkVisibility()).length);

// search, filter and sort the findings, by mouse and by keyboard.
async function use(name, total) {
  const page = await open(name);
  const begun = Date.now();
  holds(`${name}: rows`, await visible(page) === total, await visible(page));
  if (total > 0) await useFindings(page, name, total);
  holds(`${name}: no findings`, total > 0 || await page.getByText("No findings.", { exact: true }).isVisible());
  console.log(`${name}: ${total} findings, ${Date.now() - begun} ms for all of it`);
  await close(page, name);
}

async function useFindings(page, name, total) {
  const status = page.getByRole("status");
  holds(`${name}: status`, await status.textContent() === `${total} of ${total} findings shown`, await status.textContent());
  const took = await page.evaluate(() => {
    const begun = performance.now(), input = document.querySelector("[type=search]");
    input.value = "package7";
    input.dispatchEvent(new Event("input"));
    document.body.offsetHeight;
    return Math.round(performance.now() - begun);
  });
  console.log(`${name}: a search takes ${took} ms`);
  const first = await page.locator("[data-findings] tbody tr td:nth-child(4)").first().textContent();
  const word = first.split(" ")[0];
  await page.getByLabel("Search").fill(word.toUpperCase());
  const found = await visible(page);
  holds(`${name}: search for ${word}`, found >= 1 && found < total, found);
  await page.getByLabel("Search").fill("nothing has this");
  holds(`${name}: search for nothing`, await visible(page) === 0 && await status.textContent() === `0 of ${total} findings shown`);
  await page.getByLabel("Search").fill("");
  await page.getByLabel("Severity").selectOption("LOW");
  holds(`${name}: filter by severity`, await visible(page) === await page.locator("tr[data-severity=LOW]").count());
  await page.emulateMedia({ media: "print" });
  holds(`${name}: prints what a filter hides`, await visible(page) === total);
  holds(`${name}: prints no tools`, !await page.locator(".tools").first().isVisible());
  await page.emulateMedia({ media: "screen" });
  await page.getByLabel("Severity").selectOption("");
  const disposition = page.locator("select[data-by=became]");
  await disposition.selectOption("counted");
  holds(`${name}: filter by disposition`, await visible(page) === await page.locator("tr[data-became=counted]").count());
  await disposition.selectOption("");
  await sortByKeyboard(page, name);
}

async function sortByKeyboard(page, name) {
  const scores = () => page.locator("[data-findings] tbody tr td:nth-child(2)").evaluateAll(cells => cells.map(c => Number(c.dataset.key)));
  await page.locator("select[data-by=became]").focus();
  for (let i = 0; i < 20; i++) { // by tab alone, past the scrolling region and the first head
    await page.keyboard.press("Tab");
    if (await page.evaluate(() => document.activeElement.textContent) === "score") break;
  }
  await page.keyboard.press("Enter");
  const head = page.locator("[data-findings] th").nth(1);
  let list = await scores();
  holds(`${name}: sorts upwards`, await head.getAttribute("aria-sort") === "ascending" && list.every((n, i) => i === 0 || list[i - 1] <= n));
  await page.keyboard.press("Space");
  list = await scores();
  holds(`${name}: sorts downwards`, await head.getAttribute("aria-sort") === "descending" && list.every((n, i) => i === 0 || list[i - 1] >= n));
  await page.locator("[data-findings] th button").nth(2).click();
  const ids = await page.locator("[data-findings] tbody tr td:nth-child(3)").allTextContents();
  holds(`${name}: sorts texts`, ids.every((id, i) => i === 0 || ids[i - 1] <= id));
  holds(`${name}: one column is the sorted one`, await page.locator("[aria-sort]").count() === 1);
}

// useImages searches the images of a fleet, whose sections come and go with their rows.
async function useImages(name, total) {
  const page = await open(name);
  const shown = selector => page.evaluate(s => [...document.querySelectorAll(s)].filter(e => e.checkVisibility()).length, selector);
  const status = page.locator("[data-images] [role=status]"), search = page.getByLabel("Search images");
  holds(`${name}: images`, await status.textContent() === `${total} of ${total} images shown` && await shown("section.image") === total, await status.textContent());
  const image = await page.locator("[data-images] tbody tr td:nth-child(2)").last().textContent();
  await search.fill(image);
  holds(`${name}: search for an image`, await shown("section.image") >= 1 && await shown("section.image") < total, await status.textContent());
  holds(`${name}: rows and sections agree`, await shown("[data-images] tbody tr") === await shown("section.image"));
  const id = (await page.locator("section.image [data-findings] tbody tr td:nth-child(3)").first().textContent()).trim().split(/\s/)[0];
  await search.fill(id.toLowerCase());
  holds(`${name}: search for a vulnerability`, await shown("section.image") >= 1, await status.textContent());
  await search.fill("nothing has this");
  holds(`${name}: search for nothing`, await shown("section.image") === 0 && await status.textContent() === `0 of ${total} images shown`);
  await page.emulateMedia({ media: "print" });
  holds(`${name}: prints what the search hides`, await shown("section.image") === total);
  await page.emulateMedia({ media: "screen" });
  await search.fill("");
  const verdict = await page.locator("[data-images] select option").nth(1).textContent();
  await page.locator("[data-images] select").selectOption(verdict);
  holds(`${name}: filter by verdict`, await shown("section.image") === await page.locator(`[data-images] tr[data-status="${verdict}"]`).count());
  await close(page, name);
}

// accessible looks for what a screen reader or weak eyes need.
async function accessible(name, colorScheme, width) {
  const page = await open(name, { colorScheme, viewport: { width, height: 800 } });
  await page.evaluate(() => document.querySelectorAll("details").forEach(d => { d.open = true; }));
  const where = `${name}, ${colorScheme}, ${width} wide`;
  for (const fault of await page.evaluate(faults)) holds(where, false, fault);
  await close(page, name);
}

// faults runs in the page.
function faults() {
  const out = [];
  const all = selector => [...document.querySelectorAll(selector)];
  const need = (ok, text) => { if (!ok) out.push(text); };
  need(document.documentElement.lang === "en", "the language is not named");
  need(document.title.startsWith("ecrgate: "), "no title");
  need(all("h1").length === 1, "not one h1");
  for (const tag of ["header", "main", "footer"]) need(all(tag).length === 1, `not one ${tag}`);
  let level = 0;
  for (const h of all("h1,h2,h3,h4")) {
    const n = Number(h.tagName[1]);
    need(n <= level + 1, `the heading "${h.textContent}" skips a level`);
    level = n;
  }
  const ids = all("[id]").map(e => e.id);
  need(new Set(ids).size === ids.length, "an id is there twice");
  for (const e of all("[aria-labelledby]")) need(document.getElementById(e.getAttribute("aria-labelledby")), "a label is missing");
  for (const a of all("a")) need(a.textContent.trim() && /^(https?:|#)/.test(a.getAttribute("href")), `the link ${a.outerHTML.slice(0, 80)}`);
  for (const a of all("a[href^='#']")) need(document.getElementById(a.getAttribute("href").slice(1)), `the link ${a.getAttribute("href")} leads nowhere`);
  for (const c of all("input,select")) need(c.labels.length === 1, "a field without a label");
  for (const b of all("button")) need(b.textContent.trim(), "a button without a name");
  for (const th of all("th")) need(th.scope === "col" || th.scope === "row", "a head without a scope");
  for (const th of all("th")) need(th.scrollWidth <= th.clientWidth, `the head "${th.textContent}" is wider than its column`);
  for (const t of all("table")) need(t.caption, "a table without a caption");
  for (const t of all("table")) for (const r of t.rows) need(r.cells.length === t.rows[0].cells.length, `a row of ${r.cells.length} cells`);
  for (const s of all("svg")) need(s.getAttribute("role") === "img" && s.getAttribute("aria-label"), "a picture without words");
  need(all("script,style").length === 2 && all("img,iframe,object,embed,link,form,base").length === 0, "an element that the report does not write");
  need(document.documentElement.scrollWidth <= innerWidth, `the page is ${document.documentElement.scrollWidth} wide: ${tooWide()}`);
  out.push(...contrasts());
  return out;

  // What reaches over the edge, and is in nothing that scrolls.
  function tooWide() {
    return all("body *").filter(e => e.getBoundingClientRect().right > innerWidth && !e.closest(".scroll,pre")).map(e => e.outerHTML.slice(0, 60)).slice(0, 3);
  }

  // The ratio of https://www.w3.org/TR/WCAG22/#dfn-contrast-ratio must be 4.5.
  function contrasts() {
    const channel = c => (c /= 255) <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
    const parse = text => text.match(/[\d.]+/g).map(Number);
    const luminance = ([r, g, b]) => 0.2126 * channel(r) + 0.7152 * channel(g) + 0.0722 * channel(b);
    const ground = e => {
      for (; e; e = e.parentElement) {
        const color = parse(getComputedStyle(e).backgroundColor);
        if (color[3] !== 0) return color;
      }
      return [255, 255, 255];
    };
    const bad = new Set();
    for (const e of all("body *")) {
      if (![...e.childNodes].some(n => n.nodeType === 3 && n.textContent.trim()) || !e.checkVisibility()) continue;
      const [a, b] = [luminance(parse(getComputedStyle(e).color)), luminance(ground(e))];
      const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
      if (ratio < 4.5) bad.add(`contrast ${ratio.toFixed(2)} of ${e.tagName} .${e.className} "${e.textContent.trim().slice(0, 30)}"`);
    }
    return bad;
  }
}

// Without scripts everything is there, and nothing that needs them.
async function withoutScripts(name, total) {
  const page = await open(name, { javaScriptEnabled: false });
  holds(`${name} without scripts: rows`, await visible(page) === total);
  holds(`${name} without scripts: tools`, !await page.locator(".tools").first().isVisible());
  await close(page, name);
}

await use("none", 0);
await use("thirty", 30);
await use("many", 10_000);
await useImages("fleet", 200);
await withoutScripts("thirty", 30);
for (const name of ["none", "rich", "index", "hostile", "columns", "fleet"]) {
  for (const scheme of ["light", "dark"]) for (const width of [1200, 360]) await accessible(name, scheme, width);
}

if (pictures) {
  await import(new URL("pictures.mjs", import.meta.url)).then(m => m.draw(browser, load, dir, pictures));
}
await browser.close();
console.log(problems ? `${problems} problems` : "the HTML report does what it should");
process.exit(problems ? 1 : 0);
