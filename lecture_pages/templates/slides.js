const width = 1280;
const height = 720;
// Below the last scale a hall could not read the code. First all scales of text at which large
// pictures fit are tried, because a picture carries the argument, and then smaller pictures.
const scales = [1, 0.94, 0.88, 0.82, 0.76, 0.7, 0.64];
const pairs = (pictures) => scales.flatMap((scale) => pictures.map((picture) => [scale, picture]));
const readable = [[520, 460, 380], [300], [240]].flatMap(pairs).filter(([scale]) => scale > 0.75);
const sizes = [...readable, ...pairs([300, 240])];

for (const slide of document.querySelectorAll(".slides section section")) {
  const content = document.createElement("div");
  content.className = "content";
  content.append(...slide.childNodes);
  slide.append(content);
}

// The first size at which the slide holds what it shows; what fits at none of them scrolls.
function fit(slide) {
  const content = slide.querySelector(".content");
  const possible = sizes.filter(([scale]) => scale <= widestScale(content));
  possible.find((size) => isFitting(content, ...size));
}

function isFitting(content, scale, picture) {
  // as high as the slide, so that what hangs out of the last line is not too much for its box
  Object.assign(content.style, {
    transform: `scale(${scale})`, width: `${width / scale}px`, height: `${height / scale}px`,
  });
  for (const image of content.querySelectorAll("img")) {
    // as wide as the slide and as high as given, but no more than twice its own size
    const ratio = image.naturalWidth / image.naturalHeight;
    image.style.width = `${Math.min(2 * image.naturalWidth, width, picture * ratio) / scale}px`;
  }
  return content.scrollHeight <= content.clientHeight;
}

// The scale at which the longest line fits, or 1 where none would do.
function widestScale(content) {
  isFitting(content, 1, sizes[0][1]);
  const boxes = [...content.querySelectorAll("pre, .jp-OutputArea-output")].filter((box) => box.scrollWidth);
  const scale = Math.min(1, ...boxes.map((box) => box.clientWidth / box.scrollWidth));
  return scale < scales.at(-1) ? 1 : scale;
}

// What does not fit, for `overflowing_slides`.
function overflows() {
  const found = [];
  for (const slide of Reveal.getSlides()) {
    const { h, v } = Reveal.getIndices(slide);
    Reveal.slide(h, v);
    const content = slide.querySelector(".content");
    const boxes = [content, ...content.querySelectorAll("pre, .jp-OutputArea-output, math, table")];
    const high = content.scrollHeight - content.clientHeight;
    const wide = Math.max(...boxes.map((box) => box.scrollWidth - box.clientWidth));
    if (high <= 1 && wide <= 1) continue;
    const title = slide.querySelector("h1, h2, h3")?.firstChild.textContent ?? "";
    const cell = slide.querySelector("[id^='cell-id=']")?.id.slice(8) ?? "?";
    found.push(`slide ${h + 1}.${v + 1}, "${title}" (cell ${cell}): ${high} pixels too high, ${wide} too wide`);
  }
  return found;
}

// Go to a heading or a formula, whatever signs its name has; reveal.js knows only simple names.
function goTo(name) {
  const target = document.getElementById(name) ?? document.getElementById(decoded(name));
  const slide = name && target?.closest(".slides section section");
  if (!slide) return false;
  const { h, v } = Reveal.getIndices(slide);
  Reveal.slide(h, v);
  return true;
}

document.addEventListener("click", (event) => {
  const link = event.target.closest?.("a[href^='#']");
  if (!link || !goTo(link.getAttribute("href").slice(1))) return;
  event.preventDefault();
  event.stopPropagation();  // because reveal.js would follow the link too
}, true);

function decoded(name) {
  try { return decodeURIComponent(name); } catch { return name; }
}

const query = new URLSearchParams(location.search);
if (query.has("dark")) document.documentElement.classList.add("dark");

const start = location.hash.slice(1);  // reveal.js replaces it
Reveal.on("ready", (event) => goTo(start) || fit(event.currentSlide));
Reveal.on("slidechanged", (event) => fit(event.currentSlide));
// to print, reveal.js takes the slides out of their stacks
Reveal.on("pdf-ready", () => document.querySelectorAll(".slides section:has(> .content)").forEach(fit));

// only what is loaded can be measured
addEventListener("load", async () => {
  await document.fonts.load("1em Math");
  Reveal.initialize({
    width, height, margin: 0.07, center: false, hash: true, transition: "none",
    navigationMode: "linear",  // so that one key shows every slide
    slideNumber: "c/t", plugins: [RevealNotes],
    pdfSeparateFragments: false, pdfMaxPagesPerSlide: 1,
    keyboard: { 191: null, 68: () => document.documentElement.classList.toggle("dark") },  // D
  });
});
