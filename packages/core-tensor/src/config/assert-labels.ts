import { TintypeError } from '@tintype/backend';

/**
 * Checks class labels that lie on the host: whole numbers from 0 to numClasses − 1.
 * @param count Number of labels expected, where it is known.
 * @throws TintypeError `E_LABEL` with the index of the first bad one.
 */
export function assertLabels(
  labels: ArrayLike<number>,
  numClasses: number,
  name: string,
  count?: number,
): void {
  if (count !== undefined && labels.length !== count) {
    throw new TintypeError('E_LABEL', {
      where: name,
      what: 'there must be one label for each example',
      got: `${labels.length} labels`,
      expected: `${count}`,
    });
  }
  for (let index = 0; index < labels.length; index += 1) {
    const label = labels[index]!;
    if (Number.isInteger(label) && label >= 0 && label < numClasses) continue;
    throw new TintypeError('E_LABEL', {
      where: `${name}[${index}]`,
      what: 'the label is not a class',
      got: label,
      expected: `a whole number from 0 to ${numClasses - 1}`,
    });
  }
}
