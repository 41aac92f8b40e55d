import { expect, it } from 'vitest'
import type { Client } from './harness.ts'

/** A request that is rejected; its test is named after the rule and the code. */
export type RefusedCase = {
  readonly name: string
  /** `METHOD /path` below /api/v1. */
  readonly to: string
  readonly body?: unknown
  readonly status?: number
  /** `error_details` of a 422, `code` of anything else. */
  readonly says: unknown
}

/** A test for each case. */
export function itRefuses(cases: readonly RefusedCase[], client: () => Client): void {
  for (const { name, to, body, status = 422, says } of cases) {
    it(name, async () => {
      const [method = '', path = ''] = to.split(' ')
      const answer = await client().call(method, path, body)
      const told = answer.status === 422 ? answer.body.error_details : answer.body.code
      expect([answer.status, told]).toEqual([status, says])
    })
  }
}
