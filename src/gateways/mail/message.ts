import type { MailAnswer } from '../../core/mails/attempts.ts'

/** A mail ready to be sent; the same on every attempt. */
export type MailMessage = {
  readonly id: string
  readonly kind: string
  readonly language: string
  readonly messageId: string
  readonly from: { readonly name: string; readonly address: string }
  readonly replyTo: { readonly name: string; readonly address: string } | null
  readonly to: readonly string[]
  readonly cc: readonly string[]
  readonly bcc: readonly string[]
  readonly title: string
  readonly text: string
  readonly html: string
  readonly writtenAt: Date
  readonly attachments: readonly MailAttachment[]
}

export type MailAttachment = {
  readonly fileName: string
  readonly contentType: string
  readonly bytes: Uint8Array
  /** Shown inside the HTML part under this name. */
  readonly contentId?: string
}

/** The Message-ID of a mail, the same on every attempt, below the host of the API. */
export function messageIdOf(mailId: string, apiUrl: string): string {
  return `<${mailId}@${new URL(apiUrl).hostname}>`
}

/** Sends a message; never throws, since an unreachable server is an answer too. */
export type SendMail = (message: MailMessage) => Promise<MailAnswer>

/** The message in the form of nodemailer. */
export function composed(message: MailMessage): object {
  return {
    messageId: message.messageId,
    date: message.writtenAt,
    from: message.from,
    ...(message.replyTo === null ? {} : { replyTo: message.replyTo }),
    to: [...message.to],
    cc: [...message.cc],
    bcc: [...message.bcc],
    subject: message.title,
    text: message.text,
    html: message.html,
    headers: {
      'Auto-Submitted': 'auto-generated',
      'X-Weir-Mail': message.kind,
      'Content-Language': message.language,
    },
    attachments: message.attachments.map(({ fileName, contentType, bytes, contentId }) => ({
      filename: fileName,
      contentType,
      content: Buffer.from(bytes),
      ...(contentId === undefined ? {} : { cid: contentId, contentDisposition: 'inline' }),
    })),
    disableFileAccess: true,
    disableUrlAccess: true,
  }
}
