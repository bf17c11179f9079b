import { expect, test } from 'vitest';
import * as entry from './index.ts';

test('the package exports these values and no others', () => {
  expect(Object.keys(entry).sort()).toMatchInlineSnapshot(`
    [
      "createAttributeBatches",
      "createBatchOrder",
      "createDomainBatches",
      "createEightGaussians",
      "createGrid25",
      "createHttpDataFiles",
      "createImageBatches",
      "createImageDataset",
      "createPairedBatches",
      "createPointBatches",
      "createStackedMnist",
      "createTwoMoons",
      "createUnpairedBatches",
      "eightGaussiansShape",
      "encodeImagePack",
      "fashionMnistClassNames",
      "gatherImages",
      "grid25Shape",
      "loadEmojiImages",
      "loadFashionMnist",
      "loadMnist",
      "mnistClassNames",
      "parseIdx",
      "parseIdxDataset",
      "parseImagePack",
      "resizeArea",
      "takeImages",
      "twoMoonsShape",
    ]
  `);
});
