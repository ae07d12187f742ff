// A GAN in the plane: two small networks, their losses and gradients, and the order of their moves.
// A network is a list of layers { inputs, outputs, weights, biases }; weights are (outputs, inputs).
import { normalPoint, uniform } from "./latent.js";
import { product } from "./product.js";

const SLOPE = 0.2; // of LeakyReLU below 0, after every layer but the last

export function newNetwork(sizes, random) {
  return sizes.slice(1).map((outputs, i) => {
    const inputs = sizes[i];
    const weights = Float64Array.from(normalPoint(outputs * inputs, random), (w) => w / Math.sqrt(32));
    return { inputs, outputs, weights, biases: new Float64Array(outputs) };
  });
}

const rectified = (value) => (value < 0 ? SLOPE * value : value);

// Returns the inputs of all layers and, as the last entry, the output, each (n, units) and flat.
export function forward(network, x) {
  const maps = [x];
  network.forEach(({ inputs, outputs, weights, biases }, k) => {
    const from = maps[k];
    const to = new Float64Array((from.length / inputs) * outputs);
    for (let i = 0, at = 0; i < from.length; i += inputs) {
      for (let o = 0; o < outputs; o++, at++) {
        const sum = biases[o] + product(from, i, weights, o * inputs, inputs);
        to[at] = k < network.length - 1 ? rectified(sum) : sum;
      }
    }
    maps.push(to);
  });
  return maps;
}

export const output = (network, x) => forward(network, x)[network.length];

// The gradients of a loss with respect to all weights and to the input, from that to the output.
export function backward(network, maps, outputSlopes) {
  const gradients = [];
  let slopes = outputSlopes;
  for (let k = network.length - 1; k >= 0; k--) {
    const { inputs, outputs, weights } = network[k];
    const from = maps[k];
    const below = new Float64Array(from.length);
    const gradient = { weights: new Float64Array(weights.length), biases: new Float64Array(outputs) };
    const { weights: byWeight, biases: byBias } = gradient;
    for (let i = 0, at = 0; i < from.length; i += inputs) {
      for (let o = 0, w = 0; o < outputs; o++, at++) {
        const slope = slopes[at];
        byBias[o] += slope;
        for (let j = i; j < i + inputs; j++, w++) {
          byWeight[w] += slope * from[j];
          below[j] += slope * weights[w];
        }
      }
    }
    // the sign of a LeakyReLU's output is the sign of its input
    slopes = k > 0 ? below.map((value, i) => (from[i] < 0 ? SLOPE * value : value)) : below;
    gradients.unshift(gradient);
  }
  return { gradients, input: slopes };
}

// The gradients of the R1 penalty γ/2 · mean |∇l(x)|² (Mescheder et al. 2018) and its value. The
// slope ∇l is itself computed by a linear network, the layers in reverse, so that it has gradients.
export function penalised(network, x, strength) {
  const maps = forward(network, x);
  const n = x.length / network[0].inputs;
  const gradients = network.map(({ weights, outputs }) => {
    return { weights: new Float64Array(weights.length), biases: new Float64Array(outputs) };
  });
  let value = 0;
  for (let row = 0; row < n; row++) {
    const slopes = [Float64Array.of(1)]; // the slope of the logit with respect to each layer
    for (let k = network.length - 1; k >= 0; k--) {
      const { inputs, outputs, weights } = network[k];
      const below = new Float64Array(inputs);
      for (let o = 0, w = 0; o < outputs; o++) {
        const slope = slopes[0][o];
        for (let j = 0; j < inputs; j++, w++) below[j] += slope * weights[w];
      }
      if (k > 0) {
        for (let j = 0; j < inputs; j++) if (maps[k][row * inputs + j] < 0) below[j] *= SLOPE;
      }
      slopes.unshift(below);
    }
    value += (strength / 2) * slopes[0].reduce((sum, s) => sum + s * s, 0) / n;
    let change = slopes[0].map((s) => (strength * s) / n); // of the penalty by the slope
    network.forEach(({ inputs, outputs, weights }, k) => {
      const next = new Float64Array(outputs);
      const byWeight = gradients[k].weights;
      for (let o = 0, w = 0; o < outputs; o++) {
        const slope = slopes[k + 1][o];
        next[o] = product(weights, w, change, 0, inputs);
        for (let j = 0; j < inputs; j++, w++) byWeight[w] += slope * change[j];
        const isLast = k === network.length - 1;
        if (!isLast && maps[k + 1][row * outputs + o] < 0) next[o] *= SLOPE;
      }
      change = next;
    });
  }
  return { gradients, value };
}

