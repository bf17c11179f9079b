import type { Browser, Page } from 'playwright';
import type { BenchmarkPage } from '../page/main.ts';
import { type Contestant, ContestantError } from './contestant.ts';
import { type ServedPage, servePage } from './serve-page.ts';

export interface ChromiumOptions {
  /** Folder of this app. */
  readonly root: string;
  readonly isIsolated: boolean;
  /** The longest that one answer may take. */
  readonly timeoutMs: number;
}

type PageGlobal = { readonly tintypeBenchmark: BenchmarkPage };

const args = ['--no-sandbox', '--disable-quic', '--no-first-run', '--disable-background-networking'];

/** Our kernels in a page of headless Chromium, with threads where it is cross-origin isolated. It starts when opened. */
export function createChromiumContestant(name: string, options: ChromiumOptions): Contestant {
  let browser: Browser | undefined;
  let served: ServedPage | undefined;
  let page: Page | undefined;

  async function start(): Promise<Page> {
    const { chromium } = await import('playwright');
    served = await servePage(options.root, options.isIsolated);
    browser = await chromium.launch({
      executablePath: process.env.TINTYPE_CHROMIUM ?? '/usr/bin/chromium',
      args,
    });
    const opened = await browser.newPage();
    await opened.goto(served.url);
    await opened.waitForFunction(() => 'tintypeBenchmark' in globalThis);
    return opened;
  }

  async function ask<Result>(work: (page: Page) => Promise<Result>): Promise<Result> {
    let timer: NodeJS.Timeout | undefined;
    const tooLong = new Promise<never>((_, reject) => {
      const { timeoutMs } = options;
      timer = setTimeout(() => reject(new Error(`no answer within ${timeoutMs / 1000} s`)), timeoutMs);
    });
    try {
      page ??= await start();
      return await Promise.race([work(page), tooLong]);
    } catch (error) {
      throw new ContestantError(`${name}: ${error instanceof Error ? error.message : error}`);
    } finally {
      clearTimeout(timer);
    }
  }

  return {
    name,
    open: ({ workload, threads }) =>
      ask((opened) =>
        opened.evaluate(
          (asked) =>
            (globalThis as unknown as PageGlobal).tintypeBenchmark.open(asked.workload, asked.threads),
          { workload, threads },
        ),
      ),
    time: (calls) =>
      ask((opened) =>
        opened.evaluate((count) => (globalThis as unknown as PageGlobal).tintypeBenchmark.time(count), calls),
      ),
    memory: () =>
      ask((opened) => opened.evaluate(() => (globalThis as unknown as PageGlobal).tintypeBenchmark.memory())),
    profile: async () => {
      throw new ContestantError(`${name} has no profile`);
    },
    async close() {
      await browser?.close();
      served?.close();
    },
  };
}
