// Find the sections of all pages in which every word of a question occurs.
(() => {
  "use strict";
  const MOST = 25, AROUND = 90;  // results, and letters on each side of the first word found
  const fold = (text) => text.normalize("NFKD").replace(/[\u0300-\u036f]/g, "").toLowerCase();
  const sections = JSON.parse(document.getElementById("search-index").textContent);
  for (const section of sections) {
    section.folded = { heading: fold(section.heading), page: fold(section.page), text: fold(section.text) };
  }
  const field = document.querySelector("[role=search] input");
  const status = document.getElementById("asked"), list = document.getElementById("found");

  /** How well a section answers; 0 if a word is missing. */
  function score({ level, folded }, words) {
    let sum = folded.heading === words.join(" ") ? 100 : 0;
    for (const word of words) {
      const begins = new RegExp(`(^|[^\\p{L}\\p{N}])${word.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")}`, "gu");
      const times = (folded.text.match(begins) || []).length;
      const here = 10 * begins.test(folded.heading) + 2 * folded.page.includes(word) + Math.min(times, 5);
      if (!here && !folded.text.includes(word)) return 0;
      sum += here + 0.1;
    }
    return sum - level / 10;
  }

  /** The text around the first word that occurs, with all words marked. */
  function excerpt({ text, folded }, words) {
    const line = document.createElement("p");
    const places = words.map((word) => folded.text.indexOf(word)).filter((place) => place >= 0);
    const start = places.length ? Math.max(0, Math.min(...places) - AROUND) : 0;
    const part = text.slice(start, start + 3 * AROUND);
    const rule = words.map((word) => word.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")).join("|");
    part.split(new RegExp(`(${rule})`, "iu")).forEach((piece, number) => {
      const node = document.createElement(number % 2 ? "mark" : "span");
      node.textContent = piece;
      line.append(node);
    });
    if (start) line.prepend("… ");
    if (start + part.length < text.length) line.append(" …");
    return line;
  }

  function entry(section, words) {
    const item = document.createElement("li"), link = document.createElement("a");
    link.href = `${encodeURIComponent(section.file)}#${encodeURIComponent(section.id)}`;
    link.textContent = section.heading;
    const place = document.createElement("span");
    place.textContent = ` in: ${section.page}`;
    item.append(link, place, excerpt(section, words));
    return item;
  }

  function show() {
    const words = fold(field.value).split(/\s+/).filter(Boolean);
    if (!words.length) return list.replaceChildren();
    const found = sections.map((section) => [score(section, words), section])
      .filter(([points]) => points > 0).sort((a, b) => b[0] - a[0]);
    list.replaceChildren(...found.slice(0, MOST).map(([, section]) => entry(section, words)));
    const count = found.length === 1 ? "One section has" : `${found.length || "No"} sections have`;
    const best = found.length > MOST ? ` The ${MOST} best are below.` : "";
    status.textContent = `${count} ${words.length > 1 ? "all these words" : "this word"}.${best}`;
  }

  field.value = new URLSearchParams(location.search).get("q") || field.value;
  field.addEventListener("input", show);
  field.form.addEventListener("submit", (event) => { event.preventDefault(); show(); });
  field.focus();
  show();
})();
