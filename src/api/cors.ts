import cors from '@fastify/cors'
import type { FastifyInstance } from 'fastify'
import type { Settings } from '../actions/context.ts'

/** How long a browser may keep what it was allowed; Chromium keeps nothing for more than two hours. */
const PREFLIGHT_SECONDS = 600

/**
 * Lets the pages of two origins read the answers of the API: those of the dashboard (`LAGO_FRONT_URL`) and those of the
 * server's own public address. Keys are sent in headers and never in cookies, so no credentials are allowed.
 */
export function allowOrigins(app: FastifyInstance, settings: Pick<Settings, 'apiUrl' | 'frontUrl'>): void {
  void app.register(cors, {
    origin: [...new Set([settings.frontUrl, settings.apiUrl].map((url) => new URL(url).origin))],
    methods: ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'],
    allowedHeaders: ['Authorization', 'Content-Type', 'Idempotency-Key', 'X-Request-Id'],
    exposedHeaders: [
      'Idempotent-Replayed',
      'Retry-After',
      'X-RateLimit-Limit',
      'X-RateLimit-Remaining',
      'X-RateLimit-Reset',
      'X-Request-Id',
    ],
    maxAge: PREFLIGHT_SECONDS,
    credentials: false,
  })
}
