import { createTransport } from 'nodemailer'
import type { MailAnswer } from '../../core/mails/attempts.ts'
import { composed, type MailMessage, type SendMail } from './message.ts'

const CONNECT_MS = 10_000
const SILENCE_MS = 60_000
const MESSAGES_OF_CONNECTION = 100
const IMPLICIT_TLS_PORT = 465

/** A mail server, and how it is talked to. */
export type SmtpSettings = {
  readonly host: string
  readonly port: number
  /** The name that Weir greets with; null for that of the machine. */
  readonly domain: string | null
  readonly username: string | null
  readonly password: string | null
  /** `auto` takes TLS when it is offered, and speaks it from the first byte on port 465. */
  readonly tls: 'auto' | 'always' | 'never'
  readonly connections: number
  readonly perSecond: number
}

/** What is given of an error of nodemailer. */
type SmtpError = {
  readonly message: string
  readonly code?: string
  readonly responseCode?: number
  readonly response?: string
  readonly rejectedErrors?: readonly { readonly responseCode?: number }[]
}

/**
 * Sends by a mail server over a few connections that stay open; `close` ends them.
 *
 * @param ca a certificate that is trusted instead of those of the system
 */
export function smtpSender(
  settings: SmtpSettings,
  ca?: string,
): { readonly send: SendMail; readonly close: () => void } {
  const { username, password, tls } = settings
  const transport = createTransport({
    pool: true,
    host: settings.host,
    port: settings.port,
    secure: tls !== 'never' && settings.port === IMPLICIT_TLS_PORT,
    requireTLS: tls === 'always',
    ignoreTLS: tls === 'never',
    ...(settings.domain === null ? {} : { name: settings.domain }),
    ...(username === null ? {} : { auth: { user: username, pass: password ?? '' } }),
    ...(ca === undefined ? {} : { tls: { ca } }),
    maxConnections: settings.connections,
    maxMessages: MESSAGES_OF_CONNECTION,
    rateLimit: settings.perSecond,
    rateDelta: 1000,
    connectionTimeout: CONNECT_MS,
    greetingTimeout: CONNECT_MS,
    socketTimeout: SILENCE_MS,
    disableFileAccess: true,
    disableUrlAccess: true,
  })
  const send = async (message: MailMessage): Promise<MailAnswer> => {
    try {
      const info: { response?: string; rejected?: readonly unknown[] } = await transport.sendMail(
        composed(message),
      )
      const text = info.response ?? ''
      return { outcome: 'sent', code: codeOf(text), text, rejected: (info.rejected ?? []).map(String) }
    } catch (error) {
      return answerOf(error as SmtpError)
    }
  }
  return { send, close: () => transport.close() }
}

/**
 * A message is refused for good when the server says 5xx to it or to every recipient. Everything else, like a server
 * that is away or does not know the password, may be different later.
 */
function answerOf(error: SmtpError): MailAnswer {
  const code = error.responseCode ?? null
  const said = (error.rejectedErrors ?? []).map(({ responseCode }) => responseCode ?? 0)
  const codes = said.length > 0 ? said : [code ?? 0]
  const isOfMessage = error.code === 'EENVELOPE' || error.code === 'EMESSAGE'
  const isForGood = isOfMessage && codes.every((each) => each >= 500)
  const text = error.response ?? error.message
  return { outcome: isForGood ? 'refused' : 'failed', code, text, rejected: [] }
}

function codeOf(response: string): number | null {
  const [code] = /^\d{3}/.exec(response) ?? []
  return code === undefined ? null : Number(code)
}
