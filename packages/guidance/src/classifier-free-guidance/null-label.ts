/** The label of "no class": a network trained with it predicts unconditionally. */
export const nullLabel = -1;
