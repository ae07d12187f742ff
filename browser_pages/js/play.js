// The page game.html: a GAN in the plane, trained while the reader looks on.
import { DATA, discriminatorMove, drawnData, generatorMove, modesFound, newGame, output } from "./game.js";
import { normalPoint, uniform } from "./latent.js";

const byId = (id) => document.getElementById(id);
const SHOWN = 256; // points of each kind in the picture
const EDGE = 1.7; // of the picture, in both directions
const CELLS = 40; // of the background, along each side
const RECENT = 50; // steps over which the curves are averaged
const state = { seed: 1, playing: false, drawn: [], record: [] };
const drawing = uniform(7); // for pictures, so that looking on does not change the game

const options = {
  points: 64,
  get order() { return byId("order").value; },
  get minimax() { return byId("loss").value === "minimax"; },
  get r1() { return Number(byId("r1").value); },
  get momentum() { return Number(byId("momentum").value); },
  get generatorRate() { return Number(byId("generator-rate").value); },
  get discriminatorRate() { return Number(byId("discriminator-rate").value); },
  sample: (number, random) => sampler()(number, random),
};

const isDrawn = () => byId("data").value === "drawn by you";

function sampler() {
  if (!isDrawn()) return DATA[byId("data").value];
  return drawnData(state.drawn.length > 0 ? state.drawn : [[0, 0]]);
}

const noise = () => Float64Array.from(normalPoint(2 * SHOWN, drawing));

// ------------------------------------------------------------------ the picture

const plane = byId("plane");
const context = plane.getContext("2d");
const place = (value) => ((value + EDGE) / (2 * EDGE)) * plane.width;
const grid = new Float64Array(2 * CELLS * CELLS);
for (let i = 0; i < CELLS * CELLS; i++) {
  grid[2 * i] = (((i % CELLS) + 0.5) / CELLS) * 2 * EDGE - EDGE;
  grid[2 * i + 1] = EDGE - ((Math.floor(i / CELLS) + 0.5) / CELLS) * 2 * EDGE;
}

function drawBackground() {
  const logits = output(state.game.discriminator, grid);
  const side = plane.width / CELLS;
  logits.forEach((l, i) => {
    const shade = Math.round(255 - 110 / (1 + Math.exp(-l)));
    context.fillStyle = `rgb(${shade}, ${shade - 8}, 255)`;
    context.fillRect((i % CELLS) * side, Math.floor(i / CELLS) * side, side + 1, side + 1);
  });
}

function drawPoints(points, colour) {
  context.fillStyle = colour;
  for (let i = 0; i < points.length; i += 2) {
    context.fillRect(place(points[i]) - 2, plane.height - place(points[i + 1]) - 2, 4, 4);
  }
}

function drawArrows(points, gradient) {
  context.strokeStyle = "#7c2d12";
  context.beginPath();
  for (let i = 0; i < 64; i += 2) {
    const [x, y] = [place(points[i]), plane.height - place(points[i + 1])];
    const scale = 60 * SHOWN; // because the loss is a mean over all points
    const [right, down] = [-scale * gradient[i], scale * gradient[i + 1]];
    context.moveTo(x, y);
    context.lineTo(x + right, y + down);
    const length = Math.hypot(right, down);
    if (length < 6) continue; // too short for a head
    for (const side of [-1, 1]) {
      const [u, v] = [(4 * right) / length, (4 * down) / length];
      context.moveTo(x + right, y + down);
      context.lineTo(x + right - u - (side * v) / 2, y + down - v + (side * u) / 2);
    }
  }
  context.stroke();
}

function draw() {
  const { generator, discriminator, average, steps } = state.game;
  const z = noise();
  drawBackground();
  drawPoints(sampler()(SHOWN, drawing), "#1f77b4");
  const points = output(generator, z);
  drawPoints(points, "#e8710a");
  if (byId("average").checked) drawPoints(output(average, z), "#000");
  if (byId("arrows").checked) {
    drawArrows(points, generatorMove(generator, discriminator, z, options.minimax).points);
  }
  byId("steps").textContent = steps;
  byId("modes-line").hidden = byId("data").value !== "ring of eight";
  if (state.counted === null || steps - state.counted >= RECENT) {
    byId("modes").textContent = modesFound(generator, drawing);
    state.counted = steps;
  }
  drawCurves();
}

