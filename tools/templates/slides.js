const width = 1280;
const height = 720;
// Pictures shrink before text does; below the last scale a hall could not read the code.
const scales = [1, 0.94, 0.88, 0.82, 0.76, 0.7, 0.64];
const sizes = scales.flatMap((scale) => [460, 380, 300, 260].map((picture) => [scale, picture]));

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
  content.style.setProperty("--picture", `${picture / scale}px`);
  return content.scrollHeight <= content.clientHeight;
}

// The scale at which the longest line fits, or 1 where none would do.
function widestScale(content) {
  isFitting(content, 1, sizes[0][1]);
  const boxes = [...content.querySelectorAll("pre, .jp-OutputArea-output")];
  const scale = Math.min(1, ...boxes.map((box) => box.clientWidth / box.scrollWidth));
  return scale < scales.at(-1) ? 1 : scale;
}

Reveal.on("ready", (event) => fit(event.currentSlide));
Reveal.on("slidechanged", (event) => fit(event.currentSlide));
Reveal.on("pdf-ready", () => document.querySelectorAll(".slides section section").forEach(fit));

// only what is loaded can be measured
addEventListener("load", async () => {
  await document.fonts.load("1em Math");
  Reveal.initialize({
    width, height, margin: 0.07, center: false, hash: true, transition: "none",
    slideNumber: "c/t", plugins: [RevealNotes],
    pdfSeparateFragments: false, pdfMaxPagesPerSlide: 1,
  });
});
