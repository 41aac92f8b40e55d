import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'

/** A name server on the loopback interface that knows texts of names, and nothing else. */
export type FakeDns = {
  readonly address: string
  /** The TXT records by name. */
  readonly texts: Map<string, readonly string[]>
  /** The names that were asked for. */
  readonly asked: string[]
  readonly close: () => Promise<void>
}

const HEAD_BYTES = 12
const NO_SUCH_NAME = 3

/** Starts a name server on a free port. */
export async function startDns(): Promise<FakeDns> {
  const texts = new Map<string, readonly string[]>()
  const asked: string[] = []
  const socket = createSocket('udp4')
  socket.on('message', (question, from) => {
    const { name, end } = nameIn(question)
    asked.push(name)
    socket.send(answerOf(question.subarray(0, end + 4), texts.get(name)), from.port, from.address)
  })
  socket.bind(0, '127.0.0.1')
  await once(socket, 'listening')
  const { port } = socket.address() as AddressInfo
  return {
    address: `127.0.0.1:${port}`,
    texts,
    asked,
    close: async () => {
      socket.close()
      await once(socket, 'close')
    },
  }
}

/** The name that a question is about, and where it ends. */
function nameIn(question: Buffer): { readonly name: string; readonly end: number } {
  const labels: string[] = []
  let at = HEAD_BYTES
  for (let length = question[at] ?? 0; length > 0; length = question[at] ?? 0) {
    labels.push(question.toString('latin1', at + 1, at + 1 + length))
    at += 1 + length
  }
  return { name: labels.join('.').toLowerCase(), end: at + 1 }
}

/** The answer to a question; nothing for a name without texts. Each text is one record, in parts of 100 letters. */
function answerOf(question: Buffer, texts: readonly string[] = []): Buffer {
  const head = Buffer.from(question.subarray(0, HEAD_BYTES))
  // An answer to a recursive question, by a server that recurses.
  head.writeUInt16BE(0x8180 | (texts.length === 0 ? NO_SUCH_NAME : 0), 2)
  head.writeUInt16BE(1, 4)
  head.writeUInt16BE(texts.length, 6)
  head.writeUInt32BE(0, 8)
  const records = texts.map((text) => {
    const parts = (text.match(/.{1,100}/g) ?? ['']).map((part) =>
      Buffer.concat([Buffer.from([part.length]), Buffer.from(part, 'latin1')]),
    )
    const data = Buffer.concat(parts)
    const start = Buffer.alloc(HEAD_BYTES)
    // The name of the question, TXT, IN, and how long it may be kept.
    start.writeUInt16BE(0xc00c, 0)
    start.writeUInt16BE(16, 2)
    start.writeUInt16BE(1, 4)
    start.writeUInt32BE(60, 6)
    start.writeUInt16BE(data.length, 10)
    return Buffer.concat([start, data])
  })
  return Buffer.concat([head, question.subarray(HEAD_BYTES), ...records])
}
