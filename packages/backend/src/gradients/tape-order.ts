import { type AddTapeNode, type EngineInternals, engineInternals, type TapeNode } from './engine.ts';
import { gradientRefused } from './refusals.ts';

// tfjs saves an output by cloning it, and records that clone on the tape before the operation that made the
// output. A second derivative walks the tape in order, meets a clone of something not yet made, and drops the
// path: derivatives of tanh, sigmoid, exp, softmax and of every customGrad that saves its output are silently
// wrong (tfjs issue 3252). Moving the operation in front of the clones of its outputs repairs all of them.

/**
 * Puts operations on the tape before the clones of their outputs, and lets the gradient of a customGrad win
 * over a registered kernel of the same name. Returns the function that undoes it.
 */
export function correctTapeOrder(): () => void {
  const engine = engineInternals();
  const stock = engine.addTapeNode;
  const corrected: AddTapeNode = (kernelName, inputs, outputs, gradientFunction, saved, attributes) => {
    // Only clones and customGrads bring their own function. tfjs names them after the active tidy scope and would
    // take that name for a kernel's: `tidy('Relu', …)` around a customGrad would get the gradient of relu.
    const name = gradientFunction == null ? kernelName : `${kernelName} (own gradient)`;
    stock.call(engine, name, inputs, outputs, gradientFunction, saved, attributes);
    const tape = engine.state.activeTape;
    if (tape === null || saved.length === 0) return;
    const added = gradientFunction == null ? 0 : refuseSavedIntermediates(tape, saved.length, engine);
    moveBeforeClonesOfOutputs(tape, saved.length + added);
  };
  engine.addTapeNode = corrected;
  return () => {
    // The method lives on the prototype: deleting the own property gives it back.
    Reflect.deleteProperty(engine, 'addTapeNode');
    if (engine.addTapeNode !== stock) engine.addTapeNode = stock;
  };
}

/**
 * A customGrad may save what is neither its input nor its output (tf.losses.softmaxCrossEntropy does). Nothing
 * records how that depends on the inputs, so tfjs takes it for a constant and the second derivative is wrong.
 * Here it is recorded as an operation of the same inputs whose gradient is refused. Returns how many were.
 */
function refuseSavedIntermediates(tape: TapeNode[], savedCount: number, engine: EngineInternals): number {
  const operation = tape.at(-1)!;
  const { inputs, outputs } = operation;
  const known = new Set([...Object.values(inputs), ...outputs].map(({ id }) => id));
  const before = tape.length;
  for (let i = before - 2, end = Math.max(0, before - 1 - savedCount); i >= end; i--) {
    const source = tape[i]!.inputs.x;
    if (source === undefined || source.dtype !== 'float32' || known.has(source.id)) continue;
    // A tensor from outside the customGrad is recorded already, by what made it.
    if (tape.some((node) => node.outputs.includes(source))) continue;
    const id = engine.state.nextTapeNodeId++;
    tape.splice(i, 0, { id, kernelName: 'saved', inputs, outputs: [source], saved: [], gradient: refuse });
  }
  return tape.length - before;
}

function refuse(): never {
  throw gradientRefused('the second derivative of a customGrad that saves an intermediate value', composeIt);
}

const composeIt =
  'Compose it of plain operations (tf.losses.softmaxCrossEntropy: use tf.logSoftmax), or save inputs only';

/** The clones of what an operation saves are recorded directly before it, among the last `count` nodes. */
function moveBeforeClonesOfOutputs(tape: TapeNode[], count: number): void {
  const operation = tape.at(-1);
  if (operation === undefined) return;
  const outputIds = new Set(operation.outputs.map((output) => output.id));
  let position = tape.length - 1;
  for (let i = tape.length - 2; i >= Math.max(0, tape.length - 1 - count); i--) {
    if (Object.values(tape[i]!.inputs).some((input) => outputIds.has(input.id))) position = i;
  }
  if (position === tape.length - 1) return;
  tape.pop();
  tape.splice(position, 0, operation);
}
