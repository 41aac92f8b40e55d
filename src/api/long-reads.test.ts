import Fastify from 'fastify'
import { describe, expect, it } from 'vitest'
import { answerLongReadsElsewhere, type LongRead } from './long-reads.ts'

async function world({ isReady = true } = {}) {
  const elsewhere: LongRead[] = []
  const here: string[] = []
  const prepared: string[] = []
  const app = Fastify()
  app.addHook('onRequest', async (request) => {
    request.caller = { organizationId: String(request.headers.authorization) } as typeof request.caller
  })
  answerLongReadsElsewhere(app, {
    isReady: () => isReady,
    prepare: () => prepared.push(here.at(-1) ?? ''),
    read: async (read) => {
      elsewhere.push(read)
      const body = new TextEncoder().encode('x'.repeat(read.url.includes('short') ? 5 : 200_000))
      return { status: 200, headers: { 'content-type': 'text/plain' }, body }
    },
  })
  for (const method of ['get', 'post'] as const) {
    app[method]('/:size', async (request) => {
      here.push(request.url)
      const size = request.url.includes('very') ? 6_000_000 : 200_000
      return request.url.includes('long') ? 'y'.repeat(size) : 'y'
    })
  }
  await app.ready()
  const ask = (url: string, key = 'a', method: 'GET' | 'POST' = 'GET') =>
    app.inject({ method, url, headers: { authorization: key, cookie: 'secret' } })
  const askAsMember = (url: string) =>
    app.inject({ method: 'GET', url, headers: { cookie: 'secret', 'x-weir-organization': 'acme' } })
  return { ask, askAsMember, elsewhere, here, prepared }
}

describe('long reads', () => {
  it('are answered elsewhere once one was long, for that organization and path', async () => {
    const { ask, elsewhere, here } = await world()
    await ask('/long')
    expect(elsewhere).toHaveLength(0)
    const second = await ask('/long')
    expect([second.statusCode, second.body.length, second.headers['content-type']]).toEqual([
      200,
      200_000,
      'text/plain',
    ])
    expect(elsewhere).toMatchObject([{ url: '/long', headers: { authorization: 'a' } }])
    expect(elsewhere[0]?.headers).not.toHaveProperty('cookie')
    await ask('/long', 'b')
    await ask('/other')
    expect(here).toEqual(['/long', '/long', '/other'])
  })

  it('are prepared for by the first one, before the next', async () => {
    const { ask, prepared } = await world()
    await ask('/brief')
    expect(prepared).toEqual([])
    await ask('/long')
    expect(prepared).toEqual(['/long'])
  })

  it('do not wait for a thread that is starting, unless they are very long', async () => {
    const { ask, elsewhere, here } = await world({ isReady: false })
    for (let n = 0; n < 3; n += 1) await ask('/long')
    expect([elsewhere.length, here.length]).toEqual([0, 3])
    for (let n = 0; n < 2; n += 1) await ask('/very-long')
    await ask('/short?per_page=1000')
    expect(elsewhere.map(({ url }) => url)).toEqual(['/very-long', '/short?per_page=1000'])
  })

  it('have the session of a member with them', async () => {
    const { askAsMember, elsewhere } = await world()
    await askAsMember('/long')
    await askAsMember('/long')
    expect(elsewhere[0]?.headers).toMatchObject({ cookie: 'secret', 'x-weir-organization': 'acme' })
  })

  it('are answered elsewhere at once when they are lists of very many, and here again when they are short', async () => {
    const { ask, elsewhere, here } = await world()
    expect((await ask('/short?per_page=1000')).body).toBe('xxxxx')
    expect((await ask('/short?per_page=100')).body).toBe('y')
    expect([elsewhere.length, here.length]).toEqual([1, 1])
  })

  it('are never writes', async () => {
    const { ask, elsewhere } = await world()
    for (let n = 0; n < 3; n += 1) await ask('/long?per_page=1000', 'a', 'POST')
    expect(elsewhere).toEqual([])
  })
})
