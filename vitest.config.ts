import { defineConfig } from 'vitest/config'

// Three projects: `unit` needs nothing, `integration` shares one real PostgreSQL, `conformance` drives a server.
export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'unit',
          include: ['src/**/*.test.ts', 'test/*.test.ts', 'test/unit/**/*.test.ts'],
          testTimeout: 20_000,
        },
      },
      {
        test: {
          name: 'integration',
          include: ['test/{integration,contract,hostile,scenarios,simulation}/**/*.test.ts'],
          globalSetup: ['test/support/global-database.ts'],
          // Generous: a shared machine may be many times slower than an idle one.
          testTimeout: 180_000,
          hookTimeout: 240_000,
          maxWorkers: 2,
        },
      },
    ],
  },
})