function drawCurves() {
  const canvas = byId("curves");
  const pen = canvas.getContext("2d");
  const [bottom, top] = [-0.8, 2.2]; // nats; the minimax loss is negative
  pen.clearRect(0, 0, canvas.width, canvas.height);
  const height = (value) => {
    return (canvas.height * (top - Math.max(bottom, Math.min(value, top)))) / (top - bottom);
  };
  const line = (values, colour) => {
    pen.strokeStyle = colour;
    pen.beginPath();
    values.forEach((value, i) => pen.lineTo((i / Math.max(1, values.length - 1)) * canvas.width, height(value)));
    pen.stroke();
  };
  pen.font = "13px sans-serif";
  pen.fillStyle = "#555";
  for (const [name, level] of [["0", 0], ["ln 2", Math.LN2], ["2 ln 2", 2 * Math.LN2]]) {
    line([level, level], "#bbb");
    pen.fillText(name, 3, height(level) - 3);
  }
  pen.textAlign = "right";
  pen.fillText(`step ${state.record.length * RECENT}`, canvas.width - 3, canvas.height - 4);
  pen.textAlign = "left";
  line(state.record.map(({ generator }) => generator), "#e8710a");
  line(state.record.map(({ discriminator }) => discriminator), "#7b3fb0");
  line(state.record.map(({ discriminator }) => Math.max(0, Math.LN2 - discriminator / 2)), "#15803d");
}

// ------------------------------------------------------------------ the game

function take(number) {
  for (let i = 0; i < number; i++) {
    state.recent.push(state.game.step());
    if (state.recent.length === RECENT) {
      const mean = (name) => state.recent.reduce((sum, losses) => sum + losses[name], 0) / RECENT;
      state.record.push({ generator: mean("generator"), discriminator: mean("discriminator") });
      state.recent = [];
    }
  }
  draw();
}

function reset() {
  state.game = newGame(options, state.seed++);
  Object.assign(state, { record: [], recent: [], counted: null });
  draw();
}

function frame() {
  if (!state.playing) return;
  take(byId("speed").valueAsNumber);
  state.request = requestAnimationFrame(frame);
}

function play(wanted) {
  const on = wanted && !(isDrawn() && state.drawn.length === 0); // without data there is no game
  state.playing = on;
  byId("play").textContent = on ? "Pause" : "Play";
  cancelAnimationFrame(state.request); // so that there is never more than one loop
  if (on) state.request = requestAnimationFrame(frame);
}

byId("play").onclick = () => play(!state.playing);
byId("step").onclick = () => {
  play(false);
  take(1);
};
byId("reset").onclick = reset;
for (const id of ["average", "arrows"]) byId(id).onchange = draw;
byId("speed").oninput = ({ target }) => {
  byId("pace").textContent = target.value;
};
byId("data").onchange = () => {
  byId("draw-hint").hidden = !isDrawn();
  plane.classList.toggle("drawable", isDrawn());
  reset();
};
byId("clear").onclick = () => {
  state.drawn = [];
  reset();
};
for (const button of document.querySelectorAll("[data-set]")) {
  button.onclick = () => {
    for (const [id, value] of Object.entries(JSON.parse(button.dataset.set))) byId(id).value = value;
    byId("data").onchange();
    play(true);
    plane.scrollIntoView({ block: "center" });
  };
}

plane.onpointerdown = plane.onpointermove = (event) => {
  if (!isDrawn() || event.buttons === 0) return;
  const { left, top, width } = plane.getBoundingClientRect();
  const at = (distance) => ((distance / width) * 2 - 1) * EDGE;
  state.drawn.push([at(event.clientX - left), -at(event.clientY - top)]);
  if (!state.playing) draw();
};
reset();

// for the tests, and for whoever wants to look inside
window.course = { discriminatorMove, generatorMove, newGame, output, options, state, modesFound, DATA };
