import type { TestProject } from 'vitest/node'

/** Gives the integration tests their PostgreSQL. */
export default function setup(project: TestProject): void {
  const url = process.env.WEIR_TEST_DATABASE_URL
  if (!url) throw new Error('WEIR_TEST_DATABASE_URL is not set')
  project.provide('databaseUrl', url)
}
