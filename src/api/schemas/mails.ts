import { Type } from 'typebox'
import { MAIL_KINDS } from '../../core/mails/mail-content.ts'
import { MAIL_STATUSES } from '../../store/mails.ts'
import { dateTime, nullableText, uuid, words } from './common.ts'
import { PageQuery, PaginationMeta } from './pagination.ts'

const tags = ['mails']
const addresses = Type.Array(Type.String())
const ResendInput = Type.Object({
  to: Type.Optional(Type.Array(Type.String(), { description: "The customer's addresses when left out." })),
  cc: Type.Optional(addresses),
  bcc: Type.Optional(addresses),
})
const resend = (what: string) => ({
  tags,
  summary: `Send ${what} by mail again`,
  params: Type.Object({ id: Type.String() }),
  body: ResendInput,
  response: { 200: Type.Null() },
})

const MailObject = Type.Object({
  lago_id: uuid,
  kind: words(...MAIL_KINDS),
  lago_subject_id: uuid,
  resent: Type.Boolean({ description: 'Asked for, and not sent by an event.' }),
  to: addresses,
  cc: addresses,
  bcc: addresses,
  subject: Type.String(),
  locale: Type.String(),
  status: words(...MAIL_STATUSES),
  problem: nullableText,
  attempts: Type.Integer(),
  next_attempt_at: Type.Union([dateTime, Type.Null()]),
  smtp_code: Type.Union([Type.Integer(), Type.Null()]),
  smtp_text: nullableText,
  rejected: addresses,
  created_at: dateTime,
  sent_at: Type.Union([dateTime, Type.Null()]),
})

/** Sending documents by mail again, and the list of mails. */
export const mailSchemas = {
  resendInvoice: resend('an invoice'),
  resendCreditNote: resend('a credit note'),
  resendReceipt: resend('a receipt'),
  list: {
    tags,
    summary: 'List mails',
    querystring: Type.Object({
      ...PageQuery.properties,
      kind: Type.Optional(words(...MAIL_KINDS)),
      status: Type.Optional(words(...MAIL_STATUSES)),
      subject_id: Type.Optional(Type.String({ description: 'The lago_id of what the mails tell of.' })),
    }),
    response: { 200: Type.Object({ mails: Type.Array(MailObject), meta: PaginationMeta }) },
  },
}
