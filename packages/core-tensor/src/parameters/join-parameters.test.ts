import { describeOnBackends } from '@tintype/backend/testing';
import { expect, test } from 'vitest';
import { createRandomStream } from '../random/create-random-stream.ts';
import { createParameters } from './create-parameters.ts';
import { zeros } from './initializers.ts';
import { joinParameters } from './join-parameters.ts';

function createJoined() {
  const first = createParameters(createRandomStream(1));
  const second = createParameters(createRandomStream(2));
  first.scope.child('layer').create('weight', [2], { initializer: zeros() });
  second.scope.create('weight', [3], { initializer: zeros(), isTrainable: false });
  return { first, second, joined: joinParameters({ vq_vae: first.parameters, prior: second.parameters }) };
}

describeOnBackends(
  'joinParameters',
  () => {
    test('shows the entries of each tree under its name, and what a tree gains later', () => {
      const { first, second, joined } = createJoined();
      expect([...joined.keys()]).toEqual(['vq_vae.layer.weight', 'prior.weight']);
      expect(joined.get('vq_vae.layer.weight')).toBe(first.parameters.get('layer.weight'));
      expect([...joined.values()].map(({ isTrainable }) => isTrainable)).toEqual([true, false]);
      first.scope.create('later', [1], { initializer: zeros() });
      expect(joined.size).toBe(3);
      const seen: string[] = [];
      joined.forEach((_, name) => {
        seen.push(name);
      });
      expect(seen).toEqual(['vq_vae.layer.weight', 'vq_vae.later', 'prior.weight']);
      first.dispose();
      second.dispose();
    });

    test('knows no name of another tree, none without its tree, and none after dispose', () => {
      const { first, second, joined } = createJoined();
      for (const name of ['weight', 'prior', 'prior.layer.weight', 'vq_vae.weight', 'toString.call', '']) {
        expect(joined.has(name), name).toBe(false);
      }
      first.dispose();
      expect(() => [...joined]).toThrow(expect.objectContaining({ code: 'E_DISPOSED' }));
      second.dispose();
    });
  },
  { backends: ['cpu'] },
);
