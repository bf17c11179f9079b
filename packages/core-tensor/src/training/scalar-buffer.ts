import { tf } from '@tintype/backend';

export interface ScalarReading {
  /** Steps completed with this one. */
  readonly step: number;
  readonly phase: string;
  readonly term: string;
  /** The name in metrics events. */
  readonly name: string;
  readonly value: number;
}

type Pending = Omit<ScalarReading, 'value'> & { readonly scalar: tf.Scalar };

/** Scalars of past steps that nobody has read yet. */
export interface ScalarBuffer {
  /** Takes the scalar over. */
  add(entry: Pending): void;
  /** All of them in one transfer, oldest first; the buffer is empty afterwards. */
  read(): Promise<ScalarReading[]>;
  dispose(): void;
}

export function createScalarBuffer(): ScalarBuffer {
  let pending: Pending[] = [];

  const dispose = () => {
    for (const { scalar } of pending) scalar.dispose();
    pending = [];
  };

  return {
    add: (entry) => {
      pending.push(entry);
    },
    read: async () => {
      if (pending.length === 0) return [];
      const entries = pending;
      const stacked = tf.tidy(() => tf.stack(entries.map(({ scalar }) => scalar.reshape([]).toFloat())));
      dispose();
      try {
        const values = await stacked.data();
        return entries.map(({ scalar: _, ...entry }, i) => ({ ...entry, value: values[i]! }));
      } finally {
        stacked.dispose();
      }
    },
    dispose,
  };
}
