// Find the sections of all pages in which the words of a question occur.
(() => {
  "use strict";
  const MOST = 100, AROUND = 90;  // results, and letters on each side of the first word found
  const GREEK = { alpha: "α", beta: "β", gamma: "γ", delta: "δ", epsilon: "ε", eta: "η", theta: "θ",
    lambda: "λ", mu: "μ", sigma: "σ", tau: "τ", phi: "φ", chi: "χ" };
  const SMALL = new Set("a an and are as at by can do does for how i in is it my of on or the to what where which why with".split(" "));

  /** A text without case, accents, kinds of dashes, and American spelling. */
  function fold(text) {
    return text.normalize("NFKD").replace(/[\u0300-\u036f]/g, "").toLowerCase()
      .replace(/[‐‑–—]/g, "-").replace(/-(?!\d)|(?<!\d)-/g, " ")
      .replace(/iz(e|es|ed|ing|ation)\b/g, "is$1").replace(/\bcolor/g, "colour");
  }

  /** The words of a question, each with its other forms: gamma and γ, penalties and penalty. */
  function wordsOf(question) {
    const all = fold(question).replace(/\bgt\./g, "").split(/[^\p{L}\p{N}._-]+/u).map((word) => word.replace(/^\.+|\.+$/g, ""));
    const words = all.filter((word) => word && !SMALL.has(word));
    return (words.length ? words : all.filter(Boolean)).map((word) => {
      const forms = [word];
      if (GREEK[word]) forms.push(GREEK[word]);
      if (/[^s]ies$/.test(word)) forms.push(word.replace(/ies$/, "y"));
      else if (word.length > 3 && /[^s]s$/.test(word)) forms.push(word.slice(0, -1));
      return forms;
    });
  }

  const escaped = (word) => word.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
  const beginsWith = (forms) => new RegExp(`(?<![\\p{L}\\p{N}])(?:${forms.map(escaped).join("|")})`, "giu");
  const isWhole = (forms) => new RegExp(`(?<![\\p{L}\\p{N}])(?:${forms.map(escaped).join("|")})(?![\\p{L}\\p{N}])`, "giu");

  const sections = JSON.parse(document.getElementById("search-index").textContent);
  for (const section of sections) {
    section.folded = { heading: fold(section.heading), page: fold(section.page), text: fold(section.text) };
  }
  const field = document.querySelector("[role=search] input");
  const status = document.getElementById("asked"), list = document.getElementById("found");
  const hint = status.textContent;

  const count = (text, rule) => (text.match(rule) || []).length;

  /** How many words of a question a section has, and how well it answers. */
  function score({ level, folded }, words) {
    let sum = folded.heading === words.map(([word]) => word).join(" ") ? 100 : 0, has = 0;
    for (const forms of words) {
      const begins = beginsWith(forms), whole = isWhole(forms);
      const inHeading = 10 * Math.min(1, count(folded.heading, begins)) + 5 * Math.min(1, count(folded.heading, whole));
      const inText = Math.min(5, count(folded.text, whole)) + 0.2 * Math.min(5, count(folded.text, begins));
      const points = inHeading + inText + Math.min(1, count(folded.page, begins));
      has += points > 0;
      sum += points;
    }
    return { has, points: sum - level / 10 };
  }

  /** The text around the first word that occurs, with all words marked. */
  function excerpt({ text, folded }, words) {
    const line = document.createElement("p"), rule = beginsWith(words.flat());
    const first = Math.max(0, folded.text.search(rule));
    const start = first > AROUND ? text.indexOf(" ", first - AROUND) + 1 : 0;
    const end = text.indexOf(" ", start + 3 * AROUND);
    const part = text.slice(start, end < 0 ? text.length : end);
    let place = 0;
    for (const found of part.matchAll(rule)) {
      const mark = document.createElement("mark");
      mark.textContent = found[0];
      line.append(part.slice(place, found.index), mark);
      place = found.index + found[0].length;
    }
    line.append(part.slice(place));
    if (start) line.prepend("… ");
    if (end >= 0) line.append(" …");
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
    const words = wordsOf(field.value);
    const found = sections.map((section) => ({ section, ...score(section, words) })).filter(({ has }) => has);
    const most = Math.max(0, ...found.map(({ has }) => has));
    const best = found.filter(({ has }) => has === most).sort((a, b) => b.points - a.points);
    list.replaceChildren(...best.slice(0, MOST).map(({ section }) => entry(section, words)));
    status.textContent = words.length ? summary(best.length, most, words.length) : hint;
  }

  function summary(number, most, wanted) {
    if (!number) return `No section has ${wanted > 1 ? "any of these words" : "this word"}.`;
    const rest = number > MOST ? ` The ${MOST} best are below.` : "";
    if (most < wanted) return `No section has all these words. ${number === 1 ? "One has" : `${number} have`} ${most} of the ${wanted}.${rest}`;
    return `${number === 1 ? "One section has" : `${number} sections have`} ${wanted > 1 ? "all these words" : "this word"}.${rest}`;
  }

  const asked = new URLSearchParams(location.search).get("q");
  field.value = asked || field.value;
  field.addEventListener("input", show);
  if (!asked) field.focus({ preventScroll: true });
  show();
})();
