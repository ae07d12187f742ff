const width = 1280;
const height = 720;
// Pictures shrink before text does; below the last scale a hall could not read the code.
const scales = [1, 0.94, 0.88, 0.82, 0.76, 0.7, 0.64];
const sizes = scales.flatMap((scale) => [520, 460, 380, 300, 240].map((picture) => [scale, picture]));

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
  Object.assign(content.style, {
    transform: `scale(${scale})`, width: `${width / scale}px`, maxHeight: `${height / scale}px`,
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

const query = new URLSearchParams(location.search);
if (query.has("dark")) document.documentElement.classList.add("dark");

Reveal.on("ready", (event) => fit(event.currentSlide));
Reveal.on("slidechanged", (event) => fit(event.currentSlide));
// to print, reveal.js takes the slides out of their stacks
Reveal.on("pdf-ready", () => document.querySelectorAll(".slides section:has(> .content)").forEach(fit));

// only what is loaded can be measured
addEventListener("load", async () => {
  await document.fonts.load("1em Math");
  Reveal.initialize({
    width, height, margin: 0.07, center: false, hash: true, transition: "none",
    slideNumber: "c/t", plugins: [RevealNotes],
    pdfSeparateFragments: false, pdfMaxPagesPerSlide: 1,
    keyboard: { 68: () => document.documentElement.classList.toggle("dark") },  // D
  });
});
