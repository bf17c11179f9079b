import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { featuresUsage, parseFeaturesOptions } from './features/features-options.ts';
import { describeFeatures, runFeatures } from './features/run-features.ts';
import { listenForInterruption } from './interruption.ts';
import { readProvenance } from './provenance.ts';
import { runQualityCommand } from './quality/quality-command.ts';
import { qualityUsage } from './quality/quality-options.ts';
import { qualitySuites } from './quality/quality-suites.ts';
import { checkGates } from './speed/gates.ts';
import { describeProfile } from './speed/profile-table.ts';
import { runProfile } from './speed/run-profile.ts';
import { runSpeed } from './speed/run-speed.ts';
import { parseSpeedOptions, type SpeedOptions, speedUsage } from './speed/speed-options.ts';
import { describeGates, describeRecords } from './speed/speed-table.ts';
import type { Terminal } from './terminal.ts';
import { UsageError } from './usage-error.ts';

type Command = (args: readonly string[], terminal: Terminal) => Promise<number>;

const commands: Readonly<Record<string, Command>> = { features, quality, speed };
const usage = [speedUsage, qualityUsage(qualitySuites), featuresUsage].join('\n\n');

/** Runs one command line. The exit code: 0 done, 1 failed or a promised figure missed, 2 bad usage. */
export async function runBenchmark(args: readonly string[], terminal: Terminal): Promise<number> {
  try {
    const [name, ...rest] = args;
    if (name === undefined) throw new UsageError(`A command is missing.\n\n${usage}`);
    if (name === '--help' || name === '-h') {
      terminal.out(usage);
      return 0;
    }
    if (!Object.hasOwn(commands, name)) {
      const known = Object.keys(commands).join(', ');
      throw new UsageError(`There is no command ${name}. Known: ${known}.`);
    }
    return await commands[name]!(rest, terminal);
  } catch (error) {
    const isUsage = error instanceof UsageError;
    terminal.note(`${isUsage ? error.message : error instanceof Error ? error.stack : error}\n`);
    return isUsage ? 2 : 1;
  }
}

async function quality(args: readonly string[], terminal: Terminal): Promise<number> {
  const { signal, stopListening } = listenForInterruption(terminal.note);
  try {
    return await runQualityCommand(args, terminal, { signal });
  } finally {
    stopListening();
  }
}

async function speed(args: readonly string[], terminal: Terminal): Promise<number> {
  const options = parseSpeedOptions(args);
  if (!options.isHelp) return options.isProfiling ? profile(options, terminal) : measure(options, terminal);
  terminal.out(speedUsage);
  return 0;
}

async function features(args: readonly string[], terminal: Terminal): Promise<number> {
  const options = parseFeaturesOptions(args);
  if (options.isHelp) {
    terminal.out(featuresUsage);
    return 0;
  }
  const report = await runFeatures(options, terminal);
  terminal.out(options.isJson ? JSON.stringify(report, null, 2) : describeFeatures(report));
  return 0;
}

async function measure(options: SpeedOptions, terminal: Terminal): Promise<number> {
  const records = await runSpeed(options, terminal, readProvenance());
  const results = options.isChecking ? checkGates(records) : [];
  write(records, options.isJson ? undefined : describeRecords(records), options, terminal);
  if (options.isChecking) terminal.note(`${describeGates(results)}\n`);
  return results.every(({ isMet }) => isMet) ? 0 : 1;
}

async function profile(options: SpeedOptions, terminal: Terminal): Promise<number> {
  const profiles = await runProfile(options, terminal);
  const text = options.isJson ? undefined : profiles.map(describeProfile).join('\n\n');
  write(profiles, text, options, terminal);
  return 0;
}

/** The text, or the JSON document where there is none; the document also goes to `--out`. */
function write(result: unknown, text: string | undefined, { out }: SpeedOptions, terminal: Terminal): void {
  const json = JSON.stringify(result, null, 2);
  if (out !== undefined) {
    mkdirSync(dirname(out), { recursive: true });
    writeFileSync(out, `${json}\n`);
    terminal.note(`results in ${out}\n`);
  }
  terminal.out(text ?? json);
}
