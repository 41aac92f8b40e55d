import type { FastifyInstance } from 'fastify'
import type { Context } from '../../actions/context.ts'
import { moveTestClock } from '../../actions/organizations/move-test-clock.ts'
import { readTestClock, type TestClock } from '../../actions/organizations/read-test-clock.ts'
import type { Instant } from '../../core/calendar/instant.ts'
import { Fields, type Input } from '../../core/input/fields.ts'
import { Problems } from '../../core/problems.ts'
import { forbidden, invalid, refuseIfAny } from '../../core/refusal.ts'
import { rootOf } from '../params.ts'
import { testClockSchemas } from '../schemas/test-clock.ts'

const config = { resource: 'organization' } as const

/** A sandbox's clock: read it, or move it forward and process everything that falls due on the way. */
export function testClockRoutes(app: FastifyInstance, context: Context): void {
  app.get('/test_clock', { config, schema: testClockSchemas.show }, async (request) => {
    const clock = await readTestClock(context, request.caller)
    if (!clock.organization.isSandbox) throw forbidden('not_a_sandbox')
    return toWireClock(clock, context.systemNow())
  })
  const repeatable = { ...config, isRepeatable: true, isAboutClock: true }
  app.put('/test_clock', { config: repeatable, schema: testClockSchemas.move }, async (request) => {
    const now = nowOf(rootOf(request.body, 'test_clock'))
    const organization = await moveTestClock(context, request.caller, now)
    const { clockStatus: status, clockError: error } = organization
    return toWireClock({ organization, status, error }, context.systemNow())
  })
}

function nowOf(input: Input): Instant {
  const problems = new Problems()
  const now = new Fields(input, problems).instant('now')
  refuseIfAny(problems)
  if (now === undefined || now === null) throw invalid({ now: ['value_is_mandatory'] })
  return now
}

function toWireClock({ organization, status, error }: TestClock, systemNow: Instant): object {
  return {
    test_clock: {
      now: new Date(organization.clockAt ?? systemNow).toISOString(),
      status,
      ...(error === null ? {} : { error }),
    },
  }
}
