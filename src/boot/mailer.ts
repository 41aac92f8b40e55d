import type { Mailer } from '../actions/context.ts'
import { sinkSender } from '../gateways/mail/sink.ts'
import { smtpSender } from '../gateways/mail/smtp.ts'
import type { MailConfig } from './config.ts'

/** Sends mails as configured; those of sandboxes never leave the machine. */
export function createMailer({ smtp, sinkFolder, sandboxFolder }: MailConfig): Mailer & { close(): void } {
  const sink = sinkSender(sandboxFolder)
  if (sinkFolder !== null) return { send: sinkSender(sinkFolder), sink, close: () => undefined }
  if (smtp === null) return { send: refuseToSend, sink, close: () => undefined }
  return { ...smtpSender(smtp), sink }
}

/** A mail that was queued while a mail server was configured, before a start without one. */
const refuseToSend: Mailer['send'] = async () => ({
  outcome: 'failed',
  code: null,
  text: 'no mail server is configured',
  rejected: [],
})
