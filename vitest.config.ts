import { availableParallelism } from 'node:os'
import { defineConfig } from 'vitest/config'
import { LongestFirst } from './test/support/longest-first.ts'

const CORES = Math.max(2, availableParallelism())

// Three projects: `unit` needs nothing, `integration` shares one real PostgreSQL, `browser` drives built servers by
// Chromium and is skipped, saying so, where there is none.
export default defineConfig({
  test: {
    sequence: { sequencer: LongestFirst },
    projects: [
      {
        test: {
          name: 'unit',
          setupFiles: ['test/support/loopback-only.ts'],
          include: ['src/**/*.test.ts', 'web/src/**/*.test.ts', 'test/*.test.ts', 'test/unit/**/*.test.ts'],
          testTimeout: 60_000,
          maxWorkers: CORES,
          // Loading the modules for each file anew is half of the work.
          isolate: false,
        },
      },
      {
        test: {
          name: 'integration',
          setupFiles: ['test/support/loopback-only.ts'],
          include: ['test/{integration,contract,hostile,scenarios,simulation}/**/*.test.ts'],
          globalSetup: ['test/support/built-weir.ts', 'test/support/global-database.ts'],
          // Generous: a shared machine may be many times slower than an idle one.
          testTimeout: 180_000,
          hookTimeout: 240_000,
          // Two more: the tests of killed processes mostly wait.
          maxWorkers: CORES + 2,
          // Loading the whole server once a file is a fifth of the work; each file has a database of its own.
          isolate: false,
        },
      },
      {
        test: {
          name: 'browser',
          include: ['test/browser/*.test.ts'],
          globalSetup: ['test/support/browser-build.ts'],
          expect: { poll: { timeout: 10_000 } },
          testTimeout: 240_000,
          hookTimeout: 240_000,
          // One more: journeys wait for pages, jobs and animations.
          maxWorkers: CORES + 1,
          // Files of one worker share its Chromium; each has a person and organizations of its own.
          isolate: false,
        },
      },
    ],
  },
})
