import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';
import { afterAll, beforeAll, expect, test } from 'vitest';

// Every TypeScript snippet of a README is compiled against the sources. A snippet may leave out its imports, and
// may use the names below without making them.
const root = fileURLToPath(new URL('..', import.meta.url));
const given: Readonly<Record<string, string>> = {
  rng: "import('@tintype/core-tensor').RandomStream",
  images: "import('@tintype/core-tensor').tf.Tensor4D",
  mask: "import('@tintype/core-tensor').tf.Tensor4D",
  testImages: "AsyncIterable<import('@tintype/core-tensor').tf.Tensor4D>",
  labels: "import('@tintype/core-tensor').tf.Tensor1D",
  batches: "import('@tintype/core-tensor').BatchSource",
  storage: "import('@tintype/core-tensor').Storage",
  generator: "import('@tintype/core-tensor').Optimizer",
  discriminator: "import('@tintype/core-tensor').Optimizer",
  schedule: "import('@tintype/diffusion').NoiseSchedule",
  model: "import('@tintype/diffusion').UNet2d",
  trainStep: "import('@tintype/core-tensor').TrainStep",
  noise: "import('@tintype/core-tensor').tf.Tensor4D",
  xt: "import('@tintype/core-tensor').tf.Tensor4D",
  t: "import('@tintype/core-tensor').tf.Tensor1D",
  preview: "(images: import('@tintype/core-tensor').tf.Tensor4D) => void",
  controller: 'AbortController',
};

const snippets = readmes().flatMap((path) =>
  [...readFileSync(join(root, path), 'utf8').matchAll(/```ts\n([\s\S]*?)```/g)].map(
    (match, i) => [`${path} (${i + 1})`, match[1]!] as const,
  ),
);

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(root, 'node_modules/.snippets-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test('every snippet compiles, and one that is wrong is found', () => {
  expect(snippets.length).toBeGreaterThan(5);
  const wrong = [
    ['wrong type', 'const seed: string = createRandomStream(1).counter;'],
    ['wrong name', 'createRandomStreem(1);'],
  ] as const;
  const found = problems([...wrong, ...snippets]);
  expect(found.slice(0, 2)).toEqual([
    expect.stringMatching(/^wrong type: .*not assignable/),
    expect.stringMatching(/^wrong name: .*Cannot find name/),
  ]);
  expect(found.slice(2)).toEqual([]);
});

/** What the compiler says against snippets, each a module of its own. */
function problems(named: readonly (readonly [name: string, code: string])[]): string[] {
  const globals = join(folder, 'names.d.ts');
  writeFileSync(globals, declarations());
  const files = named.map(([, code], i) => {
    const file = join(folder, `snippet-${i}.ts`);
    writeFileSync(file, `${code}\nexport {};\n`);
    return file;
  });
  const program = ts.createProgram([globals, ...files], {
    ...ts.readConfigFile(join(root, 'tsconfig.base.json'), ts.sys.readFile).config.compilerOptions,
    target: ts.ScriptTarget.ES2022,
    module: ts.ModuleKind.ESNext,
    moduleResolution: ts.ModuleResolutionKind.Bundler,
    lib: ['lib.es2022.d.ts', 'lib.dom.d.ts'],
    noUnusedLocals: false,
    noUnusedParameters: false,
    paths: Object.fromEntries(entries().map(([name, path]) => [name, [join(root, path)]])),
  });
  return files.flatMap((file, i) => {
    const source = program.getSourceFile(file)!;
    const diagnostics = [
      ...program.getSyntacticDiagnostics(source),
      ...program.getSemanticDiagnostics(source),
    ];
    return diagnostics.map(
      ({ messageText }) => `${named[i]![0]}: ${ts.flattenDiagnosticMessageText(messageText, ' ')}`,
    );
  });
}

/** What every package exports, and the given names, as globals. */
function declarations(): string {
  const exported = entries().flatMap(([name, path]) =>
    [...readFileSync(join(root, path), 'utf8').matchAll(/export \{([^}]*)\}/g)].flatMap((match) =>
      match[1]!
        .split(',')
        .map((each) => each.trim())
        .filter((each) => /^[a-z]\w*$/.test(each) && !(each in given))
        .map((each) => [each, `typeof import('${name}').${each}`] as const),
    ),
  );
  const types = new Map([...exported, ...Object.entries(given)]);
  types.delete('tf');
  return [...types].map(([name, type]) => `declare const ${name}: ${type};`).join('\n');
}

function entries(): (readonly [name: string, path: string])[] {
  return readdirSync(join(root, 'packages')).flatMap((name) => [
    [`@tintype/${name}`, `packages/${name}/src/index.ts`] as const,
    ...(['core-tensor', 'datasets'].includes(name)
      ? [[`@tintype/${name}/node`, `packages/${name}/src/node/index.ts`] as const]
      : []),
    ...(name === 'core-tensor'
      ? [[`@tintype/${name}/onnx`, `packages/${name}/src/onnx/index.ts`] as const]
      : []),
  ]);
}

function readmes(): string[] {
  return readdirSync(join(root, 'packages'), { recursive: true })
    .map(String)
    .filter((path) => path.endsWith('README.md') && !path.includes('node_modules'))
    .map((path) => `packages/${path}`);
}
