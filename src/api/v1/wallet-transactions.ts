import type { FastifyInstance, FastifyRequest } from 'fastify'
import { Type } from 'typebox'
import type { Context } from '../../actions/context.ts'
import { openPaymentPage } from '../../actions/payments/open-payment-page.ts'
import { moveCredits } from '../../actions/wallet-transactions/move-credits.ts'
import { invalid, notFound } from '../../core/refusal.ts'
import { refuseToPay } from '../../core/wallets/payment-url.ts'
import { TRANSACTION_KINDS, TRANSACTION_STATUSES, TRANSACTION_TYPES } from '../../core/wallets/transaction.ts'
import type { Reads } from '../../store/database.ts'
import { isId } from '../../store/ids.ts'
import {
  listConsumptions,
  listWalletTransactions,
  sectionsOfTransactions,
  type TransactionFilters,
  type WalletTransactionView,
  walletTransactionViews,
} from '../../store/wallet-transactions.ts'
import { findWallet } from '../../store/wallets.ts'
import {
  toWireConsumption,
  toWireShownWalletTransaction,
  toWireWalletTransaction,
} from '../../wire/wallet-transactions.ts'
import { metaOf, pageOf } from '../pagination.ts'
import { rootOf } from '../params.ts'
import { readQuery } from '../query.ts'
import { PageQuery } from '../schemas/pagination.ts'
import {
  Consumptions,
  Fundings,
  MovedCredits,
  PaymentUrl,
  WalletTransaction,
  WalletTransactionInput,
  WalletTransactions,
  WalletTransactionsQuery,
} from '../schemas/wallet-transactions.ts'

type ById = { Params: { id: string } }

const config = { resource: 'wallet_transaction' } as const
const tags = ['wallets']
const params = Type.Object({ id: Type.String() })

/** What enters and leaves wallets (docs/rules/wallets.md#transactions). */
export function walletTransactionsRoutes(app: FastifyInstance, context: Context): void {
  app.post(
    '/wallet_transactions',
    {
      config: { ...config, isFair: 'without_key' },
      schema: {
        tags,
        summary: 'Top up a wallet, or void its credits',
        body: WalletTransactionInput,
        response: { 200: MovedCredits },
      },
    },
    async (request) => {
      const input = rootOf(request.body, 'wallet_transaction')
      const moved = await moveCredits(context, request.caller, input)
      return { wallet_transactions: moved.map(toWireWalletTransaction) }
    },
  )
  listRoute(app, context)
  oneTransactionRoutes(app, context)
  consumptionRoutes(app, context)
}

function listRoute(app: FastifyInstance, { database }: Context): void {
  app.get<ById>(
    '/wallets/:id/wallet_transactions',
    {
      config,
      schema: {
        tags,
        summary: 'List the transactions of a wallet',
        params,
        querystring: WalletTransactionsQuery,
        response: { 200: WalletTransactions },
      },
    },
    async (request) => {
      const { id } = request.params
      const page = pageOf(request.query)
      return database.read(request.caller, async (reads) => {
        if (!isId(id) || !(await findWallet(reads, { id }))) throw notFound('wallet')
        const { rows, total } = await listWalletTransactions(reads, id, filtersOf(request.query), page)
        return { wallet_transactions: rows.map(toWireWalletTransaction), meta: metaOf(page, total) }
      })
    },
  )
}

/** Words that are unknown are ignored, and so are pairs without a value. */
function filtersOf(raw: unknown): TransactionFilters {
  return readQuery(raw, (query) => {
    const one = (name: string, words: readonly string[]) => words.find((word) => word === query.text(name))
    const metadata = query.pairs('metadata').filter(([, value]) => value.trim() !== '')
    return {
      status: one('status', TRANSACTION_STATUSES),
      transactionType: one('transaction_type', TRANSACTION_TYPES),
      transactionStatus: one('transaction_status', TRANSACTION_KINDS),
      metadata: metadata.map(([key, value]) => ({ key, value })),
    }
  })
}

/** An invoice of credits may be open until it is paid. */
const OPEN_TOO = ['finalized', 'open'] as const

function oneTransactionRoutes(app: FastifyInstance, context: Context): void {
  const { database } = context
  app.get<ById>(
    '/wallet_transactions/:id',
    {
      config,
      schema: {
        tags,
        summary: 'Retrieve a transaction of a wallet',
        params,
        response: { 200: WalletTransaction },
      },
    },
    async (request) =>
      database.read(request.caller, async (reads) => {
        const view = await transactionOf(reads, request)
        const sections = (await sectionsOfTransactions(reads, [view.id])).get(view.id) ?? []
        return { wallet_transaction: toWireShownWalletTransaction(view, sections) }
      }),
  )
  app.post<ById>(
    '/wallet_transactions/:id/payment_url',
    {
      config: { ...config, isRepeatable: true },
      schema: { tags, summary: 'Make a page to pay a purchase', params, response: { 200: PaymentUrl } },
    },
    async (request) => {
      const { caller } = request
      const view = await database.read(caller, (reads) => transactionOf(reads, request))
      const refusal = refuseToPay(view)
      if (refusal !== null || view.invoiceId === null)
        throw invalid({ base: [refusal ?? 'wallet_not_found'] })
      const { page, provider, externalCustomerId } = await openPaymentPage(
        context,
        caller,
        view.invoiceId,
        OPEN_TOO,
      )
      return {
        wallet_transaction_payment_details: {
          lago_customer_id: page.customerId,
          external_customer_id: externalCustomerId,
          payment_provider: provider.providerType,
          lago_wallet_transaction_id: view.id,
          payment_url: page.url,
        },
      }
    },
  )
}

function consumptionRoutes(app: FastifyInstance, { database }: Context): void {
  const answer = (request: FastifyRequest<ById>, wanted: 'inbound' | 'outbound', root: string) => {
    const page = pageOf(request.query)
    return database.read(request.caller, async (reads) => {
      const view = await transactionOf(reads, request)
      if (view.transactionType !== wanted) throw invalid({ transaction_type: ['invalid_transaction_type'] })
      const { rows, total } = await listConsumptions(reads, view, page)
      return { [root]: rows.map(toWireConsumption), meta: metaOf(page, total) }
    })
  }
  app.get<ById>(
    '/wallet_transactions/:id/consumptions',
    {
      config,
      schema: {
        tags,
        summary: 'List what the credits of a transaction paid',
        params,
        querystring: PageQuery,
        response: { 200: Consumptions },
      },
    },
    (request) => answer(request, 'inbound', 'wallet_transaction_consumptions'),
  )
  app.get<ById>(
    '/wallet_transactions/:id/fundings',
    {
      config,
      schema: {
        tags,
        summary: 'List where the credits of a transaction came from',
        params,
        querystring: PageQuery,
        response: { 200: Fundings },
      },
    },
    (request) => answer(request, 'outbound', 'wallet_transaction_fundings'),
  )
}

async function transactionOf(reads: Reads, request: FastifyRequest<ById>): Promise<WalletTransactionView> {
  const { id } = request.params
  const [view] = isId(id) ? await walletTransactionViews(reads, [id]) : []
  if (!view) throw notFound('wallet_transaction')
  return view
}
