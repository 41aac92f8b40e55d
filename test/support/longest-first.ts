import { BaseSequencer, type TestSpecification } from 'vitest/node'

/** Files that take half a minute or more, the longest first. */
const LONG_FILES = [
  'simulation/simulation.test.ts',
  'simulation/stored-payments.test.ts',
  'hostile/quiet-neighbour.test.ts',
  'hostile/postgresql-goes-away.test.ts',
  'integration/crash.test.ts',
  'hostile/documents-of-a-killed-process.test.ts',
  'hostile/webhooks-of-a-dead-process.test.ts',
  'integration/garbage.test.ts',
  'boot/start.test.ts',
  'hostile/starts.test.ts',
  'integration/usage-equality.test.ts',
  'browser/pages.test.ts',
  'browser/j26-portal.test.ts',
  'browser/sample-company.test.ts',
  'browser/j16-bulk.test.ts',
  'browser/payment-providers.test.ts',
  'browser/j30-walk.test.ts',
  'browser/payment-accounts.test.ts',
]

/** How early a file has to begin: 0 for one that may begin at any time. */
function weightOf({ moduleId }: TestSpecification): number {
  const place = LONG_FILES.findIndex((name) => moduleId.endsWith(`/${name}`))
  return place < 0 ? 0 : LONG_FILES.length - place
}

/** Begins with the longest files, so that a run does not end with one worker waiting for the other. */
export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files)
    return sorted.sort((one, other) => weightOf(other) - weightOf(one))
  }
}
