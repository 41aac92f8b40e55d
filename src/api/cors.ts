import cors from '@fastify/cors'
import type { FastifyInstance } from 'fastify'
import type { Settings } from '../actions/context.ts'

/** How long browsers may cache a preflight response; Chromium caps it at two hours. */
const PREFLIGHT_SECONDS = 600

/**
 * Allows two origins to read API responses: the dashboard's (`LAGO_FRONT_URL`) and the server's own public URL. Keys
 * are sent in headers, never in cookies, so credentials are not allowed.
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
