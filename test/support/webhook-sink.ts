import { createServer, type IncomingHttpHeaders } from 'node:http'
import type { AddressInfo } from 'node:net'

export type Received = { readonly path: string; readonly headers: IncomingHttpHeaders; readonly body: string }

export type Sink = {
  readonly url: string
  readonly received: Received[]
  /** Discards what was received and returns this status from now on; 0 never responds. */
  readonly reset: (status: number) => void
  /** Breaks off every request that it has not answered. */
  readonly drop: () => Promise<void>
  readonly close: () => Promise<void>
}

/** A webhook receiver on loopback that records what it gets. */
export async function startSink(): Promise<Sink> {
  const received: Received[] = []
  let status = 200
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    received.push({
      path: request.url ?? '',
      headers: request.headers,
      body: Buffer.concat(chunks).toString(),
    })
    if (status === 0) return
    response.writeHead(status).end(status === 200 ? 'ok' : 'no')
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    received,
    reset: (next) => {
      received.length = 0
      status = next
    },
    drop: async () => server.closeAllConnections(),
    close: async () => {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
