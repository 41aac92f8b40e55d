import { type AddressInfo, createServer, type Socket } from 'node:net'
import { type ParsedMail, simpleParser } from 'mailparser'
import { SMTPServer } from 'smtp-server'
import { LOCAL_CERTIFICATE } from './local-certificate.ts'

/** A mail that arrived, with the addresses that the server was told. */
export type ArrivedMail = {
  readonly mail: ParsedMail
  readonly recipients: readonly string[]
  readonly isSecure: boolean
}

export type MailServer = {
  readonly port: number
  /** In the order in which they came. */
  readonly arrived: ArrivedMail[]
  /** What is said to a recipient, `450` or `550 5.1.1 nobody`; by address, or of everybody. */
  readonly refusals: Map<string, string>
  /** What is said after the message itself; null takes it. */
  refuseMessages: string | null
  close(): Promise<void>
}

const problem = (said: string) => {
  const [code = '550', ...words] = said.split(' ')
  return Object.assign(new Error(words.join(' ') || 'no'), { responseCode: Number(code) })
}

/** A mail server on a free port of the loopback interface, which keeps everything it takes. */
export async function startMailServer(options: { readonly login?: string } = {}): Promise<MailServer> {
  const state = { refuseMessages: null as string | null }
  const arrived: ArrivedMail[] = []
  const refusals = new Map<string, string>()
  const server = new SMTPServer({
    authOptional: options.login === undefined,
    allowInsecureAuth: true,
    disableReverseLookup: true,
    closeTimeout: 100,
    ...LOCAL_CERTIFICATE,
    onAuth: ({ username, password }, _session, done) => {
      if (`${username}:${password}` === options.login) done(null, { user: username })
      else done(problem('535 wrong password'))
    },
    onRcptTo: ({ address }, _session, done) => {
      const said = refusals.get(address) ?? refusals.get('*')
      done(said === undefined ? null : problem(said))
    },
    onData: (stream, session, done) => {
      simpleParser(stream).then((mail) => {
        if (state.refuseMessages !== null) return done(problem(state.refuseMessages))
        const recipients = session.envelope.rcptTo.map(({ address }) => address)
        arrived.push({ mail, recipients, isSecure: session.secure })
        return done()
      }, done)
    },
  })
  // A client that is cut off is what some tests are about.
  server.on('error', () => undefined)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.server.address() as AddressInfo
  return Object.assign(state, {
    port,
    arrived,
    refusals,
    close: () => new Promise<void>((resolve) => server.close(resolve)),
  })
}

/** A server that takes a whole message, and ends the connection instead of saying so. */
export async function startDroppingServer(): Promise<{ readonly port: number; close(): Promise<void> }> {
  const sockets = new Set<Socket>()
  const server = createServer((socket) => {
    sockets.add(socket)
    let isData = false
    socket.on('error', () => undefined)
    socket.write('220 local ESMTP\r\n')
    socket.on('data', (chunk) => {
      const text = chunk.toString('latin1')
      if (isData) {
        if (text.endsWith('\r\n.\r\n')) socket.destroy()
        return
      }
      for (const line of text.split('\r\n').filter((each) => each !== '')) {
        if (line.toUpperCase() === 'DATA') {
          isData = true
          socket.write('354 go on\r\n')
        } else socket.write('250 fine\r\n')
      }
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    port: (server.address() as AddressInfo).port,
    close: () =>
      new Promise<void>((resolve) => {
        for (const socket of sockets) socket.destroy()
        server.close(() => resolve())
      }),
  }
}