const softplus = (l) => Math.max(l, 0) + Math.log1p(Math.exp(-Math.abs(l)));
const sigmoid = (l) => 1 / (1 + Math.exp(-l));
const mean = (values, f) => values.reduce((sum, value) => sum + f(value), 0) / values.length;

// The discriminator's loss and its gradients for real and generated points.
export function discriminatorMove(discriminator, real, generated, r1 = 0) {
  const maps = [real, generated].map((x) => forward(discriminator, x));
  const [realLogits, fakeLogits] = maps.map((each) => each[discriminator.length]);
  const n = realLogits.length;
  const parts = [
    backward(discriminator, maps[0], realLogits.map((l) => (sigmoid(l) - 1) / n)).gradients,
    backward(discriminator, maps[1], fakeLogits.map((l) => sigmoid(l) / n)).gradients,
  ];
  if (r1 > 0) parts.push(penalised(discriminator, real, r1).gradients);
  const loss = mean(realLogits, (l) => softplus(-l)) + mean(fakeLogits, softplus);
  return { loss, gradients: summed(parts) };
}

// The generator's loss, its gradients, and the gradient at each generated point.
export function generatorMove(generator, discriminator, noise, minimax = false) {
  const maps = forward(generator, noise);
  const seen = forward(discriminator, maps[generator.length]);
  const logits = seen[discriminator.length];
  const n = logits.length;
  const slopes = logits.map((l) => (minimax ? -sigmoid(l) : sigmoid(l) - 1) / n);
  const { input } = backward(discriminator, seen, slopes);
  const loss = mean(logits, (l) => (minimax ? -softplus(l) : softplus(-l)));
  const { gradients } = backward(generator, maps, input);
  return { loss, gradients, points: input, generated: maps[generator.length] };
}

function summed(parts) {
  return parts[0].map((layer, k) => {
    return {
      weights: layer.weights.map((_, i) => parts.reduce((sum, part) => sum + part[k].weights[i], 0)),
      biases: layer.biases.map((_, i) => parts.reduce((sum, part) => sum + part[k].biases[i], 0)),
    };
  });
}

// Adam as Keras has it (Kingma and Ba 2015, with ε added before the correction of the first steps).
export function newAdam(network, { rate, momentum, memory = 0.99 }) {
  const zeros = () => network.map(({ weights, biases }) => {
    return { weights: new Float64Array(weights.length), biases: new Float64Array(biases.length) };
  });
  const [first, second] = [zeros(), zeros()];
  let steps = 0;
  return (gradients, options = {}) => {
    const { rate: now, momentum: beta } = { rate, momentum, ...options };
    steps += 1;
    const length = (now * Math.sqrt(1 - memory ** steps)) / (1 - beta ** steps);
    gradients.forEach((layer, k) => {
      for (const name of ["weights", "biases"]) {
        const [m, v, w] = [first[k][name], second[k][name], network[k][name]];
        layer[name].forEach((g, i) => {
          m[i] = beta * m[i] + (1 - beta) * g;
          v[i] = memory * v[i] + (1 - memory) * g * g;
          w[i] -= (length * m[i]) / (Math.sqrt(v[i]) + 1e-7);
        });
      }
    });
  };
}

