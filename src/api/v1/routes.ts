import type { Routes } from '../app.ts'
import { testClockRoutes } from './test-clock.ts'
import { webhookEndpointsRoutes } from './webhook-endpoints.ts'
import { webhooksRoutes } from './webhooks.ts'

/** Every room of routes below /api/v1. */
export const routesOfV1: readonly Routes[] = [testClockRoutes, webhookEndpointsRoutes, webhooksRoutes]
