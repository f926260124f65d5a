"use strict";
const form = document.getElementById("filter");
if (form) {
  const rows = Array.from(document.querySelectorAll(".row"));
  const texts = rows.map((row) => row.textContent.toLowerCase());
  const [search, outcome, output] = ["input", "select", "output"].map((name) => form.querySelector(name));
  const filter = () => {
    const wanted = search.value.toLowerCase();
    let shown = 0;
    rows.forEach((row, i) => {
      row.hidden = !texts[i].includes(wanted) || (outcome.value !== "" && row.dataset.outcome !== outcome.value);
      shown += row.hidden ? 0 : 1;
    });
    output.value = shown === rows.length ? "" : `${shown} of ${rows.length}`;
  };
  form.addEventListener("input", filter);
  form.addEventListener("submit", (event) => event.preventDefault());
  form.hidden = false;
}
