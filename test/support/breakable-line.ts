import { createConnection, createServer, type Server, type Socket } from 'node:net'

/**
 * A line to a PostgreSQL that can be broken: everything passes through a port of this process, which can refuse
 * connections, end them, or keep silent as a server that was stopped does.
 */
export class BreakableLine {
  private readonly target: { readonly host: string; readonly port: number }
  private readonly pairs = new Set<readonly [Socket, Socket]>()
  private server: Server | null = null
  private port = 0
  private isSilent = false

  private constructor(url: URL) {
    const socket = url.searchParams.get('host') ?? decodeURIComponent(url.hostname)
    this.target = { host: socket, port: Number(url.port || url.searchParams.get('port') || 5432) }
  }

  /** Opens a line to the database of a URL; gives it and the URL through it. */
  static async open(databaseUrl: string): Promise<{ readonly line: BreakableLine; readonly url: string }> {
    const url = new URL(databaseUrl)
    const line = new BreakableLine(url)
    await line.mend()
    const through = new URL(databaseUrl)
    through.searchParams.delete('host')
    through.searchParams.delete('port')
    through.hostname = '127.0.0.1'
    through.port = String(line.port)
    return { line, url: through.toString() }
  }

  /** Ends all connections and refuses new ones. */
  async cut(): Promise<void> {
    const { server } = this
    this.server = null
    const closed = new Promise((resolve) => (server ? server.close(resolve) : resolve(null)))
    this.endAll()
    await closed
  }

  /** Ends the connections there are; new ones are taken at once. */
  endAll(): void {
    for (const pair of this.pairs) for (const socket of pair) socket.destroy()
    this.pairs.clear()
  }

  /** Passes nothing on any more, as a PostgreSQL that got SIGSTOP. */
  silence(): void {
    this.isSilent = true
    for (const pair of this.pairs) for (const socket of pair) socket.pause()
  }

  /** Takes connections again, and passes on what was kept back. */
  async mend(): Promise<void> {
    this.isSilent = false
    for (const pair of this.pairs) for (const socket of pair) socket.resume()
    if (this.server) return
    const server = createServer({ pauseOnConnect: true }, (near) => this.join(near))
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject)
      server.listen(this.port, '127.0.0.1', () => resolve())
    })
    const bound = server.address()
    this.port = typeof bound === 'object' && bound !== null ? bound.port : 0
    this.server = server
  }

  private join(near: Socket): void {
    const { host, port } = this.target
    const far = host.startsWith('/')
      ? createConnection(`${host}/.s.PGSQL.${port}`)
      : createConnection({ host, port })
    const pair = [near, far] as const
    this.pairs.add(pair)
    for (const [from, to] of [
      [near, far],
      [far, near],
    ] as const) {
      from.on('data', (data) => to.write(data))
      from.on('error', () => undefined)
      from.on('close', () => {
        this.pairs.delete(pair)
        to.destroy()
      })
      if (!this.isSilent) from.resume()
      else from.pause()
    }
  }
}
