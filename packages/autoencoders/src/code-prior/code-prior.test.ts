import { createRandomStream, tf } from '@tintype/core-tensor';
import { describeOnBackends, expectNoLeaks } from '@tintype/core-tensor/testing';
import { expect, test } from 'vitest';
import { architectures, createTinyPrior } from './tiny-code-prior.test-support.ts';

const someCodes = () => createRandomStream(2).integers<tf.Rank.R3>([2, 3, 3], 0, 5);
const labelled = (...labels: number[]) => tf.tensor1d(labels, 'int32');

describeOnBackends('createCodePrior', () => {
  for (const architecture of architectures) {
    test(`${architecture}: a label moves every logit, −1 is the same as none, and one grid's is not another's`, () => {
      const model = createTinyPrior({ architecture, numClasses: 3 });
      tf.tidy(() => {
        const codes = someCodes();
        const none = model.logits(codes).dataSync();
        const asked = model.logits(codes, labelled(-1, 2)).dataSync();
        expect([...asked.slice(0, 45)]).toEqual([...none.slice(0, 45)]);
        expect([...asked.slice(45)].every((value, i) => value !== none[45 + i])).toBe(true);
        expect(model.logits(codes, labelled(-1, 1)).dataSync()[45]).not.toBe(asked[45]);
      });
      model.dispose();
    });

    test(`${architecture}: nothing is left behind, dispose may be called twice, and later use is refused`, async () => {
      const codes = someCodes();
      const model = createTinyPrior({ architecture });
      await expectNoLeaks(() => model.logits(codes).dispose());
      await expectNoLeaks(() => createTinyPrior({ architecture }).dispose());
      model.dispose();
      model.dispose();
      expect(() => model.logits(codes)).toThrow(expect.objectContaining({ code: 'E_DISPOSED' }));
      codes.dispose();
    });
  }

  test('wrong shapes are refused, and labels where there are no classes', () => {
    const [model, conditional] = [createTinyPrior(), createTinyPrior({ numClasses: 3 })];
    tf.tidy(() => {
      const refused = (code: string) => expect.objectContaining({ code });
      expect(() => model.logits(tf.zeros([2, 4, 3], 'int32'))).toThrow(
        /codes.*got \[2, 4, 3\], expected \[any, 3, 3\]/,
      );
      expect(() => model.logits(tf.zeros([2, 3, 2], 'int32'))).toThrow(refused('E_SHAPE'));
      expect(() => model.logits(someCodes(), labelled(0, 1))).toThrow(refused('E_LABEL'));
      expect(() => conditional.logits(someCodes(), labelled(0))).toThrow(refused('E_SHAPE'));
      expect(() => conditional.logits(someCodes(), labelled(0, 3))).toThrow();
      expect(() => conditional.logits(someCodes(), labelled(0, -2))).toThrow();
    });
    model.dispose();
    conditional.dispose();
  });

  test('masked weights are whole on disk', () => {
    const model = createTinyPrior({ architecture: 'pixel-cnn' });
    expect(model.parameters.get('layers.1.vertical.weight')).toMatchObject({ layout: 'conv' });
    const { variable } = model.parameters.get('layers.1.vertical.weight')!;
    expect(variable.shape).toEqual([3, 3, 6, 12]);
    expect(variable.dataSync().every((value) => value !== 0)).toBe(true);
    model.dispose();
  });
});
