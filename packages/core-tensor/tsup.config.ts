import { packageBuild } from '../../tsup.base.ts';

export default packageBuild({
  index: 'src/index.ts',
  node: 'src/node/index.ts',
  onnx: 'src/onnx/index.ts',
  testing: 'src/testing/index.ts',
});
