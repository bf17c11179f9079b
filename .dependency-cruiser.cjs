// The directions that imports may flow in (see README). A circular, backward or deep import fails `pnpm check`.
const below = {
  backend: [],
  'core-tensor': ['backend'],
  datasets: ['core-tensor'],
  metrics: ['core-tensor', 'datasets'],
  autoencoders: ['core-tensor'],
  gan: ['core-tensor'],
  diffusion: ['core-tensor'],
  guidance: ['core-tensor', 'diffusion'],
  recipes: ['core-tensor', 'datasets', 'metrics', 'autoencoders', 'gan', 'diffusion', 'guidance'],
};

const outside = (name, allowed) => ({
  name: `${name}-imports-only-what-is-below`,
  severity: 'error',
  from: { path: `^packages/${name}/` },
  to: { path: `^(packages/(?!(${[name, ...allowed].join('|')})/)|apps/)` },
});

const tests = '[.]test(-support)?[.]ts$';

/** What several models of a package are made of, beside them in `src`. */
const sharedByModels = [
  'image-coder',
  'latent-distribution',
  'latent-walk',
  'networks',
  'objectives',
  'regularizers',
  'vector-quantizer',
];

module.exports = {
  forbidden: [
    { name: 'no-circular', severity: 'error', from: {}, to: { circular: true } },
    {
      name: 'packages-meet-at-their-entries',
      comment: 'No deep imports: another package is reached through src/index.ts or a declared subpath only.',
      severity: 'error',
      from: { path: '^(packages|apps)/([^/]+)/' },
      to: {
        path: '^packages/([^/]+)/',
        pathNot: ['^packages/$2/', '^packages/[^/]+/src/(index|node/index|onnx/index|testing/index)[.]ts$'],
      },
    },
    {
      name: 'models-do-not-import-each-other',
      severity: 'error',
      from: { path: '^packages/(autoencoders|gan|conditional-gan)/src/([^/]+)/', pathNot: tests },
      to: {
        path: '^packages/$1/src/([^/]+)/',
        pathNot: [`^packages/$1/src/($2|${sharedByModels.join('|')})/`],
      },
    },
    {
      name: 'only-backend-imports-tfjs',
      severity: 'error',
      from: { path: '^(packages|apps)/', pathNot: '^packages/backend/' },
      to: { path: '@tensorflow' },
    },
    {
      name: 'node-modules-stay-out-of-main-entries',
      comment: 'Main entries run in browsers; Node-only code lives under src/node or src/testing.',
      severity: 'error',
      from: { path: '^packages/[^/]+/src/', pathNot: ['/src/(node|testing)/', tests] },
      to: { dependencyTypes: ['core'], dependencyTypesNot: ['type-only', 'type-import'] },
    },
    {
      name: 'tests-are-not-imported',
      severity: 'error',
      from: { path: '^(packages|apps)/', pathNot: tests },
      to: { path: tests },
    },
    ...Object.entries(below).map(([name, allowed]) => outside(name, allowed)),
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '(^|/)dist/' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['source', 'import', 'node', 'default'],
    },
  },
};
