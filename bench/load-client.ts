import { connect, type Socket } from 'node:net'

export type Reply = { readonly status: number; readonly hasRetryAfter: boolean; readonly body: string }

const END_OF_HEAD = '\r\n\r\n'

/**
 * One keep-alive HTTP connection that carries one request at a time. Uses plain sockets, because the load shares the
 * machine with the server and an HTTP library would use as much of it as the server itself.
 */
export class LoadConnection {
  private readonly socket: Socket
  private readonly head: string
  private received = ''
  private answered: ((reply: Reply) => void) | undefined
  private failed: ((error: Error) => void) | undefined

  private constructor(socket: Socket, head: string) {
    this.socket = socket
    this.head = head
    socket.setNoDelay(true)
    socket.setEncoding('latin1')
    socket.on('data', (chunk) => this.take(String(chunk)))
    socket.on('error', (error) => this.failed?.(error))
    socket.on('close', () => this.failed?.(new Error('the server closed the connection')))
  }

  /** Opens a connection to `http://host:port` that sends an API key with every request. */
  static open(url: string, apiKey: string): Promise<LoadConnection> {
    const { hostname, port } = new URL(url)
    const head = `Host: ${hostname}:${port}\r\nAuthorization: Bearer ${apiKey}\r\n`
    return new Promise((resolve, reject) => {
      const socket = connect({ host: hostname, port: Number(port) }, () =>
        resolve(new LoadConnection(socket, head)),
      )
      socket.once('error', reject)
    })
  }

  /** Sends one request; a body makes it a POST. Rejects when the connection breaks. */
  send(path: string, body?: string): Promise<Reply> {
    return new Promise((resolve, reject) => {
      if (this.socket.destroyed) throw new Error('the server closed the connection')
      this.answered = resolve
      this.failed = reject
      if (body === undefined) this.socket.write(`GET ${path} HTTP/1.1\r\n${this.head}\r\n`)
      else {
        const about = `Content-Type: application/json\r\nContent-Length: ${Buffer.byteLength(body)}\r\n`
        this.socket.write(`POST ${path} HTTP/1.1\r\n${this.head}${about}\r\n${body}`)
      }
    })
  }

  close(): void {
    this.failed = undefined
    this.socket.destroy()
  }

  private take(chunk: string): void {
    this.received = this.received === '' ? chunk : this.received + chunk
    const end = this.received.indexOf(END_OF_HEAD)
    if (end === -1) return
    const head = this.received.slice(0, end + 2)
    const length = /\r\ncontent-length: (\d+)\r\n/i.exec(head)?.[1]
    if (length === undefined) {
      this.failed?.(new Error(`an answer without a length: ${head.slice(0, 100)}`))
      return
    }
    const total = end + END_OF_HEAD.length + Number(length)
    if (this.received.length < total) return
    const body = this.received.slice(end + END_OF_HEAD.length, total)
    this.received = this.received.slice(total)
    this.answered?.({
      status: Number(head.slice(9, 12)),
      hasRetryAfter: /\r\nretry-after: \d+\r\n/i.test(head),
      body,
    })
  }
}
