import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { describe, expect, it } from 'vitest'
import { callJson } from './json-calls.ts'

/** What a call to a server that behaves so gives. */
async function called(listener: RequestListener, others: object = {}) {
  const server = createServer(listener)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/x`
  try {
    return await callJson({
      method: 'POST',
      url,
      headers: { 'x-a': 'b' },
      body: { n: 1 },
      timeoutMs: 5000,
      ...others,
    })
  } finally {
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  }
}

describe('a call of an API that speaks JSON', () => {
  it('sends its body and headers, and gives the answer', async () => {
    const reply = await called((request, response) => {
      const chunks: Buffer[] = []
      request.on('data', (chunk: Buffer) => chunks.push(chunk))
      request.on('end', () => {
        const { 'x-a': own, 'content-type': type } = request.headers
        response.end(JSON.stringify({ own, type, sent: Buffer.concat(chunks).toString() }))
      })
    })
    const body = { own: 'b', type: 'application/json', sent: '{"n":1}' }
    expect(reply).toMatchObject({ kind: 'answered', status: 200, body })
  })

  it.each(['{"half":', '<html>', '[1]', 'null', ''])('has no body when it is %j', async (text) => {
    const reply = await called((_request, response) => void response.end(text))
    expect(reply).toMatchObject({ kind: 'answered', status: 200, body: undefined })
  })

  it('follows no redirect', async () => {
    let asked = 0
    const reply = await called((_request, response) => {
      asked += 1
      response.writeHead(307, { location: '/y' }).end()
    })
    expect([reply.kind === 'answered' && reply.status, asked]).toEqual([307, 1])
  })

  it('may have arrived when the connection was reset, or nobody answers in time', async () => {
    expect(await called((request) => void request.socket.destroy())).toMatchObject({ kind: 'no_answer' })
    expect(await called(() => undefined, { timeoutMs: 200 })).toEqual({
      kind: 'no_answer',
      message: 'no answer within 200 ms',
    })
    const stuck: RequestListener = (_request, response) => void response.write('{"a":')
    expect(await called(stuck, { timeoutMs: 200 })).toMatchObject({ kind: 'no_answer' })
  })

  it('never arrived when there was no connection', async () => {
    const reply = await callJson({ method: 'GET', url: 'http://127.0.0.1:1/', headers: {}, timeoutMs: 5000 })
    expect(reply.kind).toBe('not_connected')
  })
})
