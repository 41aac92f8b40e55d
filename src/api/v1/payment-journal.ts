import type { FastifyInstance } from 'fastify'
import type { Caller, Context } from '../../actions/context.ts'
import { advancePayment } from '../../actions/payments/advance-payment.ts'
import { cancelPayment } from '../../actions/payments/cancel-payment.ts'
import { resolvePayment } from '../../actions/payments/resolve-payment.ts'
import { notAllowed, notFound } from '../../core/refusal.ts'
import type { Reads } from '../../store/database.ts'
import { isId } from '../../store/ids.ts'
import { listCalls, listTransitions } from '../../store/payment-calls.ts'
import { findPayments, type PaymentRow, paymentViews } from '../../store/payments.ts'
import { toWireCall, toWireFailure, toWireTransition } from '../../wire/payment-journal.ts'
import { toWirePayment } from '../../wire/payments.ts'
import { rootOf } from '../params.ts'
import { paymentJournalSchemas } from '../schemas/payment-journal.ts'

type ById = { Params: { id: string } }

/** The provider is asked while the request waits, so no transaction is kept open for an answer. */
const config = { resource: 'payment', isRepeatable: true } as const

/** How payments by providers came about, and what operators do about them, under /api/weir/v1: Lago has no such routes. */
export function paymentJournalRoutes(app: FastifyInstance, context: Context): void {
  const { database } = context
  app.get<ById>(
    '/payments/:id/calls',
    { config, schema: paymentJournalSchemas.calls },
    async ({ caller, params }) =>
      database.read(caller, async (reads) => {
        const { id } = await readPayment(reads, params.id)
        return { calls: (await listCalls(reads, id)).map(toWireCall) }
      }),
  )
  app.get<ById>(
    '/payments/:id/transitions',
    { config, schema: paymentJournalSchemas.transitions },
    async ({ caller, params }) =>
      database.read(caller, async (reads) => {
        const payment = await readPayment(reads, params.id)
        const transitions = await listTransitions(reads, payment.id)
        return { transitions: transitions.map(toWireTransition), failure: toWireFailure(payment) }
      }),
  )
  app.post<ById>(
    '/payments/:id/reconcile',
    { config, schema: paymentJournalSchemas.reconcile },
    async ({ caller, params }) => {
      const { id, organizationId } = await database.read(caller, (reads) => readPayment(reads, params.id))
      await advancePayment(context, { organizationId, paymentId: id, isAskedFor: true })
      return show(context, caller, id)
    },
  )
  app.post<ById>(
    '/payments/:id/cancel',
    { config, schema: paymentJournalSchemas.cancel },
    async ({ caller, params }) => {
      const { id, paymentType } = await database.read(caller, (reads) => readPayment(reads, params.id))
      const isOver = paymentType === 'provider' && (await cancelPayment(context, caller.organizationId, id))
      const { state } = await database.read(caller, (reads) => readPayment(reads, id))
      // What was paid is given back, and not ended.
      if (!isOver || state === 'succeeded') throw notAllowed('invalid_status')
      return show(context, caller, id)
    },
  )
  app.post<ById>(
    '/payments/:id/resolve',
    { config, schema: paymentJournalSchemas.resolve },
    async ({ caller, params, body }) => {
      const { id } = await database.read(caller, (reads) => readPayment(reads, params.id))
      await resolvePayment(context, caller, id, rootOf(body, 'resolution'))
      return show(context, caller, id)
    },
  )
}

async function readPayment(reads: Reads, id: string): Promise<PaymentRow> {
  const [payment] = isId(id) ? await findPayments(reads, [id]) : []
  if (!payment) throw notFound('payment')
  return payment
}

async function show({ database }: Context, caller: Caller, id: string): Promise<object> {
  return database.read(caller, async (reads) => {
    const [payment] = await paymentViews(reads, [await readPayment(reads, id)])
    if (!payment) throw notFound('payment')
    return { payment: toWirePayment(payment) }
  })
}
