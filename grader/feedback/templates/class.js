"use strict";
// The table is complete without this script; it adds sorting by heading and filtering by name and status.
const table = document.getElementById("table");
const body = table.tBodies[0];
const headings = [...table.tHead.rows[0].cells];
const rows = [...body.rows].map((row) => ({
  row,
  name: row.cells[0].textContent.trim().toLowerCase(),
  status: row.dataset.status,
  keys: headings.map((heading, column) => key(heading.dataset.kind, row.cells[column].textContent.trim())),
}));

function key(kind, text) {
  // A score that is held back or missing is a dash; it goes below zero.
  return kind === "number" ? (Number.isFinite(parseFloat(text)) ? parseFloat(text) : -1) : text;
}

const collator = new Intl.Collator(undefined, { numeric: true, sensitivity: "base" });

function sortBy(column) {
  const heading = headings[column];
  const ascending = heading.getAttribute("aria-sort") !== "ascending";
  for (const other of headings) other.removeAttribute("aria-sort");
  heading.setAttribute("aria-sort", ascending ? "ascending" : "descending");
  const compare =
    heading.dataset.kind === "number"
      ? (one, other) => one.keys[column] - other.keys[column]
      : (one, other) => collator.compare(one.keys[column], other.keys[column]);
  rows.sort((one, other) => (ascending ? compare(one, other) : compare(other, one)));
  body.replaceChildren(...rows.map((entry) => entry.row));
}

const nameFilter = document.getElementById("name-filter");
const statusFilter = document.getElementById("status-filter");
const shown = document.getElementById("shown");

function filter() {
  const wanted = nameFilter.value.trim().toLowerCase();
  let count = 0;
  for (const entry of rows) {
    const match = entry.name.includes(wanted) && (!statusFilter.value || entry.status === statusFilter.value);
    entry.row.hidden = !match;
    count += match;
  }
  shown.textContent = `${count} of ${rows.length} shown`;
}

headings.forEach((heading, column) => {
  const button = document.createElement("button");
  button.type = "button";
  button.append(...heading.childNodes);
  button.addEventListener("click", () => sortBy(column));
  heading.append(button);
});
nameFilter.addEventListener("input", filter);
statusFilter.addEventListener("change", filter);
document.getElementById("controls").hidden = false;
filter();