const copy = (network) => network.map((layer) => {
  return { ...layer, weights: layer.weights.slice(), biases: layer.biases.slice() };
});

function put(network, values) {
  network.forEach((layer, k) => {
    layer.weights.set(values[k].weights);
    layer.biases.set(values[k].biases);
  });
}

// A game between two new networks. `options` are read anew in each step: order, minimax, r1,
// momentum, generatorRate, discriminatorRate, points (of a minibatch) and sample (of the data).
export function newGame(options, seed = 1) {
  const random = uniform(seed);
  const generator = newNetwork([2, 32, 32, 2], random);
  const discriminator = newNetwork([2, 32, 32, 1], random);
  const adams = [generator, discriminator].map((network) => newAdam(network, { rate: 0, momentum: 0 }));
  const average = copy(generator);
  const game = { generator, discriminator, average, steps: 0, random };

  function gradients(real, noise) {
    const g = generatorMove(generator, discriminator, noise, options.minimax);
    return [g, discriminatorMove(discriminator, real, g.generated, options.r1)];
  }

  function move(player, { gradients: g }) {
    const rate = [options.generatorRate, options.discriminatorRate][player];
    adams[player](g, { rate, momentum: options.momentum });
  }

  game.step = () => {
    const noise = Float64Array.from(normalPoint(2 * options.points, random));
    const real = options.sample(options.points, random);
    const [g, d] = gradients(real, noise);
    if (options.order === "alternating") {
      move(1, d);
      move(0, generatorMove(generator, discriminator, noise, options.minimax));
    } else if (options.order === "extragradient") {
      const before = [generator, discriminator].map(copy);
      move(0, g);
      move(1, d);
      const ahead = gradients(real, noise); // what the players see from one step ahead
      [generator, discriminator].forEach((network, i) => put(network, before[i]));
      move(0, ahead[0]);
      move(1, ahead[1]);
    } else {
      move(0, g);
      move(1, d);
    }
    game.steps += 1;
    average.forEach((layer, k) => {
      for (const name of ["weights", "biases"]) {
        layer[name].forEach((w, i) => { layer[name][i] = 0.995 * w + 0.005 * generator[k][name][i]; });
      }
    });
    return { generator: g.loss, discriminator: d.loss };
  };
  return game;
}

// ------------------------------------------------------------------ the data

export const CENTRES = Array.from({ length: 8 }, (_, i) => {
  return [Math.cos((i * Math.PI) / 4), Math.sin((i * Math.PI) / 4)];
});

function around(centres, width) {
  return (number, random) => {
    const points = Float64Array.from(normalPoint(2 * number, random), (value) => width * value);
    for (let i = 0; i < number; i++) {
      const [x, y] = centres[Math.floor(random() * centres.length)];
      points[2 * i] += x;
      points[2 * i + 1] += y;
    }
    return points;
  };
}

export const DATA = {
  "ring of eight": around(CENTRES, 0.05),
  "one Gaussian": around([[0.6, 0.3]], 0.25),
  "two Gaussians": around([[-0.7, 0], [0.7, 0]], 0.15),
  line: (number, random) => {
    const points = new Float64Array(2 * number);
    for (let i = 0; i < number; i++) {
      const t = 2 * random() - 1;
      points.set([t, 0.5 * t + 0.02 * normalPoint(1, random)[0]], 2 * i);
    }
    return points;
  },
};

// Data that the reader has drawn, with a little noise around each point.
export const drawnData = (points) => around(points, 0.03);

// How many of the eight modes have at least 25 of 1,000 generated points within 0.15.
export function modesFound(generator, random) {
  const points = output(generator, Float64Array.from(normalPoint(2000, random)));
  const counts = CENTRES.map(([x, y]) => {
    let count = 0;
    for (let i = 0; i < points.length; i += 2) {
      if (Math.hypot(points[i] - x, points[i + 1] - y) < 0.15) count++;
    }
    return count;
  });
  return counts.filter((count) => count >= 25).length;
}
