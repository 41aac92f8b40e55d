import type { FastifyInstance } from 'fastify'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { buildApp } from '../../src/api/app.ts'
import { type Client, type Harness, startHarness } from '../support/harness.ts'

const DASHBOARD = 'https://billing.example.com'
const OWN = 'https://api.example.com:8443'
const STRANGERS = [
  'https://evil.example',
  'https://billing.example.com.evil.example',
  'http://billing.example.com',
  'https://billing.example.com:444',
  'https://api.example.com',
  'null',
]

let harness: Harness
let client: Client
let app: FastifyInstance
beforeAll(async () => {
  harness = await startHarness()
  client = await harness.organization()
  const settings = { ...harness.context.settings, frontUrl: `${DASHBOARD}/app`, apiUrl: `${OWN}/weir` }
  app = buildApp({ ...harness.context, settings })
  await app.ready()
})
afterAll(async () => {
  await app?.close()
  await harness?.close()
})

const ask = (method: 'GET' | 'POST' | 'OPTIONS', url: string, headers: Record<string, string>) =>
  app.inject({ method, url, headers })
const asking = {
  'access-control-request-method': 'POST',
  'access-control-request-headers': 'authorization,content-type,idempotency-key',
}

describe('pages of another origin', () => {
  it('204: the dashboard and the server itself may send what the API takes, without a key', async () => {
    for (const origin of [DASHBOARD, OWN]) {
      for (const url of ['/api/v1/events', '/api/v1/customers/acme%2F1']) {
        const { statusCode, headers } = await ask('OPTIONS', url, { ...asking, origin })
        expect(statusCode).toBe(204)
        expect(headers['access-control-allow-origin']).toBe(origin)
        expect(headers['access-control-allow-methods']).toBe('GET, HEAD, POST, PUT, PATCH, DELETE')
        expect(headers['access-control-allow-headers']).toContain('Authorization')
        expect(headers['access-control-allow-credentials']).toBeUndefined()
      }
    }
  })

  it('200 and 401 can be read by them, and name the origin to caches', async () => {
    const authorization = `Bearer ${client.apiKey}`
    const ok = await ask('GET', '/api/v1/plans', { authorization, origin: DASHBOARD })
    const unauthorized = await ask('GET', '/api/v1/plans', { origin: DASHBOARD })
    expect([ok.statusCode, unauthorized.statusCode]).toEqual([200, 401])
    for (const { headers } of [ok, unauthorized]) {
      expect(headers['access-control-allow-origin']).toBe(DASHBOARD)
      expect(headers.vary).toContain('Origin')
      expect(headers['access-control-expose-headers']).toContain('X-Request-Id')
    }
  })

  it('nobody else may', async () => {
    const authorization = `Bearer ${client.apiKey}`
    for (const origin of STRANGERS) {
      const preflight = await ask('OPTIONS', '/api/v1/plans', { ...asking, origin })
      const answer = await ask('GET', '/api/v1/plans', { authorization, origin })
      for (const { headers } of [preflight, answer]) {
        expect(headers['access-control-allow-origin'], origin).toBeUndefined()
        expect(headers.vary).toContain('Origin')
      }
    }
  })

  it('200 without an origin, as every other client', async () => {
    const { statusCode, headers } = await ask('GET', '/api/v1/plans', {
      authorization: `Bearer ${client.apiKey}`,
    })
    expect(statusCode).toBe(200)
    expect(headers['access-control-allow-origin']).toBeUndefined()
  })
})
