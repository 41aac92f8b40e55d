import type { Routes } from '../app.ts'
import { taxRoutes } from './taxes.ts'
import { testClockRoutes } from './test-clock.ts'

/** Every room of routes below /api/v1. */
export const routesOfV1: readonly Routes[] = [taxRoutes, testClockRoutes]
