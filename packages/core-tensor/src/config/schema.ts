/** The schema language of configurations (valibot); every package writes its schemas with this one instance. */
export * as v from 'valibot';
