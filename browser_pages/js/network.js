// A trained network, computed step by step. Maps are flat Float32Arrays in the order of Keras:
// row, column, channel. A kernel is (taps, outputs, inputs), so that the innermost loop of every
// layer runs along two arrays without a jump.

import { product } from "./product.js";

function bytesOf(base64) {
  const text = atob(base64);
  const bytes = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i++) bytes[i] = text.charCodeAt(i);
  return bytes.buffer;
}

// Returns a step with its arrays decoded. A kernel of 8 bits has a scale for each tap and output.
function decodedStep(step) {
  if (step.kind === "pool") return step;
  const bias = new Float32Array(bytesOf(step.bias));
  if (!step.scale) return { ...step, bias, kernel: new Float32Array(bytesOf(step.kernel)) };
  const scale = new Float32Array(bytesOf(step.scale));
  const whole = new Int8Array(bytesOf(step.kernel));
  const inputs = step.input[step.input.length - 1];
  const kernel = new Float32Array(whole.length);
  for (let i = 0; i < whole.length; i++) {
    kernel[i] = whole[i] * scale[Math.floor(i / inputs)];
  }
  return { ...step, bias, kernel };
}

function dense(x, { kernel, bias }) {
  return bias.map((value, o) => value + product(x, 0, kernel, o * x.length, x.length));
}

// The zeros before the first row in a convolution with "same" padding from `large` to `small`
// pixels. If their number is odd, TensorFlow puts the smaller half before the map.
function padding(large, small, side, stride) {
  return Math.floor(Math.max((small - 1) * stride + side - large, 0) / 2);
}

// Calls `visit` for each pixel of the smaller map, each tap, and the pixel of the larger map that
// the tap reaches. A convolution goes from the larger map to the smaller, a transposed one back.
function eachTap(small, large, side, stride, visit) {
  const pad = padding(large, small, side, stride);
  for (let row = 0; row < small; row++) {
    for (let column = 0; column < small; column++) {
      for (let tap = 0; tap < side * side; tap++) {
        const r = row * stride + Math.floor(tap / side) - pad;
        const c = column * stride + (tap % side) - pad;
        if (r >= 0 && r < large && c >= 0 && c < large) {
          visit(row * small + column, tap, r * large + c);
        }
      }
    }
  }
}

function convolve(x, step) {
  const { kernel, bias, input, output, side, stride } = step;
  const inputs = input[2];
  const outputs = output[2];
  const y = new Float32Array(output[0] * output[1] * outputs);
  for (let i = 0; i < y.length; i++) y[i] = bias[i % outputs];
  const isTransposed = step.kind === "transposed";
  const small = isTransposed ? input[0] : output[0];
  const large = isTransposed ? output[0] : input[0];
  eachTap(small, large, side, stride, (at, tap, reached) => {
    const from = (isTransposed ? at : reached) * inputs;
    const to = (isTransposed ? reached : at) * outputs;
    for (let o = 0; o < outputs; o++) {
      y[to + o] += product(x, from, kernel, (tap * outputs + o) * inputs, inputs);
    }
  });
  return y;
}

// The largest of each 2 x 2 pixels; a last odd row or column is left out, as Keras does.
function pool(x, { input: [, width, channels], output: [rows, columns] }) {
  const y = new Float32Array(rows * columns * channels);
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      for (let c = 0; c < channels; c++) {
        const at = (2 * row * width + 2 * column) * channels + c;
        const below = at + width * channels;
        const four = [x[at], x[at + channels], x[below], x[below + channels]];
        y[(row * columns + column) * channels + c] = Math.max(...four);
      }
    }
  }
  return y;
}

const LAYERS = { dense, convolution: convolve, transposed: convolve, pool };

// Returns a function of one input (a latent point, or a flat image), which returns the output.
export function makeNetwork(packed) {
  const steps = packed.map(decodedStep);
  return (input) => {
    let x = input;
    for (const step of steps) {
      x = LAYERS[step.kind](x, step);
      if (step.slope !== undefined) x = x.map((value) => (value < 0 ? step.slope * value : value));
      if (step.tanh) x = x.map(Math.tanh);
    }
    return x;
  };
}
