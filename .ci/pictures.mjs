// Draws the pictures of docs/images: the HTML report as it is, and the job summary nearly as GitHub
// shows it, with its style sheet and mermaid. Called by browser.mjs.
import fs from "node:fs";
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";

export async function draw(browser, load, dir, pictures) {
  fs.mkdirSync(pictures, { recursive: true });
  const shot = async (file, name, options, height, part) => {
    const context = await browser.newContext(options);
    const page = await context.newPage();
    await page.goto(pathToFileURL(join(dir, file)).href);
    await page.waitForFunction(() => !document.querySelector(".mermaid:not([data-processed])"));
    const full = await page.evaluate(() => document.documentElement.scrollHeight);
    await page.setViewportSize({ width: options.viewport.width, height: Math.min(full, height) });
    await (part ? page.locator(part).first() : page).screenshot({ path: join(pictures, name) });
    await context.close();
  };
  const wide = { viewport: { width: 1000, height: 700 } };
  await shot("index.html", "html-light.png", { ...wide, colorScheme: "light" }, 1000);
  await shot("index.html", "html-dark.png", { viewport: { width: 1240, height: 700 }, colorScheme: "dark" }, 900);
  await shot("index.html", "html-narrow.png", { viewport: { width: 390, height: 700 }, colorScheme: "light" }, 900);
  fs.writeFileSync(join(dir, "summary.html"), summary(load, fs.readFileSync(join(dir, "summary.md"), "utf8")));
  await shot("summary.html", "summary.png", { ...wide, colorScheme: "light" }, 960);
  await shot("summary.html", "summary-chart.png", { viewport: { width: 700, height: 700 }, colorScheme: "light" }, 700, "svg");
}

function summary(load, markdown) {
  const { marked } = load("marked");
  const style = fs.readFileSync(load.resolve("github-markdown-css/github-markdown-light.css"), "utf8");
  const mermaid = join(dirname(load.resolve("mermaid/package.json")), "dist", "mermaid.min.js");
  const body = marked.parse(markdown, { gfm: true })
    .replace(/<pre><code class="language-mermaid">([^]*?)<\/code><\/pre>/g, '<pre class="mermaid">$1</pre>');
  return `<!doctype html><meta charset="utf-8"><style>${style} body{margin:0;padding:24px;font-size:14px}</style>
<article class="markdown-body">${body}</article><script src="${pathToFileURL(mermaid)}"></script><script>mermaid.initialize({startOnLoad:true})</script>`;
}
