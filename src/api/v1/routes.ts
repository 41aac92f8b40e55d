import type { FastifyInstance } from 'fastify'
import type { Context } from '../../actions/context.ts'
import { eventRoutes } from './events.ts'
import { testClockRoutes } from './test-clock.ts'

/** A room of routes: registers itself on the app with the context that its actions need. */
export type Routes = (app: FastifyInstance, context: Context) => void

/** Every room of routes below /api/v1. */
export const routesOfV1: readonly Routes[] = [eventRoutes, testClockRoutes]
