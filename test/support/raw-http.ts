import { connect, type Socket } from 'node:net'

/** A connection that sends what it is told, byte by byte if need be, and keeps all that comes back. */
export type RawConnection = {
  readonly socket: Socket
  readonly write: (text: string | Buffer) => void
  /** All that has come back. */
  readonly received: () => string
  /** Resolves with the first answer's status once it is there; rejects when the connection ends without one. */
  readonly status: () => Promise<number>
  /** Resolves when the other side has closed. */
  readonly closed: Promise<void>
}

/** Opens a connection to a server of this machine. */
export async function openRaw(address: string): Promise<RawConnection> {
  const { hostname, port } = new URL(address)
  const socket = connect(Number(port), hostname)
  let received = ''
  socket.on('data', (chunk) => {
    received += chunk.toString('latin1')
  })
  const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()))
  // What the server cuts ends with an error on this side; `closed` tells of it.
  socket.on('error', () => undefined)
  await new Promise<void>((resolve) => socket.once('connect', () => resolve()))
  const statusNow = () => Number(/^HTTP\/1\.1 (\d{3})/.exec(received)?.[1] ?? Number.NaN)
  const status = () =>
    new Promise<number>((resolve, reject) => {
      const look = () => {
        if (Number.isNaN(statusNow())) return
        socket.off('data', look)
        resolve(statusNow())
      }
      socket.on('data', look)
      void closed.then(() =>
        Number.isNaN(statusNow()) ? reject(new Error('closed without an answer')) : look(),
      )
      look()
    })
  return { socket, write: (text) => void socket.write(text), received: () => received, status, closed }
}

/** The head of a request with a body of `length` bytes. */
export function headOf(
  method: string,
  path: string,
  length: number,
  headers: Readonly<Record<string, string>>,
): string {
  const lines = Object.entries({ host: 'localhost', 'content-length': String(length), ...headers })
  return [`${method} ${path} HTTP/1.1`, ...lines.map(([name, value]) => `${name}: ${value}`), '', ''].join(
    '\r\n',
  )
}
