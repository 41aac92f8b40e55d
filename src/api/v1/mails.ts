import type { FastifyInstance } from 'fastify'
import type { Context } from '../../actions/context.ts'
import { resendMail } from '../../actions/mails/resend-mail.ts'
import { MAIL_KINDS } from '../../core/mails/mail-content.ts'
import { listMails, MAIL_STATUSES } from '../../store/mails.ts'
import { toWireMail } from '../../wire/mails.ts'
import { metaOf, pageOf } from '../pagination.ts'
import { isObject } from '../params.ts'
import { readQuery } from '../query.ts'
import { mailSchemas } from '../schemas/mails.ts'

type ById = { Params: { id: string } }

/** Documents that are sent by mail again. The body has no root key. */
export function mailsRoutes(app: FastifyInstance, context: Context): void {
  for (const [path, kind, resource, schema] of [
    ['/invoices/:id/resend_email', 'invoice', 'invoice', mailSchemas.resendInvoice],
    ['/credit_notes/:id/resend_email', 'credit_note', 'credit_note', mailSchemas.resendCreditNote],
    // Whoever may send invoices may send their receipts.
    ['/payment_receipts/:id/resend_email', 'receipt', 'invoice', mailSchemas.resendReceipt],
  ] as const) {
    app.post<ById>(path, { config: { resource }, schema }, async (request) => {
      const { body, caller, params } = request
      await resendMail(context, caller, kind, params.id, isObject(body) ? body : {})
      return ''
    })
  }
}

/** Every mail and what became of it; Lago keeps no list. */
export function mailListRoutes(app: FastifyInstance, { database }: Context): void {
  const config = { resource: 'invoice' } as const
  app.get('/mails', { config, schema: mailSchemas.list }, async ({ caller, query }) => {
    const page = pageOf(query)
    const filters = readQuery(query, (from) => ({
      kind: from.word('kind', MAIL_KINDS),
      status: from.word('status', MAIL_STATUSES),
      subjectId: from.uuid('subject_id'),
    }))
    const { rows, total } = await database.read(caller, (reads) => listMails(reads, filters, page))
    return { mails: rows.map(toWireMail), meta: metaOf(page, total) }
  })
}
