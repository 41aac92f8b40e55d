import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

/** How the server answers: from its register, or as VIES does when it or a member state is down. */
export type ViesMood = 'up' | 'MS_UNAVAILABLE' | 'html' | 'silent'

export type ViesServer = {
  readonly url: string
  /** The numbers that are registered, with their prefix. */
  readonly registered: Set<string>
  /** The numbers that were asked for. */
  readonly asked: string[]
  mood: ViesMood
  readonly close: () => Promise<void>
}

/** A server on loopback that speaks the REST API of VIES. */
export async function startVies(): Promise<ViesServer> {
  const registered = new Set<string>()
  const asked: string[] = []
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    const { countryCode, vatNumber } = JSON.parse(Buffer.concat(chunks).toString()) as Record<string, string>
    asked.push(`${countryCode}${vatNumber}`)
    const { mood } = vies
    if (mood === 'silent') return
    if (mood === 'html') {
      response.writeHead(503, { 'content-type': 'text/html' }).end('<html>Service Unavailable</html>')
      return
    }
    const body =
      mood === 'up'
        ? {
            countryCode,
            vatNumber,
            valid: registered.has(`${countryCode}${vatNumber}`),
            name: '---',
            address: '---',
          }
        : { actionSucceed: false, errorWrappers: [{ error: mood }] }
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(body))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const vies: ViesServer = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    registered,
    asked,
    mood: 'up',
    close: async () => {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
  return vies
}
