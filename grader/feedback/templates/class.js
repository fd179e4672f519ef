"use strict";
// The tables are complete without this script; it adds sorting, filters and a CSV file of what they leave.
const HARDEST = 12; // checks that are shown until somebody asks for all of them; in print, all are
const FIRST = 200; // rows that are laid out until somebody asks for all of them; in print, all are
const collator = new Intl.Collator(undefined, { numeric: true, sensitivity: "base" });

function key(kind, cell) {
  const text = cell.dataset.key ?? cell.textContent.trim();
  if (kind !== "number") return text;
  // A score that is held back or missing is a dash; it goes below everything.
  const number = parseFloat(text.replace("\u2212", "-"));
  return Number.isFinite(number) ? number : -Infinity;
}

function comparison(kind, column) {
  if (kind !== "number") return (one, other) => collator.compare(one.keys[column], other.keys[column]);
  return (one, other) => {
    const [a, b] = [one.keys[column], other.keys[column]];
    return a < b ? -1 : a > b ? 1 : 0;
  };
}

function sortable(table, arrange) {
  const headings = [...table.tHead.rows[0].cells];
  const entries = [...table.tBodies[0].rows].map((row) => ({ row, keys: [...row.cells].map((cell, at) => key(headings[at].dataset.kind, cell)) }));
  headings.forEach((heading, column) => {
    if (!heading.dataset.kind) return;
    const button = document.createElement("button");
    button.type = "button";
    button.append(...heading.childNodes);
    button.addEventListener("click", () => {
      const ascending = heading.getAttribute("aria-sort") !== "ascending";
      for (const other of headings) other.removeAttribute("aria-sort");
      heading.setAttribute("aria-sort", ascending ? "ascending" : "descending");
      const compare = comparison(heading.dataset.kind, column);
      entries.sort((one, other) => (ascending ? compare(one, other) : compare(other, one)));
      arrange(entries);
    });
    heading.append(button);
  });
  return entries;
}

for (const table of document.querySelectorAll("table.sortable:not(#table)")) {
  const body = table.tBodies[0];
  let few = body.rows.length > HARDEST + 3;
  const fold = () => [...body.rows].forEach((row, at) => row.classList.toggle("folded", few && at >= HARDEST));
  sortable(table, (entries) => {
    body.append(...entries.map((entry) => entry.row));
    fold();
  });
  fold();
  if (!few) continue;
  const button = document.createElement("button");
  button.type = "button";
  button.className = "more";
  button.textContent = filled(table.dataset.more, { found: body.rows.length });
  button.addEventListener("click", () => {
    few = false;
    fold();
    button.remove();
  });
  table.after(button);
}

const table = document.getElementById("table");
const body = table.tBodies[0];
const byId = (id) => document.getElementById(id);
const search = byId("filter-name");
const status = byId("filter-status");
const lists = ["lost", "held", "met"].map((name) => [name, byId(`filter-${name}`)]).filter(([, select]) => select);
const entries = sortable(table, () => show());
let all = entries.length <= FIRST;

for (const entry of entries) {
  entry.name = entry.row.cells[0].textContent.trim().toLowerCase();
  for (const [name] of lists) entry[name] = ` ${entry.row.dataset[name]} `;
}

function matching() {
  const wanted = search.value.trim().toLowerCase();
  const numbers = lists.filter(([, select]) => select.value).map(([name, select]) => [name, ` ${select.value} `]);
  return entries.filter(
    (entry) =>
      entry.name.includes(wanted) &&
      (!status.value || entry.row.dataset.status === status.value) &&
      numbers.every(([name, number]) => entry[name].includes(number)),
  );
}

function filled(sentence, numbers) {
  return sentence.replace(/\{(\w+)\}/g, (field, name) => numbers[name] ?? field);
}

function show() {
  const found = matching();
  const laidOut = all ? found : found.slice(0, FIRST);
  body.replaceChildren(...laidOut.map((entry) => entry.row));
  const some = laidOut.length < found.length;
  const numbers = { found: found.length, all: entries.length, listed: laidOut.length };
  byId("shown").textContent = filled(some ? table.dataset.first : table.dataset.shown, numbers);
  byId("more").hidden = !some;
  byId("more").textContent = filled(table.dataset.more, numbers);
  replay(found[0]);
}

// The command that runs again the check that was asked for, of the first submission that did not pass it.
function replay(entry) {
  const lost = byId("filter-lost");
  byId("replay").hidden = !lost.value || !entry;
  if (byId("replay").hidden) return;
  const name = entry.row.cells[0].textContent.trim();
  const word = /^[\w@%+=:,./-]+$/.test(name) ? name : `'${name.replaceAll("'", `'"'"'`)}'`;
  byId("replay").querySelector("code").textContent = `grader replay DIR ${word.startsWith("-") ? "-- " : ""}${word} ${lost.selectedOptions[0].text}`;
}

function quoted(text) {
  return `"${text.replaceAll('"', '""')}"`;
}

function csv() {
  const lines = [table.dataset.columns.split(",")];
  for (const { row } of matching()) {
    const [name, ...rest] = [...row.cells].map((cell) => cell.textContent.trim());
    const dashes = rest.map((text) => (text === "\u2013" ? "" : text));
    lines.push([row.dataset.cell ?? name, ...dashes.slice(0, -1), row.dataset.status]);
  }
  return lines.map((cells) => cells.map(quoted).join(",") + "\n").join("");
}

function save() {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([csv()], { type: "text/csv;charset=utf-8" }));
  link.download = "submissions.csv";
  link.click();
  URL.revokeObjectURL(link.href);
}

function clear() {
  for (const control of [search, status, ...lists.map(([, select]) => select)]) control.value = "";
  all = entries.length <= FIRST;
  show();
}

for (const control of [search, status, ...lists.map(([, select]) => select)]) control.addEventListener("input", show);
byId("clear").addEventListener("click", clear);
byId("save").addEventListener("click", save);
byId("more").addEventListener("click", () => {
  all = true;
  show();
});
for (const link of document.querySelectorAll(".pick")) {
  link.hidden = false;
  link.addEventListener("click", () => {
    byId(`filter-${link.dataset.pick}`).value = link.dataset.at;
    show();
  });
}
let before = all;
addEventListener("beforeprint", () => {
  [before, all] = [all, true];
  show();
});
addEventListener("afterprint", () => {
  all = before;
  show();
});
byId("controls").hidden = false;
show();
