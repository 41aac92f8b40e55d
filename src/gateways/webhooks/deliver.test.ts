import { createServer, type RequestListener, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import { type Delivery, deliver, deliveryAgent } from './deliver.ts'

/** The same for every cause: it must not tell which names and ports the operator's network has. */
const NOT_REACHED = 'the receiver gave no answer, or is not on the public internet'

const servers: Server[] = []

async function listen(answer: RequestListener): Promise<string> {
  const server = createServer(answer)
  servers.push(server)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`
}

afterEach(async () => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  }
})

const to = (url: string, more: Partial<Delivery> = {}): Delivery => ({
  url,
  body: '{"webhook_type":"a"}',
  headers: { 'X-Lago-Unique-Key': 'k' },
  timeoutMs: 2000,
  allowPrivate: true,
  ...more,
})

describe('a delivery', () => {
  it('posts the body to the byte with its headers', async () => {
    let seen: unknown
    const url = await listen(async (request, response) => {
      const chunks: Buffer[] = []
      for await (const chunk of request) chunks.push(chunk as Buffer)
      const { 'content-type': type, 'x-lago-unique-key': key } = request.headers
      seen = [request.method, request.url, type, key, Buffer.concat(chunks).toString()]
      response.end('thanks')
    })
    expect(await deliver(to(url, { body: '{"é":1}' }))).toEqual({
      isDelivered: true,
      httpStatus: 200,
      response: 'thanks',
    })
    expect(seen).toEqual(['POST', '/hook', 'application/json', 'k', '{"é":1}'])
  })

  it.each([
    [200, true],
    [201, true],
    [202, true],
    [203, false],
    [204, true],
    [206, false],
    [301, false],
    [400, false],
    [403, false],
    [500, false],
  ])('answered %i is received: %s', async (status, isDelivered) => {
    const url = await listen((_request, response) => response.writeHead(status).end())
    expect(await deliver(to(url))).toEqual({ isDelivered, httpStatus: status, response: '' })
  })

  it('does not follow a redirect, wherever it leads', async () => {
    let visits = 0
    const inside = await listen((_request, response) => {
      visits += 1
      response.end('secret')
    })
    const url = await listen((_request, response) =>
      response.writeHead(307, { location: inside }).end('moved'),
    )
    expect(await deliver(to(url))).toEqual({ isDelivered: false, httpStatus: 307, response: 'moved' })
    expect(visits).toBe(0)
  })

  it('gives up on a receiver that is slow to answer, and on one that trickles', async () => {
    const silent = await listen(() => undefined)
    expect(await deliver(to(silent, { timeoutMs: 150 }))).toEqual({
      isDelivered: false,
      httpStatus: null,
      response: NOT_REACHED,
      cause: 'no answer within 150 ms',
    })
    const trickling = await listen((_request, response) => {
      const timer = setInterval(() => response.write('.'), 20)
      response.on('close', () => clearInterval(timer))
    })
    const startedAt = performance.now()
    expect((await deliver(to(trickling, { timeoutMs: 200 }))).isDelivered).toBe(false)
    expect(performance.now() - startedAt).toBeLessThan(1500)
  })

  it('keeps the beginning of a giant body and closes the connection', async () => {
    let sent = 0
    let isClosed = false
    const url = await listen((_request, response) => {
      const block = Buffer.alloc(64 * 1024, 'x')
      const more = () => {
        while (!isClosed && sent < 1e9) {
          sent += block.length
          if (!response.write(block)) return
        }
      }
      response.on('drain', more)
      response.on('close', () => {
        isClosed = true
      })
      more()
    })
    const result = await deliver(to(url))
    expect([result.isDelivered, result.response.length]).toEqual([true, 10_000])
    await expect.poll(() => isClosed).toBe(true)
    expect(sent).toBeLessThan(50e6)
  })

  it('keeps an answer that a database can hold', async () => {
    const url = await listen((_request, response) => response.end(Buffer.from([0x61, 0x00, 0xff, 0x62])))
    expect((await deliver(to(url))).response).toBe('a\uFFFDb')
  })

  it('fails with the reason when nobody listens', async () => {
    const result = await deliver(to('http://127.0.0.1:1/'))
    expect([result.isDelivered, result.httpStatus]).toEqual([false, null])
    expect(result.response).toBe(NOT_REACHED)
    expect(result.cause).toMatch(/ECONNREFUSED/)
  })
})

describe('a delivery to the public internet only', () => {
  const port = (url: string) => new URL(url).port

  it.each(['127.0.0.1', '[::1]', '0x7f.1', '2130706433', '127.0.0.1.', '[::ffff:127.0.0.1]', 'localhost'])(
    'refuses %s before a connection is made',
    async (host) => {
      let connections = 0
      const url = await listen((_request, response) => response.end())
      servers[0]?.on('connection', () => {
        connections += 1
      })
      const result = await deliver(to(`http://${host}:${port(url)}/`, { allowPrivate: false }))
      expect([result.isDelivered, result.httpStatus]).toEqual([false, null])
      expect(result.response).toBe(NOT_REACHED)
      expect(result.cause).toMatch(/is not an address of the public internet/)
      expect(connections).toBe(0)
    },
  )

  it('asks for a name once for each connection and refuses it whenever it leads inside', async () => {
    let visits = 0
    const url = await listen((_request, response) => {
      visits += 1
      response.end()
    })
    let asked = 0
    const agent = deliveryAgent({
      allowPrivate: false,
      lookup: (_hostname, _options, callback) => {
        asked += 1
        const address = asked % 2 === 1 ? '127.0.0.1' : '10.0.0.1'
        callback(null, [
          { address: '8.8.8.8', family: 4 },
          { address, family: 4 },
        ])
      },
    })
    const rebinding = to(`http://rebinding.example:${port(url)}/`, { allowPrivate: false })
    for (let i = 0; i < 4; i += 1) {
      expect((await deliver(rebinding, agent)).cause).toMatch(/^rebinding.example is not an address/)
    }
    expect([asked, visits]).toEqual([4, 0])
    await agent.destroy()
  })
})
