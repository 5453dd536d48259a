"use strict";
document.documentElement.classList.add("js");
for (const box of document.querySelectorAll("[data-findings]")) {
  const table = box.querySelector("table"), body = table.tBodies[0], rows = Array.from(body.rows);
  const search = box.querySelector("input"), severity = box.querySelector("[data-by=severity]");
  const became = box.querySelector("[data-by=became]"), status = box.querySelector("[role=status]");
  const texts = rows.map(r => r.textContent.toLowerCase());
  const show = () => {
    const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
    let shown = 0;
    rows.forEach((row, i) => {
      const on = words.every(w => texts[i].includes(w)) &&
        (!severity.value || row.dataset.severity === severity.value) &&
        (!became.value || row.dataset.became === became.value);
      row.hidden = !on;
      if (on) shown++;
    });
    status.textContent = shown + " of " + rows.length + " findings shown";
  };
  search.addEventListener("input", show);
  severity.addEventListener("change", show);
  became.addEventListener("change", show);
  table.querySelectorAll("th").forEach((th, column) => {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = th.textContent;
    button.title = "Sort by " + th.textContent;
    th.replaceChildren(button);
    button.addEventListener("click", () => {
      const up = th.getAttribute("aria-sort") !== "ascending";
      table.querySelectorAll("th").forEach(o => o.removeAttribute("aria-sort"));
      th.setAttribute("aria-sort", up ? "ascending" : "descending");
      const key = row => row.cells[column].dataset.key ?? row.cells[column].textContent;
      const numeric = rows[0].cells[column].dataset.key !== undefined;
      const compare = numeric ? (a, b) => a - b : (a, b) => a < b ? -1 : a > b ? 1 : 0;
      rows.map((row, i) => [numeric ? Number(key(row)) : key(row), i, row])
        .sort((a, b) => (up ? 1 : -1) * compare(a[0], b[0]) || a[1] - b[1])
        .forEach(entry => body.append(entry[2]));
    });
  });
  show();
}
for (const box of document.querySelectorAll("[data-images]")) {
  const rows = Array.from(box.querySelector("tbody").rows), search = box.querySelector("input"), verdict = box.querySelector("select");
  const sections = rows.map(r => document.getElementById(r.dataset.image)), status = box.querySelector("[role=status]");
  let texts;
  const show = () => {
    texts ??= rows.map((r, i) => [r, ...sections[i].querySelectorAll("[data-findings] tbody")].map(e => e.textContent).join(" ").toLowerCase());
    const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
    let shown = 0;
    rows.forEach((row, i) => {
      const on = words.every(w => texts[i].includes(w)) && (!verdict.value || row.dataset.status === verdict.value);
      row.hidden = sections[i].hidden = !on;
      if (on) shown++;
    });
    status.textContent = shown + " of " + rows.length + " images shown";
  };
  search.addEventListener("input", show);
  verdict.addEventListener("change", show);
  status.textContent = rows.length + " of " + rows.length + " images shown";
}
addEventListener("beforeprint", () => document.querySelectorAll("details").forEach(d => { d.open = true; }));
