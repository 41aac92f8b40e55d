import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Chaos, type ChaosPlan, type Mischief } from './chaos.ts'

export type Answer = { readonly status: number; readonly body: object }

/** A message as it is sent to an endpoint. */
export type SentMessage = {
  readonly url: string
  readonly body: string
  readonly headers: Record<string, string>
}

export type ChaoticServer = {
  readonly url: string
  /** How often each mischief was done. */
  readonly mischief: ReadonlyMap<Mischief, number>
  readonly close: () => Promise<void>
}

/**
 * A server on loopback that answers, and behaves as badly as a network can where a plan says so. Only requests that
 * change something are treated badly.
 */
export async function serveChaotically(options: {
  readonly seed: number
  readonly port: number
  readonly plan: () => ChaosPlan
  readonly answer: (request: IncomingMessage, body: string) => Promise<Answer>
  /** The body of a failure that is not the caller's. */
  readonly failure: (status: 429 | 500) => object
  /** A request was done, and is answered with a failure. */
  readonly onFailureAfter?: (request: IncomingMessage, failure: Answer) => void
}): Promise<ChaoticServer> {
  const { answer, failure, onFailureAfter } = options
  const chaos = new Chaos(options.seed)
  const counts = new Map<Mischief, number>()
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    const body = Buffer.concat(chunks).toString('utf8')
    const mischief = request.method === 'POST' ? chaos.choose(options.plan()) : 'none'
    if (mischief !== 'none') counts.set(mischief, (counts.get(mischief) ?? 0) + 1)
    if (mischief === 'hang_before' || mischief === 'reset_before') return leave(request, mischief)
    if (mischief === 'error500_before') return send(response, 500, failure(500))
    if (mischief === 'html502')
      return void response.writeHead(502, { 'content-type': 'text/html' }).end('<html>502</html>')
    if (mischief === 'rate429') {
      response.setHeader('retry-after', '1')
      return send(response, 429, failure(429))
    }
    const result = await answer(request, body)
    if (mischief === 'hang_after' || mischief === 'reset_after') return leave(request, mischief)
    if (mischief === 'error500_after') {
      onFailureAfter?.(request, { status: 500, body: failure(500) })
      return send(response, 500, failure(500))
    }
    if (mischief === 'half_body') {
      const text = JSON.stringify(result.body)
      response.writeHead(result.status, { 'content-type': 'application/json' })
      return void response.end(text.slice(0, text.length / 2))
    }
    send(response, result.status, result.body)
  })
  await new Promise<void>((resolve) => server.listen(options.port, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    mischief: counts,
    close: async () => {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

function send(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/json', 'request-id': `req_${Math.random()}` })
  response.end(JSON.stringify(body))
}

/** A hanging connection is ended after a while by whoever waits; a reset one at once. */
function leave(request: IncomingMessage, mischief: string): void {
  if (mischief.startsWith('reset')) request.socket.destroy()
}
