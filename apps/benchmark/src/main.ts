#!/usr/bin/env node
import { runBenchmark } from './cli.ts';
import { createProcessTerminal } from './terminal.ts';

process.exitCode = await runBenchmark(process.argv.slice(2), createProcessTerminal());
