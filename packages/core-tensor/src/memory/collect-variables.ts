import type { tf } from '@tintype/backend';
import type { ParameterScope } from '../parameters/create-parameters.ts';

export interface CollectedVariables {
  /** Creates in the scope given, and remembers. */
  readonly scope: ParameterScope;
  /** What is trainable of all that was created through it so far, scopes below included. */
  readonly variables: readonly tf.Variable[];
}

/** Watches which variables a block creates, so that its gradient can be asked for by them. */
export function collectVariables(scope: ParameterScope): CollectedVariables {
  const variables: tf.Variable[] = [];
  const watch = (inner: ParameterScope): ParameterScope => ({
    path: inner.path,
    child: (name) => watch(inner.child(name)),
    create(name, shape, options) {
      const variable = inner.create(name, shape, options);
      if (options.isTrainable ?? true) variables.push(variable);
      return variable;
    },
  });
  return { scope: watch(scope), variables };
}
