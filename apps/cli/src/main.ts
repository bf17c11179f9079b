#!/usr/bin/env node
import { runCli } from './cli.ts';
import { watchSignals } from './interruption.ts';
import { createProcessTerminal } from './terminal.ts';

/** How long open handles may keep a finished process alive. */
const lingerMs = 2000;

// Engines print to the console; stdout is for results alone.
console.log = console.error;
console.info = console.error;

const terminal = createProcessTerminal();
const interruption = watchSignals(terminal.note);
const code = await runCli(process.argv.slice(2), { terminal, signal: interruption.signal });
process.exitCode = interruption.exitCode ?? code;
setTimeout(() => process.exit(), lingerMs).unref();
