import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { Caller, Context } from '../../actions/context.ts'
import { createCreditNote } from '../../actions/credit-notes/create-credit-note.ts'
import { estimateCreditNote } from '../../actions/credit-notes/estimate-credit-note.ts'
import { changeCreditNote } from '../../actions/credit-notes/update-credit-note.ts'
import { voidCreditNote } from '../../actions/credit-notes/void-credit-note.ts'
import { downloadCreditNote } from '../../actions/documents/download-document.ts'
import { downloadCreditNoteXml } from '../../actions/documents/download-xml.ts'
import {
  CREDIT_NOTE_REASONS,
  CREDIT_NOTE_TYPES,
  CREDIT_STATUSES,
  REFUND_STATUSES,
} from '../../core/credit-notes/credit-note.ts'
import { Problems } from '../../core/problems.ts'
import { notFound } from '../../core/refusal.ts'
import { creditNoteViews, findCreditNote, listCreditNotes } from '../../store/credit-notes.ts'
import { findCustomer } from '../../store/customers.ts'
import { toWireCreditNote, toWireEstimatedCreditNote } from '../../wire/credit-notes.ts'
import { entityIdsOf } from '../billing-entity-filter.ts'
import { metaOf, pageOf } from '../pagination.ts'
import { rootOf } from '../params.ts'
import { Query } from '../query.ts'
import { creditNoteSchemas } from '../schemas/credit-notes.ts'

const CONFIG = { config: { resource: 'credit_note' } } as const

type ById = { Params: { id: string } }
type OfCustomer = { Params: { external_id: string } }

/** Credit notes: create, estimate, list, retrieve, update, void and download (docs/rules/credit-notes.md). */
export function creditNotesRoutes(app: FastifyInstance, context: Context): void {
  listRoutes(app, context)
  oneRoutes(app, context)
  app.post('/credit_notes', { ...CONFIG, schema: creditNoteSchemas.create }, async (request) => {
    const input = rootOf(request.body, 'credit_note')
    const { caller } = request
    const view = await createCreditNote(context, caller, input)
    return { credit_note: toWireCreditNote(view, caller.links) }
  })
  app.post('/credit_notes/estimate', { ...CONFIG, schema: creditNoteSchemas.estimate }, async (request) => {
    const input = rootOf(request.body, 'credit_note')
    const { invoice, estimate } = await estimateCreditNote(context, request.caller, input)
    return { estimated_credit_note: toWireEstimatedCreditNote(invoice, estimate) }
  })
}

/** A final credit note as it stands now; 404 for drafts. */
async function show({ database }: Context, caller: Caller, id: string): Promise<object> {
  const [view] = await database.read(caller, async (reads) => {
    const row = await findCreditNote(reads, id)
    return row ? creditNoteViews(reads, [row.id]) : []
  })
  if (!view) throw notFound('credit_note')
  return { credit_note: toWireCreditNote(view, caller.links) }
}

function oneRoutes(app: FastifyInstance, context: Context): void {
  app.get<ById>('/credit_notes/:id', { ...CONFIG, schema: creditNoteSchemas.show }, async (request) =>
    show(context, request.caller, request.params.id),
  )
  app.route<ById>({
    method: ['PUT', 'PATCH'],
    url: '/credit_notes/:id',
    ...CONFIG,
    schema: creditNoteSchemas.update,
    handler: async (request) => {
      const { id } = request.params
      await changeCreditNote(context, request.caller, id, rootOf(request.body, 'credit_note'))
      return show(context, request.caller, id)
    },
  })
  for (const path of ['/credit_notes/:id/download', '/credit_notes/:id/download_pdf']) {
    app.post<ById>(path, { ...CONFIG, schema: creditNoteSchemas.download }, async (request) => {
      const { id } = request.params
      // An empty answer tells that the file is not ready yet.
      if (!(await downloadCreditNote(context, request.caller, id))) return ''
      return show(context, request.caller, id)
    })
  }
  app.post<ById>(
    '/credit_notes/:id/download_xml',
    { ...CONFIG, schema: creditNoteSchemas.downloadXml },
    async (request) => {
      const { id } = request.params
      // Without e-invoicing the note is answered as soon as its PDF is there, as Lago does.
      const isThere =
        (await downloadCreditNoteXml(context, request.caller, id)) ||
        (await downloadCreditNote(context, request.caller, id))
      return isThere ? show(context, request.caller, id) : ''
    },
  )
  app.put<ById>('/credit_notes/:id/void', { ...CONFIG, schema: creditNoteSchemas.void }, async (request) => {
    await voidCreditNote(context, request.caller, request.params.id)
    return show(context, request.caller, request.params.id)
  })
}

function listRoutes(app: FastifyInstance, context: Context): void {
  app.get('/credit_notes', { ...CONFIG, schema: creditNoteSchemas.list }, (request) =>
    answer(context, request),
  )
  app.get<OfCustomer>(
    '/customers/:external_id/credit_notes',
    { ...CONFIG, schema: creditNoteSchemas.listOfCustomer },
    (request) => answer(context, request, request.params.external_id),
  )
}

async function answer(
  { database }: Context,
  { caller, query }: FastifyRequest,
  externalCustomerId?: string,
): Promise<object> {
  const page = pageOf(query)
  return database.read(caller, async (reads) => {
    if (externalCustomerId !== undefined && !(await findCustomer(reads, externalCustomerId))) {
      throw notFound('customer')
    }
    const { codes, ...filters } = filtersOf(query, externalCustomerId)
    const billingEntityIds = await entityIdsOf(reads, codes)
    const { rows, total } = await listCreditNotes(reads, { ...filters, billingEntityIds }, page)
    return { credit_notes: rows.map((row) => toWireCreditNote(row, caller.links)), meta: metaOf(page, total) }
  })
}

/** Unknown words and malformed dates are ignored in this list, as Lago does. */
function filtersOf(parameters: unknown, externalCustomerId?: string) {
  const query = new Query(parameters, new Problems())
  return {
    externalCustomerId: externalCustomerId ?? query.id('external_customer_id'),
    amountFrom: query.cents('amount_from'),
    amountTo: query.cents('amount_to'),
    codes: query.ids('billing_entity_codes'),
    creditStatus: query.word('credit_status', CREDIT_STATUSES),
    refundStatus: query.word('refund_status', REFUND_STATUSES),
    reason: query.word('reason', CREDIT_NOTE_REASONS),
    types: query.words('types', CREDIT_NOTE_TYPES),
    currency: query.currency('currency'),
    invoiceNumber: query.text('invoice_number'),
    purchaseOrderNumber: query.text('purchase_order_number'),
    issuingFrom: query.day('issuing_date_from'),
    issuingTo: query.day('issuing_date_to'),
    selfBilled: query.boolean('self_billed'),
    searchTerm: query.text('search_term'),
  }
}
