// The page duel.html: the reader against the discriminator, on the same images.
import { newCanvas, show } from "./canvas.js";

const about = JSON.parse(document.getElementById("program-about").textContent);
const byId = (id) => document.getElementById(id);
const FORTY = 100; // images of each kind for the first game; the others are for the second
const KINDS = ["clean", "damaged", "no digit"];
const state = { isSaved: true };

// An image from bytes in base64: 0 is paper, 255 is ink.
function imageOf(base64) {
  return Float32Array.from(atob(base64), (letter) => letter.charCodeAt(0) / 127.5 - 1);
}

// So many numbers below `size`, each once, in a random order.
function chosen(number, size) {
  const order = Array.from({ length: size }, (_, i) => [Math.random(), i]);
  return order.sort(([a], [b]) => a - b).slice(0, number).map(([, i]) => i);
}

function tile(parent, image, label) {
  const button = document.createElement("button");
  button.className = "tile";
  button.setAttribute("aria-label", label);
  show(newCanvas(button, ""), imageOf(image));
  parent.append(button);
  return button;
}

// A share in words, with the binomial error of so many answers.
function share(right, number) {
  const p = right / number;
  const error = Math.sqrt((p * (1 - p)) / number);
  return `${Math.round(100 * p)} % ± ${Math.round(100 * error)} %`;
}

// ------------------------------------------------------------------ real or generated

// The next twenty images of a kind, none of them twice before all have been shown.
function nextTwenty(kind) {
  const waiting = (state[kind] ??= []);
  if (waiting.length < 20) waiting.push(...chosen(FORTY, FORTY));
  return waiting.splice(0, 20).map((number) => ({ ...about[kind][number], number, kind }));
}

function newForty() {
  const images = [...nextTwenty("real"), ...nextTwenty("generated")];
  state.forty = chosen(40, 40).map((i) => images[i]);
  byId("forty").replaceChildren();
  byId("result").hidden = true;
  state.forty.forEach((image, i) => {
    image.button = tile(byId("forty"), image.pixels, `Image ${i + 1}`);
    image.button.setAttribute("aria-pressed", "false");
    image.button.onclick = () => {
      image.isMarked = !image.isMarked;
      image.button.setAttribute("aria-pressed", String(image.isMarked));
      countMarks();
    };
  });
  countMarks();
}

function countMarks() {
  const marks = state.forty.filter(({ isMarked }) => isMarked).length;
  byId("answer").disabled = marks === 0;
  const hint = marks === 0 ? " Mark those that you think are real, and the answers can be shown." : "";
  byId("marked").textContent = `${marks} images are marked as real.${hint}`;
  if (marks > 0) state.isSaved = false;
}

function score(name, isRight) {
  const right = state.forty.filter(isRight).length;
  const row = document.createElement("tr");
  for (const text of [name, `${right} of 40`, share(right, 40)]) {
    row.append(Object.assign(document.createElement("td"), { textContent: text }));
  }
  byId("scores").append(row);
}

function showAnswers() {
  byId("scores").replaceChildren();
  const isReal = ({ kind }) => kind === "real";
  const isRight = (image) => isReal(image) === Boolean(image.isMarked);
  score("you", isRight);
  score("the discriminator of fast", (image) => isReal(image) === image.discriminator > 0);
  score("the fresh opponent", (image) => isReal(image) === image.opponent > 0);
  state.forty.forEach((image, i) => {
    const words = `Image ${i + 1}: ${image.kind}, your answer was ${isRight(image) ? "right" : "wrong"}`;
    image.button.setAttribute("aria-label", words);
    image.button.classList.add(image.kind);
    image.button.classList.toggle("wrong", !isRight(image));
    image.button.disabled = true;
  });
  byId("result").hidden = false;
  byId("result").focus(); // because the button that had the focus is disabled now
  byId("answer").disabled = true;
}

// ------------------------------------------------------------------ digit, damaged, no digit

function newFifty() {
  // others than those of the forty images, because these are all generated
  state.fifty = chosen(50, 50).map((i) => ({ number: FORTY + i }));
  state.fifty.forEach((image, i) => {
    const button = tile(byId("fifty"), about.generated[image.number].pixels, `Image ${i + 1}`);
    const word = document.createElement("span");
    button.append(word);
    const name = () => {
      word.textContent = image.kind ?? "?";
      button.setAttribute("aria-label", `Image ${i + 1}: ${image.kind ?? "not judged yet"}`);
    };
    button.onclick = () => {
      image.kind = KINDS[(KINDS.indexOf(image.kind) + 1) % KINDS.length];
      name();
      count();
    };
    name();
  });
  count();
}

function count() {
  const judged = state.fifty.filter(({ kind }) => kind);
  const cells = KINDS.map((name) => {
    const number = judged.filter(({ kind }) => kind === name).length;
    return judged.length > 0 ? share(number, judged.length) : "–";
  });
  if (judged.length > 0) state.isSaved = false;
  const row = [`you, ${judged.length} images`, ...cells];
  byId("counts").innerHTML = row.map((text) => `<td>${text}</td>`).join("");
}

function save() {
  const forty = state.forty.map(({ number, kind, isMarked, discriminator, opponent }) => {
    return { number, kind, says: isMarked ? "real" : "generated", discriminator, opponent };
  });
  const fifty = state.fifty.map(({ number, kind }) => ({ number, says: kind ?? null }));
  const link = document.createElement("a");
  const blob = new Blob([JSON.stringify({ forty, fifty }, null, 1)], { type: "application/json" });
  link.href = URL.createObjectURL(blob);
  link.download = "duel.json";
  link.click();
  state.isSaved = true;
}

// asks before a reload or another page loses answers
window.onbeforeunload = (event) => {
  if (!state.isSaved) event.preventDefault();
};

byId("again").onclick = newForty;
byId("answer").onclick = showAnswers;
byId("save").onclick = save;
byId("compare").onclick = () => {
  for (const row of document.querySelectorAll(".readers")) row.hidden = false;
};
newForty();
newFifty();
