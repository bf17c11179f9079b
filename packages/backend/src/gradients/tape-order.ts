import { type AddTapeNode, engineInternals, type TapeNode } from './engine.ts';

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
    if (tape !== null) moveBeforeClonesOfOutputs(tape, saved.length);
  };
  engine.addTapeNode = corrected;
  return () => {
    // The method lives on the prototype: deleting the own property gives it back.
    Reflect.deleteProperty(engine, 'addTapeNode');
    if (engine.addTapeNode !== stock) engine.addTapeNode = stock;
  };
}

/** Each saved tensor is one clone, recorded directly before the last node of the tape. */
function moveBeforeClonesOfOutputs(tape: TapeNode[], savedCount: number): void {
  const operation = tape.at(-1);
  if (operation === undefined) return;
  const outputIds = new Set(operation.outputs.map((output) => output.id));
  let position = tape.length - 1;
  for (let i = tape.length - 2; i >= Math.max(0, tape.length - 1 - savedCount); i--) {
    if (Object.values(tape[i]!.inputs).some((input) => outputIds.has(input.id))) position = i;
  }
  if (position === tape.length - 1) return;
  tape.pop();
  tape.splice(position, 0, operation);
}
