import { setTimeout as sleep } from 'node:timers/promises'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { Context } from '../actions/context.ts'
import { conflict } from '../core/refusal.ts'
import { findOrganization } from '../store/organizations.ts'

declare module 'fastify' {
  interface FastifyContextConfig {
    /** The route is about the sandbox's clock itself and does not wait for it. */
    isAboutClock?: boolean
  }
}

/** How long a write waits for the move of its sandbox's clock. */
const WAIT_MAX_MS = 10_000
const LOOK_EVERY_MS = 50
const READING = new Set(['GET', 'HEAD', 'OPTIONS'])

/**
 * Lets writes of a sandbox wait while its clock is moved, and happen at the time where it stands then; 409
 * `clock_is_advancing` when that takes longer than ten seconds. A move that begins between this look and the write's
 * transaction is met there (src/store/transaction.ts).
 */
export function awaitSandboxClock(app: FastifyInstance, context: Context): void {
  app.addHook('preHandler', async (request) => {
    const { organization } = request.caller
    if (!organization.isSandbox || organization.clockStatus !== 'advancing') return
    if (READING.has(request.method) || request.routeOptions.config.isAboutClock) return
    await waitForClock(context, request)
  })
}

async function waitForClock(context: Context, request: FastifyRequest): Promise<void> {
  const began = performance.now()
  while (performance.now() - began < WAIT_MAX_MS) {
    await sleep(LOOK_EVERY_MS)
    const organization = await findOrganization(context.database, request.caller.organizationId)
    if (organization && organization.clockStatus !== 'advancing') {
      request.caller = { ...request.caller, organization, now: organization.clockAt ?? context.systemNow() }
      return
    }
  }
  throw conflict('clock_is_advancing')
}
